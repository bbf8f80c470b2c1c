"""A filter as the sidecar knows it: one that calls with what it owes. For traffic that no gateway makes in seconds."""

import random
import time
from typing import Any

import httpx2

from rig.sidecar import TOKEN, Sidecar

KINDS = ("ec2_instance", "s3_bucket", "private_ip", "account_id", "rds_endpoint", "iam_role", "vpc", "security_group")
# Requests of ten minutes by kind: how often each is among them, and how many values it brings.
OFTEN = (0.7, 0.45, 0.6, 0.35, 0.2, 0.25, 0.15, 0.1)
SOME = (4, 3, 9, 2, 2, 2, 1, 2)


class Filter:
    def __init__(self, sidecar: Sidecar, instance: str):
        self.instance = instance
        self._http = httpx2.Client(base_url=sidecar.url, headers={"authorization": f"Bearer {TOKEN}"}, timeout=10)
        self._batch = 0

    def call(self, **owed: Any) -> dict[str, Any]:
        """One batch: `mappings`, `exchanges`, `follow` …"""
        self._batch += 1
        response = self._http.post("/v1/sync", json=batch(self.instance, self._batch, **owed))
        response.raise_for_status()
        answer = response.json()
        assert answer["acknowledged"], answer
        return answer


def batch(instance: str, number: int, **owed: Any) -> dict[str, Any]:
    """What a filter sends in one call."""
    usual = {"version": 1, "instance": instance, "release": "0.1.0", "batch": number, "mapping_ttl": 600}
    return usual | owed


def exchange(**about: Any) -> dict[str, Any]:
    usual = {"scope": "default", "at_ms": round(time.time() * 1000), "request_bytes": 9_000, "response_bytes": 2_000}
    return usual | {"masked": [], "restored": 0, "unresolved": 0} | about


def mapping(placeholder: str, value: str, scope: str = "default", **about: Any) -> dict[str, Any]:
    return {"scope": scope, "kind": "s3_bucket", "placeholder": placeholder, "value": value} | about


def ten_minutes(seed: int = 1) -> list[dict[str, Any]]:
    """Exchanges of the last ten minutes as a team might have them; the same for the same seed, but for the clock."""
    dice = random.Random(seed)
    now = round(time.time() * 1000)
    made = []
    at = now - 598_000
    while at < now - 1_500:
        at += round(dice.expovariate(1 / (900 + 700 * abs((at // 60_000) % 5 - 2))))
        made.append(_one(dice, min(at, now - 1_000)))
    return made


def _one(dice: random.Random, at: int) -> dict[str, Any]:
    masked = [
        [kind, dice.randint(1, 3 * some)]
        for kind, often, some in zip(KINDS, OFTEN, SOME, strict=True)
        if dice.random() < often
    ]
    anthropic = dice.random() < 0.75
    tokens = dice.randint(4_000, 60_000)
    size = dice.randint(6_000, 240_000)
    about = {
        "scope": dice.choice(("platform", "platform", "platform", "payments", "data-eng")),
        "route": "anthropic-v1" if anthropic else "openai-v1",
        "dialect": "anthropic_messages" if anthropic else "openai_responses",
        "status": 200,
        "mask_us": round(size * 0.004 * dice.uniform(0.7, 1.6)) + 60,
        "restore_us": dice.randint(30, 260),
    }
    if dice.random() < 0.012:
        code, status = dice.choice((("AWS_MASKER_6002", 400), ("AWS_MASKER_2004", 415)))
        return exchange(at_ms=at, request_bytes=size, response_bytes=0, refused=code, **about | {"status": status})
    return exchange(
        at_ms=at,
        request_bytes=size,
        response_bytes=dice.randint(800, 26_000),
        masked=masked,
        restored=dice.randint(0, 12),
        unresolved=int(dice.random() < 0.015),
        input_tokens=tokens,
        cache_read_tokens=round(tokens * dice.uniform(0.72, 0.97)),
        **about,
    )
