"""Gemini's generateContent: whole, and as server-sent events, whose lines end with CR LF there."""

import json
from typing import Any

from rig.upstream.anthropic import EVENT_STREAM
from rig.upstream.blocks import Block, Text, Tool
from rig.upstream.deltas import deltas
from rig.upstream.scenario import Reply

MODEL = "gemini-test-1"


def content(blocks: list[Block]) -> Reply:
    parts = [{"text": block.text} if isinstance(block, Text) else _call(block) for block in blocks]
    return Reply((json.dumps(_answer(parts, "STOP")).encode(),), headers=(("content-type", "application/json"),))


def content_stream(blocks: list[Block], size: int | tuple[int, ...]) -> Reply:
    events = []
    for block in blocks:
        pieces = [{"text": piece} for piece in deltas(block.text, size)] if isinstance(block, Text) else [_call(block)]
        events += [_event(_answer([piece])) for piece in pieces]
    return Reply((*events, _event(_answer([{"text": ""}], "STOP"))), headers=EVENT_STREAM)


def _call(block: Block) -> dict[str, Any]:
    assert isinstance(block, Tool)
    return {"functionCall": {"name": block.name, "args": block.input}}


def _answer(parts: list[dict], finish: str | None = None) -> dict[str, Any]:
    candidate = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if finish is not None:
        candidate["finishReason"] = finish
    usage = {"promptTokenCount": 4, "candidatesTokenCount": 3, "totalTokenCount": 7}
    return {
        "candidates": [candidate],
        "usageMetadata": usage,
        "modelVersion": MODEL,
        "responseId": "mAitaLmkHPPlz7IPvtfUqQ4",
    }


def _event(answer: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(answer, ensure_ascii=False)}\r\n\r\n".encode()
