"""Cohere's /v2/chat: whole, and as server-sent events."""

import json
from typing import Any

from rig.upstream.anthropic import EVENT_STREAM
from rig.upstream.blocks import Block, Text, Tool
from rig.upstream.deltas import deltas
from rig.upstream.scenario import Reply

USAGE = {"billed_units": {"input_tokens": 4, "output_tokens": 3}, "tokens": {"input_tokens": 4, "output_tokens": 3}}
ID = "c14c80c3-18eb-4519-9460-6c92edd8cfb4"


def chat(blocks: list[Block]) -> Reply:
    message: dict[str, Any] = {"role": "assistant"}
    texts = [{"type": "text", "text": block.text} for block in blocks if isinstance(block, Text)]
    calls = [_call(block, _json(block.input)) for block in blocks if isinstance(block, Tool)]
    message |= ({"content": texts} if texts else {}) | ({"tool_calls": calls} if calls else {})
    answer = {"id": ID, "message": message, "finish_reason": _finish(blocks), "usage": USAGE}
    return Reply((_json(answer).encode(),))


def chat_stream(blocks: list[Block], size: int | tuple[int, ...]) -> Reply:
    start = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
    events = [_event("message-start", id=ID, delta={"message": start})]
    for index, block in enumerate(blocks):
        events += _text(index, block, size) if isinstance(block, Text) else _tool(index, block, size)
    events.append(_event("message-end", delta={"finish_reason": _finish(blocks), "usage": USAGE}))
    return Reply(tuple(events), headers=EVENT_STREAM)


def _text(index: int, block: Text, size: int | tuple[int, ...]) -> list[bytes]:
    def event(kind: str, content: dict) -> bytes:
        return _event(kind, index=index, delta={"message": {"content": content}})

    pieces = [event("content-delta", {"text": piece}) for piece in deltas(block.text, size)]
    return [event("content-start", {"type": "text", "text": ""}), *pieces, _event("content-end", index=index)]


def _tool(index: int, block: Block, size: int | tuple[int, ...]) -> list[bytes]:
    assert isinstance(block, Tool)

    def event(kind: str, call: dict) -> bytes:
        return _event(kind, index=index, delta={"message": {"tool_calls": call}})

    pieces = deltas(_json(block.input), size)
    return [
        event("tool-call-start", _call(block, "")),
        *(event("tool-call-delta", {"function": {"arguments": piece}}) for piece in pieces),
        _event("tool-call-end", index=index),
    ]


def _call(block: Tool, arguments: str) -> dict[str, Any]:
    return {"id": block.id, "type": "function", "function": {"name": block.name, "arguments": arguments}}


def _finish(blocks: list[Block]) -> str:
    return "TOOL_CALL" if any(isinstance(block, Tool) for block in blocks) else "COMPLETE"


def _event(name: str, /, **fields: Any) -> bytes:
    return f"event: {name}\ndata: {_json({'type': name} | fields)}\n\n".encode()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
