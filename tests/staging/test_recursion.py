"""Grammars that refer to themselves: an explicit stack in the function's locals."""

import pytest

from ohneio import (
    Limits,
    any_byte,
    choice,
    count_prefixed,
    decimal,
    dispatch,
    exactly,
    field,
    forward,
    label,
    length_prefixed,
    literal,
    many,
    one_of,
    optional,
    record,
    seq,
    skip,
    success,
    take_while,
    uint8,
    until,
    wire,
)
from tests.staging.parsing import agrees, code_of

a, b, c = literal(b"a"), literal(b"b"), literal(b"c")
number = decimal << literal(b";")


def tied(make):
    """Return what *make* makes of a grammar that is not there yet."""
    whole = forward()
    return whole.become(make(whole))


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


def kept():
    inner = forward()

    @wire
    class Kept:
        size: int = field(uint8, computed=lambda m: 1)
        inside: object = field(inner)

    return inner.become(choice(a, literal(b"K") >> record(Kept)))


#: A grammar and bytes for it.
RECURSIVE = {
    "a choice": (
        tied(lambda x: choice(a, b, literal(b"(") >> x << literal(b")"))),
        [b"a((b))(a(", b"(x", b"(a]"],
    ),
    "two in a choice": (
        tied(lambda x: choice(a, literal(b"(") >> seq(x, x))),
        [b"((aaa(aab", b"(a"],
    ),
    "a tag": (
        tied(
            lambda x: dispatch(
                any_byte, {b":": number, b"*": count_prefixed(number, x), b"-": until(b";")}
            )
        ),
        [b":1;*2;:1;*1;-x;*0;", b"*2;*1;:1;x", b"*x", b"*1;"],
    ),
    "a tag with constants": (
        tied(
            lambda x: dispatch(
                uint8, {0: success(None), 1: success(True), 2: seq(x, uint8, x), 3: a}
            )
        ),
        [b"\2\0x\1\2\3a\7\2\0\1\1", b"\2\3b", b"\4"],
    ),
    "a tag with a default": (
        tied(lambda x: dispatch(uint8, {1: x, 2: seq(x)}, default=a)),
        [b"\1\2xa\1b", b"\2\2"],
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
    "a branch that no tag takes": (
        tied(lambda x: dispatch(one_of(b"ab"), {b"a": b, b"long": x})),
        [b"abb", b"ax"],
    ),
    "records": (noded(), [b"N1aNN2bzaNb", b"N1aNN2bz", b"N1x"]),
    "records that are judged": (kept(), [b"K\1K\1aK\2a", b"K"]),
    "labelled": (
        tied(lambda x: choice(a, label("in", literal(b"(") >> x << literal(b")")))),
        [b"((a))(b"],
    ),
    "with an open end": (
        tied(lambda x: choice(take_while(b"x", min=1), b >> x << c)),
        [b"bxxcx", b"bc"],
    ),
    "first in a choice": (
        tied(lambda x: choice(literal(b"(") >> x << literal(b")"), a)),
        [b"(a)b", b"((a"],
    ),
    "in a frame": (tied(lambda x: choice(a, length_prefixed(uint8, x))), [b"\1\3a\1a"]),
    "optional": (tied(lambda x: seq(a, optional(x)) << c), [b"aacca"]),
    "behind what may be nothing": (tied(lambda x: choice(a, seq(b, optional(c), x))), [b"bcbabx"]),
    "by key": (
        tied(
            lambda x: dispatch(
                until(b":"), {b"i": number, b"l": count_prefixed(number, x)}, default=a
            )
        ),
        [b"l:2;i:1;l:0;:a", b"l:1;x"],
    ),
    "of itself": (tied(lambda x: choice(a, b >> x)), [b"bbabb"]),
}


@pytest.mark.parametrize("name", RECURSIVE)
def test_what_comes_back_is_taken_as_by_its_node(name):
    """However deep, alone and inside of others."""
    grammar, inputs = RECURSIVE[name]
    agrees(grammar, *inputs)
    agrees(seq(uint8, grammar, optional(a)), b"x" + inputs[0][:9])


@pytest.mark.parametrize("most", [0, 1, 2, 3])
@pytest.mark.parametrize("name", ["a choice", "a tag", "families", "many so many", "records"])
def test_depth_and_items_are_counted(name, most):
    """One level or one item more than allowed is refused, at the same moment."""
    grammar, inputs = RECURSIVE[name]
    agrees(grammar, inputs[0], limits=Limits(max_depth=most))
    agrees(grammar, inputs[0], limits=Limits(max_items=most))


def test_recursion_is_a_loop_with_a_stack():
    """And no function that calls itself, nor one for each level."""
    grammar, _ = RECURSIVE["a tag"]
    source = code_of(grammar)
    assert source.count("stack = []") == 1
    assert "stack.append((turn, " in source
    assert "= stack.pop()" in source
    assert source.count("def ") == 1
    assert "while turn:" in source


def test_what_was_noted_is_in_locals():
    """As many as the place needs that is in need of most."""
    source = code_of(RECURSIVE["pairs in a list"][0])
    assert "kept1 = None" in source


def is_a_loop(grammar):
    return "while turn:" in code_of(grammar)


def test_only_what_can_be_written_as_a_loop_is():
    """The grammar comes back where a value of it is whole, and is known to take something."""
    for name in ("a choice", "a tag", "families", "converted", "records", "values"):
        assert is_a_loop(RECURSIVE[name][0]), name
    for name in ("in a frame", "with an open end", "first in a choice", "optional"):
        assert not is_a_loop(RECURSIVE[name][0]), name
    assert not is_a_loop(uint8)


def test_depth_has_no_bound_of_pythons():
    """A thousand levels and more: the stack is a list."""
    grammar, _ = RECURSIVE["a choice"]
    limits = Limits(max_depth=5000)
    data = b"(" * 3000 + b"a" + b")" * 3000
    for cut in (len(data), 1000, 7):
        conn_data = [data[at : at + cut] for at in range(0, len(data), cut)]
        assert [*grammar.parse_stream(conn_data, limits=limits)] == [b"a"]
    assert grammar.parse(data, limits=limits) == b"a"


@pytest.mark.parametrize("twice", [False, True])
def test_what_is_judged_behind_it_tells_all_that_was_tried(twice):
    """What runs node by node is not staged in its parts, which tell only what fails."""
    nested = tied(lambda whole: choice((a >> whole) << b, any_byte))
    again = forward()
    again.become(nested)
    tags = dispatch(again, {b"1": uint8, b"2": any_byte})
    judged = again.verify(lambda byte: byte == b"1", "a one")
    for grammar in (tags, judged, seq(uint8, tags), seq(uint8, judged), seq(uint8, again, c)):
        agrees(grammar, *[b"3", b"a3b", b"xa1b", b"xa3b", b"1y", b"aa3bb", b"xa3bc"] * (1 + twice))
