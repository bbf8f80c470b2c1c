"""Bedrock's streams: binary frames with checksums (application/vnd.amazon.eventstream) around Anthropic's events
or around those of the Converse API. The format is that of AWS's SDKs: lengths, CRC-32, headers, payload, CRC-32.
"""

import base64
import json
import struct
import zlib
from typing import Any

from rig.sse import events
from rig.upstream import anthropic
from rig.upstream.blocks import Block, Text, Thinking, Tool
from rig.upstream.deltas import deltas
from rig.upstream.scenario import Reply

HEADERS = (("content-type", "application/vnd.amazon.eventstream"),)
# A header's value of the type string.
STRING = 7


def invocation(blocks: list[Block], size: int | tuple[int, ...]) -> Reply:
    """invoke-with-response-stream: each of Anthropic's events, in base64."""
    told = events(b"".join(anthropic.stream(blocks, size).pieces).decode())
    pieces = [{"bytes": base64.b64encode(json.dumps(event).encode()).decode()} for event in told]
    return Reply(tuple(frame("chunk", piece) for piece in pieces), headers=HEADERS)


def conversation(blocks: list[Block], size: int | tuple[int, ...]) -> Reply:
    """converse-stream: texts and calls of tools."""
    frames = [frame("messageStart", {"role": "assistant"})]
    for index, block in enumerate(blocks):
        at = {"contentBlockIndex": index}
        if isinstance(block, Tool):
            called = {"toolUse": {"toolUseId": block.id, "name": block.name}}
            frames.append(frame("contentBlockStart", at | {"start": called}))
            told = [{"toolUse": {"input": piece}} for piece in deltas(json.dumps(block.input), size)]
        else:
            told = [{"text": piece} for piece in deltas(block.text, size)] if isinstance(block, Text) else []
        frames += [frame("contentBlockDelta", at | {"delta": delta}) for delta in told]
        frames.append(frame("contentBlockStop", at))
    frames.append(frame("messageStop", {"stopReason": "end_turn"}))
    return Reply(tuple(frames), headers=HEADERS)


def converse(blocks: list[Block]) -> Reply:
    """converse: the whole message."""
    content = [
        {"toolUse": {"toolUseId": block.id, "name": block.name, "input": block.input}}
        if isinstance(block, Tool)
        else {"text": block.text}
        for block in blocks
        if not isinstance(block, Thinking)
    ]
    usage = {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}
    message = {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": "end_turn",
        "usage": usage,
    }
    return Reply((json.dumps(message | {"metrics": {"latencyMs": 1}}).encode(),))


def frame(kind: str, payload: dict[str, Any]) -> bytes:
    named = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    headers = b"".join(_header(name, value) for name, value in named.items())
    body = json.dumps(payload, ensure_ascii=False).encode()
    lengths = struct.pack(">II", 16 + len(headers) + len(body), len(headers))
    framed = lengths + _checksum(lengths) + headers + body
    return framed + _checksum(framed)


def payloads(stream: bytes) -> list[dict[str, Any]]:
    """Reads frames as an SDK does, and refuses one whose lengths or checksums are wrong."""
    found = []
    while stream:
        total, headers = struct.unpack(">II", stream[:8])
        framed, stream = stream[:total], stream[total:]
        assert len(framed) == total, "a frame is cut"
        assert framed[8:12] == _checksum(framed[:8]), "the checksum of a frame's lengths is wrong"
        assert framed[-4:] == _checksum(framed[:-4]), "the checksum of a frame is wrong"
        found.append(json.loads(framed[12 + headers : -4]))
    return found


def _header(name: str, value: str) -> bytes:
    return struct.pack(">B", len(name)) + name.encode() + struct.pack(">BH", STRING, len(value)) + value.encode()


def _checksum(data: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(data))
