"""The product's sidecar as a process."""

from pathlib import Path

import httpx2

from rig import artefacts
from rig.ports import LOOPBACK, free_port, is_open
from rig.process import Process

TOKEN = "token-of-the-filter-0123456789abcdef0123456789abcdef"
OPERATOR_TOKEN = "token-of-the-operator-0123456789abcdef0123456789ab"
SECRET = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"


class Sidecar:
    """Without `env` of a Redis it runs on its embedded store.

    Gateways reach it as they do where they are deployed: through its socket. The address is for operators.
    """

    def __init__(self, name: str, directory: Path, env: dict[str, str] | None = None):
        self.port = free_port()
        self.socket = directory / f"{name}.sock"
        self.address = f"unix:{self.socket}"
        self.url = f"http://{LOOPBACK}:{self.port}"
        settings = {
            "MASKER_LISTEN": f"{self.address} {LOOPBACK}:{self.port}",
            "MASKER_TOKEN": TOKEN,
            "MASKER_OPERATOR_TOKEN": OPERATOR_TOKEN,
            "MASKER_SECRET": SECRET,
        }
        self.process = Process(name, [str(artefacts.sidecar())], directory, settings | (env or {}))

    def __enter__(self) -> "Sidecar":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.process.kill()

    def start(self) -> "Sidecar":
        self.process.start().wait_ready(f"{self.process.name} listens", lambda: is_open(self.port))
        return self

    def page(self, token: str = OPERATOR_TOKEN) -> str:
        """The address of the page, which shows once what stands behind the #, and then removes it."""
        return f"{self.url}/#token={token}"

    def counted(self, counter: str) -> float:
        """A counter's value, whatever its labels are; one that was never counted is missing."""
        lines = [line for line in self.metrics().splitlines() if line.startswith(f"aws_masker_{counter}_total")]
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines)

    def metrics(self) -> str:
        headers = {"authorization": f"Bearer {OPERATOR_TOKEN}"}
        return httpx2.get(f"{self.url}/metrics", headers=headers, timeout=5).text
