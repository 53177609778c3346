"""Building bits: fields that share bytes."""

import enum

import pytest

from ohneio import (
    bit,
    bits,
    field,
    record,
    uint8,
    wire,
)
from tests.staging.building import is_left, source_of, takes


class Level(enum.IntEnum):
    ONE = 1
    TWO = 2


class Kind(enum.Enum):
    LOW = 0
    HIGH = 3


class Flags(enum.IntFlag):
    A = 1
    B = 2


class Asked(enum.Enum):
    """An enum of its own mind about numbers without a member."""

    ONE = 1

    @classmethod
    def _missing_(cls, value):
        return cls.ONE


@wire
class Head:
    version: int = bit(3, always=5)
    kind: Kind = bit(2, Kind)
    level: Level = bit(2, Level)
    on: bool = bit(1, bool)


@wire
class Long:
    high: int = bit(4, int)
    low: int = bit(20, int)


@wire
class Of64:
    number: int = bit(63, int)
    sign: bool = bit(1, bool)


@wire
class Set:
    flags: Flags = bit(8, Flags)


@wire
class Willing:
    asked: Asked = bit(8, Asked)


class Other(enum.Enum):
    ONE = 1

    @property
    def value(self):
        return 3


@wire
class Turned:
    other: Other = bit(8, Other)


@wire
class Zero:
    reserved: int = bit(8, always=0)


BITS = {
    "members of enums": (
        bits(Head),
        [Head(Kind.HIGH, Level.TWO, True), Head(Kind.LOW, Level.ONE, False)],
    ),
    "three bytes": (bits(Long), [Long(0, 0), Long(15, (1 << 20) - 1), Long(True, Level.TWO)]),
    "eight bytes": (bits(Of64), [Of64((1 << 63) - 1, True)]),
    "flags, which their class makes": (
        bits(Set),
        [Set(Flags.A), Set(Flags.A | Flags.B), Set(Flags(0))],
    ),
    "an enum that has to be asked": (bits(Willing), [Willing(Asked.ONE)]),
    "nothing to be said": (bits(Zero), [Zero()]),
}


@pytest.mark.parametrize("name", BITS)
def test_bits_are_packed(name):
    """The fields of a class of bits become one number."""
    assert takes(BITS[name][0], *BITS[name][1])


@pytest.mark.parametrize(
    "value",
    [
        Head(Kind.HIGH, 2, True),
        Head(0, Level.ONE, True),
        Head(Kind.HIGH, Level.TWO, 1),
        Head(Level.TWO, Level.TWO, True),
        Long(16, 0),
        Long(-1, 0),
        Long(0, 1.0),
        Long(0, None),
        Of64(1 << 63, False),
        "head",
    ],
)
def test_bits_that_do_not_fit_are_left(value):
    """A number out of range, or a value of another class than the field's, is for the nodes."""
    kind = type(value) if type(value) in (Head, Long, Of64) else Head
    assert is_left(bits(kind), value)


def test_what_an_enum_says_is_its_value_is_for_the_nodes():
    """It need not be what its member is known by."""
    assert is_left(bits(Turned), Turned(Other.ONE))


def test_fixed_bits_are_part_of_the_number():
    """What is always the same is not asked of the object."""
    assert "bits = 160 | kind._value_ << 3 | level._value_ << 1 | on" in source_of(bits(Head))


@wire
class Mixed:
    kind: Kind = bit(4, Kind)
    low: int = bit(4, int)
    size: int = field(uint8)


def test_fields_of_a_record_that_share_bytes():
    """They are a number among the other fields, packed with them."""
    grammar = record(Mixed)
    assert takes(grammar, Mixed(Kind.HIGH, 5, 9))
    assert is_left(grammar, Mixed(Kind.HIGH, 16, 9), Mixed(3, 5, 9), Mixed(Kind.HIGH, 5, 256))
    assert source_of(grammar).count("PACK(") == 1
