"""Building tokens: bytes by number, by delimiter, by kind; numbers; text; bits."""

from __future__ import annotations

import codecs
import functools
import re
import struct
from typing import Any

from ..combinators._bytes import Exactly, Literal, Until, UntilMax
from ..combinators._classes import OneOf, TakeWhile
from ..combinators._digits import Integer, digits_of
from ..combinators._lines import CRLF, Line, Rest
from ..combinators._numbers import Number, StructUnpack
from ..combinators._text import CANONICAL, Text
from ..combinators._varints import Base128, QuicVarint
from ..core._facts import ANY
from ..core._run import UNBOUNDED
from ._build_pieces import MOST, Constant, Counted, Form, Packed, Plain, Written
from ._building import Builder, builds
from ._late import Irregular

__all__: list[str] = []

#: The greatest number that is written in digits here, and how many those are at most.
GREATEST = (1 << 64) - 1
MOST_DIGITS = 64
#: How many numbers there are tables of.
FEW = 256
#: What `struct` calls numbers that are an `int` of some size.
WHOLE = frozenset("bBhHiIlLqQ")


# Bytes.


def is_bytes(b: Builder, value: str, least: int = 0, most: int = UNBOUNDED) -> None:
    """Refuse what is not bytes, or not so many."""
    b.exact(value, bytes)
    if least == most:
        b.refuse(f"len({value}) != {most}")
        return
    if least:
        b.refuse(f"len({value}) < {least}")
    if most != UNBOUNDED:
        b.refuse(f"len({value}) > {most}")


@builds(Exactly)
def exactly(b: Builder, node: Exactly, value: str) -> None:
    is_bytes(b, value, node.n, node.n)
    b.put(Counted(value, node.n))


@builds(Until, UntilMax)
def until(b: Builder, node: Until, value: str) -> None:
    end, size = node.delimiter, len(node.delimiter)
    if node.include:
        is_bytes(b, value, 0, node.max + size if node.max != UNBOUNDED else UNBOUNDED)
        b.refuse(f"{value}.find({end!r}) != len({value}) - {size}")
        b.refuse(f"len({value}) < {size}")
        b.put(Plain(value))
        return
    is_bytes(b, value, 0, node.max)
    b.refuse(has_inside(value, end))
    b.put(Plain(value), Constant(end))


def has_inside(value: str, end: bytes) -> str:
    """Return the condition that *end* would be found before it was put behind *value*."""
    if any(end.startswith(end[-size:]) for size in range(1, len(end))):
        return f"({value} + {end!r}).find({end!r}) != len({value})"
    return f"{end!r} in {value}"


@builds(Literal)
def literal(b: Builder, node: Literal, value: str) -> None:
    if value not in b.compared:
        b.exact(value, bytes)
        b.refuse(f"{value} != {b.constant(node.data, 'literal')}")
    b.put(Constant(node.data))


@builds(OneOf)
def one_of(b: Builder, node: OneOf, value: str) -> None:
    if node.set == ANY:
        is_bytes(b, value, 1, 1)
    else:
        b.exact(value, bytes)
        allowed = frozenset(bytes([byte]) for byte in node.set)
        b.refuse(f"{value} not in {b.constant(allowed, 'allowed')}")
    b.put(Counted(value, 1))


@builds(TakeWhile)
def take_while(b: Builder, node: TakeWhile, value: str) -> None:
    is_bytes(b, value, node.min, node.max)
    missing = sorted(ANY - node.set)
    if len(missing) > 2:
        allowed = b.constant(bytes(sorted(node.set)), "allowed")
        b.refuse(f"{value}.translate(None, {allowed})")
    for byte in missing if len(missing) <= 2 else ():
        b.refuse(f"{bytes([byte])!r} in {value}")
    b.put(Counted(value, node.min) if node.min == node.max else Plain(value))


@builds(Line)
def line(b: Builder, node: Line, value: str) -> None:
    is_bytes(b, value, 0, node.max)
    b.refuse(f"b'\\r' in {value}")
    b.refuse(f"b'\\n' in {value}")
    b.put(Plain(value), Constant(CRLF))


@builds(Rest)
def rest(b: Builder, _: Rest, value: str) -> None:
    is_bytes(b, value)
    b.put(Plain(value))


@builds(Text)
def text(b: Builder, node: Text, value: str) -> None:
    name = codecs.lookup(node.encoding).name
    b.exact(value, str)
    data = b.local(f"{value}.encode({'' if name == 'utf-8' else repr(node.encoding)})", "data")
    b.known[data] = bytes
    if name not in CANONICAL:
        b.refuse(f"{data}.decode({node.encoding!r}) != {value}")
    b.build(node.parser, data)


# Numbers.


@builds(Number)
def number(b: Builder, node: Number[Any], value: str) -> None:
    of_code(b, node.format[0], node.format[-1], value)


def of_code(b: Builder, order: str, code: str, value: str) -> None:
    """Put what `struct` can pack, if it comes back as it is."""
    if code in WHOLE:
        b.whole(value)
    else:
        b.exact(value, float)
    if code == "f":  # not one that is rounded; a NaN stays one
        narrow = struct.Struct(f"{order}f")
        back = f"{b.constant(narrow.unpack, 'unpack')}({b.constant(narrow.pack, 'pack')}({value}))"
        b.refuse(f"{value} == {value} != {back}[0]")
    order = "" if code in "bB" else order.replace("!", ">")
    b.put(Packed(code, value, order, is_size=value in b.sizes))


@builds(StructUnpack)
def struct_unpack(b: Builder, node: StructUnpack, value: str) -> None:
    b.exact(value, tuple)
    codes = re.findall(r"(\d*)([a-zA-Z?])", node.format)
    count = len(node._codes())
    if not count or count > MOST or any(code not in WHOLE | set("xsdf") for _, code in codes):
        packed_at_once(b, node, value)
        return
    parts = [b.code.fresh("part") for _ in range(count)]
    b.refuse(f"len({value}) != {count}")
    b.line(f"{', '.join(parts)}{',' * (count == 1)} = {value}")
    for size, code in codes:
        if code == "x":
            b.put(Constant(bytes(int(size or 1))))
        elif code == "s":
            is_bytes(b, parts[0], int(size or 1), int(size or 1))
            b.put(Counted(parts.pop(0), int(size or 1)))
        else:
            for _ in range(int(size or 1)):
                of_code(b, node.format[0], code, parts.pop(0))


def packed_at_once(b: Builder, node: StructUnpack, value: str) -> None:
    """Pack a tuple, and see whether it comes back."""
    whole = struct.Struct(node.format)
    data = b.local(f"{b.constant(whole.pack, 'pack')}(*{value})", "data")
    b.refuse(f"{b.constant(whole.unpack, 'unpack')}({data}) != {value}")
    b.put(Counted(data, whole.size))


#: How `%` writes a number in some bases.
SAID = {8: "o", 10: "d", 16: "x"}


@builds(Integer, plain=False)
def integer(b: Builder, node: Integer, value: str) -> None:
    b.tight.add(f"limits.max_digits < {MOST_DIGITS}")
    b.whole(value)
    most = min(node.base**node.digits - 1, GREATEST) if node.digits else GREATEST
    if value not in b.sizes:
        b.refuse(f"not {-most if node.signed else 0} <= {value} <= {most}")
    elif most < GREATEST:
        b.refuse(f"{value} > {most}")
    b.put(Written(value, form_of(node), value in b.sizes))


def form_of(node: Integer) -> Form:
    """Return how numbers are written in digits."""
    if node.base in SAID and not (node.digits and node.signed):
        said = f"%0{node.digits}{SAID[node.base]}" if node.digits else f"%{SAID[node.base]}"
        return digits_form(said.encode())
    return other_form(node.base, node.digits)


@functools.cache
def digits_form(said: bytes) -> Form:
    return Form("number", lambda number: said % number, FEW, said)


@functools.cache
def other_form(base: int, digits: int) -> Form:
    def write(number: int) -> bytes:
        said = digits_of(abs(number), base).rjust(digits, "0")
        return ("-" * (number < 0) + said).encode()

    return Form("number", write, min(FEW, base**digits) if digits else FEW)


@builds(Base128)
def base128(b: Builder, node: Base128, value: str) -> None:
    b.whole(value)
    b.put(Written(value, varint_form(node), value in b.sizes))


@functools.cache
def varint_form(node: Base128) -> Form:
    """Return how numbers are written in base 128."""
    least, most, inverse = node.least_value, node.greatest_value, node.inverse
    is_byte = inverse(127)[1] == 1

    def write(number: int) -> bytes:
        if is_byte and 0 <= number < 1 << 14:
            return bytes((number & 0x7F | 0x80, number >> 7) if number > 0x7F else (number,))
        if not least <= number <= most:
            raise Irregular
        bits, size = inverse(number)
        data = bytearray()
        for _ in range(size - 1):
            data.append(bits & 0x7F | 0x80)
            bits >>= 7
        data.append(bits)
        return bytes(data)

    return Form(node.name, write, 128 if is_byte else 64, is_byte=is_byte)


@builds(QuicVarint)
def quic_varint(b: Builder, _: QuicVarint, value: str) -> None:
    b.whole(value)
    b.put(Written(value, QUIC, value in b.sizes))


def quic(number: int) -> bytes:
    for power, width in enumerate((6, 14, 30, 62)):
        if 0 <= number < 1 << width:
            return (power << width | number).to_bytes(1 << power)
    raise Irregular


QUIC = Form("quic_varint", quic, 64)
