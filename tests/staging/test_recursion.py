"""Grammars that refer to themselves: an explicit stack in the function's locals."""

import re

import pytest

from ohneio import (
    Limits,
    any_byte,
    choice,
    count_prefixed,
    decimal,
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
    recognize,
    record,
    seq,
    take_while,
    text,
    uint8,
    until,
    verify,
    wire,
)
from ohneio.core._staged import LATE, set_staged
from ohneio.staging import unstaged
from ohneio.staging._engine import FORMS, compiled
from tests.staging.differing import Case, compare
from tests.staging.grammars import in_each_other, tied
from tests.staging.parsing import agrees, code_of, once

a, b, c = literal(b"a"), literal(b"b"), literal(b"c")
number = decimal << literal(b";")


def boxed(**options):
    inner = forward()

    @wire
    class Box:
        size: int = field(uint8, **options)
        inside: object = field(inner)

    return inner.become(choice(a, literal(b"K") >> record(Box)))


def record_in(grammar):
    @wire
    class Inside:
        name: bytes = field(any_byte)
        what: object = field(grammar)

    return record(Inside)


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
    "a tag with a default": (
        tied(lambda x: dispatch(uint8, {1: x, 2: seq(x)}, default=a)),
        [b"\1\2xa\1b", b"\2\2"],
    ),
    "pairs": (tied(lambda x: choice(a, b >> seq(uint8, x, uint8))), [b"bxbyay1b0za", b"bxc"]),
    "converted": (tied(lambda x: choice(a, b >> x.try_map(list))), [b"bbaba", b"bc"]),
    "records": (boxed(), [b"K1K2aKx", b"K1Ka"]),
    "records that are judged": (boxed(computed=lambda m: 1), [b"K\1K\1aK\2a", b"K"]),
    "a branch that no tag takes": (
        tied(lambda x: dispatch(one_of(b"ab"), {b"a": b, b"long": x})),
        [b"abb", b"ax"],
    ),
    "two": (tied(lambda x: choice(a, b >> many(x, 2, 2))), [b"babaaa", b"bac"]),
    "one or two": (tied(lambda x: choice(a, b >> many(x, 1, 2))), [b"baabac", b"bc"]),
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
@pytest.mark.parametrize("name", ["a choice", "two in a choice", "a tag", "records"])
def test_depth_is_counted(name, most):
    """One level more than allowed is refused, at the same moment."""
    grammar, inputs = RECURSIVE[name]
    agrees(grammar, inputs[0], limits=Limits(max_depth=most))


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
    source = code_of(tied(lambda x: choice(a, b >> count_prefixed(uint8, seq(uint8, x)))))
    assert "kept2 = None" in source
    assert "kept3" not in source


def is_a_loop(grammar):
    return "while turn:" in code_of(grammar)


def test_only_what_can_be_written_as_a_loop_is():
    """The grammar comes back where a value of it is whole, and is known to take something."""
    for name in ("a choice", "a tag", "two", "converted", "records"):
        assert is_a_loop(RECURSIVE[name][0]), name
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


def test_two_that_come_one_after_the_other_have_values_of_their_own():
    """Whether it is the same grammar or another, and whichever of both is wanted."""
    pair, count = forward(), forward()
    pair = pair.become(choice(literal(b"a"), literal(b"(") >> seq(pair, pair) << literal(b")")))
    count = count.become(dispatch(uint8, {97: count_prefixed(uint8, count), 98: literal(b"z")}))
    data, more = b"((aa)a)", b"a\2a\0bz"
    agrees(seq(pair, count), (data + more) * 2, more)
    agrees(pair << count, (data + more) * 2, data + b"x")
    agrees(pair >> count, (data + more) * 2)
    agrees(seq(uint8, pair, pair), (b"1" + data * 2) * 2)


@pytest.mark.parametrize("most", [1, 2, 3])
def test_what_comes_behind_is_no_deeper_than_the_loop(most):
    """Wherever it waited: in the same item, in the next, and where the item is read again."""
    nested = tied(lambda whole: dispatch(uint8, {97: c, 98: many(seq(whole, until(b"a")), 1, 1)}))
    inner = tied(lambda whole: choice((a >> whole) << b, any_byte))  # which is no loop

    @wire
    class Read:
        data: list = field(nested)

        def __attrs_post_init__(self):
            if len(self.data) != 1:
                raise ValueError("one, please")

    allowed = Limits(max_depth=most)
    agrees(seq(nested, inner), b"bbacaaaxb" * 3, b"bacaaxb" * 2, limits=allowed)
    agrees(seq(inner, nested), b"axbbaca" * 3, limits=allowed)
    for held in range(2, 9):
        limits = Limits(max_depth=most, max_buffered=held)
        agrees(record(Read), b"baca", b"bbacaa", b"ac", limits=limits)


def test_the_fields_of_all_levels_stand_behind_those_around():
    """In errors, and in what is said of a wait: in a label, in a field, in a frame."""
    boxes = boxed()
    pairs = tied(lambda whole: dispatch(uint8, {97: a, 98: seq(record_in(whole), number)}))

    @wire
    class Outer:
        first: bytes = field(a)
        tree: object = field(boxes)
        pair: object = field(label("pairs", pairs))

    data = b"aK1K2abnbmaa1;2;"
    whole, framed = record(Outer), length_prefixed(uint8, record(Outer))
    for grammar in (whole, label("outer", whole)):
        agrees(grammar, data, data[:-1] + b"x", data[:10] + b"c", data[:9], data[:4] + b"Kx")
    agrees(framed, b"\x10" + data, b"\x0f" + data, b"\x10" + data[:10] + b"xxxxxx")


def test_what_is_tried_runs_as_a_function_and_what_is_judged_node_by_node():
    """Behind a judge, or a lookahead, all is told that was tried; behind a try what has failed."""
    inner = forward()
    made = compiled(inner.become(seq(uint8, a)), FORMS["item"])
    calls = []

    def noted(run):
        calls.append(run.input.position)
        return made(run)

    set_staged(inner.target, "item", noted)
    tried = [many(inner), choice(inner, uint8), optional(inner)]
    judged = [inner.verify(bool, "one"), lookahead(inner) >> inner.map(list).try_map(tuple)]
    for grammar in map(unstaged, [*tried, *judged]):
        calls.clear()
        grammar.parse_prefix(b"xa")
        assert bool(calls) is (grammar in tried)


def refusing(values):
    if b"z" in values:
        raise ValueError("no z, please")
    return list(values)


#: What is kept around a grammar that keeps some bytes itself: how it is judged.
AROUND = {
    "recognized": recognize,
    "text": lambda inner: text(recognize(inner)),
    "verified": lambda inner: verify(lambda values: values[-1] != b"no", inner, "yes"),
    "a record": lambda inner: record(judged_record(inner)),
}


def judged_record(inner):
    @wire
    class Judged:
        data: object = field(inner)

        def __attrs_post_init__(self):
            if self.data[-1] == b"no":
                raise ValueError("yes, please")

    return Judged


@pytest.mark.parametrize("name", AROUND)
def test_what_is_kept_around_is_kept_before_what_is_inside(name):
    """In the order in which it began, or else the limit and the bytes were those of the inner."""
    inner = tied(lambda x: choice(a, b >> seq(x, until(b";")).try_map(refusing)))
    grammar = seq(uint8, AROUND[name](seq(until(b":"), inner, until(b"!"))))
    data = b"1t:bbax;y;ok!", b"1tag:bbax;z;ok!", b"1tag:bbaz;y;no!", b"1t:bay;no!"
    agrees(grammar, *data)
    for held in range(3, 12, 2):
        agrees(grammar, *data, limits=Limits(max_buffered=held))
    long = b"1" + b"k" * 3000 + data[0][2:]
    compare(Case(grammar, long, [[long[:-9], long[-9:-6], long[-6:]]]))


@pytest.mark.parametrize("most", [0, 1, 2, 3])
def test_what_comes_behind_an_item_is_no_deeper_than_what_it_is_in(most):
    """Another grammar in itself may begin there as deep as before the item."""
    other = tied(lambda x: choice(c, a >> x))
    pair = tied(lambda x: choice(c, a >> seq(x, other)))
    some = tied(lambda x: choice(c, a >> many(seq(x, other), 2, 2)))
    allowed = Limits(max_depth=most)
    agrees(seq(uint8, pair), b"1acac", b"1aacaacaac", b"1aacaaacaaac", limits=allowed)
    agrees(seq(uint8, some), b"1acaccac", b"1accacaaac", limits=allowed)


@pytest.mark.parametrize("most", [1, 2, 256])
def test_where_too_much_was_kept_nothing_is_left_of_it(most):
    """A protocol that goes on behind it is as deep, and in the same fields, as before."""
    inner = forward()

    @wire
    class Box:
        size: int = field(uint8)
        inside: object = field(inner)

    inner.become(choice(a, (b >> record(Box)).try_map(lambda box: box)))
    other = tied(lambda x: choice(c, a >> x))
    for held in (2, 4, 6):
        allowed = Limits(max_buffered=held, max_depth=most)
        agrees(inner, b"b1b2b3b4xb1aaac", b"b1b2b3", limits=allowed)
        agrees(seq(uint8, inner, other), b"cb1b2b3xaacaacb1aaac", limits=allowed)


#: Grammars of several forwards, and bytes for them.
SEVERAL = {
    "two in each other": (
        in_each_other(
            lambda x, y: choice(number, y),
            lambda x, y: literal(b"[") >> many(x) << literal(b"]"),
        ),
        [b"[1;[2;[]]3;]", b"[1;[2;", b"[[[]]c"],
    ),
    "three": (
        in_each_other(
            lambda x, y, z: choice(a, literal(b"[") >> y, literal(b"(") >> z),
            lambda x, y, z: seq(x, literal(b",") >> z),
            lambda x, y, z: choice(b, x << literal(b")")),
        ),
        [b"[a,(a))", b"[[a,b,(b", b"([a,b)", b"[a,x", b"[a,[c"],
    ),
    "one that comes back to itself": (
        in_each_other(
            lambda x, y: dispatch(uint8, {1: many(y) << literal(b"."), 2: seq(x, x), 97: b}),
            lambda x, y: choice(a, literal(b"(") >> many(y) << literal(b")"), c >> x),
        ),
        [b"\2\1(a(a)c\1.)a.\1.", b"\2\1(a)cab.ab", b"\1(", b"\1(b"],
    ),
    "one without the other": (
        in_each_other(
            lambda x, y: choice(y << literal(b";"), literal(b"{") >> many(x) << literal(b"}")),
            lambda x, y: choice(a, literal(b"(") >> many(y) << literal(b")")),
        ),
        [b"{a;{(aa);((a)a);}}", b"{(a", b"{(a;", b"{a}"],
    ),
    "one that only stands for others": (
        in_each_other(
            lambda x, y, z: choice(a, b >> y),
            lambda x, y, z: z,
            lambda x, y, z: many(choice(x, c >> z), 2, 2),
        ),
        [b"bacaa", b"bacacab", b"bacbcaaaa"],
    ),
    "by tags, with an open end": (
        in_each_other(
            lambda x, y: dispatch(uint8, {1: seq(y, x), 2: seq(y, number), 97: b}),
            lambda x, y: dispatch(uint8, {3: seq(x, y), 4: many(c), 97: b >> y, 98: optional(c)}),
        ),
        [b"\1\4ccab", b"\2\3ab\4ccc1;", b"\2\4cx", b"\2\3ab\4x", b"\2bx", b"\2bc1;\2b1;"],
    ),
    "items of several": (
        in_each_other(
            lambda x, y: dispatch(uint8, {1: count_prefixed(uint8, y), 97: b, 98: record_in(x)}),
            lambda x, y: dispatch(uint8, {2: x, 3: many(y, 2, 2), 4: seq(x, y), 99: a}),
        ),
        [b"\1\2ca\2ab", b"\1\1\3ca\3ca\4\1\0ca", b"b1\1\2\2b2abx", b"\1\1\3ca\4abca"],
    ),
}


@pytest.mark.parametrize("name", SEVERAL)
def test_several_forwards_are_one_loop(name):
    """Which begins anew with any of them."""
    grammar, inputs = SEVERAL[name]
    source = code_of(grammar, "once")
    assert source.count("while turn:") == source.count("stack = []") == 1
    assert "if entry == 0:" in source
    assert "elif entry == 1:" in source
    assert once(grammar, inputs[0]) is not LATE
    assert "while turn:" in code_of(seq(uint8, grammar))
    agrees(grammar, *inputs, inputs[0] * 2)
    agrees(seq(uint8, many(choice(grammar, c))), *[b"1" + one for one in inputs])


@pytest.mark.parametrize("most", [0, 1, 2, 3, 4, 5])
@pytest.mark.parametrize("name", SEVERAL)
def test_the_levels_of_several_forwards_are_counted(name, most):
    """Each is one, in whatever order they come."""
    grammar, inputs = SEVERAL[name]
    for whole in (grammar, seq(uint8, many(grammar))):
        data = [b"1" * (whole is not grammar) + one for one in inputs]
        agrees(whole, *data, limits=Limits(max_depth=most))


@pytest.mark.parametrize("most", [0, 1, 2, 3, 4])
def test_a_forward_is_what_it_stands_for_one_level_deeper(most):
    """Its functions look through it, and through one that stands for one."""
    inside, other = forward(), forward()
    tree = inside.become(dispatch(uint8, {97: a, 98: seq(record_in(inside), number)}))
    other.become(inside)
    unlike = tied(lambda whole: choice((a >> whole) << b, any_byte))  # which is no loop
    last = forward()
    last.become(seq(uint8, unlike, other))
    for grammar in (tree, inside, other):
        assert {"take", "once"} <= {*re.findall(r"def (\w+)", grammar.source)}
        assert "stack.append" in code_of(grammar)
    data = b"bnbmaa1;2;aabnaa3;"
    for grammar in (inside, other):
        agrees(grammar, data, data[:-1] + b"x", data[:5], b"bnx", limits=Limits(max_depth=most))
    agrees(last, b"1aybbnaa3;" * 2, b"1aybbnbnaa3;3;", limits=Limits(max_depth=most))
