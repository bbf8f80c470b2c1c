"""The two conversations of the demo, one plain and one streamed, and what both sides saw of them."""

import json
import re
from dataclasses import dataclass

from rig.gateway import Gateway
from rig.upstream import Scenario, Text, Tool
from rig.upstream.blocks import PLACEHOLDER, placeholders, spoken

MODEL = "claude-test-1"
VALUES = re.compile(r"\b(?:i|vpc|sg)-[0-9a-f]{17}\b|acme-prod-logs|\b10\.0\.3\.17\b|orders\.c9akciq32xyz[a-z0-9.-]+")

PLAIN_QUESTION = (
    "Instance i-0a1b2c3d4e5f60718 in vpc-0fedcba9876543210 cannot reach the database "
    "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com from 10.0.3.17. Why?"
)
PLAIN_ANSWER = (
    Text("Check the route table of «1»: «0» has «4», and «2».«3».eu-west-1.rds.amazonaws.com may refuse that address."),
)
STREAM_QUESTION = "Copy the flow logs of i-0a1b2c3d4e5f60718 and sg-0123456789abcdef0 to s3://acme-prod-logs/2026/."
STREAM_ANSWER = (
    Text("I will copy the logs of **«0»** (group `«1»`)."),
    Tool("run", {"command": "aws s3 cp flow.log s3://«2»/2026/«0».log"}),
)
TOOLS = [{"name": "run", "description": "Runs a command", "input_schema": {"type": "object"}}]


@dataclass(frozen=True)
class Seen:
    """One conversation from both sides."""

    sent: str
    saw: str
    answered: str
    got: str

    def is_right(self) -> bool:
        """No value reached the provider, and every placeholder came back as its value."""
        return not VALUES.search(self.saw) and not PLACEHOLDER.search(self.got)


def plain(served: Gateway) -> Seen:
    scenario = Scenario(says=PLAIN_ANSWER)
    with served.anthropic(scenario) as (client, requests):
        got = client.messages.create(model=MODEL, max_tokens=512, messages=_messages(PLAIN_QUESTION))
    return _seen(PLAIN_QUESTION, requests[0].body, scenario, got)


def streamed(served: Gateway) -> Seen:
    scenario = Scenario(says=STREAM_ANSWER, delta=5)
    with (
        served.anthropic(scenario) as (client, requests),
        client.messages.stream(model=MODEL, max_tokens=512, tools=TOOLS, messages=_messages(STREAM_QUESTION)) as stream,
    ):
        got = stream.get_final_message()
    return _seen(STREAM_QUESTION, requests[0].body, scenario, got)


def _seen(question: str, body: bytes, scenario: Scenario, got) -> Seen:
    saw = json.loads(body)["messages"][0]["content"]
    answered = " ".join(map(_said, spoken(scenario.says, placeholders(body))))
    return Seen(question, saw, answered, " ".join(map(_said, got.content)))


def _said(block) -> str:
    return block.text if hasattr(block, "text") else f"[{block.name}] {block.input['command']}"


def _messages(question: str) -> list[dict]:
    return [{"role": "user", "content": question}]
