"""`make run` and `aws-masker` say what is wrong with their arguments before anything is built or started."""

import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from aws_masker.artefacts import CHECKOUT
from aws_masker.asked import Asked, Unfit, arguments
from aws_masker.envoy import rendered
from aws_masker.plan import Plan
from aws_masker.ports import LOOPBACK, free_port

# An upstream whose name can be resolved everywhere.
NEAR = ("--upstream", "http://localhost")


@pytest.fixture(autouse=True)
def no_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("http://localhost", "http://localhost"),
        ("http://localhost/", "http://localhost"),
        ("https://127.0.0.1:8443", "https://127.0.0.1:8443"),
        ("http://[::1]:9000/", "http://[::1]:9000"),
        ("https://localhost/anthropic", "https://localhost/anthropic"),
        ("https://localhost/a/b%20c/", "https://localhost/a/b%20c"),
    ],
)
def test_a_gateway_can_go_on_to(given: str, base: str) -> None:
    port = free_port()
    asked = arguments(["--upstream", given, "--port", str(port), "--config", "", "--logs", ""])
    assert asked == Asked(base, port, None, None, None)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("", "UPSTREAM= has no scheme: write UPSTREAM=https://host"),
        ("api.example.com", "write UPSTREAM=https://api.example.com"),
        ("localhost:9000", "write UPSTREAM=https://localhost:9000"),
        ("ftp://localhost", "the gateway speaks http and https"),
        ("https://", "has no host"),
        ("https://:443", "has no host"),
        ("https://[::1", "is not a URL"),
        ("https://localhost:65536", "is not a URL: Port out of range"),
        ("https://localhost:https", "is not a URL: Port could not be cast"),
        ("https://localhost:0", "port 0"),
        ("https://localhost/a?key=hunter2", "a query or a fragment, which cannot stand before a path: write UPSTREAM="),
        ("https://localhost#hunter2", "write UPSTREAM=https://localhost"),
        ("https://localhost/a b", "has a path with characters that no URL has"),
        ("https://local host", "the host local host cannot be resolved"),
        ("http://localhost:OWN", "is the gateway itself: choose another PORT=…"),
        ("http://[::1]:OWN", "is the gateway itself"),
    ],
)
def test_a_gateway_cannot_go_on_to(given: str, says: str) -> None:
    port = str(free_port())
    text = refusal("--upstream", given.replace("OWN", port), "--port", port)
    assert says in text
    assert "hunter2" not in text


def test_it_speaks_as_it_was_spoken_to() -> None:
    with pytest.raises(Unfit, match=r"^--upstream api has no scheme: write --upstream https://api$"):
        arguments(["--upstream", "api", "--port", str(free_port())])


def test_a_credential_in_the_upstream_is_not_repeated() -> None:
    says = refusal("--upstream", "https://somebody:hunter2@localhost", "--port", str(free_port()))
    assert "contains a user name" in says
    assert "hunter2" not in says


def test_a_host_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    says = refusal("--upstream", "https://api.example.com", "--port", str(free_port()))
    assert "the host api.example.com cannot be resolved (Name or service not known)" in says


@pytest.mark.parametrize("port", ["", "0", "65536", "-1", "8082x", "8.5", "٨٠٨٢"])
def test_no_port(port: str) -> None:
    assert f"PORT={port} is not a port" in refusal("--port", port)


def test_a_port_that_is_taken() -> None:
    with socket.create_server((LOOPBACK, 0)) as other:
        port = other.getsockname()[1]
        assert f"PORT={port} is in use" in refusal("--port", str(port))


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("missing.yaml", None, "cannot be read: No such file or directory"),
        ("a.json", b"{", "is not JSON: Expecting property name"),
        ("a.yaml", b"\xff\xfe", "is not a text in UTF-8"),
        (".", None, "cannot be read: Is a directory"),
    ],
)
def test_a_configuration_that_cannot_be_read(tmp_path: Path, name: str, text: bytes | None, says: str) -> None:
    path = tmp_path / name
    if text is not None:
        path.write_bytes(text)
    assert f"CONFIG={path} {says}" in refusal(*NEAR, "--config", str(path), "--port", str(free_port()))


@pytest.mark.parametrize("url", ["localhost:6379", "http://:hunter2@localhost", "redis://", "redis://:hunter2@[::1"])
def test_a_redis_that_is_none_is_not_repeated(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("REDIS_URL", url)
    says = refusal("--port", str(free_port()), "--upstream", "http://localhost")
    assert "the URL of Redis" in says
    assert "hunter2" not in says


def test_logs_in_a_folder_that_is_made(tmp_path: Path) -> None:
    words = ["--upstream", "http://localhost", "--port", str(free_port()), "--logs"]
    assert arguments([*words, str(tmp_path / "a" / "b")]).logs == tmp_path / "a" / "b"
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700
    (tmp_path / "file").touch()
    assert "is not a folder and cannot be made" in refusal(*words, str(tmp_path / "file"))
    assert arguments([*words, "-"]).logs == "-"


def test_it_needs_no_package() -> None:
    """The system's own Python runs it, before there is a .venv: without the packages of this one it says the same."""
    command = [sys.executable, "-S", "-m", "aws_masker.asked", "--make", "--port", "none"]
    done = subprocess.run(command, cwd=CHECKOUT / "launcher", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: PORT=none is not a port (a number from 1 to 65535)\n"


def test_make_asks_first() -> None:
    command = ["make", "--no-print-directory", "run", "UPSTREAM=api.example.com", f"PORT={free_port()}"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert "error: UPSTREAM=api.example.com has no scheme: write UPSTREAM=https://api.example.com\n" in done.stderr


def test_an_address_of_ipv6_stays_one_scalar() -> None:
    text = rendered(Plan("http://[::1]:9000", "127.0.0.1:1", filter=None), 1, 2)
    assert "address: ::1" in text or 'address: "::1"' in text


def test_the_persistent_modes_start_what_there_is() -> None:
    """The options in the unit and in the property list are those of the command."""
    import plistlib

    folder = CHECKOUT / "deploy" / "service"
    unit = (folder / "aws-masker.service").read_text()
    [start] = [line.removeprefix("ExecStart=") for line in unit.splitlines() if line.startswith("ExecStart=")]
    agent = plistlib.loads((folder / "aws-masker.plist").read_bytes())
    for words in (shlex.split(start), agent["ProgramArguments"]):
        assert Path(words[0]).name == "aws-masker"
        given = words[1:]
        assert given[given.index("--upstream") + 1] == "https://api.anthropic.com"
        # That name cannot be resolved everywhere, and the port may be in use.
        given[given.index("--upstream") + 1] = "http://localhost"
        assert arguments([*given, "--port", str(free_port()), "--logs", "-"]).logs == "-"


def refusal(*words: str) -> str:
    with pytest.raises(Unfit) as refused:
        arguments(["--make", *words])
    return str(refused.value)
