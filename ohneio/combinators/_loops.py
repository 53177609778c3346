"""What the loops share: their bounds, their steps and their facts."""

from __future__ import annotations

from typing import Protocol, TypeVar, cast

import attrs

from ..core._alternatives import MISS, attempt
from ..core._building import NOTHING, builder
from ..core._errors import BuildError, UsageError
from ..core._facts import NO_BYTES, Facts, Set, alternatives, apart, both, sequence, union
from ..core._parser import Parser
from ..core._run import UNBOUNDED, Run
from ..core._steps import Steps, current
from ._checks import described, size_of

__all__ = [
    "Loop",
    "bounds",
    "consuming",
    "gathered",
    "list_of",
    "moved_on",
    "or_nothing",
    "range_of",
    "refuse_another",
    "refuse_endless",
    "repeated",
]

T = TypeVar("T")


class Loop(Protocol):
    """A parser that has bounds on the number of its items."""

    @property
    def min(self) -> int: ...
    @property
    def max(self) -> int: ...


def bounds(min: int, max: int) -> str:
    """Write the bounds as arguments, where they are not the default."""
    least = f", min={min}" if min else ""
    return least + (f", max={max}" if max != UNBOUNDED else "")


def range_of(min: int, max: int) -> tuple[int, int]:
    """Return bounds that make sense."""
    if size_of(max) < size_of(min) and max != UNBOUNDED:  # a peer may have named the least
        raise UsageError(f"at least {described(min)} and at most {max} cannot be")
    return min, max


def consuming(parser: Parser[T]) -> Parser[T]:
    """Refuse a loop over what can succeed on nothing, and return any other."""
    refuse_endless(parser)
    return parser


def refuse_endless(parser: Parser[object]) -> None:
    """Refuse a loop over what can succeed on nothing: it would not end."""
    if parser.facts.nullable:
        raise UsageError(f"{parser!r} can succeed on nothing: a loop over it would not end")


# Parsing.


def gathered(loop: Loop, item: Parser[T], again: Parser[T]) -> Steps[list[T]]:
    """Parse *item* and then *again* until it does not match; give the list."""
    run = current()
    found: list[T] = []
    while len(found) < loop.max:
        here = run.input.position
        needed = len(found) < loop.min
        if len(found) == run.limits.max_items:
            yield from refuse_another(item, needed=needed)
            break
        value = yield from item._parse() if needed else attempt(item)
        if value is MISS:
            break
        if item is again:  # the first of `sep_by` may be empty
            moved_on(run, here, loop)
        found.append(value)
        item = again
    return found


def moved_on(run: Run, here: int, loop: object) -> None:
    """Refuse an iteration that took nothing, where that was not known before."""
    if run.input.position == here:
        raise UsageError(f"an item took nothing in {loop!r}, which would not end")


def refuse_another(item: Parser[object], *, needed: bool) -> Steps[None]:
    """Raise if there is one item more than ``max_items`` allows."""
    run = current()
    mark = run.mark(keeps=True)
    try:
        if (yield from item._parse() if needed else attempt(item)) is not MISS:
            run.check_held(mark)
            run.input.move_to(mark.position)
            raise run.over_limit(run.limits.max_items, "max_items", "item")
    finally:
        run.release(mark)


# Building.


def list_of(value: object, min: int, max: int) -> list[object]:
    """Return the value of a loop as a list of a length that it allows."""
    if value is NOTHING:
        return [NOTHING] * min
    if not isinstance(value, list):  # no tuple: what is parsed would not be equal
        raise BuildError(f"expected a list, not {type(value).__name__}")
    values = cast("list[object]", value)
    if not min <= len(values) <= max:
        raise BuildError(f"expected {_number(min, max)}, not {len(values)}")
    if len(values) > builder().limits.max_items:
        raise BuildError(f"expected at most {builder().limits.max_items} items (max_items)")
    return values


def _number(min: int, max: int) -> str:
    if max == UNBOUNDED:
        return f"at least {min} items"
    return f"{min} to {max} items" if min != max else f"{min} items"


# What is known of them.


def repeated(item: Facts, min: int, max: int) -> Facts:
    """Return the facts of *min* to *max* items one after the other."""
    greatest = None if item.greatest is None or max == UNBOUNDED else item.greatest * max
    apart_again = max < 2 or apart(item, item.first) or None
    # Where it looks for another one in vain it must be able to go back.
    goes_back = min == max or item.first is not None or None
    return Facts(
        least=item.least * min,
        greatest=greatest,
        nullable=True if min == 0 else item.nullable,
        first=item.first if max else NO_BYTES,
        more=_prolonging(item, min, max),
        unambiguous=both(item.unambiguous, apart_again, goes_back, item.nullable is False or None),
        canonical=item.canonical,
        # An empty list can be built in any case.
        buildable=item.buildable if min or item.buildable else None,
        silent=True if min == 0 else item.silent,
        constant=item.constant if min == max else None,
        obstacle=item.obstacle,
    )


def or_nothing(facts: Facts) -> Facts:
    """Return the facts of a parser that may give another value for no bytes instead."""
    return attrs.evolve(alternatives([facts, sequence([])]), silent=True)


def _prolonging(item: Facts, min: int, max: int) -> Set | None:
    if max == 0:
        return NO_BYTES
    if max > 1 and not apart(item, item.first):
        return None
    # Another item could follow, unless there must be exactly so many.
    return item.more if min == max else union(item.more, item.first)
