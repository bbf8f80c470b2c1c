"""The core alone, by its own benchmark, which knows the bodies."""

import json
import os
import subprocess
from pathlib import Path

from aws_masker.artefacts import CHECKOUT
from rig.bench.figures import Figures

WASM = ("--target", "wasm32-wasip1")


def figures(logs: Path) -> Figures:
    figures: Figures = {}
    for column, target in (("native", ()), ("wasm", WASM)):
        file = logs / f"{column}.json"
        cargo_bench("masking", "exchange", *target, "--", "--json", str(file))
        for unit, rows in json.loads(file.read_text()).items():
            for row, value in rows.items():
                figures.setdefault(unit, {}).setdefault(row, {})[column] = value
    return figures


def write_bodies(logs: Path, count: int) -> Path:
    """A directory for each body, with so many variants that have no text in common."""
    bodies = logs / "bodies"
    cargo_bench("masking", "exchange", "--", "--bodies", str(bodies), str(count))
    return bodies


def cargo_bench(package: str, bench: str, *arguments: str) -> None:
    command = ["cargo", "bench", "-p", package, "--bench", bench, *arguments]
    subprocess.run(command, cwd=CHECKOUT, check=True, env=os.environ | {"CARGO_TERM_QUIET": "true"})
