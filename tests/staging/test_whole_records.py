"""Records whose fields depend on those before, around what comes back to a grammar."""

import pytest

from ohneio import (
    Limits,
    any_byte,
    choice,
    count_prefixed,
    exactly,
    field,
    forward,
    length_prefixed,
    literal,
    many,
    optional,
    record,
    seq,
    uint8,
    wire,
)
from ohneio.core._staged import LATE
from tests.staging.grammars import tied
from tests.staging.parsing import agrees, code_of, once

a, b, c = literal(b"a"), literal(b"b"), literal(b"c")


def chained(inner):
    @wire
    class Chained:
        more: int = field(uint8)
        next: object = field(inner, when=lambda it: it.more > 1)
        last: bytes = field(any_byte)

    return record(Chained)


def sizes(inner):
    @wire
    class Sizes:
        size: int = field(uint8)
        name: bytes = field(lambda it: exactly(it.size))
        flag: object = field(uint8, when=lambda it: it.size != 1)
        inside: object = field(many(inner))
        dot: bytes = field(any_byte)

        def __attrs_post_init__(self):
            if self.dot == b"x":
                raise ValueError("no x, please")

    return record(Sizes)


def both(inner):
    @wire
    class Both:
        kind: int = field(uint8)
        left: object = field(inner, when=lambda it: it.kind & 1)
        size: int = field(uint8, computed=lambda it: 1)
        right: object = field(seq(inner, optional(inner)), when=lambda it: it.kind & 2)
        rest: bytes = field(lambda it: exactly(it.kind & 1))

    return record(Both)


def called(inner):
    @wire
    class Called:
        kind: int = field(uint8)
        name: bytes = field(lambda it: loud(it.kind) >> any_byte)
        inside: object = field(inner, when=louder)

    return record(Called)


def loud(kind):
    if kind == 112:
        raise KeyError("p")
    return exactly(kind % 2)


def louder(it):
    if it.name == b"p":
        raise KeyError("p")
    return it.name == b"y"


#: A grammar, and bytes for it of which the first fit.
RECORDS = {
    "a chain": (
        tied(lambda x: choice(a, b >> chained(x))),
        [b"b\2b\2axy", b"b\1x", b"b\2c", b"b\2b\2a"],
    ),
    "sizes": (
        tied(lambda x: choice(a, b >> sizes(x))),
        [b"b\1naab\0\7a..", b"b\2nm\7.", b"b\1nab\0\7ax.", b"b\1nb"],
    ),
    "two that may be there": (
        tied(lambda x: choice(a, b >> both(x))),
        [b"b\3a\1b\1a\1xaax"[:4] + b"b\1a\1xax", b"b\0\1", b"b\2\1ab\0\1", b"b\2\1b\0\2a"],
    ),
    "called": (
        tied(lambda x: choice(a, b >> called(x))),
        [b"b\2yb\3xya", b"bpx", b"b\2p", b"b\2yb\2y", b"b\1xyb"],
    ),
    "in a list in a frame": (
        tied(lambda x: choice(a, length_prefixed(uint8, seq(chained(x), many(x))))),
        [b"\x08\2\3\2axyaa", b"\4\1xab", b"\3\2ax", b"\2\2a"],
    ),
    "counted": (
        tied(lambda x: choice(a, count_prefixed(uint8, seq(x, chained(x))))),
        [b"\2a\2ax\0\1y", b"\1a\1z", b"\1a\2b"],
    ),
}


@pytest.mark.parametrize("name", RECORDS)
def test_what_depends_is_taken_as_by_its_node(name):
    """However deep, alone and inside of others."""
    grammar, inputs = RECORDS[name]
    agrees(grammar, *inputs)
    agrees(seq(uint8, grammar, optional(a), b), *[b"1" + one + b"ab" for one in inputs])
    agrees(many(choice(grammar, c)), inputs[0] * 2 + b"c")


@pytest.mark.parametrize("name", RECORDS)
def test_what_depends_is_in_the_loop(name):
    """Where it is a whole input, with what was read so far beside it on the stack."""
    grammar, inputs = RECORDS[name]
    source = code_of(grammar, "once")
    assert source.count("stack = []") == source.count("while turn:") == 1
    if name != "called":  # what a function makes runs as a node
        assert once(grammar, inputs[0]) is not LATE


@pytest.mark.parametrize("most", [0, 1, 2, 3])
@pytest.mark.parametrize("name", ["a chain", "sizes", "two that may be there"])
def test_levels_are_counted(name, most):
    """One level more than allowed is refused, at the same moment."""
    grammar, inputs = RECORDS[name]
    agrees(grammar, *inputs, limits=Limits(max_depth=most))
    agrees(seq(uint8, many(grammar)), b"1" + inputs[0], limits=Limits(max_depth=most))


def test_a_field_that_may_not_be_there_is_no_item_for_sure():
    """Items that come without the grammar are a loop of their own."""
    inner = forward()
    grammar = inner.become(choice(a, b >> many(chained(inner), 2, 2)))
    agrees(grammar, b"b\2ax\1y", b"b\1x\2b\1x\1yz", b"b\1x\2cx")
