"""The official Node SDKs: one conversation each, plain and streamed, tools included."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from conversations import CONVERSATIONS

from rig.gateway import Gateway
from rig.upstream import Scenario, Text

NODE = Path(__file__).resolve().parents[1] / "node"
CONVERSATION = next(c for c in CONVERSATIONS if c.name == "tool arguments, nested and escaped")


@pytest.mark.parametrize("sdk", ["anthropic", "openai"])
def test_node_sdk(gate: Gateway, sdk: str) -> None:
    scenario = gate.upstream.script(Scenario(says=CONVERSATION.says, delta=7, write=11))
    command = [
        shutil.which("node") or "node",
        str(NODE / f"{sdk}.mjs"),
        gate.url,
        scenario,
        CONVERSATION.asks,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    expected = [
        {"text": block.text} if isinstance(block, Text) else {"name": block.name, "input": block.input}
        for block in CONVERSATION.expected()
    ]
    for way, got in json.loads(done.stdout).items():
        assert got == expected, way
