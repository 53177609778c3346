"""Neighbours that are taken at once: by one struct, or by one regular expression."""

import pytest

from ohneio import (
    Limits,
    any_byte,
    choice,
    exactly,
    field,
    length_prefixed,
    line,
    literal,
    one_of,
    record,
    seq,
    skip,
    struct_unpack,
    take_while,
    uint8,
    uint16,
    uint16le,
    uint32,
    until,
    wire,
)
from ohneio.staging._fused import MOST
from tests.staging.parsing import agrees, code_of

word = take_while(b"ab", min=1)


class Own(type(exactly(1))):
    """A class that is nearly ours."""


def loud(one):
    if one == b"b":
        raise KeyError("b")
    return one.upper()


@wire
class Head:
    kind: int = field(uint8)
    size: int = field(uint16)
    name: bytes = field(word)
    end: bytes = field(literal(b";"))


#: A grammar and bytes for it.
FUSED = {
    "fixed": (seq(uint8, uint16, uint32, exactly(2)), [b"abcdefghixyz", b"abc"]),
    "fixed, some dropped": (uint8 >> uint16 << uint8 << exactly(3), [b"abcdefgab"]),
    "fixed, all dropped": (skip(seq(uint8, uint16)) >> any_byte, [b"abcdab"]),
    "fixed with literals": (
        seq(literal(b"ab"), uint8, literal(b"c")),
        [b"abxcabxd", b"aax", b"ab"],
    ),
    "literals": (literal(b"ab") >> literal(b"c") >> literal(b"d"), [b"abcdabce", b"x"]),
    "a byte among literals": (literal(b"a") >> any_byte << literal(b"b"), [b"axbaxc"]),
    "bytes among literals": (literal(b"a") >> exactly(2) << literal(b"bc"), [b"axybcaxyb"]),
    "two orders": (seq(uint16, uint16le, uint8, uint16), [b"abcdefgab"]),
    "tuples in between": (seq(uint8, struct_unpack("!HB"), uint8), [b"abcdeab"]),
    "a tuple in another order": (seq(struct_unpack("<HxB"), uint8, uint16le), [b"abcdefgab"]),
    "many": (seq(*[uint8] * (MOST + 3)), [bytes(range(MOST + 5)), bytes(MOST)]),
    "nothing fixed": (seq(exactly(0), uint8, exactly(0)), [b"ab"]),
    "one of some": (seq(uint8, one_of(b"ab"), uint8), [b"xayxc"]),
    "a class that is nearly ours": (seq(uint8, Own(2), uint8), [b"abcdab"]),
    "a length among neighbours": (seq(uint8, length_prefixed(uint16), uint8), [b"a\0\2bcda\0\1b"]),
    "nothing but padding": (seq(struct_unpack("2x"), struct_unpack("x")), [b"abcdef", b"ab"]),
    "a run": (seq(word, literal(b"="), word, line), [b"a=bcd\r\na=b", b"x"]),
    "a run among others": (
        seq(uint8, word, literal(b"="), until(b";"), word, line),
        [b"xa=;ab\r\nxb"],
    ),
    "a run in front of others": (seq(word, literal(b"="), uint8), [b"ab=xa=", b"a;"]),
    "a run in a run": (
        seq(seq(word, literal(b"="), word.map(loud)), word.map(loud) >> literal(b";")),
        [b"a=ab;a", b"a=b"],
    ),
    "one token of a run": (seq(uint8, word, uint8), [b"xaby"]),
    "a run with functions": (
        seq(word.map(loud), literal(b" "), word.map(loud)),
        [b"a ab ", b"ab b;"],
    ),
    "fields": (record(Head), [b"a\0\1ba;b\0\1bx", b"a\0"]),
    "in an alternative": (
        choice(seq(uint8, uint16, literal(b";")), seq(word, literal(b"=")), any_byte),
        [b"abc;a=abcd", b"a"],
    ),
}


@pytest.mark.parametrize("name", FUSED)
def test_neighbours_are_taken_as_by_their_nodes(name):
    """Whether one question is enough for all of them, or one of them is cut or wrong."""
    grammar, inputs = FUSED[name]
    agrees(grammar, *inputs)


@pytest.mark.parametrize("most", [1, 2, 3, 10])
def test_limits_hold_for_what_is_fused(most):
    """As for each by itself."""
    for name in ("fixed", "a length among neighbours"):
        grammar, inputs = FUSED[name]
        agrees(grammar, inputs[0], limits=Limits(max_buffered=most))


def test_fixed_neighbours_are_one_struct():
    """With one question for all of them, whether they are there."""
    source = code_of(seq(uint8, uint16, uint32), "once")
    assert source.count("UNPACK(data, pos)") == 1
    assert source.count("<= stop") == 1


def test_what_is_dropped_is_not_asked_for():
    """A byte behind others is no part of the format."""
    source = code_of(uint8 >> uint16 << uint32, "once")
    assert "UNPACK" in source
    assert source.count("data[") == 0


def test_literals_are_compared_in_their_place():
    """Beside the question whether all is there."""
    source = code_of(literal(b"ab") >> any_byte << literal(b"c"), "once")
    assert "data.startswith(b'ab', pos)" in source
    assert "data[pos + 3] == 99" in source
    assert "= data[pos + 2:pos + 3]" in source
