"""The mappings: they arrive in Redis, sealed; replicas share them, and scopes do not."""

from typing import Any

import httpx2
import pytest

from aws_masker.waiting import wait_for
from rig import planted
from rig.gateway import Exchange, Gateway, Opening
from rig.redis_server import RedisServer
from rig.sidecar import Sidecar
from rig.upstream import Scenario, Text, Upstream
from rig.upstream.blocks import placeholders

REPEAT = Scenario(says=(Text("«0»"),))


def ask(gate: Gateway, text: str, scenario: Scenario = REPEAT, **how: Any) -> Exchange:
    return gate.send({"messages": [{"role": "user", "content": text}]}, scenario, **how)


def placeholder_of(gate: Gateway, value: str) -> str:
    (placeholder,) = placeholders(ask(gate, value).seen)
    return placeholder


def answer(exchange: Exchange) -> str:
    return exchange.response.json()["content"][0]["text"]


def test_mappings_arrive_in_redis(gate: Gateway, redis_server: RedisServer) -> None:
    minted = {placeholder_of(gate, planted.ec2(n)) for n in range(100, 120)}
    assert len(minted) == 20
    wait_for("20 mappings are in Redis", lambda: minted <= redis_server.placeholders())
    key = f"aws-masker:default:{minted.pop()}"
    assert 604_000 < redis_server.client.ttl(key) <= 604_800


def test_redis_holds_no_value(gate: Gateway, redis_server: RedisServer) -> None:
    texts = [planted.bucket(1), planted.ip(2), planted.access_key(3), planted.rds(4), planted.arn(5)]
    seen = ask(gate, f"s3://{texts[0]} {' '.join(texts[1:])}").seen
    minted = set(placeholders(seen))
    wait_for("the mappings are in Redis", lambda: minted <= redis_server.placeholders())
    assert planted.shown(redis_server.dump()) == []


def test_replicas_and_restarts_mint_the_same(gate: Gateway, another: Opening) -> None:
    first = placeholder_of(gate, planted.ec2(30))
    assert placeholder_of(another("replica"), planted.ec2(30)) == first


def test_workers_mint_the_same(another: Opening, upstream: Upstream) -> None:
    """Each worker has an instance of the filter of its own; a new connection may come to any of them."""
    gate = another("two-workers", workers=2)

    def on_a_new_connection() -> Exchange:
        return ask(Gateway(gate.host, upstream), planted.ec2(31))

    def all_serve() -> bool:
        return all(on_a_new_connection().response.status_code == 200 for _ in range(12))

    wait_for("both workers have their key", all_serve)
    exchanges = [on_a_new_connection() for _ in range(12)]
    assert len({exchange.seen for exchange in exchanges}) == 1
    assert {answer(exchange) for exchange in exchanges} == {planted.ec2(31)}


def test_scopes_do_not_share(gate: Gateway, another: Opening, redis_server: RedisServer) -> None:
    """A placeholder of one scope is a word like any other in the next, and stays one."""
    value = planted.ec2(40)
    ours = placeholder_of(gate, value)
    wait_for("the mapping is in Redis", lambda: ours in redis_server.placeholders())
    other = another("other-scope", filter={"scope": "other"})
    theirs = placeholder_of(other, value)
    assert ours != theirs
    wait_for("the other's mapping is in Redis", lambda: theirs in redis_server.placeholders("other"))
    for gateway, placeholder in ((other, ours), (gate, theirs)):
        # Several times, so that an answer of the vault would have arrived in between.
        for n in range(5):
            assert answer(ask(gateway, f"{planted.vpc(n)} {placeholder}", Scenario(says=(Text("«1»"),)))) == placeholder
            ask(gateway, f"{planted.vpc(n)} {placeholder}", Scenario(says=(Text(f"{placeholder}"),)))
    assert theirs not in redis_server.placeholders()
    assert ours not in redis_server.placeholders("other")


def test_scopes_from_a_header(another: Opening) -> None:
    """Tenants of one gateway: their placeholders differ, and a request without a proper tenant is refused."""
    gate = another("header-scope", serving=False, filter={"scope": {"header": "x-tenant"}})
    value = planted.ec2(41)

    def asked_by(tenant: str | None) -> Exchange:
        return ask(gate, value, headers={"x-tenant": tenant})

    wait_for("the tenants are served", lambda: asked_by("alice").response.status_code == 200)
    by_alice, by_bob = asked_by("alice"), asked_by("bob")
    assert placeholders(by_alice.seen) != placeholders(by_bob.seen)
    assert (answer(by_alice), answer(by_bob)) == (value, value)
    for improper in (None, "", "a b", "x" * 129):
        refused = asked_by(improper)
        assert (refused.response.status_code, refused.requests) == (403, [])
        assert refused.response.json()["error"]["message"].startswith("AWS_MASKER_1005: ")


def test_a_placeholder_of_an_earlier_session_is_restored(
    gate: Gateway, another: Opening, redis_server: RedisServer
) -> None:
    """A resumed session or a pasted log: this filter never minted it, but the vault of its scope knows."""
    value = planted.ec2(50)
    minted = placeholder_of(gate, value)
    wait_for("the mapping is in Redis", lambda: minted in redis_server.placeholders())
    resumed = another("resumed")
    wait_for("it is restored", lambda: answer(ask(resumed, f"What was {minted}?")) == value)


def test_an_unknown_placeholder_stays_and_is_told(gate: Gateway) -> None:
    unknown = "AWS_EC2_7KQ2M9XA4TBN"
    exchange = ask(gate, f"What is {unknown}?")
    assert exchange.seen.count(unknown.encode()) == 1
    assert answer(exchange) == unknown


@pytest.mark.parametrize("path", ["/v1/sync", "/v1/restore"])
@pytest.mark.parametrize("token", [None, "Bearer wrong", "Basic dXNlcjpwYXNz"])
def test_the_sidecar_lets_nobody_in(sidecar: Sidecar, path: str, token: str | None) -> None:
    headers = {"authorization": token} if token else {}
    assert httpx2.post(f"{sidecar.url}{path}", json={}, headers=headers).status_code == 401


def test_a_filter_with_a_wrong_token_gets_no_key(another: Opening) -> None:
    gate = another("wrong-token", serving=False, env={"AWS_MASKER_TOKEN": "a-token-that-the-sidecar-does-not-know"})
    wait_for("the sidecar's refusal", lambda: gate.http.get("/aws-masker/readyz").json()["vault"] == "rejecting")
    refused = ask(gate, planted.ec2(1)).response
    message = refused.json()["error"]["message"]
    assert (refused.status_code, message[:15]) == (500, "AWS_MASKER_1007")
    assert "try again" not in message
    said = "(status 401: sidecar_token or AWS_MASKER_TOKEN is none of its MASKER_TOKENS; 1 calls)"
    assert said in gate.host.process.log.read_text()
