"""Timing: interleaved, and nothing but ratios comes out.

Everybody in a row does the same job in the same round, in an order that is
drawn anew for each; a ratio is taken within a round, where both sides met the
same weather, and the median is taken over the rounds.  What is counted is the
processor time of this process, so that a busy neighbour disturbs less.
"""

from __future__ import annotations

import gc
import random
import statistics
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import attrs

from ._rows import Competitor, Row, Runner, Target, values

__all__ = [
    "Clock",
    "Outcome",
    "Ratio",
    "Refused",
    "Special",
    "agree",
    "loaded",
    "measure",
    "spread",
]

Clock = Callable[[], float]


class Refused(Exception):
    """Competitors did not return the same values: there is nothing to compare."""


@attrs.frozen
class Ratio:
    """How fast one of ours is, in multiples of another's speed.

    Or *what* ours takes of the other: then the numbers are the inverse of that.
    """

    ours: str
    other: str
    median: float
    low: float
    high: float
    target: Target | None
    what: str = ""


@attrs.frozen
class Outcome:
    """What came out of a row; *missing* says who could not be loaded, and why.

    *notes* are for the data alone: what is no ratio.
    """

    name: str
    chunk: int | None
    rounds: int
    ratios: tuple[Ratio, ...] = ()
    missing: dict[str, str] = attrs.field(factory=dict)
    notes: dict[str, float] = attrs.field(factory=dict)


@attrs.frozen
class Special:
    """A row of the table that is no race: *measure* takes the number of rounds."""

    name: str
    measure: Callable[[int], Outcome]
    chunk: int | None = None


def loaded(row: Row) -> tuple[dict[Competitor, Runner], dict[str, str]]:
    """Return those that can run, and why the others cannot."""
    runners: dict[Competitor, Runner] = {}
    missing: dict[str, str] = {}
    for one in row.competitors:
        try:
            runners[one] = one.load()
        except ImportError as error:
            missing[one.name] = str(error).partition(" (")[0]  # without directories
    return runners, missing


def agree(runners: dict[Competitor, Runner], chunks: Sequence[Any]) -> None:
    """Refuse a row whose competitors do not all return the same values.

    Raises:
        Refused: Naming the two that differ, and the first difference.
    """
    found = {one: values(one, runner, chunks) for one, runner in runners.items()}
    (first, expected), *others = found.items()
    for other, got in others:
        if got != expected:
            raise Refused(f"{first.name} and {other.name} differ: {_difference(expected, got)}")


def _difference(expected: list[Any], got: list[Any]) -> str:
    for index, (left, right) in enumerate(zip(expected, got, strict=False)):
        if left != right:
            return f"value {index} is {left!r:.60} and {right!r:.60}"
    return f"{len(expected)} values and {len(got)}"


def measure(row: Row, rounds: int, clock: Clock = time.process_time) -> Outcome:
    """Run a row.

    Raises:
        Refused: As `agree`.
    """
    runners, missing = loaded(row)
    chunks = row.job.input()
    agree(runners, chunks)  # and warm everybody up
    gc.collect()
    gc.freeze()  # what others have imported should not be anybody's burden
    try:
        times = _times(runners, chunks, rounds, clock)
    finally:
        gc.unfreeze()
    pairs = [(a, b) for a in row.ours for b in row.others if a in times and b in times]
    ratios = tuple(_ratio(a, b, times[a], times[b], row.target(a, b)) for a, b in pairs)
    return Outcome(row.name, row.chunk, rounds, ratios, missing)


def _times(
    runners: dict[Competitor, Runner], chunks: Sequence[Any], rounds: int, clock: Clock
) -> dict[Competitor, list[float]]:
    times: dict[Competitor, list[float]] = {one: [] for one in runners}
    given = {one: [one.given(chunk) for chunk in chunks] for one in runners}
    for _ in range(rounds):
        for one in random.sample(list(runners), len(runners)):
            times[one].append(_timed(runners[one], given[one], clock))
    return times


def _timed(runner: Runner, chunks: Sequence[Any], clock: Clock) -> float:
    gc.collect()
    start = clock()
    deque(runner(chunks), maxlen=0)
    return clock() - start


def _ratio(
    ours: Competitor,
    other: Competitor,
    our: list[float],
    their: list[float],
    target: Target | None,
) -> Ratio:
    return Ratio(ours.name, other.name, *spread(our, their), target)


def spread(our: list[float], their: list[float]) -> tuple[float, float, float]:
    """Return median and quartiles of how fast we were in each round, theirs being 1."""
    ratios = [right / left for left, right in zip(our, their, strict=True)]
    low, median, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    return median, low, high
