// A chart of ten minutes in columns, drawn by hand as SVG: a few paths, however much traffic there is.

import { clock, el, say } from "./dom.js";
import { WINDOW, total } from "./minutes.js";

const SVG = "http://www.w3.org/2000/svg";
const GAP = 1;
const OTHER = "other";

function svg(tag, about = {}) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(about)) element.setAttribute(name, value);
  return element;
}

export class Chart {
  // `plan` has a `title`, the `field` of a second, `format` for its numbers, and perhaps `series` (so many parts of the
  // field that are told apart) or `of` (how a bin's number is made of its seconds; without it, they are added up).
  constructor(plan) {
    this.plan = plan;
    this.colours = new Map();
    this.number = el("span", { class: "number" });
    this.note = el("span", { class: "soft" });
    this.legend = plan.series ? el("ul", { class: "legend" }) : undefined;
    this.picture = svg("svg", { role: "img", tabindex: "0", class: "chart" });
    this.paths = svg("g");
    this.line = svg("path", { class: "grid" });
    this.mark = svg("rect", { class: "cursor", visibility: "hidden" });
    this.top = el("span", { class: "top soft" });
    this.picture.append(this.line, this.mark, this.paths);
    const ends = el("div", { class: "ends soft", "aria-hidden": "true" }, el("span", {}, "10 min"), el("span", {}, "5 min"), el("span", {}, "now"));
    this.element = el(
      "figure",
      { class: `sheet figure ${plan.class ?? ""}` },
      el("figcaption", {}, el("span", { class: "title" }, plan.title), this.number, this.note),
      this.legend,
      el("div", { class: "canvas" }, this.picture, this.top),
      ends,
    );
    this.watch();
  }

  watch() {
    const at = (event) => {
      const box = this.picture.getBoundingClientRect();
      this.point(Math.floor(((event.clientX - box.left) / box.width) * (this.bins?.length ?? 0)));
    };
    this.picture.addEventListener("pointermove", at);
    this.picture.addEventListener("pointerdown", at);
    this.picture.addEventListener("pointerleave", () => this.point(undefined));
    this.picture.addEventListener("blur", () => this.point(undefined));
    this.picture.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (event.key === "Escape") return this.point(undefined);
      if (!step || !this.bins) return;
      event.preventDefault();
      this.point(Math.min(this.bins.length - 1, Math.max(0, (this.cursor ?? this.bins.length) + step)));
    });
    new ResizeObserver(() => this.minutes && this.draw(this.minutes)).observe(this.picture);
  }

  point(bin) {
    this.cursor = this.bins?.[bin] ? bin : undefined;
    if (this.minutes) this.draw(this.minutes);
  }

  draw(minutes) {
    this.minutes = minutes;
    const { width, height } = this.picture.getBoundingClientRect();
    if (!width) return;
    this.picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.span = width > 700 ? 5 : 10;
    this.bins = minutes.bins(this.span);
    const names = this.names(minutes);
    this.shown = new Set(names);
    const heights = this.bins.map((bin) => names.map((name) => this.size(bin, name)));
    const most = Math.max(...heights.map((parts) => parts.reduce((sum, n) => sum + n, 0)), this.plan.least ?? 1);
    const column = width / this.bins.length;
    const scale = (height - 6) / most;
    const paths = names.map(() => "");
    heights.forEach((parts, at) => {
      let y = height;
      parts.forEach((n, series) => {
        if (n <= 0) return;
        const h = Math.max(n * scale, 1.5);
        y -= h;
        paths[series] += `M${(at * column).toFixed(1)} ${y.toFixed(1)}h${(column - GAP).toFixed(1)}v${h.toFixed(1)}h-${(column - GAP).toFixed(1)}z`;
      });
    });
    this.show(names, paths);
    this.line.setAttribute("d", `M0 ${height - 0.5}H${width}M0 ${(height - most * scale).toFixed(1)}H${width}`);
    say(this.top, this.bins.some((bin) => bin.seconds.length) ? this.plan.format(this.plan.of ? most : most / this.span, true) : "");
    this.mark.setAttribute("visibility", this.cursor === undefined ? "hidden" : "visible");
    if (this.cursor !== undefined) {
      Object.entries({ x: this.cursor * column, y: 0, width: column - GAP, height }).forEach(([name, n]) => this.mark.setAttribute(name, n));
    }
    this.tell(minutes, names);
  }

  show(names, paths) {
    while (this.paths.childElementCount < paths.length) this.paths.append(svg("path"));
    [...this.paths.children].forEach((path, at) => {
      path.setAttribute("d", paths[at] ?? "");
      path.setAttribute("class", this.plan.series ? `s${this.colour(names[at])}` : (this.plan.mood ?? "s0"));
    });
  }

  tell(minutes, names) {
    const bin = this.bins[this.cursor];
    const { title, field, format, of } = this.plan;
    if (bin) {
      say(this.number, format(of ? of(bin.seconds) : total(this.size(bin)), false));
      say(this.note, `${clock(bin.t * 1000)}, ${this.span} s`);
    } else {
      say(this.number, this.plan.all ? this.plan.all() : format(minutes.sum(field), false));
      say(this.note, this.plan.note ?? "");
    }
    this.picture.setAttribute("aria-label", `${title}: ${this.number.textContent} ${this.note.textContent}. Arrow keys read single columns.`);
    if (this.legend) this.keys(minutes, names, bin);
  }

  keys(minutes, names, bin) {
    const sums = new Map(bin ? names.map((name) => [name, this.size(bin, name)]) : minutes.parts(this.plan.field));
    const told = bin || !names.includes(OTHER) ? sums : new Map(names.map((name) => [name, name === OTHER ? this.rest(sums, names) : sums.get(name)]));
    const texts = names.map((name) => `${name} ${this.plan.format(told.get(name) ?? 0, false)}`);
    if (this.legend.dataset.texts === texts.join()) return;
    this.legend.dataset.texts = texts.join();
    this.legend.replaceChildren(
      ...names.map((name) => el("li", { class: `s${this.colour(name)}` }, el("code", {}, name), ` ${this.plan.format(told.get(name) ?? 0, false)}`)),
    );
  }

  rest(sums, names) {
    return [...sums].reduce((sum, [name, n]) => sum + (names.includes(name) && name !== OTHER ? 0 : n), 0);
  }

  // The parts that are told apart, the largest first, and the rest as one.
  names(minutes) {
    if (!this.plan.series) return [undefined];
    const parts = minutes.parts(this.plan.field).map(([name]) => name);
    const named = parts.filter((name) => name !== OTHER).slice(0, this.plan.series);
    return named.length < parts.length ? [...named, OTHER] : named;
  }

  size(bin, name) {
    const { field, of } = this.plan;
    if (of) return bin.seconds.length ? (of(bin.seconds) ?? 0) : 0;
    if (name === undefined) return bin.seconds.reduce((sum, second) => sum + total(second[field]), 0);
    if (name !== OTHER) return bin.seconds.reduce((sum, second) => sum + (second[field][name] ?? 0), 0);
    let rest = 0;
    for (const second of bin.seconds) {
      for (const kind in second[field]) if (kind === OTHER || !this.shown.has(kind)) rest += second[field][kind];
    }
    return rest;
  }

  // A part keeps its colour for as long as it is among those that are shown.
  colour(name) {
    if (name === OTHER) return 6;
    if (!this.colours.has(name)) {
      for (const known of this.colours.keys()) if (!this.shown.has(known)) this.colours.delete(known);
      const taken = new Set(this.colours.values());
      this.colours.set(name, [0, 1, 2, 3, 4, 5].find((colour) => !taken.has(colour)) ?? 5);
    }
    return this.colours.get(name);
  }
}

export const SECONDS = WINDOW;
