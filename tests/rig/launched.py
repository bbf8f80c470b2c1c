"""The launcher as its users start it, in a process of its own: from the checkout, or from an installed wheel."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType

from aws_masker.artefacts import CHECKOUT
from aws_masker.ports import free_port
from aws_masker.process import INHERITED
from aws_masker.waiting import wait_for

FROM_CHECKOUT = (sys.executable, "-m", "aws_masker")
PATIENCE = 60.0


class Launched:
    def __init__(self, *words: str, command: tuple[str, ...] = FROM_CHECKOUT, port: int | None = None, **env: str):
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        kept = {key: os.environ[key] for key in INHERITED if key in os.environ}
        self._child = subprocess.Popen(
            [*command, "--port", str(self.port), *words],
            env=kept | {"PYTHONPATH": str(CHECKOUT / "launcher"), "PYTHONDONTWRITEBYTECODE": "1"} | env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.out: list[str] = []
        self.err: list[str] = []
        self._readers = [
            threading.Thread(target=lambda: self.out.extend(iter(self._child.stdout.readline, "")), daemon=True),
            threading.Thread(target=lambda: self.err.extend(iter(self._child.stderr.readline, "")), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> "Launched":
        return self

    def __exit__(self, kind: type | None, value: BaseException | None, trace: TracebackType | None) -> None:
        # As its user would end it, so that it takes its files along.
        self._child.terminate()
        try:
            self._child.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def wait_ready(self) -> "Launched":
        def ready_or_gone() -> bool:
            if self._child.poll() is not None:
                raise RuntimeError(f"the launcher ended: {self.said()}")
            return any(line.startswith("Ctrl-C") for line in self.out)

        wait_for("the launcher says that it is ready", ready_or_gone, PATIENCE)
        return self

    def told(self, name: str) -> str:
        """What stands behind a name in the lines on a running gateway."""
        [line] = [line for line in self.out if line.startswith(f"  {name} ")]
        return line.removeprefix(f"  {name} ").strip()

    def children(self) -> list[int]:
        pid = self._child.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def catches(self, how: signal.Signals) -> bool:
        """Whether it does something of its own on a signal: Python itself, while it starts, ends with a traceback."""
        status = Path(f"/proc/{self._child.pid}/status").read_text()
        [caught] = [line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")]
        return bool(int(caught, 16) >> (how - 1) & 1)

    def send(self, how: signal.Signals) -> None:
        self._child.send_signal(how)

    def ended(self) -> int:
        """Waits until it has ended, and returns its exit code."""
        code = self._child.wait(timeout=PATIENCE)
        for reader in self._readers:
            reader.join(timeout=5)
        return code

    def said(self) -> str:
        return "".join([*self.out, *self.err])


def is_running(pid: int) -> bool:
    """A child whose parent is gone may be a zombie for a moment; that one runs no more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
