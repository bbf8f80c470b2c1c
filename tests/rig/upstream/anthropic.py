"""The Messages API: a message whole, and the same message as server-sent events."""

import json
from typing import Any

from rig.upstream.blocks import Block, Text, Thinking, Tool
from rig.upstream.deltas import deltas
from rig.upstream.scenario import Reply

MODEL = "claude-test-1"
EVENT_STREAM = (("content-type", "text/event-stream; charset=utf-8"), ("cache-control", "no-cache"))


def message(blocks: list[Block]) -> Reply:
    body = _frame() | {"content": [_content(block) for block in blocks], "stop_reason": _stop_reason(blocks)}
    return Reply((_json(body).encode(),))


def stream(blocks: list[Block], size: int | tuple[int, ...]) -> Reply:
    events = [_event("message_start", message=_frame() | {"content": [], "stop_reason": None})]
    events.append(_event("ping"))
    for index, block in enumerate(blocks):
        events += _block_events(index, block, size)
    ending = {"stop_reason": _stop_reason(blocks), "stop_sequence": None}
    events.append(_event("message_delta", delta=ending, usage={"output_tokens": 7}))
    events.append(_event("message_stop"))
    return Reply(tuple(events), headers=EVENT_STREAM)


def tokens(body: bytes) -> Reply:
    return Reply((_json({"input_tokens": len(body) // 4}).encode(),))


def error(status: int, kind: str, text: str) -> Reply:
    body = {"type": "error", "error": {"type": kind, "message": text}}
    return Reply((_json(body).encode(),), status=status)


def _block_events(index: int, block: Block, size: int | tuple[int, ...]) -> list[bytes]:
    start, pieces = _streamed(block, size)
    events = [_event("content_block_start", index=index, content_block=start)]
    events += [_event("content_block_delta", index=index, delta=piece) for piece in pieces]
    return [*events, _event("content_block_stop", index=index)]


def _streamed(block: Block, size: int | tuple[int, ...]) -> tuple[dict, list[dict]]:
    match block:
        case Text(text):
            pieces = [{"type": "text_delta", "text": piece} for piece in deltas(text, size)]
            return {"type": "text", "text": ""}, pieces
        case Tool():
            pieces = ["", *deltas(_json(block.input), size)]
            start = _content(block) | {"input": {}}
            return start, [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
        case Thinking():
            pieces = [{"type": "thinking_delta", "thinking": piece} for piece in deltas(block.thinking, size)]
            pieces.append({"type": "signature_delta", "signature": block.signature})
            return {"type": "thinking", "thinking": "", "signature": ""}, pieces


def _content(block: Block) -> dict[str, Any]:
    match block:
        case Text(text):
            return {"type": "text", "text": text}
        case Tool():
            return {"type": "tool_use", "id": block.id, "name": block.name, "input": block.input}
        case Thinking():
            return {"type": "thinking", "thinking": block.thinking, "signature": block.signature}


def _stop_reason(blocks: list[Block]) -> str:
    return "tool_use" if any(isinstance(block, Tool) for block in blocks) else "end_turn"


def _frame() -> dict[str, Any]:
    return {
        "id": "msg_01XFDUDYJgAACzvnptvVoYEL",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "stop_sequence": None,
        "usage": {"input_tokens": 12, "output_tokens": 1},
    }


def _event(name: str, /, **fields: Any) -> bytes:
    return f"event: {name}\ndata: {_json({'type': name} | fields)}\n\n".encode()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
