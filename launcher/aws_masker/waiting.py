"""Named waits: each says what is waited for and for how long; nothing sleeps for a fixed time."""

import http.client
import time
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

PATIENCE = 20.0
STEP = 0.02
ANSWER_PATIENCE = 2.0


class NeverHappened(TimeoutError):
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
    return answer(url)[0] == 200


def answer(url: str) -> tuple[int, bytes]:
    """The status and the body of the answer to a GET; (0, b"") without one. Knows no proxy: what is asked is near."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=ANSWER_PATIENCE)
    try:
        connection.request("GET", place.path or "/")
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()
