"""What the alerts and the dashboard select is there in the metrics of a sidecar: names, labels, and their values."""

import re

import httpx2
import pytest

from kong.test_observability import SELECTOR, queries
from rig.filter import Filter, exchange, mapping
from rig.sidecar import Sidecar

CONDITION = re.compile(r'([a-z_]+)(=~?)"([^"]*)"')


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The metrics of a sidecar that had a bit of everything."""
    env = {"MASKER_QUOTA_MAPPINGS": "1"}
    with Sidecar("sidecar-alerts", tmp_path_factory.mktemp("alerts"), env) as sidecar:
        caller = Filter(sidecar, "w1")
        names = [f"AWS_S3_BUCKET_0Y4XSX7XPW{n}X" for n in range(3)]
        counters = {"requests": 3, "refused": 1, "refused_by_code": {"AWS_MASKER_6002": 1}}
        counters |= {"masked_requests": 1, "masked_by_kind": {"s3_bucket": 2}}
        told = [exchange(mask_us=5, restore_us=7, input_tokens=9)]
        caller.call(mappings=[mapping(name, f"acme-{name[-3:]}") for name in names], exchanges=told, counters=counters)
        httpx2.post(f"{sidecar.url}/v1/sync", headers={"authorization": "Bearer a-wrong-token-012345678"})
        return sidecar.metrics()


# There is no gateway that could be checked.
ABSENT = {"aws_masker_selfcheck_success"}


@pytest.mark.parametrize("query", queries())
def test_what_is_selected_exists(shown: str, query: str) -> None:
    for name, labels in SELECTOR.findall(query):
        if name in ABSENT:
            continue
        lines = [line for line in shown.splitlines() if re.match(rf"{name}[{{ ]", line)]
        assert lines, f"{name} is not there"
        for label, how, wanted in CONDITION.findall(labels):
            values = {value for line in lines for value in re.findall(rf'{label}="([^"]*)"', line)}
            missing = [each for each in (wanted.split("|") if how == "=~" else [wanted]) if each not in values]
            assert not missing, f"{name}: {label} is one of {sorted(values)}"
