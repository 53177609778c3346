"""To the end: of a line, or of all there is."""

from __future__ import annotations

import attrs

from ..core._building import NOTHING, put
from ..core._errors import BuildError, ParseError, capped
from ..core._facts import ANY, Facts
from ..core._input import NO_END
from ..core._parser import Parser
from ..core._run import UNBOUNDED, Run
from ..core._scanning import reach, run_of
from ..core._steps import Steps, current
from ..core._waiting import Waiting
from ._bytes import fixed
from ._checks import bytes_of, size_of
from ._classes import scan_of

__all__ = ["Line", "Rest", "line", "rest"]

CRLF = b"\r\n"
NO_CRLF = ANY - frozenset(CRLF)
plain = scan_of(NO_CRLF)


@attrs.frozen(repr=False)
class Rest(Parser[bytes]):
    """See `rest`."""

    def __repr__(self) -> str:
        return "rest"

    def _parse(self) -> Steps[bytes]:
        # At once where the frame ends in the current block.
        source = current().input
        data, pos, stop = source.data, source.pos, source.stop
        if stop + source.base == source.end:
            source.pos = stop
            return data[pos:stop]
        del data  # see `read`
        return (yield from self._wait())

    __iter__ = _parse
    __await__ = _parse

    def _wait(self) -> Steps[bytes]:
        run = current()
        if run.building:
            return (yield from run.steps(self))
        source = run.input
        if source.end != NO_END:
            yield from run.need(source.end - source.position)
        else:
            yield from self._end(run)
        return source.take(source.visible)

    def _end(self, run: Run) -> Steps[None]:
        source = run.input
        while not source.eof and len(source) <= source.limit:
            yield run.sleep(Waiting.END, source.limit + 1)
        if len(source) > source.limit:
            raise run.over_limit(source.limit, "max_buffered")

    def _build(self, value: object) -> Steps[None]:
        yield from put(b"" if value is NOTHING else bytes_of(value))

    def _facts(self) -> Facts:
        return attrs.evolve(fixed(0), greatest=None, first=ANY, more=ANY, silent=True)


@attrs.frozen(repr=False)
class Line(Parser[bytes]):
    """See `line`."""

    max: int = UNBOUNDED

    def __repr__(self) -> str:
        return "line" if self.max == UNBOUNDED else f"line(max={self.max})"

    def __call__(self, max: int) -> Line:
        """Return a parser of lines of at most *max* bytes, the CRLF not counted."""
        return Line(size_of(max))

    def _parse(self) -> Steps[bytes]:
        source = current().input
        data, pos = source.data, source.pos
        stop = source.stop
        end = plain(data, pos, stop).end() if pos <= stop else pos
        if data.startswith(CRLF, end, stop) and end - pos <= self.max:
            source.pos = end + 2
            return data[pos:end]
        del data  # see `read`
        return (yield from self._wait(end - pos))

    __iter__ = _parse
    __await__ = _parse

    def _wait(self, size: int) -> Steps[bytes]:
        run = current()
        if run.building:
            return (yield from run.steps(self))
        size = yield from self._end(run, size)
        if not (yield from reach(run, size + 1)):
            raise run.ended(2, CRLF)
        if run.input.window(size, 1) == b"\n":
            raise self._bare(run, size, 1)
        if not (yield from reach(run, size + 2)):
            raise run.ended(1, CRLF)
        if run.input.window(size + 1, 1) != b"\n":
            raise self._bare(run, size, 2)
        value = run.input.take(size)
        run.input.skip(2)
        return value

    def _end(self, run: Run, size: int) -> Steps[int]:
        """Wait for a CR or LF, or for the end; return how many bytes are before it."""
        source = run.input
        bound, room = min(self.max, source.limit), source.end - source.position - len(CRLF)
        last = min(bound, room)
        size = yield from run_of(run, plain, size, last + 1)
        if size <= last:
            return size
        if room < bound:
            raise run.frame_ended(CRLF)
        raise run.over_limit(bound, "max" if bound == self.max else "max_buffered")

    def _bare(self, run: Run, size: int, found: int) -> ParseError:
        """Return the error for a CR or LF that stands alone, at its own offset."""
        source = run.input
        error = ParseError(
            expected=(CRLF,),
            offset=source.position + size,
            found=source.peek(size + found)[size:],
            path=capped(run.path),
        )
        error._start = source.position
        return error

    def _build(self, value: object) -> Steps[None]:
        data = bytes_of(value)
        if not NO_CRLF.issuperset(data):
            raise BuildError("a line has no CR or LF inside")
        if len(data) > self.max:
            raise BuildError(f"expected at most {self.max} bytes, not {len(data)}")
        yield from put(data + CRLF)

    def _facts(self) -> Facts:
        greatest = None if self.max == UNBOUNDED else self.max + 2
        first = NO_CRLF | {13} if self.max else frozenset({13})
        return attrs.evolve(fixed(2), greatest=greatest, first=first, silent=False)


rest: Parser[bytes] = Rest()
"""Take all bytes to the end of the input, or of the frame around it.

Waits for that end; never fails. ``max_buffered`` bounds it: one byte more is a
`LimitExceeded`, at once where a frame announces them. Its inverse builds any
bytes, and none from nothing.

Also known as: ``rest`` (nom, winnow), ``takeByteString`` (attoparsec),
``GreedyBytes`` (Construct).

Example:
    >>> from ohneio import rest
    >>> rest.parse(b"to the end")
    b'to the end'
"""

line = Line()
"""Take a line that ends in CRLF, and give it without.

Strict: a CR without LF, or an LF without CR, is a mismatch at its own offset,
since what one side takes for a line's end and the other does not is how
requests are smuggled. For other line ends use `until`. ``line(max=8190)`` is a
line of at most so many bytes before the CRLF; one more is a `LimitExceeded`,
as it is for ``max_buffered``. Its inverse appends the CRLF, and refuses a value
with a CR or LF inside.

Also known as: ``crlf``, ``not_line_ending`` (nom), ``readline`` (asyncio),
``LineBasedFrameDecoder`` (Netty).

Example:
    >>> from ohneio import line
    >>> line.parse_prefix(b"EHLO you\\r\\nMAIL")
    (b'EHLO you', b'MAIL')
    >>> line.build(b"QUIT")
    b'QUIT\\r\\n'
"""
