"""Where fields of bits are in a number, and what becomes of them."""

import enum

import pytest

from ohneio import BuildError, UsageError, bit, wire
from ohneio.combinators._bit import Always
from ohneio.combinators._fields import fields_of
from ohneio.combinators._packing import Packed, Packing, packed


class Kind(enum.IntEnum):
    """Two of the four numbers that two bits can be."""

    CALL = 1
    ANSWER = 2


@wire
class Head:
    """Two bytes, with a field in both of them."""

    version: int = bit(4, always=2)
    kind: Kind = bit(2)
    size: int = bit(9)
    last: bool = bit(1, computed=lambda it: it.size < 5)


VERSION, KIND, SIZE, LAST = packed(Head, fields_of(Head))


def test_places():
    """From the highest bit on; a field is known when its last byte is there."""
    assert [(one.width, one.shift, one.bytes) for one in (VERSION, KIND, SIZE, LAST)] == [
        (4, 12, 1), (2, 10, 1), (9, 1, 2), (1, 0, 2),
    ]  # fmt: skip


def test_what_a_field_is_by_its_annotation():
    """Also where it is computed, and so no field of its class any more."""
    assert [one.kind for one in (VERSION, KIND, SIZE, LAST)] == [Always(2), Kind, int, bool]


@pytest.mark.parametrize(
    ("one", "value", "bits"),
    [(VERSION, 2, 2), (KIND, Kind.ANSWER, 2), (SIZE, 511, 511), (LAST, True, 1)],
)
def test_values_and_their_bits(one, value, bits):
    """Each gives the other."""
    assert one.of(bits << one.shift) == value
    assert one.number(value) == bits


@pytest.mark.parametrize(
    ("one", "value", "text"),
    [
        (VERSION, 3, "expected 2, not 3"),
        (KIND, 3, "expected one of Kind, not 3"),
        (SIZE, 512, "expected a number from 0 to 511, not 512"),
        (LAST, "yes", "expected a number from 0 to 1, not 'yes'"),
    ],
)
def test_values_that_have_no_bits(one, value, text):
    """The error says what could be."""
    with pytest.raises(BuildError, match=text):
        one.number(value)


def test_whole_bytes():
    """The fields of some bytes fill them."""
    with pytest.raises(UsageError, match="Head has 6 bits, and should have 8"):
        packed(Head, fields_of(Head)[:2])


def test_each_class_says_what_it_makes():
    """Those of a class and those of a record make different objects."""
    with pytest.raises(NotImplementedError):
        Packing()._made(0)


def test_greatest_number():
    """All its bits are set."""
    assert Packed("it", "it", 3, 0, 1, 1, int).mask == 7
