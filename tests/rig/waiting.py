"""Named waits: a test says what it waits for and for how long, and never sleeps for a fixed time."""

import time
from collections.abc import Callable
from typing import TypeVar

import httpx2

T = TypeVar("T")

PATIENCE = 20.0
STEP = 0.02


class NeverHappened(AssertionError):
    """A wait ran into its timeout."""


def wait_for(what: str, happened: Callable[[], T], patience: float = PATIENCE) -> T:
    """Asks until the answer is true, and returns it."""
    until = time.monotonic() + patience
    while True:
        answer = happened()
        if answer:
            return answer
        if time.monotonic() > until:
            raise NeverHappened(f"timed out after {patience:g} s waiting for: {what}")
        time.sleep(STEP)


def answers(url: str) -> bool:
    """Returns whether a GET is answered with 200."""
    try:
        return httpx2.get(url, timeout=2).status_code == 200
    except httpx2.TransportError:
        return False
