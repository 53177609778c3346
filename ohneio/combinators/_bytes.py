"""Runs of bytes: counted, delimited, given."""

from __future__ import annotations

import os

import attrs

from ..core._buffer import Bytes, owned
from ..core._building import put
from ..core._errors import BuildError, UsageError, show
from ..core._parser import Parser
from ..core._run import UNBOUNDED, Run, Waiting
from ..core._steps import Steps, current

__all__ = ["exactly", "literal", "until"]


@attrs.frozen(repr=False)
class Exactly(Parser[bytes]):
    """See `exactly`."""

    n: int

    def __repr__(self) -> str:
        return f"exactly({self.n})"

    def __iter__(self) -> Steps[bytes]:
        run = current()
        return run.steps(self) if run.building else self._parse()

    def _parse(self) -> Steps[bytes]:
        run = current()
        source, n = run.input, self.n
        if n > len(source.data) - source.pos or n > source.limit:
            yield from run.need(n)
        return source.take(n)

    def _build(self, value: Bytes) -> Steps[None]:
        data = bytes_of(value)
        if len(data) != self.n:
            raise BuildError(f"expected exactly {self.n} bytes, not {len(data)}")
        yield from put(data)


@attrs.frozen(repr=False)
class Until(Parser[bytes]):
    """See `until`."""

    delimiter: bytes
    include: bool = False
    max: int = UNBOUNDED

    def __repr__(self) -> str:
        include = ", include=True" if self.include else ""
        bound = f", max={self.max}" if self.max != UNBOUNDED else ""
        return f"until({self.delimiter!r}{include}{bound})"

    def __iter__(self) -> Steps[bytes]:
        run = current()
        return run.steps(self) if run.building else self._parse()

    def _parse(self) -> Steps[bytes]:
        run = current()
        source = run.input
        data, pos = source.data, source.pos
        size = data.find(self.delimiter, pos) - pos
        if size < 0 or size > self.max or size > source.limit:
            size = yield from run.find(self.delimiter, self.max, seen=size < 0)
            token = source.take(size + len(self.delimiter))
            return token if self.include else token[:size]
        source.pos = end = pos + size + len(self.delimiter)
        return data[pos:end] if self.include else data[pos : pos + size]

    def _build(self, value: Bytes) -> Steps[None]:
        data = bytes_of(value)
        whole = data if self.include else data + self.delimiter
        size = whole.find(self.delimiter)
        if size != len(whole) - len(self.delimiter):
            raise BuildError(f"{show(self.delimiter)} belongs at the end and nowhere before")
        if size > self.max:
            raise BuildError(f"expected at most {self.max} bytes, not {size}")
        yield from put(whole)


@attrs.frozen(repr=False)
class Literal(Parser[bytes]):
    """See `literal`."""

    data: bytes

    def __repr__(self) -> str:
        return f"literal({self.data!r})"

    def _parse(self) -> Steps[bytes]:
        run = current()
        source, expected = run.input, self.data
        size = len(expected)
        if size > source.limit or not source.data.startswith(expected, source.pos):
            yield from self._compare(run)
            source.take(size)
        else:
            source.pos += size
        return expected

    def _compare(self, run: Run) -> Steps[None]:
        """Wait for the rest, and fail on the first wrong byte."""
        source, expected, same = run.input, self.data, 0
        if len(expected) > source.limit:
            raise run.over_limit(source.limit, "max_buffered")
        while same < len(expected):
            piece = source.window(same, len(expected) - same)
            same += len(os.path.commonprefix([piece, expected[same:]]))
            if piece and same < len(expected) and same < len(source):
                raise run.mismatch(expected, found=same + 1)
            if same < len(expected) and source.eof:
                raise run.ended(len(expected) - same, expected)
            if same < len(expected):
                yield from run.sleep(Waiting.BYTES, same + 1)

    def _build(self, value: Bytes) -> Steps[None]:
        if bytes_of(value) != self.data:
            raise BuildError(f"expected {show(self.data)}, not {show(bytes_of(value)[:32])}")
        yield from put(self.data)


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
    return Exactly(_size(n))


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
    return Until(_some(delimiter), include, _size(max))


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
    return Literal(_some(data))


def bytes_of(value: object) -> bytes:
    """Return *value* as bytes, or fail to build."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    raise BuildError(f"expected bytes, not {type(value).__name__}")


def _some(data: Bytes) -> bytes:
    if not owned(data):
        raise UsageError("expected at least one byte")
    return owned(data)


def _size(n: int) -> int:
    if n < 0:
        raise UsageError(f"expected a number of bytes, not {n!r}")
    return n
