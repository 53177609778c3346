"""All who compete in a row return the same values, however the input is cut."""

from functools import cache

import pytest

from benchmarks._rows import ALL, Competitor, Row, Runner, values
from benchmarks.rows import ROWS

ITEMS = 16

RACES = [row for row in ROWS if isinstance(row, Row)]
#: Those that differ in more than the size of their chunks: others are tried here.
JOBS = {row.ours: row for row in reversed(RACES)}.values()

#: Each once, in the first row that has it.
COMPETITORS = {(row.ours, one.name): (row, one) for row in RACES[::-1] for one in row.competitors}

EVERYBODY = [
    pytest.param(row, one, chunk, id=f"{row.name}, {one.name}, {chunk}")
    for row, one in reversed(COMPETITORS.values())
    for chunk in ([None, 64, 7, 1] if row.chunk else [None])
]


def load(row: Row, one: Competitor) -> Runner:
    """Ours and the limits need nothing that the tests do not have; peers may be missing."""
    try:
        return one.load()
    except ImportError as missing:
        if one not in row.peers:
            raise
        return pytest.skip(str(missing))


@cache
def expected(row: Row) -> list[object]:
    ours = row.ours[0]
    return values(ours, ours.load(), row.job.input(ITEMS))


@pytest.mark.parametrize(("row", "one", "chunk"), EVERYBODY)
def test_everybody_returns_the_same_values(row: Row, one: Competitor, chunk: int | None):
    runner = load(row, one)
    assert values(one, runner, row.job.input(ITEMS, chunk)) == expected(row)


@pytest.mark.parametrize("row", JOBS, ids=lambda row: row.name)
def test_a_row_is_the_same_every_time_and_of_the_size_asked_for(row: Row):
    assert row.job.input(ITEMS) == row.job.input(ITEMS)
    assert len(expected(row)) == (1 if row.job.single else ITEMS)


@pytest.mark.parametrize("row", RACES, ids=lambda row: row.name)
def test_names_are_unique_and_targets_name_somebody(row: Row):
    names = [one.name for one in row.competitors]
    assert len(set(names)) == len(names)
    assert set(row.targets) <= {one.name for one in row.others} | {ALL}
