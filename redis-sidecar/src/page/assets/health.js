// The health of the store and of the filters, and what prompt caching saves.

import { $, clock, count, el, facts, lasting, say } from "./dom.js";

const BREAKERS = { closed: "closed", open: "open: calls fail at once", half_open: "trying again" };
const EVICTIONS = { never: "never", may_evict: "may drop mappings", unknown: "not known yet" };
const CHECKS = {
  off: "not set up",
  pending: "not run yet",
  ok: "masked and restored",
  unreachable: "the gateway cannot be reached",
  refused: "the gateway refuses it",
  no_echo: "no echo answers",
  not_masked: "values arrive unmasked",
  not_restored: "values come back altered",
};
// A healthy filter calls every few seconds.
const LATE = 15_000;

export function showHealth(report, minutes) {
  const { store, selfcheck, now_ms } = report;
  const checked = CHECKS[selfcheck.outcome] ?? selfcheck.outcome;
  const down = store.state === "redis_down";
  facts($("health-facts"), [
    [store.state === "memory" ? "Store" : "Redis", store.state === "memory" ? "in memory: lost when the sidecar ends" : down ? "does not answer" : "answers", down ? "bad" : "good"],
    ["Since", `${clock(store.since_ms)} (${lasting(now_ms - store.since_ms)})`],
    ["Circuit breaker", store.state !== "memory" && (BREAKERS[store.breaker] ?? store.breaker), store.breaker === "closed" ? "" : "bad"],
    ["Eviction", EVICTIONS[store.eviction] ?? store.eviction, store.eviction === "may_evict" ? "bad" : ""],
    ["Self-check", selfcheck.at_ms ? `${checked}, ${clock(selfcheck.at_ms)}` : checked, { ok: "good", off: "", pending: "" }[selfcheck.outcome] ?? "bad"],
  ]);
  showFilters(report.filters, now_ms);
  showCache(minutes);
}

function showFilters(filters, now) {
  const list = $("health-filters");
  const shown = filters.slice(0, 8);
  while (list.childElementCount > shown.length) list.lastChild.remove();
  shown.forEach((filter, at) => {
    const item = list.children[at] ?? list.appendChild(el("li", {}, el("code"), el("span", { class: "soft" })));
    const silent = now - filter.last_ms;
    say(item.firstChild, filter.instance);
    item.firstChild.title = filter.instance;
    say(item.lastChild, `${filter.release ? `${filter.release}, ` : ""}${filter.observing ? "observing, " : ""}${silent < LATE ? "calling" : `silent for ${lasting(silent)}`}`);
    item.className = silent < LATE ? "good" : "bad";
  });
  if (filters.length === 0) list.replaceChildren(el("li", { class: "soft" }, "None has called in the last ten minutes."));
  else if (filters.length > shown.length) list.append(el("li", { class: "soft" }, `and ${count(filters.length - shown.length)} more`));
}

function showCache(minutes) {
  const [input, cached] = [minutes.sum("input_tokens"), minutes.sum("cache_read_tokens")];
  const share = input > 0 ? cached / input : 0;
  $("cache-bar").style.inlineSize = `${(100 * share).toFixed(1)}%`;
  say($("cache-note"), input > 0 ? `${Math.round(100 * share)} % of ${count(input)} tokens were read from the provider’s cache.` : "No provider has reported tokens in the last ten minutes.");
}
