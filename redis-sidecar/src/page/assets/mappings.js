// What the vault keeps: how much of each scope, which values a scope knows, and how to forget.

import { call } from "./call.js";
import { $, bytes, count, dialog, el, plural, say } from "./dom.js";
import { askReveal } from "./reveal.js";

// Milliseconds between two questions for the usage.
const PAUSE = 5_000;

let asked = 0;
let erasure;
const forgetting = dialog("forget", () => {
  erasure = undefined;
  $("forget-form").reset();
  say($("forget-wrong"), "");
});
const known = dialog("known", () => $("known-names").replaceChildren());

export function startMappings() {
  const wanted = () => [$("ask-placeholder").value.trim(), $("ask-scope").value.trim()];
  $("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    askReveal(...wanted());
  });
  $("ask-forget").addEventListener("click", () => $("ask").reportValidity() && askForget({ placeholder: wanted()[0], scope: wanted()[1] }));
  $("forget-name").addEventListener("input", () => $("forget-name").setCustomValidity(""));
  $("forget-form").addEventListener("submit", forget);
}

export async function showMappings(now, soon = false) {
  if (!soon && now - asked < PAUSE) return;
  asked = now;
  const { usage } = await call("GET", "/v1/usage").catch(() => ({}));
  if (!usage) return;
  const scopes = Object.entries(usage);
  const rows = $("mappings-rows");
  // Whoever is about to press a button finds it where it was: rows stay, and their numbers change.
  const shown = new Map([...rows.children].map((row) => [row.dataset.scope, row]));
  for (const [scope, row] of shown) if (!(scope in usage)) row.remove();
  scopes.forEach(([scope, used], at) => {
    const own = shown.get(scope) ?? row(scope);
    if (rows.children[at] !== own) rows.insertBefore(own, rows.children[at] ?? null);
    const numbers = [count(used.mappings), bytes(used.bytes), count(used.new_this_minute), count(used.known)];
    own.querySelectorAll(".n").forEach((cell, number) => say(cell, numbers[number]));
  });
  $("mappings-empty").hidden = scopes.length > 0;
  const names = scopes.map(([scope]) => scope);
  if ([...$("scopes").children].map((option) => option.value).join() !== names.join()) {
    $("scopes").replaceChildren(...names.map((scope) => el("option", { value: scope })));
  }
}

function row(scope) {
  const act = (text, act) => el("button", { type: "button", class: "quiet", onclick: act, "aria-label": `${text.replace("…", "")} ${scope}` }, text);
  return el(
    "tr",
    { "data-scope": scope },
    el("th", { scope: "row", class: "mono" }, scope),
    ...["n", "n", "n wide", "n"].map((look) => el("td", { class: look })),
    el("td", { class: "acts" }, act("Known", () => showKnown(scope)), act("Forget…", () => askForget({ scope }))),
  );
}

async function showKnown(scope) {
  say($("known-title"), `Known values of ${scope}`);
  $("known-names").replaceChildren(el("li", { class: "soft" }, "…"));
  known.showModal();
  try {
    const names = (await call("POST", "/v1/known", { scope, values: false })).known;
    const item = ({ placeholder, kind }) =>
      el(
        "li",
        {},
        el("button", { type: "button", class: "placeholder", onclick: () => askReveal(placeholder, scope) }, placeholder),
        el("span", { class: "soft" }, kind),
        el("button", { type: "button", class: "quiet", onclick: () => askForget({ scope, placeholder }), "aria-label": `Forget ${placeholder}` }, "Forget…"),
      );
    $("known-names").replaceChildren(...(names.length ? names.map(item) : [el("li", { class: "soft" }, "This scope knows none.")]));
  } catch (refused) {
    $("known-names").replaceChildren(el("li", { class: "wrong" }, refused.message));
  }
}

function askForget(what) {
  erasure = what;
  const whole = !what.placeholder;
  say($("forget-title"), whole ? "Forget a whole scope" : "Forget one mapping");
  $("forget-what").replaceChildren(
    ...(whole ? ["All mappings of scope ", el("code", {}, what.scope), " are erased, here and in every filter."] : [el("code", {}, what.placeholder), " of scope ", el("code", {}, what.scope), " is erased, here and in every filter."]),
  );
  $("forget-typed").hidden = !whole;
  $("forget-name").required = whole;
  forgetting.showModal();
}

async function forget(event) {
  event.preventDefault();
  const name = $("forget-name");
  if (!erasure.placeholder && name.value.trim() !== erasure.scope) {
    name.setCustomValidity(`This is not “${erasure.scope}”.`);
    return name.reportValidity();
  }
  try {
    const { forgotten } = await call("POST", "/v1/forget", erasure);
    forgetting.close();
    if (known.open) known.close();
    say($("link"), `${plural(forgotten, "mapping")} forgotten`);
    showMappings(Date.now(), true);
  } catch (refused) {
    say($("forget-wrong"), refused.message);
  }
}
