"""LiteLLM's own client, plain and streamed: prints what it made of the answers."""

import json
import sys

import litellm

url, scenario, asks = sys.argv[1:]
litellm.suppress_debug_info = True
function = {"type": "function", "function": {"name": "run", "parameters": {"type": "object", "properties": {}}}}
request = {
    "messages": [{"role": "user", "content": asks}],
    "tools": [function],
    "api_key": "test",
    "extra_headers": {"x-scenario": scenario},
    "num_retries": 0,
}
providers = {
    "anthropic": {"model": "anthropic/claude-test-1", "api_base": url, "max_tokens": 64},
    "chat": {"model": "openai/gpt-test-1", "api_base": f"{url}/v1"},
}


def said(message) -> dict:
    calls = [[call.function.name, json.loads(call.function.arguments)] for call in message.tool_calls or []]
    return {"text": message.content or "", "calls": calls}


answers = {}
for name, provider in providers.items():
    answers[f"{name}, plain"] = said(litellm.completion(**provider, **request).choices[0].message)
    chunks = list(litellm.completion(**provider, **request, stream=True))
    answers[f"{name}, streamed"] = said(litellm.stream_chunk_builder(chunks).choices[0].message)
print(json.dumps(answers))
