"""Envoy as the launcher starts it; or without the filter, as a yardstick."""

from pathlib import Path

import yaml

from aws_masker import envoy
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


def without_filter(text: str) -> str:
    config = yaml.safe_load(text)
    chain = config["static_resources"]["listeners"][0]["filter_chains"][0]
    manager = chain["filters"][0]["typed_config"]
    manager["http_filters"] = [entry for entry in manager["http_filters"] if entry["name"] != "aws_masker"]
    return yaml.safe_dump(config)
