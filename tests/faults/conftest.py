"""The table that all fault tests of a run fill."""

from collections.abc import Iterator

import pytest

from faults.table import Table


@pytest.fixture(scope="session")
def table() -> Iterator[Table]:
    rows = Table()
    yield rows
    rows.write()
