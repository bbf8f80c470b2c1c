// Vercel's AI SDK, plain and streamed: prints what it made of the answers.
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, jsonSchema, streamText, tool } from "ai";

const [url, scenario, asks] = process.argv.slice(2);
const how = { baseURL: `${url}/v1`, apiKey: "test", headers: { "x-scenario": scenario } };
const openai = createOpenAI(how);
const models = {
  anthropic: createAnthropic(how)("claude-test-1"),
  chat: openai.chat("gpt-test-1"),
  responses: openai.responses("gpt-test-1"),
};
const run = tool({ description: "For the tests", inputSchema: jsonSchema({ type: "object" }) });

const said = (text, calls) => ({ text, calls: calls.map((call) => [call.toolName, call.input]) });
const answers = {};
for (const [name, model] of Object.entries(models)) {
  const request = { model, prompt: asks, tools: { run }, maxRetries: 0, maxOutputTokens: 64 };
  const plain = await generateText(request);
  answers[`${name}, plain`] = said(plain.text, plain.toolCalls);
  const streamed = streamText({ ...request, onError: ({ error }) => console.error(error) });
  answers[`${name}, streamed`] = said(await streamed.text, await streamed.toolCalls);
}
console.log(JSON.stringify(answers));
