"""What the functions of a record's fields are given: the fields so far."""

import itertools
import re

import pytest

from ohneio import (
    any_byte,
    exactly,
    field,
    int8,
    label,
    literal,
    lookahead,
    mqtt_varint,
    optional,
    record,
    success,
    uint8,
    uint16,
    until,
    wire,
)
from tests.staging.grammars import Opcode, extended
from tests.staging.parsing import agrees, code_of


@wire
class Methods:
    """Functions that ask for more than fields."""

    size: int = field(uint8)
    one: bytes = field(lambda m: exactly(m.half()))
    two: int | None = field(uint8, when=lambda m: m.large)
    three: int | None = field(uint8, when=lambda m: 10 // m.size)

    def half(self):
        return self.size // 2

    @property
    def large(self):
        return self.size > 2


def test_methods_and_properties_are_there_as_well():
    """Of an object that shows the fields so far, told only what is new."""
    source = code_of(record(Methods))
    assert source.count("= SEEN()") == 1
    assert source.index("view.size = size") < source.index("view.one = one")
    assert "VIEW(RECORD, {'size': size, 'one': one, 'two': two})" in source
    agrees(record(Methods), b"\1\2a\4abc", b"\7")


def test_what_is_asked_too_early_is_told_as_ever():
    """A field that stands behind."""
    early = wire(type("Early", (), {**EARLY, "__annotations__": dict.fromkeys(EARLY, int)}))
    agrees(record(early), b"ab")


EARLY = {"n": field(lambda m: exactly(m.later)), "later": field(uint8)}


# What follows from how fields were read.


def size(m):
    return len(m.data)


def longer(data, key):
    """Longer with a key than without."""
    if key is None:
        return data
    return data + key


#: A size in as few bytes as it needs.
MEDIUM = uint8.verify(lambda it: 5 < it < 9, "a size of 6 to 8")
LARGE = uint16.verify(lambda it: it > 8, "a size of more than 8")


def frame_of(two=MEDIUM, three=LARGE, by=any_byte, **others):
    """Return a frame like those of WebSocket, small, with parts that are another's."""
    return extended(two, three, by, **others)


def frames():
    """Yield what may be a frame: each size as it may be said, keyed and not, and cut."""
    for keyed, number in itertools.product((0, 8), range(12)):
        for head in ([min(number, 5)], [6, number], [7, 0, number]):
            key = b"k" if keyed else b""
            first = Opcode.DATA << 4 | keyed | head[0]
            yield bytes([first, *head[1:]]) + key + b"abcdefghijklm"[:number]


FRAMES = [*frames()]
#: How the fields are compared, where that is not left out.
COMPARED = [r"is not None\) == ", r"== size\b", r"== more\b", r"== most\b"]


def compared(grammar):
    """Return which of the fields are compared with what is computed."""
    source = code_of(grammar, "lane")
    return [one for one in COMPARED if re.search(one, source)]


def test_what_follows_from_how_a_frame_is_read_is_not_asked():
    """A length is as long as so many bytes were read; a key is there when it was said to be."""
    assert compared(frame_of()) == []
    agrees(frame_of(), *FRAMES)


OTHERS = {
    "a size that may be said in two ways": ({"two": uint8}, COMPARED[1:3]),
    "a size that may be 0": ({"three": uint16}, COMPARED[1::2]),
    "a size that may be too long for its field": (
        {"two": uint8.verify(lambda it: it > 5)},
        COMPARED[1:2],
    ),
    "a predicate that is not understood": ({"two": uint8.verify(str)}, COMPARED[1:3]),
    "a key that may be none": ({"by": optional(literal(b"k"))}, COMPARED[:1]),
    "a key of any type": ({"by": success(None)}, COMPARED[:1]),
    "a body that gets longer": ({"turn": longer}, COMPARED[1:]),
    "another way to compute": ({"computed": size}, COMPARED[1:2]),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_does_not_follow_is_asked(name):
    """All that depends on it is compared, as ever."""
    given, expected = OTHERS[name]
    grammar = frame_of(**given)
    assert compared(grammar) == expected
    agrees(grammar, *FRAMES)


@wire
class Read:
    """Sizes that parsers of all kinds read, which the rest of the record has to have."""

    byte: int = field(label("byte", uint8), computed=lambda m: len(m.one))
    signed: int = field(int8.verify(lambda it: it > 0), computed=lambda m: len(m.two))
    behind: int = field(literal(b"=") >> uint8 << literal(b";"), computed=lambda m: len(m.three))
    ahead: int = field(lookahead(uint8), computed=lambda m: len(m.four))
    any: int = field(mqtt_varint, computed=lambda m: len(m.five))
    one: bytes = field(lambda m: exactly(m.byte))
    two: bytes = field(lambda m: exactly(m.signed))
    three: bytes = field(lambda m: exactly(m.behind))
    four: bytes = field(lambda m: exactly(m.ahead))
    five: bytes = field(lambda m: exactly(m.any))


def test_whoever_reads_a_size_it_is_known():
    """If it is a number that cannot be below 0: what may be is asked."""
    source = code_of(record(Read), "lane")
    assert source.count("==") == 3  # two literals, and what is signed
    assert "len(two) == signed" in source
    some = b"\1\1=\1;\1a!!b"
    agrees(record(Read), some, b"\1\0=\1;\1a!!b", b"\1\xff=\1;\1a!!b", b"\0\1=\2;\0!!!")


class Own(type(uint8)):
    """A class that is nearly one of ours."""


@wire
class Fixed:
    size: int = field(uint8, computed=lambda m: len(m.body))
    odd: int = field(uint8, computed=lambda m: m.own)
    body: bytes = field(exactly(3))
    own: int = field(Own(uint8.name, uint8.format))


def test_a_fixed_length_is_one_too():
    """What it is said for is compared with the number."""
    assert "3 == size" in code_of(record(Fixed))
    agrees(record(Fixed), b"\3\1abc\1\2\1abc\1", b"\3\2abc\1")


@wire
class Maybe:
    """Bytes that may be off have no length then."""

    n: int = field(uint8)
    size: int = field(uint8, computed=lambda m: len(m.body))
    body: bytes | None = field(lambda m: exactly(m.n), when=lambda m: m.n > 1)
    end: bytes = field(until(b";"))


def test_what_may_be_off_has_no_length():
    """To ask for it is an error of whoever does, as it is without staging."""
    assert "len(body)" in code_of(record(Maybe))
    agrees(record(Maybe), b"\2\2ab;\2\1ab;", b"\1\1;")
