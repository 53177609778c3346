"""What lies ahead: looked at, and not taken."""

import pytest

from ohneio import (
    Limits,
    any_byte,
    choice,
    dispatch,
    eof,
    exactly,
    forward,
    length_prefixed,
    literal,
    lookahead,
    many,
    not_followed_by,
    optional,
    rest,
    seq,
    sized,
    struct_unpack,
    take_while,
    uint8,
    uint16,
    until,
)
from ohneio.staging import stage
from tests.staging.differing import Case, compare
from tests.staging.parsing import agrees, code_of, once

a, b, c = literal(b"a"), literal(b"b"), literal(b"c")

#: A grammar and bytes for it.
AHEAD = {
    "ahead": (lookahead(choice(a, b)) >> any_byte, [b"abc"]),
    "ahead by more": (seq(lookahead(seq(until(b";"), a)), until(b"a")), [b"x;axx;b", b"x"]),
    "ahead by a number": (seq(lookahead(uint16), struct_unpack("BB")), [b"abc"]),
    "ahead, in an alternative": (
        choice(seq(a, lookahead(until(b";")), lookahead(b)), any_byte),
        [b"ab;ab"],
    ),
    "ahead, dropped": (lookahead(exactly(2)) >> uint8, [b"abc"]),
    "not ahead": (seq(not_followed_by(a), any_byte), [b"bca", b""]),
    "not ahead at the end": (seq(uint8, not_followed_by(a)), [b"xyab", b"x"]),
    "not ahead, of what may be nothing": (seq(not_followed_by(take_while(b"a")), any_byte), [b"b"]),
    "not ahead, in an alternative": (
        choice(seq(a, not_followed_by(b)), any_byte),
        [b"acaba", b"a"],
    ),
    "not ahead, in a frame": (sized(2, seq(any_byte, not_followed_by(a), rest)), [b"xyza", b"xa"]),
    "the end": (seq(uint8, eof), [b"a", b"ab", b""]),
    "the end of a frame": (sized(2, seq(uint8, uint8, eof)), [b"abc"]),
    "no end of a frame": (sized(2, seq(uint8, eof, rest)), [b"abc"]),
    "the end in an alternative": (seq(any_byte, choice(seq(a, eof), rest)), [b"xa", b"xab"]),
}


@pytest.mark.parametrize("name", AHEAD)
def test_what_lies_ahead_is_looked_at_as_by_its_node(name):
    """It is there again behind that, whatever it was."""
    grammar, inputs = AHEAD[name]
    agrees(grammar, *inputs)
    agrees(seq(uint8, grammar, optional(a)), b"x" + inputs[0])


@pytest.mark.parametrize("name", AHEAD)
def test_what_lies_ahead_in_a_frame_is_looked_at_as_by_its_node(name):
    """Where nothing lies behind the last byte."""
    grammar, inputs = AHEAD[name]
    agrees(length_prefixed(uint8, grammar), bytes([3]) + inputs[0][:5], bytes([1]) + inputs[-1][:2])


@pytest.mark.parametrize("most", [0, 1, 3])
def test_limits_hold_for_what_lies_ahead(most):
    """Of what is looked at, and of what is read again."""
    for name in ("ahead", "ahead by more"):
        grammar, inputs = AHEAD[name]
        agrees(grammar, inputs[0], limits=Limits(max_buffered=most))
        agrees(grammar, inputs[0], limits=Limits(max_backtrack=most))


def test_what_an_item_begins_with_looking_at_is_counted_before():
    """In a lane, which is not opened where the limit is less; what is looked at later is added."""
    inner = seq(a, lookahead(uint8), optional(lookahead(a) >> any_byte))
    grammar = dispatch(lookahead(uint8), {97: inner, 98: seq(b, uint16)})
    source = code_of(grammar, "lane")
    assert source.count("again = 1") == 1
    assert source.count("again += 1") == 2
    assert "again = 0" not in source
    make = stage(grammar)._staged["lane"]
    assert [make(Limits(max_backtrack=most)) is None for most in (0, 1)] == [True, False]
    for most in range(5):
        agrees(grammar, b"aaaab12acb12aab12ab" * 2, limits=Limits(max_backtrack=most))


def test_what_is_looked_at_is_held_with_what_stands_before_it():
    """A function that runs in somebody's alternative reads no further ahead than its nodes."""
    inner = forward()
    ahead = {97: uint8 >> many(inner, 2, 2), 98: a}
    grammar = optional(dispatch(any_byte, {b"a": inner}, default=a))
    inner.become(dispatch(lookahead(uint8), ahead, default=a))
    compare(Case(grammar, b"aab", [[b"a", b"ab"]], Limits(max_buffered=1, max_backtrack=1)))


def test_what_lies_ahead_is_counted():
    """A whole input may be read again only so often."""
    grammar, _ = AHEAD["ahead by more"]
    assert "again += " in code_of(grammar)
    assert once(grammar, b"x;a") == ((b"x", b"a"), b"x;")
