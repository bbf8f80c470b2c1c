"""The command `aws-masker`: runs the gateway, or hands a subcommand to the sidecar's program."""

# ruff: noqa: E402
import signal

# Until everything is loaded, Ctrl-C ends it as it ends any program, without a traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)

import os
import sys

from aws_masker import artefacts
from aws_masker.asked import Unfit, arguments
from aws_masker.run import Failed, run
from aws_masker.waiting import NeverHappened

# The subcommands of the sidecar's program that users of a gateway need.
COMMANDS = ("scan", "check", "doctor", "learn", "estate", "known", "lookup", "restore", "forget", "stats")
ABOUT = """\
commands, each with its own --help:
  scan FILE…         show what would be masked in files, or in stdin (-)
  check FILE         check a configuration of the filter
  doctor             look at a running gateway; say what is wrong and what mends it
  learn              teach a running gateway the names of your estate
  stats, known, lookup, restore, forget, estate
                     what the operator of a running gateway asks of its sidecar
"""


def main() -> int:
    words = sys.argv[1:]
    try:
        if words[:1] == ["--version"]:
            print(f"aws-masker {version()}")
            return 0
        if words and words[0] in COMMANDS:
            os.execv(artefacts.sidecar(), ["aws-masker", *words])
        run(arguments(words[1:] if words[:1] == ["run"] else words, ABOUT))
    except (artefacts.NotBuilt, Unfit, Failed, NeverHappened, RuntimeError) as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 1
    return 0


def version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("aws-masker")
    except PackageNotFoundError:
        return "(a checkout)"


if __name__ == "__main__":
    sys.exit(main())
