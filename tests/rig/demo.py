"""`make demo`: one plain and one streamed conversation through the gateway, shown from both sides."""

import json
import re
import secrets
import shutil
import signal
import sys
import tempfile
import textwrap
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rig.artefacts import NotBuilt
from rig.gateway import Gateway, gateway
from rig.plan import Plan
from rig.sidecar import Sidecar
from rig.upstream import Scenario, Text, Tool, Upstream
from rig.upstream.blocks import PLACEHOLDER, placeholders, spoken
from rig.waiting import NeverHappened

MODEL = "claude-test-1"
VALUES = re.compile(r"\b(?:i|vpc|sg)-[0-9a-f]{17}\b|acme-prod-logs|\b10\.0\.3\.17\b|orders\.c9akciq32xyz[a-z0-9.-]+")
RED, GREEN, BOLD, DIM, PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[1m", "\x1b[2m", "\x1b[0m"

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


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="aws-masker-demo-") as directory, ExitStack() as stack:
        logs = Path(directory)
        upstream = stack.enter_context(Upstream())
        token = secrets.token_hex(32)
        sidecar = stack.enter_context(Sidecar("sidecar", logs, {"MASKER_OPERATOR_TOKEN": token}))
        # The page shows what the provider saw.
        plan = Plan(upstream.url, sidecar.address, {"record_masked_bodies": True})
        served = stack.enter_context(gateway("envoy", logs, upstream, plan))
        conversations = [("plain", plain(served)), ("streamed, 5 characters per delta", streamed(served))]
        for title, seen in conversations:
            show(title, seen)
        outcome = verdict([seen for _, seen in conversations])
        print(f"\nSee it in a browser: {sidecar.page(token)}", flush=True)
        if sys.stdin.isatty() and sys.stdout.isatty():
            wait_for_the_end()
    return outcome


def wait_for_the_end() -> None:
    """Whoever has a terminal may look at the page first."""
    print("Press Ctrl-C to end")
    try:
        signal.pause()
    except KeyboardInterrupt:
        print()


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


def show(title: str, seen: Seen) -> None:
    columns = shutil.get_terminal_size((110, 24)).columns
    width = max(36, (columns - 16) // 2)
    print(_styled(BOLD, f"\n{title}"))
    print(_styled(DIM, f"{'':10}{'the client':{width}}    the provider"))
    _show_row("question", seen.sent, "->", seen.saw, width)
    _show_row("answer", seen.got, "<-", seen.answered, width)


def verdict(conversations: list[Seen]) -> int:
    leaked = [seen for seen in conversations if VALUES.search(seen.saw)]
    masked = [seen for seen in conversations if PLACEHOLDER.search(seen.got)]
    if leaked or masked:
        print(
            "\nFAIL: a value reached the provider, or a placeholder reached the client",
            file=sys.stderr,
        )
        return 1
    print("\nOK: no value reached the provider, and every placeholder came back as its value")
    return 0


def _show_row(name: str, left: str, arrow: str, right: str, width: int) -> None:
    lefts, rights = (textwrap.wrap(text, width, break_on_hyphens=False) for text in (left, right))
    for number in range(max(len(lefts), len(rights))):
        here = lefts[number] if number < len(lefts) else ""
        there = rights[number] if number < len(rights) else ""
        name, arrow = (name, arrow) if number == 0 else ("", "  ")
        print(f"{name:10}{_marked(here)}{'':{width - len(here)}} {arrow} {_marked(there)}")


def _seen(question: str, body: bytes, scenario: Scenario, got) -> Seen:
    saw = json.loads(body)["messages"][0]["content"]
    answered = " ".join(map(_said, spoken(scenario.says, placeholders(body))))
    return Seen(question, saw, answered, " ".join(map(_said, got.content)))


def _said(block) -> str:
    return block.text if hasattr(block, "text") else f"[{block.name}] {block.input['command']}"


def _messages(question: str) -> list[dict]:
    return [{"role": "user", "content": question}]


def _marked(text: str) -> str:
    text = VALUES.sub(lambda found: _styled(RED, found[0]), text)
    return PLACEHOLDER.sub(lambda found: _styled(GREEN, found[0]), text)


def _styled(style: str, text: str) -> str:
    return f"{style}{text}{PLAIN}" if sys.stdout.isatty() else text


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (NotBuilt, NeverHappened, RuntimeError) as reason:
        sys.exit(f"error: {reason}")
