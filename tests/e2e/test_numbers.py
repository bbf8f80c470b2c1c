"""What is told of exchanges agrees to the unit: the sidecar's metrics, the host's own, the events, and the clients."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from aws_masker.plan import Plan
from aws_masker.waiting import wait_for
from rig import accounts, planted
from rig.accounts import Series
from rig.gateway import ON_KONG, Gateway, gateway
from rig.load import Load
from rig.redis_server import RedisServer
from rig.sidecar import OPERATOR_TOKEN, Sidecar
from rig.upstream import Scenario, Text, Upstream
from rig.upstream.replies import fixed
from rig.upstream.scenario import Reply

pytestmark = pytest.mark.skipif(ON_KONG, reason="Kong's metrics have other names: see tests/kong-host")

SHARED = ("requests_total", "masked_values_total", "restored_values_total", "responses_total")
ECHO = Scenario(says=(Text("It is «0»."),), delta=9)
UNREADABLE = Reply((b"{}",), headers=(("content-type", "application/json"), ("content-encoding", "aws4")))
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


_NOTHING: Counter[Series] = Counter()


def _requests(account: Counter[Series]) -> float:
    return sum(count for series, count in account.items() if series[0] == "requests_total")


class Told:
    """A gateway with a Redis and a sidecar of its own, and what they tell."""

    def __init__(self, gate: Gateway, sidecar: Sidecar, server: RedisServer):
        self.gate, self.sidecar, self.server = gate, sidecar, server

    def host(self) -> Counter[Series]:
        return accounts.of(accounts.of_envoy(self.gate.host.admin), *SHARED)

    def vault(self) -> Counter[Series]:
        return accounts.of(accounts.series(self.sidecar.metrics()), *SHARED)

    def events(self) -> Counter[Series]:
        return accounts.counted(accounts.distinct(accounts.entries(self.server.client)))

    def settle(self, before: Counter[Series] = _NOTHING, requests: int = 0) -> Counter[Series]:
        """Waits until the host has counted so many requests more than before, and the events have all of that.

        The last of the requests by which the gateway was waited for is a clean one.
        """

        def agree() -> bool:
            host = self.host()
            is_all = _requests(host) - _requests(before) >= requests
            return is_all and host["requests_total", "outcome=clean"] > 0 and host == self.events()

        try:
            wait_for("the events agree with the host's metrics", agree)
        except AssertionError as error:
            raise AssertionError(f"host {self.host()}\nevents {self.events()}") from error
        return self.host()


@pytest.fixture
def told(logs: Path, upstream: Upstream, request: pytest.FixtureRequest) -> Iterator[Told]:
    name = f"numbers-{request.node.name[:12]}"
    with (
        RedisServer(f"redis-{name}", logs) as server,
        Sidecar(f"sidecar-{name}", logs, server.env) as sidecar,
        gateway(
            f"envoy-{name}",
            logs,
            upstream,
            Plan(
                upstream.url,
                sidecar.address,
                filter={"log_masked_requests": True, "record_masked_bodies": True},
            ),
        ) as gate,
    ):
        yield Told(gate, sidecar, server)


def ask(gate: Gateway, text: str, stream: bool = False, scenario: Scenario = ECHO):
    exchange = gate.send(
        {"stream": stream, "messages": [{"role": "user", "content": text}]}, scenario, headers={"traceparent": TRACE}
    )
    assert exchange.response.status_code == 200, exchange.response.text
    return exchange


def test_three_accounts_of_mixed_exchanges(told: Told) -> None:
    gate, before = told.gate, told.settle()
    for number in range(30):
        exchange = ask(gate, planted.ec2(number), stream=number % 3 == 0)
        assert planted.ec2(number) in exchange.response.text
        assert exchange.requests[0].header("traceparent") == TRACE
    for _ in range(20):
        ask(gate, "Hello.", scenario=Scenario())
    for _ in range(10):
        assert gate.send(b"{").response.status_code == 400
    for _ in range(5):
        ask(gate, "Hello.", scenario=Scenario(reply=lambda _: UNREADABLE))
    for _ in range(4):
        gate.send(b"", Scenario(reply=fixed(200, b"{}")), method="GET", url="/v1/models")
    happened = told.settle(before, 69) - before
    assert happened == {
        ("requests_total", "outcome=masked"): 30,
        ("requests_total", "outcome=clean"): 29,
        ("requests_total", "code=AWS_MASKER_6002", "outcome=refused"): 10,
        ("masked_values_total", "kind=ec2_instance"): 30,
        ("restored_values_total",): 30,
        ("responses_total", "state=restored"): 54,
        ("responses_total", "state=degraded"): 5,
    }
    assert told.vault() == told.host()

    events = accounts.distinct(accounts.entries(told.server.client))
    kinds = Counter(event["type"].removeprefix("aws-masker.") for event in events)
    assert (kinds["masked"], kinds["restored"], kinds["unrestored"]) == (30, 30, 5)
    masked = [event["data"] for event in events if event["type"] == "aws-masker.masked"]
    assert {(data["dialect"], data["route"], data["status"]) for data in masked} == {("anthropic_messages", "api", 200)}
    assert all(data["mask_us"] > 0 for data in masked), "Envoy's clock tells how long it took"
    refused = [event["data"]["code"] for event in events if event["type"] == "aws-masker.refused"]
    assert refused.count("AWS_MASKER_6002") == 10

    metrics = accounts.series(told.sidecar.metrics())
    assert metrics["mask_duration_seconds_count",] >= 55
    assert metrics["request_bytes_count",] >= 65
    assert metrics["prompt_input_tokens_total",] > 0
    assert (metrics["store_up",], metrics["outbox_mappings",]) == (1, 0)
    # Envoy's main thread has an instance too.
    assert metrics["mode", "mode=mask"] == metrics["filter_instances",] == 2
    totals = httpx2.post(
        f"{told.sidecar.url}/v1/totals", json={"days": 1}, headers={"authorization": f"Bearer {OPERATOR_TOKEN}"}
    )
    (day,) = totals.json()["days"].values()
    assert (day["default"]["masked"], day["default"]["values"]) == (30, 30)
    everything = json.dumps(events).encode() + told.sidecar.metrics().encode()
    assert planted.shown(everything) == []
    assert b"AWS_EC2_" not in everything, "recorded bodies are in no event"


def test_a_sidecar_killed_in_the_middle(told: Told) -> None:
    before = told.settle()
    with Load(told.gate) as load:
        wait_for("some were served", lambda: load.tally.served >= 2_000, 60)
        told.sidecar.process.kill()
        wait_for("some are refused", lambda: load.tally.refused["AWS_MASKER_1001"] >= 50, 60)
        (seconds, micros) = told.server.client.time()
        restarted = f"{seconds * 1000 + micros // 1000}-0"
        told.sidecar.start()
        served = load.tally.served
        wait_for("some are served again", lambda: load.tally.served >= served + 1_000, 60)
    tally = load.tally
    happened = told.settle(before, tally.served + sum(tally.refused.values())) - before
    assert (tally.wrong, tally.broken) == (0, {})
    assert happened == {
        ("requests_total", "outcome=masked"): tally.served,
        ("masked_values_total", "kind=ec2_instance"): tally.served,
        ("restored_values_total",): tally.served,
        ("responses_total", "state=restored"): tally.served,
        **{("requests_total", f"code={code}", "outcome=refused"): count for code, count in tally.refused.items()},
    }
    # The metrics of a process begin with it: they have what it has published itself.
    of_the_second = accounts.counted(accounts.distinct(accounts.entries(told.server.client, since=restarted)))
    assert told.vault() == of_the_second
