"""`make run` says what is wrong with PORT and UPSTREAM before it builds anything."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from rig.asked import Unfit, arguments
from rig.envoy import rendered
from rig.plan import Plan
from rig.ports import LOOPBACK, free_port

TESTS = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("http://localhost", "http://localhost"),
        ("http://localhost/", "http://localhost"),
        ("https://127.0.0.1:8443", "https://127.0.0.1:8443"),
        ("http://[::1]:9000/", "http://[::1]:9000"),
    ],
)
def test_a_gateway_can_go_on_to(given: str, base: str) -> None:
    port = free_port()
    asked = arguments(["--upstream", given, "--port", str(port)])
    assert (asked.upstream, asked.port, asked.config) == (base, port, {})


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("", "UPSTREAM= has no scheme"),
        ("api.example.com", "write UPSTREAM=https://api.example.com"),
        ("localhost:9000", "write UPSTREAM=https://localhost:9000"),
        ("ftp://localhost", "the gateway speaks http and https"),
        ("https://", "has no host"),
        ("https://:443", "has no host"),
        ("https://[::1", "is not a URL"),
        ("https://localhost:65536", "is not a URL: Port out of range"),
        ("https://localhost:https", "is not a URL: Port could not be cast"),
        ("https://localhost:0", "port 0"),
        ("https://localhost/v1", "UPSTREAM=https://localhost, and http://localhost:PORT/v1 for the client"),
        ("https://localhost?key=1", "has a path"),
        ("https://local host", "the host local host cannot be resolved"),
        ("http://localhost:PORT", "is the gateway itself"),
        ("http://[::1]:PORT", "is the gateway itself"),
    ],
)
def test_a_gateway_cannot_go_on_to(given: str, says: str) -> None:
    port = str(free_port())
    assert says.replace("PORT", port) in refusal("--upstream", given.replace("PORT", port), "--port", port)


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


@pytest.mark.parametrize("config", ["[]", "{", "use_redis"])
def test_no_configuration(config: str) -> None:
    words = ["--upstream", "http://localhost", "--port", str(free_port()), "--config", config]
    assert "--config is not" in refusal(*words)


def test_it_needs_no_package() -> None:
    """The system's own Python runs it, before there is a .venv: without the packages of this one it says the same."""
    command = [sys.executable, "-S", "-m", "rig.asked", "--port", "none"]
    done = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: PORT=none is not a port (a number from 1 to 65535)\n"


def test_an_address_of_ipv6_stays_one_scalar() -> None:
    text = rendered(Plan("http://[::1]:9000", "127.0.0.1:1", filter=None), 1, 2)
    assert "address: ::1" in text


def refusal(*words: str) -> str:
    with pytest.raises(Unfit) as refused:
        arguments(words)
    return str(refused.value)
