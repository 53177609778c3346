"""How code says a value, and what is known of it: of which types it is, what can be raised."""

import ast
import enum

import pytest

from ohneio.staging._saying import (
    BYTES,
    STR,
    Natural,
    Text,
    calculated,
    called,
    compares,
    either,
    given_by,
    like_int,
    object_of,
    spelled,
    without_none,
)

NONE = type(None)


class Kind(enum.IntEnum):
    ONE = 1


class Odd(enum.IntEnum):
    ONE = 1

    def __eq__(self, other):
        raise KeyError

    __hash__ = int.__hash__


class Plain(enum.Enum):
    ONE = 1


def of(*kinds):
    return spelled("x", frozenset(kinds) if kinds else None)


def test_what_is_said_is_known():
    """Its text, its types, and whether it may be said twice."""
    assert str(spelled("a + b")) == "a + b"
    assert spelled("a").simple
    assert spelled("1").simple
    assert not spelled("a + b").simple
    assert of(int).among(frozenset({int, bool}))
    assert not of(int, str).among(frozenset({int}))
    assert not of().among(frozenset({int}))


def test_operators_are_known_of_some_types():
    """Of an enum of numbers too, if it has left them as they are."""
    assert like_int(Kind)
    assert not like_int(Odd)
    assert not like_int(Plain)
    assert of(int, NONE, Kind).plain
    assert not of(int, Plain).plain
    assert not of().plain
    assert of(Natural, bool, Kind).number
    assert not of(int, NONE).number
    assert not of().number


def test_one_of_two_values_is_of_the_types_of_both():
    """If all of them are known."""
    assert either(frozenset({int}), frozenset({str})) == {int, str}
    assert either(None, frozenset({str})) is either(frozenset({str}), None) is None


def test_objects_that_are_known_have_their_types():
    """As far as their operators are known."""
    assert object_of(5, "x").kinds == {Natural}
    assert object_of(-5, "x").kinds == {int}
    assert object_of("a", "x").kinds == {str}
    assert object_of(Kind.ONE, "x").kinds == {Kind}
    assert object_of([], "x").kinds is None
    assert object_of([], "x").known == ([],)


@pytest.mark.parametrize(
    ("op", "one", "other", "expected"),
    [
        (ast.Is(), of(), of(), True),
        (ast.IsNot(), of(), of(), True),
        (ast.In(), of(str), of(str), True),
        (ast.In(), of(int), of(bytes), False),
        (ast.NotIn(), of(bytes), of(bytes), True),
        (ast.Lt(), of(int), of(Natural, Kind), True),
        (ast.Lt(), of(int), of(int, NONE), False),
        (ast.Lt(), of(str), of(str), True),
        (ast.Eq(), of(int), of(int, NONE), True),
        (ast.Eq(), of(str), of(str), True),
        (ast.Eq(), of(str), of(NONE), True),
        (ast.NotEq(), of(str), of(bytes), False),
        (ast.Eq(), of(Plain), of(NONE), False),
        (ast.Eq(), of(), of(int), False),
    ],
)
def test_comparisons_that_raise_nothing_are_known(op, one, other, expected):
    """Of numbers, of strings of one type, and with None, which is equal to nothing else."""
    assert compares(op, one, other) is expected


NUMBER, CONSTANT = of(Natural), Text(ast.Constant(3), frozenset({Natural}))


@pytest.mark.parametrize(
    ("op", "one", "other", "kinds", "safe"),
    [
        (ast.Add(), NUMBER, NUMBER, {Natural}, True),
        (ast.Mult(), NUMBER, of(int), {int}, True),
        (ast.Sub(), NUMBER, NUMBER, {int}, True),
        (ast.FloorDiv(), NUMBER, CONSTANT, {Natural}, True),
        (ast.Mod(), of(int), NUMBER, {int}, False),
        (ast.RShift(), NUMBER, CONSTANT, {Natural}, True),
        (ast.RShift(), NUMBER, of(int), {int}, False),
        (ast.LShift(), CONSTANT, CONSTANT, {Natural}, True),
        (ast.LShift(), CONSTANT, NUMBER, {Natural}, False),
        (ast.LShift(), NUMBER, CONSTANT, {Natural}, False),
        (ast.LShift(), CONSTANT, Text(ast.Constant(5000), frozenset({Natural})), {Natural}, False),
        (ast.BitAnd(), NUMBER, CONSTANT, {Natural}, True),
        (ast.BitXor(), of(bool), of(int), {int, bool}, True),
        (ast.Pow(), NUMBER, NUMBER, None, False),
        (ast.Add(), of(bytes), of(bytes), {bytes}, True),
        (ast.Add(), of(str), of(bytes), None, False),
        (ast.Mult(), of(bytes), NUMBER, {bytes}, False),
        (ast.Sub(), of(str), of(str), None, False),
        (ast.Add(), of(), NUMBER, None, False),
    ],
)
def test_types_of_what_is_calculated_are_known(op, one, other, kinds, safe):
    """And whether that can fail: too much memory is a failure as well."""
    assert calculated(op, one, other) == (kinds, safe)


def test_lengths_and_truths_are_known():
    """Of strings, and of what has a truth that is known; other functions are calls."""
    length, truth = object_of(len, "len"), object_of(bool, "bool")
    assert called(length, [of(bytes)], []).safe
    assert not called(length, [of(int)], []).safe
    assert called(truth, [of(int)], []).safe
    assert not called(truth, [of()], []).safe
    other = called(spelled("f"), [of(int)], [("a", of(int))])
    assert (str(other), other.safe, other.kinds) == ("f(x, a=x)", False, None)


def test_lengths_that_are_known_are_not_asked_for():
    """Of a number that is put into so many bytes, and of bytes that were read by a size."""
    number, method = of(int), ast.Attribute(ast.Name("n"), "to_bytes")
    into = Text(method, gives=given_by(number, "to_bytes"))
    some = called(into, [of(Natural), spelled("'big'")], [])
    assert some.kinds == BYTES
    assert ast.unparse(some.length) == "x"
    assert not called(object_of(len, "len"), [some], []).safe  # it may have no room in so many
    there = Text(ast.Name("y"), BYTES, length=some.length)
    length = called(object_of(len, "len"), [there], [])
    assert (str(length), length.safe, length.kinds) == ("x", True, {Natural})
    late = Text(ast.Name("y"), BYTES, safe=False, length=ast.Constant(3))
    assert not called(object_of(len, "len"), [late], []).safe
    assert called(into, [spelled("x + 1", frozenset({Natural}))], []).length is None
    assert called(into, [of(int)], []).length is None
    assert called(into, [of(Natural)], [("signed", of(bool))]).length is None
    assert called(into, [], []).length is None
    assert called(Text(method), [of(Natural)], []).length is None
    maybe = Text(ast.Name("x"), BYTES | {NONE}, length=ast.Constant(3))
    assert not called(object_of(len, "len"), [maybe], []).safe


def test_results_of_methods_are_known():
    """Where nobody can have put another in their place."""
    assert given_by(object_of(int, "int"), "from_bytes") == {int}
    assert given_by(of(int), "to_bytes") == BYTES
    assert given_by(of(str), "encode") == given_by(of(bytes), "upper") == BYTES
    assert given_by(of(bytes), "decode") == given_by(of(str), "strip") == STR
    assert given_by(of(str), "split") is given_by(of(bytes), "split") is given_by(of(), "a") is None


def test_none_can_be_left_out():
    """Where it is known not to be it."""
    assert without_none(frozenset({int, NONE})) == {int}
    assert without_none(None) is None
