"""What has the root in it, of grammars that refer to themselves, and what is behind it."""

import pytest

from ohneio import (
    Limits,
    any_byte,
    choice,
    count_prefixed,
    dispatch,
    exactly,
    field,
    forward,
    literal,
    many,
    one_of,
    optional,
    record,
    seq,
    skip,
    success,
    uint8,
    wire,
)
from tests.staging.grammars import tied
from tests.staging.parsing import agrees, code_of

a, b, c = literal(b"a"), literal(b"b"), literal(b"c")


def loud(one):
    if one == b"p":
        raise KeyError("p")
    return one


letter = one_of(b"abpr").map(loud)


def picky(one):
    if b"r" in (one if isinstance(one, (list, tuple, bytes)) else ()):
        raise ValueError("no r")
    return one


def noded():
    inner = forward()

    @wire
    class Node:
        kind: int = field(uint8)
        left: object = field(inner)
        name: bytes = field(exactly(1))
        right: object = field(inner)

    return inner.become(choice(a, b, literal(b"N") >> record(Node)))


#: A grammar and bytes for it.
FLOWS = {
    "a tag with constants": (
        tied(
            lambda x: dispatch(
                uint8, {0: success(None), 1: success(True), 2: seq(x, uint8, x), 3: a}
            )
        ),
        [b"\2\0x\1\2\3a\7\2\0\1\1", b"\2\3b", b"\4"],
    ),
    "families": (
        tied(lambda x: dispatch(uint8, {**{n: many(x, n, n) for n in range(5)}, 97: success("a")})),
        [b"\2a\1a\0\3aaa", b"\4aa\1", b"\2ab"],
    ),
    "many so many": (
        tied(lambda x: choice(a, literal(b"2") >> many(x, 2, 2))),
        [b"2a2aaa", b"2ab"],
    ),
    "a pair in front": (
        tied(lambda x: choice(a, b >> seq(seq(uint8, seq(any_byte)), x, seq(uint8)))),
        [b"b1xb2ya34", b"b1xb2y"],
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
    "converted": (
        tied(lambda x: choice(letter, literal(b"(") >> seq(x, x).map(list).try_map(picky))),
        [b"(a(ba(ar", b"(p", b"((ab", b"(ra"],
    ),
    "converted, one in the other": (
        tied(lambda x: choice(letter, literal(b"(") >> x.try_map(picky).try_map(picky))),
        [b"((a(r", b"(p"],
    ),
    "values": (
        tied(
            lambda x: dispatch(
                uint8, {97: success(1), 1: x.value(7), 2: skip(x) >> any_byte, 3: x.example(None)}
            )
        ),
        [b"\1a\2ax\3\1a\2\2axya", b"\1b"],
    ),
    "records": (noded(), [b"N1aNN2bzaNb", b"N1aNN2bz", b"N1x"]),
}


@pytest.mark.parametrize("name", FLOWS)
def test_what_is_behind_an_item_goes_on_as_by_its_node(name):
    """However deep, alone and inside of others; and all of these are loops."""
    grammar, inputs = FLOWS[name]
    assert "while turn:" in code_of(grammar)
    agrees(grammar, *inputs)
    agrees(seq(uint8, grammar, optional(a)), b"x" + inputs[0][:9])


@pytest.mark.parametrize("most", [0, 1, 2, 3])
@pytest.mark.parametrize("name", ["families", "many so many", "pairs in a list"])
def test_items_and_depth_are_counted(name, most):
    """One item or one level more than allowed is refused, at the same moment."""
    grammar, inputs = FLOWS[name]
    agrees(grammar, inputs[0], limits=Limits(max_items=most))
    agrees(grammar, inputs[0], limits=Limits(max_depth=most))
