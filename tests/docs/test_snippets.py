"""Every snippet of the documentation that a machine can judge is judged: nobody should find out by copying it."""

import json
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import hcl2
import kubernetes_validate
import pytest
import yaml
from jsonschema import Draft4Validator, Draft7Validator

from kong.files import META, ROOT, configurations, routes

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "deploy").rglob("*.md"))]
FENCE = re.compile(r"^```(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EDITOR = json.loads((ROOT / "docs" / "aws-masker.schema.json").read_text())
# Output of programs, and commands with a remark behind them.
UNJUDGED = {""}


def snippets() -> Iterator[pytest.param]:
    for page in PAGES:
        for number, (language, text) in enumerate(FENCE.findall(page.read_text()), 1):
            if language not in UNJUDGED:
                name = page.relative_to(ROOT).as_posix()
                yield pytest.param(language, text, id=f"{name}-{number}-{language}")


@pytest.mark.parametrize(("language", "text"), list(snippets()))
def test_snippet(language: str, text: str) -> None:
    assert language in JUDGES, f"nobody judges {language}: see JUDGES"
    JUDGES[language](text)


def shell(text: str) -> None:
    done = subprocess.run(["sh", "-n"], input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def dockerfile(text: str) -> None:
    instructions = [line.split()[0] for line in text.splitlines() if line]
    assert instructions[0] == "FROM"
    assert set(instructions) <= {"FROM", "COPY", "ADD", "RUN", "ENV", "USER", "ENTRYPOINT", "CMD"}


def terraform(text: str) -> None:
    for resource in hcl2.loads(text)["resource"]:
        for entries in resource.values():
            for body in entries.values():
                if "aws_masker" in str(body["name"]):
                    config = {
                        name: value.strip('"') for name, value in body["config"].items() if name != "__is_block__"
                    }
                    of_the_filter(config)


def yaml_documents(text: str) -> None:
    documents = [document for document in yaml.safe_load_all(text) if document is not None]
    assert documents
    if "yaml-language-server" in text:
        Draft7Validator(EDITOR).validate(documents[0])
    for document in documents:
        if isinstance(document, dict) and "apiVersion" in document:
            of_kubernetes(document)
        elif isinstance(document, dict) and "_format_version" in document:
            of_kong(document)
        else:
            for configuration in configurations(document):
                of_the_filter(configuration)


def of_kong(document: dict) -> None:
    for configuration in configurations(document):
        of_the_filter(configuration)
    for _, route in routes(document):
        assert [plugin["name"] for plugin in route["plugins"]].count("aws_masker") == 1
        assert (route["request_buffering"], route["response_buffering"]) == (True, False)


def of_kubernetes(document: dict) -> None:
    if document["kind"] == "KongPlugin":
        assert document["plugin"] == "aws_masker"
        of_the_filter(document["config"])
    else:
        kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)


def of_the_filter(configuration: dict) -> None:
    Draft4Validator(META["config_schema"]).validate(configuration)


JUDGES: dict[str, Callable[[str], object]] = {
    "json": json.loads,
    "toml": tomllib.loads,
    "yaml": yaml_documents,
    "hcl": terraform,
    "sh": shell,
    "dockerfile": dockerfile,
    "python": lambda text: compile(text, "snippet", "exec"),
}


def test_a_judge_finds_what_is_wrong() -> None:
    wrong = [
        ("json", "{"),
        ("toml", "a = "),
        (
            "yaml",
            "_format_version: '3.0'\nservices: [{routes: [{plugins: [{name: aws_masker, config: {sidecar: x}}]}]}]",
        ),
        ("yaml", "# yaml-language-server: $schema=x\nsidecar: unix:/a\nscopes: x"),
        ("yaml", "{apiVersion: configuration.konghq.com/v1, kind: KongPlugin, plugin: aws_masker, config: {a: 1}}"),
        ("hcl", 'resource "a" "b" {\n name = "aws_masker"\n config = { sidecar = "x" }\n}'),
        ("sh", "if true"),
        ("dockerfile", "COPY a b"),
        ("python", "import"),
    ]
    for language, text in wrong:
        with pytest.raises(Exception):  # noqa: B017, PT011 - each judge has an error of its own
            JUDGES[language](text)


def test_every_page_of_a_host_or_a_client_has_snippets() -> None:
    judged = {Path(param.id.split(".md-")[0]).name for param in snippets()}
    assert {"clients", "hosts", "configuration", "mcp"} <= judged
