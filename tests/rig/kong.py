"""A Kong that is installed on this machine, with the filter, from the product's own kong.conf and kong.yml."""

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import yaml

from aws_masker import artefacts
from aws_masker.plan import Plan
from aws_masker.ports import LOOPBACK, free_port
from aws_masker.process import INHERITED, Process
from aws_masker.waiting import answers

KONG = artefacts.CHECKOUT / "kong"


class Kong:
    """A running gateway in a prefix of its own.

    `declared`: a file to take as it is, instead of the plan's kong.yml.
    `entries`: how many more routes have the filter.
    """

    def __init__(self, name: str, plan: Plan, directory: Path, declared: Path | None = None, entries: int = 0):
        self.port = plan.port or free_port()
        self.status = free_port()
        self.admin = free_port()
        self._plan = plan
        self.url = f"http://{LOOPBACK}:{self.port}"
        # A name may be used twice, and Kong leaves many files in its prefix.
        prefix = directory / f"{name}-{self.port}"
        filters = prefix / "filters"
        filters.mkdir(parents=True)
        shutil.copy(artefacts.wasm(), filters)
        shutil.copy(KONG / "filters" / "aws_masker.meta.json", filters)
        if declared is None:
            declared = prefix / "kong.yml"
            declared.write_text(yaml.safe_dump(declaration(plan, entries)))
        env = {
            "KONG_PREFIX": str(prefix),
            "KONG_WASM_FILTERS_PATH": str(filters),
            "KONG_DECLARATIVE_CONFIG": str(declared),
            # HTTP/2 as Envoy's listener speaks it: without TLS, by prior knowledge.
            "KONG_PROXY_LISTEN": f"{plan.address}:{self.port} http2",
            "KONG_STATUS_LISTEN": f"{LOOPBACK}:{self.status}",
            "KONG_ADMIN_LISTEN": f"{LOOPBACK}:{self.admin}",
            "KONG_NGINX_WORKER_PROCESSES": str(plan.workers),
            "KONG_NGINX_DAEMON": "off",
            "KONG_PROXY_ERROR_LOG": "/dev/stderr",
            "KONG_PROXY_ACCESS_LOG": "/dev/stdout",
        }
        # The machine's own environment says how its Kong must be run (its plugins, its user).
        machine = {key: value for key, value in os.environ.items() if key.startswith(("KONG_", "LD_"))}
        env = {key: os.environ[key] for key in INHERITED if key in os.environ} | machine | env | plan.env
        self._prepare = ["kong", "prepare", "--conf", str(KONG / "kong.conf"), "--prefix", str(prefix)]
        self._env = env
        # Kong's own packages have nginx there, and not in PATH.
        nginx = shutil.which("nginx", path="/usr/local/openresty/nginx/sbin") or "nginx"
        self.process = Process(name, [nginx, "-p", str(prefix), "-c", "nginx.conf"], directory, env)

    def __enter__(self) -> "Kong":
        prepared = subprocess.run(self._prepare, env=self._env, capture_output=True, text=True)
        if prepared.returncode:
            raise RuntimeError(f"`kong prepare` failed for {self.process.name}:\n{prepared.stderr}")
        self.process.start().wait_ready(f"{self.process.name} is ready", self._ready)
        return self

    def __exit__(self, *_: object) -> None:
        # Its workers end with it only if it is asked to end.
        self.process.stop()
        crashes = [line for line in self.process.log.read_text().splitlines() if "exited on signal" in line]
        assert not crashes, f"workers crashed: {crashes}"

    def change(self, settings: dict[str, Any], *plugins: dict[str, Any]) -> None:
        """Pushes a configuration with other settings and more plugins, as an operator might under traffic."""
        declared = declaration(replace(self._plan, filter=settings))
        declared["services"][0]["routes"][0]["plugins"] += plugins
        self.push(declared)

    def push(self, declared: dict[str, Any]) -> None:
        pushed = httpx2.post(f"http://{LOOPBACK}:{self.admin}/config", json=declared, timeout=30)
        assert pushed.status_code == 201, pushed.text

    def memory(self) -> int:
        """Bytes of the workers' own memory; pages that several share count in part."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        rollups = (Path(f"/proc/{child}/smaps_rollup").read_text() for child in children)
        return sum(int(line.split()[1]) << 10 for text in rollups for line in text.splitlines() if "Pss:" in line[:4])

    def _ready(self) -> bool:
        return answers(f"http://{LOOPBACK}:{self.status}/status/ready")


def declaration(plan: Plan, entries: int = 0) -> dict[str, Any]:
    """kong.yml with the plan's upstream and settings, for every path."""
    declared = yaml.safe_load((KONG / "kong.yml").read_text())
    service = declared["services"][0]
    service["url"] = plan.upstream
    if plan.upstream.startswith("http://"):
        del service["tls_verify"], service["tls_verify_depth"]
    plugins = [] if plan.filter is None else [{"name": "aws_masker", "config": plan.settings}]
    route = service["routes"][0] | {"paths": ["/"], "plugins": plugins}
    more = [route | {"name": f"entry-{n}", "paths": [f"/entry-{n}"]} for n in range(entries)]
    service["routes"] = [route, *more]
    return declared | {"services": [service]}
