"""Frames: sizes, lengths, counts and delimiters around other parsers.

The parser in a frame runs as the bytes arrive, and sees the end of the frame as
the end of its input.  When building it is the other way round: the body comes
first, and what announces it is computed from it.
"""

from __future__ import annotations

from typing import Generic, TypeVar, overload

import attrs

from ..core._alternatives import try_build
from ..core._buffer import Bytes
from ..core._building import apart, built, inside, put
from ..core._errors import BuildError, UsageError, show
from ..core._facts import ANY, NO_BYTES, Facts, sequence
from ..core._frames import framed
from ..core._parser import Parser
from ..core._run import UNBOUNDED
from ..core._steps import Steps, current
from ._bytes import literal
from ._checks import parser_of, size_of, some_bytes
from ._loops import consuming, list_of, moved_on, refuse_endless, repeated
from ._numbers import Number

__all__ = [
    "CountPrefixed",
    "Delimited",
    "LengthPrefixed",
    "Sized",
    "count_prefixed",
    "delimited",
    "length_prefixed",
    "sized",
]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


def announced(parser: Parser[int]) -> Steps[int]:
    """Parse a length or a count; a negative one is a mismatch at its first byte."""
    run = current()
    mark = run.mark(keeps=True)
    try:
        number = yield from parser._parse()
        run.check_held(mark)
        if not isinstance(number, int):
            raise UsageError(f"{parser!r} gives {type(number).__name__}, and not a number")
        if number < 0:
            raise run.unfit(mark, "", "a number of 0 or more")
        return number
    finally:
        run.release(mark)


def announce(parser: Parser[int], number: int, noun: str) -> Steps[None]:
    """Build a length or a count, of what was built already."""
    reason = yield from try_build(parser, number)
    if reason is not None:
        text = f"{number} {noun} are more than {parser!r} can announce: {reason.message}"
        del reason  # its own frames are gone, and this one's will be held
        raise BuildError(text)


def as_frame(body: Facts) -> Facts:
    """Return the facts of a parser in a frame: nothing behind can prolong it.

    Another form of its value may be one that the frame cannot hold.
    """
    buildable = body.buildable if body.canonical or body.buildable is False else None
    # How far it looks where it does not match is then up to the frame.
    greatest = None if body.more else body.greatest
    return attrs.evolve(body, greatest=greatest, more=NO_BYTES, buildable=buildable)


@attrs.frozen(repr=False)
class Sized(Parser[T_co]):
    """See `sized`."""

    size: int
    parser: Parser[T_co]

    def __repr__(self) -> str:
        return f"sized({self.size}, {self.parser!r})"

    def _parse(self) -> Steps[T_co]:
        return framed(self.parser, self.size)

    def _build(self, value: object) -> Steps[None]:
        body = yield from apart(self.parser, value)
        if len(body) != self.size:
            raise BuildError(f"expected {self.size} bytes, not {len(body)}")
        yield from put(body)

    def _facts(self) -> Facts:
        n, facts = self.size, as_frame(self.parser.facts)
        first = (ANY if facts.first == NO_BYTES else facts.first) if n else NO_BYTES
        fits = facts.least == facts.greatest == n
        silent = facts.silent if fits or facts.silent is False else None
        return attrs.evolve(facts, least=n, greatest=n, nullable=n == 0, first=first, silent=silent)


def _counts_bytes(parser: LengthPrefixed[object]) -> bool:
    """Tell whether the length is a number of 0 or more in any case, and need not be kept."""
    length = parser.length
    return isinstance(length, Number) and length.format[-1].isupper()


@attrs.frozen(repr=False)
class LengthPrefixed(Parser[T_co]):
    """See `length_prefixed`."""

    length: Parser[int]
    inner: Parser[T_co]
    _unsigned: bool = attrs.field(
        init=False, eq=False, default=attrs.Factory(_counts_bytes, takes_self=True)
    )

    def __repr__(self) -> str:
        return f"length_prefixed({self.length!r}, {self.inner!r})"

    def _parse(self) -> Steps[T_co]:
        length = self.length
        size = yield from length._parse() if self._unsigned else self._announced()
        return (yield from framed(self.inner, size))

    def _announced(self) -> Steps[int]:
        return announced(self.length)

    def _build(self, value: object) -> Steps[None]:
        body = yield from apart(self.inner, value)
        yield from announce(self.length, len(body), "bytes")
        yield from put(body)

    def _facts(self) -> Facts:
        body = as_frame(self.inner.facts)
        # The length is computed, when the body builds from nothing as well.
        return attrs.evolve(sequence([self.length.facts, body]), silent=body.silent)


@attrs.frozen(repr=False)
class CountPrefixed(Parser[list[T]], Generic[T]):
    """See `count_prefixed`."""

    count: Parser[int]
    item: Parser[T]

    def __repr__(self) -> str:
        return f"count_prefixed({self.count!r}, {self.item!r})"

    def _prove(self) -> None:
        refuse_endless(self.item)

    def _parse(self) -> Steps[list[T]]:
        run = current()
        count = yield from self._counted()
        # Grown as the items come: a count is only what the peer says.
        found: list[T] = []
        for _ in range(count):
            here = run.input.position
            found.append((yield from self.item._parse()))
            moved_on(run, here, self)
        return found

    def _counted(self) -> Steps[int]:
        """Parse the count, which is no more than may be."""
        run = current()
        count = yield from announced(self.count)
        if count > run.limits.max_items:
            raise run.over_limit(run.limits.max_items, "max_items", "item")
        return count

    def _build(self, value: object) -> Steps[None]:
        values = list_of(value, 0, UNBOUNDED)
        yield from announce(self.count, len(values), "items")
        for index, one in enumerate(values):
            yield from inside(index, self.item, one)

    def _facts(self) -> Facts:
        items = repeated(self.item.facts, 0, UNBOUNDED)
        # The count says where they end, and not what follows; 0 of them are nothing.
        items = attrs.evolve(items, more=items.more and self.item.facts.more)
        return attrs.evolve(sequence([self.count.facts, items]), silent=True)


@attrs.frozen(repr=False)
class Delimited(Parser[T_co]):
    """See `delimited`."""

    end: bytes
    parser: Parser[T_co]
    max: int = UNBOUNDED

    def __repr__(self) -> str:
        bound = f", max={self.max}" if self.max != UNBOUNDED else ""
        return f"delimited({self.end!r}, {self.parser!r}{bound})"

    def _parse(self) -> Steps[T_co]:
        source = current().input
        at = source.data.find(self.end, source.pos, source.stop)
        size = at - source.pos
        if at < 0 or size > self.max:
            size = yield from current().find(self.end, self.max, seen=at < 0)
        value = yield from framed(self.parser, size, self.end, found=1)
        source.take(len(self.end))
        return value

    def _build(self, value: object) -> Steps[None]:
        body = yield from built(self.parser, value)
        if (body + self.end).find(self.end) != len(body):
            raise BuildError(f"{show(self.end)} belongs at the end and nowhere before")
        if len(body) > self.max:
            raise BuildError(f"expected at most {self.max} bytes, not {len(body)}")
        yield from put(body + self.end)

    def _facts(self) -> Facts:
        body = as_frame(self.parser.facts)
        # What it builds from nothing may have the end inside.
        body = attrs.evolve(body, silent=body.silent and None)
        # It looks for the end however short the body must be.
        greatest = None if self.max == UNBOUNDED else self.max + len(self.end)
        facts = sequence([body, literal(self.end).facts])
        first = None if body.first is None else ANY
        return attrs.evolve(facts, greatest=greatest, first=first)


def sized(n: int, parser: Parser[T]) -> Parser[T]:
    """Parse exactly the next *n* bytes with *parser*.

    The parser runs as the bytes arrive and sees the end of the *n* bytes as the
    end of its input. Too few for it are a `ParseError` at that end, and so is
    a frame around this one that has less room; bytes that it leaves over are a
    mismatch where it stopped. `IncompleteInput` is only what it was before: the
    input ended first. Its inverse builds a value that makes *n* bytes.

    Args:

        n: The size in bytes. Each token in it is bounded by ``max_buffered``,
            and refused before its first byte arrives; all of it is not.

        parser: What is in it.

    Raises:
        UsageError: *n* is negative, or *parser* is not a parser.

    Also known as: ``isolate`` (cereal, binary), ``take.and_then`` (winnow),
    ``fixedSizeBytes`` (scodec), ``FixedSized`` (Construct).

    Example:
        >>> from ohneio import many, sized, uint16
        >>> sized(4, many(uint16)).parse_prefix(b"\\0\\1\\0\\2rest")
        ([1, 2], b'rest')
    """
    return Sized(size_of(n), parser_of(parser))


@overload
def length_prefixed(length: Parser[int]) -> Parser[bytes]: ...
@overload
def length_prefixed(length: Parser[int], inner: Parser[T]) -> Parser[T]: ...


def length_prefixed(length: Parser[int], inner: Parser[object] | None = None) -> Parser[object]:
    """Parse a length, then exactly so many bytes with *inner*.

    The value is that of *inner*, which runs as in `sized`. A negative length is
    a mismatch at its first byte. One that announces a token of more than
    ``max_buffered`` is a `LimitExceeded` before the token arrives. Its inverse
    builds the body first; one too long for *length* is a `BuildError`.

    Args:

        length: The number of bytes that follow. To count its own bytes too,
            say ``uint16.map(lambda n: n - 2, lambda n: n + 2)``.

        inner: What they are; all of them as `bytes` when left out.

    Raises:
        UsageError: An argument is not a parser, or, when it is used, *length*
            gives something else than a number.

    Also known as: ``length_data``, ``length_value`` (nom), ``length_and_then``
    (winnow), ``variableSizeBytes`` (scodec), ``Prefixed`` (Construct).

    Example:
        >>> from ohneio import length_prefixed, many, uint8, uint16
        >>> length_prefixed(uint8).parse_prefix(b"\\2abc")
        (b'ab', b'c')
        >>> length_prefixed(uint8, many(uint16)).build([1, 2])
        b'\\x04\\x00\\x01\\x00\\x02'
    """
    from ._lines import rest

    return LengthPrefixed(parser_of(length), parser_of(rest if inner is None else inner))


def count_prefixed(count: Parser[int], item: Parser[T]) -> Parser[list[T]]:
    """Parse a number, then so many items; give the list of them.

    Waits for no byte behind the last item. A negative count is a mismatch at
    its first byte; one above ``max_items`` is a `LimitExceeded` before the
    first item arrives. The list grows as the items come: a count alone costs
    nothing. Its inverse builds the count and then the items.

    Raises:
        UsageError: An argument is not a parser, *item* can succeed on nothing
            (then a few bytes could announce any amount of work), or, when it
            is used, *count* gives something else than a number.

    Also known as: ``length_count`` (nom), ``length_repeat`` (winnow),
    ``listOfN`` (scodec), ``PrefixedArray`` (Construct).

    Example:
        >>> from ohneio import count_prefixed, uint8, uint16
        >>> count_prefixed(uint8, uint16).parse(b"\\2\\0\\1\\0\\2")
        [1, 2]
    """
    return CountPrefixed(parser_of(count), consuming(parser_of(item)))


def delimited(end: Bytes, parser: Parser[T], max: int = UNBOUNDED) -> Parser[T]:
    """Parse all the bytes before *end* with *parser*, and take *end* too.

    Waits until *end* is there, without looking at a byte twice, and only then
    runs *parser*, which sees no further. Bytes that it leaves over are a
    mismatch where it stopped. Its inverse appends *end*, and refuses a value
    whose bytes have it inside.

    Args:

        end: One byte or more.

        parser: What is before it.

        max: Most bytes before it; ``max_buffered`` bounds it in any case. One
            more is a `LimitExceeded`.

    Raises:
        UsageError: *end* is empty, *parser* is not a parser or *max* negative.

    Also known as: ``take_until.and_then`` (winnow), ``variableSizeDelimited``
    (scodec), ``NullTerminated`` (Construct). What other libraries call
    ``delimited(a, p, b)`` is ``a >> p << b`` here.

    Example:
        >>> from ohneio import delimited, many, uint8
        >>> delimited(b";", many(uint8)).parse_prefix(b"ab;c")
        ([97, 98], b'c')
    """
    return Delimited(some_bytes(end), parser_of(parser), size_of(max))
