"""Cuts a text into the pieces that a stream brings."""

import itertools


def deltas(text: str, size: int | tuple[int, ...]) -> list[str]:
    """Pieces of `size` characters, or pieces cut at the given positions. Their concatenation is the text."""
    if isinstance(size, int):
        return [text[at : at + size] for at in range(0, len(text), size)]
    edges = [0, *(at for at in sorted(set(size)) if 0 < at < len(text)), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(edges)]
