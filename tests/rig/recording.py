"""`make recording`: `make demo` on a terminal, as a cast for asciinema and as a picture for the README.

What is shown is what the program printed, when it printed it, up to the line that waits for Ctrl-C. One thing is left
out: the operator's token behind the address of the page, which has ended with the demo.
"""

import fcntl
import io
import json
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator
from dataclasses import dataclass

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from aws_masker.artefacts import CHECKOUT

COMMAND = ["make", "demo"]
LAST_LINE = "Press Ctrl-C to end"
COLUMNS, ROWS = 120, 34
PATIENCE = 1200
CAST = CHECKOUT / "docs" / "images" / "demo.cast"
PICTURE = CHECKOUT / "docs" / "images" / "demo.svg"
TOKEN = re.compile(r"#token=\w+")
# A player need not show how long a first build takes.
IDLE_SECONDS = 1
# The picture must not load a font from elsewhere.
FONT_FACES = re.compile(r"@font-face \{\{.*?\}\}\s*", re.DOTALL)


@dataclass(frozen=True)
class Line:
    """One line of output, and the seconds after which it was complete."""

    at: float
    text: str


def main() -> int:
    lines = list(recorded())
    if not lines or LAST_LINE not in lines[-1].text:
        print("".join(line.text for line in lines), file=sys.stderr)
        print("error: the demo did not come to its end", file=sys.stderr)
        return 1
    lines.insert(0, Line(0.0, f"$ {' '.join(COMMAND)}\r\n"))
    CAST.write_text(cast(lines))
    PICTURE.write_text(picture(lines))
    print(f"{CAST.relative_to(CHECKOUT)} and {PICTURE.relative_to(CHECKOUT)} are new")
    return 0


def recorded() -> Iterator[Line]:
    """The output of the command on a terminal of its own, line by line, to the last one that is shown."""
    started = time.monotonic()
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm-256color"
        # As from a shell: a make within a make says where it is.
        for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
            os.environ.pop(name, None)
        os.chdir(CHECKOUT)
        os.execvp(COMMAND[0], COMMAND)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    try:
        for line in lines(terminal, started):
            yield line
            if LAST_LINE in line.text:
                break
    finally:
        # To all that the command started, as Ctrl-C does: make alone would wait for the demo for good.
        os.killpg(child, signal.SIGINT)
        for _ in lines(terminal, started):
            pass
        os.close(terminal)
        os.waitpid(child, 0)


def lines(terminal: int, started: float) -> Iterator[Line]:
    kept = ""
    while select.select([terminal], [], [], PATIENCE)[0]:
        try:
            kept += os.read(terminal, 65536).decode(errors="replace")
        except OSError:
            return
        *whole, kept = kept.split("\n")
        for text in whole:
            yield Line(round(time.monotonic() - started, 2), TOKEN.sub("#token=…", text) + "\n")


def cast(lines: list[Line]) -> str:
    """Version 2 of asciinema's format: a header, and an event a line."""
    header = {
        "version": 2,
        "width": COLUMNS,
        "height": ROWS,
        "idle_time_limit": IDLE_SECONDS,
        "title": " ".join(COMMAND),
    }
    events = ([line.at, "o", line.text] for line in lines)
    return "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in (header, *events))


def picture(lines: list[Line]) -> str:
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="standard")
    text = "".join(line.text for line in lines).replace("\r", "").rstrip("\n")
    console.print(Text.from_ansi(text), soft_wrap=True)
    svg = console.export_svg(
        title=" ".join(COMMAND),
        theme=MONOKAI,
        code_format=FONT_FACES.sub("", CONSOLE_SVG_FORMAT),
        unique_id="demo",
    )
    return svg.rstrip() + "\n"


if __name__ == "__main__":
    sys.exit(main())
