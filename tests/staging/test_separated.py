"""Items with something between them, or up to what ends them, which the next byte tells."""

import pytest

from ohneio import (
    Limits,
    any_byte,
    choice,
    length_prefixed,
    literal,
    lookahead,
    many_until,
    optional,
    parser,
    sep_by,
    seq,
    sized,
    take_while,
    uint8,
    uint16,
    until,
)
from tests.staging.parsing import agrees, code_of

a, b, c = literal(b"a"), literal(b"b"), literal(b"c")
word, comma = take_while(b"ab", min=1), literal(b",")
word_or_none = take_while(b"ab")


@parser
def by_hand():
    """A parser of which nobody knows whether it may take nothing."""
    return (yield from until(b";"))


#: A grammar and bytes for it.
SEPARATED = {
    "sep_by": (sep_by(word, comma) << c, [b"a,b,abcc", b"a,c", b"a"]),
    "sep_by, at least": (sep_by(a, comma, min=2) << c, [b"a,aca"]),
    "sep_by, bounded": (sep_by(a, comma, max=2) << c, [b"a,acac"]),
    "sep_by, of some number": (sep_by(a, comma, min=1, max=3) << c, [b"a,aca,a,aca,a,a,ac", b"c"]),
    "sep_by, bounded, before a separator": (
        seq(sep_by(a, comma, max=2), optional(comma), optional(a), any_byte),
        [b"a,a,aba,cbb", b"a,a", b"a,b"],
    ),
    "sep_by, one at most": (seq(sep_by(word, comma, max=1), any_byte), [b"ab,a,b", b"a", b","]),
    "sep_by none": (seq(uint8, sep_by(a, comma, max=0)), [b"aab"]),
    "sep_by what may be nothing": (
        sep_by(take_while(b"a"), comma) << c,
        [b"a,,c,ca,", b"a,b", b"b"],
    ),
    "sep_by what may be nothing, bounded": (
        seq(optional(b), sep_by(take_while(b"a"), comma, min=2, max=3), any_byte),
        [b"a,,,cb,b", b"a,b", b"bb", b",a,a"],
    ),
    "sep_by what may be there": (
        sep_by(optional(seq(a, optional(b))), comma) << c,
        [b"a,,abcc,a", b"ab,b", b"b", b"a,ab"],
    ),
    "sep_by what looks ahead": (sep_by(lookahead(word) >> a, comma) << c, [b"a,aca,b", b"a,ac"]),
    "sep_by what nobody knows": (sep_by(by_hand, comma) << c, [b"a;,b;c", b"a;,b"]),
    "sep_by what may be anything": (sep_by(a, by_hand) << c, [b"ax;ac", b"ab"]),
    "sep_by in an alternative": (choice(sep_by(a, comma) << c, any_byte), [b"a,aca,b"]),
    "sep_by in a frame": (sized(3, sep_by(a, comma)), [b"a,aa,b", b"abc"]),
    "sep_by behind what was skipped": (
        seq(sized(4, seq(optional(b), sep_by(a, comma))), optional(b), sep_by(a, comma, min=1)),
        [b"ba,aba,a", b"ab", b"xxxx", b"ba,aba", b"a,a,ax"],
    ),
    "many_until": (many_until(word << comma, c), [b"a,b,cca,x", b"a"]),
    "many_until what may be nothing": (many_until(a, take_while(b"b")), [b"aab"]),
    "many_until in an alternative": (choice(many_until(seq(a, uint8), c), any_byte), [b"axca"]),
    "what nobody knows, up to something": (many_until(by_hand, literal(b"!")), [b"a;b;!", b";!"]),
}


@pytest.mark.parametrize("name", SEPARATED)
def test_a_loop_is_taken_as_by_its_node(name):
    """However often it goes round, and however that ends."""
    grammar, inputs = SEPARATED[name]
    agrees(grammar, *inputs)
    agrees(seq(uint8, sized(4, optional(grammar))), b"x" + inputs[0][:5])


@pytest.mark.parametrize("most", [0, 1, 2])
@pytest.mark.parametrize(
    "name",
    [
        "sep_by",
        "sep_by, bounded",
        "sep_by, of some number",
        "sep_by what may be nothing",
        "sep_by what may be nothing, bounded",
        "many_until",
    ],
)
def test_items_are_counted(name, most):
    """One more than allowed is refused, at the same moment."""
    grammar, inputs = SEPARATED[name]
    agrees(grammar, *inputs, limits=Limits(max_items=most))


ITEM = seq(literal(b"#"), uint16)
IN_LANES = {
    "separated": (sep_by(ITEM, comma) << c, b"#12,#23cc#12c#12,"),
    "separated, in a frame": (length_prefixed(uint8, sep_by(ITEM, comma)), b"\7#12,#34\0\4#12,"),
    "separated, at most": (
        seq(sep_by(ITEM, comma, max=2), any_byte),
        b"#12,#23c#12c#12,#23,c#12,#2",
    ),
    "separated, perhaps nothing": (sep_by(word_or_none, comma) << c, b"a,,bcca,b,c,ab"),
    "separated, perhaps nothing, in a frame": (
        length_prefixed(uint8, sep_by(word_or_none, comma, max=3)),
        b"\4a,,b\0\2,,\3,,,",
    ),
    "up to": (many_until(ITEM, literal(b"..")), b"#12#23..#12..#12.x"),
    "up to, in a frame": (
        length_prefixed(uint8, many_until(ITEM, literal(b".."))),
        b"\x08#12#23..\5#12..\5#12.x",
    ),
}


@pytest.mark.parametrize("kind", IN_LANES)
def test_a_loop_in_a_lane_waits_for_the_next_byte(kind):
    """Wherever a chunk ends; the stream's own generator is woken only at first."""
    grammar, data = IN_LANES[kind]
    assert "yield True" in code_of(grammar, "lane").partition("start = pos")[2]
    for limits in (Limits(), Limits(max_items=2), Limits(max_items=0), Limits(max_buffered=4)):
        agrees(grammar, data, data[:-3], data * 2, limits=limits)


def test_a_loop_with_a_bound_looks_no_further():
    """Nothing is waited for, nor could have stood behind as many items as there may be."""
    grammar = sep_by(a, comma, max=2)
    agrees(grammar, b"a,a,", b"a,ab", b"a,a", late=False)
    agrees(seq(grammar, uint8), b"a,a,", b"a,ab", b"a,a")
    assert "while len(items) < 2 and pos < stop and data[pos] == 44:" in code_of(grammar, "once")


def test_what_may_be_nothing_is_taken_in_any_case():
    """Only a separator tells whether there is another."""
    fields = sep_by(word_or_none, comma)
    agrees(fields, b"", b",", b"a,,b", late=False)
    agrees(fields << c, b",c", b"c", b"ab,c", b",,c", late=False)
