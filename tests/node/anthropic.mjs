// One conversation with the Anthropic SDK, plain and streamed; prints what the SDK made of the answers.
import Anthropic from "@anthropic-ai/sdk";

const [url, scenario, asks] = process.argv.slice(2);
const client = new Anthropic({
  baseURL: url,
  apiKey: "test",
  maxRetries: 0,
  defaultHeaders: { "x-scenario": scenario },
});
const request = { model: "claude-test-1", max_tokens: 64, messages: [{ role: "user", content: asks }] };

const said = (message) =>
  message.content.map((block) =>
    block.type === "text" ? { text: block.text } : { name: block.name, input: block.input },
  );

const plain = said(await client.messages.create(request));
const streamed = said(await client.messages.stream(request).finalMessage());
console.log(JSON.stringify({ plain, streamed }));
