"""The arguments of `make run`, checked before anything is built: the check needs no package and no .venv."""

import argparse
import errno
import json
import os
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from rig.ports import LOOPBACK

PORTS = range(1, 65536)
LOOPBACK_NAMES = (LOOPBACK, "localhost", "::1")


class Unfit(ValueError):
    """An argument that cannot be used; the text is for the user."""


@dataclass(frozen=True)
class Asked:
    upstream: str
    port: int
    config: dict[str, Any]


def arguments(words: Sequence[str] | None = None) -> Asked:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upstream", default="https://api.anthropic.com")
    parser.add_argument("--port", default="8082")
    parser.add_argument("--config", default="{}", help="the filter's configuration, as JSON")
    given = parser.parse_args(words)
    port = own_port(given.port)
    return Asked(upstream(given.upstream, port), port, configuration(given.config))


def own_port(text: str) -> int:
    port = port_number(text)
    if port is None:
        raise Unfit(f"PORT={text} is not a port (a number from 1 to {PORTS[-1]})")
    with socket.socket() as probe:
        # As Envoy does, so that lingering connections of an earlier run do not count as a listener.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as refused:
            if refused.errno == errno.EADDRINUSE:
                raise Unfit(
                    f"PORT={port} is in use: stop what listens there, or choose another port with PORT=…"
                ) from refused
            raise Unfit(f"PORT={port} cannot be used: {os.strerror(refused.errno or 0)}") from refused
    return port


def upstream(text: str, own: int) -> str:
    """`scheme://host` or `scheme://host:port`: the base URL that the gateway can forward to."""
    where = f"UPSTREAM={text}"
    if "://" not in text:
        raise Unfit(f"{where} has no scheme: write UPSTREAM=https://{text or 'host'}")
    try:
        url = urlsplit(text)
        host, port = url.hostname, url.port
    except ValueError as reason:
        raise Unfit(f"{where} is not a URL: {reason}") from reason
    if url.scheme not in ("http", "https"):
        raise Unfit(f"{where} has the scheme {url.scheme}: the gateway speaks http and https")
    if not host:
        raise Unfit(f"{where} has no host")
    if port == 0:
        raise Unfit(f"{where} has port 0, which is not a usable port")
    if "@" in url.netloc:
        # Not repeated here: the part before the host is a credential.
        raise Unfit("UPSTREAM contains a user name: credentials come from the client, in its headers")
    base = f"{url.scheme}://{url.netloc}"
    if url.path.strip("/") or url.query or url.fragment:
        client = f"http://localhost:{own}{url.path}"
        raise Unfit(f"{where} has a path, which the gateway cannot add: UPSTREAM={base}, and {client} for the client")
    if host in LOOPBACK_NAMES and port == own:
        raise Unfit(f"{where} is the gateway itself: choose another PORT=…")
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as reason:
        raise Unfit(f"{where}: the host {host} cannot be resolved ({getattr(reason, 'strerror', reason)})") from reason
    return base


def configuration(text: str) -> dict[str, Any]:
    try:
        config = json.loads(text)
    except ValueError as reason:
        raise Unfit(f"--config is not JSON: {reason}") from reason
    if not isinstance(config, dict):
        raise Unfit("--config is not a JSON object")
    return config


def port_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and int(text) in PORTS else None


if __name__ == "__main__":
    try:
        arguments()
    except Unfit as reason:
        sys.exit(f"error: {reason}")
