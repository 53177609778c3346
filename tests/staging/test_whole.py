"""What has the root in it, of grammars that refer to themselves, in code that may leave."""

import pytest

from ohneio import (
    Limits,
    any_byte,
    choice,
    decimal,
    delimited,
    dispatch,
    field,
    label,
    length_prefixed,
    literal,
    many,
    many_until,
    one_of,
    optional,
    recognize,
    record,
    rest,
    sep_by,
    seq,
    sized,
    span,
    take_while,
    text,
    uint8,
    wire,
)
from ohneio.core._staged import LATE
from tests.staging.grammars import tied
from tests.staging.parsing import agrees, code_of, once

a, b, c = literal(b"a"), literal(b"b"), literal(b"c")
comma, no_more = literal(b","), literal(b".")
number = decimal << literal(b";")
word = take_while(b"xyz", min=1)


def picky(one):
    return one != b"z" and one != [b"z"]


def fussy(one):
    if one == b"p":
        raise KeyError("p")
    return one != b"z"


def boxed(inner):
    @wire
    class Box:
        size: int = field(uint8)
        inside: object = field(inner)

    return record(Box)


#: A grammar, and bytes for it of which the first fit.
WHOLE = {
    "first in a choice": (
        tied(lambda x: choice(literal(b"(") >> x << literal(b")"), b >> x, a)),
        [b"(b(a))", b"((a)", b"(x"],
    ),
    "behind what no byte tells": (
        tied(lambda x: choice(literal(b"(") >> x, optional(b) >> c, a >> x)),
        [b"((bc", b"(a(c"],
    ),
    "optional": (tied(lambda x: seq(a, optional(x, None), c)), [b"aacc", b"aacbc", b"aa"]),
    "optional at the end": (tied(lambda x: seq(a, optional(x, None))), [b"aaa", b"aab"]),
    "a label": (tied(lambda x: choice(a, label("more", b >> x << c))), [b"bbacc", b"bbac"]),
    "verified": (
        tied(lambda x: choice(one_of(b"axyz"), b >> x.verify(picky, "no z"))),
        [b"bba", b"bbz"],
    ),
    "verified by a call": (
        tied(lambda x: choice(one_of(b"apz"), literal(b"(") >> x.verify(fussy) << literal(b")"))),
        [b"((a))", b"((z))", b"((p))"],
    ),
    "recognized": (
        tied(lambda x: choice(a, recognize(literal(b"(") >> x << literal(b")")), b >> x)),
        [b"(b(a))", b"((a", b"(b)"],
    ),
    "text": (
        tied(
            lambda x: choice(
                one_of(b"a\xff"), text(recognize(b >> many(x) << c)), literal(b"(") >> text(x)
            )
        ),
        [b"bb(aacabacc", b"b\xffc", b"(a", b"((a"],
    ),
    "places": (
        tied(lambda x: choice(a, b >> span(many(span(x))) << c)),
        [b"baabacc", b"bbacx", b"bbbccc"],
    ),
    "a fixed size": (
        tied(lambda x: choice(a, b >> sized(3, seq(any_byte, optional(x), rest)))),
        [b"bxay", b"bxbx", b"bxbxaa"],
    ),
    "families of sizes": (
        tied(lambda x: dispatch(uint8, {97: a, **{n: sized(n, many(x)) for n in range(2, 9)}})),
        [b"\4aaaa", b"\6\4aaaa", b"\5\4aaaa", b"\3aaa", b"\2ab"],
    ),
    "a length": (
        tied(lambda x: choice(a, length_prefixed(uint8, many(x)))),
        [b"\5\2aaaa", b"\0", b"\3\2aa", b"\2\3aaa", b"\3aaa" * 2, b"\4ab"],
    ),
    "a length of any kind": (
        tied(lambda x: choice(a, length_prefixed(number, seq(x, optional(x))))),
        [b"4;2;aa", b"1;a4;2;aaa", b"4;3;aaa", b"-1;a"],
    ),
    "a delimiter": (
        tied(lambda x: choice(a, b >> delimited(b".", seq(x, rest), max=9))),
        [b"baxx.", b"bbaxx.y.", b"ba", b"ba1234567890."],
    ),
    "a delimiter, unbounded": (
        tied(lambda x: choice(a, b >> delimited(b"..", x))),
        [b"ba..", b"bba....", b"bac..", b"bb..a"],
    ),
    "a number behind the end of a frame": (
        tied(lambda x: choice(number, b >> length_prefixed(uint8, many(x)))),
        [b"b\0041;2;", b"b\00312;;", b"b\0031;22;"],
    ),
    "items": (tied(lambda x: choice(a, b >> many(x) << c)), [b"baabacc", b"bc", b"bbaax"]),
    "items behind a verdict": (
        tied(lambda x: choice(a, b >> many(uint8.verify(lambda n: n < 9) >> x) << c)),
        [b"b\1a\2b\3acc", b"b\1a\x09ac", b"bc", b"b\1a"],
    ),
    "some items": (tied(lambda x: choice(a, b >> many(x, 1) << c)), [b"baabacc", b"bc", b"bbac"]),
    "so many items": (
        tied(lambda x: choice(a, b >> many(x, 1, 2) << c)),
        [b"bbaacc", b"baaac", b"bc"],
    ),
    "fixed items": (tied(lambda x: choice(c, literal(b"(") >> many(x, 2, 2), a)), [b"(a(ac"]),
    "pairs": (
        tied(lambda x: choice(a, literal(b"(") >> many(seq(c, x, x)) << literal(b")"))),
        [b"(caacaa)", b"(ca(caa))", b"(ca)"],
    ),
    "separated": (
        tied(lambda x: choice(a, literal(b"[") >> sep_by(x, comma) << literal(b"]"))),
        [b"[a,[a,a],[]]", b"[]", b"[a,]", b"[a[", b"[,a]"],
    ),
    "separated, bounded": (
        tied(lambda x: choice(a, literal(b"[") >> sep_by(x, comma, 1, 2) << literal(b"]"))),
        [b"[a,[a,a]]", b"[]", b"[a,a,a]", b"[[a],a"],
    ),
    "up to an end": (
        tied(lambda x: choice(a, b >> many_until(x, no_more))),
        [b"baba..", b"b.", b"bbac", b"ba"],
    ),
    "numbers, which have no end": (
        tied(lambda x: choice(word, literal(b"[") >> sep_by(x, comma) << literal(b"]"))),
        [b"[x,[yz,z],[]]", b"[x,[yz,zc]", b"[x[", b"[x,", b"xyz"],
    ),
    "numbers in frames": (
        tied(lambda x: choice(word, length_prefixed(uint8, sep_by(x, comma)))),
        [b"\6x,\3y,z", b"\6x,\3yxz", b"\3x,c"],
    ),
    "by key": (
        tied(
            lambda x: dispatch(
                uint8, {1: sep_by(x, comma) << no_more, 2: many(x) << no_more, 97: c}
            )
        ),
        [b"\1ac,\2acac..", b"\1ac,\2acaa.", b"\3"],
    ),
    "by default": (
        tied(lambda x: dispatch(one_of(b"ax"), {b"a": c}, default=many(x, 1) << no_more)),
        [b"xacxac..", b"xac", b"x."],
    ),
    "records": (
        tied(lambda x: choice(a, b >> length_prefixed(uint8, many(boxed(x))))),
        [b"b\0041a2a", b"b\0101ab\0022a3a", b"b\0041a2b"],
    ),
    "converted": (
        tied(lambda x: choice(a, b >> many(x).map(tuple).try_map(list) << c)),
        [b"baabcc", b"bab"],
    ),
}


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_whole_is_taken_as_by_its_node(name):
    """However deep, alone and inside of others."""
    grammar, inputs = WHOLE[name]
    agrees(grammar, *inputs)
    agrees(seq(uint8, grammar, optional(a), b), *[b"1" + one + b"ab" for one in inputs])
    agrees(many(choice(grammar, c)), inputs[0] * 2 + b"c")


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_whole_is_one_loop(name):
    """As a whole input it is taken without a node, and with a stack of its own."""
    grammar, inputs = WHOLE[name]
    source = code_of(grammar, "once")
    assert source.count("stack = []") == source.count("while turn:") == 1
    assert once(grammar, inputs[0]) is not LATE


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_whole_in_a_stream_is_a_loop_as_well(name):
    """Inside of what waits the loop leaves, and then a level is a function of its own."""
    grammar, _ = WHOLE[name]
    source = code_of(seq(uint8, many(grammar)))
    assert "while turn:" in source
    assert "CUT_IN(run, base, " in source


@pytest.mark.parametrize("most", [0, 1, 2, 3])
@pytest.mark.parametrize(
    "name", ["items", "separated", "so many items", "up to an end", "a length", "optional", "pairs"]
)
def test_items_and_levels_are_counted(name, most):
    """One item or one level more than allowed is refused, at the same moment."""
    grammar, inputs = WHOLE[name]
    for whole in (grammar, seq(uint8, many(grammar))):
        data = [b"1" * (whole is not grammar) + one for one in inputs[:2]]
        agrees(whole, *data, limits=Limits(max_items=most))
        agrees(whole, *data, limits=Limits(max_depth=most))
        agrees(whole, *data, limits=Limits(max_buffered=most))
        agrees(whole, *data, limits=Limits(max_backtrack=most))
