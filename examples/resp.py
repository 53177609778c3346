"""RESP, the protocol of Redis: commands and replies, versions 2 and 3.

Each reply begins with a byte that tells its type.  Lines end in CRLF; what may
hold any byte is counted.

Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
"""

from __future__ import annotations

import re
from types import NoneType
from typing import TypeAlias, Union

from ohneio import (
    Forward,
    Parser,
    any_byte,
    count_prefixed,
    decimal,
    dispatch,
    exactly,
    field,
    forward,
    integer,
    length_prefixed,
    line,
    literal,
    record,
    rest,
    seq,
    wire,
)

__all__ = [
    "Attributes",
    "BigNumber",
    "BlobError",
    "Error",
    "Map",
    "Push",
    "Reply",
    "Set",
    "Simple",
    "Verbatim",
    "command",
    "reply2",
    "reply3",
]

Reply: TypeAlias = Union[
    "Attributes", "BigNumber", "BlobError", "Error", "Map", "Push", "Set", "Simple", "Verbatim",
    "list[Reply]", bytes, int, float, bool, None,
]  # fmt: skip

crlf = literal(b"\r\n")
words = line  # no CR and no LF
size = decimal << crlf


# Version 2: replies of five types, of which arrays hold any others.


@wire
class Simple:
    """A short string of the server's own, such as ``OK``."""

    text: bytes = field(words)


@wire
class Error:
    """An error; its first word says which kind."""

    text: bytes = field(words)


item: Forward[Reply] = forward()
null = literal(b"-1\r\n").value(None)
number = integer(signed=True) << crlf
bulk = length_prefixed(size) << crlf

reply2 = item.become(
    dispatch(
        any_byte,
        {
            b"+": record(Simple),
            b"-": record(Error),
            b":": number,
            b"$": null | bulk,
            b"*": null | count_prefixed(size, item),
        },
    )
)

#: A command is an array of bulk strings, and nothing else.
command = literal(b"*") >> count_prefixed(size, literal(b"$") >> bulk)


# Version 3: what version 2 has, a null of its own, and nine types more.

element: Forward[Reply] = forward()
elements = count_prefixed(size, element)
pairs = count_prefixed(size, seq(element, element))


@wire
class BigNumber:
    """An integer of any size, within ``max_digits``."""

    value: int = field(number)


@wire
class BlobError:
    """An error that may hold any byte."""

    text: bytes = field(bulk)


@wire
class Verbatim:
    """A string to be shown as it is: ``txt`` or ``mkd``."""

    format: bytes = field(exactly(3) << literal(b":"))
    text: bytes = field(rest)


@wire
class Map:
    """Keys and values, as pairs in their order: a key may be of any type."""

    pairs: list[tuple[Reply, Reply]] = field(pairs)


@wire
class Set:
    """Items that should differ; that they do is not checked."""

    items: list[Reply] = field(elements)


@wire
class Push:
    """Something that nobody has asked for, between replies and never inside one."""

    items: list[Reply] = field(elements)


@wire
class Attributes:
    """What there is to know about the reply behind it."""

    pairs: list[tuple[Reply, Reply]] = field(pairs)
    reply: Reply = field(element)


def double(digits: bytes) -> float:
    """Read a number with a point or an exponent, ``inf``, ``-inf`` or ``nan``."""
    if re.fullmatch(rb"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?|-?inf|nan", digits) is None:
        raise ValueError("expected a double")
    return float(digits)


#: The first byte that each type of reply is written with.
TAGS: dict[type, bytes] = {
    NoneType: b"_",
    bool: b"#",
    int: b":",
    float: b",",
    bytes: b"$",
    list: b"*",
    Simple: b"+",
    Error: b"-",
    BigNumber: b"(",
    BlobError: b"!",
    Verbatim: b"=",
    Map: b"%",
    Set: b"~",
    Attributes: b"|",
}

TYPES: dict[bytes, Parser[Reply]] = {
    b"+": record(Simple),
    b"-": record(Error),
    b":": number,
    b"$": null | bulk,
    b"*": null | elements,
    b"_": crlf.value(None),
    b"#": (literal(b"t").value(True) | literal(b"f").value(False)) << crlf,
    b",": words.try_map(double, lambda value: repr(value).encode()),
    b"(": record(BigNumber),
    b"!": record(BlobError),
    b"=": length_prefixed(size, record(Verbatim)) << crlf,
    b"%": record(Map),
    b"~": record(Set),
    b"|": record(Attributes),
}


push = literal(b">") >> record(Push)
reply3 = push | element.become(dispatch(any_byte, TYPES, key=lambda reply: TAGS.get(type(reply))))
