"""What a row of the table is: a job, and the competitors that do it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import attrs

__all__ = [
    "ALL",
    "Competitor",
    "Job",
    "Row",
    "Runner",
    "Target",
    "ahead",
    "values",
    "within",
]

#: Takes a job's input, chunk by chunk, and yields after each one the values
#: that it completed: so events are drained after every chunk, as an embedder
#: does, and nothing is kept that would fill the memory.
Runner: TypeAlias = Callable[[Sequence[Any]], Iterator[Iterable[Any]]]

#: In a row's targets: for everybody who has no target of their own.
ALL = "all others"


@attrs.frozen
class Job:
    """Say what is to be done.

    Args:

        name: What the table calls it.

        make: The wire bytes of that many items, the same every time.

        items: How many of them make a run that can be timed.

        chunk: How many bytes arrive at a time; ``None`` where *make* returns
            a list that is taken as it is (values to build, say).

        single: All items make one value: a big body, say.
    """

    name: str
    make: Callable[[int], Any]
    items: int
    chunk: int | None = 64 * 1024
    single: bool = False

    def input(self, items: int | None = None, chunk: int | None = None) -> list[Any]:
        """Return the chunks of a run, of the real size unless told otherwise."""
        made = self.make(items or self.items)
        size = chunk or self.chunk
        if self.chunk is None or size is None:
            return list(made)
        return [made[start : start + size] for start in range(0, len(made), size)]


@attrs.frozen
class Competitor:
    """Name one that can do the job.

    Args:

        name: What the table calls it.

        load: Imports what it needs (``ImportError`` where that is not
            installed) and returns the runner.

        same: Brings a value into the form in which all are compared; never
            part of what is timed.

        given: Brings what arrives at a time into the form that it takes; never
            part of what is timed either.

        aside: It is shown for comparison, and no target counts for it.
    """

    name: str
    load: Callable[[], Runner]
    same: Callable[[Any], Any] = attrs.field(default=lambda value: value)
    given: Callable[[Any], Any] = attrs.field(default=lambda chunk: chunk)
    aside: bool = False

    def inside(self, inside: Callable[[Any], Runner]) -> Competitor:
        """Return the same inside of something."""
        name = f"{self.name}, in a connection"
        return attrs.evolve(self, name=name, load=lambda: inside(self.load()), aside=True)


@attrs.frozen
class Target:
    """Say what a ratio should be; `ahead` and `within` make one."""

    ratio: float
    upside_down: bool

    def of(self, ratio: float) -> float:
        """Return the speed ratio *ratio* the way this target counts."""
        return 1 / ratio if self.upside_down else ratio

    def reached(self, ratio: float) -> bool:
        """Tell whether the speed ratio *ratio* is good enough."""
        return self.of(ratio) <= self.ratio if self.upside_down else ratio >= self.ratio

    def __str__(self) -> str:
        return f"<= {self.ratio:g}" if self.upside_down else f">= {self.ratio:g}"


def ahead(times: float) -> Target:
    """At least *times* as fast as the other."""
    return Target(times, upside_down=False)


def within(times: float) -> Target:
    """At most *times* the time that the other takes."""
    return Target(times, upside_down=True)


#: Sizes of small chunks, and the time that ours may then take in multiples of the limit's.
SMALL = {1460: within(1.25), 64: within(1.6)}


@attrs.frozen(eq=False)  # each is itself
class Row:
    """One job with those who do it: each of *ours* is compared with each of the others.

    Args:

        job: What they do.

        ours: Protocols on this library.

        peers: Other libraries; those that are not installed are left out.

        limits: The best that we can write by hand, without any library.

        targets: What the ratios should be, by the other's name, or `ALL`.
    """

    job: Job
    ours: tuple[Competitor, ...]
    peers: tuple[Competitor, ...] = ()
    limits: tuple[Competitor, ...] = ()
    targets: Mapping[str, Target] = attrs.field(factory=dict)

    @property
    def name(self) -> str:
        return self.job.name

    @property
    def chunk(self) -> int | None:
        return self.job.chunk

    @property
    def others(self) -> tuple[Competitor, ...]:
        return self.peers + self.limits

    @property
    def competitors(self) -> tuple[Competitor, ...]:
        return self.ours + self.others

    def target(self, ours: Competitor, other: Competitor) -> Target | None:
        if ours.aside or other.aside:
            return None
        return self.targets.get(other.name, self.targets.get(ALL))

    def at(self, chunk: int, targets: Mapping[str, Target] | None = None) -> Row:
        """Return the same row with smaller chunks, and targets of its own."""
        name = f"{self.job.name}, in chunks of {chunk}"
        job = attrs.evolve(self.job, name=name, chunk=chunk)
        return attrs.evolve(self, job=job, targets=targets or {})

    def without_peers(self) -> Row:
        """Return ours against the limits alone."""
        kept = {ALL, *(one.name for one in self.limits)}
        targets = {name: target for name, target in self.targets.items() if name in kept}
        return attrs.evolve(self, peers=(), targets=targets)

    def in_small_chunks(self, inside: Callable[[Any], Runner]) -> list[Row]:
        """Return the same against the limits: as packets come, and in far too many of them.

        Args:

            inside: Returns the runner of a limit inside of what is ours in any case: aside,
                it shows how much of the distance that is.
        """
        alone = self.without_peers()
        limits = [*alone.limits, *(one.inside(inside) for one in alone.limits)]
        alone = attrs.evolve(alone, limits=tuple(limits))
        return [alone.at(size, {ALL: target}) for size, target in SMALL.items()]


def values(competitor: Competitor, runner: Runner, chunks: Sequence[Any]) -> list[Any]:
    """Return all the values that *runner* gets out of *chunks*, fit to be compared."""
    given = [competitor.given(chunk) for chunk in chunks]
    return [competitor.same(value) for part in runner(given) for value in part]
