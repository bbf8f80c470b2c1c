"""The arguments of a run, checked before anything is built or started: the check needs no package and no .venv."""

import argparse
import errno
import json
import os
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from aws_masker.ports import LOOPBACK

UPSTREAM = "https://api.anthropic.com"
PORT = 8082
PORTS = range(1, 65536)
LOOPBACK_NAMES = (LOOPBACK, "localhost", "::1")
STDERR = "-"


class Unfit(ValueError):
    """An argument that cannot be used; the text is for the user."""


@dataclass(frozen=True)
class Spelling:
    """How the user wrote the arguments, so that messages say what to write instead."""

    make: bool = False

    def of(self, name: str, text: object) -> str:
        return f"{name.upper().replace('-', '_')}={text}" if self.make else f"--{name} {text}"


@dataclass(frozen=True)
class Asked:
    # scheme://host, perhaps with a port and a path before that of each request.
    upstream: str
    port: int
    # The filter's configuration.
    config: Path | None
    redis_url: str | None
    # A folder; "-" for stderr; None for a folder that ends with the run.
    logs: Path | Literal["-"] | None


def arguments(words: Sequence[str] | None = None, about: str | None = None) -> Asked:
    parser = argparse.ArgumentParser(
        prog="aws-masker", epilog=about, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    # Empty stands for none, as make passes a variable that is not set.
    parser.add_argument("--upstream", default=UPSTREAM, metavar="URL", help=f"the provider (default: {UPSTREAM})")
    parser.add_argument("--port", default=str(PORT), help=f"the gateway's port on this machine (default: {PORT})")
    parser.add_argument("--config", default="", metavar="FILE", help="the filter's configuration, in JSON or YAML")
    parser.add_argument(
        "--redis-url",
        default="",
        metavar="URL",
        help="where mappings are kept (default: in memory); REDIS_URL in the environment does not show it to others",
    )
    parser.add_argument("--logs", default="", metavar="DIR", help="where logs are kept; - for stderr")
    parser.add_argument("--make", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(words)
    spelling = Spelling(given.make)
    port = own_port(given.port, spelling)
    return Asked(
        upstream(given.upstream, port, spelling),
        port,
        configuration(given.config, spelling),
        redis_url(given.redis_url or os.environ.get("REDIS_URL", "")),
        logs(given.logs, spelling),
    )


def own_port(text: str, spelling: Spelling = Spelling()) -> int:
    where, other = spelling.of("port", text), spelling.of("port", "…")
    port = port_number(text)
    if port is None:
        raise Unfit(f"{where} is not a port (a number from 1 to {PORTS[-1]})")
    with socket.socket() as probe:
        # As Envoy does, so that lingering connections of an earlier run do not count as a listener.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as refused:
            if refused.errno == errno.EADDRINUSE:
                raise Unfit(
                    f"{where} is in use: stop what listens there, or choose another port with {other}"
                ) from refused
            raise Unfit(f"{where} cannot be used: {os.strerror(refused.errno or 0)}") from refused
    return port


def upstream(text: str, own: int, spelling: Spelling = Spelling()) -> str:
    """The base URL to which the gateway forwards, without a slash at its end."""
    where = spelling.of("upstream", text)
    if "://" not in text:
        raise Unfit(f"{where} has no scheme: write {spelling.of('upstream', 'https://' + (text or 'host'))}")
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
        raise Unfit("the upstream contains a user name: credentials come from the client, in its headers")
    if url.query or url.fragment:
        # Not repeated here: a query may have a key in it.
        base = spelling.of("upstream", _base(url))
        raise Unfit(f"the upstream has a query or a fragment, which cannot stand before a path: write {base}")
    if not _is_plain_path(url.path):
        raise Unfit(f"{where} has a path with characters that no URL has: write them as %20 and the like")
    if host in LOOPBACK_NAMES and (port or 80) == own:
        raise Unfit(f"{where} is the gateway itself: choose another {spelling.of('port', '…')}")
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as reason:
        raise Unfit(f"{where}: the host {host} cannot be resolved ({getattr(reason, 'strerror', reason)})") from reason
    return _base(url)


def configuration(text: str, spelling: Spelling = Spelling()) -> Path | None:
    """A file that can be read, and is JSON if its name says so. What is in it is checked by the filter's own code."""
    if not text:
        return None
    path, where = Path(text).expanduser(), spelling.of("config", text)
    try:
        written = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as reason:
        raise Unfit(f"{where} is not a text in UTF-8") from reason
    except OSError as reason:
        raise Unfit(f"{where} cannot be read: {reason.strerror}") from reason
    if path.suffix == ".json":
        try:
            json.loads(written)
        except ValueError as reason:
            raise Unfit(f"{where} is not JSON: {reason}") from reason
    return path.resolve()


def redis_url(text: str) -> str | None:
    """Is never repeated: it may hold a password."""
    if not text:
        return None
    try:
        url = urlsplit(text)
        fits = bool(url.hostname) and url.port != 0
    except ValueError as reason:
        raise Unfit("the URL of Redis is not a URL") from reason
    if url.scheme not in ("redis", "rediss"):
        raise Unfit("the URL of Redis must begin with redis:// or rediss://")
    if not fits:
        raise Unfit("the URL of Redis has no host, or port 0: write redis://host:6379")
    return text


def logs(text: str, spelling: Spelling = Spelling()) -> Path | Literal["-"] | None:
    """A folder that can be written to; it is made if it is missing."""
    if text in ("", STDERR):
        return STDERR if text else None
    path, where = Path(text).expanduser(), spelling.of("logs", text)
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as reason:
        raise Unfit(f"{where} is not a folder and cannot be made: {reason.strerror}") from reason
    if not os.access(path, os.W_OK | os.X_OK):
        raise Unfit(f"{where} cannot be written to")
    return path.resolve()


def port_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and int(text) in PORTS else None


def _base(url: SplitResult) -> str:
    return f"{url.scheme}://{url.netloc}{url.path.rstrip('/')}"


def _is_plain_path(path: str) -> bool:
    return all("!" <= letter <= "~" and letter not in '"<>\\^`{|}' for letter in path)


if __name__ == "__main__":
    try:
        arguments()
    except Unfit as reason:
        sys.exit(f"error: {reason}")
