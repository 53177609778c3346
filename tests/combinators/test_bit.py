"""Fields of some bits, before `bits` makes a parser of them."""

import enum

import pytest

from ohneio import BuildError, UsageError, bit, seq, uint8
from ohneio.combinators._bit import Always, Bit, check_kind


class Colour(enum.Enum):
    RED = 1
    BLUE = 3


class Named(enum.Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (Bit(3), "bit(3)"),
        (Bit(1, bool), "bit(1, bool)"),
        (Bit(2, Colour), "bit(2, Colour)"),
        (Bit(2, lambda n: n), "bit(2)"),
        (Bit(4, Always(3)), "bit(4, always=3)"),
    ],
)
def test_it_is_written_as_it_was_made(one, text):
    """A kind has a name where it is a class."""
    assert repr(one) == text


def test_it_is_no_parser_by_itself():
    """In both directions the error says what to use."""
    with pytest.raises(UsageError, match=r"bit\(3\) is a part of a byte: use bits\(\)"):
        Bit(3).parse(b"a")
    with pytest.raises((UsageError, BuildError), match=r"bit\(3\) is a part of a byte"):
        seq(uint8, Bit(3)).build((1, 2))


@pytest.mark.parametrize(
    ("kind", "width"), [(int, 1), (int, 40), (bool, 1), (Colour, 2), (Colour, 8)]
)
def test_kinds_that_bits_make(kind, width):
    """Numbers, flags and enums whose values fit."""
    check_kind("field", kind, width)


@pytest.mark.parametrize("kind", [Colour, Named])
def test_an_enum_whose_values_do_not_fit(kind):
    """They are too great, or no numbers."""
    text = f"field: the values of {kind.__name__} do not fit into 1 bits"
    with pytest.raises(UsageError, match=text):
        check_kind("field", kind, 1)


@pytest.mark.parametrize(
    ("kind", "width", "said"), [(bool, 2, "bool of 2"), (str, 1, "str of 1"), ("x", 1, "'x' of 1")]
)
def test_other_kinds_are_refused(kind, width, said):
    """The error says what was given."""
    with pytest.raises(UsageError, match=f"int, bool of one bit or an enum, not {said}"):
        check_kind("field", kind, width)


@pytest.mark.parametrize("n", [0, -1])
def test_a_field_has_a_bit_at_least(n):
    """None or fewer are refused where the field is made."""
    with pytest.raises(UsageError):
        bit(n)


def test_a_field_knows_its_bits():
    """And its default, for the class."""
    made = bit(3, int, default=5)
    assert Bit(3, int) in [getattr(one, "parser", None) for one in made.metadata.values()]
    assert made._default == 5


def test_bits_that_are_always_the_same():
    """Any other number is none of theirs, and one that they cannot be is refused."""
    assert Always(3)(3) == 3
    with pytest.raises(ValueError, match="expected 3"):
        Always(3)(4)
    check_kind("field", Always(3), 2)
    made = next(iter(bit(2, always=3).metadata.values()))
    assert (made.parser, made.computed(None)) == (Bit(2, Always(3)), 3)
    for number in (4, -1, "3"):
        with pytest.raises(UsageError):
            bit(2, always=number)
