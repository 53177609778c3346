"""The ways on which a grammar comes back to itself, as far as a loop can follow them."""

import pytest

from ohneio import (
    Limits,
    choice,
    count_prefixed,
    decimal,
    delimited,
    dispatch,
    field,
    label,
    length_prefixed,
    literal,
    many,
    many_until,
    not_followed_by,
    optional,
    record,
    rest,
    sep_by,
    seq,
    sized,
    uint8,
    wire,
)
from ohneio.staging._ways_back import Ways
from tests.staging.grammars import in_each_other, itself, stood_for, tied
from tests.staging.parsing import agrees, code_of

a, b, c = literal(b"a"), literal(b"b"), literal(b"c")
comma = literal(b",")
number = decimal << literal(b";")


def boxed(inner, computed=None, when=None):
    @wire
    class Box:
        size: int = field(uint8, computed=computed)
        inside: object = field(inner, when=when)

    return record(Box)


def fussy(inner):
    @wire
    class Fussy:
        size: int = field(uint8)
        inside: object = field(lambda it: inner)

    return record(Fussy)


def twice(one):
    """Return it as it is, and behind something."""
    return choice(number >> one, one)


#: What comes back, by code that waits and by code that may leave.
BACK = {
    "in a row": (lambda x: seq(a, x) >> b << c, True, True),
    "in the last branch": (lambda x: choice(a, b >> x), True, True),
    "in another branch": (lambda x: choice(b >> x, a), False, True),
    "behind one that no byte tells": (lambda x: choice(optional(c), b >> x), False, False),
    "by a tag": (lambda x: dispatch(uint8, {1: x, 2: a}), True, True),
    "by default": (lambda x: dispatch(uint8, {2: a}, default=x), False, True),
    "counted": (lambda x: count_prefixed(uint8, x), True, True),
    "so many": (lambda x: many(x, 2, 2), True, True),
    "many": (many, False, True),
    "many of what no byte begins": (lambda x: many(not_followed_by(b) >> x), False, False),
    "separated": (lambda x: sep_by(x, comma), False, True),
    "separated by what no byte begins": (
        lambda x: sep_by(x, not_followed_by(a) >> b),
        False,
        False,
    ),
    "between": (lambda x: sep_by(seq(x), a >> x), False, False),
    "up to an end": (lambda x: many_until(x, b), False, True),
    "up to what no byte begins": (lambda x: many_until(x, not_followed_by(c) >> b), False, False),
    "in the end": (lambda x: many_until(x, b >> x), False, False),
    "optional": (optional, False, True),
    "optional without a byte": (lambda x: optional(not_followed_by(b) >> x), False, False),
    "in a frame": (lambda x: length_prefixed(uint8, x), False, True),
    "of a size": (lambda x: sized(3, x), False, True),
    "delimited": (lambda x: delimited(b".", x), False, True),
    "as a length": (lambda x: length_prefixed(x.map(len), rest), False, False),
    "verified": (lambda x: x.verify(bool), False, True),
    "labelled": (lambda x: label("it", x), False, True),
    "converted": (lambda x: x.map(bool).try_map(list).value(1).example(1), True, True),
    "in a record": (boxed, True, True),
    "in a record that is judged": (lambda x: boxed(x, computed=lambda it: 1), False, True),
    "in a record whose fields depend": (fussy, False, False),
    "in a field that may be off": (
        lambda x: boxed(x, when=lambda it: it.size),
        False,
        True,
    ),
    "in a field that may be off, before others": (
        lambda x: seq(boxed(x, when=lambda it: it.size), b, x),
        True,
        True,
    ),
    "in an item that may be off": (
        lambda x: many(boxed(x, when=lambda it: it.size), 2, 2),
        False,
        True,
    ),
    "in items that are not always it": (lambda x: many(choice(c, x), 2, 2), True, True),
    "in an item, for sure": (lambda x: many(seq(c, choice(c, x), x), 2, 2), True, True),
    "in lists of lists": (lambda x: many(many(x, 2, 2), 2, 2), True, True),
    "by another forward": (lambda x: stood_for(seq(b, stood_for(x), c)), True, True),
    "by one that comes back to itself": (
        lambda x: itself(lambda y: choice(c, b >> y, comma >> x)),
        True,
        True,
    ),
    "beside one that comes back to itself": (
        lambda x: seq(tied(lambda y: choice(c, b >> y)), x),
        True,
        True,
    ),
}


@pytest.mark.parametrize("name", BACK)
def test_ways_back_are_followed(name):
    """By code that may leave on more of them than by code that waits wherever it is."""
    of, waits, leaves = BACK[name]
    grammar = tied(lambda x: choice(c, a >> of(x)))
    assert (Ways(grammar, False).meets(grammar), Ways(grammar, True).meets(grammar)) == (
        waits,
        leaves,
    )
    assert Ways(grammar, True).fit()


@pytest.mark.parametrize(
    ("of", "ends"),
    [
        (lambda x: b >> x, False),
        (lambda x: b >> x << c, False),
        (lambda x: b >> optional(x), False),
        (lambda x: seq(b, x, optional(c), many(c)), True),
        (lambda x: b >> many(x), True),
        (lambda x: seq(b, many(x), optional(c)), True),
        (lambda x: b >> many_until(x, c), False),
        (lambda x: dispatch(uint8, {1: x << c, 2: sep_by(x, comma)}), True),
        (lambda x: dispatch(uint8, {1: x << c, 2: sep_by(x, comma) << c}), False),
        (lambda x: optional(x).map(bool), False),
        (lambda x: b >> stood_for(many(c)) << c >> x, False),
        (lambda x: stood_for(optional(b >> x)), True),
        (lambda x: b >> stood_for(x), False),
        (lambda x: b >> stood_for(x << many(c)), True),
        (lambda x: b >> stood_for(x << many(c)) << c, False),
        (lambda x: twice(itself(lambda y: choice(c, b >> y, comma >> x))), False),
        (lambda x: twice(itself(lambda y: choice(c, b >> many(y), comma >> x << c))), True),
    ],
)
def test_something_may_go_on_behind_values_of_several_levels(of, ends):
    """Where one ends where another does, and is not just the last of it."""
    grammar = tied(lambda x: choice(c, a >> of(x)))
    assert Ways(grammar, True).ends() is ends
    data = b"1abcb", b"1acb", b"1abccb", b"1a\1ccb", b"1abcx", b"1abab", b"1aabcx", b"1aabbb"
    agrees(seq(uint8, grammar, b), *data)


@pytest.mark.parametrize("name", BACK)
def test_with_or_without_a_way_it_is_taken_as_by_its_node(name):
    """What is left out is a function of its own, or runs as a node."""
    of, _, _ = BACK[name]
    grammar = tied(lambda x: choice(c, a >> of(x)))
    data = b"ac,ac", b"a1cb", b"aacbb", b"a\1c", b"a\2acb", b"acccc.", b"a\2cc", b"abab"
    agrees(grammar, *data)
    agrees(seq(uint8, many(grammar)), *[b"1" + one * 2 for one in data[:3]])


@pytest.mark.parametrize(
    ("items", "data"),
    [
        (lambda x: count_prefixed(uint8, count_prefixed(uint8, x)), b"b\2\1a\2ab\1\1a"),
        (lambda x: many(many(x, 2, 2), 1, 1), b"baba" + b"a" * 3),
        (lambda x: many(choice(c, x), 2, 2), b"bcbac"),
        (lambda x: count_prefixed(uint8, dispatch(uint8, {0: c, 1: x})), b"b\3\0c\1a\0c"),
        (lambda x: many(dispatch(uint8, {0: x, 1: seq(c, x)}, default=x), 2, 2), b"b\1ca\0a"),
    ],
    ids=["counts", "many", "a choice", "a tag", "always"],
)
def test_a_loop_whose_items_may_come_without_it_is_one_loop_as_well(items, data):
    """Else the code behind them, which is the next one, would have no end."""
    grammar = tied(lambda x: choice(a, b >> items(x)))
    assert "while turn:" in code_of(grammar, "once")
    agrees(grammar, data, data[:-1] + b"x", data[:-2])
    agrees(seq(grammar, grammar), data * 2, limits=Limits(max_depth=1))


def test_what_may_come_in_some_ways_is_a_loop():
    """What is behind a choice, or a list, is written once for each way through it.

    Behind a list whose items may come without it all ways meet.
    """
    meeting = tied(
        lambda x: dispatch(uint8, {97: c, 98: seq(count_prefixed(uint8, choice(c, x)), x)})
    )
    assert Ways(meeting, False).copies(meeting) == 3
    agrees(meeting, b"b\2cacac", b"b\0b\1cac")
    parts = [lambda x: choice(c, a >> x), lambda x: count_prefixed(uint8, x)]
    grammar = tied(
        lambda x: dispatch(uint8, {97: c, 98: seq(*[part(x) for part in parts], number)})
    )
    assert "while turn:" in code_of(grammar)
    agrees(grammar, b"bc\1ac1;", b"baac\0002;", b"babc\0001;\1acx")


def test_what_may_come_in_many_ways_is_no_loop():
    """What is behind is written once for each, and the code would double with every part."""

    def of(size):
        return tied(
            lambda x: dispatch(
                uint8, {97: c, 98: seq(*[dispatch(uint8, {0: c, 1: x}) for _ in range(size)])}
            )
        )

    assert "while turn:" in code_of(of(5))
    assert "while turn:" not in code_of(of(6))
    assert len(code_of(of(20)).splitlines()) < 2000
    agrees(of(6), b"b" + b"\0c" * 3 + b"\1b" + b"\0c" * 9)


def test_how_often_it_may_come_is_found_out_once():
    """In as many steps as there are parsers, however deep they are in each other."""

    def nested(inner):
        for _ in range(60):
            inner = boxed(dispatch(uint8, {97: inner}))
        return inner

    ways = Ways(tied(lambda x: choice(c, a >> nested(x))), True)
    assert ways.copies(ways.root) == 2
    assert ways.fit()


def test_what_stands_in_many_places_is_no_loop():
    """What is written would double with each part that has two of those before in it."""

    def of(size, inner):
        for _ in range(size):
            inner = seq(uint8, choice(a >> inner, b >> inner))
        return inner

    small, large = (tied(lambda x, size=size: choice(c, comma >> of(size, x))) for size in (4, 9))
    assert "while turn:" in code_of(small, "once")
    assert not Ways(large, True).fit()
    agrees(small, b",1a1b1a1b,1a1b1a1bc", b",1a1bx")
    agrees(large, b"," + b"1a" * 9 + b"c", b",1a1bx")


def test_many_forwards_in_each_other_are_no_loop():
    """Each of them could come behind each."""

    def among(size):
        one = [
            lambda *some: choice(c, *[literal(bytes([65 + at])) >> x for at, x in enumerate(some)])
        ]
        return in_each_other(*one * size)

    few, many_more = among(8), among(40)
    assert "elif entry == 7:" in code_of(few, "once")
    assert "entry" not in code_of(seq(uint8, many_more))
    agrees(few, b"ABCAc", b"AABx")
    agrees(many_more, b"ABCAc", b"AABx")
