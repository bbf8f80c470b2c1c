"""The answers that a test scripts for the upstream, and the requests that the upstream recorded for the test."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from rig.upstream.blocks import Block, Text

# The request header that names the scenario; requests without it get the default one.
SCENARIO_HEADER = "x-scenario"


@dataclass(frozen=True)
class Recorded:
    """A request exactly as it arrived."""

    raw_head: bytes
    # As on the wire, with the framing of a chunked body.
    raw_body: bytes
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name.lower()), None)

    @property
    def path(self) -> str:
        return self.target.split("?")[0]


@dataclass(frozen=True)
class Reply:
    """A response before it is cut into writes. A stream has one piece per event."""

    pieces: tuple[bytes, ...]
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),)


@dataclass(frozen=True)
class Cut:
    """The response ends after so many pieces: properly, by closing the connection, or by resetting it."""

    after: int
    how: Literal["end", "close", "reset"] = "close"


@dataclass(frozen=True)
class Scenario:
    # The model's words; «n» stands for the n-th placeholder of the request (see blocks.py).
    says: tuple[Block, ...] = (Text("Understood."),)
    # Answers in place of the model, for the raw modes (see replies.py).
    reply: Callable[[Recorded], Reply] | None = None
    # Characters per delta; or the positions at which each text is cut into deltas.
    delta: int | tuple[int, ...] = 12
    # Bytes per write, whatever the events are; or the positions at which the body's bytes are cut.
    write: int | tuple[int, ...] | None = None
    # Seconds between two writes.
    pause: float = 0.0
    framing: Literal["chunked", "length"] = "chunked"
    encoding: Literal["gzip", "deflate", "br", "zstd"] | None = None
    cut: Cut | None = None
    # Each write waits until the test allows it.
    steps: threading.Semaphore | None = None
    # The whole answer, its head too, waits until the test allows it.
    held: threading.Event | None = None
    # Never answers, but keeps the connection.
    silent: bool = False
    # The scenarios of further requests, one after the other; the last one stays.
    then: "Scenario | None" = None


@dataclass
class Script:
    """A scenario under its key, with the requests that asked for it."""

    scenario: Scenario
    requests: list[Recorded] = field(default_factory=list)
