"""Packets: records with bits beside other fields, with a frame inside, and with verdicts."""

import enum

import pytest

from ohneio import (
    Limits,
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


@wire
class Called:
    """One verdict that is written into the code, and others that are not."""

    high: int = bit(4, int, verify=lambda m: m.high)
    low: int = bit(4, int, verify=lambda *m: m[0].high != 2)
    n: int | None = field(uint8, when=lambda m: m.low, verify=lambda *m: m[0].high != 3)


@wire
class Either:
    d: int = field(uint8)
    v: int | None = field(
        uint8,
        when=lambda it: it.d < 2,
        verify=lambda it: it.v == 1 if it.d == 0 else it.v == 2,
    )


class Leaving(enum.IntFlag, boundary=enum.EJECT):
    A = 1

    @property
    def more(self):
        return self & 2


@wire
class Ejected:
    flags: Leaving = bit(8, Leaving)
    n: int | None = field(uint8, when=lambda it: it.flags.more)


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
    "one verdict or another, of what may not be there": (Either, [b"\0\1\1\2\5", b"\0\2"]),
    "flags that may become a number": (Ejected, [b"\1\0", b"\2\3"]),
}


@pytest.mark.parametrize("name", PACKETS)
def test_a_packet_is_taken_as_by_its_node(name):
    """Alone, where it is tried, and in a frame."""
    cls, inputs = PACKETS[name]
    one = record(cls)
    agrees(one, *inputs)
    agrees(choice(seq(one, literal(b";")), any_byte), *(data + b";" for data in inputs[:2]))
    agrees(sized(5, seq(optional(one), rest)), *(data + b"123" for data in inputs[:2]))


def test_a_packet_waits_where_it_is():
    """Each field's own node runs where its bytes are not there yet, and no other."""
    source = code_of(record(Head))
    assert "found = yield from NAMED(run, KIND._parse(), 'kind')" in source
    assert "PACKET._parse()" not in source
    assert "Irregular" not in code_of(record(Last))


def test_a_packet_that_is_tried_runs_as_a_whole():
    """What is irregular makes go back to where it began, and be taken by the node."""
    source = code_of(choice(record(Head), any_byte))
    assert source.count("raise Irregular") > 5
    assert "found = " not in source


def test_verdicts_are_asked_as_soon_as_the_field_is_there():
    """In the order of the fields, each of what is there so far; what has to be called, too."""
    source = code_of(record(Judged))
    first = source.index("if mark is not None or not ((kind) and (flags != 1)):")
    assert first < source.index("(n != kind)") < source.index("= RAISING(last2)")
    assert "(not flags or more != 24930)" in source


def test_verdicts_that_are_called_come_after_those_before():
    """And only where no node has asked them already."""
    source = code_of(record(Called))
    assert "if mark is None and (high):" in source
    agrees(record(Called), b"\x1f\1\x10\2\x21\3", b"\x0f", b"\x2f\1", b"\x31\1")
    agrees(choice(record(Called), any_byte), b"\x1f\1", b"\x2f", b"\x3f")


def test_what_is_computed_is_compared_at_the_end():
    """Where nothing can be raised by it; else the node says what it is."""
    source = code_of(record(Computed))
    assert "if not ((high + len(body) == sum2)) or mark is not None:" in source
    agrees(record(Computed), b"\1\3\2ab\1\2\2ab", limits=Limits(max_buffered=3))


def test_bits_and_the_size_behind_them_are_taken_by_place():
    """No field is asked of an object that is not made yet."""
    source = code_of(record(Head))
    assert "on, low = known" in source
    assert "end2 = pos + size" in source


# What is known of a byte's fields beforehand.


class Kind(enum.IntEnum):
    DATA, MORE, CLOSE = 0, 1, 8

    @property
    def control(self):
        return self >= Kind.CLOSE


def judged_by(*verdicts):
    """Return a head whose second byte may be judged by what is in the first."""
    first, second = [*verdicts, None, None][:2]

    @wire
    class Head:
        flag: bool = bit(1, bool)
        kind: Kind = bit(7, Kind)
        on: bool = bit(1, bool, **({"verify": second} if second else {}))
        size: int = bit(7, int, **({"verify": first} if first else {}))

    return record(Head)


def judged_in_code(m):
    """Nothing that is one expression."""
    if m.kind.control:
        return m.size < 5
    return True


VERDICTS = {
    "of one kind": ([lambda m: not m.kind.control or m.size < 5], True),
    "of two fields": ([lambda m: not m.kind.control or m.size < 5, lambda m: m.kind < 5], True),
    "of none in the first byte": ([lambda m: m.size < 5], False),
    "never": ([lambda m: m.size < 128], True),
    "in steps": ([judged_in_code], False),
    "by what has to be called": ([lambda m: not m.kind or not raising(m.size)], False),
}
HEADS = [bytes([first, 5 - first % 2]) for first in (0, 1, 8, 9, 128, 129, 136)]


@pytest.mark.parametrize("name", VERDICTS)
def test_what_a_byte_says_of_a_verdict_is_looked_up_with_it(name):
    """As that nothing but a control frame is judged: where code begins anew, that is enough."""
    verdicts, expected = VERDICTS[name]
    grammar = judged_by(*verdicts)
    for form in ("once", "lane"):
        assert ("not unsure or " in code_of(grammar, form)) is expected
    assert "unsure" not in code_of(grammar, "items")
    agrees(grammar, *HEADS, b"".join(HEADS), b"\x08\x04" * 3)


LIMIT = 3


class Numbered(enum.IntEnum):
    """Members that say of themselves that they are other numbers than they compare as."""

    LOW, HIGH = 0, 3

    def __int__(self):
        return 100


@wire
class Named:
    """A field that is called as what its verdict compares it with, and so is a member."""

    LIMIT: int = bit(4, int, verify=lambda m: m.LIMIT == LIMIT)
    HIGH: Kind = bit(4, Kind, verify=lambda m: m.HIGH != Kind.MORE)


@wire
class Other:
    number: int = bit(4, int, verify=lambda m: m.number != Numbered.HIGH)
    kind: Numbered = bit(4, Numbered, verify=lambda m: m.kind != 3)


@pytest.mark.parametrize("cls", [Named, Other])
def test_what_is_known_of_a_byte_is_what_its_fields_are(cls):
    """By whatever name, and as they compare."""
    agrees(record(cls), *[bytes([number]) for number in range(256)], late=None)


@wire
class Framed:
    n: object = field(uint8.map(lambda v: v / 1 if v == 3 else v), frames=True)
    all: bytes = field(rest)


def test_a_size_of_a_frame_that_is_no_int_is_left():
    """In a lane as well."""
    agrees(record(Framed), b"\2ab\2ab\3abc\1a", b"\2ab" * 3)
