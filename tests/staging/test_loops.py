"""Again and again: loops that end by the next byte, or by a number."""

import re

import attrs
import pytest

from ohneio import (
    Limits,
    Parser,
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


@parser
def perhaps():
    """A parser that takes nothing where there is no a."""
    return (yield from optional(a))


@attrs.frozen
class Some(Parser):
    """A class of which is known only that it takes something."""

    def _parse(self):
        return until(b";")._parse()

    def _facts(self):
        return Facts(nullable=False)


field = until(b";")
anything = uint8.bind(lambda n: exactly(n % 2))

#: A grammar and bytes for it.
LOOPS = {
    "many": (many(a) << c, [b"aacac", b"aab", b"c"]),
    "many of some, in one branch": (
        dispatch(any_byte, {b"a": exactly(0), b"b": many(many(a, min=1, max=2)) << exactly(0)}),
        [b"abaaab", b"b", b"bx"],
    ),
    "many by a tag, of what may take nothing": (
        dispatch(uint8, {n: many(perhaps, n, n) for n in range(5)}),
        [b"\0\1\1a\2ab", b"\2a", b"\1b"],
    ),
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
    "count_prefixed": (count_prefixed(uint8, uint16), [b"\2abcd\0\1a", b"\1"]),
    "count_prefixed, dropped": (skip(count_prefixed(uint8, seq(a, uint8))) >> c, [b"\1axc\2axb"]),
    "count in digits": (count_prefixed(decimal << literal(b":"), until(b";")), [b"2:a;b;0:", b"x"]),
    "count that may be below 0": (count_prefixed(int8, uint8), [b"\2ab\xff"]),
    "count that is mapped": (
        count_prefixed(uint8.map(lambda n: "1" if n > 3 else n), uint8),
        [b"\1a\4abcd"],
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
    "sep_by": (sep_by(word, comma) << c, [b"a,b,abcc", b"a,c", b"a"]),
    "sep_by, at least": (sep_by(a, comma, min=2) << c, [b"a,aca"]),
    "sep_by, bounded": (sep_by(a, comma, max=2) << c, [b"a,acac"]),
    "sep_by what may be nothing": (sep_by(take_while(b"a"), comma) << c, [b"a,,c"]),
    "sep_by in an alternative": (choice(sep_by(a, comma) << c, any_byte), [b"a,aca,b"]),
    "sep_by in a frame": (sized(3, sep_by(a, comma)), [b"a,aa,b", b"abc"]),
    "sep_by behind what was skipped": (
        seq(sized(4, seq(optional(b), sep_by(a, comma))), optional(b), sep_by(a, comma, min=1)),
        [b"ba,aba,a", b"ab", b"xxxx", b"ba,aba", b"a,a,ax"],
    ),
    "many_until": (many_until(word << comma, c), [b"a,b,cca,x", b"a"]),
    "many_until what may be nothing": (many_until(a, take_while(b"b")), [b"aab"]),
    "many_until in an alternative": (choice(many_until(seq(a, uint8), c), any_byte), [b"axca"]),
    "lines": (many(until(b"\n")), [b"ab\n\nc\n", b"a\nb", b""]),
    "lines, bounded": (
        seq(many(until(b"\n", max=2), min=1, max=2), any_byte),
        [b"a\nab\nc", b"abc\n"],
    ),
    "texts": (many(text(until(b"\0"))) << exactly(0), [b"a\0\xff\0"]),
    "what nobody knows": (seq(many(by_hand, 2, 2), count_prefixed(uint8, by_hand)), [b"a;;\1b;"]),
    "what takes something": (many(Some(), max=2), [b"a;b;", b"a", b";;;"]),
    "what takes something, at least": (seq(many(Some(), min=1, max=3)), [b"a;b;", b"a;;;;"]),
    "what nobody knows, up to something": (many_until(by_hand, literal(b"!")), [b"a;b;!", b";!"]),
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
        "count_prefixed",
        "count in digits",
        "families of counts",
        "families of counts, in an alternative",
        "sep_by",
        "many_until",
    ],
)
def test_items_are_counted(name, most):
    """One more than allowed is refused, at the same moment."""
    grammar, inputs = LOOPS[name]
    agrees(grammar, *inputs, limits=Limits(max_items=most))


def test_many_of_a_regular_kind_is_a_possessive_expression():
    """All items in a row are found at once, and none is given back."""
    source = code_of(many(literal(b"ab")) << c)
    assert "BLOCK(data, pos, stop)" in source
    assert re.search(r"EACH\(data, pos, \w+\.end\(\)\)", source)


def test_a_loop_by_the_next_byte_looks_at_it():
    """And at nothing else."""
    assert "while pos < stop and data[pos] == 97:" in code_of(many(seq(a, uint16)) << c, "once")


def test_a_loop_by_a_number_is_a_range():
    """Of the count, when it was compared with the limit."""
    source = code_of(count_prefixed(uint8, until(b";")))
    assert re.search(r"for _ in range\(\w+\):", source)
    assert re.search(r"number\d* <= max_items", source)


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
    "separated": (sep_by(ITEM, comma) << c, b"#12,#23cc#12c#12,"),
    "separated, in a frame": (length_prefixed(uint8, sep_by(ITEM, comma)), b"\7#12,#34\0\4#12,"),
    "up to": (many_until(ITEM, literal(b"..")), b"#12#23..#12..#12.x"),
    "up to, in a frame": (
        length_prefixed(uint8, many_until(ITEM, literal(b".."))),
        b"\x08#12#23..\5#12..\5#12.x",
    ),
    "one or none": (seq(uint8, optional(ITEM)), b"a#12b#34cd#56"),
    "one or none, in a frame": (
        length_prefixed(uint8, seq(uint8, optional(ITEM))),
        b"\4a#12\1b\4b#34\2cd",
    ),
}


@pytest.mark.parametrize("kind", IN_LANES)
def test_a_loop_in_a_lane_waits_for_the_next_byte(kind):
    """Wherever a chunk ends; the stream's own generator is woken only at first."""
    grammar, data = IN_LANES[kind]
    assert "yield True" in code_of(grammar, "lane").partition("start = pos")[2]
    for limits in (Limits(), Limits(max_items=2), Limits(max_items=0), Limits(max_buffered=4)):
        agrees(grammar, data, data[:-3], data * 2, limits=limits)


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


def test_where_a_frame_ends_it_does_not_matter_what_was_tried_first():
    """Whoever had no room had read more, and says so, though another branch is asked later."""
    tags = dispatch(uint8, {97: uint16, 98: uint8})
    agrees(length_prefixed(uint8, choice(tags, many(until(b";")))), b"\5\1a\1a\1xyz")
