"""LangChain's chat models, plain and streamed: prints what it made of the answers."""

import json
import sys

from langchain_anthropic import ChatAnthropic
from langchain_openai import ChatOpenAI

url, scenario, asks = sys.argv[1:]
headers = {"x-scenario": scenario}
tools = [{"name": "run", "description": "For the tests", "input_schema": {"type": "object", "properties": {}}}]
functions = [{"type": "function", "function": {"name": "run", "parameters": {"type": "object", "properties": {}}}}]
models = {
    "anthropic": ChatAnthropic(
        model="claude-test-1", base_url=url, api_key="test", max_retries=0, default_headers=headers
    ).bind_tools(tools),
    "chat": ChatOpenAI(
        model="gpt-test-1", base_url=f"{url}/v1", api_key="test", max_retries=0, default_headers=headers
    ).bind_tools(functions),
    "responses": ChatOpenAI(
        model="gpt-test-1",
        base_url=f"{url}/v1",
        api_key="test",
        max_retries=0,
        default_headers=headers,
        use_responses_api=True,
    ).bind_tools(functions),
}


def said(message) -> dict:
    return {"text": message.text, "calls": [[call["name"], call["args"]] for call in message.tool_calls]}


def streamed(model) -> dict:
    chunks = list(model.stream(asks))
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole += chunk
    return said(whole)


answers = {}
for name, model in models.items():
    answers[f"{name}, plain"] = said(model.invoke(asks))
    answers[f"{name}, streamed"] = streamed(model)
print(json.dumps(answers))
