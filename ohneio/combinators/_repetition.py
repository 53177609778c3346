"""The same parser again and again.

A loop ends where its item does not match.  It remembers why, so that an error
right behind the loop can tell that an item was possible there too.
"""

from __future__ import annotations

from typing import Generic, TypeVar

import attrs

from ..core._alternatives import MISS, attempt
from ..core._building import from_nothing, inside
from ..core._facts import (
    NO_BYTES,
    Facts,
    alternatives,
    apart,
    both,
    disjoint,
    dropped,
    sequence,
    union,
)
from ..core._parser import Parser
from ..core._run import UNBOUNDED
from ..core._steps import Steps, current
from ._checks import check_none, parser_of
from ._loops import (
    bounds,
    consuming,
    gathered,
    list_of,
    moved_on,
    or_nothing,
    range_of,
    refuse_another,
    refuse_endless,
    repeated,
)
from ._sequence import Then

__all__ = ["Many", "ManyUntil", "SepBy", "Skip", "many", "many_until", "sep_by", "skip"]

T = TypeVar("T")


@attrs.frozen(repr=False)
class Many(Parser[list[T]], Generic[T]):
    """See `many`."""

    item: Parser[T]
    min: int = 0
    max: int = UNBOUNDED

    def __repr__(self) -> str:
        return f"many({self.item!r}{bounds(self.min, self.max)})"

    def _prove(self) -> None:
        refuse_endless(self.item)

    def _parse(self) -> Steps[list[T]]:
        self._ready()
        return gathered(self, self.item, self.item)

    def _build(self, value: object) -> Steps[None]:
        self._ready()
        for index, one in enumerate(list_of(value, self.min, self.max)):
            yield from inside(index, self.item, one)

    def _facts(self) -> Facts:
        return repeated(self.item.facts, self.min, self.max)


@attrs.frozen(repr=False)
class SepBy(Parser[list[T]], Generic[T]):
    """See `sep_by`."""

    item: Parser[T]
    separator: Parser[object]
    min: int = 0
    max: int = UNBOUNDED

    def __repr__(self) -> str:
        return f"sep_by({self.item!r}, {self.separator!r}{bounds(self.min, self.max)})"

    def _prove(self) -> None:
        refuse_endless(Then(self.separator, self.item))

    def _parse(self) -> Steps[list[T]]:
        self._ready()
        # With the separator, so that a trailing one is given back.
        return gathered(self, self.item, Then(self.separator, self.item))

    def _build(self, value: object) -> Steps[None]:
        self._ready()
        for index, one in enumerate(list_of(value, self.min, self.max)):
            if index:
                yield from from_nothing(self.separator)
            yield from inside(index, self.item, one)

    def _facts(self) -> Facts:
        item = self.item.facts
        pair = sequence([dropped(self.separator), item])
        others = self.max if self.max == UNBOUNDED else self.max - 1
        some = sequence([item, repeated(pair, max(self.min - 1, 0), max(others, 0))])
        return some if self.min else or_nothing(some)


@attrs.frozen(repr=False)
class ManyUntil(Parser[list[T]], Generic[T]):
    """See `many_until`."""

    item: Parser[T]
    end: Parser[object]

    def __repr__(self) -> str:
        return f"many_until({self.item!r}, {self.end!r})"

    def heads(self) -> tuple[Parser[object], ...]:
        return self.item, self.end

    def _prove(self) -> None:
        refuse_endless(self.item)

    def _parse(self) -> Steps[list[T]]:
        self._ready()
        run = current()
        found: list[T] = []
        while (yield from attempt(self.end)) is MISS:
            here = run.input.position
            if len(found) == run.limits.max_items:
                yield from refuse_another(self.item, needed=True)
            found.append((yield from self.item._parse()))
            moved_on(run, here, self)
        return found

    def _build(self, value: object) -> Steps[None]:
        self._ready()
        for index, one in enumerate(list_of(value, 0, UNBOUNDED)):
            yield from inside(index, self.item, one)
        yield from from_nothing(self.end)

    def _facts(self) -> Facts:
        item, end = self.item.facts, dropped(self.end)
        # What stands behind an item is the end or another one, which must differ.
        one = sequence([item, alternatives([end, item])])
        return attrs.evolve(
            sequence([repeated(item, 0, UNBOUNDED), end]),
            more=end.more if self._is_sure(item, end) else None,
            unambiguous=both(one.unambiguous, item.nullable is False or None),
        )

    def _is_sure(self, item: Facts, end: Facts) -> bool:
        """Tell whether no byte behind the end is looked at while that is looked for."""
        reach = end.greatest if end.more == NO_BYTES else None
        seen = reach is not None and reach <= item.least + end.least
        return apart(item, union(end.first, item.first)) and (
            seen or disjoint(end.first, item.first)
        )


@attrs.frozen(repr=False)
class Skip(Parser[None]):
    """See `skip`."""

    parser: Parser[object]

    def __repr__(self) -> str:
        return f"skip({self.parser!r})"

    def _parse(self) -> Steps[None]:
        yield from self.parser._parse()

    def _build(self, value: object) -> Steps[None]:
        check_none(value)
        yield from from_nothing(self.parser)

    def _facts(self) -> Facts:
        return dropped(self.parser)


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


def sep_by(
    parser: Parser[T], separator: Parser[object], min: int = 0, max: int = UNBOUNDED
) -> Parser[list[T]]:
    """Parse items with *separator* between them; give the list of the items.

    A separator that no item follows is not taken: it is left for what comes
    next. Behind the last item it waits for the byte that decides whether there
    is another, unless *max* was reached: see the lint. Its inverse builds the
    items, and the separator between them from nothing.

    Args:

        parser: One item; it may be empty where *separator* is not.

        separator: What stands between two items; its value is dropped.

        min: Fewest items; fewer is the failure of what is missing.

        max: Most items; it stops there and looks no further. The limit
            ``max_items`` holds in any case, and one more is a `LimitExceeded`.

    Raises:
        UsageError: Separator and item can both succeed on nothing, or *max*
            is less than *min*.

    Also known as: ``separated_list0`` (nom), ``separated`` (winnow), ``sepBy``
    (parsec, attoparsec), ``sep_by`` (parsy, angstrom).

    Example:
        >>> from ohneio import literal, sep_by, take_while
        >>> numbers = sep_by(take_while(b"0123456789", min=1), literal(b","))
        >>> numbers.parse_prefix(b"1,23,x")
        ([b'1', b'23'], b',x')
        >>> numbers.build([b"1", b"23"])
        b'1,23'
    """
    loop = SepBy(parser_of(parser), parser_of(separator), *range_of(min, max))
    loop._prove()
    return loop


def many_until(parser: Parser[T], end: Parser[object]) -> Parser[list[T]]:
    """Parse items until *end* matches; give the list of the items, and drop *end*.

    Before each item *end* is tried first, so an item may be something that
    could stand for a part of *end*. Fails where neither matches; waits for no
    byte behind *end*. Its inverse builds the items, and *end* from nothing.

    Args:

        parser: One item; it must take something. The limit ``max_items`` bounds
            their number, and one more is a `LimitExceeded`.

        end: What ends them; it may take nothing, as `eof` or `lookahead`.

    Raises:
        UsageError: *parser* can succeed on nothing.

    Also known as: ``many_till`` (nom), ``repeat_till`` (winnow), ``manyTill``
    (parsec, attoparsec), ``RepeatUntil`` (Construct).

    Example:
        >>> from ohneio import exactly, literal, many_until
        >>> many_until(exactly(2), literal(b"..")).parse_prefix(b"abcd..ef")
        ([b'ab', b'cd'], b'ef')
    """
    return ManyUntil(consuming(parser_of(parser)), parser_of(end))


def skip(parser: Parser[object]) -> Parser[None]:
    """Parse with *parser* and give ``None``.

    Takes, waits and fails as *parser* does. Its inverse builds *parser* from
    nothing, which must leave no choice.

    Also known as: ``void`` (winnow), ``skip`` (attoparsec), ``Padding``
    (Construct).

    Example:
        >>> from ohneio import literal, seq, skip, uint8
        >>> seq(uint8, skip(literal(b"\\0\\0"))).parse(b"\\7\\0\\0")
        (7, None)
        >>> seq(uint8, skip(literal(b"\\0\\0"))).build((7, None))
        b'\\x07\\x00\\x00'
    """
    return Skip(parser_of(parser))
