"""Whole exchanges in the strict host, which behaves as Kong does."""

import json
from pathlib import Path

from rig.bench.core import cargo_bench
from rig.bench.figures import Figures


def figures(bodies: Path, logs: Path) -> Figures:
    file = logs / "strict-host.json"
    # Its tests build it in the same profile. The filter itself is the release build.
    cargo_bench("kong-host", "exchange", "--profile", "dev", "--", str(bodies), str(file))
    measured: Figures = json.loads(file.read_text())
    return {
        unit: {row: {f"strict host {way}": value for way, value in cells.items()} for row, cells in rows.items()}
        for unit, rows in measured.items()
    }
