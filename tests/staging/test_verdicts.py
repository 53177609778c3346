"""What a function says of the first byte of a parser, before that parser is asked."""

import pytest

from ohneio import (
    Limits,
    any_byte,
    choice,
    count_prefixed,
    eof,
    exactly,
    field,
    int8,
    label,
    length_prefixed,
    literal,
    many,
    one_of,
    optional,
    parser,
    record,
    rest,
    seq,
    skip,
    take_while,
    uint8,
    uint16,
    wire,
)
from ohneio.core._facts import ANY
from ohneio.staging._code import DEEP, Code
from ohneio.staging._inlining import Names
from ohneio.staging._verdicts import judged_first
from tests.staging.parsing import agrees, code_of

MOST = 63
SEEN = []
KNOWN = {1, 2}
FEW = (1, 2)


def noted(number):
    SEEN.append(number)
    return number < MOST


def stepwise(number):
    if number > 3:
        return number < MOST
    return False


small = uint8.verify(lambda n: 0 < n < 64)
SMALL = frozenset(range(1, 64))


@parser
def some_byte():
    """A parser of which nothing is known."""
    return (yield from uint8)


@wire
class Labelled:
    size: int = field(small)
    rest: int = field(uint8)


@wire
class Perhaps:
    size: bytes = field(take_while(b"a"))
    rest: int = field(uint8)


#: Parsers, and what functions let them begin with.
JUDGED = {
    "a number": (small, SMALL),
    "a number with a sign": (int8.verify(lambda n: n < -1), frozenset(range(128, 255))),
    "a number that is not 0": (uint8.verify(bool), ANY - {0}),
    "a byte": (any_byte.verify(lambda one: one != b","), ANY - {44}),
    "as bytes": (exactly(1).verify(lambda one: one in (b"a", b"b")), frozenset(b"ab")),
    "a few": (uint8.verify(lambda n: n in (1, 2)), frozenset({1, 2})),
    "a byte of some": (one_of(b"ab,").verify(lambda one: one != b","), frozenset(b"ab")),
    "with a bound elsewhere": (uint8.verify(lambda n: n < MOST), frozenset(range(63))),
    "a few that stand elsewhere": (uint8.verify(lambda n: n in FEW), frozenset({1, 2})),
    "twice": (small.verify(lambda n: n != 7), SMALL - {7}),
    "labelled": (label("size", uint8).verify(lambda n: n < 2), frozenset({0, 1})),
    "a length": (length_prefixed(small, rest), SMALL),
    "a count": (count_prefixed(small, uint8), SMALL),
    "a record": (record(Labelled), SMALL),
    "in a row": (seq(skip(small) >> uint8, uint8) << uint8, SMALL),
    "a choice": (choice(small, literal(b"ab")), SMALL | {97}),
    "what a function makes": (small.map(str).verify(str.isdigit), SMALL),
}
#: Such as no byte decides about.
OPEN = {
    "a function that is called": (uint8.verify(noted), ANY),
    "a function with a branch": (uint8.verify(stepwise), ANY),
    "a function that may raise": (uint8.verify(lambda n: 8 // n), ANY),
    "a function with a set of its own": (uint8.verify(lambda n: n in KNOWN), ANY),
    "two bytes": (uint16.verify(lambda n: n < 5), ANY),
    "what may be nothing first": (seq(optional(one_of(b"a").verify(bool)), uint8), ANY),
    "a field that may be nothing": (record(Perhaps), ANY),
    "what looks further": ((uint8 << eof).verify(lambda n: n < 5), ANY),
    "any literal": (literal(b"ab"), frozenset(b"a")),
    "what nobody knows": (some_byte, ANY),
}


@pytest.mark.parametrize("name", JUDGED | OPEN)
def test_a_function_is_asked_of_each_byte(name):
    """If it only looks at that, and raises nothing."""
    node, some = (JUDGED | OPEN)[name]
    assert judged_first(node, Names(Code(DEEP))) == some
    assert SEEN == []


@pytest.mark.parametrize("name", JUDGED)
def test_a_loop_ends_where_a_function_refuses_a_byte(name):
    """An error behind it tells that as well, wherever it stands."""
    node, some = JUDGED[name]
    item = bytes([min(some)]) + b"b" * (name == "a choice" and 97 in some)
    data = item + b"a" + item * 2 + b"\xff\0"
    agrees(many(node) << literal(b"\0"), data, b"\0" + item)
    agrees(seq(optional(node), uint8, many(node, max=2), literal(b"\0")), data, b",\0")


def test_a_loop_inside_an_alternative_ends_there_as_well():
    """It is not tried anew for that."""
    for grammar in (
        choice(seq(many(small), literal(b"\0")), many(uint8, max=2)),
        choice(seq(uint8, many(small, min=1, max=2), optional(small), any_byte), uint8),
    ):
        agrees(grammar, b"\1\2\0\1", b"\xff\1a\0", b"\0\1\2\0", limits=Limits(max_items=2))
        agrees(grammar, b"\1\2\0\1", b"\xff\1a\0", b"\1\2\0", b"\0\1\2\0", late=False)


def test_names_are_asked_for_again():
    """What a function looks up elsewhere may be something else by then."""
    source = code_of(many(uint8.verify(lambda n: n < MOST)) << literal(b"\xff"), "once")
    assert "MOST" in source.partition("pos, stop")[0]
    assert "while pos < stop and 0 <= data[pos] <= 62:" in source


def by_hand(grammar):
    @parser
    def inside():
        return (yield from grammar)

    return inside


@pytest.mark.parametrize("held", range(2, 6))
def test_what_an_alternative_holds_is_measured_with_the_byte_that_was_looked_at(held):
    """Where one is open the node says whether that is too much."""
    names = many(length_prefixed(small, rest))
    for inside in (names, seq(uint8, optional(small), names)):
        by_a_protocol = choice(by_hand(inside) << literal(b"\0"), by_hand(inside))
        kept = seq(exactly(1), inside, take_while(b"b")).verify(lambda it: it[0] != b"a")
        agrees(by_a_protocol, b"\1a\2bb\0", b"b\1\0\xff", limits=Limits(max_buffered=held))
        agrees(kept << any_byte, b"\1a\1b\xff", b"\1\1\xff", limits=Limits(max_buffered=held))
