"""Building what has a tag: which branch is certain to be the nodes' own choice."""

import pytest

from ohneio import (
    any_byte,
    checksummed,
    decimal,
    dispatch,
    eof,
    float64,
    label,
    length_prefixed,
    literal,
    lookahead,
    many,
    record,
    rest,
    seq,
    sized,
    success,
    take_while,
    text,
    uint8,
    uint16,
    until,
)
from tests.staging.building import (
    Kind,
    Left,
    Right,
    by_hand,
    bytes_of,
    holds,
    key,
    outcome,
    source_of,
    takes,
)
from tests.staging.differing import staged

framed = checksummed(
    label("l", length_prefixed(uint8, record(Left))), lambda data: data[:1], any_byte
)

b_ = literal(b"b")
tags = {1: uint8, 2: until(b";"), 3: text(rest)}
small = {n: success(n) for n in range(8)}
arrays = {0x90 + n: many(uint8, n, n) for n in range(6)}
frames = {0xA0 + n: sized(n, rest) for n in range(6)}


def by_size(it):
    if type(it) is int:
        return 200 if it == 9 else it
    return {list: 0x90, bytes: 0xA0}[type(it)] + len(it)


DISPATCHES = {
    "by class": (
        dispatch(uint8, {1: record(Left), 2: label("r", record(Right))}),
        [Left(1), Right(300)],
        [Left(256), None],
    ),
    "by class, or type": (
        dispatch(any_byte, {b"l": record(Left), b"n": uint8, b"b": until(b";")}),
        [Left(1), 1, b"a"],
        [b";", "a"],
    ),
    "two of a class": (
        dispatch(uint8, {1: record(Left), 2: record(Left)}),
        [Left(1)],
        [Left(256), 1],
    ),
    "a class in frames": (dispatch(uint8, {1: sized(4, framed), 2: rest}), [], [Left(1)]),
    "with a default": (
        dispatch(literal(b"x"), {b"x": record(Left)}, default=record(Right)),
        [Left(1), Right(2)],
        [3],
    ),
    "with a default whose tag is lost": (
        dispatch(uint8, {1: record(Left)}, default=rest),
        [Left(1)],
        [b"a"],
    ),
    "by a tag of many kinds": (
        dispatch(uint8, {1: record(Left), True + 1: uint8, Kind.ONE + 2: rest}),
        [Left(1), 2, b""],
        [None],
    ),
    "by a tag that does not fit": (dispatch(uint8, {300: uint8, 1: rest}), [b"a"], [1]),
    "two that build nothing, one in the other": (
        dispatch(
            any_byte,
            {b"a": literal(b"a"), b"b": dispatch(any_byte, {b"a": eof, b"b": b_}, default=eof)},
            default=literal(b"a"),
        ),
        [b"a", b"b"],
        [None, b":", 7],
    ),
    "by numbers where the tag is some bytes": (
        dispatch(take_while(b"a"), {b"a": uint8, 0: uint16, 1: rest}, default=success(7)),
        [0, 7],
        [b"a", None, -1],
    ),
    "some bytes and numbers where the tag is a list": (
        dispatch(success([]), {b"a": uint8, 0: uint16, 1: rest}, default=success(7)),
        [],
        [0, 7, b"a", None],
    ),
    "a tag that is looked at": (
        dispatch(lookahead(uint8), {1: record(Left), 2: record(Right)}),
        [],
        [1],
    ),
    "a tag by hand": (dispatch(by_hand, {1: uint8, 2: until(b";")}), [1], [b"a"]),
    "many": (dispatch(uint8, {n: literal(bytes([n])) for n in range(70)}), [b"\0", b"\5"], [b"ab"]),
    "by key": (dispatch(uint8, tags, key=key), [1, b"a", "a"], [None, 0.5, (1,), [], 256]),
    "by key, with a default": (
        dispatch(uint8, tags, default=float64, key=key),
        [1, 0.5],
        [None, (1,)],
    ),
    "by key of another type": (dispatch(uint8, {1: uint8}, key=lambda it: Kind.ONE), [], [1]),
    "by key of many types": (
        dispatch(uint8, {Kind.ONE: uint8, 2: rest}, key=key),
        [1, b"a"],
        [None, "a"],
    ),
    "by key, that is bytes": (
        dispatch(any_byte, {b"a": uint8, b"b": uint16}, key=lambda it: b"ab"[it : it + 1]),
        [0, 1],
        [2],
    ),
    "by key, that is built by digits": (
        dispatch(decimal << literal(b":"), tags, key=key),
        [1, b"a"],
        [None],
    ),
    "by key, many alike": (
        dispatch(uint8, {**small, **arrays, **frames, 200: success(9)}, key=by_size),
        [0, 7, 9, [], [1, 2], b"", b"abc"],
        [8, [1] * 6, bytes(6), "a", [256]],
    ),
}


@pytest.mark.parametrize("name", DISPATCHES)
def test_a_tagged_branch_is_built_where_it_is_certain(name):
    """By the class of the value, its key, or its type; all else is left to the nodes."""
    holds(*DISPATCHES[name])


def number(it):
    return int(it[0])


def test_branches_by_key_are_found_in_halves():
    """However many there are, few are asked."""
    grammar = dispatch(uint8, {n: seq(literal(b"%d" % n)) for n in range(32)}, key=number)
    assert takes(grammar, *((b"%d" % n,) for n in range(32)))
    assert "if branch < 16:" in source_of(grammar)


def test_families_are_written_once():
    """Branches that differ by a number, as their tags do."""
    grammar = DISPATCHES["by key, many alike"][0]
    assert source_of(grammar).count("is not list") == 1


def test_families_of_functions_that_differ_are_not_one():
    """Though they parse alike, what they build may be another thing."""

    def plus(n):
        return lambda found: [one + n for one in found]

    branches = {n: many(uint8, n, n).try_map(list, plus(n)) for n in range(6)}
    grammar = dispatch(uint8, branches, key=len)
    with staged():
        assert outcome(grammar, [1, 1]) == bytes_of(grammar, [1, 1])
    same_inverse = {n: many(uint8, n, n).try_map(list, lambda found: [*found]) for n in range(6)}
    alike = dispatch(uint8, same_inverse, key=len)
    assert takes(alike, [], [1], [1, 2, 3])
    assert source_of(alike).count("is not list") == 1


def test_what_is_too_much_for_one_function_is_left_to_its_node():
    """A hundred branches that have nothing in common."""
    grammar = dispatch(uint8, {n: seq(literal(b"%d" % n)) for n in range(100)}, key=number)
    assert takes(grammar, (b"0",), (b"99",))
    assert "UNSTAGED" in source_of(grammar)


def test_a_method_is_the_same_as_itself_alone():
    """Functions are compared by what they do, where that can be seen."""
    branches = {n: many(uint8, n, n).try_map(list, list) for n in range(6)}
    grammar = dispatch(uint8, branches, key=len)
    assert source_of(grammar).count("is not list") == 1
    with staged():
        assert outcome(grammar, [1, 2]) == bytes_of(grammar, [1, 2])
