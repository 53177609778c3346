"""Ways out of code that takes all to be as usual: to a node and back, or to where it began."""

import re

import attrs
import pytest

from ohneio import (
    Limits,
    ParseError,
    any_byte,
    bit,
    bits,
    choice,
    delimited,
    exactly,
    fail,
    field,
    forward,
    label,
    length_prefixed,
    literal,
    lookahead,
    many,
    optional,
    record,
    rest,
    seq,
    text,
    uint8,
    until,
    wire,
)
from tests.staging.grammars import tied
from tests.staging.parsing import agrees, code_of

a, b, c = literal(b"a"), literal(b"b"), literal(b"c")


@wire
class Plain:
    n: int = field(uint8)
    more: bytes = field(length_prefixed(uint8))


@attrs.frozen
class Refusing:
    n: int = field(uint8)

    def __attrs_post_init__(self):
        if self.n == 7:
            raise ValueError("seven")
        if self.n == 8:
            raise ParseError("by hand")
        if self.n == 9:
            raise KeyError("nine")


@wire
class Half:
    n: int = bit(8, int)


def pick(one):
    if one == b"p":
        raise ParseError("by hand")
    return one


whole = forward()
tree = whole.become(
    choice(a, b, literal(b"(") >> seq(any_byte, optional(c), whole).map(list).try_map(tuple))
)

more = forward()
list_of = more.become(choice(a, b, literal(b"(") >> seq(any_byte, more)))

KINDS = {
    "records": (record(Plain), [b"\1\1a\2\0", b"\1\2a"]),
    "records that refuse": (record(Refusing), [b"\1\7", b"\x08", b"\x09"]),
    "records that refuse, in an alternative": (choice(record(Refusing), any_byte), [b"\1\7\x08"]),
    "bits": (bits(Half), [b"\1\2"]),
    "functions that raise": (seq(uint8, until(b";").map(pick)), [b"1a;1p;"]),
    "ahead in what is judged": (text(lookahead(until(b";")) >> until(b";")), [b"a;\xff;"]),
    "in a frame": (length_prefixed(uint8, until(b";").map(pick)), [b"\2a;\2p;", b"\2a"]),
    "in itself": (tree, [b"(a(b(aa", b"(a", b"(x"]),
    "in itself, not judged": (list_of, [b"(aab((aa", b"(c"]),
}


@pytest.mark.parametrize("name", KINDS)
def test_whoever_leaves_goes_to_a_node_and_back(name):
    """Or to where what is tried began."""
    grammar, inputs = KINDS[name]
    agrees(grammar, *inputs)
    agrees(grammar, inputs[0], limits=Limits(max_buffered=1, max_backtrack=1))


def test_whoever_leaves_in_a_frame_is_outside_of_it_again():
    """So that whether more bytes may come is asked of the block, and not of the frame."""
    one = choice(a, delimited(b";", exactly(1)), a)
    for form in ("items", "once"):
        assert code_of(one, form).count("stop = whole") == 1
    agrees(one, b";", b"x;", b"xy;", b"a;")


def test_what_does_not_match_leaves_where_nothing_else_is_tried():
    """As everything that is irregular; of what always holds nothing is asked."""
    source = code_of(seq(a, choice(seq(b, rest), seq(c, fail("no")))), "once")
    assert source.count("return LATE") == 6
    assert "True" not in source
    agrees(seq(choice(seq(a, fail("no")), any_byte), rest), b"ab", b"b", b"")
    agrees(choice(uint8.verify(bool) << b, until(b";")), b"ab;", b"\0b;", b"\0;", b"b")


def test_what_cannot_be_told_leaves_where_it_could_have_stood():
    """At the end of what is tried, and only if nothing was taken behind it."""
    digits = label("digits", seq(a, optional(b)))
    grammar = tied(lambda x: choice(digits, label("list", literal(b"[") >> many(x) << c)))
    source = code_of(seq(uint8, grammar))
    assert re.search(r"if not \(base \+ pos != at\d*( and base \+ pos != at\d*)*\):", source)
    data = b"1a", b"1[aab[a]c]", b"1[aab[ac]c", b"1[aabx", b"1[[ab", b"1x"
    agrees(seq(uint8, grammar, literal(b".")), *data, b"1[aab[ac]c.", b"1ax", b"1abx")
