"""A steady load of distinct values, and the outcome of each request."""

import itertools
import json
import threading
from collections import Counter
from dataclasses import dataclass, field

import httpx2

from rig import planted
from rig.gateway import Gateway
from rig.sse import said
from rig.upstream import Recorded, Scenario, Text
from rig.upstream.blocks import placeholders
from rig.upstream.scenario import SCENARIO_HEADER

# No value may be used twice in one test run: its mapping would exist already.
_numbers = itertools.count(100_000)
WORKERS = 3


@dataclass
class Tally:
    served: int = 0
    # Refusals, by the code in their message.
    refused: Counter = field(default_factory=Counter)
    # Answered 200, but not with the client's own value.
    wrong: int = 0
    # Answers that were neither: no connection, no JSON, another status.
    broken: Counter = field(default_factory=Counter)


class Load:
    """Runs while the `with` lasts."""

    def __init__(self, gate: Gateway):
        self._gate = gate
        self._script = gate.upstream.script(Scenario(says=(Text("It is «0»."),), delta=9))
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(WORKERS)]
        self._lock = threading.Lock()
        self.tally = Tally()

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(60)

    @property
    def requests(self) -> list[Recorded]:
        return self._gate.upstream.requests(self._script)

    def minted(self) -> set[str]:
        """The placeholders that the upstream has seen: each one's mapping is owed to the store."""
        return {word for request in self.requests for word in placeholders(request.body)}

    def values_seen(self) -> int:
        return sum(bool(planted.shown(request.raw_body)) for request in self.requests)

    def _run(self) -> None:
        headers = {SCENARIO_HEADER: self._script, "content-type": "application/json"}
        with httpx2.Client(base_url=self._gate.url, headers=headers, timeout=30) as client:
            while not self._stopping.is_set():
                self._one(client, next(_numbers))

    def _one(self, client: httpx2.Client, number: int) -> None:
        value, streamed = planted.ec2(number), number % 2 == 0
        body = {"stream": streamed, "messages": [{"role": "user", "content": f"What is {value}?"}]}
        try:
            response = client.post("/v1/messages", json=body)
            text = response.text
        except httpx2.TransportError as error:
            self._count("broken", type(error).__name__)
            return
        if response.status_code == 200:
            self._count("served" if answered(text, streamed) == f"It is {value}." else "wrong")
        elif response.status_code == 503 and "AWS_MASKER_" in text:
            self._count("refused", response.json()["error"]["message"].split(":")[0])
        else:
            self._count("broken", f"status {response.status_code}")

    def _count(self, what: str, detail: str | None = None) -> None:
        with self._lock:
            if detail is None:
                setattr(self.tally, what, getattr(self.tally, what) + 1)
            else:
                getattr(self.tally, what)[detail] += 1


def answered(text: str, streamed: bool) -> str:
    return said(text).get(0, "") if streamed else json.loads(text)["content"][0]["text"]
