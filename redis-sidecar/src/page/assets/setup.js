// How clients are pointed at the gateway, to be copied.

import { $, copyButton, el, say } from "./dom.js";

const CLIENTS = [
  ["Claude Code", "A shell", (url) => `export ANTHROPIC_BASE_URL=${url}\nclaude`],
  [
    "Codex",
    "~/.codex/config.toml",
    (url) =>
      `model_provider = "masked"\n\n[model_providers.masked]\nname = "OpenAI through aws-masker"\nbase_url = "${url}/v1"\nenv_key = "OPENAI_API_KEY"\nwire_api = "responses"`,
  ],
  ["Anthropic, Python", "anthropic", (url) => `from anthropic import Anthropic\n\nclient = Anthropic(base_url="${url}")`],
  ["Anthropic, Node", "@anthropic-ai/sdk", (url) => `import Anthropic from "@anthropic-ai/sdk";\n\nconst client = new Anthropic({ baseURL: "${url}" });`],
  ["OpenAI, Python", "openai", (url) => `from openai import OpenAI\n\nclient = OpenAI(base_url="${url}/v1")`],
  ["OpenAI, Node", "openai", (url) => `import OpenAI from "openai";\n\nconst client = new OpenAI({ baseURL: "${url}/v1" });`],
  ["curl", "A shell", (url) => `curl ${url}/v1/messages \\\n  -H "x-api-key: $ANTHROPIC_API_KEY" -H "anthropic-version: 2023-06-01" \\\n  -H "content-type: application/json" \\\n  -d '{"model": "claude-sonnet-4-5", "max_tokens": 256,\n       "messages": [{"role": "user", "content": "Why is i-0a1b2c3d4e5f60718 down?"}]}'`],
];

let chosen = 0;

export function startSetup() {
  const tabs = CLIENTS.map(([name], at) => el("button", { type: "button", role: "tab", id: `tab-${at}`, "aria-controls": "setup-panel", onclick: () => choose(at) }, name));
  $("setup-tabs").replaceChildren(...tabs);
  $("setup-tabs").addEventListener("keydown", (event) => {
    const to = { ArrowLeft: chosen - 1, ArrowRight: chosen + 1, Home: 0, End: CLIENTS.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose((to + CLIENTS.length) % CLIENTS.length);
    tabs[chosen].focus();
  });
  $("setup-gateway").addEventListener("input", () => choose(chosen));
  choose(0);
}

function choose(at) {
  chosen = at;
  [...$("setup-tabs").children].forEach((tab, own) => {
    tab.setAttribute("aria-selected", String(own === at));
    tab.tabIndex = own === at ? 0 : -1;
  });
  const [, where, text] = CLIENTS[at];
  const lines = text($("setup-gateway").value.trim().replace(/\/+$/, ""));
  const panel = $("setup-panel");
  panel.setAttribute("aria-labelledby", `tab-${at}`);
  if (!panel.firstChild) panel.replaceChildren(el("p", { class: "soft" }), el("pre", { class: "mono" }), copyButton(() => panel.querySelector("pre").textContent));
  say(panel.firstChild, where);
  say(panel.querySelector("pre"), lines);
}
