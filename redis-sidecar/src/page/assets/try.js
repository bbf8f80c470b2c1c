// A box to try a text. The text goes to a worker of this page, and nowhere else.

import { $, bytes, copyButton, count, el, micros, plural, say } from "./dom.js";

const EXAMPLE =
  "Instance i-0a1b2c3d4e5f60718 in vpc-0fedcba9876543210 cannot reach the database\norders.c9akciq32xyz.eu-west-1.rds.amazonaws.com from 10.0.3.17.\nIts role is arn:aws:iam::123456789012:role/orders-writer, its logs are in s3://acme-prod-logs/2026/.";
const EVIDENCE = { form: "its own form", context: "what stands around it", definition: "a definition: an ARN, a host or a URL" };
const PAUSE = 200;

const lists = { always_mask: new Set(), never_mask: new Set() };
let worker;
let timer;
let last = 0;

export function startTry(hasTryBox) {
  if (!hasTryBox) {
    $("try-text").disabled = true;
    say($("try-note"), "The box was not built into this sidecar: build it with make, which sets AWS_MASKER_TRY_BOX.");
    return;
  }
  const text = $("try-text");
  text.value = EXAMPLE;
  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  // What is marked is probably what should be masked.
  text.addEventListener("select", () => {
    const marked = text.value.slice(text.selectionStart, text.selectionEnd).trim();
    if (marked.length >= 3 && marked.length <= 200 && !marked.includes("\n")) $("try-always").value = marked;
  });
  // The program is half a megabyte: it is loaded when the box comes into view.
  const seen = new IntersectionObserver(([entry]) => {
    if (!entry.isIntersecting) return;
    seen.disconnect();
    start();
  });
  seen.observe(text);
  showLists();
}

function start() {
  const ours = globalThis.trustedTypes?.createPolicy("try-box", { createScriptURL: () => "/page/try-worker.js" });
  worker = new Worker(ours ? ours.createScriptURL("") : "/page/try-worker.js", { type: "module" });
  worker.addEventListener("message", ({ data }) => data.id === last && show(data));
  ask();
}

function ask() {
  if (!worker) return;
  last += 1;
  const [always_mask, never_mask] = [[...lists.always_mask], [...lists.never_mask]];
  worker.postMessage({ id: last, asked: { text: $("try-text").value, always_mask, never_mask } });
}

function show({ answer, failed, ms }) {
  if (failed || answer.refused) return say($("try-note"), failed ?? answer.refused);
  const found = answer.pieces.filter((piece) => piece.masked);
  $("try-masked").replaceChildren(
    ...answer.pieces.map(({ text, masked }) => (masked ? el("mark", { title: masked.kind }, masked.placeholder) : text)),
  );
  const size = new TextEncoder().encode($("try-text").value).length;
  say($("try-note"), `${plural(found.length, "value")} in ${bytes(size)}, read here in ${micros(ms * 1000)}.`);
  const values = new Map();
  for (const piece of found) {
    const key = `${piece.masked.kind} ${piece.text}`;
    values.set(key, { ...piece, times: (values.get(key)?.times ?? 0) + 1 });
  }
  $("try-findings").replaceChildren(...[...values.values()].map(row));
  $("try-empty").hidden = values.size > 0;
}

function row({ text, masked, times }) {
  const shown = text.length > 60 ? `${text.slice(0, 57)}…` : text;
  const never = el("button", { type: "button", class: "quiet", onclick: () => change("never_mask", text), "aria-label": `Never mask ${shown}` }, "Never mask");
  return el(
    "tr",
    {},
    el("th", { scope: "row", class: "mono" }, shown, times > 1 && el("span", { class: "soft" }, ` ×${count(times)}`)),
    el("td", {}, el("code", {}, masked.kind), " ", el("span", { class: `tag ${masked.risk === "secret" ? "bad" : ""}` }, masked.risk)),
    el("td", {}, EVIDENCE[masked.evidence] ?? masked.evidence),
    el("td", { class: "wide" }, el("code", {}, masked.switch)),
    el("td", { class: "acts" }, never),
  );
}

function change(list, value) {
  const other = list === "never_mask" ? "always_mask" : "never_mask";
  lists[other].delete(value);
  if (!lists[list].delete(value)) lists[list].add(value);
  showLists();
  ask();
}

const line = (list) => `${list}: ${JSON.stringify([...lists[list]])}`;

function showLists() {
  const input = el("input", { class: "mono", id: "try-always", placeholder: "A company’s or a project’s name", spellcheck: "false", minlength: "3", maxlength: "200" });
  const add = el(
    "form",
    {
      class: "add",
      autocomplete: "off",
      onsubmit: (event) => {
        event.preventDefault();
        if (input.value.trim()) change("always_mask", input.value.trim());
        $("try-always").focus();
      },
    },
    el("label", { for: "try-always" }, "Always mask"),
    input,
    el("button", { type: "submit", class: "quiet" }, "Add"),
  );
  const made = Object.keys(lists).filter((list) => lists[list].size > 0);
  const lines = made.map((list) =>
    el(
      "div",
      { class: "line" },
      el("code", {}, line(list)),
      copyButton(() => line(list)),
      el("button", { type: "button", class: "quiet", onclick: () => (lists[list].clear(), showLists(), ask()) }, "Clear"),
    ),
  );
  const note = made.length > 0 && el("p", { class: "soft" }, made.length > 1 ? "The lines for the filter’s configuration:" : "The line for the filter’s configuration:");
  $("try-lists").replaceChildren(add, ...(note ? [note] : []), ...lines);
}
