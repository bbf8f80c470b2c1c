// The line of truth, in words.

import { $, count, facts, lasting, plural, say } from "./dom.js";

const STATES = {
  waiting: "Waiting for a gateway",
  protecting: "Protecting",
  observing: "Observing",
  refusing: "Refusing",
  degraded: "Degraded",
};

const REASONS = {
  no_filter: "No filter has called in the last minute, so nothing passes through here.",
  store_down: "Redis does not answer. Filters refuse requests until it does, unless their configuration has redis_fallback.",
  outage: "Filters refuse requests, because the vault did not answer them or they have no key yet.",
  misconfigured: "The configuration of a filter is not valid. Every request through it is refused; the reason is in the gateway’s log.",
  observed: "At least one filter only counts what it would mask. Values leave as they are.",
  unmasked_requests: "The gateway sent requests without showing them to the filter: they left unmasked.",
  selfcheck_unmasked: "The self-check’s invented values arrived upstream as they are: what passes on its route leaves unmasked.",
  selfcheck_failed: "The self-check fails. What is wrong stands below, under Health, and in the sidecar’s log.",
  quota: "A scope has used up a quota. Its requests with new values are refused; other scopes are not affected.",
  unrestored: "Responses stayed masked, in whole or in part, in the last minute. Nothing left unmasked.",
  dropped_mappings: "Mappings were dropped before they could be stored. Their placeholders cannot be restored later.",
  eviction: "Values are masked, but Redis may drop mappings before they expire: set maxmemory-policy to noeviction.",
};

function allWell(minutes) {
  const requests = minutes.sum("requests");
  if (requests === 0) return "Filters are ready. No request came in the last ten minutes.";
  const refused = minutes.sum("refused");
  const kept = refused === 0 ? "none refused" : `${count(refused)} refused`;
  return `${plural(requests, "request")} in the last ten minutes: ${plural(minutes.sum("kinds"), "value")} masked, ${plural(minutes.sum("restored"), "placeholder")} restored, ${kept}.`;
}

const STORES = { redis: "Redis answers", redis_down: "Redis does not answer", memory: "This process’s memory" };

export function showTruth(report, minutes) {
  const { state, why, since_ms } = report.truth;
  document.documentElement.dataset.state = state;
  say($("truth-state"), STATES[state] ?? state);
  say($("truth-why"), REASONS[why] ?? allWell(minutes));
  const calling = report.filters.filter((filter) => report.now_ms - filter.last_ms < 60_000);
  const releases = [...new Set(calling.map((filter) => filter.release).filter(Boolean))].sort();
  facts($("truth-facts"), [
    ["Since", `${new Date(since_ms).toLocaleTimeString("en-GB")} (${lasting(report.now_ms - since_ms)})`],
    ["Store", STORES[report.store.state] ?? report.store.state],
    ["Filters", calling.length === 0 ? "none calls" : [`${count(calling.length)} calling`, ...releases].join(", ")],
    ["Sidecar", `${report.version}, up ${lasting(report.now_ms - report.began_ms)}`],
    ["You see", report.all ? "all scopes" : "the scopes of your token"],
  ]);
  document.title = `${STATES[state] ?? state} – aws-masker`;
}
