"""Branches that differ in a number only, which the tag tells: written once for all."""

import pytest

from ohneio import (
    any_byte,
    choice,
    dispatch,
    exactly,
    literal,
    many,
    rest,
    seq,
    sized,
    success,
    text,
    try_map,
    uint8,
    uint16,
    until,
)
from ohneio.combinators._framing import Sized
from ohneio.staging._families import Range, by_range, constants_of
from tests.staging.parsing import agrees, code_of

item = uint16
whole = text(rest)
lists = {0x90 + n: many(item, n, n) for n in range(16)}
words = {0xA0 + n: sized(n, whole) for n in range(32)}
backwards = {10 - n: many(item, n, n) for n in range(5)}


def ranges(branches):
    found = by_range("tag", [*branches.items()], "STEPS")
    return [(key.low, key.high) for key, _ in found if isinstance(key, Range)], found


def test_branches_whose_number_goes_with_the_tag_are_one():
    """Each family has its range of tags."""
    assert ranges({**lists, **words})[0] == [(0x90, 0x9F), (0xA0, 0xBF)]


def test_branches_that_are_converted_alike_are_one():
    """The function is the same for all, and so is what it is given."""
    tuples = {n: many(item, n, n).try_map(tuple) for n in range(4)}
    assert ranges(tuples)[0] == [(0, 3)]
    mixed = {n: many(item, n, n).try_map(tuple if n % 2 else list) for n in range(4)}
    assert ranges(mixed)[0] == []


@pytest.mark.parametrize(
    "branches",
    [
        pytest.param({n: many(item, n, n) for n in range(3)}, id="few"),
        pytest.param({n: many(item, n, n) for n in (0, 1, 2, 4)}, id="not in a row"),
        pytest.param(backwards, id="the other way around"),
        pytest.param({n: many(uint8.map(abs), n, n) for n in range(4)}, id="not of the same"),
        pytest.param({n: many(item, n, n + 1) for n in range(4)}, id="of no fixed number"),
        pytest.param({bytes([n]): many(item, n, n) for n in range(4)}, id="by bytes"),
        pytest.param({n: exactly(n) for n in range(4)}, id="of another class"),
        pytest.param({n: try_map(bool, exactly(n)) for n in range(4)}, id="converted"),
    ],
)
def test_others_stay_as_they_are(branches):
    """Each is written for itself."""
    assert ranges(branches) == ([], [*branches.items()])


class Own(Sized):
    """A class that is nearly ours."""


def test_a_subclass_is_in_no_family():
    """It may be anything."""
    branches = {n: Own(n, rest) for n in range(4)}
    assert ranges(branches)[0] == []


def test_constants_are_looked_up():
    """Of the branches those that take nothing."""
    one = object()
    assert constants_of([(1, success(one)), (2, uint8)]) == {1: one}


FAMILIES = {
    "lists": (lists, b"\x91\0\1\x90\x92\0\1\0\2\x9f\0"),
    "words": (words, b"\xa1a\xa0\xa2\xc3\xa4\xa1\xff"),
    "with others": ({**lists, 1: literal(b"x"), 2: success(None)}, b"\1x\2\x91ab\3"),
    "behind a shift": ({n + 5: sized(n, whole) for n in range(6)}, b"\6a\5\x0aabcde\x0b"),
    "the other way around": (backwards, b"\x0a\x09ab"),
    "in an alternative": (lists, b"\x91ab\x92abc"),
}


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("default", [None, any_byte])
def test_a_family_is_what_its_branches_are(name, default):
    """However its bytes are cut, and whatever is not as usual in it."""
    branches, data = FAMILIES[name]
    grammar = dispatch(uint8, branches, default=default)
    agrees(choice(grammar, until(b";")) if "alternative" in name else grammar, data, data[:3])


def test_a_family_is_written_once():
    """With the number from the tag."""
    source = code_of(dispatch(uint8, {**lists, **words}))
    assert source.count("range(") == 1
    assert "range(byte - 144)" in source
    assert "pos + byte - 160" in source


def doubled(values):
    return [len(values), *values, *values]


@pytest.mark.parametrize("depth", [*range(8, 13)])
@pytest.mark.parametrize("converted", [lambda one: one, lambda one: one.try_map(doubled)])
@pytest.mark.parametrize(
    "make", [lambda n: many(uint8, n, n), lambda n: sized(n, many(uint8))], ids=["many", "sized"]
)
def test_where_there_is_no_room_for_a_family_the_node_of_its_tag_runs(make, converted, depth):
    """It stands for several, and cannot be run itself."""
    grammar = dispatch(uint8, {97 + n: converted(make(n)) for n in range(5)})
    for _ in range(depth):
        grammar = seq(uint8, dispatch(uint8, {1: grammar, 2: success(None)}))
    agrees(grammar, (b"x\1" * depth + b"b7") * 2, b"x\1" * depth + b"c7")


def test_a_family_of_which_nothing_is_known_is_converted_once():
    """What runs as a node is what is converted, and not the whole branch."""
    unknown = success(1).bind(lambda _: uint8)  # it may be nothing, for all that is known
    lists = {97 + n: many(unknown, n, n).try_map(doubled).try_map(doubled) for n in range(5)}
    agrees(dispatch(uint8, lists), b"b7c78", b"c7")
