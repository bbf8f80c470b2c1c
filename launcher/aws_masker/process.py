"""One child process: its log goes to a file, it is signalled by its own pid only, and it ends with its parent."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aws_masker.waiting import wait_for

# The variables that a child may inherit. The caller's REDIS_*, MASKER_* and proxy settings must not reach it.
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TIED = Path(__file__).with_name("tied.py")


class Process:
    def __init__(self, name: str, command: list[str], logs: Path | None, env: dict[str, str] | None = None):
        """Without a folder for its log, the child writes where its parent does."""
        self.name = name
        self.log = logs / f"{name}.log" if logs else None
        self._command = command
        self._env = {key: os.environ[key] for key in INHERITED if key in os.environ} | (env or {})
        self._child: subprocess.Popen | None = None

    def start(self) -> "Process":
        command = [sys.executable, "-I", "-S", str(TIED), str(os.getpid()), *self._command]
        with self._output() as log, unbroken():
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._env,
                # Ctrl-C is for the parent, which ends its children in order.
                process_group=0,
            )
        return self

    def wait_ready(self, what: str, ready: Callable[[], bool], patience: float = 60.0) -> "Process":
        def ready_or_gone() -> bool:
            if not self.alive():
                raise RuntimeError(f"{self.name} ended during startup:\n{self.tail()}")
            return ready()

        try:
            wait_for(what, ready_or_gone, patience)
        except BaseException:
            # Nobody holds a process that was never ready, so nobody else would end it.
            self.kill()
            raise
        return self

    @property
    def pid(self) -> int:
        return self._child.pid

    def alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def kill(self) -> None:
        """kill -9, as a crash or the kernel's memory killer would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def freeze(self) -> None:
        self._child.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._child.send_signal(signal.SIGCONT)

    def tail(self, lines: int = 40) -> str:
        return "\n".join(self.lines()[-lines:])

    def lines(self) -> list[str]:
        """The lines of its log so far."""
        if self.log is None or not self.log.exists():
            return []
        return self.log.read_text(errors="replace").splitlines()

    @contextmanager
    def _output(self) -> Iterator[int | None]:
        if self.log is None:
            # To stderr, also what the child prints: the parent's own output is for its user.
            yield sys.stderr.fileno()
            return
        with self.log.open("ab") as log:
            yield log.fileno()

    def _end(self, how: signal.Signals) -> None:
        if not self.alive():
            return
        self._child.send_signal(how)
        # A frozen process takes no other signal before it runs again.
        with contextlib.suppress(ProcessLookupError):
            self._child.send_signal(signal.SIGCONT)
        try:
            self._child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()


@contextmanager
def unbroken() -> Iterator[None]:
    """Holds signals back: one that came between the birth of a child and its name would leave it without a parent."""
    held = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


@contextmanager
def ending_gracefully() -> Iterator[None]:
    """Each signal that ends a program ends the gateway, in order; further ones do not interrupt that."""

    def end(*_: object) -> None:
        for each in ENDING:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for each in ENDING:
        signal.signal(each, end)
    with contextlib.suppress(KeyboardInterrupt):
        yield
