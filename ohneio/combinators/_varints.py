"""Integers that take as many bytes as they need, by the names of their formats.

Base 128: seven bits a byte, the lowest ones first; a set high bit says that
another byte follows.  Each is bounded, as its specification bounds it, so
that no peer can make one grow: the byte that breaks the bound is the mismatch.

QUIC: the two high bits of the first byte give the length.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import attrs

from ..core._building import put
from ..core._facts import Facts
from ..core._parser import Parser
from ..core._steps import Steps, current
from ._bytes import fixed
from ._checks import int_of

__all__ = ["Base128", "QuicVarint", "leb128", "mqtt_varint", "quic_varint", "sleb128", "zigzag"]

# What becomes of the bits, and back. Each inverse gives the bits and how many
# bytes they take at least.


def unsigned(bits: int, _size: int) -> int:
    """Take the bits as they are."""
    return bits


def signed(bits: int, size: int) -> int:
    """Take the highest bit as the sign (two's complement)."""
    width = 7 * size
    return bits - (1 << width) if bits >> width - 1 else bits


def zigzagged(bits: int, _size: int) -> int:
    """Take the lowest bit as the sign: 0, -1, 1, -2 and so on."""
    return bits >> 1 ^ -(bits & 1)


def from_unsigned(value: int) -> tuple[int, int]:
    """Undo `unsigned`."""
    return value, -(-value.bit_length() // 7) or 1


def from_signed(value: int) -> tuple[int, int]:
    """Undo `signed`: one bit more than the number has, for the sign."""
    size = (value ^ value >> 64).bit_length() // 7 + 1
    return value & (1 << 7 * size) - 1, size


def from_zigzagged(value: int) -> tuple[int, int]:
    """Undo `zigzagged`."""
    return from_unsigned(value << 1 ^ value >> 64)


@attrs.frozen(repr=False)
class Base128(Parser[int]):
    """A number in base 128, see `leb128` and its like: there is one object of each name."""

    name: str
    # What all valid forms match, and how long the longest is.
    form: re.Pattern[bytes]
    most: int
    least_value: int
    greatest_value: int
    meaning: Callable[[int, int], int]
    inverse: Callable[[int], tuple[int, int]]
    canonical: bool
    kind: str

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> str:
        return self.name

    def _parse(self) -> Steps[int]:
        source = current().input
        found = self.form.match(source.data, source.pos, source.stop)
        if found is None:
            return (yield from self._wait())
        source.pos = found.end()
        return self._value(found[0])

    __iter__ = _parse
    __await__ = _parse

    def _wait(self) -> Steps[int]:
        run = current()
        if run.building:
            return (yield from run.steps(self))
        size, last = 0, 0x80
        while last & 0x80 and size < self.most:
            yield from run.need(size + 1)
            last = run.input.window(size, 1)[0]
            size += 1
        if not self.form.fullmatch(run.input.peek(size)):
            raise run.mismatch(self.kind, found=size)
        return self._value(run.input.take(size))

    def _value(self, data: bytes) -> int:
        bits = 0
        for byte in reversed(data):
            bits = bits << 7 | byte & 0x7F
        return self.meaning(bits, len(data))

    def _build(self, value: object) -> Steps[None]:
        bits, size = self.inverse(int_of(value, self.least_value, self.greatest_value))
        data = [bits >> 7 * index & 0x7F | 0x80 for index in range(size)]
        data[-1] &= 0x7F
        yield from put(bytes(data))

    def _facts(self) -> Facts:
        return attrs.evolve(fixed(1), greatest=self.most, canonical=self.canonical, silent=False)


@attrs.frozen(repr=False)
class QuicVarint(Parser[int]):
    """See `quic_varint`."""

    def __repr__(self) -> str:
        return "quic_varint"

    def __reduce__(self) -> str:
        return "quic_varint"

    def _parse(self) -> Steps[int]:
        source = current().input
        data, pos = source.data, source.pos
        if pos < source.stop:
            size = 1 << (data[pos] >> 6)
            end = pos + size
            if end <= source.stop:
                source.pos = end
                return int.from_bytes(data[pos:end]) & (1 << 8 * size - 2) - 1
        del data  # see `read`
        return (yield from self._wait())

    __iter__ = _parse
    __await__ = _parse

    def _wait(self) -> Steps[int]:
        run = current()
        if run.building:
            return (yield from run.steps(self))
        yield from run.need(1)
        size = 1 << (run.input.window(0, 1)[0] >> 6)
        yield from run.need(size)
        return int.from_bytes(run.input.take(size)) & (1 << 8 * size - 2) - 1

    def _build(self, value: object) -> Steps[None]:
        number = int_of(value, 0, (1 << 62) - 1)
        power = next(power for power in range(4) if number < 1 << (8 << power) - 2)
        size = 1 << power
        yield from put((power << 8 * size - 2 | number).to_bytes(size))

    def _facts(self) -> Facts:
        return attrs.evolve(fixed(1), greatest=8, canonical=False, silent=False)


def _form(text: bytes) -> re.Pattern[bytes]:
    return re.compile(text, re.DOTALL)


# Ten bytes hold 70 bits. Of the tenth only the bits up to the 64th may be used.
_UP_TO_NINE = rb"[\x80-\xff]{0,8}[\x00-\x7f]|[\x80-\xff]{9}"
_FORM_64 = _form(_UP_TO_NINE + rb"[\x00\x01]")

leb128: Parser[int] = Base128(
    "leb128",
    _FORM_64,
    10,
    0,
    (1 << 64) - 1,
    unsigned,
    from_unsigned,
    canonical=False,
    kind="leb128 of at most 64 bits",
)
"""Take an unsigned LEB128 number of up to 64 bits: 0 to 2**64 - 1, in 1 to 10 bytes.

Waits for its last byte. An eleventh byte, or more than 64 bits, is a mismatch
as soon as the tenth byte shows it. Forms longer than necessary are allowed, as
they are in the specifications; its inverse builds the shortest.

DWARF 5, 7.6; WebAssembly 1.0, 5.2.2 (``u64``); Protocol Buffers' ``uint64``.

Also known as: ``varint`` (Protocol Buffers), ``VarInt`` (Construct), ``uleb128``.

Example:
    >>> from ohneio import leb128
    >>> leb128.parse(b"\\xe5\\x8e\\x26"), leb128.build(624485)
    (624485, b'\\xe5\\x8e&')
"""

sleb128: Parser[int] = Base128(
    "sleb128",
    _form(_UP_TO_NINE + rb"[\x00\x7f]"),
    10,
    -(1 << 63),
    (1 << 63) - 1,
    signed,
    from_signed,
    canonical=False,
    kind="sleb128 of at most 64 bits",
)
"""Take a signed LEB128 number of up to 64 bits: -2**63 to 2**63 - 1, in 1 to 10 bytes.

As `leb128`, in two's complement.

DWARF 5, 7.6; WebAssembly 1.0, 5.2.2 (``s64``).

Example:
    >>> from ohneio import sleb128
    >>> sleb128.parse(b"\\xc0\\xbb\\x78"), sleb128.build(-1)
    (-123456, b'\\x7f')
"""

zigzag: Parser[int] = Base128(
    "zigzag",
    _FORM_64,
    10,
    -(1 << 63),
    (1 << 63) - 1,
    zigzagged,
    from_zigzagged,
    canonical=False,
    kind="zigzag of at most 64 bits",
)
"""Take a zigzag-encoded LEB128 number: -2**63 to 2**63 - 1, small ones in few bytes.

As `leb128`; the numbers are counted 0, -1, 1, -2, 2, …

Protocol Buffers, "Encoding": ``sint64``; Apache Avro and Thrift compact likewise.

Also known as: ``sint64`` (Protocol Buffers), ``ZigZag`` (Construct).

Example:
    >>> from ohneio import zigzag
    >>> zigzag.parse(b"\\x03"), zigzag.build(-64)
    (-2, b'\\x7f')
"""

mqtt_varint: Parser[int] = Base128(
    "mqtt_varint",
    _form(rb"[\x00-\x7f]|[\x80-\xff]{1,3}[\x01-\x7f]"),
    4,
    0,
    (1 << 28) - 1,
    unsigned,
    from_unsigned,
    canonical=True,
    kind="mqtt_varint of at most 4 bytes, in its shortest form",
)
"""Take MQTT's variable byte integer: 0 to 268,435,455, in 1 to 4 bytes.

Waits for its last byte. A fourth byte that wants a fifth, and a form that is
longer than necessary, are mismatches at once.

MQTT 3.1.1, 2.2.3 (the Remaining Length); MQTT 5.0, 1.5.5, which also says
that the shortest form must be used.

Example:
    >>> from ohneio import mqtt_varint
    >>> mqtt_varint.parse(b"\\xc1\\x02"), mqtt_varint.build(127)
    (321, b'\\x7f')
"""

quic_varint: Parser[int] = QuicVarint()
"""Take QUIC's variable-length integer: 0 to 2**62 - 1, in 1, 2, 4 or 8 bytes.

Waits for its last byte; fails only where the input ends before. Forms longer
than necessary are allowed, as RFC 9000 says; its inverse builds the shortest.

RFC 9000, 16; also in HTTP/3 (RFC 9114) and QPACK's frames.

Example:
    >>> from ohneio import quic_varint
    >>> quic_varint.parse(b"\\x7b\\xbd"), quic_varint.build(37)
    (15293, b'%')
"""
