"""Building frames: what is inside is measured first."""

import zlib

import pytest

from ohneio import (
    checksummed,
    decimal,
    delimited,
    dispatch,
    exactly,
    integer,
    length_prefixed,
    literal,
    many,
    rest,
    seq,
    sized,
    uint8,
    uint16,
    until,
)
from tests.staging.building import holds, source_of, takes


def refuse(_):
    raise LookupError("no")


#: A grammar, values that it takes, and values that it leaves.
GROUPS = {
    "sized": (sized(3, rest), [b"abc"], [b"ab", b"abcd"]),
    "sized, of what has a size": (sized(3, seq(uint8, uint16)), [(1, 2)], [(1, 65536)]),
    "sized wrongly": (sized(3, uint16), [], [1]),
    "length_prefixed": (length_prefixed(uint8), [b"", bytes(255)], [bytes(256), "a"]),
    "length_prefixed list": (
        length_prefixed(uint16, many(until(b";"))),
        [[], [b"a", b"b"]],
        [[b";"]],
    ),
    "length in digits": (length_prefixed(decimal << literal(b":")), [b"", bytes(300)], [None]),
    "length of what has a size": (length_prefixed(uint16, exactly(3)), [b"abc"], [b"ab", None]),
    "length that counts itself": (
        length_prefixed(uint16.map(lambda n: n - 2, lambda n: n + 2)),
        [b"", b"abc"],
        [bytes(65535)],
    ),
    "delimited": (delimited(b";", many(uint8)), [[], [1, 2]], [[59], [256]]),
    "delimited, bounded": (delimited(b"\r\n", rest, max=2), [b"ab", b"\r"], [b"abc", b"\r\n"]),
    "delimited by what overlaps": (delimited(b"aa", rest), [b"", b"ab"], [b"a", b"ba", b"aab"]),
    "checksummed": (checksummed(seq(uint8, until(b";")), zlib.crc32), [(1, b"a")], [(256, b"")]),
    "checksummed, refusing": (checksummed(rest, refuse), [], [b"a"]),
}


@pytest.mark.parametrize("name", GROUPS)
def test_a_value_that_fits_is_built_and_all_else_is_left(name):
    """Of exactly the right types, that is; what is odd is left to the nodes as well."""
    holds(*GROUPS[name])


def test_an_integer_of_few_digits_keeps_its_zeros():
    """In a frame as well, where its size is known."""
    assert takes(length_prefixed(integer(16, digits=4), rest), b"", bytes(300))


def test_frames_that_differ_in_their_size_are_written_once():
    """As branches whose tag tells it."""
    frames = {n: sized(n, rest) for n in range(6)}
    grammar = dispatch(uint8, frames, key=len)
    assert takes(grammar, *(b"a" * n for n in range(6)))
    assert source_of(grammar).count("is not bytes") == 1
