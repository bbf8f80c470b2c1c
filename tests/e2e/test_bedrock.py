"""Bedrock's binary streams: every outgoing frame is complete and valid, and its text is restored."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from rig import planted
from rig.gateway import Gateway
from rig.upstream import Scenario, Text
from rig.upstream.bedrock import payloads

VALUES = (planted.ec2(1), planted.bucket(2))
SAYS = (Text("It is «0»; see s3://«1»/ü, and «0»."),)
EXPECTED = f"It is {VALUES[0]}; see s3://{VALUES[1]}/ü, and {VALUES[0]}."
BODY = {"messages": [{"role": "user", "content": [{"text": f"{VALUES[0]} s3://{VALUES[1]}/"}]}]}


def invoked(payload: dict[str, Any]) -> str:
    event = json.loads(base64.b64decode(payload["bytes"]))
    return event["delta"]["text"] if event["type"] == "content_block_delta" else ""


def conversed(payload: dict[str, Any]) -> str:
    return payload.get("delta", {}).get("text", "")


@pytest.mark.parametrize(("call", "text"), [("invoke-with-response-stream", invoked), ("converse-stream", conversed)])
def test_streams(gate: Gateway, call: str, text: Callable[[dict[str, Any]], str]) -> None:
    for how in ({"delta": 7}, {"delta": 1, "write": 1}, {"delta": 100}, {"delta": 3, "write": 1000}):
        exchange = gate.send(BODY, Scenario(says=SAYS, **how), url=f"/model/claude-test-1/{call}")
        assert exchange.response.status_code == 200, exchange.response.text
        assert "".join(map(text, payloads(exchange.response.content))) == EXPECTED
