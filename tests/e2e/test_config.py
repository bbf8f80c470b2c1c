"""The filter's configuration, as far as it shows from outside."""

import json
from typing import Any

import pytest

from aws_masker.waiting import wait_for
from rig import planted
from rig.gateway import ON_KONG, Gateway, Opening
from rig.sidecar import Sidecar
from rig.upstream import Scenario, Text
from rig.upstream.blocks import placeholders

SECRET = "a-secret-of-at-least-thirty-two-characters"
AGAINST_THE_SCHEMA = [
    ("an unknown key", {"mask_everything": True}),
    ("a wrong type", {"use_redis": "yes"}),
    ("a wrong scope", {"scope": "a b"}),
]
WRONG = [
    ("no secret", {"use_redis": False}),
    ("a pattern that is none", {"custom_patterns": [{"label": "X", "regex": "("}]}),
]
# Kong itself checks a configuration against the filter's schema, and does not start.
SEEN_BY_THE_FILTER = WRONG if ON_KONG else AGAINST_THE_SCHEMA + WRONG


@pytest.mark.parametrize(
    "config", [config for _, config in SEEN_BY_THE_FILTER], ids=[name for name, _ in SEEN_BY_THE_FILTER]
)
def test_wrong_configuration_refuses_every_request(another: Opening, config: dict[str, Any]) -> None:
    gate = another(f"wrong-{next(iter(config))}", serving=False, filter=config)
    for how in ({}, {"method": "GET", "content": b""}):
        exchange = gate.send({"a": 1}, **how)
        assert exchange.response.status_code == 500
        assert exchange.response.json()["error"]["message"].startswith("AWS_MASKER_4001: ")
        assert exchange.requests == []


def test_a_wrong_configuration_is_logged_once(another: Opening) -> None:
    gate = another("wrong-once", serving=False, filter={"scope": {"from": "hunter2"}})
    for _ in range(5):
        assert gate.send({"a": 1}).response.status_code == 500
    lines = [line for line in gate.host.process.log.read_text().splitlines() if "AWS_MASKER_4001" in line]
    # Envoy's main thread has two copies of the filter, which serve nothing; its one worker has the third.
    assert len(lines) == (1 if ON_KONG else 3), lines
    for line in lines:
        assert "scope.from: expected `route` or `service`" in line
        assert "hunter2" not in line


@pytest.mark.skipif(ON_KONG, reason="Envoy's own bound")
def test_a_body_over_the_host_s_own_bound(gate: Gateway) -> None:
    exchange = gate.send(b" " * ((64 << 20) + 1))
    assert (exchange.response.status_code, exchange.response.text) == (413, "Payload Too Large")
    assert exchange.requests == []


def ask(gate: Gateway, text: str, says: str = "«0»") -> tuple[list[str], str]:
    exchange = gate.send({"messages": [{"role": "user", "content": text}]}, Scenario(says=(Text(says),)))
    return placeholders(exchange.seen), exchange.response.json()["content"][0]["text"]


def test_without_a_sidecar(another: Opening) -> None:
    alone = {"use_redis": False, "sidecar": None}
    first = another("alone", filter=alone | {"secret": SECRET})
    second = another("alone-too", filter=alone, env={"AWS_MASKER_SECRET": SECRET})
    minted, said = ask(first, planted.ec2(1))
    assert said == planted.ec2(1)
    assert ask(second, planted.ec2(1))[0] == minted


def test_what_is_never_restored(another: Opening) -> None:
    gate = another("never-restore", filter={"never_restore": ["access_key_id"]})
    minted, said = ask(gate, f"{planted.access_key(1)} {planted.ec2(1)}", "«0» «1»")
    assert said == f"{minted[0]} {planted.ec2(1)}"


def test_own_words(another: Opening) -> None:
    own = {
        "custom_patterns": [{"label": "TICKET", "regex": "planted-[0-9]+"}],
        "always_mask": ["planted-falcon"],
        "never_mask": ["i-0aaaabbbbccccdddd"],
    }
    gate = another("own", filter=own)
    minted, said = ask(gate, "i-0aaaabbbbccccdddd has planted-4711 of planted-falcon", "«0» «1»")
    assert said == "planted-4711 planted-falcon"
    assert minted[0].startswith("AWS_TICKET_")


def test_what_is_done_about_a_kind(another: Opening) -> None:
    gate = another("actions", filter={"actions": {"secrets": "refuse", "access_key_id": "alert", "storage": "one_way"}})
    log = gate.host.process.log
    minted, said = ask(gate, f"{planted.access_key(1)} {planted.ec2(1)} s3://{planted.bucket(3)}/x", "«0» «1» «2»")
    assert said == f"{planted.access_key(1)} {planted.ec2(1)} {minted[2]}"
    wait_for("the alert's line", lambda: "alert: a request held access_key_id=1" in log.read_text())
    refused = gate.send({"messages": [{"role": "user", "content": "password=planted-7wJalrXUt2nFEMI"}]})
    assert refused.response.status_code == 400
    assert refused.response.json()["error"]["message"] == (
        "AWS_MASKER_2012: the text has a value of a kind that this gateway does not let pass (password)"
    )
    assert refused.requests == []


def test_what_is_only_observed(another: Opening, sidecar: Sidecar) -> None:
    """The values are not planted ones: here they are meant to leave."""
    gate = another("observe", filter={"mode": "observe"})
    assert gate.http.get("/aws-masker/readyz").json()["mode"] == "observe"
    wait_for("the key", lambda: gate.http.get("/aws-masker/readyz").json()["vault"] == "up")
    wait_for("it is told", lambda: 'aws_masker_mode{mode="observe"} 0' not in sidecar.metrics())
    body = {"messages": [{"role": "user", "content": "i-0fedcba9876543210 in 10.77.5.4"}]}
    exchange = gate.send(body, Scenario(says=(Text("AWS_EC2_7KQ2M9XA4TBN"),)))
    assert json.loads(exchange.seen) == body
    assert exchange.response.headers["x-aws-masker"] == "would-mask=2"
    assert exchange.response.json()["content"][0]["text"] == "AWS_EC2_7KQ2M9XA4TBN"
    for content, code in ((b"{", "AWS_MASKER_6002"), (b"\xff", "AWS_MASKER_6002")):
        broken = gate.send(content)
        assert broken.seen == content
        assert broken.response.headers["x-aws-masker"] == f"would-refuse={code}"
    assert "mode: observe" in gate.host.process.log.read_text()


def test_a_log_of_masked_requests_counts(another: Opening) -> None:
    """Its log lines hold no value, which the check of all logs at the end of the run ensures."""
    gate = another("logging", filter={"log_masked_requests": True})
    ask(gate, f"{planted.ec2(1)} {planted.ip(2)} s3://{planted.bucket(3)}/x")
    log = gate.host.process.log
    wait_for("the log's line", lambda: "kinds=ec2_instance:1,private_ip:1,s3_bucket:1 " in log.read_text())


def test_the_fallback_key(another: Opening, sidecar: Sidecar) -> None:
    """Without a keyring, `redis_fallback` serves with a key derived from the token, and says so."""
    gate = another("fallback-key", sidecar="127.0.0.1:9", filter={"redis_fallback": True})
    exchange = gate.send({"messages": [{"role": "user", "content": planted.ec2(1)}]}, Scenario(says=(Text("«0»"),)))
    assert exchange.response.json()["content"][0]["text"] == planted.ec2(1)
    assert "key=fallback" in exchange.response.headers["x-aws-masker"]
    assert json.loads(exchange.seen)["messages"][0]["content"].startswith("AWS_")
