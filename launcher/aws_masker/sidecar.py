"""The sidecar as a process."""

from pathlib import Path
from typing import Self

from aws_masker import artefacts
from aws_masker.ports import LOOPBACK, free_port, is_open
from aws_masker.process import Process


class Sidecar:
    """Without a Redis in its settings it keeps mappings in its own memory.

    Gateways reach it as they do where they are deployed: through its socket. The address is for operators.
    """

    def __init__(
        self,
        name: str,
        directory: Path,
        settings: dict[str, str],
        logs: Path | None = None,
        port: int | None = None,
        program: Path | None = None,
    ):
        """`directory` holds the socket, and must be private; `settings` are its environment variables."""
        self.port = port or free_port()
        self.socket = directory / f"{name}.sock"
        self.address = f"unix:{self.socket}"
        self.url = f"http://{LOOPBACK}:{self.port}"
        listen = {"MASKER_LISTEN": f"{self.address} {LOOPBACK}:{self.port}"}
        self.process = Process(name, [str(program or artefacts.sidecar())], logs, listen | settings)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.process.stop()

    def start(self) -> Self:
        self.process.start().wait_ready(f"{self.process.name} listens", lambda: is_open(self.port))
        return self

    def page(self, token: str) -> str:
        """The address of the page, which shows once what stands behind the #, and then removes it."""
        return f"{self.url}/#token={token}"
