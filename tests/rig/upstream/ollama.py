"""Ollama's /api/chat and /api/generate: whole, and as JSON lines. A call's arguments are an object there."""

import json
from typing import Any

from rig.upstream.blocks import Block, Text, Tool
from rig.upstream.deltas import deltas
from rig.upstream.scenario import Reply

LINES = (("content-type", "application/x-ndjson"),)
# The name ends as a placeholder begins.
MODEL = "llama"


def chat(blocks: list[Block]) -> Reply:
    calls = [_call(block) for block in blocks if isinstance(block, Tool)]
    return Reply((_json(_said(_message(_text(blocks), calls)) | _DONE),))


def chat_stream(blocks: list[Block], size: int | tuple[int, ...]) -> Reply:
    lines = []
    for block in blocks:
        if isinstance(block, Text):
            lines += [_line(_said(_message(piece))) for piece in deltas(block.text, size)]
        else:
            lines.append(_line(_said(_message("", [_call(block)]))))
    return Reply((*lines, _line(_said(_message("")) | _DONE)), headers=LINES)


def generation(blocks: list[Block]) -> Reply:
    return Reply((_json(_said({"response": _text(blocks)}) | _DONE),))


def generation_stream(blocks: list[Block], size: int | tuple[int, ...]) -> Reply:
    lines = [_line(_said({"response": piece})) for piece in deltas(_text(blocks), size)]
    return Reply((*lines, _line(_said({"response": ""}) | _DONE)), headers=LINES)


_DONE = {"done": True, "done_reason": "stop", "total_duration": 4883583458, "eval_count": 282}


def _text(blocks: list[Block]) -> str:
    return "".join(block.text for block in blocks if isinstance(block, Text))


def _call(block: Block) -> dict[str, Any]:
    assert isinstance(block, Tool)
    return {"function": {"name": block.name, "arguments": block.input}}


def _message(text: str, calls: list[dict] | None = None) -> dict[str, Any]:
    message = {"role": "assistant", "content": text} | ({"tool_calls": calls} if calls else {})
    return {"message": message}


def _said(what: dict[str, Any]) -> dict[str, Any]:
    return {"model": MODEL, "created_at": "2026-01-01T00:00:00.000000Z"} | what | {"done": False}


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _line(value: Any) -> bytes:
    return _json(value) + b"\n"
