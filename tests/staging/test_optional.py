"""What may be there or not: it is tried, and given back where it does not match."""

import pytest

from ohneio import (
    Limits,
    any_byte,
    choice,
    exactly,
    length_prefixed,
    literal,
    lookahead,
    many,
    not_followed_by,
    optional,
    seq,
    sized,
    skip,
    success,
    take_while,
    uint8,
    uint16,
)
from tests.staging.parsing import agrees, code_of

a, b, c = literal(b"a"), literal(b"b"), literal(b"c")
small = uint8.verify(lambda n: n < 4)

#: A grammar and bytes for it.
OPTIONAL = {
    "optional with something ahead": (
        seq(optional(lookahead(a) >> any_byte), optional(not_followed_by(b) >> any_byte), c),
        [b"axcaccbc"],
    ),
    "optional": (seq(optional(a), optional(b, default=7), c), [b"abcacbcc", b"ab", b"d"]),
    "optional and open": (seq(optional(seq(a, take_while(b"x"))), c), [b"axxcacc", b"ab"]),
    "optional, where all could be": (seq(optional(exactly(2)), optional(uint8)) << c, [b"abcdabc"]),
    "optional, of what may be nothing": (
        seq(optional(take_while(b"x")), optional(many(a)), c),
        [b"xxaacc", b"xa"],
    ),
    "optional in an alternative": (choice(seq(a, optional(b), c), any_byte), [b"abcacad", b"ab"]),
    "optional and open, in an alternative": (
        choice(seq(a, optional(many(b, min=1)), optional(take_while(b"x")), c), any_byte),
        [b"abcaxcad"],
    ),
    "optional at the end": (seq(uint8, optional(a)), [b"xax", b"x"]),
    "optional, of what a function refuses": (
        seq(optional(small), optional(small >> a), optional(uint8)) << c,
        [b"\1\2axcxccc", b"\1\1", b"\xff"],
    ),
    "optional, of what a function refuses, in an alternative": (
        choice(seq(a, optional(small), skip(optional(small)), c), any_byte),
        [b"a\1\2cac", b"a\xffa\1"],
    ),
    "optional at the end, of what may be nothing": (
        sized(2, seq(uint8, optional(take_while(b"a")), optional(many(b)), optional(success(1)))),
        [b"xaxbxx", b"xcx"],
    ),
    "of which the first fails, and nothing else may be": (
        seq(optional(take_while(b"xy", min=1) << a), optional(take_while(b"xy", min=1)), c),
        [b"xyaxcxcc", b"xya", b"b"],
    ),
}


@pytest.mark.parametrize("name", OPTIONAL)
def test_what_may_be_there_is_taken_as_by_its_node(name):
    """Whether it is, and whatever is told of it where it is not."""
    grammar, inputs = OPTIONAL[name]
    agrees(grammar, *inputs)
    agrees(seq(uint8, grammar, optional(a)), b"x" + inputs[0])


@pytest.mark.parametrize("name", OPTIONAL)
def test_in_a_frame_it_is_taken_as_by_its_node(name):
    """Where no bytes can come behind it."""
    grammar, inputs = OPTIONAL[name]
    agrees(length_prefixed(uint8, grammar), bytes([3]) + inputs[0][:5], bytes([1]) + inputs[-1][:2])


@pytest.mark.parametrize("most", [0, 1, 3])
def test_limits_hold_for_what_is_tried(most):
    """Of what is looked at, and of what is read again."""
    grammar, inputs = OPTIONAL["optional"]
    agrees(grammar, inputs[0], limits=Limits(max_buffered=most))
    agrees(grammar, inputs[0], limits=Limits(max_backtrack=most))


def test_an_optional_part_is_passed_by():
    """By its first byte, without a way back."""
    source = code_of(seq(optional(a), uint8), "once")
    assert "if pos < stop and data[pos] == 97:" in source


ITEM = seq(literal(b"#"), uint16)
IN_LANES = {
    "one or none": (seq(uint8, optional(ITEM)), b"a#12b#34cd#56"),
    "one or none, in a frame": (
        length_prefixed(uint8, seq(uint8, optional(ITEM))),
        b"\4a#12\1b\4b#34\2cd",
    ),
}


@pytest.mark.parametrize("kind", IN_LANES)
def test_an_optional_part_in_a_lane_waits_for_the_next_byte(kind):
    """Wherever a chunk ends; the stream's own generator is woken only at first."""
    grammar, data = IN_LANES[kind]
    assert "yield True" in code_of(grammar, "lane").partition("start = pos")[2]
    for limits in (Limits(), Limits(max_buffered=4)):
        agrees(grammar, data, data[:-3], data * 2, limits=limits)
