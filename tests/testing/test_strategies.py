"""What is drawn from a grammar: values, bytes, and bytes that are nearly right."""

import enum
import zlib
from contextlib import suppress

import attrs
import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import ohneio
from ohneio import (
    BuildError,
    Parser,
    UsageError,
    bind,
    bit,
    bits,
    checksummed,
    choice,
    commit,
    count_prefixed,
    decimal,
    delimited,
    dispatch,
    eof,
    exactly,
    fail,
    field,
    float64,
    forward,
    hexadecimal,
    integer,
    leb128,
    length_prefixed,
    line,
    literal,
    lookahead,
    many,
    many_until,
    none_of,
    not_followed_by,
    one_of,
    optional,
    parser,
    quic_varint,
    recognize,
    record,
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
    testing,
    text,
    uint8,
    uint16,
    until,
    value,
    wire,
)
from ohneio.testing import LawBroken, mutated, register, roundtrip, values
from ohneio.testing._outcome import same
from ohneio.testing._strategies import _mutate
from tests.processes import python

FEW = settings(
    derandomize=True, max_examples=5, phases=[Phase.generate], database=None, deadline=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def one(strategy):
    """The first that is drawn."""
    return hypothesis.find(strategy, lambda _: True, settings=FEW)


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


@wire
class Half:
    flag: bool = bit(1)
    number: int = bit(5)
    colour: Colour = bit(2)


@wire
class Message:
    size: int = field(uint8, computed=lambda self: len(self.data))
    data: bytes = field(lambda self: exactly(self.size))
    flag: int = field(uint8)
    more: int | None = field(uint16, when=lambda self: self.flag > 9)


@wire
class Packet:
    """Bits of each sort beside other fields, of which a frame has the rest."""

    version: int = bit(3, always=5)
    long: bool = bit(1, bool, computed=lambda self: len(self.data) > 3)
    colour: Colour = bit(2, Colour)
    count: int = bit(2, computed=lambda self: len(self.data) % 4)
    size: int = field(uint8, frames=True)
    limit: int = field(uint8, verify=lambda self: self.limit > 9)
    again: bytes = field(exactly(1), computed=lambda self: self.data[-1:] or b"-")
    data: bytes = field(rest)


@parser
def hand():
    """Written by hand: nobody knows what it takes."""
    size = yield from uint8.of(len)
    return (yield from exactly(size).of(lambda whole: whole))


def tied():
    tree = forward()
    tree.become(literal(b"(") >> many(tree, max=1) << literal(b")"))
    return tree


A, B = literal(b"a"), literal(b"b")
PLUS, MINUS = (lambda n: n + 1), (lambda n: n - 1)


def even(n):
    """The half, of an even number."""
    if n % 2:
        raise ValueError
    return n // 2


#: Each class of the vocabulary, alone or with what its bytes need.
GRAMMARS = [
    exactly(3), A, until(b"\r\n"), until(b";", include=True),
    one_of(b"abc"), none_of(b"abc"), take_while(b"ab", 1, 3), line, rest,
    uint8, uint16, float64, struct_unpack(">BH"), decimal, hexadecimal, integer(signed=True),
    integer(16), integer(digits=3), leb128, sleb128, quic_varint, text(until(b";")), bits(Half),
    seq(A, uint8), A >> uint8, uint8 << A, choice(A, B), optional(A), many(A, min=1, max=3),
    sep_by(decimal, literal(b",")), sep_by(decimal, literal(b","), min=2), many_until(B, A),
    skip(A), lookahead(A) >> exactly(1), not_followed_by(A) >> success(1), seq(A, commit, B),
    seq(A, eof), tied(),
    uint8.map(PLUS, MINUS), uint8.try_map(even, lambda n: n * 2), uint8.verify(lambda n: n > 9),
    bind(lambda n: exactly(n % 4), uint8, len), value(7, A), value([], A), success([]),
    optional(uint8, []), uint8.label("it"), recognize(seq(A, uint8)), span(A),
    uint8.example(st.just(7)), choice(fail("never"), A),
    sized(3, rest), sized(2, uint16), sized(2, text(rest)), length_prefixed(uint8),
    length_prefixed(uint8, many(uint16)), count_prefixed(uint8, uint16), delimited(b";", rest),
    checksummed(exactly(2), zlib.crc32),
    dispatch(uint8, {1: uint16, 2: exactly(4)}),
    dispatch(lookahead(exactly(1)), {b"a": A, b"b": B}),
    dispatch(uint8, {1: A}, default=B),
    record(Message), record(Packet), hand.example(st.binary(max_size=3)),
]  # fmt: skip


@pytest.mark.parametrize("grammar", GRAMMARS, ids=repr)
def test_what_is_drawn_as_bytes_is_parsed_to_the_last(grammar):
    """Of each class of parsers."""

    @FEW
    @given(testing.wire(grammar))
    def check(data):
        assert type(data) is bytes
        if not_alone(grammar):
            return
        grammar.parse(data)

    check()


def not_alone(grammar):
    """Tell whether it looks at bytes that it does not draw."""
    return "lookahead" in repr(grammar) and not repr(grammar).startswith("dispatch")


@pytest.mark.parametrize("grammar", GRAMMARS, ids=repr)
def test_what_is_drawn_as_a_value_is_what_it_builds(grammar):
    """Unless it refuses to, where that depends on the value."""

    @FEW
    @given(values(grammar))
    def check(drawn):
        if grammar.facts.buildable is False or "span" in repr(grammar):
            return
        with suppress(BuildError):
            assert same(grammar.parse(grammar.build(drawn)), drawn)

    check()


def test_nothing_is_drawn_of_what_never_matches():
    """There is no such value."""
    assert values(fail("never")).is_empty
    assert testing.wire(fail("never")).is_empty


@pytest.mark.parametrize(
    ("draw", "name"), [(values, "values"), (testing.wire, "wire"), (mutated, "wire")]
)
def test_a_parser_written_by_hand_is_named(draw, name):
    """Nobody can know what it takes: the error says what to do."""
    text = rf"{name}\(\) cannot know what goes into hand: give it an example by \.example"
    with pytest.raises(UsageError, match=text):
        one(draw(seq(A, hand)))


@attrs.frozen
class Unknown(Parser):
    """Of a class of which nobody has heard."""

    number: int

    def _parse(self):
        return uint8._parse()

    def _build(self, value):
        return uint8._build(value)


def test_a_class_is_registered():
    """What is said of a class holds for its subclasses too."""
    with pytest.raises(UsageError, match="Unknown"):
        one(values(Unknown(1)))

    @attrs.frozen
    class Known(Unknown):
        pass

    class Below(Known):
        pass

    register(
        Known,
        values=lambda node, child: child(uint8).map(lambda _: node.number),
        wire=lambda node, child: st.just(bytes([node.number])),
    )
    assert one(values(Below(5))) == 5
    assert one(testing.wire(seq(A, Below(5)))) == b"a\x05"


@attrs.define
class Holder:
    inner: bytes = field(lambda self: hand)


@pytest.mark.parametrize(
    "grammar",
    [
        hand, seq(A, hand), sized(3, hand), span(hand), recognize(hand),
        Parser.map(hand, bytes.upper),
        bind(lambda n: hand, A, lambda _: b"a"), length_prefixed(uint8, hand), record(Holder),
        seq(value([], A), hand),
    ],
    ids=repr,
)  # fmt: skip
def test_examples_reach_every_node(grammar):
    """A strategy that is given for a parser is used wherever it is in the grammar."""
    examples = {hand: st.just(b"qq")}
    assert "qq" in repr(one(values(grammar, examples))).lower()
    assert b"\x02qq" in one(testing.wire(grammar, examples))


@pytest.mark.parametrize(
    ("change", "data"),
    [
        (("flip", 2, 0x78), b"abxdef"),
        (("flip", 6, 0x78), b"abcdefx"),
        (("delete", 1, 1), b"adef"),
        (("double", 1, 1), b"abcbcdef"),
        (("insert", 0, 0x78), b"xabcdef"),
        (("cut", 3, 0), b"abc"),
        (("move", 2, 0), b"cdefab"),
        (("append", 2, 0x78), b"abcdefx"),
        (("cut", 7, 0), b""),
    ],
)
def test_each_change(change, data):
    """It is made at a place of the bytes, whatever number was drawn."""
    assert _mutate(b"abcdef", [change]) == data


def test_what_is_nearly_right():
    """Some changes, one on top of the other, to bytes that were right."""
    assert _mutate(b"abcdef", [("cut", 3, 0), ("append", 0, 0x78)]) == b"abcx"
    assert type(one(mutated(literal(b"abcdef")))) is bytes


def test_roundtrip_is_a_test():
    """It passes for what builds and parses back, also where some values are refused."""
    FEW(roundtrip(seq(uint8, until(b";"))))()
    FEW(roundtrip(seq(many(one_of(b"ab")), optional(B))))()


def test_roundtrip_takes_examples():
    """As the strategies do."""
    FEW(roundtrip(seq(A, hand), {hand: st.just(b"q")}))()


@pytest.mark.parametrize(
    ("back", "story"), [(lambda n: n ^ 1, "came back as"), (lambda n: None, "cannot be parsed")]
)
def test_roundtrip_fails_by_its_name(back, story):
    """What is built is another value, or nothing that parses."""

    @attrs.frozen
    class Wrong(Parser):
        def _parse(self):
            return uint8._parse()

        def _build(self, value):
            other = back(value)
            return success(None)._build(None) if other is None else uint8._build(other)

        def _facts(self):
            return uint8.facts

    with pytest.raises(LawBroken, match=story) as caught:
        FEW(roundtrip(Wrong(), {Wrong(): st.integers(0, 255)}))()
    assert caught.value.law == "round trip"


def test_roundtrip_fails_where_a_value_cannot_be_built():
    """Of a grammar that is not ambiguous: then nothing may be refused."""
    with pytest.raises(BuildError):
        FEW(roundtrip(uint8, {uint8: st.just(256)}))()


def test_hypothesis_is_not_imported_before_it_is_needed():
    """The other tools work without it; each of the strategies asks for it."""
    code = """
import sys
import ohneio.testing as testing
from ohneio import until
testing.check(until(b";"), [b"a;"])
testing.lint(until(b";"))
assert "hypothesis" not in sys.modules
assert set(testing.__all__) >= {"values", "wire", "mutated", "roundtrip", "register"}
testing.values
assert "hypothesis" in sys.modules
assert testing.register and testing.wire
"""
    done = python("-c", code)
    assert done.returncode == 0, done.stderr


def test_an_unknown_name_is_an_attribute_error():
    """As of any module."""
    with pytest.raises(AttributeError, match="nothing_like_it"):
        _ = ohneio.testing.nothing_like_it
