"""Item after item, each of which may be the root again, and what goes on behind the last."""

import pytest

from ohneio import (
    Limits,
    choice,
    count_prefixed,
    dispatch,
    literal,
    many,
    optional,
    sep_by,
    seq,
    success,
    uint8,
)
from tests.staging.grammars import tied
from tests.staging.parsing import agrees, code_of

a, b, c = literal(b"a"), literal(b"b"), literal(b"c")

#: A grammar and bytes for it.
TURNS = {
    "families": (
        tied(lambda x: dispatch(uint8, {**{n: many(x, n, n) for n in range(5)}, 97: success("a")})),
        [b"\2a\1a\0\3aaa", b"\4aa\1", b"\2ab"],
    ),
    "many so many": (
        tied(lambda x: choice(a, literal(b"2") >> many(x, 2, 2))),
        [b"2a2aaa", b"2ab"],
    ),
    "many none": (tied(lambda x: choice(a, seq(b, many(x, 0, 0)), c >> x)), [b"bcb"]),
    "pairs in a list": (
        tied(lambda x: choice(a, b >> count_prefixed(uint8, seq(uint8, x, uint8)))),
        [b"b\2xay1b\0za", b"b\1xc"],
    ),
    "lists in pairs in lists": (
        tied(lambda x: choice(a, b >> count_prefixed(uint8, seq(count_prefixed(uint8, x), x)))),
        [b"b\2\1aa\0b\1\0a", b"b\1\2aac"],
    ),
    "separated by what is counted": (
        tied(
            lambda x: choice(
                a, b >> sep_by(seq(uint8, x, x), count_prefixed(uint8, c)) << literal(b".")
            )
        ),
        [b"b1aa\2cc2ab.\0003ab..", b"b1aa\1c.", b"b."],
    ),
}


@pytest.mark.parametrize("name", TURNS)
def test_items_are_taken_as_by_their_node(name):
    """However deep, alone and inside of others; and all of these are loops."""
    grammar, inputs = TURNS[name]
    assert "while turn:" in code_of(grammar, "once")
    agrees(grammar, *inputs)
    agrees(seq(uint8, grammar, optional(a)), b"x" + inputs[0][:9])


@pytest.mark.parametrize("most", [0, 1, 2, 3])
@pytest.mark.parametrize("name", ["families", "many so many", "pairs in a list"])
def test_items_and_depth_are_counted(name, most):
    """One item or one level more than allowed is refused, at the same moment."""
    grammar, inputs = TURNS[name]
    assert "while turn:" in code_of(grammar)
    agrees(grammar, inputs[0], limits=Limits(max_items=most))
    agrees(grammar, inputs[0], limits=Limits(max_depth=most))
