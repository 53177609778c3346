"""MessagePack: all its formats, nested to any depth that the limits allow.

The first byte tells the format, and for small things the size or the value as
well.  Numbers and sizes are written in as few bytes as they need.

Source: https://github.com/msgpack/msgpack/blob/master/spec.md
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, Union

from ohneio import (
    Forward,
    Parser,
    count_prefixed,
    dispatch,
    field,
    float32,
    float64,
    forward,
    int8,
    int16,
    int32,
    int64,
    length_prefixed,
    many,
    record,
    rest,
    seq,
    sized,
    success,
    text,
    uint8,
    uint16,
    uint32,
    uint64,
    wire,
)

__all__ = ["Ext", "Value", "value"]


@wire
class Ext:
    """Bytes of a type that applications agree on; -1 is a timestamp."""

    type: int = field(int8)
    data: bytes = field(rest)


Value: TypeAlias = Union[
    bool, int, float, str, bytes, "list[Value]", "dict[Value, Value]", Ext, None
]

item: Forward[Value] = forward()
pair = seq(item, item)
string = text(rest)
ext = record(Ext)


def as_dict(pairs: list[tuple[Value, Value]]) -> dict[Value, Value]:
    """Make a dict of what came; no key twice, and none that cannot be a key."""
    try:
        found = dict(pairs)
    except TypeError:
        raise ValueError("a key that is an array or a map") from None
    if len(found) < len(pairs):
        raise ValueError("a key that was there before")
    return found


def mapping(pairs: Parser[list[tuple[Value, Value]]]) -> Parser[dict[Value, Value]]:
    return pairs.try_map(as_dict, lambda found: list(found.items()))


#: Formats whose first byte has a number in it: the number is added to the key.
RANGES: dict[int, list[Parser[Any]]] = {
    0x00: [success(number) for number in range(128)],
    0x80: [mapping(many(pair, size, size)) for size in range(16)],
    0x90: [many(item, size, size) for size in range(16)],
    0xA0: [sized(size, string) for size in range(32)],
    0xE0: [success(number) for number in range(-32, 0)],
}

FORMATS: dict[int, Parser[Any]] = {
    0xC0: success(None),
    0xC2: success(False),
    0xC3: success(True),
    0xC4: length_prefixed(uint8),
    0xC5: length_prefixed(uint16),
    0xC6: length_prefixed(uint32),
    0xC7: length_prefixed(uint8.map(lambda size: size + 1, lambda size: size - 1), ext),
    0xC8: length_prefixed(uint16.map(lambda size: size + 1, lambda size: size - 1), ext),
    0xC9: length_prefixed(uint32.map(lambda size: size + 1, lambda size: size - 1), ext),
    0xCA: float32,
    0xCB: float64,
    0xCC: uint8,
    0xCD: uint16,
    0xCE: uint32,
    0xCF: uint64,
    0xD0: int8,
    0xD1: int16,
    0xD2: int32,
    0xD3: int64,
    0xD4: sized(2, ext),
    0xD5: sized(3, ext),
    0xD6: sized(5, ext),
    0xD7: sized(9, ext),
    0xD8: sized(17, ext),
    0xD9: length_prefixed(uint8, string),
    0xDA: length_prefixed(uint16, string),
    0xDB: length_prefixed(uint32, string),
    0xDC: count_prefixed(uint16, item),
    0xDD: count_prefixed(uint32, item),
    0xDE: mapping(count_prefixed(uint16, pair)),
    0xDF: mapping(count_prefixed(uint32, pair)),
}
FORMATS.update((base + at, one) for base, some in RANGES.items() for at, one in enumerate(some))


# Which format a value is written in.


def by_size(size: int, small: int, room: int, *larger: int) -> int:
    """Choose by how many bytes or items there are: few, or up to 8, 16 or 32 bits of them."""
    if size < room:
        return small + size
    bits = {1: (32,), 2: (16, 32), 3: (8, 16, 32)}[len(larger)]
    fitting = (form for width, form in zip(bits, larger, strict=True) if size < 1 << width)
    return next(fitting, larger[-1])


def of_number(number: int) -> int:
    if -32 <= number < 128:
        return number & 0xFF
    widths = [8, 16, 32, 64]
    if number > 0:
        return next((0xCC + at for at, bits in enumerate(widths) if number < 1 << bits), 0xCF)
    return next((0xD0 + at for at, bits in enumerate(widths) if number >= -1 << bits - 1), 0xD3)


def of_ext(one: Ext) -> int:
    fixed = {1: 0xD4, 2: 0xD5, 4: 0xD6, 8: 0xD7, 16: 0xD8}
    return fixed.get(len(one.data)) or by_size(len(one.data), 0, 0, 0xC7, 0xC8, 0xC9)


def format_of(it: object) -> int | None:
    """Return the first byte that a value is written with."""
    rule = RULES.get(type(it))
    return rule(it) if rule else None


RULES: dict[type, Callable[[Any], int]] = {
    type(None): lambda _: 0xC0,
    bool: lambda it: 0xC2 + it,
    int: of_number,
    float: lambda _: 0xCB,
    str: lambda it: by_size(len(it.encode()), 0xA0, 32, 0xD9, 0xDA, 0xDB),
    bytes: lambda it: by_size(len(it), 0, 0, 0xC4, 0xC5, 0xC6),
    list: lambda it: by_size(len(it), 0x90, 16, 0xDC, 0xDD),
    dict: lambda it: by_size(len(it), 0x80, 16, 0xDE, 0xDF),
    Ext: of_ext,
}

value = item.become(dispatch(uint8, FORMATS, key=format_of))
