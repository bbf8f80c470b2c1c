"""The differences between two gateways, whichever host runs the filter."""

from dataclasses import dataclass, field
from typing import Any

from aws_masker.ports import LOOPBACK


@dataclass(frozen=True)
class Plan:
    """`filter: None` leaves the filter out, as a yardstick."""

    upstream: str
    sidecar: str
    filter: dict[str, Any] | None = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    address: str = LOOPBACK
    port: int | None = None
    workers: int = 1

    @property
    def settings(self) -> dict[str, Any]:
        """The filter's configuration; a setting that is None is left out."""
        settings = {"sidecar": self.sidecar} | (self.filter or {})
        return {key: value for key, value in settings.items() if value is not None}
