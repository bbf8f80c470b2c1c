"""An AWS account on this machine, and the sidecar that can ask it."""

import os
from pathlib import Path
from typing import Any

import httpx2

from aws_masker.artefacts import CHECKOUT
from aws_masker.ports import LOOPBACK, free_port, is_open
from aws_masker.process import Process

PYTHON = CHECKOUT / ".run" / "aws" / "bin" / "python"
PROGRAM = CHECKOUT / "tests" / "aws" / "account.py"
# The sidecar with the SDK, which `make sidecar-aws` builds.
SIDECAR = Path(os.environ.get("CARGO_TARGET_DIR") or CHECKOUT / "target") / "debug" / "redis-sidecar-aws"

REGION = "us-east-1"
PATIENCE = 60


class AwsAccount:
    """Everything is allowed, with any key, until it is told to check them."""

    def __init__(self, name: str, logs: Path):
        self.port = free_port()
        self.url = f"http://{LOOPBACK}:{self.port}"
        self.process = Process(name, [str(PYTHON), str(PROGRAM), str(self.port)], logs, {})

    def __enter__(self) -> "AwsAccount":
        self.process.start().wait_ready("the account answers", lambda: is_open(self.port))
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()

    def call(self, service: str, call: str, region: str = REGION, **arguments: Any) -> dict[str, Any]:
        """A call of boto3 as the account's administrator."""
        return self._post("/rig", {"service": service, "region": region, "call": call, "arguments": arguments})

    def check(self) -> None:
        self._post("/rig/check", {})

    def explore(self, resources: list[dict[str, Any]]) -> None:
        self._post("/rig/explorer", {"resources": resources})

    def environment(self, key: str = "testing", secret: str = "testing") -> dict[str, str]:
        """For whoever asks it: a key, and nothing of the machine's own."""
        return {
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": self.url,
            **nobody(),
        }

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = httpx2.post(f"{self.url}{path}", json=body, timeout=PATIENCE)
        assert answer.status_code == 200, answer.text[-2000:]
        return answer.json()


def nobody() -> dict[str, str]:
    """The environment of somebody without any credentials."""
    return {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
