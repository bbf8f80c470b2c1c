"""The report of the fault tests: one row per fault and gateway, as a Markdown table in .run/faults.md."""

from dataclasses import dataclass, field

from aws_masker.artefacts import CHECKOUT
from rig.load import Load

HEAD = (
    "fault",
    "gateway",
    "served",
    "refused",
    "values seen upstream",
    "wrong restores",
    "broken answers",
    "mappings owed",
    "missing at the end",
    "noticed after, s",
    "serves again after, s",
    "all arrived after, s",
)


@dataclass(frozen=True)
class Row:
    fault: str
    gateway: str
    load: Load
    missing: int
    noticed: float
    recovered: float
    arrived: float

    def cells(self) -> list[str]:
        tally = self.load.tally
        counts = (tally.served, sum(tally.refused.values()), self.load.values_seen(), tally.wrong)
        more = (sum(tally.broken.values()), len(self.load.minted()), self.missing)
        times = (f"{self.noticed:.1f}", f"{self.recovered:.1f}", f"{self.arrived:.1f}")
        return [self.fault, self.gateway, *map(str, counts), *map(str, more), *times]


@dataclass
class Table:
    rows: list[Row] = field(default_factory=list)

    def add(self, row: Row) -> None:
        self.rows.append(row)

    def write(self) -> None:
        lines = [HEAD, ["---"] * len(HEAD), *(row.cells() for row in self.rows)]
        path = CHECKOUT / ".run" / "faults.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"| {' | '.join(line)} |\n" for line in lines))
