"""What has the root in it, of grammars that refer to themselves, and what is behind it."""

import pytest

from ohneio import (
    any_byte,
    choice,
    dispatch,
    exactly,
    field,
    forward,
    literal,
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
    "a choice of one": (
        tied(lambda x: dispatch(uint8, {97: b, 98: choice(seq(uint8, x))})),
        [b"b1b2ab", b"b1c", b"b1b2ab" * 2],
    ),
    "a tag with constants": (
        tied(
            lambda x: dispatch(
                uint8, {0: success(None), 1: success(True), 2: seq(x, uint8, x), 3: a}
            )
        ),
        [b"\2\0x\1\2\3a\7\2\0\1\1", b"\2\3b", b"\4"],
    ),
    "a pair in front": (
        tied(lambda x: choice(a, b >> seq(seq(uint8, seq(any_byte)), x, seq(uint8)))),
        [b"b1xb2ya34", b"b1xb2y"],
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
