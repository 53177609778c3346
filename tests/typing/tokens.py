"""Tokens: bytes of a set, numbers, text, and packed bits."""

import enum
from typing import Any, assert_type

from ohneio import (
    Parser,
    any_byte,
    bit,
    bits,
    decimal,
    exactly,
    float32,
    float32le,
    float64,
    float64le,
    hexadecimal,
    int8,
    int16,
    int16le,
    int32,
    int32le,
    int64,
    int64le,
    integer,
    leb128,
    line,
    mqtt_varint,
    none_of,
    one_of,
    quic_varint,
    rest,
    sleb128,
    struct_unpack,
    take_while,
    text,
    uint8,
    uint16,
    uint16le,
    uint32,
    uint32le,
    uint64,
    uint64le,
    until,
    wire,
    zigzag,
)


class Opcode(enum.IntEnum):
    TEXT = 1
    CLOSE = 8


@wire
class Start:
    """The arguments of a class of bits are those that it declares."""

    fin: bool = bit(1)
    reserved: int = bit(3)
    opcode: Opcode = bit(4, Opcode)
    length: int = bit(8, default=0)


def classes() -> None:
    """Bytes of a set are bytes."""
    _ = assert_type(any_byte.parse(b"a"), bytes)
    _ = assert_type(one_of(b"+-"), Parser[bytes])
    _ = assert_type(none_of({10, 13}), Parser[bytes])
    _ = assert_type(take_while(frozenset(b"0123456789"), min=1, max=3), Parser[bytes])


def lines() -> None:
    """A line is a parser that can be called for one with a bound."""
    _ = assert_type(rest.parse(b"a"), bytes)
    _ = assert_type(line.parse(b"a\r\n"), bytes)
    _ = assert_type(line(max=80).parse(b"a\r\n"), bytes)
    _ = assert_type(line.build(b"a"), bytes)


def numbers() -> None:
    """Integers are `int`, floats are `float`, and a format can be anything."""
    for unsigned in (uint8, uint16, uint16le, uint32, uint32le, uint64, uint64le):
        _ = assert_type(unsigned, Parser[int])
    for signed in (int8, int16, int16le, int32, int32le, int64, int64le):
        _ = assert_type(signed, Parser[int])
    for real in (float32, float32le, float64, float64le):
        _ = assert_type(real, Parser[float])
    _ = assert_type(uint16.parse(b"ab"), int)
    _ = assert_type(float64le.parse(bytes(8)), float)
    _ = assert_type(struct_unpack("!IH"), Parser[tuple[Any, ...]])
    for varint in (leb128, sleb128, zigzag, mqtt_varint, quic_varint):
        _ = assert_type(varint, Parser[int])
    for written in (decimal, hexadecimal, integer(10, signed=True)):
        _ = assert_type(written, Parser[int])


def texts() -> None:
    """Text is `str`."""
    _ = assert_type(text(until(b";")), Parser[str])
    _ = assert_type(text(exactly(3), encoding="ascii").parse(b"abc"), str)


def packed() -> None:
    """Bits give an object of their class, whose fields have their types."""
    start = bits(Start)
    _ = assert_type(start, Parser[Start])
    _ = assert_type(start.parse(b"\x81\0").opcode, Opcode)
    _ = assert_type(start.parse(b"\x81\0").fin, bool)
    _ = assert_type(start.build(Start(True, 0, Opcode.TEXT)), bytes)
    _ = assert_type(start.build(Start(fin=False, reserved=0, opcode=Opcode.CLOSE, length=5)), bytes)
