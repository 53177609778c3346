"""Packets: records with bits beside other fields, with a frame inside, and with verdicts."""

import pytest

from ohneio import (
    any_byte,
    bit,
    choice,
    exactly,
    field,
    length_prefixed,
    literal,
    many,
    mqtt_varint,
    optional,
    record,
    rest,
    seq,
    sized,
    uint8,
    uint16,
    wire,
)
from tests.staging.parsing import agrees, code_of


@wire
class Head:
    kind: int = bit(4, always=3)
    on: bool = bit(1, bool)
    low: int = bit(3, int)
    size: int = field(mqtt_varint, frames=True)
    name: bytes = field(length_prefixed(uint8))
    body: bytes = field(rest)


@wire
class Judged:
    kind: int = bit(4, int, verify=lambda m: m.kind)
    flags: int = bit(4, int, verify=lambda m: m.flags != 1)
    n: int = field(uint8, verify=lambda m: m.n != m.kind)
    more: int | None = field(uint16, when=lambda m: m.flags, verify=lambda m: m.more != 0x6162)
    last: bytes = field(any_byte, verify=lambda m: raising(m.last))


def raising(one):
    if one == b"k":
        raise KeyError("k")
    return one != b"!"


@wire
class Depending:
    flag: int = bit(8, int)
    size: int = field(lambda m: uint16 if m.flag else uint8, frames=True)
    list: list = field(many(any_byte))


@wire
class ByFunction:
    flag: int = bit(8, int)
    size: int = field(lambda m: exactly(m.flag).map(len), frames=True)
    all: bytes = field(rest)


@wire
class Computed:
    high: int = bit(8, int)
    sum: int = field(uint8, computed=lambda m: m.high + len(m.body))
    body: bytes = field(length_prefixed(uint8))


@wire
class Asking:
    size: int = field(uint8, frames=True)
    body: bytes = field(lambda it: exactly(it.size))


@wire
class Last:
    n: int = field(uint8)
    end: int = bit(8, int)


#: A class and bytes for it.
PACKETS = {
    "bits, and a frame": (Head, [b"\x3a\4\2abc\x30\1\0", b"\x3a\5\2ab", b"\x4a\1\0", b"\x3a\1\1"]),
    "verdicts": (
        Judged,
        [
            b"\x21\1",
            b"\x20\1ab",
            b"\x22\1xyz",
            b"\x22\1abz",
            b"\0",
            b"\x20\2",
            b"\x20\1k",
            b"\x20\1!",
        ],
    ),
    "a size of some kind": (Depending, [b"\0\2ab\1\0\1a", b"\1\0"]),
    "a size by a function": (ByFunction, [b"\2xyab\0\1x", b"\3xy"]),
    "computed": (Computed, [b"\1\3\2ab\1\1\0", b"\1\4\2ab"]),
    "a size that nobody may ask for": (Asking, [b"\1a"]),
    "bits at the end": (Last, [b"\1\2\3"]),
}


@pytest.mark.parametrize("name", PACKETS)
def test_a_packet_is_taken_as_by_its_node(name):
    """Alone, where it is tried, and in a frame."""
    cls, inputs = PACKETS[name]
    one = record(cls)
    agrees(one, *inputs)
    agrees(choice(seq(one, literal(b";")), any_byte), *(data + b";" for data in inputs[:2]))
    agrees(sized(5, seq(optional(one), rest)), *(data + b"123" for data in inputs[:2]))


def test_a_packet_runs_as_a_whole():
    """What is wrong behind its own bytes makes the node run, from the beginning."""
    source = code_of(record(Head))
    assert source.count("raise Irregular") > 1
    assert source.count("._parse()") == 1


def test_verdicts_are_asked_as_soon_as_the_field_is_there():
    """In the order of the fields, each of what is there so far."""
    source = code_of(record(Judged))
    assert source.index("view.kind = ") < source.index("view.n = ") < source.index("view.last = ")
    assert "if not (good):" in source or "if not good:" in source


def test_bits_and_the_size_behind_them_are_taken_by_place():
    """No field is asked of an object that is not made yet."""
    source = code_of(record(Head))
    assert "on = bits & 8 != 0" in source
    assert "low = bits & 7" in source
