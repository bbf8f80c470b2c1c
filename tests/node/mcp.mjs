// A conversation with an MCP server by the official SDK; prints what the client got.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [url, placeholder] = process.argv.slice(2);

const client = new Client({ name: "test", version: "1.0.0" });
await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { "x-tenant": "default" } } }));

const said = [];
const call = (name, options) =>
  client.callTool({ name, arguments: { instance: placeholder } }, undefined, options);
const described = await call("describe", { onprogress: ({ message }) => said.push(message) });
const failed = await call("stop");
const read = await client.readResource({ uri: `instance://${placeholder}` });
console.log(
  JSON.stringify({
    tools: (await client.listTools()).tools.map((tool) => tool.name),
    instructions: client.getInstructions(),
    described: described.structuredContent,
    failed,
    read: read.contents[0].text,
    said,
  }),
);
await client.close();
