"""Holds the arrows of ARCHITECTURE.md, and which file may name what."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.arrows import Crate, circles, crate_arrows, differences, is_within, page_arrows

ROOT = Path(__file__).resolve().parents[2]
# Crates whose modules have arrows on the page.
LAYERED = ("masking", "filter-config", "filter", "redis-sidecar")

IO = ("std::fs", "std::net", "std::env", "std::io", "std::time")


@dataclass(frozen=True)
class Place:
    """Only these files, or files of these folders, name it. Without any: nobody does."""

    why: str
    crate: str
    names: tuple[str, ...]
    places: tuple[str, ...] = ()


PLACES = [
    Place("only the host file speaks to the host", "filter", ("proxy_wasm",), ("host.rs", "host/")),
    Place("only the routes speak HTTP", "redis-sidecar", ("axum",), ("routes.rs", "routes/")),
    Place("only the store speaks to Redis", "redis-sidecar", ("redis",), ("store/",)),
    Place("only the config reads the environment", "redis-sidecar", ("std::env",), ("config/raw.rs",)),
    Place("only the listener drives connections", "redis-sidecar", ("hyper", "hyper_util"), ("listen.rs",)),
    Place(
        "only both ends of a connection know TLS",
        "redis-sidecar",
        ("rustls",),
        ("listen.rs", "outside.rs"),
    ),
    Place(
        "only the client, the webhook and the export call others",
        "redis-sidecar",
        ("ureq",),
        ("client.rs", "otlp/mod.rs", "outside.rs", "publisher/webhook.rs"),
    ),
    Place(
        "only the account's module knows the AWS SDK",
        "redis-sidecar",
        (
            "aws_config",
            "aws_credential_types",
            "aws_sdk_organizations",
            "aws_sdk_resourceexplorer2",
            "aws_sdk_resourcegroupstagging",
            "aws_sdk_s3",
            "aws_sdk_sts",
            "aws_smithy_http_client",
            "aws_smithy_types",
        ),
        ("aws/",),
    ),
    Place("only the seal knows its cipher", "redis-sidecar", ("aes_gcm_siv",), ("seal.rs",)),
    Place("only the keyring derives keys", "redis-sidecar", ("hkdf",), ("keyring.rs",)),
    Place("only the door compares secrets", "redis-sidecar", ("subtle",), ("door.rs",)),
    Place("only the metrics know Prometheus", "redis-sidecar", ("prometheus_client",), ("metrics/",)),
    Place("only the scan's patterns name the regex engine", "masking", ("regex",), ("scan/pattern.rs",)),
    Place("only the scan names the automaton", "masking", ("aho_corasick",), ("scan/",)),
    Place(
        "the core does no I/O and reads no clock, environment or randomness",
        "masking",
        (*IO, "std::process", "std::thread", "rand", "getrandom", "log", "proxy_wasm"),
    ),
    Place("the configuration of the filter does no I/O", "filter-config", (*IO, "proxy_wasm")),
    Place("the wire does no I/O", "contract", (*IO, "serde_json")),
]

# The first must not know the second, whatever the page says.
NEVER = [
    ("filter/instance", "filter/exchange"),
    ("masking", "contract"),
    ("contract", "masking"),
    ("kong-host", "masking"),
    *((crate, "filter") for crate in ("contract", "masking", "filter-config", "redis-sidecar", "kong-host")),
]


def main() -> int:
    crates = {name: crate(name) for name in ("contract", *LAYERED)}
    broken = list(crossings(crates))
    for line in broken:
        print(line, file=sys.stderr)
    print(f"boundaries: {len(PLACES)} places and the arrows of {len(crates)} crates checked, {len(broken)} crossed")
    return 1 if broken else 0


def crossings(crates: dict[str, Crate]) -> Iterator[str]:
    page = page_arrows((ROOT / "ARCHITECTURE.md").read_text())
    code = crate_arrows(metadata()) | {arrow for name in LAYERED for arrow in crates[name].module_arrows()}
    yield from differences(page, code)
    yield from (f"{source} -> {target}: never" for source, target in NEVER if (source, target) in page | code)
    for group in circles(page):
        yield f"these use one another in a circle: {', '.join(group)}"
    for name, each in crates.items():
        yield from (f"{name}/src: {line}" for line in told_circles(each))
    for place in PLACES:
        yield from misplaced(place, crates[place.crate])


def misplaced(place: Place, crate: Crate) -> Iterator[str]:
    found = {file for name in place.names for file in crate.naming(tuple(name.split("::")))}
    allowed = {
        file: [p for p in place.places if file == p or (p.endswith("/") and file.startswith(p))] for file in found
    }
    for file in sorted(file for file in found if not allowed[file]):
        yield f"{place.crate}/src/{file} names {' or '.join(place.names)}: {place.why}"
    for stale in sorted(set(place.places) - {p for places in allowed.values() for p in places}):
        yield f"{place.crate}/src/{stale} does not name {' or '.join(place.names)}, but is listed: {place.why}"


def told_circles(crate: Crate) -> Iterator[str]:
    for group in circles(arrow for arrow in crate.file_arrows() if not is_within(*arrow)):
        yield f"these files use one another in a circle: {', '.join(sorted(group))}"


def crate(name: str) -> Crate:
    base = ROOT / name / "src"
    return Crate(name, {path.relative_to(base).as_posix(): path.read_text() for path in base.rglob("*.rs")})


def metadata() -> dict:
    command = ["cargo", "metadata", "--no-deps", "--format-version", "1", "--locked"]
    return json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout)


if __name__ == "__main__":
    sys.exit(main())
