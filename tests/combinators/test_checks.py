"""Checks of what a combinator is made with, and of what it builds."""

import enum

import pytest

from ohneio import BuildError, UsageError, exactly
from ohneio.combinators._checks import (
    BelowZero,
    bytes_of,
    check_none,
    described,
    index_of,
    int_of,
    parser_of,
    size_of,
    some_bytes,
)
from ohneio.core._building import NOTHING


class Mute:
    def __repr__(self):
        raise RuntimeError


class Two(enum.IntEnum):
    TWO = 2


def test_a_parser_is_a_parser():
    """And nothing else is."""
    assert parser_of(exactly(1)) == exactly(1)
    for value in (b"a", 5, None, exactly):
        with pytest.raises(UsageError, match="expected a parser, not "):
            parser_of(value)


@pytest.mark.parametrize("n", [-1, 1.0, "1", True, None])
def test_a_size_is_a_number_of_0_or_more(n):
    """Truth values are not meant to be sizes."""
    assert size_of(0) == 0
    with pytest.raises(UsageError, match="expected a number of 0 or more, not "):
        size_of(n)


def test_a_size_below_0_is_told_from_what_is_no_size():
    """A peer may have named it; anything else was the programmer's doing."""
    with pytest.raises(BelowZero):
        size_of(-1)
    with pytest.raises(UsageError) as caught:
        size_of(-1.0)
    assert type(caught.value) is UsageError


@pytest.mark.parametrize("data", [b"ab", bytearray(b"ab"), memoryview(b"ab")])
def test_some_bytes_are_kept_as_bytes(data):
    """Whoever changes his own later changes nothing of ours."""
    assert type(some_bytes(data)) is type(bytes_of(data)) is bytes
    assert some_bytes(data) == bytes_of(data) == b"ab"


def test_no_bytes_are_not_some():
    """Nor is text."""
    for data in (b"", bytearray(), "ab", 5):
        with pytest.raises(UsageError):
            some_bytes(data)
    for value in ("ab", 5, None, NOTHING):
        with pytest.raises(BuildError, match="expected bytes, not "):
            bytes_of(value)


def test_whole_numbers_are_what_python_can_index_with():
    """An enum of numbers is one; what would have to be rounded is none."""
    assert [index_of(one) for one in (5, True, Two.TWO)] == [5, 1, 2]
    assert [index_of(one) for one in (5.0, "5", None, NOTHING)] == [None] * 4


def test_a_number_to_build_is_in_its_range():
    """The error says which."""
    assert [int_of(one, -1, 1) for one in (-1, 0, 1)] == [-1, 0, 1]
    for value in (-2, 2, "0", None):
        with pytest.raises(BuildError, match="expected a number from -1 to 1, not "):
            int_of(value, -1, 1)


def test_none_is_all_that_a_parser_without_a_value_builds():
    """Or nothing, where it is dropped; no other value that is false is taken for it."""
    check_none(None)
    check_none(NOTHING)
    for value in (0, b"", (), False):
        with pytest.raises(BuildError, match="expected None, not "):
            check_none(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "5"),
        (b"ab", "b'ab'"),
        (NOTHING, "nothing"),
        (None, "None"),
        pytest.param(10**5000, "an unprintable int", id="5001 digits"),
        (Mute(), "an unprintable Mute"),
        (b"\0" * 10**6, "b'" + r"\x00" * 15 + r"\…"),
        ([1] * 100, "[" + "1, " * 20 + "1,…"),
    ],
)
def test_a_value_is_described_whatever_it_is_and_in_short(value, text):
    """An error about a value is no reason for another error."""
    assert described(value) == text
    assert len(described(value)) <= 64


def test_a_view_that_was_released_is_no_bytes():
    """Nothing can be had of it any more."""
    view = memoryview(b"abc")
    view.release()
    with pytest.raises(BuildError, match="expected bytes, not memoryview"):
        bytes_of(view)
