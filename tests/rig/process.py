"""One child process: its log goes to a file, and it is signalled by its own pid only."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from rig.waiting import wait_for

# The variables that a child may inherit. The caller's REDIS_*, MASKER_* and proxy settings must not reach it.
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")


class Process:
    def __init__(self, name: str, command: list[str], logs: Path, env: dict[str, str] | None = None):
        self.name = name
        self.log = logs / f"{name}.log"
        self._command = command
        self._env = {key: os.environ[key] for key in INHERITED if key in os.environ} | (env or {})
        self._child: subprocess.Popen | None = None

    def start(self) -> "Process":
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._env
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
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

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
