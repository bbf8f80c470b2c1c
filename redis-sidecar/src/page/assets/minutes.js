// The last ten minutes, second by second, as the sidecar tells them, and in bins as charts show them.

export const WINDOW = 600;

export class Minutes {
  #seconds = new Map();
  // What was added up since the last report: several charts and lines ask for the same.
  #sums = new Map();
  now = 0;

  clear() {
    this.#seconds.clear();
    this.#sums.clear();
  }

  take(report) {
    this.#sums.clear();
    this.now = Math.floor(report.now_ms / 1000);
    for (const second of report.seconds) this.#seconds.set(second.t, second);
    for (const t of this.#seconds.keys()) if (t <= this.now - WINDOW) this.#seconds.delete(t);
  }

  // Bins of so many seconds, the oldest first. The last one is still filling.
  bins(width) {
    const last = Math.floor(this.now / width);
    const many = Math.ceil(WINDOW / width);
    const bins = Array.from({ length: many }, (_, at) => ({ t: (last - many + 1 + at) * width, seconds: [] }));
    for (const second of this.#seconds.values()) bins[Math.floor(second.t / width) - (last - many + 1)]?.seconds.push(second);
    return bins;
  }

  sum(field) {
    return this.#once(`sum ${field}`, () => {
      let sum = 0;
      for (const second of this.#seconds.values()) sum += total(second[field]);
      return sum;
    });
  }

  // The names of a field's parts with their sums, the largest first.
  parts(field) {
    return this.#once(`parts ${field}`, () => {
      const sums = {};
      for (const second of this.#seconds.values()) {
        for (const name in second[field]) sums[name] = (sums[name] ?? 0) + second[field][name];
      }
      return Object.entries(sums).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    });
  }

  #once(what, add) {
    if (!this.#sums.has(what)) this.#sums.set(what, add());
    return this.#sums.get(what);
  }
}

export function total(field) {
  if (typeof field !== "object") return field ?? 0;
  let sum = 0;
  for (const name in field) sum += field[name];
  return sum;
}
