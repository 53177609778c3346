"""Again and again: by a number that stands before, and what all loops have in common."""

import re

import pytest

from ohneio import (
    Limits,
    any_byte,
    choice,
    count_prefixed,
    decimal,
    dispatch,
    exactly,
    int8,
    length_prefixed,
    literal,
    lookahead,
    many,
    many_until,
    optional,
    parser,
    sep_by,
    seq,
    sized,
    skip,
    success,
    take_while,
    uint8,
    uint16,
    until,
)
from tests.staging.parsing import agrees, code_of

a, b, c = literal(b"a"), literal(b"b"), literal(b"c")
comma = literal(b",")


@parser
def by_hand():
    """A parser of which nobody knows whether it may take nothing."""
    return (yield from until(b";"))


@parser
def perhaps():
    """A parser that takes nothing where there is no a."""
    return (yield from optional(a))


field = until(b";")

#: A grammar and bytes for it.
LOOPS = {
    "many of some, in one branch": (
        dispatch(any_byte, {b"a": exactly(0), b"b": many(many(a, min=1, max=2)) << exactly(0)}),
        [b"abaaab", b"b", b"bx"],
    ),
    "many by a tag, of what may take nothing": (
        dispatch(uint8, {n: many(perhaps, n, n) for n in range(5)}),
        [b"\0\1\1a\2ab", b"\2a", b"\1b"],
    ),
    "count_prefixed": (count_prefixed(uint8, uint16), [b"\2abcd\0\1a", b"\1"]),
    "count_prefixed, dropped": (skip(count_prefixed(uint8, seq(a, uint8))) >> c, [b"\1axc\2axb"]),
    "count in digits": (count_prefixed(decimal << literal(b":"), until(b";")), [b"2:a;b;0:", b"x"]),
    "count that may be below 0": (count_prefixed(int8, uint8), [b"\2ab\xff"]),
    "count that is mapped": (
        count_prefixed(uint8.map(lambda n: "1" if n > 3 else n), uint8),
        [b"\1a\4abcd"],
    ),
    "count of no bytes": (seq(optional(a), count_prefixed(success(0), b), c), [b"x", b"acc", b"b"]),
    "count of no bytes, of tails": (
        seq(optional(a), count_prefixed(optional(literal(b"2")).map(bool), seq(b, optional(c))), a),
        [b"x", b"aa2bca", b"2bx", b"2x"],
    ),
    "count that is only looked at": (
        choice(a, count_prefixed(lookahead(uint8), b)) << c,
        [b"\0", b"ac\1", b"x"],
    ),
    "count of tails": (count_prefixed(uint8, seq(a, optional(b))) << c, [b"\2abac\2aabc", b"\1ax"]),
    "count in an alternative": (choice(count_prefixed(uint8, a) << c, any_byte), [b"\2aac\1ab"]),
    "families of counts": (
        dispatch(uint8, {n: many(field, n, n) for n in range(5)}),
        [b"\2a;b;\0\1", b"\4;;;;"],
    ),
    "families of counts, in an alternative": (
        choice(dispatch(uint8, {n: many(a, n, n) for n in range(5)}) << c, any_byte),
        [b"\2aac\1b"],
    ),
    "what nobody knows": (seq(many(by_hand, 2, 2), count_prefixed(uint8, by_hand)), [b"a;;\1b;"]),
}


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_is_taken_as_by_its_node(name):
    """However often it goes round, and however that ends."""
    grammar, inputs = LOOPS[name]
    agrees(grammar, *inputs)
    agrees(seq(uint8, sized(4, optional(grammar))), b"x" + inputs[0][:5])


@pytest.mark.parametrize("most", [0, 1, 2])
@pytest.mark.parametrize(
    "name",
    [
        "count_prefixed",
        "count in digits",
        "families of counts",
        "families of counts, in an alternative",
    ],
)
def test_items_are_counted(name, most):
    """One more than allowed is refused, at the same moment."""
    grammar, inputs = LOOPS[name]
    agrees(grammar, *inputs, limits=Limits(max_items=most))


def test_a_loop_by_a_number_is_a_range():
    """Of the count, when it was compared with the limit."""
    source = code_of(count_prefixed(uint8, until(b";")))
    assert re.search(r"for _ in range\(\w+\):", source)
    assert re.search(r"number\d* <= max_items", source)


END = seq(literal(b"x"), optional(a))
ENDING = {
    "many": seq(many(END, min=1), c),
    "at most": seq(many(END, min=1, max=3), c),
    "so many": seq(many(END, min=2, max=2), c),
    "counted": seq(count_prefixed(uint8, END), c),
    "separated": seq(sep_by(END, comma), c),
    "one at least": seq(sep_by(END, comma, min=1), c),
    "up to": many_until(END, c),
    "up to what goes on": seq(many_until(END, seq(c, optional(b))), comma),
    "tried": choice(seq(many(END, min=1), c), seq(literal(b"x"), b)),
    "in a frame": length_prefixed(uint8, many(END, min=1)),
    "one": seq(optional(END), c),
}


@pytest.mark.parametrize("kind", ENDING)
def test_what_could_have_gone_on_an_item_is_told_behind_the_loop(kind):
    """It was passed by for its first byte; so it is expected there, with all others."""
    inputs = b"xx!", b"x!", b"xax!", b"x,x!", b"x,!", b"!", b"xxc!", b"\2xx!", b"\3xax", b"\2x!"
    agrees(ENDING[kind], *inputs)


def test_what_never_has_room_is_not_waited_for():
    """It is known at once, so a lane may not wait for a byte either."""
    for item in (sized(1, take_while(b"ab", min=2)), sized(2, seq(uint8, uint16))):
        for grammar in (optional(item), many(item), sep_by(item, comma)):
            agrees(seq(uint8, grammar), b"a", b"ab", b"a1,b")
