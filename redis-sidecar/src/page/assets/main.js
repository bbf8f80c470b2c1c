// Signs in, listens, and hands each report to the parts of the page.

import { call, listen } from "./call.js";
import { Chart } from "./chart.js";
import { $, count, micros, say } from "./dom.js";
import { clearExchanges, startExchanges, takeExchanges } from "./exchanges.js";
import { showHealth } from "./health.js";
import { showMappings, startMappings } from "./mappings.js";
import { Minutes } from "./minutes.js";
import { startReveal } from "./reveal.js";
import { startSetup } from "./setup.js";
import { showTruth } from "./truth.js";
import { startTry } from "./try.js";

const minutes = new Minutes();
let source;
let fresh = true;
let delay;

const slowest = (seconds) => {
  const told = seconds.filter((second) => second.delay_us).map((second) => second.delay_us[0]);
  return told.length ? told.sort((a, b) => a - b)[Math.floor(told.length / 2)] : undefined;
};
const rate = (n, top) => (top ? `${n < 10 ? Number(n.toFixed(1)) : count(Math.round(n))}/s` : count(n));
const time = (us) => (us ? micros(us) : "–");

const charts = [
  new Chart({ title: "Values masked", field: "kinds", series: 6, format: rate, class: "large", note: "by kind" }),
  new Chart({ title: "Requests", field: "requests", format: rate, class: "large" }),
  new Chart({ title: "Refused", field: "refused", format: rate, mood: "bad" }),
  new Chart({ title: "Unresolved placeholders", field: "unresolved", format: rate, mood: "warn" }),
  new Chart({
    title: "Time added",
    field: "requests",
    of: slowest,
    format: time,
    note: "median of an exchange",
    all: () => (delay ? micros(delay[0]) : "not measured"),
    mood: "s1",
  }),
];

function show(report) {
  // After a loss, the first report has everything again.
  const isFirst = fresh;
  if (isFirst) {
    minutes.clear();
    clearExchanges();
    fresh = false;
  }
  delay = report.delay_us;
  minutes.take(report);
  showTruth(report, minutes);
  showHealth(report, minutes);
  takeExchanges(report, isFirst);
  showMappings(report.now_ms);
  if (!document.hidden) for (const chart of charts) chart.draw(minutes);
}

function link(up) {
  const mark = $("link");
  mark.hidden = false;
  mark.dataset.up = String(up);
  if (!up) fresh = true;
  if (!up || mark.textContent === "" || mark.textContent === "connecting again…") say(mark, up ? "live" : "connecting again…");
}

function watch() {
  source?.close();
  fresh = true;
  source = listen(show, link);
}

function turn(signedIn) {
  $("sign-in").hidden = signedIn;
  $("page").hidden = !signedIn;
  $("sections").hidden = !signedIn;
  $("sign-out").hidden = !signedIn;
  $("link").hidden = true;
  if (signedIn) return watch();
  source?.close();
  source = undefined;
  for (const box of document.querySelectorAll("dialog[open]")) box.close();
  minutes.clear();
  clearExchanges();
  delete document.documentElement.dataset.state;
  document.title = "aws-masker";
  $("token").focus();
}

async function signIn(token) {
  await call("POST", "/v1/session", undefined, { authorization: `Bearer ${token}` });
  turn(true);
}

// A link may carry the token behind its #, which no server sees. It leaves the address at once.
function tokenOfLink() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token) history.replaceState(null, "", location.pathname);
  return token;
}

async function start() {
  const token = tokenOfLink();
  $("charts").replaceChildren(...charts.map((chart) => chart.element));
  startExchanges();
  startReveal();
  startMappings();
  startSetup();
  document.addEventListener("signed-out", () => $("page").hidden || turn(false));
  document.addEventListener("listen-again", () => setTimeout(() => $("page").hidden || watch(), 3000));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) for (const chart of charts) chart.draw(minutes);
  });
  $("sign-out").addEventListener("click", async () => {
    await call("DELETE", "/v1/session").catch(() => null);
    turn(false);
  });
  $("sign-in-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = $("token").value.trim();
    $("token").value = "";
    say($("sign-in-wrong"), "");
    await signIn(given).catch((refused) => say($("sign-in-wrong"), refused.status === 401 ? "This is not an operator’s token." : refused.message));
  });
  const session = await call("GET", "/v1/session");
  startTry(session.has_try_box);
  if (!session.has_operators) say($("sign-in-why"), "This sidecar has no operator’s token: set MASKER_OPERATOR_TOKEN and start it again.");
  if (session.signed_in) return turn(true);
  if (token && (await signIn(token).then(() => true, () => false))) return;
  turn(false);
}

start();
