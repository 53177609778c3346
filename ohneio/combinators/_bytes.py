"""Runs of bytes: counted, delimited, given."""

from __future__ import annotations

from itertools import takewhile
from operator import eq

import attrs

from ..core._buffer import Bytes
from ..core._building import NOTHING, put
from ..core._errors import BuildError, show
from ..core._facts import ANY, NO_BYTES, Facts
from ..core._input import Input, Search
from ..core._parser import Parser
from ..core._run import UNBOUNDED, Run
from ..core._steps import WAIT, Steps, current
from ._checks import bytes_of, size_of, some_bytes

__all__ = ["exactly", "literal", "until"]


def fixed(size: int) -> Facts:
    """Return the facts of *size* bytes of any kind."""
    return Facts(
        least=size,
        greatest=size,
        nullable=size == 0,
        first=ANY if size else NO_BYTES,
        more=NO_BYTES,
        unambiguous=True,
        canonical=True,
        buildable=True,
    )


@attrs.frozen(repr=False)
class Exactly(Parser[bytes]):
    """See `exactly`."""

    n: int

    def __repr__(self) -> str:
        return f"exactly({self.n})"

    def _parse(self) -> Steps[bytes]:
        source = current().input
        while True:
            # The fast path of `Buffer.take`, written out.
            pos = source.pos
            end = pos + self.n
            if end <= source.stop:
                source.pos = end
                return source.data[pos:end]
            # While it waits no name holds the block: see `read`.
            run = current()
            if run.building:
                return (yield from run.steps(self))
            if not run.lacks(self.n):
                return source.take(self.n)
            yield WAIT

    __iter__ = _parse
    __await__ = _parse

    def _build(self, value: object) -> Steps[None]:
        data = bytes_of(value)
        if len(data) != self.n:
            raise BuildError(f"expected exactly {self.n} bytes, not {len(data)}")
        yield from put(data)

    def _facts(self) -> Facts:
        return attrs.evolve(fixed(self.n), silent=False)


def _delimiter_width(parser: Until) -> int:
    return len(parser.delimiter)


@attrs.frozen(repr=False)
class Until(Parser[bytes]):
    """See `until`."""

    delimiter: bytes
    include: bool = False
    max: int = UNBOUNDED
    _width: int = attrs.field(
        init=False, eq=False, default=attrs.Factory(_delimiter_width, takes_self=True)
    )

    def __repr__(self) -> str:
        include = ", include=True" if self.include else ""
        bound = f", max={self.max}" if self.max != UNBOUNDED else ""
        return f"until({self.delimiter!r}{include}{bound})"

    def _parse(self) -> Steps[bytes]:
        source = current().input
        data, pos = source.data, source.pos
        end = data.find(self.delimiter, pos, source.stop)
        if end < 0:
            del data  # see `read`
            return (yield from self._seek())
        source.pos = end + self._width
        return data[pos:end]

    def __iter__(self) -> Steps[bytes]:
        source = current().input
        data = source.free
        pos = source.pos
        end = data.find(self.delimiter, pos)
        if end >= 0:
            source.pos = end + self._width
            return data[pos:end]
        if data is not source.data:
            return (yield from self._parse())
        # As `_seek`, but without a generator for it.
        del data  # see `read`
        run = current()
        if run.building:
            return (yield from run.steps(self))
        search = run.seek(self.delimiter, self.max, seen=True)
        while not search.over:
            yield run.seeking(search)
        return self._taken(run, search)

    __await__ = __iter__

    def _seek(self) -> Steps[bytes]:
        run = current()
        if run.building:
            return (yield from run.steps(self))
        search = run.seek(self.delimiter, self.max, seen=True)
        while not search.over:
            yield run.seeking(search)
        return self._taken(run, search)

    def _taken(self, run: Run, search: Search) -> bytes:
        source, end = run.input, run.found(search, self.max)
        after = end + self._width
        if self.include or after > len(source.data):
            return self._across(source, end - source.pos)
        pos, source.pos = source.pos, after
        return source.data[pos:end]

    def _across(self, source: Input, size: int) -> bytes:
        if self.include:
            return source.take(size + self._width)
        value = source.take(size)
        source.skip(self._width)
        return value

    def _build(self, value: object) -> Steps[None]:
        data = bytes_of(value)
        whole = data if self.include else data + self.delimiter
        size = len(whole) - self._width
        if size < 0 or whole.find(self.delimiter) != size:
            raise BuildError(f"{show(self.delimiter)} belongs at the end and nowhere before")
        if size > self.max:
            raise BuildError(f"expected at most {self.max} bytes, not {size}")
        yield from put(whole)

    def _facts(self) -> Facts:
        greatest = None if self.max == UNBOUNDED else self.max + self._width
        return attrs.evolve(fixed(self._width), greatest=greatest, silent=False)


def _greatest_size(parser: UntilMax) -> int:
    return parser.max + parser._width


@attrs.frozen(repr=False)
class UntilMax(Until):
    """An `Until` with options.

    It does not look behind a bound of its own: a protocol that takes a line
    which is too long in pieces would otherwise search all that is there, again
    for each piece.
    """

    _reach: int = attrs.field(init=False, eq=False, default=attrs.Factory(_greatest_size, True))

    def _parse(self) -> Steps[bytes]:
        source = current().input
        data, pos, stop = source.data, source.pos, source.stop
        reach = pos + self._reach
        end = data.find(self.delimiter, pos, reach if reach < stop else stop)
        if end < 0:
            del data  # see `read`
            return (yield from self._seek())
        source.pos = end + self._width
        return data[pos : source.pos] if self.include else data[pos:end]

    __iter__ = _parse
    __await__ = _parse


@attrs.frozen(repr=False)
class Literal(Parser[bytes]):
    """See `literal`."""

    data: bytes

    def __repr__(self) -> str:
        return f"literal({self.data!r})"

    def _parse(self) -> Steps[bytes]:
        source, expected = current().input, self.data
        pos, size = source.pos, len(expected)
        if not source.data.startswith(expected, pos, source.stop):
            return (yield from self._compare())
        source.pos = pos + size
        return expected

    __iter__ = _parse
    __await__ = _parse

    def _compare(self) -> Steps[bytes]:
        """Go on with what is there, fail on the first wrong byte, or wait for the next."""
        run, expected, same = current(), self.data, 0
        if run.building:
            return (yield from run.steps(self))
        if len(expected) > run.input.limit:
            raise run.over_limit(run.input.limit, "max_buffered")
        if run.input.position + len(expected) > run.input.end:
            raise run.frame_ended(expected)
        while same < len(expected):
            yield from run.have(same + 1, expected)
            piece = run.input.window(same, len(expected) - same)
            if not expected.startswith(piece, same):
                same += sum(takewhile(bool, map(eq, piece, expected[same:])))
                raise run.mismatch(expected, found=same + 1)
            same += len(piece)
        run.input.skip(same)
        return expected

    def _build(self, value: object) -> Steps[None]:
        if value is not NOTHING and bytes_of(value) != self.data:
            raise BuildError(f"expected {show(self.data)}, not {show(bytes_of(value)[:32])}")
        yield from put(self.data)

    def _facts(self) -> Facts:
        return attrs.evolve(
            fixed(len(self.data)), first=frozenset(self.data[:1]), silent=True, constant=True
        )


def exactly(n: int) -> Parser[bytes]:
    """Take exactly *n* bytes.

    Waits until *n* bytes are there; fails only where the input ends before.
    Its inverse builds a value of *n* bytes.

    Args:

        n: How many bytes; at most ``max_buffered``, else `LimitExceeded`
            before the first of them arrives.

    Raises:
        UsageError: *n* is negative.

    Also known as: ``take`` (nom, winnow, attoparsec), ``Bytes`` (Construct).

    Example:
        >>> exactly(3).parse_prefix(b"abcde")
        (b'abc', b'de')
        >>> exactly(3).build(b"abc")
        b'abc'
    """
    return Exactly(size_of(n))


def until(delimiter: Bytes, include: bool = False, max: int = UNBOUNDED) -> Parser[bytes]:
    """Take the bytes before *delimiter*, and the delimiter too.

    Waits until the delimiter is there, without looking at a byte twice; fails
    where the input ends before, and as soon as no delimiter can follow *max*
    bytes any more. Its inverse appends the delimiter, and refuses a value
    that has one inside.

    Args:

        delimiter: One byte or more.

        include: Whether the value keeps the delimiter at its end.

        max: Most bytes before the delimiter; ``max_buffered`` bounds it in
            any case. One more is a `LimitExceeded`.

    Raises:
        UsageError: *delimiter* is empty, or *max* is negative.

    Also known as: ``take_until`` (nom, winnow), ``NullTerminated`` (Construct),
    ``readuntil`` (asyncio).

    Example:
        >>> until(b"\\r\\n").parse_prefix(b"PING\\r\\nPONG")
        (b'PING', b'PONG')
        >>> until(b"\\r\\n").build(b"PING")
        b'PING\\r\\n'
    """
    make = Until if max == UNBOUNDED and not include else UntilMax
    return make(some_bytes(delimiter), include, size_of(max))


def literal(data: Bytes) -> Parser[bytes]:
    """Take exactly the given bytes, and return them.

    Fails on the first wrong byte, without waiting for the others; waits only
    while all that is there is right. Builds itself.

    Args:

        data: One byte or more.

    Raises:
        UsageError: *data* is empty or not bytes-like.

    Also known as: ``tag`` (nom), ``string`` (attoparsec, parsy), ``Const``
    (Construct).

    Example:
        >>> literal(b"GET ").parse_prefix(b"GET /")
        (b'GET ', b'/')
    """
    return Literal(some_bytes(data))
