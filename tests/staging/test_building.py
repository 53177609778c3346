"""What a staged grammar builds is what its nodes build, and what it refuses they refuse."""

import enum

import attrs
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ohneio import (
    Limits,
    Parser,
    UsageError,
    any_byte,
    choice,
    decimal,
    delimited,
    fail,
    forward,
    length_prefixed,
    literal,
    many,
    parser,
    rest,
    seq,
    uint8,
    uint16,
    until,
)
from ohneio.core._limits import DEFAULT_LIMITS
from ohneio.staging._build_pieces import Constant, Plain
from ohneio.staging._building import Builder, constant, like_int
from ohneio.staging._code import Code
from ohneio.testing import values
from tests.staging.building import bytes_of, holds, is_left, outcome, source_of, takes
from tests.staging.differing import staged, unstaged
from tests.staging.grammars import grammars, small

SEARCH = settings(
    max_examples=3 * settings().max_examples,
    suppress_health_check=[
        HealthCheck.filter_too_much,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)

# Values that nobody would build, or that are nearly of the right type.


class Number(enum.IntEnum):
    ONE = 1


class Bytes(bytes): ...


class List(list): ...


class Index:
    def __index__(self):
        return 1


class Like:
    """Something that is equal to everything."""

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0


ODD = st.sampled_from(
    [
        None, True, False, Number.ONE, Index(), Like(), object(), 0, 1, 7, 97, -1, 255, 256,
        1 << 14, 1 << 64, 1 << 200, 10**700, 1.0, 0.1, 1e300, float("nan"), float("inf"),
        b"", b"a", b"b", b";", b"ab;", b"\r\n", b"a" * 300, Bytes(b"a"), bytearray(b"a"),
        memoryview(b"a"), "", "a", "\ud800", [], (), {}, List([b"a"]), [b"a", b"b"],
        (b"a", b"b"), [[]], [None],
    ]
)  # fmt: skip
odd = st.recursive(
    ODD,
    lambda some: st.one_of(st.lists(some, max_size=3), st.lists(some, max_size=3).map(tuple)),
    max_leaves=4,
)


@st.composite
def mangled(draw, value):
    """A value of which some part is another one."""
    if type(value) in (list, tuple) and value and draw(st.booleans()):
        items = [*value]
        at = draw(st.integers(0, len(items) - 1))
        how = draw(st.sampled_from(["change", "drop", "double"]))
        if how == "change":
            items[at] = draw(mangled(items[at]))
        else:
            items[at : at + 1] = [items[at]] * 2 if how == "double" else []
        return type(value)(items)
    if type(value) is bytes:
        near = [value + b"a", value[:-1], value + b";", value * 2, bytearray(value), Bytes(value)]
        return draw(st.one_of(odd, st.sampled_from(near)))
    if type(value) is int:
        near = [value + 1, -value, value << 20, bool(value)]
        return draw(st.one_of(odd, st.sampled_from(near)))
    return draw(odd)


@st.composite
def cases(draw):
    """A grammar, some values, and limits."""
    grammar = draw(grammars)
    try:
        fitting = draw(values(grammar))
    except (RuntimeError, ValueError, KeyError, TypeError, StopIteration):  # a user's functions
        fitting = draw(odd)
    some = [fitting, draw(mangled(fitting)), draw(odd)]
    return grammar, some, draw(st.one_of(st.just(DEFAULT_LIMITS), small))


@SEARCH
@given(cases())
def test_staged_and_unstaged_build_the_same(case):
    """The same bytes, or the same error, of values that fit and of others, under any limits."""
    grammar, some, limits = case
    with unstaged(grammar):
        expected = [outcome(grammar, value, limits) for value in some]
    assume(not any(one[0] is UsageError for one in expected if isinstance(one, tuple)))
    with staged() as seen:
        found = [outcome(grammar, value, limits) for value in some]
    assert found == expected, [one.source for one in seen[:1]]


# What rules write with.


def written(write):
    """Return what some of the conventions write, in a function of their own."""
    b = Builder(Code())
    write(b)
    b.settle()
    return b.code.source


def test_checks_beside_each_other_are_one():
    """They are asked at once, and before whatever comes next."""

    def write(b):
        b.refuse("a")
        b.refuse("b")
        b.line("x = 1")

    assert written(write) == "if a or b:\n    return LATE\nx = 1\n"


def test_nothing_is_written_behind_what_was_given_up():
    """Not in the same block; behind it all goes on."""

    def write(b):
        with b.block("if a:"):
            b.give_up()
            b.line("x = 1")
            b.refuse("x")
            with b.block("if b:"):
                b.line("x = 2")
        b.line("x = 3")

    assert written(write) == "if a:\n    return LATE\nx = 3\n"


def test_a_type_is_asked_for_once():
    """What is known is forgotten behind the block in which it was asked."""

    def write(b):
        with b.block("if a:"):
            b.exact("x", bytes)
            b.exact("x", bytes)
            b.whole("n")
            b.whole("n")
        b.exact("x", List)

    source = written(write)
    assert source.count("type(x) is not bytes") == 1
    assert source.count("LIKE_INT(n)") == 1
    assert "if type(x) is not LIST:" in source


def test_a_size_that_is_known_is_a_number():
    """And any other is a variable: neither has to be asked whether it is a number."""

    def write(b):
        assert b.size("7") == "7"
        assert b.size("len(x)", "count") == "count"
        b.whole("7")
        b.whole("count")
        assert b.sizes == {"7", "count"}

    assert written(write) == "count = len(x)\n"


def test_pieces_are_one_expression_until_something_repeats_itself():
    """Then they are in a list, which is joined once."""
    assert "return PACK(part) + part2" in source_of(seq(uint16, rest))
    assert source_of(seq(uint8, many(until(b";")))).count("b''.join") == 1


def test_the_end_of_a_constant_goes_to_the_next_piece():
    """Of the last one, if it is there; nothing is dropped where nothing should be."""
    b = Builder(Code())
    assert not b.ends_with(b"a")
    b.drop(b"")
    b.put(Plain("x"))
    assert not b.ends_with(b"a")
    b.put(Constant(b"bca"))
    assert b.ends_with(b"ca")
    b.drop(b"ca")
    assert b.sink.pieces == [Plain("x"), Constant(b"b")]


def test_what_a_number_is_written_in_is_measured_when_it_was_written():
    """Its size is not known beforehand."""
    grammar = length_prefixed(uint8, seq(decimal << literal(b";"), rest))
    assert takes(grammar, (1, b""), (300, b"abc"))
    assert is_left(grammar, (1, bytes(254)))


def test_what_is_dropped_and_has_a_choice_is_left():
    """That a grammar cannot build, its node says."""
    for grammar in (seq(uint8) | (any_byte >> uint8), seq(uint8) | seq(any_byte >> uint8)):
        holds(grammar, [(1,)] if grammar.facts.unambiguous else [], [])
        assert outcome(grammar, 7) == bytes_of(grammar, 7)


@attrs.frozen
class Known(Parser):
    """A class of somebody's that says what is known of it."""

    parser: Parser[object]

    def _parse(self):
        return self.parser._parse()

    def _build(self, value):
        return self.parser._build(value)

    def _facts(self):
        return self.parser.facts


def test_what_is_dropped_and_not_known_builds_by_itself():
    """Of nothing, as it would without staging."""
    unlike = Known(literal(b"-"))
    assert takes(seq(unlike >> uint8, rest), (1, b"a"))
    assert "NOTHING" in source_of(seq(unlike >> uint8, rest))


def test_what_only_its_node_builds():
    """A parser of a class that nobody knows, or that refuses what is dropped."""
    assert takes(seq(Known(uint8), uint8), (1, 2))
    holds(seq(Known(uint8), uint8), [], [(256, 1), (1, 256)])
    assert takes(many(seq(Known(uint8))), [], [(1,)])


def test_what_nobody_knows_is_left_inside_of_recursion():
    """It could come back there, which only the nodes see."""
    whole = forward()
    whole.become(choice(literal(b"(") >> seq(Known(uint8), whole), uint16))
    holds(whole, [7], [(1, 7)])


def test_all_the_bytes_of_what_is_inside():
    """Of one piece they are that piece, and of several they are put together."""
    one, several = delimited(b";", rest), delimited(b";", seq(uint16, rest))
    assert "return value + b';'" in source_of(one)
    assert takes(one, b"", b"ab")
    assert takes(several, (1, b""), (2, b"ab"))
    assert is_left(several, (59, b""))


@parser
def counting():
    """Two ways to write a number; the first writes a piece before it refuses."""
    return (yield from (uint8.bind(lambda n: fail("no"), int) | uint8).of(lambda it: it))


def test_what_was_built_in_vain_inside_of_a_node_counts():
    """Together with what the code has built in vain itself."""
    grammar, values = many(counting), [1] * 5
    for limit in range(8):
        limits = Limits(max_backtrack=limit)
        with staged():
            found = outcome(grammar, values, limits)
        assert found == bytes_of(grammar, values, limits)


def test_a_constant_is_what_is_always_built_of_a_value():
    """If that depends on nothing else, such as a function of a user's, or a limit."""
    assert constant(seq(uint8, literal(b"a")), (1, b"a")) == b"\x01a"
    assert constant(uint8, 256) is None
    assert constant(uint8.map(bool, int), True) is None
    assert constant(decimal, 7) is None
    assert constant(choice(literal(b"a") >> uint8, rest), b"x") is None


def test_numbers_of_other_classes():
    """Those that do what an `int` does are as good as one; any others may be anything."""
    assert like_int(True)
    assert like_int(Number.ONE)
    assert not like_int(1.0)
    assert not like_int(Odd.ONE)
    assert not like_int(Still.ONE)


class Odd(enum.IntEnum):
    """Numbers with an equality of their own."""

    ONE = 1

    def __eq__(self, other):
        return NotImplemented

    __hash__ = int.__hash__


class Still(enum.IntEnum):
    """Numbers that stay where they are."""

    ONE = 1

    def __lshift__(self, number):
        return self
