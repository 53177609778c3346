"""Fields of bits: those in one byte are looked up, or taken apart one by one."""

import enum

import attrs
import pytest

from ohneio import any_byte, bit, bits, choice, field, many, record, uint8, wire
from ohneio.staging._bits import MOST_MEMBERS, members
from tests.staging.parsing import agrees, code_of


class Kind(enum.Enum):
    LOW = 0
    HIGH = 3


class Raising(enum.IntEnum):
    ONE = 1

    @classmethod
    def _missing_(cls, value):
        raise KeyError(value)


@wire
class Head:
    version: int = bit(3, always=5)
    kind: Kind = bit(2, Kind)
    number: int = bit(2, int)
    on: bool = bit(1, bool)


@wire
class Long:
    high: int = bit(4, int)
    low: int = bit(20, int)


@wire
class All:
    zero: int = bit(8, always=0)


@wire
class Wide:
    kind: Raising = bit(16, Raising)


@attrs.frozen
class Refusing:
    low: int = bit(8, int)

    def __attrs_post_init__(self):
        if self.low > 9:
            raise ValueError("too much")


@wire
class Mixed:
    high: int = bit(4, int)
    low: Kind = bit(4, Kind)
    size: int = field(uint8)


@wire
class Constant:
    """A byte that may be one number only, in two parts."""

    high: int = bit(4, always=1)
    low: int = bit(4, always=2)


@wire
class Apart:
    """A byte of two numbers, and two bytes that share one."""

    high: int = bit(4, int)
    low: int = bit(4, int)
    on: bool = bit(1, bool)
    wide: int = bit(15, int)


@wire
class Shared:
    """What may not be anything, across bytes."""

    head: int = bit(4, always=15)
    kind: Kind = bit(8, Kind)
    tail: Kind = bit(4, Kind)


@pytest.mark.parametrize(
    ("grammar", "data"),
    [
        (bits(Head), b"\xa0\xa7\xb8\xb9\xbf\xa8\xa1\x00"),
        (bits(Long), b"\xf0\0\1\x0f\xff"),
        (bits(All), b"\0\0\1"),
        (bits(Wide), b"\0\1\0\1\0\2"),
        (bits(Refusing), b"\1\x09\x0a"),
        (record(Mixed), b"\x03\1\x00\2\x01\3"),
    ],
)
def test_bits_are_taken_as_by_their_node(grammar, data):
    """A number that none may be is irregular; so is an object that its class refuses."""
    agrees(grammar, data, data[:2])
    agrees(many(choice(grammar, any_byte)), data)


def test_fields_of_a_byte_are_looked_up_together():
    """That they are in the table is the check of all of them; of a constant nothing is left."""
    source = code_of(bits(Head))
    assert "if not (pos < stop and (known := KNOWN[data[pos]]) is not None):" in source
    assert "number2, on = known" in source
    assert "KNOWN[data[pos]] is not None" in code_of(record(Constant))
    agrees(record(Constant), b"\x12a\x13")


def test_numbers_are_shifted_and_masked_as_far_as_they_have_to_be():
    """What is in one byte of its own, and what several bytes share."""
    source = code_of(record(Apart))
    assert "bits = data[pos]\n" in source
    assert "high = bits >> 4\n" in source
    assert "low = bits & 15\n" in source
    assert "on = bits2 > 32767" in source
    assert "wide = bits2 & 32767" in source
    assert "(bits := FROM_BYTES(data[pos:pos + 2])) >> 12 == 15" in code_of(record(Shared))
    for cls in (Apart, Shared):
        agrees(record(cls), b"\x12\x80\1\xf0\3\xff", b"\xf0\5")


def test_members_of_an_enum_are_looked_up():
    """As far as they are few; what a class raises is not raised before its time."""
    assert members(Kind, 3) == {0: Kind.LOW, 3: Kind.HIGH}
    assert members(Raising, (1 << 16) - 1) == {1: Raising.ONE}
    assert MOST_MEMBERS not in members(lambda n: n, (1 << 16) - 1) or MOST_MEMBERS < 1 << 16


@wire
class Twice:
    """Two bytes that are looked up, and what must hold of both."""

    kind: Kind = bit(2, Kind)
    size: int = bit(6, int, verify=lambda m: m.size < 9 or m.low == 1)
    other: Kind = bit(2, Kind)
    low: int = bit(6, int)


def test_a_table_knows_as_well_where_nothing_has_to_be_judged():
    """The first that does: the rest is asked where it does not."""
    source = code_of(record(Twice), "once")
    assert "kind, size, unsure = known" in source
    assert "other, low = known2" in source
    assert "if not ((not unsure or size < 9 or low == 1)):" in source
    agrees(record(Twice), *(bytes([192 | one, two]) for one in (8, 9) for two in (0, 1, 64, 193)))


@wire
class Later:
    """A byte that is looked up, and what must hold of another."""

    kind: Kind = bit(2, Kind)
    size: int = bit(6, int)
    low: int = bit(8, int, verify=lambda m: m.low == 1)


def test_a_table_that_knows_nothing_of_it_stays_as_it_is():
    """It would only be larger."""
    assert "kind, size = known" in code_of(record(Later), "once")
    agrees(record(Later), b"\0\1\0\0", b"\1\1\x40\1")
