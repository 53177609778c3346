"""A grammar that refers to itself, written as a loop: where that can be, and what is around it."""

import pytest

from ohneio import (
    Limits,
    any_byte,
    choice,
    count_prefixed,
    decimal,
    delimited,
    dispatch,
    field,
    forward,
    label,
    length_prefixed,
    literal,
    lookahead,
    many,
    one_of,
    optional,
    record,
    sep_by,
    seq,
    sized,
    stream,
    take_while,
    uint8,
    uint16,
    wire,
)
from ohneio.core._staged import LATE
from tests.staging.differing import staged
from tests.staging.grammars import stood_for, tied
from tests.staging.parsing import agrees, code_of, once

a, b, c = literal(b"a"), literal(b"b"), literal(b"c")
comma, dot = literal(b","), literal(b".")
word = take_while(b"xyz", min=1)
number = decimal << literal(b";")


def lists(leaf=word):
    return tied(lambda x: choice(leaf, literal(b"[") >> sep_by(x, comma) << literal(b"]")))


def trees(leaf=a):
    return tied(lambda x: choice(leaf, length_prefixed(uint8, many(x))))


def dispatched(first, other):
    return tied(lambda x: dispatch(any_byte, {b"a": first(x), b"b": other}))


def test_a_grammar_in_itself_is_one_loop_in_a_whole_input():
    """And a grammar that has it somewhere, at one level more, has that loop in it."""
    inner = forward()
    inner.become(choice(word, literal(b"[") >> sep_by(inner, comma) << literal(b"]")))
    for grammar in (inner.target, inner, seq(uint8, inner), seq(inner, comma, inner)):
        source = code_of(grammar, "once")
        assert "while turn:" in source
    assert once(seq(inner, comma, inner), b"[x],y") == ([b"x"], b",", b"y")


@pytest.mark.parametrize("most", [0, 1, 2, 3])
def test_a_loop_is_as_deep_as_where_it_stands(most):
    """In a loop that waits, behind an item of it, in a function that is called deep inside."""
    inner = trees()
    allowed = Limits(max_depth=most)
    tagged = tied(
        lambda x: dispatch(
            uint8, {1: count_prefixed(uint8, seq(x, optional(comma >> x))), 97: uint8, 2: inner}
        )
    )
    agrees(inner, b"\3\2aa", b"\4\3\2aa", limits=allowed)
    data = b"\1\2a0,a0a0", b"\1\1\1\1a0,\1\0", b"\1\1a0,\1\1a0,a0", b"\2\3\2aa"
    agrees(tagged, *data, b"".join(data), limits=allowed)
    for grammar in (seq(uint8, tagged), many(tagged)):
        agrees(grammar, *[b"1" * (grammar.facts.least > 0) + one for one in data], limits=allowed)


def test_a_loop_that_may_leave_stands_in_one_that_waits():
    """With names of its own, and so may two of them, one behind the other."""
    some = [lambda x: seq(x, many(x)), lambda x: seq(x, many(x), c, many(x))]
    for items in some:
        grammar = tied(
            lambda x, items=items: dispatch(
                uint8, {1: count_prefixed(uint8, items(x) << dot), 97: b, 98: comma}
            )
        )
        source = code_of(grammar)
        assert "while turn:" in source
        assert "while inner_turn:" in source
        data = b"\1\2ab\1\1abb,.b,.abab.", b"\1\1ab\1\1ababx", b"\1\1abaxab."
        more = b"\1\1ab\1\1abcab..", b"\1\1ababcab\1\0b,.", b"\1\1abcx"
        agrees(grammar, *data, *more)


def test_a_loop_that_was_left_leaves_nothing_for_the_next():
    """Which may be one that waits, with the same names."""
    leaves = tied(lambda x: choice(a, literal(b"[") >> many(x) << literal(b"]")))
    waits = tied(lambda x: dispatch(uint8, {1: count_prefixed(uint8, x), 97: b}))
    for grammar in (seq(leaves, waits), seq(uint8, leaves, waits, leaves, waits)):
        data = b"[a[aa]]\1\2abab"
        agrees(grammar, data, (b"1" + data + data) * 2, b"1" + data * 2)


def test_what_could_go_on_behind_a_value_is_told():
    """At any level, where the grammar has no fixed end: by what fails there, and only there."""
    for grammar in (lists(), seq(lists(), optional(b)), many(seq(lists(), comma))):
        agrees(
            grammar,
            b"[x,[y,z]",
            b"[x,yc",
            b"[x,[y]]c",
            b"[x",
            b"[[x],y]b",
            b"xyz",
            b"[],",
            b"x,[y,",
        )
    agrees(seq(lists(), b), b"xb", b"[x]b", b"[xc]", b"[x]c", b"xc", b"[[],x]xb")


def test_what_could_go_on_is_left_to_the_nodes_where_it_is_in_fields():
    """Those of how many levels is known to them alone: the loop is left if something could."""

    def of(inner):
        @wire
        class Pair:
            name: bytes = field(word)
            inside: object = field(inner)

        return choice(last, literal(b"(") >> record(Pair))

    last = seq(word, optional(b))
    named, labelled = tied(of), tied(lambda x: choice(last, label("in", literal(b"(") >> x)))
    data = b"x (x(y(z (x(yzb ((x ((xb (c ((c (xc ((xc xc xbc".split()
    for grammar in (named, labelled):
        agrees(seq(uint8, many(grammar)), *[b"1" + one for one in data])
        agrees(seq(uint8, grammar, comma), *[b"1" + one for one in data])
        agrees(many(seq(grammar, comma)), *[one + b"," + one for one in data])
        assert "while turn:" in code_of(grammar, "once")
        assert "if not (base + pos != at" in code_of(seq(uint8, many(grammar)))


def test_where_items_began_that_a_chunk_has_cut_none_is_looked_at_again():
    """Each of them leaves at once, until there is more."""
    grammar = lists()
    source = code_of(grammar)
    assert "if base + pos in run.cut:" in source
    with staged():
        conn = stream(seq(uint8, grammar))()
        conn.send(b"1[x,[y,[[z,")
        assert conn._run.cut == {4, 7, 8, 11}
        conn.send(b"x]]]]1")
        assert conn.events() == [(49, [b"x", [b"y", [[b"z", b"x"]]]])]


def test_what_is_kept_behind_an_item_is_on_a_stack_of_its_own():
    """Where the code waits, and fields of levels are told, and where it does not."""

    def of(inner):
        @wire
        class Pair:
            name: bytes = field(word)
            inside: object = field(inner)

        return dispatch(uint8, {97: b, 98: record(Pair).try_map(lambda pair: pair) << dot})

    grammar = tied(of)
    agrees(grammar, b"bx1bxab.."[:2] + b"1", b"bxab.", b"bxbyab..", b"bxbyac", b"bxbyab.")
    agrees(seq(uint8, grammar), b"1bxbyab..", b"1bxbyab.a")


def test_a_way_back_that_is_never_taken_is_not_written():
    """No byte is such a tag."""
    grammar = tied(lambda x: dispatch(one_of(b"ab"), {b"a": b, b"long": x}))
    agrees(grammar, b"abb", b"ax")


def test_nothing_is_kept_of_what_was_cut():
    """Neither on the stack nor where the stack was made."""
    grammar = trees(number)
    agrees(grammar, b"\7\0061;2;3;" * 3, b"\7\0061;2;3x")


def test_two_that_refer_to_each_other_are_one_loop():
    """In a stream as well, where the values of one of them have no fixed end."""
    first, second = forward(), forward()
    first.become(choice(a, b >> many(second) << c))
    second.become(choice(word, comma >> many(first) << c))
    assert "if entry == 0:" in code_of(first, "once")
    assert "if entry == 0:" in code_of(seq(uint8, many(first)))
    agrees(first.target, b"bx,accbacc"[:8], b"b,accc", b"b,abxccc", b"b,ax", b"bxxc")
    agrees(seq(uint8, many(first)), b"1b,acca", b"1b,abxcc")
    agrees(seq(uint8, many(second)), b"1,bxca,cxy", b"1,bxc,ac", b"1,b,axxcc")


def test_what_a_forward_only_stands_for_is_written_in_its_place():
    """Where the code may leave, as in a lane; a level deeper, for which there has to be room."""
    body, tree = forward(), forward()
    tree.become(choice(b, literal(b"(") >> many(tree) << literal(b")")))
    grammar = seq(uint8, body, comma)
    body.become(choice(literal(b"a") >> uint16, stood_for(tree), stood_for(stood_for(c))))
    for form in ("once", "lane"):
        source = code_of(seq(uint8, stood_for(uint16)), form)
        assert "max_depth" in source
    assert once(grammar, b"1axy,") == (49, 0x7879, b",")
    assert once(grammar, b"1(bb),") == (49, [b"b", b"b"], b",")
    assert once(grammar, b"1c,", Limits(max_depth=3)) == (49, b"c", b",")
    assert once(grammar, b"1c,", Limits(max_depth=2)) is LATE
    for most in range(6):
        data = b"1axy,1c,", b"1(b(b)),1b,", b"1ax", b"1c;", b"1(b(c", b"1x"
        agrees(grammar, *data, limits=Limits(max_depth=most))


def test_what_many_forwards_stand_for_is_not_written_in_all_their_places():
    """The code would double with each."""

    def chained(size):
        one = literal(b"a")
        for _ in range(size):
            one = stood_for(choice(one, literal(b"b") >> one))
        return seq(uint8, one)

    assert once(chained(3), b"1ba") == (49, b"a")
    assert once(chained(4), b"1ba") is LATE
    agrees(chained(4), b"1ba", b"1bbbba", b"1c")
    agrees(chained(30), b"1ba")


def test_a_grammar_that_may_be_nothing_is_no_loop():
    """Nor one in which there is no way back that a loop could follow."""
    nothing = tied(lambda x: optional(a >> x))
    judged = tied(lambda x: choice(a, literal(b"(") >> lookahead(x) >> any_byte << literal(b")")))
    for grammar in (nothing, judged):
        agrees(seq(uint8, grammar), b"1aaa", b"1((a))", b"1", b"1((a)b")
    assert once(seq(uint8, judged), b"1a") == (49, b"a")
    assert once(seq(uint8, judged), b"1(a)") is LATE


def test_fields_may_be_called_as_the_locals_of_a_loop():
    """They are values of their own then."""
    inner = forward()

    @wire
    class Names:
        turn: int = field(uint8)
        stack: object = field(inner)
        since: int = field(uint8)
        ends: object = field(inner)
        value: int = field(uint8)
        kept0: int = field(uint8)

    inner.become(dispatch(uint8, {97: b, 98: length_prefixed(uint16, many(record(Names)))}))
    body = b"1ab2ab34"
    agrees(inner, b"b\0\x08" + body, b"b\0\x11" + b"1b\0\x08" + body + b"2ab34"[:5], b"ab")


#: Grammars whose values have no fixed end, in frames or with what may be empty: and bytes for them.
OPEN = {
    "behind a frame": (
        dispatched(lambda x: length_prefixed(uint8, many(many(c) >> x)), many(b)),
        [b"a\x04ca\x00b", b"a\x06a\x04ca\x00b", b"a\x00b"],
    ),
    "of a size": (
        tied(
            lambda x: choice(
                literal(b"[") >> many(b), literal(b"(") >> sized(1, x), literal(b"c") >> x
            )
        ),
        [b"c([c([b", b"c([b", b"c([bb", b"c([?"],
    ),
    "optional": (
        tied(
            lambda x: choice(a, literal(b"c") >> optional(x), literal(b"(") >> x << literal(b")"))
        ),
        [b"(c?", b"(c)", b"(cca)", b"cc"],
    ),
    "none of them": (
        tied(
            lambda x: choice(
                b >> sep_by(delimited(b")", x), literal(b";"), max=0), literal(b"[") >> x
            )
        ),
        [b"[b", b"[b[b)", b"[bb)b"],
    ),
}


@pytest.mark.parametrize("name", OPEN)
def test_what_stands_behind_a_value_without_a_fixed_end_is_its_own(name):
    """Nothing that was possible inside takes it, waits for it, or is told of."""
    grammar, inputs = OPEN[name]
    for whole in (grammar, seq(grammar, uint8), many(grammar), seq(uint8, grammar, comma)):
        agrees(whole, *inputs, *[b"1" + one + b"," for one in inputs])


def test_a_grammar_of_many_branches_has_some_loops_in_it():
    """Each has all of it inside; the others are functions, so that the code can be compiled."""

    def of(size, end):
        branches = [literal(bytes([65 + i])) >> sep_by(x, comma) << end for i in range(size)]
        return choice(*branches, a)

    for size, end in ((12, b), (40, b), (8, literal(b"c")), (40, seq())):
        x = forward()
        grammar = x.become(of(size, end))
        source = code_of(grammar, "item")
        compile(source, "it", "exec")
        assert 0 < source.count("while turn:") <= 6
        agrees(grammar, b"ABab,abCab", b"ABa,a,Ca", b"ABC,")


def test_there_are_no_more_than_some_loops_in_a_function():
    """Each has all of its grammar in it: what comes behind calls functions."""
    tree = trees()
    grammar = seq(uint8, *[many(tree) << comma for _ in range(8)])
    assert code_of(grammar).count("while turn:") == 6
    agrees(grammar, b"1" + b"a\2aa," * 8, b"1" + b"a\2aa," * 6 + b"\3a,")
