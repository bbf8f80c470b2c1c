"""Holds the named absences of ARCHITECTURE.md: which file may name what, and what the pure core may import."""

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Boundary:
    why: str
    within: str
    # What may not be named …
    names: str
    # … but in these files.
    but: tuple[str, ...] = ()


BOUNDARIES = [
    Boundary("only the host file speaks to the host", "filter/src", r"\bproxy_wasm\b", ("host.rs", "host/")),
    Boundary("what outlives exchanges knows none of them", "filter/src/instance", r"\bcrate::exchange\b"),
    Boundary("only the routes speak HTTP", "redis-sidecar/src", r"\baxum\b", ("routes.rs", "routes/")),
    # The config has a module of that name, with the settings.
    Boundary("only the store speaks to Redis", "redis-sidecar/src", r"(?<![:\w])redis::", ("store/", "config.rs")),
    Boundary("only the config reads the environment", "redis-sidecar/src", r"\benv::vars?(_os)?\b", ("config.rs",)),
    Boundary("only the scan names a regex engine", "masking/src", r"(?<![:\w])regex(_\w+)?::", ("scan.rs", "scan/")),
    Boundary(
        "the core does no I/O and reads no clock, environment or randomness",
        "masking/src",
        r"\bstd::(fs|net|env|io|process|thread|time)\b|\b(rand|getrandom|log|proxy_wasm)::",
    ),
]


def main() -> int:
    broken = [line for boundary in BOUNDARIES for line in crossings(boundary)] + imports_from_env()
    for line in broken:
        print(line, file=sys.stderr)
    print(f"boundaries: {len(BOUNDARIES) + 1} checked, {len(broken)} crossed")
    return 1 if broken else 0


def crossings(boundary: Boundary) -> list[str]:
    base = ROOT / boundary.within
    found = []
    for path in sorted(base.rglob("*.rs")):
        name = path.relative_to(base).as_posix()
        if path.name == "tests.rs":
            continue
        if any(name == allowed or (allowed.endswith("/") and name.startswith(allowed)) for allowed in boundary.but):
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            code = line.split("//")[0]
            if re.search(boundary.names, code):
                found.append(f"{boundary.within}/{name}:{number}: {boundary.why}: {line.strip()}")
    return found


def imports_from_env() -> list[str]:
    """The core's wasm build, as its one example, may use WASI for the example's own file, but no host."""
    target = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
    module = (target / "wasm32-wasip1" / "release" / "examples" / "scan.wasm").read_bytes()
    return [
        f"masking's wasm build imports {module}.{name}: the core knows no host"
        for module, name in imports(module)
        if module == "env"
    ]


def imports(module: bytes) -> list[tuple[str, str]]:
    """The import section of a WebAssembly module."""
    at, found = 8, []
    while at < len(module):
        kind, at = module[at], at + 1
        size, at = _number(module, at)
        if kind == 2:
            count, here = _number(module, at)
            for _ in range(count):
                space, here = _name(module, here)
                name, here = _name(module, here)
                here = _after_description(module, here)
                found.append((space, name))
        at += size
    return found


def _after_description(module: bytes, at: int) -> int:
    kind, at = module[at], at + 1
    if kind == 0:  # a function: its type
        return _number(module, at)[1]
    if kind == 3:  # a global: its type and mutability
        return at + 2
    if kind == 1:  # a table: its element type, then limits
        at += 1
    flags, at = module[at], at + 1
    at = _number(module, at)[1]
    return _number(module, at)[1] if flags & 1 else at


def _name(module: bytes, at: int) -> tuple[str, int]:
    length, at = _number(module, at)
    return module[at : at + length].decode(), at + length


def _number(module: bytes, at: int) -> tuple[int, int]:
    """An unsigned LEB128 number."""
    result = shift = 0
    while True:
        byte, at = module[at], at + 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, at
        shift += 7


if __name__ == "__main__":
    sys.exit(main())
