"""`make demo`: one plain and one streamed conversation through the gateway, shown from both sides."""

# ruff: noqa: E402
import signal

# Until everything is loaded, Ctrl-C ends it as it ends any program, without a traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)

import secrets
import shutil
import sys
import tempfile
import textwrap
from contextlib import ExitStack
from pathlib import Path

from aws_masker.artefacts import NotBuilt
from aws_masker.plan import Plan
from aws_masker.process import ending_gracefully
from aws_masker.waiting import NeverHappened
from rig.gateway import gateway
from rig.sidecar import Sidecar
from rig.two_conversations import VALUES, Seen, plain, streamed
from rig.upstream import Upstream
from rig.upstream.blocks import PLACEHOLDER

# As a shell reports it.
INTERRUPTED = 128 + signal.SIGINT
RED, GREEN, BOLD, DIM, PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[1m", "\x1b[2m", "\x1b[0m"


def main() -> int:
    outcome = INTERRUPTED
    with (
        ending_gracefully(),
        tempfile.TemporaryDirectory(prefix="aws-masker-demo-") as directory,
        ExitStack() as stack,
    ):
        logs = Path(directory)
        upstream = stack.enter_context(Upstream())
        token = secrets.token_hex(32)
        sidecar = stack.enter_context(Sidecar("sidecar", logs, {"MASKER_OPERATOR_TOKEN": token}))
        # The page shows what the provider saw.
        plan = Plan(upstream.url, sidecar.address, {"record_masked_bodies": True})
        served = stack.enter_context(gateway("envoy", logs, upstream, plan))
        conversations = [("plain", plain(served)), ("streamed, 5 characters per delta", streamed(served))]
        for title, seen in conversations:
            show(title, seen)
        outcome = verdict([seen for _, seen in conversations])
        print(f"\nSee it in a browser: {sidecar.page(token)}", flush=True)
        if sys.stdin.isatty() and sys.stdout.isatty():
            wait_for_the_end()
    return outcome


def wait_for_the_end() -> None:
    """Whoever has a terminal may look at the page first."""
    print("Press Ctrl-C to end")
    try:
        signal.pause()
    except KeyboardInterrupt:
        print()


def show(title: str, seen: Seen) -> None:
    columns = shutil.get_terminal_size((110, 24)).columns
    width = max(36, (columns - 16) // 2)
    print(_styled(BOLD, f"\n{title}"))
    print(_styled(DIM, f"{'':10}{'the client':{width}}    the provider"))
    _show_row("question", seen.sent, "->", seen.saw, width)
    _show_row("answer", seen.got, "<-", seen.answered, width)


def verdict(conversations: list[Seen]) -> int:
    if not all(seen.is_right() for seen in conversations):
        print(
            "\nFAIL: a value reached the provider, or a placeholder reached the client",
            file=sys.stderr,
        )
        return 1
    print("\nOK: no value reached the provider, and every placeholder came back as its value")
    return 0


class Wrapper(textwrap.TextWrapper):
    """Breaks what is longer than a line behind a dot or a slash, so that a placeholder stays in one piece."""

    def _handle_long_word(self, reversed_chunks: list[str], cur_line: list[str], cur_len: int, width: int) -> None:
        word, room = reversed_chunks[-1], width - cur_len
        end = max(word.rfind(".", 0, room), word.rfind("/", 0, room)) + 1
        if end or not cur_line:
            end = end or room
            cur_line.append(word[:end])
            reversed_chunks[-1] = word[end:]


def _show_row(name: str, left: str, arrow: str, right: str, width: int) -> None:
    wrapper = Wrapper(width, break_on_hyphens=False)
    lefts, rights = wrapper.wrap(left), wrapper.wrap(right)
    for number in range(max(len(lefts), len(rights))):
        here = lefts[number] if number < len(lefts) else ""
        there = rights[number] if number < len(rights) else ""
        name, arrow = (name, arrow) if number == 0 else ("", "  ")
        print(f"{name:10}{_marked(here)}{'':{width - len(here)}} {arrow} {_marked(there)}")


def _marked(text: str) -> str:
    text = VALUES.sub(lambda found: _styled(RED, found[0]), text)
    return PLACEHOLDER.sub(lambda found: _styled(GREEN, found[0]), text)


def _styled(style: str, text: str) -> str:
    return f"{style}{text}{PLAIN}" if sys.stdout.isatty() else text


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (NotBuilt, NeverHappened, RuntimeError) as reason:
        sys.exit(f"error: {reason}")
