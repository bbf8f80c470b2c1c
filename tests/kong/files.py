"""The files that are checked here, and the filter's configurations in them."""

import json
from collections.abc import Iterator
from pathlib import Path

import yaml

from aws_masker.artefacts import CHECKOUT

KONG = CHECKOUT / "kong"
KUBERNETES = CHECKOUT / "deploy" / "kubernetes"
ISTIO = CHECKOUT / "deploy" / "istio"

META = json.loads((KONG / "filters" / "aws_masker.meta.json").read_text())
DECLARATIVE = [KONG / "kong.yml", *sorted((KONG / "examples").glob("*.yml"))]


def read(path: Path) -> dict:
    return yaml.safe_load(path.read_text())


def kong_conf() -> dict[str, str]:
    lines = (line.split("#")[0].strip() for line in (KONG / "kong.conf").read_text().splitlines())
    pairs = (line.split("=", 1) for line in lines if line)
    return {name.strip(): value.strip() for name, value in pairs}


def sockets(listen: str) -> list[str]:
    """The sockets of a sidecar, of all the places where it listens."""
    return [place.removeprefix("unix:") for place in listen.split() if place.startswith("unix:")]


def configurations(node: object) -> Iterator[dict]:
    """Every configuration of the filter, as a plugin or in a chain."""
    if isinstance(node, dict):
        if node.get("name") == "aws_masker":
            yield node["config"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from configurations(child)


def routes(document: dict) -> Iterator[tuple[dict, dict]]:
    """Each service with each of its routes."""
    for service in document["services"]:
        for route in service.get("routes", []):
            yield service, route
