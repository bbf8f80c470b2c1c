"""The word of a third party: the PyPI package `pii-leak-benchmark` against the gateway, with both packs on.

It is the client and the upstream at once: it sends generated values, looks for them in everything that arrives at its
capture server, and compares what comes back, whole and cut into events.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from aws_masker.ports import LOOPBACK, free_port
from aws_masker.waiting import wait_for
from rig.gateway import ON_KONG, Gateway, Opening

pytestmark = pytest.mark.skipif(ON_KONG, reason="the benchmark brings its own upstream: one host is enough")
PATIENCE = 120


def benchmark(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", f"pii_leak_benchmark.{module}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)


def has_key(gate: Gateway) -> bool:
    """The capture server only runs while the benchmark does, so the upstream may be missing here."""
    note = gate.send({"messages": []}).response.headers.get("x-aws-masker")
    return note not in (None, "refused")


@pytest.fixture
def capture() -> int:
    return free_port()


@pytest.fixture
def measured(another: Opening, capture: int) -> Gateway:
    upstream = f"http://{LOOPBACK}:{capture}"
    gate = another("measured", serving=False, upstream=upstream, filter={"mask_personal": True})
    wait_for("the filter has its key", lambda: has_key(gate), PATIENCE)
    return gate


def test_every_row_is_clean(measured: Gateway, capture: int, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    target = ["--target-base-url", f"{measured.url}/v1", "--capture-port", str(capture), "--json-out", str(report)]
    run = benchmark("cli", "selfcheck", *target)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "  CLEAN" in run.stdout
    written = json.loads(report.read_text())
    tested = set(written["fixture"]["formats"])
    assert tested >= {"EMAIL", "SSN", "CREDIT_CARD", "AWS_ACCESS_KEY_ID", "GITHUB_TOKEN", "SLACK_TOKEN"}
    assert all(check["passed"] for check in written["checks"].values())


def test_it_finds_the_leaks_of_no_gateway(capture: int, tmp_path: Path) -> None:
    target = ["--target-base-url", "capture://self", "--capture-port", str(capture)]
    run = benchmark("cli", "selfcheck", *target, "--json-out", str(tmp_path / "report.json"))
    assert run.returncode == 1, run.stdout + run.stderr
    assert "  LEAK" in run.stdout


def test_what_the_client_sent_comes_back_at_every_split(measured: Gateway, capture: int, tmp_path: Path) -> None:
    url = f"{measured.url}/v1/chat/completions"
    cut = ["--exhaustive-splits", "--seed", "a1b2c3d4e5f60001"]
    out = ["--out", str(tmp_path), "--json-out", str(tmp_path / "summary.json")]
    to = ["--only", "aws-masker", "--gateway-url", url, "--upstream-port", str(capture)]
    run = benchmark("v2_emitter", *out, *cut, *to)
    [row] = json.loads((tmp_path / "summary.json").read_text())["rows"]
    assert row["request_path_leak"] == [], run.stdout + run.stderr
    assert row["cases_attempted"] == row["cases_applicable"] == row["echo_observable"] > 0
    # The other half of this profile asks whether values that only the provider wrote are kept from the client. They are
    # not: the provider has them already, and the client is the one who may read them.
    assert row["fidelity_rate"] == 1.0
