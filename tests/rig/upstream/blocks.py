"""The content that the model writes, as templates over the placeholders that it saw.

`«0»` is the first placeholder of the request, `«1»` the second; `«0:lower»` writes it as models do (see WRITTEN).
"""

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

PLACEHOLDER = re.compile(r"AWS_[A-Z][A-Z0-9_]{0,16}?_[0-9A-HJKMNP-TV-Z]{12}(?![0-9A-Z])")
MARK = re.compile(r"«(\d+)(?::(\w+))?»")

WRITTEN: dict[str, Callable[[str], str]] = {
    "lower": str.lower,
    "title": str.title,
    "hyphens": lambda placeholder: placeholder.replace("_", "-"),
    "escaped": lambda placeholder: placeholder.replace("_", r"\_"),
    "bold": lambda placeholder: f"**{placeholder}**",
    "shouted": lambda placeholder: f"**{placeholder.lower()}**",
}
# The texts that the client should get for them: its own value and the characters around it.
RESTORED: dict[str, Callable[[str], str]] = dict.fromkeys(WRITTEN, lambda value: value) | {
    "bold": lambda value: f"**{value}**",
    "shouted": lambda value: f"**{value}**",
}
Forms = dict[str, Callable[[str], str]]


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class Tool:
    name: str
    input: dict[str, Any] = field(default_factory=dict)
    id: str = "toolu_01A"


@dataclass(frozen=True)
class Thinking:
    thinking: str
    signature: str = "c2lnbmVk"


Block = Text | Tool | Thinking


def placeholders(body: bytes) -> list[str]:
    """The distinct placeholders of a request, in the order in which they first stand in it."""
    return list(dict.fromkeys(PLACEHOLDER.findall(body.decode("utf-8", "replace"))))


def spoken(blocks: tuple[Block, ...], words: list[str], forms: Forms = WRITTEN) -> list[Block]:
    """The blocks with each mark filled in."""
    return [_filled_block(block, words, forms) for block in blocks]


def filled(text: str, words: list[str], forms: Forms = WRITTEN) -> str:
    def word(mark: re.Match[str]) -> str:
        index, form = int(mark[1]), mark[2]
        if index >= len(words):
            return f"(placeholder {index} of {len(words)} was not in the request)"
        return forms[form](words[index]) if form else words[index]

    return MARK.sub(word, text)


def _filled_block(block: Block, words: list[str], forms: Forms) -> Block:
    match block:
        case Text(text):
            return Text(filled(text, words, forms))
        case Thinking():
            return replace(block, thinking=filled(block.thinking, words, forms))
        case Tool():
            return replace(block, input=_filled_json(copy.deepcopy(block.input), words, forms))


def _filled_json(node: Any, words: list[str], forms: Forms) -> Any:
    match node:
        case str():
            return filled(node, words, forms)
        case list():
            return [_filled_json(item, words, forms) for item in node]
        case dict():
            return {filled(key, words, forms): _filled_json(value, words, forms) for key, value in node.items()}
        case _:
            return node
