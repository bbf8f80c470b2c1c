"""The entrypoint of the image: secrets that are files, and another upstream."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from kong.files import KONG, read

DECLARED = KONG / "kong.yml"
TOLD = "error: "

UPSTREAMS = [
    "https://llm.example.com",
    "https://llm.example.com/",
    "https://llm.example.com:8443",
    "http://10.0.0.7:4000",
    "http://my_mock:8090",
    "http://[2001:db8::1]:80",
]
NO_UPSTREAMS = [
    "llm.example.com",
    "ftp://llm.example.com",
    "https://",
    "https://llm.example.com/anthropic",
    "https://user:password@llm.example.com",
    "https://llm.example.com:0",
    "https://llm.example.com:99999",
    "https://-llm.example.com",
    "https://llm.example.com#x",
    "https://llm example.com",
    "https://llm.example.com\nplugins: []",
    "http://llm.example.com|d",
    "https://$(id)",
]


def started(tmp_path: Path, *command: str, **env: str) -> subprocess.CompletedProcess:
    env = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)} | env
    return subprocess.run([KONG / "start", *command], env=env, capture_output=True, text=True, check=False)


def prints(*variables: str) -> tuple[str, ...]:
    return ("sh", "-c", "echo " + " ".join(f'"${{{variable}-}}"' for variable in variables))


def is_told(done: subprocess.CompletedProcess, *words: str) -> None:
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(TOLD)
    assert not done.stdout
    for word in words:
        assert word in line


def test_nothing_asked_for_changes_nothing(tmp_path: Path) -> None:
    done = started(tmp_path, *prints("AWS_MASKER_TOKEN", "KONG_DECLARATIVE_CONFIG"), AWS_MASKER_TOKEN="text")
    assert (done.returncode, done.stdout, done.stderr) == (0, "text \n", "")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["AWS_MASKER_TOKEN", "AWS_MASKER_SECRET"])
def test_a_secret_that_is_a_file(tmp_path: Path, name: str) -> None:
    file = tmp_path / "secret"
    file.write_text("a secret\n")
    done = started(tmp_path, *prints(name), **{f"{name}_FILE": str(file)})
    assert (done.returncode, done.stdout, done.stderr) == (0, "a secret\n", "")


def test_a_secret_that_cannot_be(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    for file, given, why in [
        (empty, {}, "empty"),
        (tmp_path / "none", {}, "cannot be read"),
        (empty, {"AWS_MASKER_TOKEN": "text"}, "twice"),
    ]:
        is_told(started(tmp_path, "true", AWS_MASKER_TOKEN_FILE=str(file), **given), "AWS_MASKER_TOKEN", why)


@pytest.mark.parametrize("url", UPSTREAMS)
def test_another_upstream(tmp_path: Path, url: str) -> None:
    done = started(tmp_path, *prints("KONG_DECLARATIVE_CONFIG"), AWS_MASKER_UPSTREAM=url)
    assert (done.returncode, done.stderr) == (0, "")
    expected = read(DECLARED)
    service = expected["services"][0]
    service["url"] = url.rstrip("/")
    if url.startswith("http://"):
        del service["tls_verify"], service["tls_verify_depth"]
    assert yaml.safe_load(Path(done.stdout.strip()).read_text()) == expected, "only this is another"


@pytest.mark.parametrize("url", NO_UPSTREAMS)
def test_what_is_no_upstream(tmp_path: Path, url: str) -> None:
    is_told(started(tmp_path, "true", AWS_MASKER_UPSTREAM=url), "AWS_MASKER_UPSTREAM")
    assert "password" not in started(tmp_path, "true", AWS_MASKER_UPSTREAM=url).stderr


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    """It must have the line that the variable replaces: otherwise requests would still go to the old upstream."""
    own = tmp_path / "own.yml"
    own.write_text("services:\n  - url: https://one.example.com\n    tls_verify: true\n")
    asked = {"AWS_MASKER_UPSTREAM": "http://two.example.com", "KONG_DECLARATIVE_CONFIG": str(own)}
    is_told(started(tmp_path, "true", **asked), str(own))
    own.write_text("services:\n  - url: https://one.example.com # AWS_MASKER_UPSTREAM\n")
    is_told(started(tmp_path, "true", **asked), str(own))
    own.write_text("services:\n  - name: x\n    url: https://one.example.com # AWS_MASKER_UPSTREAM\n")
    done = started(tmp_path, *prints("KONG_DECLARATIVE_CONFIG"), **asked)
    assert "url: http://two.example.com\n" in Path(done.stdout.strip()).read_text()
