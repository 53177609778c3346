"""Bytes of one kind: one of them, or a run of them."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import cast

import attrs

from ..core._buffer import Bytes, is_bytes
from ..core._building import NOTHING, put
from ..core._errors import BuildError, ParseError, UsageError
from ..core._facts import ANY, NO_BYTES, Facts
from ..core._parser import Parser
from ..core._run import UNBOUNDED, Run
from ..core._scanning import Match, run_of
from ..core._steps import Steps, current
from ._bytes import fixed
from ._checks import bytes_of, described
from ._loops import range_of

__all__ = [
    "OneOf",
    "TakeWhile",
    "any_byte",
    "byte_set",
    "char_class",
    "none_of",
    "one_of",
    "scan_of",
    "take_while",
]

ByteSet = frozenset[int]


@attrs.frozen(repr=False)
class OneOf(Parser[bytes]):
    """See `one_of`, `none_of` and `any_byte`."""

    set: ByteSet

    def __repr__(self) -> str:
        if self.set == ANY:
            return "any_byte"
        name, given = ("one_of", self.set) if few(self.set) else ("none_of", ANY - self.set)
        return f"{name}({bytes(sorted(given))!r})"

    def _parse(self) -> Steps[bytes]:
        source = current().input
        data, pos = source.data, source.pos
        if pos < source.stop and data[pos] in self.set:
            source.pos = pos + 1
            return data[pos : pos + 1]
        del data  # see `read`
        return (yield from self._wait())

    __iter__ = _parse
    __await__ = _parse

    def _wait(self) -> Steps[bytes]:
        run = current()
        if run.building:
            return (yield from run.steps(self))
        yield from run.need(1)
        if run.input.window(0, 1)[0] not in self.set:
            raise run.mismatch(self._kind())
        return run.input.take(1)

    def _kind(self) -> str:
        return f"one of {char_class(self.set)}"

    def _build(self, value: object) -> Steps[None]:
        data = bytes(self.set) if value is NOTHING else bytes_of(value)
        if len(data) != 1 or data[0] not in self.set:
            raise BuildError(f"expected {self._kind()}, not {described(value)}")
        yield from put(data)

    def _facts(self) -> Facts:
        only = len(self.set) == 1
        return attrs.evolve(fixed(1), first=self.set, silent=only, constant=only)


def _scan(parser: TakeWhile) -> Match:
    return scan_of(parser.set)


@attrs.frozen(repr=False)
class TakeWhile(Parser[bytes]):
    """See `take_while`."""

    set: ByteSet
    min: int = 0
    max: int = UNBOUNDED
    _match: Match = attrs.field(init=False, eq=False, default=attrs.Factory(_scan, takes_self=True))

    def __repr__(self) -> str:
        least = f", min={self.min}" if self.min else ""
        most = f", max={self.max}" if self.max != UNBOUNDED else ""
        return f"take_while({shown_set(self.set)}{least}{most})"

    def _parse(self) -> Steps[bytes]:
        source = current().input
        data, pos, stop = source.data, source.pos, source.stop
        if self.max < stop - pos:
            stop = pos + self.max
        end = self._match(data, pos, stop).end() if pos <= stop else pos
        if (end < stop or end - pos == self.max) and end - pos >= self.min:
            source.pos = end
            return data[pos:end]
        del data  # see `read`
        return (yield from self._wait(end - pos))

    __iter__ = _parse
    __await__ = _parse

    def _wait(self, size: int) -> Steps[bytes]:
        run = current()
        if run.building:
            return (yield from run.steps(self))
        source = run.input
        if self.min > source.limit:
            raise run.over_limit(source.limit, "max_buffered")
        if source.position + self.min > source.end:
            raise run.frame_ended(self._kind())
        size = yield from run_of(run, self._match, size, min(self.max, source.limit + 1))
        if size > source.limit:
            raise run.over_limit(source.limit, "max_buffered")
        if size < self.min:
            raise self._too_short(run, size)
        return source.take(size)

    def _too_short(self, run: Run, size: int) -> ParseError:
        if run.input.visible > size:
            return run.mismatch(self._kind(), found=size + 1)
        return run.ended(self.min - size, self._kind())

    def _kind(self) -> str:
        least = f"at least {self.min}" if self.min != 1 else "one"
        return f"{least} of {char_class(self.set)}"

    def _build(self, value: object) -> Steps[None]:
        data = self._least() if value is NOTHING else bytes_of(value)
        if not self.set.issuperset(data):
            raise BuildError(f"expected only {char_class(self.set)}, not {described(data)}")
        if not self.min <= len(data) <= self.max:
            raise BuildError(f"expected {self.min} to {self.max} bytes, not {len(data)}")
        yield from put(data)

    def _least(self) -> bytes:
        """Return the shortest run, if there is only one such."""
        if self.min and len(self.set) > 1:
            raise BuildError(f"expected {self._kind()}, not nothing")
        return bytes(self.set)[:1] * self.min

    def _facts(self) -> Facts:
        return Facts(
            least=self.min,
            greatest=None if self.max == UNBOUNDED else self.max,
            nullable=self.min == 0,
            first=self.set if self.max else NO_BYTES,
            more=self.set if self.min < self.max else NO_BYTES,
            unambiguous=True,
            canonical=True,
            buildable=True,
            silent=self.min == 0 or len(self.set) == 1,
            constant=self.min == self.max and (self.max == 0 or len(self.set) == 1),
        )


# Sets of bytes.


def byte_set(given: Bytes | AbstractSet[int]) -> ByteSet:
    """Return *given* as a set of bytes, at least one of them."""
    if not is_bytes(given) and not isinstance(given, AbstractSet):
        raise UsageError(f"expected bytes, or a set of numbers, not {type(given).__name__}")
    allowed = frozenset(given)
    if not allowed or not allowed <= ANY:
        raise UsageError(f"expected some bytes of 0 to 255, not {given!r}")
    return allowed


def few(allowed: ByteSet) -> bool:
    """Tell whether a set is better described by what is in it than by what is not."""
    return len(allowed) <= 128 or allowed == ANY


def shown_set(allowed: ByteSet) -> str:
    """Write a set as an argument."""
    if few(allowed):
        return repr(bytes(sorted(allowed)))
    return f"frozenset(range(256)) - frozenset({bytes(sorted(ANY - allowed))!r})"


def char_class(allowed: ByteSet) -> str:
    """Write a set as regular expressions do: ``[0-9A-F]``, ``[^\\r\\n]``."""
    listed = sorted(allowed if few(allowed) else ANY - allowed)
    gaps = [index for index, (a, b) in enumerate(pairwise(listed), 1) if b - a > 1]
    ends = pairwise([0, *gaps, len(listed)])
    ranges = [_range(listed[start], listed[stop - 1]) for start, stop in ends if start < stop]
    return f"[{'' if few(allowed) else '^'}{''.join(ranges)}]"


def _range(first: int, last: int) -> str:
    between = "-" if last - first > 1 else ""
    return _char(first) + (between + _char(last) if last > first else "")


def _char(byte: int) -> str:
    text = repr(bytes([byte]))[2:-1]
    return "\\" + text if text in "]^-" else text


def scan_of(allowed: ByteSet) -> Match:
    """Return what finds the end of a run of *allowed* bytes."""
    listed = b"".join(b"\\x%02x" % byte for byte in allowed)
    return cast("Match", re.compile(b"[%b]*" % listed).match)


def one_of(set: Bytes | AbstractSet[int]) -> Parser[bytes]:
    """Take one byte of a set, and give it as `bytes`.

    Waits for a byte; fails on one that is not in the set. Its inverse builds a
    byte of the set, and from nothing if there is only one.

    Args:

        set: The bytes allowed, as `bytes` or as a set of numbers.

    Raises:
        UsageError: *set* is empty, or not of bytes.

    Also known as: ``one_of`` (nom, winnow), ``satisfy`` (attoparsec),
    ``char_from`` (parsy).

    Example:
        >>> from ohneio import one_of
        >>> one_of(b"+-").parse(b"-")
        b'-'
    """
    return OneOf(byte_set(set))


def none_of(set: Bytes | AbstractSet[int]) -> Parser[bytes]:
    """Take one byte that is not in a set, and give it as `bytes`.

    Waits for a byte; fails on one that is in the set. Its inverse builds any
    other byte.

    Args:

        set: The bytes not allowed, as `bytes` or as a set of numbers.

    Raises:
        UsageError: *set* is empty, not of bytes, or leaves no byte.

    Also known as: ``none_of`` (nom, winnow), ``notWord8`` (attoparsec).

    Example:
        >>> from ohneio import none_of
        >>> none_of(b"\\r\\n").parse(b"a")
        b'a'
    """
    return OneOf(byte_set(ANY - byte_set(set)))


def take_while(set: Bytes | AbstractSet[int], min: int = 0, max: int = UNBOUNDED) -> Parser[bytes]:
    """Take as many bytes of a set as there are, at least *min* and at most *max*.

    Waits until a byte that is not in the set, the end of the input or frame,
    or *max* bytes are there; looks at no byte twice. Fails where there are
    fewer than *min*. Its inverse builds any such run; from nothing the
    shortest, if there is only one.

    Args:

        set: The bytes allowed, as `bytes` or as a set of numbers.

        min: Fewest bytes.

        max: Most bytes; it stops there and looks no further. The limit
            ``max_buffered`` holds in any case, and one more is a
            `LimitExceeded`.

    Raises:
        UsageError: *set* is empty or not of bytes, or *max* is less than *min*.

    Also known as: ``take_while``, ``is_a``, ``take_while_m_n`` (nom),
    ``takeWhile`` (attoparsec), ``CharsWhile`` (fastparse).

    Example:
        >>> from ohneio import take_while
        >>> take_while(b"0123456789", min=1).parse_prefix(b"42;")
        (b'42', b';')
        >>> take_while(b" ", max=2).parse_prefix(b"   ")
        (b'  ', b' ')
    """
    return TakeWhile(byte_set(set), *range_of(min, max))


any_byte: Parser[bytes] = OneOf(ANY)
"""Take one byte, whatever it is, and give it as `bytes`.

Waits for a byte; fails only at the end. For its number see `uint8`.

Also known as: ``anyWord8`` (attoparsec), ``any`` (winnow), ``any_char`` (parsy).

Example:
    >>> from ohneio import any_byte
    >>> any_byte.parse_prefix(b"ab")
    (b'a', b'b')
"""
