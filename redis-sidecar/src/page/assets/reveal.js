// Shows one value, to whoever asked for it with a reason, until it is hidden again. It stands in no other place.

import { call } from "./call.js";
import { $, dialog, say } from "./dom.js";

// Milliseconds after which a value hides itself.
const SHOWN = 60_000;

let timer;
const box = dialog("reveal", () => {
  hide();
  $("reveal-form").reset();
  say($("reveal-wrong"), "");
});

function hide() {
  clearTimeout(timer);
  $("reveal-value").replaceChildren();
  $("reveal-value").hidden = true;
  $("reveal-hide").hidden = true;
  $("reveal-show").hidden = false;
}

export function startReveal() {
  $("reveal-hide").addEventListener("click", () => {
    hide();
    $("reveal-reason").focus();
  });
  document.addEventListener("visibilitychange", () => document.hidden && hide());
  $("reveal-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    hide();
    say($("reveal-wrong"), "");
    const [placeholder, scope] = [$("reveal-placeholder").textContent, $("reveal-scope").textContent];
    try {
      const { mapping } = await call("POST", "/v1/lookup", { scope, placeholder, reason: $("reveal-reason").value });
      if (!box.open) return;
      if (!mapping) return say($("reveal-wrong"), "This scope does not know the placeholder.");
      $("reveal-value").replaceChildren(document.createTextNode(mapping.value));
    } catch (refused) {
      return say($("reveal-wrong"), refused.message);
    }
    $("reveal-value").hidden = false;
    $("reveal-show").hidden = true;
    $("reveal-hide").hidden = false;
    $("reveal-hide").focus();
    timer = setTimeout(hide, SHOWN);
  });
}

export function askReveal(placeholder, scope) {
  say($("reveal-placeholder"), placeholder);
  say($("reveal-scope"), scope);
  box.showModal();
  $("reveal-reason").focus();
}
