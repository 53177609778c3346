"""Checksums of what another parser took."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import attrs

from ..core._building import built, put
from ..core._facts import Facts, sequence
from ..core._frames import within
from ..core._input import NO_END
from ..core._parser import Parser
from ..core._steps import Steps, current
from ._calling import called, name_of
from ._checks import parser_of
from ._numbers import uint32

__all__ = ["Checksummed", "checksummed"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Algorithm = Callable[[bytes], object]


@attrs.frozen(repr=False)
class Checksummed(Parser[T_co]):
    """See `checksummed`."""

    parser: Parser[T_co]
    algorithm: Algorithm
    stored: Parser[object] = uint32

    def __repr__(self) -> str:
        stored = f", {self.stored!r}" if self.stored is not uint32 else ""
        return f"checksummed({self.parser!r}, {name_of(self.algorithm)}{stored})"

    def _parse(self) -> Steps[T_co]:
        run = current()
        value, expected = yield from self._summed()
        mark = run.mark(keeps=True)
        try:
            stored = yield from self.stored._parse()
            run.check_held(mark)
            if stored != expected:
                raise run.unfit(mark, "", phrase(expected))
            return value
        finally:
            run.release(mark)

    def _summed(self) -> Steps[tuple[T_co, object]]:
        """Return the value, and the checksum of the bytes that it came from."""
        run = current()
        mark = run.mark(keeps=True)
        try:
            value = yield from self._with_room()
            run.check_held(mark)
            return value, called(self.algorithm, run.input.since(mark.position))
        finally:
            run.release(mark)

    def _with_room(self) -> Steps[T_co]:
        """Parse; in a frame, as if it ended before the checksum."""
        end, facts = current().input.end, self.stored.facts
        if end == NO_END or facts.least != facts.greatest:
            return self.parser._parse()
        return within(self.parser, end - facts.least)

    def _build(self, value: object) -> Steps[None]:
        body = yield from built(self.parser, value)
        yield from put(body)
        yield from self.stored._build(self.algorithm(body))

    def _facts(self) -> Facts:
        body, stored = self.parser.facts, self.stored.facts
        both = sequence([body, stored])
        # Of another form of the value the checksum is another one, and may not fit.
        buildable = both.buildable if body.canonical or both.buildable is False else None
        return attrs.evolve(both, silent=body.silent, buildable=buildable)


def phrase(checksum: object) -> str | bytes:
    """Say which checksum was expected."""
    if isinstance(checksum, bytes):
        return checksum
    return f"checksum {checksum:#x}" if isinstance(checksum, int) else f"checksum {checksum!r}"


def checksummed(
    parser: Parser[T], algorithm: Callable[[bytes], object], stored: Parser[object] = uint32
) -> Parser[T]:
    """Parse with *parser*, then the checksum of the bytes that it took.

    The value is that of *parser*. A wrong checksum is a mismatch at its first
    byte. The bytes are kept meanwhile: at most ``max_buffered``. In a frame
    *parser* sees its end where the checksum begins, if that has a fixed size.
    Its inverse builds the value and computes the checksum.

    Args:

        parser: What the checksum is of.

        algorithm: From all the bytes to what *stored* gives for them, an `int`
            or `bytes`: `zlib.crc32`, or a function of yours. What it raises
            goes to the embedder unchanged.

        stored: The checksum's own form.

    Raises:
        UsageError: *parser* or *stored* is not a parser.

    Also known as: ``checksummed`` (scodec), ``Checksum`` with ``RawCopy``
    (Construct).

    Example:
        >>> import zlib
        >>> from ohneio import checksummed, exactly
        >>> checksummed(exactly(2), zlib.crc32).build(b"ab")
        b'ab\\x9e\\x83Hm'
    """
    return Checksummed(parser_of(parser), algorithm, parser_of(stored))
