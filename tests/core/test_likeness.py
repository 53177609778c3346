"""Comparing a value with what its own bytes parse to."""

import math
from typing import NamedTuple

import attrs
import pytest

from ohneio.core._likeness import alike, alike_but_for, difference

NAN = math.nan


@attrs.frozen
class Point:
    """A value of attrs."""

    x: object
    y: object
    seen: object = attrs.field(default=None, eq=False)


@attrs.frozen
class Place:
    """Another one, with fields of the same names."""

    x: object
    y: object


@attrs.frozen(eq=False)
class Identity:
    """One that is equal to itself alone: it is looked into all the same."""

    x: object


class Pair(NamedTuple):
    """A tuple with names."""

    x: object
    y: object


class Own:
    """A value with an equality of its own."""

    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return isinstance(other, Own) and abs(self.value - other.value) < 2

    __hash__ = None


def deep(make, depth=5000):
    """A value that is nested deeper than Python compares."""
    value = make(1)
    for _ in range(depth):
        value = make(value)
    return value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (b"a", b"a"),
        (None, None),
        (NAN, float("nan")),
        ((1, NAN), (1, float("nan"))),
        ([[NAN]], [[float("nan")]]),
        ({"a": [NAN]}, {"a": [float("nan")]}),
        (Point(1, NAN), Point(1, float("nan"))),
        (Point(1, 2, "seen"), Point(1, 2, "other")),
        (Pair(1, NAN), Pair(1, float("nan"))),
        (Own(1), Own(2)),
        ([Own(1), NAN], [Own(2), float("nan")]),
        (Identity(1), Identity(1)),
    ],
    ids=repr,
)
def test_values_are_alike_that_are_equal_a_nan_to_a_nan(one, other):
    """What came back is as good as what went in."""
    assert alike(one, other)
    assert alike(other, one)
    assert difference(one, other) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 2),
        (b"a", "a"),
        (NAN, 1.0),
        (1.0, NAN),
        ((1, NAN), (2, NAN)),
        ((NAN,), (NAN, NAN)),
        ([NAN], (NAN,)),
        ({"a": NAN}, {"b": NAN}),
        ({"a": NAN}, {"a": 1}),
        (Point(1, 2), Point(1, 3)),
        (Point(1, 2), Place(1, 2)),
        (Point(1, NAN), (1, NAN)),
        (Own(1), Own(5)),
        (Identity(1), Identity(2)),
    ],
    ids=repr,
)
def test_values_are_not_alike_that_are_not_equal(one, other):
    """In any part, in their lengths, keys or classes."""
    assert not alike(one, other)
    assert not alike(other, one)


def test_a_value_is_like_itself_whatever_it_says_of_that():
    """Also where it is not equal to itself."""
    value = Identity(NAN)
    assert alike(value, value)
    assert alike([value], [value])


@pytest.mark.parametrize(
    "make",
    [
        lambda value: (value,),
        lambda value: [value],
        lambda value: {1: value},
        lambda value: Point(value, 1),
    ],
    ids=["tuple", "list", "dict", "attrs"],
)
def test_nesting_may_be_deeper_than_python_compares(make):
    """Containers and attrs objects are looked into one by one."""
    one, other = deep(make), deep(make)
    assert alike(one, other)
    different = make(other)
    assert not alike(one, different)


def test_a_class_of_its_own_that_is_nested_too_deep_cannot_be_compared():
    """Nobody else knows how to look into it."""

    class Chain:
        def __init__(self, value):
            self.value = value

        def __eq__(self, other):
            return self.value == other.value

        __hash__ = None

    with pytest.raises(RecursionError):
        alike(deep(Chain), deep(Chain))


@pytest.mark.parametrize(
    ("one", "other", "part"),
    [
        ((1, 2, 3), (1, 5, 6), (1, 2, 5)),
        ([1], [1, 2], ("len()", 1, 2)),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, ("'b'", 2, 3)),
        ({"a": 1}, {"b": 1}, ("keys()", ["'a'"], ["'b'"])),
        (Point(1, 2), Point(1, 3), ("y", 2, 3)),
        (1, 2, None),
        (Point(1, 2), Place(1, 3), None),
    ],
    ids=repr,
)
def test_the_first_part_that_differs_is_named(one, other, part):
    """Where values have parts; else there is nothing to name."""
    assert difference(one, other) == part


@pytest.mark.parametrize(
    ("one", "other", "third"),
    [
        (5, 0, 100),  # which is an offset
        ((5, 7), (0, 7), (100, 7)),
        ([(5, "a"), (None, "b")], [(0, "a"), (1, "b")], [(100, "a"), (101, "b")]),
        ({"at": 5, "what": 1}, {"at": 0, "what": 1}, {"at": 100, "what": 1}),
        ({5: "a"}, {0: "a"}, {100: "a"}),
        (Point(5, Point(NAN, 6)), Point(0, Point(NAN, 1)), Point(100, Point(NAN, 101))),
        ((1, 2), (1, 2), (1, 3)),
        (Identity(5), Identity(0), Identity(100)),
    ],
)
def test_what_changes_with_the_third_need_not_be_like_the_other(one, other, third):
    """Whatever it is, and wherever it lies."""
    assert alike_but_for(one, other, third)


@pytest.mark.parametrize(
    ("one", "other", "third"),
    [
        (5, 0, 0),
        ((5, 7), (0, 8), (100, 8)),
        ((5,), (0, 8), (100, 8)),
        ([5, 7], (0, 7), (0, 7)),
        ({"at": 5}, {"at": 0, "what": 1}, {"at": 100, "what": 1}),
        ({"at": 5, "what": 1}, {"at": 0, "what": 2}, {"at": 100, "what": 2}),
        (Point(5, 1), Point(0, 2), Point(100, 2)),
        (Point(5, 1), Place(5, 1), Place(5, 1)),
        (math.nan, 1.0, 1.0),
    ],
)
def test_what_does_not_change_with_the_third_has_to_be_like_the_other(one, other, third):
    """Also what stands beside something that does."""
    assert not alike_but_for(one, other, third)


def test_what_changes_may_lie_deeper_than_python_compares():
    """As for `alike`."""
    one, other, third = 5, 0, 100
    for _ in range(10_000):
        one, other, third = (one, 1), (other, 1), (third, 1)
    assert alike_but_for(one, other, third)
    assert not alike_but_for((one, 2), (other, 1), (third, 1))


class Odd:
    """A value that no other can be compared with."""

    __hash__ = None

    def __eq__(self, other):
        raise ZeroDivisionError


def test_what_cannot_be_compared_is_not_alike():
    """Nor has it a first difference; what it raises is nobody's business here."""
    assert alike(Odd(), Odd()) is False
    assert alike([Odd()], [Odd()]) is False
    assert difference([1, Odd()], [1, Odd()]) is not None


@attrs.frozen
class Closed:
    """A value whose parts cannot be had."""

    part: object

    def __getattribute__(self, name):
        if name == "part":
            raise ZeroDivisionError
        return super().__getattribute__(name)


def test_parts_that_cannot_be_had_are_no_difference():
    """There is nothing to say about where the two differ."""
    assert difference(Closed(1), Closed(2)) is None
    assert alike(Closed(1), Closed(2)) is False
