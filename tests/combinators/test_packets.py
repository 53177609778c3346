"""Records whose fields share bytes, lie in a frame or are judged as they come."""

import copy
import enum
import pickle

import pytest

from ohneio import (
    BuildError,
    IncompleteInput,
    LimitExceeded,
    Limits,
    ParseError,
    UsageError,
    bit,
    bits,
    exactly,
    field,
    length_prefixed,
    literal,
    many,
    parser,
    record,
    rest,
    stream,
    uint8,
    uint16,
    wire,
)
from ohneio.combinators._packets import Group, Packet
from ohneio.combinators._records import Record
from ohneio.testing import check, roundtrip


class Kind(enum.IntEnum):
    """Three of the four numbers that two bits can be."""

    NOTE = 0
    CALL = 1
    ANSWER = 2


@wire
class Message:
    """All there is: bits of each sort, a frame, and what depends on both."""

    version: int = bit(4, always=2)
    urgent: bool = bit(
        1, bool, default=False, kw_only=True,
        verify=lambda it: it.kind or not it.urgent, expected="no urgent notes",
    )  # fmt: skip
    numbered: bool = bit(1, bool, computed=lambda it: it.number is not None)
    kind: Kind = bit(2, Kind)
    size: int = field(uint16, frames=True)
    number: int | None = field(
        uint8, when=lambda it: it.numbered, default=None, kw_only=True,
        verify=lambda it: it.number < 100, expected="a number below 100",
    )  # fmt: skip
    name: bytes = field(length_prefixed(uint8), verify=lambda it: it.name)
    body: bytes = field(rest)


message = record(Message)
SAMPLES = {
    b"\x21\x00\x04\x01nhi": Message(Kind.CALL, b"n", b"hi"),
    b"\x26\x00\x03\x05\x01n": Message(Kind.ANSWER, b"n", b"", number=5),
    b"\x29\x00\x02\x01n": Message(Kind.CALL, b"n", b"", urgent=True),
}


@pytest.mark.parametrize("data", SAMPLES)
def test_goes_both_ways(data):
    """Bits, the size and what it frames are parsed into one object and built from it."""
    assert message.parse(data) == SAMPLES[data]
    assert message.build(SAMPLES[data]) == data


def test_every_law():
    """Under any chunking, truncation and byte behind; and for what is drawn from it."""
    check(message, SAMPLES)
    check(stream(message), [b"".join(SAMPLES)], every=False)


test_values_that_are_drawn_go_round = roundtrip(message)


def test_only_what_needs_it_is_a_packet():
    """Records of plain fields stay what they were."""

    @wire
    class Plain:
        number: int = field(uint8)

    assert type(record(Plain)) is Record
    assert type(message) is Packet
    assert repr(message) == "record(Message)"


def test_packets_are_like_any_parser():
    """They pickle, copy, compare and hash."""
    assert pickle.loads(pickle.dumps(message)) == message == copy.deepcopy(message)
    assert hash(record(Message)) == hash(message)
    group = message.children()[0]
    assert isinstance(group, Group)
    assert repr(group) == "bit(4, always=2), bit(1, bool), bit(1, bool), bit(2, Kind)"


REFUSED = {
    "another version": (b"\x31", "expected 2", "version", 0),
    "no such kind": (b"\x23", "expected one of Kind", "kind", 0),
    "an urgent note": (b"\x28", "expected no urgent notes", "urgent", 0),
    "a number too great": (b"\x25\x00\x03\x64", "expected a number below 100", "number", 3),
    "no name": (b"\x21\x00\x01\x00", "expected a value that passes", "name", 3),
    "more than its frame": (b"\x21\x00\x02\x02", "where the frame ends", "name", 5),
    "less than its frame": (b"\x21\x00\x00", "where the frame ends", "name", 3),
}


@pytest.mark.parametrize("name", REFUSED)
def test_mismatches_come_as_early_as_they_can(name):
    """Each names the field, and begins with the first byte of what was refused."""
    data, text, field_name, offset = REFUSED[name]
    conn = stream(message)()
    with pytest.raises(ParseError, match=text) as info:
        conn.send(data)
    assert (info.value.path, info.value.offset) == ((field_name,), offset)


BAD = {
    "an urgent note": (Message(Kind.NOTE, b"n", b"", urgent=True), "urgent: expected no urgent"),
    "no such kind": (Message(3, b"n", b""), "kind: expected one of Kind, not 3"),
    "a number too great": (Message(Kind.CALL, b"n", b"", number=100), "number: expected a number"),
    "no name": (Message(Kind.CALL, b"", b""), "name: expected a value that passes"),
    "a body too long": (Message(Kind.CALL, b"n", bytes(65535)), "size: 65537 bytes are more"),
    "another class": (b"bytes", "expected a Message, not b'bytes'"),
}


@pytest.mark.parametrize("name", BAD)
def test_values_that_do_not_fit(name):
    """A `BuildError` names the field."""
    value, text = BAD[name]
    with pytest.raises(BuildError, match=text):
        message.build(value)


def test_the_end_of_the_input():
    """It says how many bytes of the bits, the size or the frame are missing."""
    for data, needed in [(b"", 1), (b"\x21", 2), (b"\x21\x00", 1), (b"\x21\x00\x04\x01n", 2)]:
        with pytest.raises(IncompleteInput) as info:
            message.parse(data)
        assert info.value.needed == needed


@wire
class Checked:
    """What is computed of bits is compared when all of it is there."""

    parity: bool = bit(1, bool, computed=lambda it: it.number % 2 == 1)
    short: int = bit(7, computed=lambda it: len(it.body))
    number: int = field(uint8)
    total: int = field(uint8, frames=True)
    body: bytes = field(lambda it: exactly(it.short))
    last: int = field(uint8, computed=lambda it: it.number)


def test_computed_bits():
    """They are attributes, and another value is a mismatch at their first byte."""
    one = Checked(3, b"ab")
    assert record(Checked).build(one) == b"\x82\x03\x03ab\x03"
    assert record(Checked).parse(b"\x82\x03\x03ab\x03") == one
    assert (one.parity, one.short, one.last) == (True, 2, 3)
    with pytest.raises(ParseError, match=r"expected True at offset 1 \(in parity\)|parity") as info:
        (literal(b"-") >> record(Checked)).parse(b"-\x02\x03\x03ab\x03")
    assert (info.value.offset, info.value.found) == (1, b"\x02")
    with pytest.raises(ParseError, match="expected 3") as info:
        record(Checked).parse(b"\x82\x03\x03ab\x04")
    assert info.value.offset == 5
    check(record(Checked), [b"\x82\x03\x03ab\x03", b"\x02\x03\x03ab\x03", b"\x82\x03\x03ab\x04"])


def test_limits_hold():
    """What is kept to be compared is bounded, and so is a token in the frame."""
    limits = Limits(max_buffered=8)
    with pytest.raises(LimitExceeded):
        message.parse(b"\x21\x00\x40\x01n" + bytes(62), limits=limits)
    conn = stream(record(Checked), limits=limits)()
    with pytest.raises(LimitExceeded):
        conn.send(b"\x09\x01\x0a" + bytes(10))


@wire
class Late:
    """The size of the frame is read as what stands before it says."""

    wide: bool = bit(1, bool)
    reserved: int = bit(7, always=0)
    size: int = field(lambda it: uint16 if it.wide else uint8, frames=True)
    numbers: list[int] = field(many(uint8))


def test_a_size_that_depends_on_a_field():
    """It is announced as it is parsed."""
    for data, one in [(b"\x80\x00\x01\x07", Late(True, [7])), (b"\x00\x01\x07", Late(False, [7]))]:
        assert record(Late).parse(data) == one
        assert record(Late).build(one) == data
    with pytest.raises(BuildError, match="numbers"):
        record(Late).build(Late(True, [256]))
    assert record(Late).facts.least == 1


@wire
class Fixed:
    """There is but one."""

    start: int = bit(8, always=7)
    size: int = field(uint8, frames=True)
    end: bytes = field(literal(b"end"))


@parser
def unsaid():
    """A step that does not say what it is built from."""
    yield from message
    return (yield from uint8.of(lambda it: it))


def test_what_has_no_choice_builds_from_nothing():
    """Where its value is dropped; where there is a choice it cannot."""
    assert record(Fixed).parse(b"\x07\x03end") == Fixed(b"end")
    assert (record(Fixed) >> uint8).build(5) == b"\x07\x03end\x05"
    assert record(Fixed).facts.silent is True
    for one in (message, record(Late)):
        assert one.facts.silent is False
        with pytest.raises(BuildError, match="from nothing"):
            (one >> uint8).build(5)
    with pytest.raises(BuildError, match="from nothing"):
        unsaid.build(5)


def test_what_is_known():
    """Sizes and first bytes of bits; what is in a frame ends with it."""
    facts = message.facts
    assert (facts.least, facts.greatest, facts.nullable) == (4, None, False)
    assert facts.first == {0x20 | low for low in range(16) if low % 4 != 3}
    assert (facts.self_delimiting, facts.unambiguous, facts.canonical) == (True, True, True)
    assert [one.facts.least for one in message.heads()] == [1]


def test_a_class_that_may_refuse():
    """A `ValueError` out of it is a mismatch at the first byte of the bits."""

    @wire
    class Picky:
        high: int = bit(4, int)
        low: int = bit(4, int)

        def __attrs_post_init__(self):
            if self.high < self.low:
                raise ValueError("upside down")

    assert record(Picky).parse(b"\x21") == Picky(2, 1)
    assert record(Picky).facts.unambiguous is None
    with pytest.raises(ParseError, match="upside down") as info:
        record(Picky).parse(b"\x12")
    assert info.value.offset == 0


def test_what_judges_may_fail():
    """Its exceptions go to the embedder; when building they are a `BuildError`."""

    @wire
    class Buggy:
        number: int = field(uint8, verify=lambda it: 1 // it.number)

    assert record(Buggy).parse(b"\x01") == Buggy(1)
    with pytest.raises(ZeroDivisionError):
        record(Buggy).parse(b"\x00")
    with pytest.raises(BuildError, match="ZeroDivisionError"):
        record(Buggy).build(Buggy(0))


def test_misuse():
    """Bits are whole bytes, and the size of a frame is nothing else."""

    @wire
    class Odd:
        some: int = bit(3, int)
        other: int = field(uint8)

    with pytest.raises(UsageError, match="Odd has 3 bits"):
        record(Odd)
    for options in ({"computed": len}, {"when": len}, {"verify": len}):
        with pytest.raises(UsageError, match="the size of a frame is nothing else"):
            field(uint8, frames=True, **options)
    with pytest.raises(UsageError, match="is no argument"):
        field(uint8, frames=True, default=5)
    with pytest.raises(UsageError, match="more than 2 bits"):
        bit(2, always=4)


def test_a_frames_size_is_not_there_to_depend_on():
    """It is no attribute of what is built, so nothing may ask for it."""

    @wire
    class Asking:
        size: int = field(uint8, frames=True)
        body: bytes = field(lambda it: exactly(it.size))

    with pytest.raises(UsageError, match=r"Asking\.size is not known"):
        record(Asking).parse(b"\x01a")
    assert not hasattr(Asking(b""), "size")


def test_bits_in_a_record_are_those_of_bits():
    """The same fields by themselves give the same values."""

    @wire
    class Alone:
        kind: Kind = bit(2, Kind)
        rest: int = bit(6, int)

    assert record(Alone).parse(b"\x85") == bits(Alone).parse(b"\x85") == Alone(Kind.ANSWER, 5)
