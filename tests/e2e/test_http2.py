"""Requests over HTTP/2, which may end with trailers: Envoy then does not tell where the body ends; Kong resets them."""

import json
import socket
from urllib.parse import urlsplit

import h2.config
import h2.connection
import h2.events
import pytest

from rig import planted
from rig.gateway import ON_KONG, PATIENCE, Gateway
from rig.upstream import Scenario
from rig.upstream.scenario import SCENARIO_HEADER

STREAM = 1
RESET = 0


@pytest.mark.parametrize(
    ("trailers", "status"), [((), 200), ((("x-checksum", "1"),), RESET if ON_KONG else 415)], ids=["none", "some"]
)
def test_trailers(gate: Gateway, trailers: tuple[tuple[str, str], ...], status: int) -> None:
    name = gate.upstream.script(Scenario())
    body = json.dumps({"messages": [{"role": "user", "content": planted.ec2(1)}]}).encode()
    got, answer = post(gate.url, {"content-type": "application/json", SCENARIO_HEADER: name}, body, trailers)
    assert got == status, answer
    assert len(gate.upstream.requests(name)) == (1 if status == 200 else 0)
    assert status != 415 or b"AWS_MASKER_2004" in answer


def post(url: str, headers: dict[str, str], body: bytes, trailers: tuple[tuple[str, str], ...]) -> tuple[int, bytes]:
    """One request with its trailers; the status and the body of the answer."""
    target = urlsplit(url)
    connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
    with socket.create_connection((target.hostname, target.port), PATIENCE) as wire:
        connection.initiate_connection()
        pseudo = {":method": "POST", ":path": "/v1/messages", ":scheme": "http", ":authority": target.netloc}
        named = {key.lower(): value for key, value in headers.items()}
        connection.send_headers(STREAM, list((pseudo | named).items()))
        connection.send_data(STREAM, body, end_stream=not trailers)
        if trailers:
            connection.send_headers(STREAM, list(trailers), end_stream=True)
        wire.sendall(connection.data_to_send())
        return answer_of(connection, wire)


def answer_of(connection: h2.connection.H2Connection, wire: socket.socket) -> tuple[int, bytes]:
    status, body = 0, b""
    while data := wire.recv(65536):
        for event in connection.receive_data(data):
            match event:
                case h2.events.ResponseReceived():
                    status = int(dict(event.headers)[b":status"])
                case h2.events.DataReceived():
                    body += event.data
                case h2.events.StreamEnded() | h2.events.StreamReset():
                    return status, body
        wire.sendall(connection.data_to_send())
    return status, body
