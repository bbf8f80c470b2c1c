"""The life of a Kong: the calls of a day, pushed configurations, a sidecar that goes away, and a name that does."""

import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from streams import VALUES

from aws_masker.plan import Plan
from aws_masker.waiting import wait_for
from rig.gateway import ON_KONG, Gateway, Opening
from rig.keyless import Keyless
from rig.kong import Kong, declaration
from rig.load import Load
from rig.name_server import NameServer
from rig.redis_server import RedisServer
from rig.sidecar import TOKEN, Sidecar
from rig.upstream import Scenario, Text, Upstream
from rig.upstream.scenario import SCENARIO_HEADER

pytestmark = pytest.mark.skipif(not ON_KONG, reason="needs a Kong (make test-kong)")

SAY = {"messages": [{"role": "user", "content": VALUES[0]}]}
# Kong destroys the instance of an old configuration when Lua's collector comes to it.
COLLECT = {"x-collect": "1"}
COLLECTOR = {
    "name": "pre-function",
    "config": {"access": ["if kong.request.get_header('x-collect') then collectgarbage() end"]},
}
# Each entry of the filter calls ten times a second as long as it has no key.
ENTRIES, CALLS, PATIENCE = 200, 200_000, 900.0
HEADERS = 512
PUSHES = 60
OUTAGES, WORKERS = 3, 2
# Lines of the filter for all of them: in each worker the calls and the refusals, each at its beginning, and the end of
# both; and at the start of the worker that there is no key yet.
LINES = OUTAGES * WORKERS * 3 + WORKERS


def test_two_hundred_thousand_calls_in_one_worker(upstream: Upstream, logs: Path) -> None:
    """No call may use up a limited resource of a worker: with a name, the 12,333rd call was the last."""
    path = logs / "soak-sidecar.sock"
    plan = Plan(upstream.url, f"unix:{path}", env={"AWS_MASKER_TOKEN": TOKEN})
    with Keyless(path) as keyless:
        soaked = Kong("soak", plan, logs, entries=ENTRIES)
        with soaked as kong:
            wait_for("a tenth of the calls", lambda: keyless.calls > CALLS // 10, PATIENCE)
            warm = kong.memory()
            wait_for("all calls", lambda: keyless.calls > CALLS, PATIENCE)
            # nginx frees the headers of such a call only when the worker ends.
            a_call = (kong.memory() - warm) // (CALLS - CALLS // 10)
            print(f"\n{keyless.calls} calls; {a_call} bytes of memory each")
            assert a_call < HEADERS
            # The real sidecar takes its place.
            keyless.close()
            with Sidecar("soak-sidecar", logs):
                gate = Gateway(kong, upstream).wait_serving()
                assert gate.send(SAY).response.status_code == 200
                health = gate.http.get("/v1/aws-masker/readyz")
                assert (health.status_code, health.json()["vault"]) == (200, "up")


def test_pushes_under_load_refuse_and_lose_nothing(
    another: Opening, redis_server: RedisServer, sidecar: Sidecar
) -> None:
    """A new instance finds the key and the owed mappings where the old one left them, and restores a response with the
    values of its request."""
    gate = another("pushed", env={"KONG_UNTRUSTED_LUA": "on"}, workers=2)
    stored = sidecar.counted("mappings_stored")
    with Load(gate) as load:
        for push in range(PUSHES):
            gate.host.change({"mapping_ttl": 600 + push}, COLLECTOR)
            serve(load, 20)
            # One connection, so one worker: it loses its memory at each push, while in that of the other one the
            # instances of many pushes live side by side.
            for _ in range(4):
                gate.http.get("/", headers=COLLECT)
            serve(load, 20)
    tally = load.tally
    print(f"\n{PUSHES} pushes, {tally.served} served, refused {dict(tally.refused)}, broken {dict(tally.broken)}")
    log = gate.host.process.log.read_text()
    assert (tally.wrong, dict(tally.refused), dict(tally.broken), load.values_seen()) == (0, {}, {}, 0)
    for words in ("left a response masked", "LEFT UNMASKED", "can only send HTTP dispatch", "panicked"):
        assert words not in log, words

    def missing() -> int:
        # Each worker finds the owed mappings with its next request; a new connection may go to either.
        ask(gate, "http1")
        return len(load.minted() - redis_server.placeholders())

    wait_for("all that is owed is in Redis", lambda: not missing())
    # A mapping is sent again only after the memory was lost in which its delivery was known, not by each instance that
    # lives: 1.1 to 2.1 times were measured.
    sent = sidecar.counted("mappings_stored") - stored
    minted = len(load.minted())
    print(f"{sent:.0f} mappings sent for {minted}")
    assert sent < 4 * minted


def serve(load: Load, more: int) -> None:
    served = load.tally.served
    wait_for(f"{more} requests are served", lambda: load.tally.served > served + more)


def refuse(load: Load, more: int) -> None:
    refused = load.tally.refused.total()
    wait_for(f"{more} requests are refused", lambda: load.tally.refused.total() > refused + more)


def test_an_instance_lost_before_the_response_restores_a_plain_answer(another: Opening, upstream: Upstream) -> None:
    gate = another("lost", env={"KONG_UNTRUSTED_LUA": "on"})
    with ThreadPoolExecutor(1) as client:
        for push in range(20):
            held = threading.Event()
            scenario = Scenario(says=(Text("It is «0»."),), held=held)
            name, seen = upstream.script(scenario), len(upstream.journal)
            asked = client.submit(gate.http.post, "/v1/messages", json=SAY, headers={SCENARIO_HEADER: name})
            wait_for("the request is upstream", lambda seen=seen: len(upstream.journal) > seen)
            gate.host.change({"mapping_ttl": 600 + push}, COLLECTOR)
            # A call that was in flight at the time of the push ends meanwhile.
            for headers in ({}, {}, {}, {}, {}, {}, {}, {}, COLLECT, COLLECT, COLLECT, COLLECT):
                gate.http.get("/", headers=headers)
            held.set()
            answer = asked.result(20)
            assert answer.headers["x-aws-masker"] == "masked=1", answer.headers
            assert answer.json()["content"][0]["text"] == f"It is {VALUES[0]}.", answer.text


def test_a_sidecar_that_goes_away_and_comes_back(another: Opening, logs: Path) -> None:
    with Sidecar("away-sidecar", logs) as sidecar:
        gate = another("away", sidecar=sidecar.address, workers=WORKERS)
        outages(gate, sidecar.process.kill, sidecar.start)


def test_a_sidecar_whose_name_stops_resolving(another: Opening, sidecar: Sidecar) -> None:
    """If a name is used nevertheless, nginx resolves it; a container that goes away takes its name with it."""
    with NameServer("vault.test") as names:
        resolver = {"KONG_NGINX_WASM_RESOLVER": f"{names.address} valid=1s ipv6=off"}
        gate = another("by-name", sidecar=f"vault.test:{sidecar.port}", workers=WORKERS, env=resolver)
        outages(gate, names.forget, names.remember)
    assert names.asked > 10
    assert "resolver failure" in gate.host.process.log.read_text()


def outages(gate: Gateway, begin: Callable[[], object], end: Callable[[], object]) -> None:
    """Lets the sidecar go away and come back under load. The rig looks for crashed workers when it stops a Kong."""
    with Load(gate) as load:
        for _ in range(OUTAGES):
            begin()
            refuse(load, 1_000)
            end()
            back = time.monotonic()
            serve(load, 20)
            print(f"\nserving again after {time.monotonic() - back:.1f} s")
    assert (load.tally.wrong, dict(load.tally.broken), load.values_seen()) == (0, {}, 0)
    assert noisy(gate) <= LINES, gate.host.process.log.read_text()


def noisy(gate: Gateway) -> int:
    """Lines in which the filter reports a problem. nginx adds one for each connection that is refused."""
    lines = gate.host.process.log.read_text().splitlines()
    return sum("[proxy-wasm]" in line for line in lines)


# Plugins that bypass the filter's request steps, and the answers to such requests.
BUFFERING = {"name": "pre-function", "config": {"access": ["kong.service.request.enable_buffering()"]}}
RESPONDING = {"name": "responding"}


@pytest.fixture
def plugins(tmp_path: Path) -> dict[str, str]:
    """A Kong with a plugin that has a `response` handler, as an operator may write one."""
    folder = tmp_path / "kong" / "plugins" / "responding"
    folder.mkdir(parents=True)
    (folder / "handler.lua").write_text("return {PRIORITY = 1, VERSION = '1.0', response = function() end}")
    (folder / "schema.lua").write_text(
        "return {name = 'responding', fields = {{config = {type = 'record', fields = {}}}}}"
    )
    return {
        "KONG_PLUGINS": "pre-function,ai-proxy,responding",
        "KONG_LUA_PACKAGE_PATH": f"{tmp_path}/?.lua;;",
        "KONG_UNTRUSTED_LUA": "on",
    }


@pytest.mark.parametrize("plugin", [BUFFERING, RESPONDING], ids=["buffering", "response handler"])
@pytest.mark.parametrize("protocol", ["http1", "http2"])
def test_a_plugin_cannot_send_a_request_around_the_filter(
    another: Opening, plugins: dict[str, str], plugin: dict, protocol: str, upstream: Upstream
) -> None:
    gate = another(f"bypassed-{plugin['name']}-{protocol}", env=plugins)
    gate.host.change({}, plugin)
    wait_for("the plugin is there", lambda: ask(gate, protocol)[0] == 503)
    before = len(upstream.journal)
    for _ in range(10):
        status, text = ask(gate, protocol)
        assert status == 503
        assert "AWS_MASKER_2006" in text
    assert len(upstream.journal) == before, "it went upstream"
    log = gate.host.process.log.read_text()
    assert "AWS_MASKER_2006" in log
    assert "LEFT UNMASKED" not in log


def ask(gate: Gateway, protocol: str) -> tuple[int, str]:
    how = ["--http2-prior-knowledge"] if protocol == "http2" else []
    body = ["--header", "content-type: application/json", "--data", '{"messages":[{"role":"user","content":"hello"}]}']
    command = ["curl", "--silent", "--max-time", "10", "--write-out", "\n%{http_code}", *how, *body, f"{gate.url}/v1/x"]
    text, _, status = subprocess.run(command, capture_output=True, text=True, check=True).stdout.rpartition("\n")
    return int(status), text


def test_a_route_without_the_filter_buffers_as_it_did(another: Opening, plugins: dict[str, str]) -> None:
    gate = another("buffers", filter=None, env=plugins)
    declared = declaration(Plan(gate.upstream.url, "", None))
    declared["services"][0]["routes"][0]["plugins"] = [BUFFERING]
    gate.host.push(declared)
    for _ in range(10):
        assert gate.send({"messages": []}).response.status_code == 200


@pytest.mark.parametrize("streaming", ["deny", "always"])
def test_ai_proxy_is_refused_or_masked(
    another: Opening, plugins: dict[str, str], streaming: str, upstream: Upstream
) -> None:
    gate = another(f"ai-proxy-{streaming}", env=plugins)
    model = {
        "provider": "openai",
        "name": "gpt-test",
        "options": {"upstream_url": f"{upstream.url}/v1/chat/completions"},
    }
    gate.host.change(
        {},
        {
            "name": "ai-proxy",
            "config": {"route_type": "llm/v1/chat", "model": model, "response_streaming": streaming},
        },
    )
    body = {"messages": [{"role": "user", "content": f"What is {VALUES[0]}?"}], "stream": streaming == "always"}
    before = len(upstream.journal)

    def answer() -> int:
        return gate.http.post("/v1/chat/completions", json=body).status_code

    if streaming == "deny":
        wait_for("it is refused", lambda: answer() == 503)
        before = len(upstream.journal)
        assert {answer() for _ in range(5)} == {503}
        assert len(upstream.journal) == before, "it went upstream"
    else:
        wait_for("it is served", lambda: answer() == 200)
        # That no value was seen upstream holds for every test.
        assert len(upstream.journal) > before
