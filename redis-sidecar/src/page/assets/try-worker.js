// Runs the program of the try-box beside the page, so that a long text does not hold it up. Each text gets a new instance.

import { run } from "./wasi.js";

const program = WebAssembly.compileStreaming(fetch("/page/try-box.wasm"));

addEventListener("message", async ({ data: { id, asked } }) => {
  const began = performance.now();
  try {
    const answer = JSON.parse(await run(await program, JSON.stringify(asked)));
    postMessage({ id, answer, ms: performance.now() - began });
  } catch (error) {
    postMessage({ id, failed: String(error) });
  }
});
