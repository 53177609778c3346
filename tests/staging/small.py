"""Grammars of a few small parts, and bytes of which many nearly fit.

A search that draws from large alphabets seldom has two parts meet at one byte; here nearly
all do.  What is passed by for its first byte, what ends a loop and what has no room in a
frame show at such places.
"""

from random import Random

from ohneio import (
    Parser,
    UsageError,
    any_byte,
    choice,
    count_prefixed,
    decimal,
    delimited,
    dispatch,
    exactly,
    integer,
    leb128,
    length_prefixed,
    line,
    literal,
    lookahead,
    many,
    many_until,
    not_followed_by,
    one_of,
    optional,
    quic_varint,
    recognize,
    sep_by,
    seq,
    sized,
    span,
    struct_unpack,
    take_while,
    text,
    uint8,
    uint16,
    until,
)

__all__ = ["data_for", "small_grammar"]

few = uint8.verify(lambda count: count < 5, "few")
LEAVES = (
    uint8, uint16, exactly(1), exactly(3), literal(b"a"), literal(b"ab"), literal(b"\r\n"),
    one_of(b"ab"), take_while(b"abc"), take_while(b"abc", min=2), take_while(b"ab", min=1, max=3),
    integer(), decimal, leb128, quic_varint, length_prefixed(uint8), text(length_prefixed(uint8)),
    line, until(b";"), struct_unpack("!BH"), any_byte.verify(lambda byte: byte != b"z", "no z"),
)  # fmt: skip
PIECES = (
    b"a", b"ab", b"abc", b"\r\n", b"12", b"0", b";", b",", b".", b"\1", b"\2", b"\3", b"\0",
    b"\x80\1", b"x", b"z",
)  # fmt: skip
#: How often items of a loop may come.
BOUNDS = ({}, {"max": 2}, {"min": 1}, {"min": 2, "max": 2})


def small_grammar(random: Random) -> Parser[object]:
    """Return any grammar that can be made."""
    while True:
        try:
            return part(random, random.randrange(1, 5))
        except UsageError:  # a loop, say, whose items may take nothing
            continue


def part(random: Random, depth: int) -> Parser[object]:
    def inner() -> Parser[object]:
        return part(random, depth - 1)

    if not depth:
        return random.choice(LEAVES)
    ways = (
        lambda: seq(*[inner() for _ in range(random.randrange(1, 4))]),
        lambda: seq(inner(), inner()),
        lambda: optional(inner()),
        lambda: many(inner(), **random.choice(BOUNDS)),
        lambda: choice(inner(), inner()),
        lambda: length_prefixed(uint8, inner()),
        lambda: sized(random.randrange(1, 7), inner()),
        lambda: recognize(inner()),
        lambda: span(inner()),
        lambda: seq(lookahead(inner()), inner()),
        lambda: seq(not_followed_by(inner()), inner()),
        lambda: sep_by(inner(), literal(b",")),
        lambda: many_until(inner(), literal(random.choice([b".", b".."]))),
        lambda: count_prefixed(few, inner()),
        lambda: delimited(b";", inner()),
        lambda: dispatch(uint8, {97: inner(), random.choice([98, 49, 1]): inner()}),
    )
    return random.choice(ways)()


def data_for(random: Random) -> bytes:
    """Return a few pieces in a row."""
    return b"".join(random.choice(PIECES) for _ in range(random.randrange(1, 25)))
