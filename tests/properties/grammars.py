"""Grammars that hypothesis makes, of every combinator there is, and bytes for them.

The alphabet is small, so that what one part takes often fits the next one too:
that is where mistakes are.
"""

import contextlib
import functools
import zlib
from collections.abc import Callable

from hypothesis import assume
from hypothesis import strategies as st

import ohneio
from ohneio import (
    Parser,
    UsageError,
    any_byte,
    checksummed,
    choice,
    commit,
    count_prefixed,
    decimal,
    delimited,
    dispatch,
    eof,
    exactly,
    forward,
    hexadecimal,
    integer,
    label,
    leb128,
    length_prefixed,
    line,
    literal,
    lookahead,
    many,
    many_until,
    mqtt_varint,
    none_of,
    not_followed_by,
    one_of,
    optional,
    parser,
    quic_varint,
    recognize,
    rest,
    sep_by,
    seq,
    sized,
    skip,
    sleb128,
    span,
    struct_unpack,
    success,
    take_while,
    text,
    try_map,
    uint8,
    uint16,
    uint16le,
    until,
    value,
    verify,
    zigzag,
)
from ohneio.testing import wire

ALPHABET = b"ab;01\r\n\x00\x02\x03"

letters = st.sampled_from(list(ALPHABET)).map(lambda byte: bytes([byte]))
words = st.lists(letters, min_size=1, max_size=3).map(b"".join)
sizes = st.integers(min_value=0, max_value=3)


def same(one: object) -> object:
    return one


def not_nothing(one: object) -> bool:
    return one not in (b"", None, [])


def checked(data: bytes) -> bytes:
    if data.startswith(b"a"):
        raise ValueError("no a")
    return data


@parser
def by_hand(inner: Parser[object]):
    return (yield from inner.of(same))


@parser
async def awaited(inner: Parser[object]):
    return await inner.of(same)


def nested(inner: Parser[object]) -> Parser[object]:
    """A grammar that refers to itself, in brackets of its own."""
    whole = forward()
    whole.become(choice(literal(b"<") >> whole << literal(b">"), inner))
    return whole


TOKENS = st.one_of(
    words.map(literal),
    sizes.map(exactly),
    st.builds(until, words, st.booleans()),
    st.builds(lambda end, most: until(end, max=most), words, sizes),
    words.map(one_of),
    words.map(none_of),
    st.builds(take_while, words, sizes),
    st.builds(lambda some, most: take_while(some, max=most), words, sizes),
    st.sampled_from(
        [
            any_byte,
            rest,
            line,
            uint8,
            uint16,
            uint16le,
            decimal,
            hexadecimal,
            leb128,
            sleb128,
            zigzag,
            quic_varint,
            mqtt_varint,
            eof,
            commit,
            success(b"a"),
            struct_unpack("BxH"),
            integer(10, signed=True),
            integer(2, digits=2),
            text(until(b";")),
            text(rest, "ascii"),
        ]
    ),
)

#: Everything that is made of one parser.
WRAPPERS: list[Callable[[Parser[object]], Parser[object]]] = [
    optional,
    lambda one: optional(one, default=b"a"),
    lookahead,
    not_followed_by,
    many,
    lambda one: many(one, min=1, max=2),
    lambda one: sep_by(one, literal(b";")),
    lambda one: sep_by(one, take_while(b"01"), min=1, max=3),
    lambda one: many_until(one, literal(b";")),
    skip,
    recognize,
    span,
    functools.partial(label, "part"),
    lambda one: ohneio.map(same, one, same),
    lambda one: try_map(checked, recognize(one), same),
    lambda one: verify(not_nothing, one),
    lambda one: value(7, one),
    lambda one: length_prefixed(uint8, one),
    lambda one: length_prefixed(integer(10, signed=True) << literal(b";"), one),
    lambda one: count_prefixed(uint8, one),
    lambda one: sized(2, one),
    lambda one: delimited(b";", one),
    lambda one: delimited(b"\r\n", one, max=4),
    lambda one: checksummed(one, lambda data: zlib.crc32(data) & 3, uint8),
    by_hand,
    awaited,
    nested,
]


def wrapped(children: st.SearchStrategy) -> st.SearchStrategy:
    return st.one_of(
        st.builds(made, st.sampled_from(WRAPPERS), children),
        st.lists(children, min_size=1, max_size=3).map(lambda parts: made(seq, *parts)),
        st.lists(children, min_size=1, max_size=3).map(lambda parts: made(choice, *parts)),
        st.builds(lambda one, other: made(lambda a, b: a >> b, one, other), children, children),
        st.builds(lambda one, other: made(lambda a, b: a << b, one, other), children, children),
        st.builds(lambda one, other: made(tagged, one, other), children, children),
    )


def tagged(one: Parser[object], other: Parser[object]) -> Parser[object]:
    return dispatch(any_byte, {b"a": one, b"b": other}, default=one)


def made(make: Callable[..., Parser[object]], *parts: Parser[object]) -> Parser[object]:
    """Make a parser, unless it would be misuse: a loop over nothing, say."""
    try:
        return make(*parts)
    except UsageError:
        assume(False)
        raise


#: Any grammar at all.
grammars = st.recursive(TOKENS, wrapped, max_leaves=6)
#: Grammars of which what they build parses to the same value for sure.
unambiguous = grammars.filter(lambda one: one.facts.unambiguous and one.facts.buildable)

raw = st.lists(letters, max_size=20).map(b"".join)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Parser[object], bytes]:
    """A grammar and some bytes: any, or such as it would take, with more behind them."""
    grammar = draw(grammars)
    data = draw(raw)
    if draw(st.booleans()):
        with contextlib.suppress(UsageError):  # written by hand somewhere: any bytes must do
            data = draw(wire(grammar)) + draw(st.sampled_from([b"", data]))
    return grammar, data
