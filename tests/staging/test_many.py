"""Many items: those in a row by one regular expression, others one by one by the next byte."""

import re

import attrs
import pytest

from ohneio import (
    Limits,
    Parser,
    any_byte,
    choice,
    exactly,
    length_prefixed,
    line,
    literal,
    lookahead,
    many,
    optional,
    parser,
    rest,
    seq,
    sized,
    skip,
    take_while,
    text,
    uint8,
    uint16,
    until,
)
from ohneio.core._facts import Facts
from ohneio.staging._engine import FORMS, written
from tests.staging.parsing import agrees, code_of

a, b, c = literal(b"a"), literal(b"b"), literal(b"c")
word, comma = take_while(b"ab", min=1), literal(b",")


def loud(one):
    if one == b"b":
        raise KeyError("b")
    return one.upper()


@parser
def by_hand():
    """A parser of which nobody knows whether it may take nothing."""
    return (yield from until(b";"))


@attrs.frozen
class Some(Parser):
    """A class of which is known only that it takes something."""

    def _parse(self):
        return until(b";")._parse()

    def _facts(self):
        return Facts(nullable=False)


def loudly(one):
    return one != b"b"


small = uint8.verify(lambda n: n < 4)
anything = uint8.bind(lambda n: exactly(n % 2))

#: A grammar and bytes for it.
MANY = {
    "many": (many(a) << c, [b"aacac", b"aab", b"c"]),
    "many, bounded": (seq(many(a, max=2), any_byte), [b"aaaabac", b"b"]),
    "many, at least": (many(a, min=2) << c, [b"aacac", b"aaac"]),
    "many, of some number": (seq(many(a, min=1, max=2), any_byte), [b"aaabac"]),
    "many so many": (many(uint16, min=2, max=2), [b"abcdefg", b"abc"]),
    "many none": (seq(uint8, many(a, max=0)), [b"aa"]),
    "many, dropped": (skip(many(seq(a, uint8), min=2, max=2)) >> c, [b"a1a2ca1b"]),
    "many of a regular kind": (many(seq(word, comma)) << c, [b"a,ab,c,", b"a,b"]),
    "many of a regular kind, bounded": (seq(many(seq(word, comma), max=2), any_byte), [b"a,b,ab,"]),
    "many of a kind that is converted": (
        many(word.map(loud) << comma) << c,
        [b"a,ab,cb,", b"a,b,"],
    ),
    "many of a kind that is converted in words": (
        many(word.map(bytes.decode) << comma) << c,
        [b"a,ab,cb,", b"a,x"],
    ),
    "many of a kind that is converted by a method": (
        many(word.map(lambda one: one.upper()) << comma) << c,
        [b"a,ab,cb,", b"a,x"],
    ),
    "many of runs": (many(seq(a, take_while(b"b"))) << c, [b"abbac", b"abb"]),
    "many of values": (many(a.value(None)) << c, [b"aac"]),
    "many of what may be anything": (many(seq(a, anything)) << c, [b"a\1xa\0c"]),
    "many that wait": (many(choice(seq(a, until(b";")), b)) << c, [b"ax;ba;c", b"ab", b"ax;b"]),
    "many, bounded, that wait": (seq(many(seq(a, until(b";")), max=2), any_byte), [b"a;a;a;c"]),
    "many of all bytes": (sized(4, many(uint16)), [b"abcdabc", b"ab"]),
    "many of all bytes, in an alternative": (
        optional(sized(3, seq(a, many(any_byte, max=2)))),
        [b"axyaxb"],
    ),
    "many in an alternative": (choice(seq(many(a), b), seq(many(a), c), any_byte), [b"aabaacaax"]),
    "many, bounded, in an alternative": (
        choice(seq(many(a, max=2), b), seq(b, many(word, max=1), c), any_byte),
        [b"aabbabcaaab"],
    ),
    "many, at least, in an alternative": (
        choice(seq(a, many(b, min=2), c), any_byte),
        [b"abbcabc"],
    ),
    "many so many, in an alternative": (choice(seq(many(a, 2, 2), c), any_byte), [b"aacab"]),
    "many of what can wait, in an alternative": (
        choice(seq(b, many(take_while(b"a", min=1)), c), any_byte),
        [b"baacbax"],
    ),
    "many with something ahead": (many(lookahead(a) >> any_byte) << c, [b"aac", b"ab"]),
    "many optional tails": (many(seq(a, optional(b)), min=1, max=3) << c, [b"ababacac", b"aa"]),
    "many in many": (many(many(a, min=1) << b) << c, [b"aabbc", b"aababc"]),
    "many of small numbers": (many(small) << exactly(2), [b"\1\2\0xa", b"\xff\0", b"\1"]),
    "many of small numbers, at least": (
        seq(optional(a), many(small, min=1, max=3), many(small)) << b,
        [b"\1\2b\1xa\1\1\1\1b", b"a\1a", b"ab"],
    ),
    "lines": (many(until(b"\n")), [b"ab\n\nc\n", b"a\nb", b""]),
    "lines, bounded": (
        seq(many(until(b"\n", max=2), min=1, max=2), any_byte),
        [b"a\nab\nc", b"abc\n"],
    ),
    "texts": (many(text(until(b"\0"))) << exactly(0), [b"a\0\xff\0"]),
    "what nobody knows": (seq(many(by_hand, 2, 2), uint8), [b"a;;1", b"a;b"]),
    "what takes something": (many(Some(), max=2), [b"a;b;", b"a", b";;;"]),
    "what takes something, at least": (seq(many(Some(), min=1, max=3)), [b"a;b;", b"a;;;;"]),
}


@pytest.mark.parametrize("name", MANY)
def test_a_loop_is_taken_as_by_its_node(name):
    """However often it goes round, and however that ends."""
    grammar, inputs = MANY[name]
    agrees(grammar, *inputs)
    agrees(seq(uint8, sized(4, optional(grammar))), b"x" + inputs[0][:5])


@pytest.mark.parametrize("most", [0, 1, 2])
@pytest.mark.parametrize(
    "name",
    [
        "many",
        "many, bounded",
        "many, at least",
        "many so many",
        "many of a regular kind",
        "many of a regular kind, bounded",
        "many that wait",
        "many in an alternative",
        "many, bounded, in an alternative",
        "many so many, in an alternative",
    ],
)
def test_items_are_counted(name, most):
    """One more than allowed is refused, at the same moment."""
    grammar, inputs = MANY[name]
    agrees(grammar, *inputs, limits=Limits(max_items=most))


def test_many_of_a_regular_kind_is_a_possessive_expression():
    """All items in a row are found at once, and none is given back."""
    source = code_of(many(literal(b"ab")) << c)
    assert "BLOCK(data, pos, stop)" in source
    assert re.search(r"EACH\(data, pos, \w+\.end\(\)\)", source)


def test_a_loop_by_the_next_byte_looks_at_it():
    """And at nothing else."""
    assert "while pos < stop and data[pos] == 97:" in code_of(many(seq(a, uint16)) << c, "once")


#: Lines of words, and an end: what a head is made of.
ENTRY = seq(word << literal(b":"), take_while(b"bxy").map(loud) << literal(b";"))
HEADS = {
    "of any number": many(ENTRY) << c,
    "of two at most": many(ENTRY, max=2) << c,
    "behind a number": seq(uint8, many(ENTRY) << c),
    "of what has no value": many(literal(b"a;")) << c,
    "before anything": seq(many(ENTRY), uint8, uint8),
}
ENTRIES = b"a:x;ab:;b:yx;c"


@pytest.mark.parametrize("name", HEADS)
def test_in_a_lane_all_whole_items_are_taken_at_once(name):
    """The next may have begun, or is none: what is wrong is told when it comes."""
    head = HEADS[name]
    source = code_of(head, "lane")
    assert "SEVERAL(data, pos, stop)" in source
    start = b"!" * name.startswith("behind")
    for inside in (
        ENTRIES,
        b"a;a;c",
        b"c",
        b"a:x;c",
        b"a:x;b:b;c",
        b"a:xx;a:",
        b"a:x;b!",
        b"a:b;c",
    ):
        agrees(head, (start + inside) * 2, start + inside[:-1] + b"?c")
        agrees(head, (start + inside) * 2, limits=Limits(max_items=2))


def test_only_where_each_item_has_an_end_and_nothing_stands_around():
    """What could go on, or is in a frame, has no lane."""
    for other in (
        many(seq(word << literal(b";"), word)) << c,
        many(seq(literal(b"-"), word)) << c,
        length_prefixed(uint8, many(ENTRY)),
        length_prefixed(uint8, many(ENTRY) << c),
    ):
        source = written(other, FORMS["lane"])
        assert source is None or "SEVERAL" not in source.source
        agrees(other, b"\4a:x;", b"\5a:x;c", b"-ab-bc", b"ab;a;c")


ITEM = seq(literal(b"#"), uint16)
IN_LANES = {
    "many": (seq(uint8, many(ITEM)), b"x#12#34y#56zw#78"),
    "at most": (seq(uint8, many(ITEM, max=2)), b"x#12#34y#56z#12#34#56w"),
    "at least": (seq(uint8, many(ITEM, min=1)), b"x#12#34y#56w#78"),
    "in a frame": (length_prefixed(uint8, many(ITEM)), b"\6#12#34\3#56\0\3#56"),
    "without room": (length_prefixed(uint8, many(uint16)), b"\6#12#34\2#5\0\3#56"),
    "regular": (length_prefixed(uint8, many(seq(word, comma))), b"\6ab,ba,\2a,\3aba"),
    "that see their end": (many(seq(word, take_while(b"x"))) << c, b"aabx,abxxxabc,c"),
}


@pytest.mark.parametrize("kind", IN_LANES)
def test_a_loop_in_a_lane_waits_for_the_next_byte(kind):
    """Wherever a chunk ends; the stream's own generator is woken only at first."""
    grammar, data = IN_LANES[kind]
    assert "yield True" in code_of(grammar, "lane").partition("start = pos")[2]
    for limits in (Limits(), Limits(max_items=2), Limits(max_items=0), Limits(max_buffered=4)):
        agrees(grammar, data, data[:-3], data * 2, limits=limits)


def test_a_loop_ends_where_a_function_refuses_the_next_byte():
    """As the names of DNS do, which are so many labels as have a length, and then none."""
    names = many(length_prefixed(uint8.verify(lambda size: 0 < size < 64), rest)) << literal(b"\0")
    agrees(names, b"\3www\7example\0", b"\0", late=False)
    agrees(names, b"\1a\2bb\0\1a\xff\0", b"\1a\1b", b"\1a\2b\0", limits=Limits(max_items=2))
    assert "while pos < stop and 1 <= data[pos] <= 63:" in code_of(names, "once")


#: Items that a function refuses, of which it sees more than a byte.
REFUSED = {
    "lines": (many(line.verify(bool)) << literal(b"\r\n"), b"ab\r\nc\r\n\r\n"),
    "numbers": (seq(many(uint16.verify(lambda n: n > 255), max=3), rest), b"abcd\0b"),
    "a size": (many(length_prefixed(uint16.verify(lambda n: n), rest)) << exactly(2), b"\0\1a\0\0"),
    "a first part": (seq(many(seq(word.verify(loudly), comma)), rest), b"a,ba,b,"),
    "judged twice": (seq(many(uint16.verify(bool).verify(loudly)), rest), b"abcd\0\0"),
    "a later part": (seq(many(seq(any_byte, small)), rest), b"a\1b\1c"),
    "one of two": (seq(many(choice(small >> small, uint16.verify(bool))), rest), b"\1\1aa\0\0"),
    "in many": (many(seq(many(uint16.verify(bool), min=1), exactly(2))) << c, b"ab\0\0c"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_in_a_whole_input_a_loop_ends_where_its_item_is_refused(name):
    """Nobody is told of it; elsewhere its node says what would have fit."""
    grammar, data = REFUSED[name]
    agrees(grammar, data, data[:-1], data + b"\1", data[:3], limits=Limits(max_backtrack=1))
    agrees(grammar, data, b"\0\0", limits=Limits(max_items=2))


def test_what_was_refused_is_not_read_again():
    """So that no limit is near which knows of it."""
    for name in ("lines", "numbers", "a size", "a first part", "judged twice"):
        agrees(*REFUSED[name], late=False, limits=Limits(max_backtrack=0))
