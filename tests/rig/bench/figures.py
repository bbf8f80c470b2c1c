"""The figures of a run, and how they are shown."""

import re

# By their unit, by what was done, and by who did it.
Rows = dict[str, dict[str, float]]
Figures = dict[str, Rows]

MILLISECONDS = "milliseconds"


def merged(*parts: Figures) -> Figures:
    whole: Figures = {}
    for part in parts:
        for unit, rows in part.items():
            for row, cells in rows.items():
                whole.setdefault(unit, {}).setdefault(row, {}).update(cells)
    return whole


def report(figures: Figures, earlier: Figures) -> None:
    if earlier:
        print("\nin brackets: the share of the earlier run's")
    for unit, rows in figures.items():
        columns = list(dict.fromkeys(column for cells in rows.values() for column in cells))
        width = max(map(len, [*rows, unit])) + 2
        print(f"\n{unit:{width}}" + "".join(f"{column:>21}" for column in columns))
        for row, cells in sorted(rows.items(), key=_numbers):
            before = earlier.get(unit, {}).get(row, {})
            print(f"{row:{width}}" + "".join(f"{_cell(cells.get(it), before.get(it)):>21}" for it in columns))


def _numbers(row: tuple[str, object]) -> list[int]:
    """Rows stand in the order of the numbers in their names."""
    return [int(number) for number in re.findall(r"\d+", row[0])]


def _cell(now: float | None, before: float | None) -> str:
    if now is None:
        return ""
    digits = 2 if now < 100 else 0
    return f"{now:,.{digits}f}" + (f" ({now / before:.2f})" if before else "")
