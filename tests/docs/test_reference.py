"""The references: every setting has its place, what is stale is named, and every variable of the sidecar is told."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from rig.artefacts import ROOT
from scripts import reference

META = json.loads((ROOT / reference.META).read_text())
EDITOR = json.loads((ROOT / "docs" / "aws-masker.schema.json").read_text())
TABLE = json.loads((ROOT / "tests/kong-host/tests/configurations.json").read_text())
SIDECAR = ROOT / "redis-sidecar"


def test_every_setting_is_in_one_group():
    grouped = [name for names in reference.GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(META["config_schema"]["properties"])


def test_every_setting_says_what_it_is():
    for name, setting in META["config_schema"]["properties"].items():
        assert setting["description"].endswith("."), name


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["name"])
def test_editors_judge_as_the_filter_does(row):
    assert Draft7Validator(EDITOR).is_valid(row["config"]) == row["valid"]


def test_the_schema_of_editors_is_a_schema():
    Draft7Validator.check_schema(EDITOR)


CATALOGUE = {
    "version": "1-0",
    "families": [{"name": "compute", "switch": "mask_ec2_instances"}],
    "kinds": [
        {
            "id": "ec2_instance",
            "label": "EC2",
            "family": "compute",
            "risk": "identifier",
            "default": True,
            "found": ["`i-` and 17 hexadecimal digits"],
            "asked": [],
            "example": "a|‹i-1234567890abcdef0›",
        }
    ],
}


def test_a_kind_is_a_row_of_a_table():
    page = reference.kinds_page(CATALOGUE)
    assert "## Compute\n" in page
    cells = ["`ec2_instance`", "`EC2`", "yes", "names something", "`i-` and 17 hexadecimal digits"]
    cells.append("`a\\|‹i-1234567890abcdef0›`")
    assert f"| {' | '.join(cells)} |" in page.splitlines()


def test_what_is_stale_is_named_with_the_target_that_mends_it(tmp_path, monkeypatch, capsys):
    made = reference.files(CATALOGUE, META)
    made[Path("deploy/observability/rules.yml")] = (ROOT / "deploy/observability/rules.yml").read_text()
    for path, text in made.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    monkeypatch.setattr(reference, "ROOT", tmp_path)
    monkeypatch.setattr(reference, "catalogue", lambda: CATALOGUE)
    monkeypatch.setattr("sys.argv", ["reference.py", "--check"])
    assert reference.main() == 0
    (tmp_path / "docs" / "kinds.md").write_text("old")
    assert reference.main() == 1
    assert capsys.readouterr().err == "docs/kinds.md is stale: `make reference` writes it anew\n"
    assert (tmp_path / "docs" / "kinds.md").read_text() == "old", "a check writes nothing"


def test_the_sidecars_readme_has_every_variable_and_no_other():
    sources = [path for path in (SIDECAR / "src" / "config").glob("*.rs") if path.name != "tests.rs"]
    names = r"(?:MASKER|REDIS|OTEL)_[A-Z0-9_]*[A-Z0-9]"
    read = {name for path in sources for name in re.findall(f'"({names})"', path.read_text())}
    assert len(read) > 30
    section = (SIDECAR / "README.md").read_text().split("\n## ")
    told = {
        name for part in section for line in part.splitlines() if line.startswith("| `") for name in variables(line)
    }
    assert {name for name in told if re.fullmatch(names, name)} == read


def variables(line: str) -> list[str]:
    """The names in the first cell of a row."""
    return re.findall(r"`([A-Z0-9_]+)`", line.split(" | ")[0])
