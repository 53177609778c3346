"""How code comes out of a grammar: the conventions that all rules keep."""

import attrs
import pytest

from ohneio import (
    Limits,
    Parser,
    any_byte,
    choice,
    exactly,
    field,
    forward,
    length_prefixed,
    literal,
    lookahead,
    many,
    not_followed_by,
    optional,
    record,
    seq,
    skip,
    uint8,
    until,
    wire,
)
from ohneio.staging._code import DEEP, LONG
from tests.staging.parsing import agrees, code_of

a, b, c = literal(b"a"), literal(b"b"), literal(b"c")


@attrs.frozen
class Twice(Parser):
    """A class that nobody has heard of."""

    parser: Parser[object]

    def _parse(self):
        first = yield from self.parser._parse()
        return first, (yield from self.parser._parse())


@wire
class Plain:
    n: int = field(uint8)
    more: bytes = field(length_prefixed(uint8))


more = forward()
list_of = more.become(choice(a, b, literal(b"(") >> seq(any_byte, more)))

KINDS = {
    "unknown": (Twice(until(b";")), [b"a;b;c;", b"a"]),
    "unknown among others": (seq(uint8, Twice(uint8), skip(Twice(any_byte)), uint8), [b"1234567"]),
    "ahead": (seq(lookahead(a), optional(seq(any_byte, lookahead(b))), any_byte), [b"abac", b"aa"]),
    "ahead in many": (many(lookahead(a) >> any_byte << not_followed_by(c)) << b, [b"aab", b"aac"]),
    "unknown in an alternative": (choice(seq(a, Twice(uint8)), any_byte), [b"abcx", b"ab"]),
    "begun": (choice(record(Plain), a), [b"\1\1a\2\0", b"\1\2a", b"\1"]),
    "in itself": (list_of, [b"(aab((aa", b"(c"]),
}


@pytest.mark.parametrize("name", KINDS)
def test_whatever_is_irregular_is_left_to_the_nodes(name):
    """And the code goes on behind them."""
    grammar, inputs = KINDS[name]
    agrees(grammar, *inputs)
    agrees(grammar, inputs[0], limits=Limits(max_buffered=1, max_backtrack=1))


def test_what_is_irregular_is_out_of_line():
    """The branch that nearly always runs is a comparison and a slice."""
    source = code_of(exactly(3), "item")
    lines = [line.strip() for line in source.splitlines()]
    at = lines.index("if pos + 3 <= stop:")
    assert lines[at + 1].endswith("= data[pos:pos + 3]")
    assert lines[at + 2] == "else:"


def test_only_what_looks_ahead_counts_what_is_read_again():
    """Other grammars have no trace of it."""
    assert "again += 1" in code_of(many(lookahead(a) >> any_byte))
    assert "again" not in code_of(seq(uint8, until(b";")))


FIRST = seq(until(b";"), literal(b";"))


@pytest.mark.parametrize("most", range(8))
@pytest.mark.parametrize(
    "grammar",
    [
        lookahead(uint8) >> choice(FIRST, until(b";")),
        lookahead(uint8) >> choice(FIRST, seq(until(b";"), exactly(0))),
        lookahead(uint8) >> many(choice(FIRST, until(b";")), max=1),
        not_followed_by(literal(b"z")) >> choice(FIRST, until(b";")),
        seq(lookahead(uint8), choice(seq(literal(b"ab"), b), seq(literal(b"ab;"), a), until(b";"))),
        seq(not_followed_by(b), optional(seq(literal(b"ab"), b), None), until(b";")),
    ],
)
def test_what_a_node_reads_again_is_counted_once(grammar, most):
    """By the node, whatever the code had counted before it was left."""
    agrees(grammar, b"ab;\1", b"ab;;", b"ab", limits=Limits(max_backtrack=most))


def test_code_that_is_deep_or_long_is_left_to_the_nodes():
    """Python nests no deeper, and nobody reads so much."""
    deep = until(b";")
    for _ in range(DEEP):
        deep = optional(seq(a, deep))
    agrees(seq(deep, b), b"aaaa" + b"a" * DEEP + b"x;b", b"ab")
    wide = seq(*[optional(seq(a, until(b";"))) for _ in range(100)])
    assert LONG < len(code_of(seq(wide, b)).splitlines()) < 2 * LONG
    agrees(seq(wide, b), b"ax;" * 3 + b"b", b"b")


def test_the_first_byte_of_an_item_is_there_in_a_lane():
    """Its loop has asked already; all others are asked for."""
    lane = code_of(seq(uint8.map(bin), any_byte), "lane")
    assert "break\n                number2 = data[pos]\n" in lane
    assert (lane.count("< stop"), lane.count("pos >= stop")) == (1, 1)
    assert "if pos < stop:" in code_of(seq(uint8.map(bin), any_byte))
    agrees(seq(uint8.map(bin), any_byte), b"abcd", b"a")


def test_of_a_literal_that_has_begun_the_rest_is_waited_for():
    """Of what is no beginning of it nothing is."""
    one = seq(until(b";"), literal(b"abc"))
    assert "b'abc'.startswith(data[pos:pos + 3])" in code_of(one)
    agrees(one, b"x;abc;abc", b";abd", b";ac", b";")
