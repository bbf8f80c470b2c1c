"""The dashboard and the alerts ask for metrics that there are, with labels that these have."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy/observability"
# A metric with what its selector asks for.
SELECTOR = re.compile(r"(aws_masker_[a-z_]+)(?:\{([^}]*)\})?")
SUFFIXES = ("_bucket", "_sum", "_count")


def documented() -> dict[str, set[str]]:
    """The metrics of the sidecar's README, which a test there compares with those that it has, and their labels."""
    table = (ROOT / "redis-sidecar/README.md").read_text().split("## Metrics", 1)[1].split("\n## ", 1)[0]
    found = re.findall(r"`(aws_masker_[a-z_]+)(?:\{([a-z_, ]*)\})?`", table)
    return {name: {label for label in labels.split(", ") if label} for name, labels in found}


def rules() -> list[dict[str, object]]:
    groups = yaml.safe_load((FOLDER / "rules.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def queries() -> list[str]:
    dashboard = json.loads((FOLDER / "grafana/dashboards/aws-masker.json").read_text())
    panels = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    return panels + [str(rule["expr"]) for rule in rules()]


def asked(query: str) -> list[tuple[str, set[str]]]:
    grouped = {label.strip() for by in re.findall(r"by \(([^)]*)\)", query) for label in by.split(",")} - {"le"}
    found = []
    for name, labels in SELECTOR.findall(query):
        name = next((name.removesuffix(suffix) for suffix in SUFFIXES if name.endswith(suffix)), name)
        found.append((name, grouped | set(re.findall(r"([a-z_]+)\s*=", labels))))
    return found


@pytest.mark.parametrize("query", queries())
def test_each_query_is_about_metrics_that_there_are(query: str) -> None:
    metrics = documented()
    assert asked(query), query
    for name, labels in asked(query):
        assert name in metrics, name
        assert labels <= metrics[name], f"{name} has no {labels - metrics[name]}"


def test_each_alert_says_what_and_what_to_do() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names)) >= 12
    for rule in rules():
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert set(rule["annotations"]) == {"summary", "description"}


def test_what_the_containers_mount_is_there() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    for name in ("prometheus", "grafana"):
        assert services[name]["profiles"] == ["observability"]
        for volume in services[name]["volumes"]:
            source = volume.split(":", 1)[0]
            assert not source.startswith("./") or (ROOT / source).exists(), volume
    provider = yaml.safe_load((FOLDER / "grafana/provisioning/dashboards/aws-masker.yml").read_text())
    assert any(provider["providers"][0]["options"]["path"] in volume for volume in services["grafana"]["volumes"])


def panels() -> list[dict]:
    return json.loads((FOLDER / "grafana/dashboards/aws-masker.json").read_text())["panels"]


def test_the_dashboard_is_one_that_grafana_draws() -> None:
    source = yaml.safe_load((FOLDER / "grafana/provisioning/datasources/prometheus.yml").read_text())["datasources"][0]
    assert len({panel["id"] for panel in panels()}) == len(panels())
    covered: set[tuple[int, int]] = set()
    for panel in panels():
        assert panel["title"]
        assert panel["datasource"] == {"type": source["type"], "uid": source["uid"]}, panel["title"]
        refs = [target["refId"] for target in panel["targets"]]
        assert len(refs) == len(set(refs)) > 0, panel["title"]
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24, panel["title"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not covered & cells, f"{panel['title']} covers another panel"
        covered |= cells
    rows = 1 + max(y for _, y in covered)
    assert len(covered) == 24 * rows, "the panels leave a gap"


promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is missing: run `make promtool`")


@promtool
@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "rules", "--lint=all", "--lint-fatal", str(FOLDER / "rules.yml")),
        # It alerts when it should, and does not when it should not.
        ("test", "rules", str(Path(__file__).parent / "rules.yml")),
    ],
)
def test_prometheus_itself_takes_the_rules(arguments: tuple[str, ...]) -> None:
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@promtool
def test_prometheus_itself_takes_the_configuration(tmp_path: Path) -> None:
    for name in ("prometheus.yml", "rules.yml"):
        shutil.copy(FOLDER / name, tmp_path)
    done = subprocess.run(["promtool", "check", "config", tmp_path / "prometheus.yml"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@promtool
def test_prometheus_itself_takes_the_queries_of_the_dashboard(tmp_path: Path) -> None:
    """As rules, because that is what promtool parses; Grafana replaces its variables with durations."""
    dashboard = [target["expr"] for panel in panels() for target in panel["targets"]]
    queries = [re.sub(r"\$__(rate_interval|range)", "5m", query) for query in dashboard]
    rules = [{"record": f"panel:{number}", "expr": query} for number, query in enumerate(queries)]
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    done = subprocess.run(["promtool", "check", "rules", file], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
