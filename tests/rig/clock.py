"""A wall clock that can be stepped for single processes, by libfaketime. Their monotonic clock is not affected."""

import subprocess
from pathlib import Path

from aws_masker.artefacts import CHECKOUT


class NoClock(RuntimeError):
    """libfaketime is not installed and could not be installed."""


class Clock:
    def __init__(self, directory: Path):
        script = CHECKOUT / "tests" / "scripts" / "faketime.sh"
        found = subprocess.run([script], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if found.returncode:
            raise NoClock(found.stderr.strip())
        self._steps = directory / "clock"
        self.step("+0")
        self.env = {
            "LD_PRELOAD": found.stdout.strip(),
            "FAKETIME_TIMESTAMP_FILE": str(self._steps),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def step(self, offset: str) -> None:
        """Sets the offset from the true time: `+1h`, `-1h`."""
        fresh = self._steps.with_suffix(".fresh")
        fresh.write_text(f"{offset}\n")
        # At once, so that nobody reads half of it.
        fresh.replace(self._steps)
