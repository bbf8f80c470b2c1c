"""The product's sidecar with the tests' own secrets."""

from pathlib import Path

import httpx2

from aws_masker import sidecar

TOKEN = "token-of-the-filter-0123456789abcdef0123456789abcdef"
OPERATOR_TOKEN = "token-of-the-operator-0123456789abcdef0123456789ab"
SECRET = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"


class Sidecar(sidecar.Sidecar):
    """Without `env` of a Redis it runs on its embedded store."""

    def __init__(self, name: str, directory: Path, env: dict[str, str] | None = None, program: Path | None = None):
        settings = {"MASKER_TOKEN": TOKEN, "MASKER_OPERATOR_TOKEN": OPERATOR_TOKEN, "MASKER_SECRET": SECRET}
        super().__init__(name, directory, settings | (env or {}), directory, program=program)

    def __exit__(self, *_: object) -> None:
        self.process.kill()

    def page(self, token: str = OPERATOR_TOKEN) -> str:
        return super().page(token)

    def counted(self, counter: str) -> float:
        """A counter's value, whatever its labels are; one that was never counted is missing."""
        lines = [line for line in self.metrics().splitlines() if line.startswith(f"aws_masker_{counter}_total")]
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines)

    def metrics(self) -> str:
        headers = {"authorization": f"Bearer {OPERATOR_TOKEN}"}
        return httpx2.get(f"{self.url}/metrics", headers=headers, timeout=5).text
