import argparse
import json
import sys
import tempfile
from pathlib import Path

from aws_masker.artefacts import CHECKOUT, NotBuilt
from rig.bench import __doc__ as about
from rig.bench import core, gateways, streams, strict_host, vault
from rig.bench.figures import Figures, merged, report

# Each body is sent so many times with texts that nobody has seen.
ROUNDS, FRESH = 3, 8


def main() -> int:
    options = argparse.ArgumentParser(prog="make bench", description=about)
    figures = CHECKOUT / "target" / "bench.json"
    options.add_argument("--json", type=Path, default=figures, help="the file for the figures")
    options.add_argument("--compare", type=Path, help="the figures of an earlier run")
    options = options.parse_args()
    earlier = json.loads(options.compare.read_text()) if options.compare else {}
    measured = figures_of_all()
    options.json.write_text(json.dumps(measured, indent=1))
    report(measured, earlier)
    return 0


def figures_of_all() -> Figures:
    with tempfile.TemporaryDirectory(prefix="aws-masker-bench-") as directory:
        logs = Path(directory)
        bodies = core.write_bodies(logs, ROUNDS * FRESH)
        return merged(
            core.figures(logs),
            strict_host.figures(bodies, logs),
            gateways.figures(bodies, FRESH, logs),
            streams.figures(logs),
            vault.figures(logs),
        )


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (NotBuilt, RuntimeError) as reason:
        sys.exit(f"error: {reason}")
