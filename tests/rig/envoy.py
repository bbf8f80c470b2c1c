"""Envoy as the launcher starts it; or with another filter or none, as a yardstick."""

from pathlib import Path
from typing import Any

import yaml

from aws_masker import artefacts, envoy
from aws_masker.plan import Plan


class Envoy(envoy.Envoy):
    def __init__(self, name: str, plan: Plan, directory: Path):
        super().__init__(name, plan, directory, directory)

    def __exit__(self, *_: object) -> None:
        self.process.kill()

    @staticmethod
    def rendered(plan: Plan, port: int, admin: int) -> str:
        text = envoy.rendered(plan, port, admin)
        return text if plan.filter is not None else without_filter(text)


class Copying(Envoy):
    """With the filter that only reads each body and writes it back."""

    @staticmethod
    def rendered(plan: Plan, port: int, admin: int) -> str:
        config = yaml.safe_load(envoy.rendered(plan, port, admin))
        masker = next(entry for entry in _manager(config)["http_filters"] if entry["name"] == "aws_masker")
        code = masker["typed_config"]["config"]["vm_config"]["code"]
        code["local"]["filename"] = str(artefacts.wasm().parent / "examples" / "copy.wasm")
        return yaml.safe_dump(config)


def without_filter(text: str) -> str:
    config = yaml.safe_load(text)
    manager = _manager(config)
    manager["http_filters"] = [entry for entry in manager["http_filters"] if entry["name"] != "aws_masker"]
    return yaml.safe_dump(config)


def _manager(config: dict[str, Any]) -> dict[str, Any]:
    return config["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
