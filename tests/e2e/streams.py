"""A stream of two blocks, and the part of it that is certain at any point."""

from rig import planted
from rig.upstream import Text

SAYS = (Text("First «0», then «1», and «0» again."), Text("Last «1»."))
VALUES = [planted.ec2(1), planted.vpc(2)]
BODY = {"stream": True, "messages": [{"role": "user", "content": " ".join(VALUES)}]}
DELTA = 6


def certain(texts: dict[int, str], words: list[str], held: bool) -> list[dict[int, str]]:
    """The text that the client may have received: everything, with whole placeholders as values.

    When the connection broke, no one may write any more: the last text may lack what could still have become
    a placeholder.
    """
    possible = [_restored(texts, words)]
    if held and texts:
        last = max(texts)
        for length in range(1, len(texts[last]) + 1):
            start, rest = texts[last][:-length], texts[last][-length:]
            if any(word.lower().startswith(rest.lower()) for word in words):
                shorter = texts | {last: start} if start else {k: v for k, v in texts.items() if k != last}
                possible.append(_restored(shorter, words))
    return possible


def _restored(texts: dict[int, str], words: list[str]) -> dict[int, str]:
    for word, value in zip(words, VALUES, strict=True):
        texts = {index: text.replace(word, value) for index, text in texts.items()}
    return texts
