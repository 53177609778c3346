"""Building what stands for other values, or for nothing."""

import pytest

import ohneio
from ohneio import (
    BuildError,
    any_byte,
    commit,
    eof,
    exactly,
    fail,
    label,
    literal,
    lookahead,
    many,
    not_followed_by,
    recognize,
    seq,
    success,
    text,
    try_map,
    uint8,
    until,
    value,
)
from tests.staging.building import holds
from tests.staging.differing import staged


def refuse(_):
    raise LookupError("no")


#: A grammar, values that it takes, and values that it leaves.
GROUPS = {
    "map": (ohneio.map(int, until(b";"), lambda n: b"%d" % n), [1, -5], [b"a", None]),
    "map without an inverse": (seq(uint8) | uint8.map(bool), [(1,)], [True]),
    "map without an inverse, behind what is built": (
        seq(uint8, uint8.map(bool)) | uint8,
        [1],
        [(1, True)],
    ),
    "try_map": (try_map(float, text(until(b";")), str), [1.5], []),
    "map that refuses": (uint8.map(bool, refuse), [], [True]),
    "map to what does not fit": (uint8.map(bool, str), [], [True]),
    "verify": (uint8.verify(lambda n: n > 1), [2], [1, None]),
    "verify that raises": (uint8.verify(refuse), [], [1]),
    "verify by truth": (uint8.verify(bool), [1], [0]),
    "bind": (uint8.bind(exactly, len), [b"abc", b""], [bytes(256), 1]),
    "bind to what has a choice": (
        uint8.bind(lambda n: many(any_byte, n, n), len),
        [[b"a", b"b"]],
        [1],
    ),
    "bind to no parser": (uint8.bind(lambda n: n, len), [], [b"a"]),
    "bind without an inverse": (seq(uint8) | uint8.bind(exactly), [(1,)], [b"a"]),
    "bind without an inverse, behind what is built": (
        seq(uint8, uint8.bind(exactly)) | uint8,
        [1],
        [(1, b"a")],
    ),
    "recognize": (recognize(many(literal(b"ab"))), [b"", b"abab"], [b"a", bytearray(b"ab"), None]),
    "value": (value(7, literal(b"a")), [7, 7.0], [8, None]),
    "value None": (value(None, literal(b"a")), [None], [0, False]),
    "value True": (value(True, literal(b"a")), [True], [1, False]),
    "value of a list": (value([1], literal(b"a")), [[1]], [[2], (1,)]),
    "values of some numbers": (
        value(1, literal(b"a")) | value(2, literal(b"b")),
        [1, 2],
        [3, True, None],
    ),
    "success": (seq(success(b"a"), uint8), [(b"a", 1)], [(b"b", 1)]),
    "label": (label("size", uint8), [1], [256]),
    "example": (uint8.example(None), [1], [256]),
    "eof and commit": (seq(uint8, commit, eof), [(1, None, None)], [(1, 0, None), (1, None, b"")]),
    "lookahead": (lookahead(any_byte) >> uint8, [97], [256]),
    "lookahead's value": (seq(lookahead(any_byte), uint8), [(b"a", 97)], [(b"a", 256)]),
    "not_followed_by": (not_followed_by(literal(b"a")) >> uint8, [98], [256]),
    "fail": (seq(uint8, fail("no")), [], [(1, None)]),
}


@pytest.mark.parametrize("name", GROUPS)
def test_a_value_that_fits_is_built_and_all_else_is_left(name):
    """Of exactly the right types, that is; what is odd is left to the nodes as well."""
    holds(*GROUPS[name])


def test_functions_that_raise_are_asked_again_by_the_nodes():
    """So the error is theirs: it has the place, and the cause."""
    grammar = seq(uint8, uint8.map(bool, refuse))
    with staged():
        for _ in range(2):
            with pytest.raises(BuildError, match=r"LookupError: no") as caught:
                grammar.build((1, True))
    assert caught.value.path == (1,)
    assert isinstance(caught.value.__cause__, LookupError)
