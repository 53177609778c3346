"""What of a parser may not match, behind what was decided before it runs."""

import attrs
import pytest

from ohneio import (
    any_byte,
    delimited,
    dispatch,
    eof,
    exactly,
    fail,
    field,
    forward,
    integer,
    label,
    length_prefixed,
    line,
    literal,
    many,
    one_of,
    record,
    rest,
    seq,
    sized,
    take_while,
    text,
    try_map,
    uint8,
    uint16,
    until,
    verify,
    wire,
)
from ohneio.staging._code import Code
from ohneio.staging._emitter import Emitter
from ohneio.staging._forms import ITEMS, ONCE
from ohneio.staging._refusing import fails_behind, is_short, parts

a, word = literal(b"a"), take_while(b"xy", min=1)


@wire
class Plain:
    data: bytes = field(until(b";"))


@wire
class Computed:
    size: int = field(uint8, computed=lambda m: len(m.data))
    data: bytes = field(rest)


@attrs.define
class Refusing:
    data: bytes = field(rest)

    def __attrs_post_init__(self) -> None:
        raise ValueError


MAY = [
    seq(word, a),
    seq(word, one_of(b"ab")),
    seq(a, word),
    seq(a, integer()),
    take_while(b"xy", min=2),
    literal(b"ab"),
    uint8.verify(bool),
    try_map(int, rest),
    text(rest),
    fail("no"),
    seq(rest, eof),
    dispatch(uint16, {1: a}),
    sized(2, many(any_byte)),
    length_prefixed(uint8, uint8),
    delimited(b";", seq(rest)),
    record(Computed),
    record(Refusing),
]
MAY_NOT = [
    a,
    one_of(b"ab"),
    word,
    integer(),
    exactly(3),
    label("a", seq(a, rest, any_byte)),
    dispatch(uint8, {1: rest}, default=rest),
    sized(2, rest),
    length_prefixed(uint8, rest),
    record(Plain),
    seq(a, forward()),
]


@pytest.mark.parametrize("node", MAY, ids=repr)
def test_what_may_not_match_behind_its_first_byte(node):
    """Whatever class it is of."""
    assert fails_behind(Emitter(ITEMS, Code()), node, 0)


@pytest.mark.parametrize("node", MAY_NOT, ids=lambda node: type(node).__name__)
def test_what_always_matches_behind_its_first_byte(node):
    """Unless bytes are missing."""
    assert not fails_behind(Emitter(ITEMS, Code()), node, 0)


@pytest.mark.parametrize("node", [until(b";"), line, record(Plain)], ids=repr)
def test_a_delimiter_that_is_missing_is_a_mismatch_at_the_end(node):
    """In a whole input, where no more can come."""
    assert fails_behind(Emitter(ONCE, Code()), node, 0)
    assert not fails_behind(Emitter(ITEMS, Code()), node, 0)


def test_so_much_as_was_asked_before_does_not_fail():
    """Of a first byte it may have been asked for its value, too."""
    e = Emitter(ITEMS, Code())
    assert not fails_behind(e, seq(a, a), 2)
    assert fails_behind(e, seq(a, a, a), 2)
    assert fails_behind(e, a, 0, first=False)
    assert not fails_behind(e, uint8.verify(bool), 0, judged=True)
    assert fails_behind(e, uint16.verify(bool), 0, judged=True)


def test_parts_come_in_the_order_in_which_they_fail():
    """What judges a value behind what gives it."""
    one = verify(len, seq(a, word))
    assert [*parts(one)] == [a, word, one.parser, one]


def test_what_is_short_takes_nothing_again_and_again():
    """And is made of few parsers."""
    assert is_short(seq(a, until(b";"), label("word", word)))
    assert not is_short(seq(*[a] * 8))
    assert not is_short(seq(a, many(a)))
