"""Building from values that nobody thought of, with grammars that nobody should write.

Whatever the value is, what comes out is bytes that parse to it, or a `BuildError`.
"""

import math

import pytest

from ohneio import (
    BuildError,
    Limits,
    ParseError,
    any_byte,
    bit,
    bits,
    choice,
    count_prefixed,
    decimal,
    delimited,
    dispatch,
    exactly,
    float32,
    forward,
    int16,
    leb128,
    length_prefixed,
    line,
    literal,
    many,
    optional,
    parser,
    quic_varint,
    recognize,
    rest,
    sep_by,
    seq,
    skip,
    span,
    struct_unpack,
    success,
    take_while,
    text,
    uint8,
    until,
    value,
    wire,
)
from ohneio.core._likeness import alike


def same(value):
    return value


def in_brackets(inner):
    """A grammar whose value says nothing of how deep in brackets it is."""
    whole = forward()
    whole.become(choice(literal(b"<") >> whole << literal(b">"), inner))
    return whole


@parser
def by_hand():
    return (yield from choice(literal(b"<") >> by_hand << literal(b">"), exactly(0)).of(same))


@pytest.mark.parametrize("brackets", [in_brackets(exactly(0)), by_hand])
@pytest.mark.parametrize("around", [same, lambda inner: optional(literal(b"a")) >> inner])
def test_a_branch_that_would_build_itself_for_ever_is_no_branch(brackets, around):
    """The next one is tried, as if it could not: it has no finite way to build the value."""
    grammar = around(brackets)
    assert grammar.parse(b"<<>>") == b""
    assert grammar.build(b"") == b""


def test_a_parser_that_is_built_from_nothing_may_have_such_a_branch():
    """It has a choice then, and takes the one that ends."""
    grammar = seq(uint8, skip(in_brackets(literal(b"x"))))
    assert grammar.build((7, None)) == b"\7x"


def test_what_only_builds_itself_for_ever_is_told_so():
    """And not that it is nested too deep, which more depth would not mend."""
    endless = forward()
    endless.become(literal(b"<") >> endless)
    with pytest.raises(BuildError, match="again and again"):
        endless.build(b"")
    with pytest.raises(BuildError, match="again and again"):
        (literal(b"a") >> endless).build(b"", limits=Limits(max_depth=1 << 20))


class Incomparable:
    """As an array is, say, whose `==` is no truth."""

    def __eq__(self, other):
        raise ZeroDivisionError("compared")

    __hash__ = None


class Unindexable:
    """A number that has none."""

    def __index__(self):
        raise ZeroDivisionError("index")

    __float__ = __index__


class Mysterious(bytes):
    """Bytes that say that they are other bytes."""

    def __bytes__(self):
        return b"zz"


class Number(int):
    """An int of somebody's own."""

    def __eq__(self, other):
        raise ZeroDivisionError("compared")

    __hash__ = None


def released():
    """A view of bytes that is no more."""
    view = memoryview(b"ab")
    view.release()
    return view


@wire
class Half:
    high: int = bit(4, int)
    low: int = bit(4, int)


ODD = [
    *(
        Incomparable(),
        (Incomparable(),),
        [Incomparable()],
        {1: Incomparable()},
        (1, Incomparable()),
    ),
    *(Unindexable(), [Unindexable()], (1, Incomparable()), released(), [released()]),
    *(Half(Number(1), 2), Half(Unindexable(), 2), Half(Incomparable(), 2), Half(None, 1)),
    *(math.nan, math.inf, -0.0, 10**5000, -(10**5000), True, None, ..., NotImplemented, object),
    *((one for one in [1, 2]), iter([b"a"]), range(2), {1, 2}, frozenset(), "\ud800", 3j),
    *(ParseError("no"), StopIteration(1), GeneratorExit(), Ellipsis, b"", [], (), {}),
]
GRAMMARS = [
    *(exactly(2), literal(b"ab"), until(b";"), take_while(b"ab"), rest, line, any_byte),
    *(uint8, int16, float32, struct_unpack("B"), struct_unpack("2s"), decimal, leb128, quic_varint),
    *(seq(uint8), seq(uint8, rest), many(uint8), sep_by(uint8, literal(b",")), bits(Half)),
    *(optional(uint8), optional(uint8, default=Incomparable()), value(3, literal(b"a"))),
    *(value(Incomparable(), literal(b"a")), success(math.nan), text(rest), recognize(uint8)),
    *(span(uint8), length_prefixed(uint8), count_prefixed(uint8, uint8), delimited(b";", rest)),
    *(uint8.map(same, same), uint8.verify(bool), uint8.bind(success, same), uint8.try_map(same)),
    *(
        dispatch(uint8, {1: uint8, 2: rest}),
        dispatch(uint8, {1: rest}, key=same),
        choice(uint8, rest),
    ),
    parser(lambda: (yield from uint8.of(same))),
]


@pytest.mark.parametrize("grammar", GRAMMARS, ids=repr)
def test_any_value_builds_what_parses_to_it_or_does_not_fit(grammar):
    """No other error comes out, and what is raised can be shown."""
    for odd in ODD:
        try:
            data = grammar.build(odd)
        except BuildError as error:
            shown = str(error)
            assert 0 < len(shown) <= 512
        else:
            assert type(data) is bytes
            assert alike(grammar.parse(data), odd)


def test_bytes_are_what_they_are():
    """And not what their class says."""
    assert exactly(2).build(Mysterious(b"ab")) == b"ab"
    assert exactly(4).build(memoryview(b"abcdefgh")[::2]) == b"aceg"


def test_what_cannot_be_compared_is_no_default():
    """It is built, or does not fit, like any other value."""
    with pytest.raises(BuildError, match="expected bytes, not Incomparable"):
        optional(exactly(1)).build(Incomparable())
    one = Incomparable()
    assert optional(exactly(1), default=one).build(one) == b""
