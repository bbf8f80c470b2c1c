"""Becomes a program that cannot outlive its parent: `tied.py <pid of the parent> <program> <argument>…`.

Where the kernel offers it (Linux), it kills the program when the parent ends, even by SIGKILL. It is a program of its
own, because code that runs in Python between fork and exec may find a lock held for ever.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, program = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # It may have ended before the kernel was asked.
    if os.getppid() != parent:
        sys.exit(1)
    # The parent held signals back while this process was made.
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    try:
        os.execvp(program[0], program)
    except OSError as reason:
        sys.exit(f"{program[0]}: {reason.strerror}")


main()
