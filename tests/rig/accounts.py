"""The accounts of what happened: metrics in Prometheus' text, and the events in Redis' stream."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
import jsonschema
import redis

from aws_masker.artefacts import CHECKOUT
from aws_masker.ports import LOOPBACK

STREAM = "aws-masker:events"
SCHEMA = json.loads((CHECKOUT / "docs" / "events.schema.json").read_text())
LINE = re.compile(r"(\w+?)(?:\{(.*)\})? (\S+)(?: \d+)?")
LABEL = re.compile(r'(\w+)="([^"]*)"')
# A metric's name with those labels that are not empty, such as ("requests_total", "code=AWS_MASKER_6002", …).
Series = tuple[str, ...]


def series(text: str) -> Counter[Series]:
    """The product's own series of a page of metrics."""
    found: Counter[Series] = Counter()
    for line in text.splitlines():
        match = LINE.fullmatch(line)
        if match is None or not match[1].startswith("aws_masker_"):
            continue
        labels = sorted(f"{name}={value}" for name, value in LABEL.findall(match[2] or "") if value)
        found[(match[1].removeprefix("aws_masker_"), *labels)] += float(match[3])
    return found


def of_envoy(admin: int) -> Counter[Series]:
    return series(httpx2.get(f"http://{LOOPBACK}:{admin}/stats/prometheus", timeout=5).text)


def entries(client: redis.Redis, since: str = "-") -> list[dict[str, Any]]:
    """The events of the stream, those that were told again among them. Each is held to its schema."""
    validator = jsonschema.Draft202012Validator(SCHEMA)
    events = [json.loads(fields[b"event"]) for _, fields in client.xrange(STREAM, min=since)]
    for event in events:
        validator.validate(event)
    return events


def distinct(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({event["id"]: event for event in events}.values())


def counted(events: list[dict[str, Any]]) -> Counter[Series]:
    """The series that the counters in the events amount to."""
    found: Counter[Series] = Counter()
    for event in events:
        if event["type"] != "aws-masker.counters":
            continue
        numbers = event["data"]["counters"]
        refused, masked, observed = (numbers[name] for name in ("refused", "masked_requests", "observed"))
        found["requests_total", "outcome=masked"] += masked
        found["requests_total", "outcome=clean"] += numbers["requests"] - refused - masked - observed
        for code, count in numbers.get("refused_by_code", {}).items():
            found["requests_total", f"code={code}", "outcome=refused"] += count
        for kind, count in numbers.get("masked_by_kind", {}).items():
            found["masked_values_total", f"kind={kind}"] += count
        found["restored_values_total",] += numbers["restored"]
        for state in ("restored", "orphaned", "degraded"):
            found["responses_total", f"state={state}"] += numbers[f"{state}_responses"]
    return +found


def of(account: Counter[Series], *names: str) -> Counter[Series]:
    """The series of these metrics that are not zero."""
    return +Counter({key: value for key, value in account.items() if key[0] in names})


def write_events(client: redis.Redis, log: Path) -> None:
    log.write_bytes(b"\n".join(fields[b"event"] for _, fields in client.xrange(STREAM)))
