"""The sidecar exports its metrics by OTLP when the standard variables ask for it, and serves whatever comes of that."""

from collections import Counter
from pathlib import Path

import pytest

from aws_masker.ports import LOOPBACK, free_port
from aws_masker.waiting import wait_for
from rig import accounts, planted
from rig.accounts import Series
from rig.collector import Collector, Export
from rig.filter import Filter, exchange, mapping, ten_minutes
from rig.sidecar import OPERATOR_TOKEN, SECRET, TOKEN, Sidecar

OFTEN = {"OTEL_METRIC_EXPORT_INTERVAL": "100"}
CREDENTIAL = "collector-credential-0123456789"
PLACEHOLDER = "AWS_S3_BUCKET_0Y4XSX7XPWX8"


def shown(text: str) -> Counter[Series]:
    """The page of metrics, with the bounds of buckets as numbers. What changes by itself is left out."""

    def number(label: str) -> str:
        return f"le={float(label[3:])}" if label.startswith("le=") else label

    return steady(
        Counter({(name, *sorted(map(number, labels))): n for (name, *labels), n in accounts.series(text).items()})
    )


def steady(series: Counter[Series]) -> Counter[Series]:
    return Counter({key: n for key, n in series.items() if key[0] != "sync_age_seconds"})


def busy(sidecar: Sidecar) -> Filter:
    """Exchanges of every outcome, and a value in the vault."""
    caller = Filter(sidecar, "w-otlp")
    told = ten_minutes()[:150]
    counters = {
        "requests": 150,
        "masked_requests": 90,
        "masked_by_kind": {"ec2_instance": 40, "s3_bucket": 7},
        "refused": 3,
        "refused_by_code": {"AWS_MASKER_6002": 3},
        "restored": 11,
        "restored_responses": 140,
        "degraded_responses": 2,
    }
    caller.call(exchanges=told, counters=counters, owed=5)
    caller.call(mappings=[mapping(PLACEHOLDER, planted.bucket(81))], exchanges=[exchange(restored=1)])
    return caller


def test_what_is_exported_is_what_the_page_of_metrics_shows(logs: Path) -> None:
    with Collector() as collector:
        asked = OFTEN | {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"{collector.url}/",
            "OTEL_EXPORTER_OTLP_HEADERS": f"authorization=Bearer%20{CREDENTIAL},x-scope=team",
            "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
            "OTEL_SERVICE_NAME": "masker",
            "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test",
        }
        with Sidecar("sidecar-otlp", logs, asked) as sidecar:
            busy(sidecar)

            def agrees() -> bool:
                exports = collector.exports[-1:]
                return bool(exports) and steady(exports[0].series()) == shown(sidecar.metrics())

            wait_for("an export agrees with the page of metrics", agrees)
            last = collector.exports[-1]
    assert last.path == "/v1/metrics"
    assert last.headers["content-type"] == "application/x-protobuf"
    assert (last.headers["authorization"], last.headers["x-scope"]) == (f"Bearer {CREDENTIAL}", "team")
    series = last.series()
    assert series["requests_total", "outcome=masked"] == 90
    assert series["requests_total", "code=AWS_MASKER_6002", "outcome=refused"] == 3
    assert series["outbox_mappings",] == 0
    assert series["request_bytes_count",] == 151
    assert series["mask_duration_seconds_bucket", "le=inf"] == series["mask_duration_seconds_count",] == 150
    assert last.units() == {
        "mask_duration_seconds": "s",
        "request_bytes": "By",
        "restore_duration_seconds": "s",
        "sync_age_seconds": "s",
    }
    assert {name for name, *_ in series if name.endswith("_total")} == last.monotonic()
    assert (last.resource["service.name"], last.resource["deployment.environment.name"]) == ("masker", "test")
    assert last.resource["service.instance.id"]
    check_silence(collector.exports)


def check_silence(exports: list[Export]) -> None:
    """No value, no placeholder and no credential is in what was exported."""
    for export in exports:
        assert planted.shown(export.body) == []
        for secret in (TOKEN, OPERATOR_TOKEN, SECRET, CREDENTIAL, PLACEHOLDER):
            assert secret.encode() not in export.body


def test_the_last_numbers_leave_when_it_ends(logs: Path) -> None:
    with Collector() as collector:
        with Sidecar("sidecar-otlp-end", logs, {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}) as sidecar:
            busy(sidecar)
            assert collector.exports == [], "an export a minute"
            sidecar.process.stop()
        (last,) = collector.exports
    assert last.series()["restored_values_total",] == 11


def said(sidecar: Sidecar) -> list[str]:
    return [line for line in sidecar.process.log.read_text().splitlines() if "OTLP" in line]


def test_a_collector_that_is_away_harms_nothing_and_is_told_once(logs: Path) -> None:
    port = free_port()
    away = OFTEN | {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://user:{CREDENTIAL}@{LOOPBACK}:{port}"}
    with Sidecar("sidecar-otlp-away", logs, away) as sidecar:
        wait_for("it is told", lambda: said(sidecar))
        caller = busy(sidecar)
        with Collector(port, status=503) as collector:
            wait_for("some are refused", lambda: len(collector.exports) >= 3)
            caller.call()
            collector.status = 200
            wait_for("it is over", lambda: "exported again" in said(sidecar)[-1])
            caller.call()
            # Before the collector goes: that would be told anew.
            (first, _) = said(sidecar)
        assert "the collector cannot be reached" in first
        assert CREDENTIAL not in sidecar.process.log.read_text()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf"),
        ({"OTEL_EXPORTER_OTLP_HEADERS": CREDENTIAL}, "OTEL_EXPORTER_OTLP_HEADERS is not a list"),
        ({"OTEL_SDK_DISABLED": "true"}, None),
    ],
)
def test_what_cannot_be_exported_is_no_reason_not_to_serve(logs: Path, asked: dict[str, str], told: str | None) -> None:
    with Collector() as collector:
        env = OFTEN | asked | {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
        with Sidecar(f"sidecar-otlp-{len(str(asked))}", logs, env) as sidecar:
            busy(sidecar)
            sidecar.process.stop()
            lines = said(sidecar)
            assert (told in lines[0], len(lines)) == (True, 1) if told else lines == []
            assert CREDENTIAL not in sidecar.process.log.read_text()
        assert collector.exports == []
