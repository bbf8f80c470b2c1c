"""Strands' models, which always stream: prints what the agent was told, and what its tool was called with."""

import json
import sys

from strands import Agent, tool
from strands.models.anthropic import AnthropicModel
from strands.models.openai import OpenAIModel

url, scenario, asks = sys.argv[1:]
how = {"api_key": "test", "max_retries": 0, "default_headers": {"x-scenario": scenario}}
models = {
    "anthropic": AnthropicModel(client_args={"base_url": url, **how}, model_id="claude-test-1", max_tokens=64),
    "chat": OpenAIModel(client_args={"base_url": f"{url}/v1", **how}, model_id="gpt-test-1"),
}
answers = {}
for name, model in models.items():
    calls = []

    @tool
    def run(command: str, script: str, deep: list) -> str:
        """For the tests."""
        calls.append(["run", {"command": command, "script": script, "deep": deep}])  # noqa: B023
        return "done"

    agent = Agent(model=model, tools=[run], callback_handler=None)
    agent(asks)
    first = agent.messages[1]["content"]
    answers[name] = {"text": "".join(block.get("text", "") for block in first), "calls": calls}
print(json.dumps(answers))
