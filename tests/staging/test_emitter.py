"""How code comes out of a grammar: the conventions that all rules keep."""

import attrs
import pytest

from ohneio import (
    Limits,
    ParseError,
    Parser,
    any_byte,
    bit,
    bits,
    choice,
    delimited,
    exactly,
    field,
    forward,
    label,
    length_prefixed,
    literal,
    lookahead,
    many,
    not_followed_by,
    optional,
    record,
    rest,
    sep_by,
    seq,
    sized,
    skip,
    take_while,
    text,
    uint8,
    uint16,
    until,
    wire,
)
from ohneio.staging._code import DEEP, LONG, Code
from ohneio.staging._emitter import Emitter, Skipped, looking
from ohneio.staging._forms import ITEM, ITEMS, ONCE
from tests.staging.parsing import agrees, code_of

a, b, c = literal(b"a"), literal(b"b"), literal(b"c")


def written(write, form=ITEMS):
    """Return what some of the conventions write."""
    e = Emitter(form, Code())
    write(e)
    return e.code.source


# Names.


def test_matches_of_a_kind_share_a_variable():
    """Each is looked at before there is another, and none is held for longer than that."""

    def write(e):
        assert [e.match("found"), e.match("block"), e.match("found")] == ["found", "block", "found"]

    assert written(write) == "\n"


# The position.


def test_taking_bytes_writes_nothing():
    """The position is a variable and a number, until it has to be one."""

    def write(e):
        assert (e.here, e.at(2)) == ("pos", "pos + 2")
        e.taken(3)
        assert (e.here, e.at(-4), e.at(-3)) == ("pos + 3", "pos - 1", "pos")
        e.settle()
        e.settle()
        e.moved("end")

    assert written(write) == "pos += 3\npos = end\n"


def test_what_can_come_behind_the_end_depends_on_the_form():
    """Nothing does behind a whole input, or in a frame that ends there."""
    assert Emitter(ONCE, Code()).or_end("x") == ""
    assert Emitter(ITEMS, Code()).or_end("x") == "x"
    e = Emitter(ITEMS, Code())
    with e.inside("end"):
        assert e.or_end("x") == "(x or stop == end)"


# Names.


def test_names_are_those_of_the_fields_and_labels_around():
    """The innermost, if there is any."""
    e = Emitter(ITEM, Code())
    with e.called("size"):
        assert e.fresh("data") == "size"
        assert e.node(uint8) == "SIZE"
    assert e.fresh("data") == "data"
    assert e.node(uint16) == "NUMBER"
    assert (e.limits, Emitter(ONCE, Code()).limits) == ("run.limits", "limits")


# What was skipped.


def test_what_was_skipped_at_the_end_of_any_way_is_so_behind_all():
    """But none of the one way in the other."""
    e = Emitter(ITEMS, Code())
    with e.ways() as another:
        another()
        e.skip(a, "at")
        another()
        assert e.skipped == []
        e.skip(b, "at2")
    assert [one.at for one in e.skipped] == ["at", "at2"]
    assert e.skipped[0].known_by("at3") == Skipped("SKIPPED", "at3", 0)


def test_what_can_begin_with_any_byte_is_never_skipped():
    """But at the end of a frame."""
    e = Emitter(ITEMS, Code())
    e.skip(exactly(2), "at")
    assert e.skipped == []
    with e.inside("end"):
        e.skip(exactly(2), "at")
    assert len(e.skipped) == 1
    whole = Emitter(ONCE, Code())
    whole.skip(a, "at")
    assert whole.skipped == []
    assert whole.begin_skip() == "at"
    assert whole.code.lines == []


# Of all kinds.


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
    "unknown": (Twice(until(b";")), [b"a;b;c;", b"a"]),
    "unknown among others": (seq(uint8, Twice(uint8), skip(Twice(any_byte)), uint8), [b"1234567"]),
    "unknown in an alternative": (choice(seq(a, Twice(uint8)), any_byte), [b"abcx", b"ab"]),
    "unknown in a frame": (sized(3, seq(Twice(a), uint8)), [b"aaxab"]),
    "unknown, labelled": (label("two", Twice(a)), [b"aab", b"b"]),
    "records": (record(Plain), [b"\1\1a\2\0", b"\1\2a"]),
    "records that refuse": (record(Refusing), [b"\1\7", b"\x08", b"\x09"]),
    "records that refuse, in an alternative": (choice(record(Refusing), any_byte), [b"\1\7\x08"]),
    "bits": (bits(Half), [b"\1\2"]),
    "functions that raise": (seq(uint8, until(b";").map(pick)), [b"1a;1p;"]),
    "labels in labels": (
        label("x", seq(label("y", a), optional(b), label("z", c))),
        [b"ac", b"ax", b"abx"],
    ),
    "ahead": (seq(lookahead(a), optional(seq(any_byte, lookahead(b))), any_byte), [b"abac", b"aa"]),
    "ahead in many": (many(lookahead(a) >> any_byte << not_followed_by(c)) << b, [b"aab", b"aac"]),
    "ahead in what is judged": (text(lookahead(until(b";")) >> until(b";")), [b"a;\xff;"]),
    "kept in kept": (
        text(seq(until(b"."), text(until(b";"))).map(lambda it: it[0])),
        [b"a.b;c.\xff;"],
    ),
    "kept in a frame": (sized(4, seq(text(until(b";")), rest)), [b"a;bc\xff;bc", b"a;b"]),
    "what could go on": (seq(a, exactly(0), optional(b)), [b"abaab", b"ac"]),
    "separated": (sep_by(a, b) << c, [b"abacab", b"c"]),
    "in itself": (tree, [b"(a(b(aa", b"(a", b"(x"]),
    "in itself, not judged": (list_of, [b"(aab((aa", b"(c"]),
    "in a frame that waits": (length_prefixed(uint8, many(until(b";"))), [b"\4a;b;\2a;"]),
    "skipped in fields": (
        seq(uint8, optional(take_while(b"x", min=1)), optional(a), b),
        [b"1xab1b", b"1c"],
    ),
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
    assert looking(many(lookahead(a) >> any_byte))
    assert looking(not_followed_by(a))
    assert not looking(many(a))
    assert "again" not in code_of(seq(uint8, until(b";")))


def test_code_that_is_deep_or_long_is_left_to_the_nodes():
    """Python nests no deeper, and nobody reads so much."""
    deep = until(b";")
    for _ in range(DEEP):
        deep = optional(seq(a, deep))
    agrees(seq(deep, b), b"aaaa" + b"a" * DEEP + b"x;b", b"ab")
    wide = seq(*[optional(seq(a, until(b";"))) for _ in range(100)])
    assert LONG < len(code_of(seq(wide, b)).splitlines()) < 2 * LONG
    agrees(seq(wide, b), b"ax;" * 3 + b"b", b"b")


def test_two_that_begin_together_are_kept_from_one_place():
    """Each as long as it is judged, and no longer."""

    @wire
    class Twice:
        first: int = field(uint8, computed=lambda it: it.second)
        second: int = field(uint8)

    @wire
    class Around:
        inner: Twice = field(record(Twice))
        last: int = field(uint8, computed=lambda it: it.inner.first)

    source = code_of(record(Around))
    assert source.count("begins = pos") == 1
    assert "run.keep_from(base + begins)" in source
    agrees(record(Around), b"\1\1\1\2\2\2", b"\1\1\2", b"\1\2")
    agrees(record(Around), b"\1\1\1", limits=Limits(max_buffered=2))


def test_whoever_leaves_in_a_frame_is_outside_of_it_again():
    """So that whether more bytes may come is asked of the block, and not of the frame."""
    one = choice(a, delimited(b";", exactly(1)), a)
    assert code_of(one).count("stop = whole") == 1
    assert "stop = whole" not in code_of(one, "once")
    agrees(one, b";", b"x;", b"xy;", b"a;")


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
