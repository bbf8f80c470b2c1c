// Builds elements. Texts become text nodes, whatever they hold.

export const $ = (id) => document.getElementById(id);

export function el(tag, about = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(about)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

// Changes nothing that is already so: a screen reader would read it again.
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function facts(list, pairs) {
  const wanted = pairs.filter(([, text]) => text);
  if (list.childElementCount !== wanted.length) {
    list.replaceChildren(...wanted.map(() => el("div", {}, el("dt"), el("dd"))));
  }
  wanted.forEach(([name, text, mood], at) => {
    const [dt, dd] = list.children[at].children;
    say(dt, name);
    say(dd, text);
    dd.className = mood ?? "";
  });
}

export function copyButton(text) {
  const button = el("button", { type: "button", class: "quiet copy" }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
      say(button, "Copied");
    } catch {
      say(button, "Select and copy");
    }
    setTimeout(() => say(button, "Copy"), 1500);
  });
  return button;
}

// Whatever is in a dialog goes when it closes.
export function dialog(id, onclose = () => {}) {
  const box = $(id);
  for (const button of box.querySelectorAll("[data-close]")) button.addEventListener("click", () => box.close());
  box.addEventListener("click", (event) => event.target === box && box.close());
  box.addEventListener("close", onclose);
  return box;
}

const whole = new Intl.NumberFormat("en");
export const count = (n) => whole.format(n);
export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

export function bytes(n) {
  if (n < 1000) return `${n} B`;
  const [unit, divisor] = n < 1e6 ? ["KB", 1e3] : n < 1e9 ? ["MB", 1e6] : ["GB", 1e9];
  const scaled = n / divisor;
  return `${scaled < 10 ? scaled.toFixed(1) : Math.round(scaled)} ${unit}`;
}

export function micros(us) {
  if (us < 1000) return `${Math.round(us)} µs`;
  const ms = us / 1000;
  return ms < 10 ? `${ms.toFixed(1)} ms` : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

export function lasting(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s} s`;
  const [d, h, m] = [Math.floor(s / 86400), Math.floor(s / 3600) % 24, Math.floor(s / 60) % 60];
  if (d > 0) return `${d} d ${h} h`;
  return h > 0 ? `${h} h ${m} min` : `${m} min`;
}

export const clock = (ms) => new Date(ms).toLocaleTimeString("en-GB");
