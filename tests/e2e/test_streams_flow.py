"""Nothing in a stream waits for what comes after it: the upstream sends an event only when the client has the last."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from streams import BODY, DELTA, SAYS, certain

from rig.gateway import Gateway
from rig.sse import said
from rig.upstream import Scenario, anthropic
from rig.upstream.blocks import placeholders, spoken
from rig.upstream.scenario import SCENARIO_HEADER


def test_every_event_arrives_before_the_next_is_sent(gate: Gateway) -> None:
    words = placeholders(gate.send(BODY).seen)
    events = anthropic.stream(spoken(SAYS, words), DELTA).pieces
    steps = threading.Semaphore(0)
    got = b""
    with streaming(gate, Scenario(says=SAYS, delta=DELTA, steps=steps)) as pieces:
        for number in range(1, len(events) + 1):
            steps.release()
            possible = certain(said(b"".join(events[:number]).decode()), words, held=number < len(events))
            while said(got.decode()) not in possible:
                # A read that times out here means that something was held that was certain.
                got += next(pieces)
        steps.release()
        assert b"".join([got, *pieces]).endswith(b'"message_stop"}\n\n')


@contextmanager
def streaming(gate: Gateway, scenario: Scenario) -> Iterator[Iterator[bytes]]:
    headers = {SCENARIO_HEADER: gate.upstream.script(scenario)}
    with gate.http.stream("POST", "/v1/messages", json=BODY, headers=headers, timeout=10) as response:
        yield response.iter_raw()
