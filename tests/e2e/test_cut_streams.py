"""A stream that ends early, at every event, by close and by reset: the client has got all that was certain."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import httpx2
import pytest
from streams import BODY, DELTA, SAYS, certain

from rig.gateway import Gateway
from rig.sse import said
from rig.upstream import Cut, Scenario, anthropic
from rig.upstream.blocks import placeholders, spoken
from rig.upstream.scenario import SCENARIO_HEADER


@pytest.mark.parametrize("how", ["end", "close", "reset"])
def test_cut_at_every_event(gate: Gateway, how: str) -> None:
    words = placeholders(gate.send(BODY).seen)
    whole = anthropic.stream(spoken(SAYS, words), DELTA)
    cuts = range(1, len(whole.pieces))
    scenarios = [Scenario(says=SAYS, delta=DELTA, cut=Cut(after, how)) for after in cuts]
    # In parallel, as Envoy takes a second to close a connection whose response broke off.
    with ThreadPoolExecutor(16) as pool:
        answers = pool.map(partial(received, gate), scenarios)
    for after, answer in zip(cuts, answers, strict=True):
        got = said(answer)
        sent = said(b"".join(whole.pieces[:after]).decode())
        assert got in certain(sent, words, held=how != "end"), f"cut after event {after}: {sent}"


def received(gate: Gateway, scenario: Scenario) -> str:
    """The body up to the cut; the transport decides how its end looks to the client."""
    headers = {SCENARIO_HEADER: gate.upstream.script(scenario)}
    got = b""
    try:
        with gate.http.stream("POST", "/v1/messages", json=BODY, headers=headers) as response:
            for piece in response.iter_raw():
                got += piece
    except httpx2.TransportError:
        pass
    return got.decode()
