"""Frameworks and agents that people use, as they are: each gets its values back, in text and in arguments of tools.

The upstream is checked after each test: it has seen none of the values.
"""

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from conversations import CONVERSATIONS

from aws_masker.artefacts import CHECKOUT
from rig import planted
from rig.gateway import Gateway
from rig.upstream import Scenario, Text, Tool

CLIENTS = CHECKOUT / "tests" / "clients"
PYTHON = CHECKOUT / ".run" / "clients" / "bin" / "python"
PROGRAMS = CLIENTS / "node_modules" / ".bin"
PATIENCE = 120
CONVERSATION = next(c for c in CONVERSATIONS if c.name == "tool arguments, nested and escaped")


def run(command: list[str], **how) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, **how)
    assert done.returncode == 0, done.stderr[-4000:] + done.stdout[-2000:]
    return done.stdout


@pytest.mark.parametrize("framework", sorted(path.name for path in CLIENTS.glob("with_*")))
def test_framework(gate: Gateway, framework: str) -> None:
    says = Scenario(says=CONVERSATION.says, delta=7, write=11)
    # An agent calls the tool itself, and asks again with its result: once with each of two models.
    agent = replace(says, then=Scenario(then=replace(says, then=Scenario())))
    name = gate.upstream.script(agent if framework == "with_strands.py" else says)
    program = PYTHON if framework.endswith(".py") else shutil.which("node") or "node"
    answers = json.loads(run([str(program), str(CLIENTS / framework), gate.url, name, CONVERSATION.asks]))
    expected = CONVERSATION.expected()
    text = "".join(block.text for block in expected if isinstance(block, Text))
    calls = [[block.name, block.input] for block in expected if isinstance(block, Tool)]
    assert answers, "the program answered nothing"
    for way, answer in answers.items():
        assert answer == {"text": text, "calls": calls}, way


def agent_home(directory: Path, gate: Gateway, scenario: str) -> dict[str, str]:
    """The environment of somebody who has just installed the agent, and goes through the gateway."""
    asked = {
        "HOME": str(directory),
        "ANTHROPIC_BASE_URL": gate.url,
        "ANTHROPIC_API_KEY": "test",
        "ANTHROPIC_CUSTOM_HEADERS": f"x-scenario: {scenario}",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
        "OPENAI_API_KEY": "test",
        "CODEX_HOME": str(directory / "codex"),
    }
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "TERM", "TMPDIR")}
    return kept | asked


def test_claude_code_runs_a_command_with_the_real_value(gate: Gateway, tmp_path: Path) -> None:
    value = planted.ec2(7)
    note = tmp_path / "note"
    call = Tool("Bash", {"command": f"echo «0» > {note}", "description": "Writes a note"})
    first = Scenario(says=(Text("I will note «0»."), call), delta=5, then=Scenario(says=(Text("Noted «0»."),), delta=3))
    scenario = gate.upstream.script(first)
    command = [str(PROGRAMS / "claude"), "-p", f"Note {value}.", "--output-format", "json", "--allowedTools", "Bash"]
    home = agent_home(tmp_path, gate, scenario)
    answer = json.loads(run(command, env=home, cwd=tmp_path, stdin=subprocess.DEVNULL))
    assert answer["result"] == f"Noted {value}."
    assert note.read_text() == f"{value}\n"
    assert len(gate.upstream.requests(scenario)) >= 2


def test_codex_runs_a_command_with_the_real_value(gate: Gateway, tmp_path: Path) -> None:
    value, note = planted.ec2(8), tmp_path / "note"
    call = Tool("exec_command", {"cmd": f"echo «0» > {note}"})
    first = Scenario(says=(call,), delta=5, then=Scenario(says=(Text("Noted «0»."),), delta=3))
    scenario = gate.upstream.script(first)
    home = agent_home(tmp_path, gate, scenario)
    (tmp_path / "codex").mkdir()
    (tmp_path / "codex" / "config.toml").write_text(f"""
model = "gpt-test-1"
model_provider = "gateway"
[model_providers.gateway]
name = "gateway"
base_url = "{gate.url}/v1"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
http_headers = {{ "x-scenario" = "{scenario}" }}
""")
    last = tmp_path / "last"
    command = [str(PROGRAMS / "codex"), "exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"]
    run(
        [*command, "--output-last-message", str(last), f"Note {value}."],
        env=home,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
    )
    assert last.read_text() == f"Noted {value}."
    assert note.read_text() == f"{value}\n"
