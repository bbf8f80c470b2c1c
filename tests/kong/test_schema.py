"""The schema of the filter's configuration, as Kong judges it. The filter judges the same table in tests/kong-host."""

import json

import pytest
from jsonschema import Draft4Validator

from kong.files import CHECKOUT, META

TABLE = json.loads((CHECKOUT / "tests/kong-host/tests/configurations.json").read_text())
SCHEMA = META["config_schema"]


def test_it_is_a_schema_of_draft_4():
    assert "$schema" not in SCHEMA, "Kong sets it, and refuses any other"
    Draft4Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["name"])
def test_the_table(row):
    assert Draft4Validator(SCHEMA).is_valid(row["config"]) == row["valid"]


def test_the_table_has_every_key():
    used = {key for row in TABLE if row["valid"] for key in row["config"]}
    assert used == set(SCHEMA["properties"])


def test_the_name_has_no_hyphen():
    # A hyphen in a filter's name breaks all Wasm metrics of Kong's Prometheus plugin.
    names = [path.name for path in (CHECKOUT / "kong/filters").iterdir()]
    assert not [name for name in names if "-" in name]
