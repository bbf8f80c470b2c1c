"""Packs the built files into the wheel, and gives it the tag of their platform: scripts/wheel names both."""

import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKED = ("aws_masker.wasm", "aws_masker.meta.json", "redis-sidecar", "envoy.yaml")


class Pack(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        # An editable installation runs what is in the checkout.
        if version == "editable":
            return
        folder = Path(os.environ["AWS_MASKER_FILES"])
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{os.environ['AWS_MASKER_PLATFORM']}"
        build_data["force_include"] |= {str(folder / name): f"aws_masker/packed/{name}" for name in PACKED}
