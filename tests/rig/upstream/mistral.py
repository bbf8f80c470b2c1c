"""Mistral's chat completions: OpenAI's, with lists of parts as content and a name in each piece of a call."""

import json

from rig.upstream import openai
from rig.upstream.blocks import Block
from rig.upstream.scenario import Reply


def completion_stream(blocks: list[Block], size: int | tuple[int, ...]) -> Reply:
    reply = openai.completion_stream(blocks, size)
    names: dict[int, str] = {}
    return Reply(tuple(_as_mistral(piece, names) for piece in reply.pieces), headers=reply.headers)


def _as_mistral(event: bytes, names: dict[int, str]) -> bytes:
    data = event.removeprefix(b"data: ").rstrip()
    if data == b"[DONE]":
        return event
    chunk = json.loads(data)
    delta = chunk["choices"][0]["delta"]
    if delta.get("content"):
        delta["content"] = [{"type": "text", "text": delta["content"]}]
    for call in delta.get("tool_calls", []):
        call["function"]["name"] = names.setdefault(call["index"], call["function"].get("name", ""))
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode()
