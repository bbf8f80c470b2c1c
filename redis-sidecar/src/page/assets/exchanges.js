// The stream of exchanges: numbers only. What the provider saw is fetched when it is asked for.

import { call } from "./call.js";
import { $, bytes, clock, copyButton, count, dialog, el, facts, micros, plural, say } from "./dom.js";
import { askReveal } from "./reveal.js";

const ROWS = 100;
const PLACEHOLDER = /AWS_[A-Z0-9]+(?:_[A-Z0-9]+)*_[0-9A-HJKMNP-TV-Z]{12}/g;

const kept = [];
let waiting = 0;
let looking = false;
const box = dialog("exchange", () => $("exchange-about").replaceChildren());

export function startExchanges() {
  $("exchanges-only").addEventListener("input", redraw);
  const hold = $("exchanges-hold");
  hold.addEventListener("click", () => {
    hold.setAttribute("aria-pressed", String(hold.getAttribute("aria-pressed") !== "true"));
    redraw();
  });
  // Rows do not move away under a pointer or a reader.
  const rows = $("exchanges-rows");
  const look = (now) => () => {
    looking = now;
    if (!now) redraw();
  };
  rows.addEventListener("pointerenter", look(true));
  rows.addEventListener("pointerleave", look(false));
  rows.addEventListener("focusin", look(true));
  rows.addEventListener("focusout", look(false));
}

export function clearExchanges() {
  kept.length = 0;
  redraw();
}

// Of the first report, what is left out is what came before.
export function takeExchanges(report, isFirst) {
  const leftOut = isFirst ? 0 : report.left_out;
  kept.unshift(...report.exchanges.toReversed());
  kept.length = Math.min(kept.length, ROWS);
  if (held()) waiting += report.exchanges.length + leftOut;
  else if (report.exchanges.length > 0) redraw();
  note(leftOut);
}

const held = () => looking || $("exchanges-hold").getAttribute("aria-pressed") === "true";

function note(leftOut = 0) {
  const still = waiting ? `held, ${plural(waiting, "newer one")}` : "held";
  say($("exchanges-note"), held() ? still : leftOut ? `${count(leftOut)} more in the last second` : "");
}

function redraw() {
  waiting = 0;
  const only = $("exchanges-only").value.trim().toLowerCase();
  const words = (x) => [x.scope, x.route, x.dialect, x.refused, x.status].join(" ").toLowerCase();
  const shown = only ? kept.filter((exchange) => words(exchange).includes(only)) : kept;
  const rows = $("exchanges-rows");
  const known = new Map([...rows.children].map((row) => [row.dataset.id, row]));
  rows.replaceChildren(...shown.map((exchange) => known.get(String(exchange.id)) ?? row(exchange)));
  $("exchanges-empty").hidden = shown.length > 0;
  say($("exchanges-empty"), kept.length ? "None of the latest exchanges matches." : "No exchange yet. Each appears here a second after it ended.");
  note();
}

const sum = (pairs) => pairs.reduce((all, [, n]) => all + n, 0);
const added = ({ mask_us, restore_us }) => (mask_us === undefined && restore_us === undefined ? "" : micros((mask_us ?? 0) + (restore_us ?? 0)));

function outcome(exchange) {
  if (exchange.observed) return ["warn", exchange.refused ? `would refuse ${exchange.refused.slice(-4)}` : "observed"];
  if (exchange.refused) return ["bad", `refused ${exchange.refused.slice(-4)}`];
  if (exchange.alerts?.length) return ["bad", `${exchange.status || ""} alert`.trim()];
  const status = exchange.status || "";
  if (exchange.response && exchange.response !== "restored") return ["warn", `${status} ${exchange.response}`.trim()];
  if (exchange.unresolved) return ["warn", `${status} ${exchange.unresolved} unresolved`.trim()];
  return [exchange.status >= 400 ? "warn" : "good", String(status || "ok")];
}

function row(exchange) {
  const [mood, text] = outcome(exchange);
  const cell = (name, content, className = "") => el("td", { "data-name": name, class: className }, content || "–");
  const open = () => show(exchange);
  return el(
    "tr",
    { "data-id": exchange.id, onclick: open },
    el("th", { scope: "row" }, el("button", { type: "button", class: "open mono", "aria-haspopup": "dialog" }, clock(exchange.at_ms))),
    cell("Scope", exchange.scope),
    cell("Route", exchange.route),
    cell("API", exchange.dialect?.replaceAll("_", " ")),
    el("td", { "data-name": "Outcome" }, el("span", { class: `tag ${mood}` }, text)),
    cell("Sent", bytes(exchange.request_bytes), "n"),
    cell("Received", bytes(exchange.response_bytes), "n"),
    cell("Masked", count(sum(exchange.masked)), "n"),
    cell("Restored", count(exchange.restored), "n"),
    cell("Added", added(exchange), "n"),
  );
}

async function show(exchange) {
  const list = el("dl", { class: "facts" });
  facts(list, [
    ["Time", clock(exchange.at_ms)],
    ["Scope", exchange.scope],
    ["Route", exchange.route],
    ["API", exchange.dialect],
    ["Outcome", outcome(exchange)[1]],
    ["Code", exchange.refused],
    ["Alert on", exchange.alerts?.join(", ")],
    ["Sent", bytes(exchange.request_bytes)],
    ["Received", bytes(exchange.response_bytes)],
    ["Restored", count(exchange.restored)],
    ["Unresolved", exchange.unresolved && count(exchange.unresolved)],
    ["Withheld from the client", exchange.withheld && count(exchange.withheld)],
    ["Kept from a tool", exchange.guarded && count(exchange.guarded)],
    ["Attachments", exchange.attachments && count(exchange.attachments)],
    ["Masked in", exchange.mask_us !== undefined && micros(exchange.mask_us)],
    ["Restored in", exchange.restore_us !== undefined && micros(exchange.restore_us)],
    ["Tokens", exchange.input_tokens && `${count(exchange.input_tokens)}, ${count(exchange.cache_read_tokens ?? 0)} of them cached`],
  ]);
  const kinds = exchange.masked.map(([kind, n]) => el("li", {}, el("code", {}, kind), ` ${count(n)}`));
  const seen = el("div", { class: "seen" }, el("p", { class: "soft" }, "…"));
  $("exchange-about").replaceChildren(
    list,
    ...(kinds.length ? [el("h3", {}, "Masked, by kind"), el("ul", { class: "legend" }, ...kinds)] : []),
    el("h3", {}, "What the provider saw"),
    seen,
  );
  box.showModal();
  const body = exchange.has_body && (await call("GET", `/v1/bodies/${exchange.id}`).catch(() => ({}))).body;
  seen.replaceChildren(...(body ? recorded(body, exchange.scope) : unrecorded(exchange)));
}

function recorded(body, scope) {
  const text = pretty(body);
  const pieces = [];
  let at = 0;
  for (const found of text.matchAll(PLACEHOLDER)) {
    const placeholder = found[0];
    const ask = () => askReveal(placeholder, scope);
    pieces.push(text.slice(at, found.index), el("button", { type: "button", class: "placeholder", title: "Reveal…", onclick: ask }, placeholder));
    at = found.index + placeholder.length;
  }
  return [el("pre", { class: "mono", tabindex: "0" }, ...pieces, text.slice(at)), el("p", { class: "soft" }, "Each placeholder can be revealed, with a reason.")];
}

// Only shown so: the body itself had no line feeds.
function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2).replaceAll("\\n", "\n");
  } catch {
    return body;
  }
}

function unrecorded(exchange) {
  if (exchange.observed) return [el("p", {}, "The request as it came: this filter only observes. Such bodies are not recorded.")];
  if (exchange.refused) return [el("p", {}, "Nothing: the request was refused.")];
  const line = "record_masked_bodies: true";
  return [
    el("p", {}, "It was not recorded, or it is not among the latest any more. To see bodies as the provider gets them, with placeholders, add this line to the filter’s configuration:"),
    el("div", { class: "line" }, el("code", {}, line), copyButton(() => line)),
    el("p", { class: "soft" }, "They are kept in the sidecar’s memory only, the latest hundred, and hold everything that is not masked."),
  ];
}
