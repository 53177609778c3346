"""What a parser begins with, as far as one byte decides against it before it runs."""

import pytest

from ohneio import (
    Limits,
    any_byte,
    choice,
    exactly,
    field,
    length_prefixed,
    literal,
    lookahead,
    many,
    not_followed_by,
    one_of,
    optional,
    record,
    seq,
    take_while,
    try_map,
    uint8,
    verify,
    wire,
)
from tests.staging.parsing import agrees

a, b, c = literal(b"a"), literal(b"b"), literal(b"c")
nothing = take_while(b"0123456789")


@wire
class Odd:
    first: bytes = field(nothing, verify=lambda m: int(m.first))
    last: bytes = field(a)


#: A grammar and bytes for it.
BEGINNINGS = {
    "ahead by more than decides": (
        choice(a, seq(lookahead(exactly(2)), c), seq(not_followed_by(c >> c), c), b),
        [b"b", b"bab", b"cab", b"cc"],
    ),
    "nothing, of which a function makes something": (
        choice(nothing.map(int) >> a, try_map(int, nothing) >> b, c),
        [b"1a2b", b"c", b"x", b""],
    ),
    "nothing, which is verified": (
        seq(optional(verify(int, nothing) << a), many(verify(len, nothing) >> b) << c),
        [b"1a2bc", b"c", b"1ac", b"x"],
    ),
    "nothing, in a record": (seq(many(record(Odd)), choice(record(Odd), c)), [b"1a2ac", b"c"]),
}


@pytest.mark.parametrize("name", BEGINNINGS)
def test_no_byte_decides_against_what_does_more(name):
    """Who looks further ahead, or calls a function first, is asked."""
    grammar, inputs = BEGINNINGS[name]
    agrees(grammar, *inputs)
    agrees(seq(uint8, grammar, optional(a)), b"x" + inputs[0])


@pytest.mark.parametrize("name", BEGINNINGS)
def test_in_a_frame_none_does_either(name):
    """Where no bytes can come behind it."""
    grammar, inputs = BEGINNINGS[name]
    agrees(length_prefixed(uint8, grammar), bytes([3]) + inputs[0][:5], bytes([1]) + inputs[-1][:2])


@pytest.mark.parametrize("most", [0, 1, 2, 3])
@pytest.mark.parametrize(
    "ahead",
    [
        lookahead(one_of(b"ab")) >> one_of(b"bc"),
        not_followed_by(c) >> literal(b"bbc"),
        lookahead(b) >> b,
    ],
)
def test_a_byte_that_is_read_again_decides_against_nothing(ahead, most):
    """It is counted, whether or not what is behind may begin with it."""
    around = [
        many(choice(ahead, one_of(b"abc"))) << literal(b";"),
        seq(optional(ahead), many(ahead), any_byte),
    ]
    for grammar in around:
        agrees(grammar, b"aac;", b"bb;c;", b"cbbc;", b"bc;", limits=Limits(max_backtrack=most))
