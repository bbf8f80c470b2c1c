// One conversation with the OpenAI SDK, chat and responses, plain and streamed; prints what the SDK made of them.
import OpenAI from "openai";

const [url, scenario, asks] = process.argv.slice(2);
const client = new OpenAI({
  baseURL: `${url}/v1`,
  apiKey: "test",
  maxRetries: 0,
  defaultHeaders: { "x-scenario": scenario },
});

const call = (name, text) => ({ name, input: JSON.parse(text) });

const chatted = ({ choices: [{ message }] }) => [
  { text: message.content },
  ...message.tool_calls.map(({ function: made }) => call(made.name, made.arguments)),
];

const responded = (response) =>
  response.output.map((item) =>
    item.type === "message" ? { text: item.content[0].text } : call(item.name, item.arguments),
  );

const chat = { model: "m", messages: [{ role: "user", content: asks }] };
const response = { model: "m", input: asks };
console.log(
  JSON.stringify({
    chat: chatted(await client.chat.completions.create(chat)),
    "chat, streamed": chatted(await client.chat.completions.stream(chat).finalChatCompletion()),
    response: responded(await client.responses.create(response)),
    "response, streamed": responded(await client.responses.stream(response).finalResponse()),
  }),
);
