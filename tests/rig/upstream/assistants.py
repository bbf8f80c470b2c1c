"""The streams of OpenAI's Assistants: the run of a thread, with the deltas of its message."""

import json
from typing import Any

from rig.upstream.anthropic import EVENT_STREAM
from rig.upstream.blocks import Block, Text
from rig.upstream.deltas import deltas
from rig.upstream.scenario import Reply

RUN = {"id": "run_1", "object": "thread.run", "thread_id": "thread_1", "assistant_id": "asst_1"}
MESSAGE = {"id": "msg_1", "object": "thread.message", "thread_id": "thread_1", "run_id": "run_1", "role": "assistant"}


def run_stream(blocks: list[Block], size: int | tuple[int, ...]) -> Reply:
    text = "".join(block.text for block in blocks if isinstance(block, Text))
    events = [
        _event("thread.run.created", RUN | {"status": "queued"}),
        _event("thread.message.created", MESSAGE | {"status": "in_progress", "content": []}),
    ]
    events += [_event("thread.message.delta", _delta(piece)) for piece in deltas(text, size)]
    events += [
        _event("thread.message.completed", MESSAGE | {"status": "completed", "content": [_content(text)]}),
        _event("thread.run.completed", RUN | {"status": "completed"}),
        b"event: done\ndata: [DONE]\n\n",
    ]
    return Reply(tuple(events), headers=EVENT_STREAM)


def _delta(piece: str) -> dict[str, Any]:
    return {
        "id": MESSAGE["id"],
        "object": "thread.message.delta",
        "delta": {"content": [{"index": 0} | _content(piece)]},
    }


def _content(text: str) -> dict[str, Any]:
    return {"type": "text", "text": {"value": text, "annotations": []}}


def _event(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
