"""The recorder of `make recording`: whole lines, without a token, as a cast and as a picture that loads nothing."""

import json
import os
import re

from rig import recording
from rig.recording import Line

LINES = [
    Line(0.0, "$ make demo\r\n"),
    Line(1.5, "\x1b[1mplain\x1b[0m \x1b[32mAWS_EC2_7KQ2M9XA4TBN\x1b[0m & <more>\r\n"),
]


def test_lines_are_whole_and_their_token_is_left_out():
    terminal, program = os.openpty()
    os.write(program, b"one\ntwo http://127.0.0.1:1/#token=0123abc\nthr")
    found = recording.lines(terminal, 0.0)
    assert [next(found).text.replace("\r", "") for _ in range(2)] == ["one\n", "two http://127.0.0.1:1/#token=…\n"]
    os.write(program, b"ee\n")
    assert next(found).text.replace("\r", "") == "three\n"


def test_a_command_is_recorded_to_the_line_that_ends_it(monkeypatch):
    script = f"stty size; echo '#token=abc'; echo '{recording.LAST_LINE}'; echo after; (sleep 30; true); true"
    monkeypatch.setattr(recording, "COMMAND", ["sh", "-c", script])
    texts = [line.text.strip() for line in recording.recorded()]
    assert texts[1:] == ["#token=…", recording.LAST_LINE]


def test_the_cast_is_one():
    header, *events = map(json.loads, recording.cast(LINES).splitlines())
    assert (header["version"], header["width"]) == (2, recording.COLUMNS)
    assert events == [[line.at, "o", line.text] for line in LINES]


def test_the_picture_has_the_words_and_loads_nothing():
    svg = recording.picture(LINES)
    assert "make&#160;demo" in svg
    assert "AWS_EC2_7KQ2M9XA4TBN" in svg
    assert "&lt;more&gt;" in svg
    assert not re.search(r"url\((?!#)|@import|@font-face|<script|<image", svg)
