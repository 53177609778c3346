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

a, b, c, comma = (literal(one) for one in (b"a", b"b", b"c", b","))

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
    "leaves or lists": (
        tied(lambda x: literal(b"[") >> sep_by(choice(c, x), comma) << literal(b"]")),
        [b"[c,[c,[]],[],c]", b"[[c]", b"[c,]", b"[c[", b"[,c]"],
    ),
    "leaves or lists, of two kinds": (
        tied(
            lambda x: choice(
                literal(b"[") >> many(choice(c, x)) << literal(b"]"),
                literal(b"(") >> sep_by(choice(a, seq(b, x)), comma, 1, 3) << literal(b")"),
            )
        ),
        [b"[c(a,b[c(a)],a)c[]]", b"(b[],b(a))", b"[c(a,a,a,a", b"()", b"[(c"],
    ),
    "leaves behind numbers": (
        tied(lambda x: dispatch(uint8, {1: count_prefixed(uint8, choice(c, x)), 97: b})),
        [b"\1\3cab\1\2cc", b"\1\2\1\0ab", b"\1\2cx", b"\1\2abx"],
    ),
    "leaves without a fixed end": (
        tied(lambda x: dispatch(uint8, {1: many(dispatch(uint8, {2: many(c), 3: x}), 2, 2) << b})),
        [b"\1\2cc\2b", b"\1\2\3\1\2c\2bb", b"\1\2cx", b"\1\2\2cx", b"\1\2c\2ccb"],
    ),
    "pairs, the last of which may be a list": (
        tied(lambda x: literal(b"[") >> many(seq(uint8, optional(x), b)) << literal(b"]")),
        [b"[1b2[3b]b4b]", b"[1[2[]bb", b"[1bc", b"[1["],
    ),
    "lists of lists of lists": (
        tied(lambda x: choice(a, b >> count_prefixed(uint8, count_prefixed(uint8, x)))),
        [b"b\2\0\2ab\1\1a", b"b\1\0b\0a", b"b\2\1a\1x"],
    ),
    "lists behind lists in pairs": (
        tied(
            lambda x: choice(
                a, b >> many(seq(many(choice(c, x), 2, 2), many(choice(x, c), 1, 1)), 2, 2)
            )
        ),
        [b"bcacaca", b"bccccbcccaacc", b"bcacax"],
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
@pytest.mark.parametrize("name", TURNS)
def test_items_and_depth_are_counted(name, most):
    """One item or one level more than allowed is refused, at the same moment."""
    grammar, inputs = TURNS[name]
    assert "while turn:" in code_of(grammar)
    for limits in (Limits(max_items=most), Limits(max_depth=most)):
        agrees(grammar, inputs[0], limits=limits)
        agrees(seq(uint8, grammar, optional(a)), b"x" + inputs[0], limits=limits)


def test_a_leaf_is_put_on_the_list_where_a_list_would_be():
    """Without the loop beginning anew for it, and at the place where both go on."""
    grammar, _ = TURNS["leaves or lists"]
    source = code_of(grammar, "once")
    assert source.count(".append(value)") == 1
    assert source.count("continue") == source.count("if turn == ") == 1
