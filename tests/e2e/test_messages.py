"""Messages that end a problem: each says what is wrong and what to write instead, and none repeats a secret."""

import os
import pty
import subprocess
from pathlib import Path

import pytest

from aws_masker import artefacts
from aws_masker.ports import free_port
from aws_masker.waiting import wait_for
from rig.sidecar import OPERATOR_TOKEN, TOKEN, Sidecar

INVENTORY = "arn:aws:s3:::acme-prod-logs\n"


def asked(*words: str, text: str = "", **env: str) -> subprocess.CompletedProcess:
    command = [str(artefacts.sidecar()), *words]
    return subprocess.run(command, env=env, input=text, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "words",
    [
        ("stats",),
        ("stats", "--days", "3"),
        ("known",),
        ("estate",),
        ("lookup", "AWS_EC2_7KQ2M9XA4TBN"),
        ("restore",),
        ("forget", "scope", "default"),
        ("learn", "--source", "list"),
        ("healthcheck",),
        ("doctor",),
    ],
    ids=lambda words: words[0],
)
def test_an_address_that_does_not_answer_is_named(words: tuple[str, ...]) -> None:
    address = f"127.0.0.1:{free_port()}"
    done = asked(*words, text=INVENTORY, MASKER_LISTEN=address, MASKER_OPERATOR_TOKEN=OPERATOR_TOKEN)
    assert done.returncode == 1
    assert f"no answer from the sidecar at http://{address} (" in done.stdout + done.stderr
    assert "Connection refused" in done.stdout + done.stderr


def test_a_wrong_operator_s_token_is_told(sidecar: Sidecar) -> None:
    done = asked("stats", MASKER_URL=sidecar.url, MASKER_OPERATOR_TOKEN=TOKEN)
    assert done.returncode == 1
    assert f"{sidecar.url} answers 401 Unauthorized" in done.stderr
    assert "set MASKER_OPERATOR_TOKEN as the sidecar has it" in done.stderr
    assert TOKEN not in done.stderr


def test_an_unknown_level_is_told() -> None:
    done = asked(MASKER_TOKEN=TOKEN, MASKER_LOG="verbose")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "MASKER_LOG needs off, error, warn, info, debug or trace" in done.stderr


def test_a_misspelt_variable_is_told(logs: Path) -> None:
    with Sidecar("misspelt", logs, {"REDIS_HOSTS": "redis", "MASKER_TOKNES": "x"}) as misspelt:
        log = misspelt.process.log
        wait_for("both lines", lambda: log.read_text().count("unknown variable (misspelt?)") == 2)
        assert 'variable="REDIS_HOSTS" meant="REDIS_HOST"' in log.read_text()
        assert 'variable="MASKER_TOKNES" meant="MASKER_TOKENS"' in log.read_text()


def test_a_route_s_wrong_configuration_is_told(tmp_path: Path) -> None:
    kong = (artefacts.CHECKOUT / "kong" / "kong.yml").read_text()
    wrong = tmp_path / "kong.yml"
    wrong.write_text(
        kong.replace("config: &masking\n", "config: &masking\n              mask_s3_buckets: hunter2\n", 1)
    )
    assert wrong.read_text() != kong
    done = asked("doctor", "--offline", "--kong", str(wrong))
    assert done.returncode == 1
    assert "the filter refuses its configuration: mask_s3_buckets: expected true or false, found a text" in done.stdout
    assert "hunter2" not in done.stdout + done.stderr


def test_scan_colours_terminals_only(tmp_path: Path) -> None:
    text = "see i-0123456789abcdef0\n"
    file = tmp_path / "incident.log"
    file.write_text(text)
    piped = asked("scan", str(file), str(tmp_path), str(tmp_path / "missing"))
    assert piped.stdout == f"{file}:1:5: ec2_instance (form) i-0123456789abcdef0\n"
    assert f"{tmp_path}: a folder, skipped\n" in piped.stderr
    assert f"{tmp_path / 'missing'}: No such file" in piped.stderr
    assert piped.returncode == 1
    assert "\x1b" not in piped.stdout + piped.stderr
    assert "\x1b[97;44mi-0123456789abcdef0\x1b[0m" in on_a_terminal("scan", str(file))


def on_a_terminal(*words: str) -> str:
    ours, theirs = pty.openpty()
    child = subprocess.Popen([str(artefacts.sidecar()), *words], stdout=theirs, stderr=subprocess.DEVNULL, env={})
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 4096):
            shown += piece
    except OSError:
        # That is how a terminal ends.
        pass
    os.close(ours)
    assert child.wait(timeout=30) == 0
    return shown.decode()
