"""Envoy with the filter, from the product's own deploy/envoy/envoy.yaml."""

import ipaddress
import json
import os
import string
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from aws_masker import artefacts
from aws_masker.plan import Plan
from aws_masker.ports import LOOPBACK, free_port
from aws_masker.process import Process
from aws_masker.waiting import answers

# The certificates of the authorities in Debian, Alpine and macOS, Fedora.
AUTHORITIES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/cert.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
)


class Envoy:
    """A running gateway."""

    def __init__(self, name: str, plan: Plan, directory: Path, logs: Path | None = None):
        """`directory` holds its configuration, and its log if `logs` is not another folder."""
        self.port = plan.port or free_port()
        self.admin = free_port()
        self.url = f"http://{LOOPBACK}:{self.port}"
        config = directory / f"{name}.yaml"
        config.write_text(self.rendered(plan, self.port, self.admin))
        command = [str(artefacts.envoy()), "--config-path", str(config), "--concurrency", str(plan.workers)]
        command += ["--disable-hot-restart", "--log-level", "warning", "--component-log-level", "wasm:info"]
        self.process = Process(name, command, logs, plan.env)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.process.stop()

    def start(self) -> Self:
        self.process.start().wait_ready(f"{self.process.name} is ready", self._ready)
        return self

    @staticmethod
    def rendered(plan: Plan, port: int, admin: int) -> str:
        return rendered(plan, port, admin)

    def _ready(self) -> bool:
        return answers(f"http://{LOOPBACK}:{self.admin}/ready")


def rendered(plan: Plan, port: int, admin: int) -> str:
    upstream = urlsplit(plan.upstream)
    secure = upstream.scheme == "https"
    template = artefacts.envoy_template().read_text()
    return string.Template(template.replace("${…}", "(…)")).substitute(
        ADMIN_PORT=admin,
        LISTEN_ADDRESS=plan.address,
        LISTEN_PORT=port,
        # As a string: the colons of an IPv6 address are YAML otherwise.
        UPSTREAM_HOST=json.dumps(upstream.hostname),
        UPSTREAM_PORT=upstream.port or (443 if secure else 80),
        UPSTREAM_PATH=json.dumps(base_path(upstream.path)),
        UPSTREAM_TRANSPORT=json.dumps(_tls(upstream.hostname) if secure else _plain()),
        SIDECAR=json.dumps(plan.sidecar),
        SIDECAR_TYPE="STATIC" if is_socket(plan.sidecar) else "STRICT_DNS",
        SIDECAR_ADDRESS=json.dumps(_address(plan.sidecar)),
        WASM=json.dumps("" if plan.filter is None else str(artefacts.wasm())),
        FILTER_CONFIG=json.dumps(json.dumps(plan.settings)),
    )


def base_path(path: str) -> str:
    """What stands in place of the first / of a request's path; empty to leave it."""
    return f"{path.rstrip('/')}/" if path.strip("/") else ""


def is_socket(sidecar: str) -> bool:
    return sidecar.startswith("unix:")


def _address(sidecar: str) -> dict[str, Any]:
    if is_socket(sidecar):
        return {"pipe": {"path": sidecar.removeprefix("unix:")}}
    host, _, port = sidecar.rpartition(":")
    return {"socket_address": {"address": host, "port_value": int(port)}}


def _plain() -> dict[str, Any]:
    kind = "type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer"
    return {"name": "envoy.transport_sockets.raw_buffer", "typed_config": {"@type": kind}}


def _tls(host: str | None) -> dict[str, Any]:
    given = os.environ.get("SSL_CERT_FILE")
    authorities = given or next((path for path in AUTHORITIES if Path(path).exists()), AUTHORITIES[0])
    san = {"san_type": "IP_ADDRESS" if _is_address(host) else "DNS", "matcher": {"exact": host}}
    validation = {"trusted_ca": {"filename": authorities}, "match_typed_subject_alt_names": [san]}
    context = {
        "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        "sni": "" if _is_address(host) else host,
        "common_tls_context": {"validation_context": validation},
    }
    return {"name": "envoy.transport_sockets.tls", "typed_config": context}


def _is_address(host: str | None) -> bool:
    try:
        ipaddress.ip_address(host or "")
    except ValueError:
        return False
    return True
