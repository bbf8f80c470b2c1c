"""Reads an Anthropic stream as a client does."""

import json
from typing import Any


def events(stream: str) -> list[dict[str, Any]]:
    """The data of each whole event; what follows the last blank line was cut."""
    whole = stream.split("\n\n")[:-1]
    lines = (line for event in whole for line in event.splitlines())
    return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]


def said(stream: str) -> dict[int, str]:
    """Returns the concatenated deltas of each block: its text, or the JSON text of its input."""
    texts: dict[int, str] = {}
    for event in events(stream):
        if event["type"] == "content_block_delta":
            delta = event["delta"]
            piece = delta.get("text", "") + delta.get("partial_json", "")
            texts[event["index"]] = texts.get(event["index"], "") + piece
    return texts
