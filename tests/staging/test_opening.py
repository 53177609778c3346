"""How a parser begins to wait: for how many bytes first, and in which fields."""

import attrs
import pytest

from ohneio import (
    Limits,
    any_byte,
    bit,
    bits,
    choice,
    count_prefixed,
    decimal,
    dispatch,
    exactly,
    field,
    label,
    leb128,
    length_prefixed,
    line,
    literal,
    many,
    optional,
    quic_varint,
    recognize,
    record,
    seq,
    skip,
    span,
    struct_unpack,
    success,
    take_while,
    text,
    try_map,
    uint8,
    uint16,
    uint32,
    until,
    value,
    verify,
    wire,
)
from ohneio.core._waiting import Waiting
from ohneio.staging._opening import Opening, opening
from tests.staging.differing import NO_LANES, Case, compare, lanes_behind, staged, streamed
from tests.staging.parsing import code_of

a, word = literal(b"ab"), take_while(b"abc", min=2)
number = decimal << literal(b";")


@attrs.frozen
class Mine(type(exactly(1))):
    """A class that is nearly one of ours."""


@wire
class Pair:
    first: int = field(uint16)
    second: bytes = field(until(b";"))


@wire
class Late:
    first: bytes = field(lambda m: exactly(1))


@wire
class Bits:
    high: int = bit(12, int)
    low: int = bit(4, int)


@wire
class Packet:
    high: int = bit(12, int)
    low: int = bit(4, int)
    data: bytes = field(uint8)


#: A grammar, and what it waits for first.
FIRST = {
    "a literal": (a, Opening(1, 2)),
    "a class": (any_byte, Opening(1, 1)),
    "a run": (word, Opening(1, 2)),
    "a number": (decimal, Opening(1, 1)),
    "a line": (line, Opening(1, 2)),
    "groups of bits": (leb128, Opening(1, 1)),
    "a size of its own": (quic_varint, Opening(1, 1)),
    "bits": (bits(Bits), Opening(1, 2)),
    "bits in a packet": (record(Packet), Opening(1, 2, ("high",))),
    "some bytes": (exactly(3), Opening(3, 3)),
    "an integer": (uint16, Opening(2, 2)),
    "a structure": (struct_unpack("!IH"), Opening(6, 6)),
    "what is mapped": (uint16.map(str), Opening(2, 2)),
    "what may be refused": (try_map(str, uint16), Opening(2, 2)),
    "what is verified": (verify(bool, uint16), Opening(2, 2)),
    "a value": (value(1, a), Opening(1, 2)),
    "what is skipped": (skip(uint16), Opening(2, 2)),
    "a text": (text(exactly(2)), Opening(2, 2)),
    "a span": (span(uint16), Opening(2, 2)),
    "the bytes of something": (recognize(uint16), Opening(2, 2)),
    "one before another": (uint16 << a, Opening(2, 2)),
    "one behind another": (uint16 >> a, Opening(2, 2)),
    "a sequence": (seq(uint16, a), Opening(2, 2)),
    "a size before": (length_prefixed(uint16), Opening(2, 2)),
    "a count before": (count_prefixed(uint16, a), Opening(2, 2)),
    "a tag before": (dispatch(uint16, {1: a}), Opening(2, 2)),
    "a choice": (choice(seq(a, a), uint8), Opening(1, 2)),
    "a label": (label("one", label("two", uint16)), Opening(2, 2, ("one", "two"))),
    "a record": (label("one", record(Pair)), Opening(2, 2, ("one", "first"))),
    "what may be nothing": (optional(uint16), None),
    "nothing, and then something": (success(1) >> uint16, None),
    "a class of the user's": (Mine(2), None),
    "a class of the user's in a label": (label("one", Mine(2)), None),
    "what is not known": (until(b";"), None),
    "a field of which nothing is known": (record(Late), None),
}


@pytest.mark.parametrize("name", FIRST)
def test_it_is_known_what_a_parser_waits_for_first(name):
    """Or that it is not."""
    grammar, expected = FIRST[name]
    assert opening(grammar) == expected


def is_the_same(grammar, *inputs, limits=None):
    """Cut in two anywhere, and byte by byte, the same is seen with staging and without."""
    for data in inputs:
        cuts = [[data[:at], data[at:]] for at in range(1, len(data))]
        bytewise = [data[at : at + 1] for at in range(len(data))]
        compare(Case(grammar, data, [bytewise, *cuts, bytewise], limits or Limits()))


def pauses_in(grammar, *chunks):
    """Whether staged code pauses behind each chunk."""
    with staged(), lanes_behind(NO_LANES):
        conn = streamed(grammar, Limits())()
        found = []
        for chunk in chunks:
            conn.send(chunk)
            found.append(conn._run.waiting is Waiting.PAUSE)
        return found


#: A grammar, bytes for it, and behind how many of them its code pauses.
BEGUN = {
    "a choice": (
        seq(a, choice(literal(b"cd") >> uint16, literal(b"ef") >> uint8)),
        [b"abcd12abef1", b"abcx", b"abx"],
        {2},
    ),
    "what may be there or not": (many(number) << literal(b"."), [b"1;23;.", b"1;2.", b"x"], {1, 3}),
    "in a field": (
        seq(a, label("one", verify(bool, record(Pair)))),
        [b"ab12x;", b"ab1"],
        {2},
    ),
    "an item in a frame": (
        length_prefixed(uint8, many(label("item", uint16))),
        [b"\4abcd\0\2ab", b"\3abc"],
        {1, 3},
    ),
    "a number with what is behind it": (
        seq(a, length_prefixed(number)),
        [b"ab12;" + b"x" * 12, b"ab3;xyz", b"ab1x", b"ab01", b"ab12345678901;"],
        {2, 3, 4},
    ),
    "a whole that is taken as one": (
        seq(a, recognize(seq(uint8, number)), uint32),
        [b"ab.12;1234", b"ab.x"],
        {2},
    ),
}


@pytest.mark.parametrize("name", BEGUN)
def test_staged_code_begins_to_wait_as_the_parser_does(name):
    """It pauses where nothing is there, and where what is there can be only one thing."""
    grammar, inputs, places = BEGUN[name]
    is_the_same(grammar, *inputs)
    for place in places:
        assert pauses_in(grammar, inputs[0][:place]) == [True]


@pytest.mark.parametrize("most", range(5))
def test_what_there_is_no_room_for_is_not_waited_for(most):
    """A literal is refused as soon as its first byte is wanted."""
    limits = Limits(max_buffered=most)
    for grammar in (seq(uint8, choice(seq(literal(b"abc"), a), uint8)), seq(uint8, many(number))):
        is_the_same(grammar, b"1abcab", b"1x", b"1123;", limits=limits)


def test_no_pause_is_written_where_nothing_is_known():
    """Nor where the code cannot wait, as in what may leave."""
    assert pauses_in(seq(a, choice(Mine(2), uint8)), b"ab") == [False]
    assert "pauses" not in code_of(seq(a, choice(a, uint8)), "item").lower()
    assert "pauses" in code_of(seq(a, choice(a, uint8))).lower()


def test_what_may_be_there_is_waited_for_as_it_opens():
    """In a lane; without one, where it is tried, the code leaves, but at the end of a frame."""
    grammar = seq(uint8, optional(uint16))
    assert "while pos >= stop:\n" in code_of(grammar, "lane")
    assert "rests(run, data, start, pos, pos + 2, chunk)" in code_of(grammar, "lane")
    assert "while pos >= stop and stop < end2:\n" in code_of(
        length_prefixed(uint8, grammar), "lane"
    )
    unknown = code_of(seq(uint8, optional(recognize(span(uint16)))), "lane")
    assert "rests(run, data, start, pos, pos + 2, chunk)" in unknown
    never = code_of(seq(uint8, optional(Mine(2))), "lane")
    assert "rests" not in never
    assert "if not (pos < stop):\n" in code_of(choice(seq(a, optional(a)), any_byte))
    assert "if not (pos < stop):\n" not in code_of(seq(a, optional(a)), "once")
