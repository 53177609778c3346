"""Building lists: item by item, or numbers at once."""

import pytest

from ohneio import (
    Limits,
    any_byte,
    count_prefixed,
    decimal,
    dispatch,
    length_prefixed,
    line,
    literal,
    many,
    many_until,
    sep_by,
    seq,
    skip,
    uint8,
    uint16,
    until,
)
from tests.staging.building import bytes_of, function_of, holds, is_left, source_of, takes


class List(list): ...


#: A grammar, values that it takes, and values that it leaves.
GROUPS = {
    "many": (many(until(b";")), [[], [b"a"], [b"a", b""]], [(b"a",), List(), [b";"], None]),
    "many, bounded": (many(any_byte, min=1, max=2), [[b"a"], [b"a", b"b"]], [[], [b"a"] * 3]),
    "many so many": (many(any_byte, min=2, max=2), [[b"a", b"b"]], [[b"a"]]),
    "many bytes as numbers": (many(uint8), [[], [0, 255]], [[True], [256], [-1], [b"a"], (1,)]),
    "many numbers": (many(uint16), [[], [1, 65535]], [[65536], [1.0], [True]]),
    "many pairs": (many(seq(uint8, decimal << literal(b";"))), [[(1, 2), (3, 400)]], [[(1,)], [1]]),
    "sep_by": (sep_by(until(b"="), literal(b",")), [[], [b"a"], [b"a", b"b"]], [[b"="], None]),
    "sep_by, bounded": (sep_by(any_byte, literal(b","), min=1, max=2), [[b"a"]], [[], [b"a"] * 3]),
    "sep_by what has a choice": (
        sep_by(any_byte, literal(b",").verify(bool)),
        [[], [b"a"]],
        [[b"a"] * 2],
    ),
    "many_until": (many_until(any_byte, literal(b"\0")), [[], [b"a", b"b"]], [[b""], ()]),
    "count_prefixed": (count_prefixed(uint8, any_byte), [[], [b"a"] * 255], [[b"a"] * 256, [b""]]),
    "skip": (skip(literal(b"ab")), [None], [b"ab", 0]),
}


@pytest.mark.parametrize("name", GROUPS)
def test_a_value_that_fits_is_built_and_all_else_is_left(name):
    """Of exactly the right types, that is; what is odd is left to the nodes as well."""
    holds(*GROUPS[name])


def test_items_are_counted():
    """One more than ``max_items`` is left, whatever the loop."""
    limits, zero = Limits(max_items=2), literal(b"\0")
    for item, three in ((uint8, [1, 2, 3]), (any_byte, [b"a"] * 3)):
        for loop in (many(item), sep_by(item, zero), count_prefixed(uint8, item)):
            assert is_left(loop, three, limits=limits)
            assert function_of(loop)(three[:2], limits) == bytes_of(loop, three[:2])
    assert is_left(many_until(any_byte, zero), [b"a"] * 3, limits=limits)


def test_what_ends_an_item_goes_with_the_next_one():
    """Where the same stands before the first: a piece less for each."""
    bulk = literal(b"$") >> length_prefixed(decimal << literal(b"\r\n")) << literal(b"\r\n")
    command = count_prefixed(decimal << literal(b"\r\n"), bulk)
    assert takes(command, [], [b""], [b"GET", b"a" * 300])
    assert source_of(command).count("append") == 3
    lines = count_prefixed(decimal << literal(b"\r\n"), literal(b"-") >> line)
    assert takes(lines, [], [b"a"], [b"a", b"b"])
    others = count_prefixed(decimal << literal(b"\n"), literal(b"-") >> line)
    assert takes(others, [], [b"a"], [b"a", b"b"])
    sizes = count_prefixed(decimal << literal(b";"), length_prefixed(decimal) << literal(b";"))
    assert takes(sizes, [], [b"a"], [b"a", b"b" * 300])
    ends = count_prefixed(decimal << literal(b";"), literal(b"-") >> until(b";"))
    assert takes(ends, [], [b"a"], [b"a", b"b"])


def test_lists_that_differ_in_their_length_are_written_once():
    """As branches whose tag tells it."""
    grammar = dispatch(uint8, {n: many(any_byte, n, n) for n in range(6)}, key=len)
    assert takes(grammar, *([b"a"] * n for n in range(6)))
    assert is_left(grammar, [b"ab"], [b"a"] * 6)
    assert source_of(grammar).count("is not list") == 1
