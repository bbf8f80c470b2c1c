"""Chat completions and Responses: whole, and as server-sent events."""

import itertools
import json
from typing import Any

from rig.upstream.anthropic import EVENT_STREAM
from rig.upstream.blocks import Block, Text, Tool
from rig.upstream.deltas import deltas
from rig.upstream.scenario import Reply

MODEL = "gpt-test-1"
Size = int | tuple[int, ...]


def completion(blocks: list[Block]) -> Reply:
    message: dict[str, Any] = {"role": "assistant", "content": _text(blocks), "refusal": None}
    calls = _calls(blocks)
    if calls:
        message["tool_calls"] = calls
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(blocks)}
    usage = {"prompt_tokens": 9, "completion_tokens": 12, "total_tokens": 21}
    return Reply((_json(_chat("chat.completion") | {"choices": [choice], "usage": usage}).encode(),))


def completion_stream(blocks: list[Block], size: Size) -> Reply:
    said: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    said += [{"content": piece} for piece in deltas(_text(blocks) or "", size)]
    for index, call in enumerate(_calls(blocks)):
        arguments = call["function"]["arguments"]
        opened = call | {"index": index, "function": call["function"] | {"arguments": ""}}
        said.append({"tool_calls": [opened]})
        said += [
            {"tool_calls": [{"index": index, "function": {"arguments": piece}}]} for piece in deltas(arguments, size)
        ]
    events = [_chunk(delta) for delta in said] + [_chunk({}, _finish(blocks)), b"data: [DONE]\n\n"]
    return Reply(tuple(events), headers=EVENT_STREAM)


def response(blocks: list[Block]) -> Reply:
    return Reply((_json(_response(blocks, "completed")).encode(),))


def response_stream(blocks: list[Block], size: Size) -> Reply:
    number = itertools.count()

    def event(name: str, /, **fields: Any) -> bytes:
        data = {"type": name, "sequence_number": next(number)} | fields
        return f"event: {name}\ndata: {_json(data)}\n\n".encode()

    events = [event("response.created", response=_response([], "in_progress"))]
    for index, item in enumerate(_items(blocks)):
        opened = item | ({"content": []} if item["type"] == "message" else {"arguments": ""})
        at = {"output_index": index, "item_id": item["id"]}
        events.append(event("response.output_item.added", output_index=index, item=opened | {"status": "in_progress"}))
        events += _message_events(event, at, item, size) if item["type"] == "message" else []
        events += _call_events(event, at, item, size) if item["type"] == "function_call" else []
        events.append(event("response.output_item.done", output_index=index, item=item))
    events.append(event("response.completed", response=_response(blocks, "completed")))
    return Reply(tuple(events), headers=EVENT_STREAM)


def _message_events(event, at: dict, item: dict, size: Size) -> list[bytes]:
    part = item["content"][0]
    at = at | {"content_index": 0}
    return [
        event("response.content_part.added", **at, part=part | {"text": ""}),
        *(event("response.output_text.delta", **at, delta=piece, logprobs=[]) for piece in deltas(part["text"], size)),
        event("response.output_text.done", **at, text=part["text"], logprobs=[]),
        event("response.content_part.done", **at, part=part),
    ]


def _call_events(event, at: dict, item: dict, size: Size) -> list[bytes]:
    return [
        *(
            event("response.function_call_arguments.delta", **at, delta=piece)
            for piece in deltas(item["arguments"], size)
        ),
        event("response.function_call_arguments.done", **at, name=item["name"], arguments=item["arguments"]),
    ]


def _items(blocks: list[Block]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    for number, block in enumerate(blocks):
        match block:
            case Text(text):
                content = [{"type": "output_text", "text": text, "annotations": []}]
                items.append({"type": "message", "id": f"msg_{number}", "role": "assistant", "content": content})
            case Tool():
                call = {"call_id": block.id, "name": block.name, "arguments": _json(block.input)}
                items.append({"type": "function_call", "id": f"fc_{number}"} | call)
    return [item | {"status": "completed"} for item in items]


def _response(blocks: list[Block], status: str) -> dict[str, Any]:
    return {
        "id": "resp_67ccd2bed1ec8190b14f964abc054267",
        "object": "response",
        "created_at": 1741476542,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": MODEL,
        "output": _items(blocks),
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
    }


def _text(blocks: list[Block]) -> str | None:
    return "".join(block.text for block in blocks if isinstance(block, Text)) or None


def _calls(blocks: list[Block]) -> list[dict[str, Any]]:
    return [
        {
            "id": block.id,
            "type": "function",
            "function": {"name": block.name, "arguments": _json(block.input)},
        }
        for block in blocks
        if isinstance(block, Tool)
    ]


def _finish(blocks: list[Block]) -> str:
    return "tool_calls" if _calls(blocks) else "stop"


def _chat(kind: str) -> dict[str, Any]:
    return {
        "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
        "object": kind,
        "created": 1741569952,
        "model": MODEL,
    }


def _chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return f"data: {_json(_chat('chat.completion.chunk') | {'choices': [choice]})}\n\n".encode()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
