"""What stands around the code that is written, and what could have stood before it."""

import attrs
import pytest

from ohneio import (
    Limits,
    Parser,
    exactly,
    field,
    label,
    length_prefixed,
    literal,
    many,
    optional,
    record,
    rest,
    sep_by,
    seq,
    sized,
    take_while,
    text,
    uint8,
    until,
    wire,
)
from ohneio.staging._code import Code
from ohneio.staging._emitter import Emitter
from ohneio.staging._forms import ITEMS, LANE, ONCE
from ohneio.staging._scoping import Skipped
from tests.staging.parsing import agrees, code_of

a, b, c = literal(b"a"), literal(b"b"), literal(b"c")


def test_what_can_come_behind_the_end_depends_on_the_form():
    """Nothing does behind a whole input, or in a frame that ends there."""
    assert Emitter(ONCE, Code()).or_end("x") == ""
    assert Emitter(ITEMS, Code()).or_end("x") == "x"
    e = Emitter(ITEMS, Code())
    with e.inside("end"):
        assert e.or_end("x") == "(x or stop == end)"


def test_a_place_in_a_path_is_said_as_the_code_says_it():
    """Fields, and those of all levels of a grammar in itself, outermost first."""
    e = Emitter(ITEMS, Code())
    with e.named("one"), e.levels("levels"), e.named("two"):
        assert e.path == ["'one'", "*levels", "'two'"]
        steps = e._around("steps", first=False)
    assert e.path == []
    inner = "NAMED(run, NAMED(run, steps, 'two'), *levels)"
    assert steps == f"NAMED(run, {inner}, 'one')"


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


def test_behind_a_byte_that_was_taken_nothing_was_skipped():
    """What may take none leaves it as it was."""
    e = Emitter(ITEMS, Code())
    e.skip(a, "at")
    e.taken(0)
    e.consumed(optional(a))
    assert len(e.skipped) == 1
    e.consumed(a)
    assert e.skipped == []
    e.skip(a, "at")
    e.taken(1)
    assert e.skipped == []


def test_a_node_that_runs_from_its_beginning_has_skipped_nothing():
    """All that was skipped inside of it is so no longer."""
    e = Emitter(ITEMS, Code())
    e.unskip([Skipped("A", "at", 0), Skipped("B", "at2", 0), Skipped("C", "at", 1)])
    e.unskip([])
    assert e.code.source == "at = at2 = -1\n"


def test_bytes_are_held_while_something_is_inside():
    """And no longer."""
    e = Emitter(LANE, Code())
    with e.held("begins"), e.held("end"):
        assert e.holding == ["begins", "end"]
    assert e.holding == []


@attrs.frozen
class Twice(Parser):
    """A class that nobody has heard of."""

    parser: Parser[object]

    def _parse(self):
        first = yield from self.parser._parse()
        return first, (yield from self.parser._parse())


KINDS = {
    "labels in labels": (
        label("x", seq(label("y", a), optional(b), label("z", c))),
        [b"ac", b"ax", b"abx"],
    ),
    "unknown, labelled": (label("two", Twice(a)), [b"aab", b"b"]),
    "unknown in a frame": (sized(3, seq(Twice(a), uint8)), [b"aaxab"]),
    "kept in kept": (
        text(seq(until(b"."), text(until(b";"))).map(lambda it: it[0])),
        [b"a.b;c.\xff;"],
    ),
    "kept in a frame": (sized(4, seq(text(until(b";")), rest)), [b"a;bc\xff;bc", b"a;b"]),
    "in a frame that waits": (length_prefixed(uint8, many(until(b";"))), [b"\4a;b;\2a;"]),
    "what could go on": (seq(a, exactly(0), optional(b)), [b"abaab", b"ac"]),
    "skipped in fields": (
        seq(uint8, optional(take_while(b"x", min=1)), optional(a), b),
        [b"1xab1b", b"1c"],
    ),
    "separated": (sep_by(a, b) << c, [b"abacab", b"c"]),
}


@pytest.mark.parametrize("name", KINDS)
def test_what_stands_around_is_put_up_where_something_is_irregular(name):
    """The nodes wait, fail and tell of it as they would without."""
    grammar, inputs = KINDS[name]
    agrees(grammar, *inputs)
    agrees(grammar, inputs[0], limits=Limits(max_buffered=1, max_backtrack=1))


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
