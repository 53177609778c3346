"""The same parser again and again.

A loop ends where its item does not match.  It remembers why, so that an error
right behind the loop can tell that an item was possible there too.
"""

from __future__ import annotations

from typing import Generic, TypeVar, cast

import attrs

from ..core._alternatives import MISS, attempt
from ..core._building import NOTHING, inside
from ..core._errors import BuildError, UsageError
from ..core._facts import Facts, both, sequence
from ..core._parser import Parser
from ..core._run import UNBOUNDED, Run
from ..core._steps import Steps, current
from ._checks import parser_of, size_of

__all__ = ["Many", "many"]

T = TypeVar("T")


@attrs.frozen(repr=False)
class Many(Parser[list[T]], Generic[T]):
    """See `many`."""

    item: Parser[T]
    min: int = 0
    max: int = UNBOUNDED

    def __repr__(self) -> str:
        return f"many({self.item!r}{bounds(self.min, self.max)})"

    def _parse(self) -> Steps[list[T]]:
        run = current()
        found: list[T] = []
        while len(found) < self.max:
            here = run.input.position
            needed = len(found) < self.min
            value = yield from self.item._parse() if needed else attempt(self.item)
            if value is MISS:
                break
            moved_on(run, here, self)
            found.append(value)
            check_count(run, here, len(found))
        return found

    def _build(self, value: object) -> Steps[None]:
        values = list_of(value, self.min, self.max)
        for index, one in enumerate(values):
            yield from inside(index, self.item, one)

    def _facts(self) -> Facts:
        return repeated(self.item.facts, self.min, self.max)


def many(parser: Parser[T], min: int = 0, max: int = UNBOUNDED) -> Parser[list[T]]:
    """Parse as many items as match, at least *min* and at most *max*; give the list.

    Behind the last item it waits for the byte that decides whether there is
    another, unless *max* was reached: see the lint. Its inverse builds one
    item after the other.

    Args:

        parser: One item; it must take something.

        min: Fewest items; fewer is the failure of the item that is missing.

        max: Most items; it stops there and looks no further. The limit
            ``max_items`` holds in any case, and one more is a `LimitExceeded`.

    Raises:
        UsageError: *parser* can succeed on nothing, or *max* is less than *min*.

    Also known as: ``many0``, ``many1``, ``many_m_n`` (nom), ``repeat`` (winnow),
    ``GreedyRange`` (Construct), ``rep`` (fastparse).

    Example:
        >>> from ohneio import exactly, many
        >>> many(exactly(2)).parse(b"abcd")
        [b'ab', b'cd']
        >>> many(exactly(1), max=2).parse_prefix(b"abc")
        ([b'a', b'b'], b'c')
    """
    return Many(consuming(parser_of(parser)), *range_of(min, max))


# What the loops share.


def bounds(min: int, max: int) -> str:
    """Write the bounds as arguments, where they are not the default."""
    least = f", min={min}" if min else ""
    return least + (f", max={max}" if max != UNBOUNDED else "")


def range_of(min: int, max: int) -> tuple[int, int]:
    """Return bounds that make sense."""
    if size_of(max) < size_of(min):
        raise UsageError(f"at least {min} and at most {max} cannot be")
    return min, max


def consuming(parser: Parser[T]) -> Parser[T]:
    """Refuse a loop over what can succeed on nothing: it would not end."""
    if parser.facts.nullable:
        raise UsageError(f"{parser!r} can succeed on nothing: a loop over it would not end")
    return parser


def moved_on(run: Run, here: int, loop: Parser[object]) -> None:
    """Refuse an iteration that took nothing, where that was not known before."""
    if run.input.position == here:
        raise UsageError(f"an item took nothing in {loop!r}, which would not end")


def check_count(run: Run, here: int, count: int) -> None:
    """Bound the number of items by ``max_items``."""
    if count > run.limits.max_items:
        raise run.over_limit(run.limits.max_items, "max_items", "item", here)


def list_of(value: object, min: int, max: int) -> list[object]:
    """Return the value of a loop as a list of a length that it allows."""
    if value is NOTHING:
        return [NOTHING] * min
    if not isinstance(value, (list, tuple)):
        raise BuildError(f"expected a list, not {type(value).__name__}")
    values = list(cast("list[object]", value))
    if not min <= len(values) <= max:
        raise BuildError(f"expected {min} to {max} items, not {len(values)}")
    return values


def repeated(item: Facts, min: int, max: int) -> Facts:
    """Return the facts of *min* to *max* items one after the other."""
    greatest = None if item.greatest is None or max == UNBOUNDED else item.greatest * max
    again = sequence([item, item])
    # Another item could follow, unless there must be exactly so many.
    more = item.more if min == max else (
        None if item.first is None or item.more is None else item.more | item.first
    )  # fmt: skip
    return Facts(
        least=item.least * min,
        greatest=greatest,
        nullable=True if min == 0 else item.nullable,
        first=item.first,
        more=more,
        unambiguous=both(again.unambiguous, item.nullable is False or None),
        canonical=item.canonical,
        buildable=item.buildable,
        obstacle=item.obstacle,
    )
