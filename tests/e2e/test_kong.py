"""Behaviour that only Kong has: it drops the filter's memory when a configuration is pushed, and keeps its timers."""

import threading
from pathlib import Path

import pytest
from streams import VALUES

from aws_masker.plan import Plan
from aws_masker.waiting import wait_for
from kong.files import DECLARATIVE
from rig.gateway import ON_KONG, Opening
from rig.kong import Kong
from rig.sidecar import Sidecar
from rig.sse import said
from rig.upstream import Scenario, Text, Upstream
from rig.upstream.blocks import placeholders
from rig.upstream.scenario import SCENARIO_HEADER

pytestmark = pytest.mark.skipif(not ON_KONG, reason="needs a Kong (make test-kong)")

BODY = {"stream": True, "messages": [{"role": "user", "content": " ".join(VALUES)}]}
# Kong destroys the instance of the old configuration when Lua's garbage collector reaches it, and crashes if a call to
# the sidecar is in flight then. So the collector is run by requests that cause no call.
COLLECT = {"x-collect": "1"}
COLLECTOR = "if kong.request.get_header('x-collect') then collectgarbage() end"
SENTENCES = 40
BEFORE = 20


def test_a_response_in_flight_outlives_a_change_of_the_configuration(another: Opening, sidecar: Sidecar) -> None:
    gate = another("changing", env={"KONG_UNTRUSTED_LUA": "on"}, filter={"scope": "changing"})
    stored = sidecar.counted("mappings_stored")
    steps = threading.Semaphore(0)
    scenario = Scenario(says=(Text("«0» and «1», then " * SENTENCES),), delta=18, steps=steps)
    headers = {SCENARIO_HEADER: gate.upstream.script(scenario)}
    with gate.http.stream("POST", "/v1/messages", json=BODY, headers=headers, timeout=20) as response:
        steps.release(BEFORE)
        pieces = response.iter_raw()
        got = next(pieces)
        wait_for("the sidecar has the mappings", lambda: sidecar.counted("mappings_stored") >= stored + len(VALUES))
        for ttl in (600, 700):
            gate.host.change(
                {"scope": "changing", "mapping_ttl": ttl}, {"name": "pre-function", "config": {"access": [COLLECTOR]}}
            )
            for _ in range(5):
                gate.http.get("/", headers=COLLECT)
            gate.wait_serving()
        steps.release(1000)
        got += b"".join(pieces)
    text = said(got.decode())[0]
    # The text that the lost context held back is gone: less than one placeholder.
    assert not placeholders(text.encode()), text
    assert text.count(VALUES[0]) + text.count(VALUES[1]) >= 2 * SENTENCES - 1, text


@pytest.mark.parametrize("declared", DECLARATIVE, ids=lambda path: path.name)
def test_every_example_is_taken(declared: Path, upstream: Upstream, logs: Path) -> None:
    with Kong(f"example-{declared.stem}", Plan(upstream.url, "localhost:9"), logs, declared):
        pass


def test_what_kong_answers_by_itself_is_no_alarm(another: Opening) -> None:
    gate = another("unknown-host", upstream="http://no-such-host.invalid:80", serving=False)
    response = gate.http.get("/v1/models")
    assert response.status_code == 503
    assert "x-aws-masker" not in response.headers
    assert "left a response masked" not in gate.host.process.log.read_text()


def test_workers_outlive_traffic_beside_kongs_timers(another: Opening) -> None:
    """The rig looks for crashed workers when it stops a Kong."""
    gate = another("busy", workers=2)
    say = {"messages": [{"role": "user", "content": VALUES[0]}]}
    assert {gate.send(say).response.status_code for _ in range(4000)} == {200}
