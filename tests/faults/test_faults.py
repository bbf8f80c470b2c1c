"""Faults under a steady load of distinct values, one strict and one lenient gateway side by side.

For each fault: no value reaches the upstream, no answer is wrong, and in the end no mapping is missing. The strict
gateway (`redis_fallback: false`) may refuse; the lenient one (`true`) may not. The numbers go to .run/faults.md.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

from aws_masker.plan import Plan
from aws_masker.waiting import wait_for
from faults.table import Row, Table
from rig.gateway import Gateway, gateway
from rig.load import Load
from rig.redis_proxy import Mood, RedisProxy
from rig.redis_server import PASSWORD, RedisServer
from rig.sidecar import Sidecar
from rig.upstream import Cut, Scenario, Upstream
from rig.upstream.replies import fixed

# Seconds within which the strict gateway must notice a fault, and everything owed must arrive after it.
NOTICED, RECOVERED = 15.0, 40.0
LASTS = 2.0


@dataclass(frozen=True)
class Site:
    """The processes that the faults hit: one Redis behind a proxy, one sidecar, two gateways."""

    redis: RedisServer
    proxy: RedisProxy
    sidecar: Sidecar
    strict: Gateway
    lenient: Gateway


@pytest.fixture(scope="module")
def site(logs: Path, upstream: Upstream) -> Iterator[Site]:
    with ExitStack() as stack:
        store = stack.enter_context(RedisServer("faults-redis", logs))
        proxy = stack.enter_context(RedisProxy(store.port))
        sidecar = stack.enter_context(Sidecar("faults-sidecar", logs, store.env | {"REDIS_PORT": str(proxy.port)}))
        strict, lenient = (
            stack.enter_context(
                gateway(
                    f"faults-envoy-{name}",
                    logs,
                    upstream,
                    Plan(upstream.url, sidecar.address, {"redis_fallback": fallback}),
                )
            )
            for name, fallback in (("strict", False), ("lenient", True))
        )
        yield Site(store, proxy, sidecar, strict, lenient)


# Injects a fault into the site, and pushes its repair onto the stack.
Befall = Callable[[Site, ExitStack], None]


def redis_killed(site: Site, healing: ExitStack) -> None:
    healing.callback(site.redis.start)
    site.redis.process.kill()


def redis_frozen(site: Site, healing: ExitStack) -> None:
    healing.callback(site.redis.process.thaw)
    site.redis.process.freeze()


def redis_out_of_memory(site: Site, healing: ExitStack) -> None:
    healing.callback(site.redis.client.config_set, "maxmemory", 0)
    site.redis.client.config_set("maxmemory", 1)


def redis_loses_its_master(serves_reads: str) -> Befall:
    def befall(site: Site, healing: ExitStack) -> None:
        healing.callback(site.redis.client.replicaof, "no", "one")
        site.redis.client.config_set("replica-serve-stale-data", serves_reads)
        site.redis.client.replicaof("127.0.0.1", "9")

    return befall


def redis_changes_its_password(site: Site, healing: ExitStack) -> None:
    def back() -> None:
        with redis.Redis("127.0.0.1", site.redis.port, password="another-password") as operator:
            operator.config_set("requirepass", PASSWORD)

    healing.callback(back)
    site.redis.client.config_set("requirepass", "another-password")
    site.redis.client.client_kill_filter(_type="normal", skipme=True)


def redis_pauses_writes(site: Site, healing: ExitStack) -> None:
    healing.callback(site.redis.client.client_unpause)
    site.redis.client.client_pause(60_000, all=False)


def redis_turns(mood: Mood) -> Befall:
    def befall(site: Site, healing: ExitStack) -> None:
        healing.callback(site.proxy.turns, Mood.FAIR)
        site.proxy.turns(mood)

    return befall


def sidecar_killed(site: Site, healing: ExitStack) -> None:
    healing.callback(site.sidecar.start)
    site.sidecar.process.kill()


def sidecar_frozen(site: Site, healing: ExitStack) -> None:
    healing.callback(site.sidecar.process.thaw)
    site.sidecar.process.freeze()


def sidecar_replaced(scenario: Scenario) -> Befall:
    """Something else listens where the sidecar did."""

    def befall(site: Site, healing: ExitStack) -> None:
        sidecar_killed(site, healing)
        healing.enter_context(Upstream(path=site.sidecar.socket)).set_default(scenario)

    return befall


FAULTS: dict[str, Befall] = {
    "Redis killed (-9), restarted with its volume": redis_killed,
    "Redis stopped for 5 s (SIGSTOP)": redis_frozen,
    "Redis out of memory (-OOM)": redis_out_of_memory,
    "Redis read-only (-READONLY)": redis_loses_its_master(serves_reads="yes"),
    "Redis without its master (-MASTERDOWN)": redis_loses_its_master(serves_reads="no"),
    "Redis with another password": redis_changes_its_password,
    "Redis pauses writes": redis_pauses_writes,
    "Redis answers after 3 s": redis_turns(Mood.SLOW),
    "Redis closes every connection": redis_turns(Mood.CLOSES),
    "Redis loads its data (-LOADING)": redis_turns(Mood.LOADING),
    "sidecar killed (-9)": sidecar_killed,
    "sidecar stopped for 5 s (SIGSTOP)": sidecar_frozen,
    "sidecar answers 500": sidecar_replaced(Scenario(reply=fixed(500, b'{"error":"x"}'))),
    "sidecar answers garbage": sidecar_replaced(Scenario(reply=fixed(200, b"\x00\xffgarbage"), framing="length")),
    "sidecar answers other JSON": sidecar_replaced(
        Scenario(reply=fixed(200, b'{"acknowledged":true}'), framing="length")
    ),
    "sidecar answers half": sidecar_replaced(Scenario(reply=fixed(200, b'{"version":1,"batch":'), cut=Cut(1))),
    "sidecar never answers": sidecar_replaced(Scenario(silent=True)),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault(site: Site, table: Table, name: str) -> None:
    site.strict.wait_serving()
    with Load(site.strict) as strict, Load(site.lenient) as lenient:
        loads = {"strict": strict, "lenient": lenient}
        for kind, load in loads.items():
            wait_for(f"the {kind} gateway has served some requests", lambda load=load: load.tally.served > 50)
        lasts = 5.0 if "5 s" in name else LASTS
        with ExitStack() as healing:
            FAULTS[name](site, healing)
            begun, served = time.monotonic(), lenient.tally.served
            wait_for("the strict gateway refuses", lambda: strict.tally.refused, NOTICED)
            noticed = time.monotonic() - begun
            wait_for("the lenient gateway serves on", lambda: lenient.tally.served > served + 20)
            wait_for(f"the fault has lasted {lasts:g} s", lambda: time.monotonic() - begun > lasts)
        ended, served = time.monotonic(), strict.tally.served
        wait_for("the strict gateway serves again", lambda: strict.tally.served > served, RECOVERED)
        recovered = time.monotonic() - ended
    owed = {kind: load.minted() for kind, load in loads.items()}
    arrived = settled(site.redis, set().union(*owed.values()))
    missing = {kind: len(minted - site.redis.placeholders()) for kind, minted in owed.items()}
    for kind, load in loads.items():
        table.add(Row(name, kind, load, missing[kind], noticed, recovered, arrived - ended))
    for load in loads.values():
        assert (load.tally.wrong, dict(load.tally.broken), load.values_seen()) == (0, {}, 0)
    assert not lenient.tally.refused
    assert missing == {"strict": 0, "lenient": 0}


def test_two_sidecars_on_one_redis(site: Site, table: Table, logs: Path, upstream: Upstream) -> None:
    """The second gateway does not notice the loss of the first one's sidecar; equal values have equal placeholders."""
    with (
        Sidecar("faults-second-sidecar", logs, site.redis.env) as second,
        gateway("faults-envoy-second", logs, upstream, Plan(upstream.url, second.address)) as other,
    ):
        with Load(site.strict) as strict, Load(other) as unharmed:
            with ExitStack() as healing:
                sidecar_killed(site, healing)
                begun, served = time.monotonic(), unharmed.tally.served
                wait_for("the first gateway refuses", lambda: strict.tally.refused, NOTICED)
                noticed = time.monotonic() - begun
                wait_for("the second serves on", lambda: unharmed.tally.served > served + 100)
            ended, served = time.monotonic(), strict.tally.served
            wait_for("the first serves again", lambda: strict.tally.served > served, RECOVERED)
            recovered = time.monotonic() - ended
        owed = strict.minted() | unharmed.minted()
        arrived = settled(site.redis, owed)
    missing = len(owed - site.redis.placeholders())
    fault = "one of two sidecars killed (-9)"
    table.add(Row(fault, "its own", strict, missing, noticed, recovered, arrived - ended))
    table.add(Row(fault, "the other's", unharmed, missing, 0, 0, arrived - ended))
    assert not unharmed.tally.refused
    assert missing == 0
    assert (strict.tally.wrong, unharmed.tally.wrong) == (0, 0)


def settled(store: RedisServer, owed: set[str]) -> float:
    """Returns when everything owed had arrived, or the wait timed out; the caller counts the missing mappings."""
    with suppress(AssertionError):
        wait_for("everything owed is in Redis", lambda: owed <= store.placeholders(), RECOVERED)
    return time.monotonic()
