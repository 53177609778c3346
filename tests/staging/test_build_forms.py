"""The function that builds: recursion, limits, and what stands around it."""

import sys

import attrs
import pytest

from ohneio import (
    BuildError,
    Forward,
    Limits,
    Parser,
    any_byte,
    choice,
    count_prefixed,
    decimal,
    dispatch,
    exactly,
    forward,
    length_prefixed,
    literal,
    many,
    parser,
    rest,
    seq,
    span,
    uint8,
    until,
)
from ohneio.core._limits import DEFAULT_LIMITS
from ohneio.core._nodes import nodes
from ohneio.core._staged import LATE
from ohneio.staging import stage, unstaged
from ohneio.staging._build_forms import DEEPEST, building
from ohneio.staging._building import rules
from tests.staging.building import bytes_of, function_of, is_left, outcome, source_of, takes
from tests.staging.differing import staged


def tree():
    whole = forward()
    return whole.become(literal(b"(") >> many(whole) << literal(b")"))


def nested(depth):
    value = []
    for _ in range(depth - 1):
        value = [value]
    return value


def test_recursion_is_a_function_that_calls_itself():
    """It puts its pieces in one list, which is joined once."""
    assert takes(tree(), [], [[], [[]]], nested(50))
    assert source_of(tree()).count("join") == 1


@pytest.mark.parametrize("limit", [0, 1, 2, 5])
def test_depth_is_counted_as_the_nodes_do(limit):
    """One passage more than ``max_depth`` is left to them, and to what they say."""
    limits = Limits(max_depth=limit)
    alone = forward()
    alone.become(uint8)
    inside = seq(uint8, tree())
    for depth in range(1, 8):
        for grammar, value in ((tree(), nested(depth)), (inside, (1, nested(depth)))):
            with staged():
                found = outcome(grammar, value, limits)
            assert found == bytes_of(grammar, value, limits)
    with staged():
        assert outcome(alone, 1, limits) == bytes_of(alone, 1, limits)


def test_what_is_too_deep_for_python_is_left():
    """The nodes have a stack of their own."""
    assert takes(tree(), nested(DEEPEST))
    assert is_left(tree(), nested(DEEPEST + 2), limits=Limits(max_depth=1000))
    with staged():
        data = tree().build(nested(900), limits=Limits(max_depth=1000))
    assert data == b"(" * 900 + b")" * 900


def test_a_stack_that_is_nearly_used_up_is_no_error():
    """Python's own recursion limit is the nodes' business, which do not recurse."""
    grammar, deep = tree(), nested(190)
    function = function_of(grammar)

    def at(depth):
        return at(depth - 1) if depth else function(deep, DEFAULT_LIMITS)

    assert at(850) is LATE


def test_recursion_behind_a_length():
    """What is inside is measured when it is whole."""
    item = forward()
    body = length_prefixed(decimal << literal(b":"), many(item))
    item.become(choice(literal(b"[") >> body, literal(b"-") >> until(b";")))
    assert takes(seq(item), (b"a",), ([b"a", [b"b", []]],), (nested(20),))


def test_two_that_refer_to_each_other():
    """Each has a function of its own."""
    odd, even = forward(), forward()
    odd.become(literal(b"o") >> count_prefixed(uint8, even))
    even.become(literal(b"e") >> count_prefixed(uint8, odd))
    assert takes(odd, [], [[], [[[]]]])
    assert takes(seq(even, odd), ([[]], [[], []]))


def test_a_cyclic_value_is_left():
    """It would not end; the nodes say so."""
    value = []
    value.append(value)
    assert is_left(tree(), value)
    with staged(), pytest.raises(BuildError):
        tree().build(value)


@parser
def again(inner):
    return (yield from inner.of(lambda it: it))


def test_what_is_unknown_inside_of_recursion_is_left():
    """It could come back to what is open, which only the nodes see."""
    whole = forward()
    whole.become(choice(uint8, literal(b"<") >> again(many(whole)) << literal(b">")))
    assert takes(seq(uint8, again(uint8)), (1, 2))
    assert is_left(whole, [1, [2]])
    with staged():
        assert outcome(whole, [1, [2]]) == bytes_of(whole, [1, [2]])


def test_what_dependent_parsers_build_inside_of_recursion():
    """A function may give anything: only `exactly` is known, and the rest is left."""
    whole = forward()
    whole.become(choice(any_byte, literal(b"<") >> seq(uint8.bind(exactly, len), whole)))
    value = (b"a", (b"bc", b"d"))
    with staged():
        assert outcome(whole, value) == bytes_of(whole, value)


def test_what_may_be_ambiguous_is_looked_at_again():
    """The bytes are parsed; where they give another value the nodes have the word."""
    grammar = seq(uint8.map(lambda n: n // 2, lambda n: 2 * n), rest)
    assert takes(grammar, (3, b"a"))
    off = uint8.map(lambda n: n // 3, lambda n: 2 * n)
    assert is_left(off, 5)
    with staged(), pytest.raises(BuildError, match="would parse what it builds to another value"):
        off.build(5)
    assert is_left(many(exactly(1)) << literal(b"a"), [b"b"])


def test_what_is_sure_is_not_looked_at():
    """It is told by the facts, when the code is written."""
    assert "comes_back" not in source_of(seq(uint8, rest)).lower()
    assert "COMES_BACK(NODE" in source_of(uint8.map(bool, int))


# Of every class.


def test_no_class_of_the_vocabulary_is_forgotten():
    """Each has a rule, but for what is written by hand, spans, and bits by themselves."""
    without = {kind.__name__ for kind in vocabulary() if kind not in rules}
    assert without == {"ByHand", "Span", "Bit"}


def vocabulary():
    """Return all classes of parsers of the package that build."""
    modules = [
        module for name, module in sys.modules.items() if name.startswith("ohneio.combinators.")
    ]
    found = {one for module in modules for one in vars(module).values() if isinstance(one, type)}
    return {
        kind
        for kind in found
        if issubclass(kind, Parser) and kind._build is not Parser._build and attrs.has(kind)
    } | {Forward}


class Own(type(exactly(1))):
    """A class of somebody's that is nearly ours."""

    def _build(self, value):
        return super()._build(bytes(reversed(value)))


def test_a_subclass_builds_by_itself():
    """What it changes nobody knows: also where it is an alternative, or one of many."""
    for grammar, value in (
        (seq(Own(2), uint8), (b"ab", 1)),
        (choice(Own(2), uint8), b"ab"),
        (many(Own(2)), [b"ab", b"cd"]),
        (dispatch(uint8, {1: Own(2), 2: uint8}), b"ab"),
    ):
        with staged():
            assert outcome(grammar, value) == bytes_of(grammar, value)
    assert function_of(seq(Own(2), uint8))((b"ab", 1), DEFAULT_LIMITS) == b"ba\x01"


def test_wide_grammars_are_left_to_their_nodes():
    """Code that nobody reads is not written."""
    parts = [seq(uint8, until(b";")) for _ in range(31)]
    wide = seq(*[seq(*parts) for _ in range(31)])
    value = (((1, b"a"),) * 31,) * 31
    assert takes(wide, value)
    assert len(source_of(wide).splitlines()) < 2300


def test_deep_grammars_are_left_to_their_nodes():
    """Python nests no deeper than twenty blocks."""
    deep = until(b";")
    value = b"a"
    for _ in range(30):
        deep, value = many(literal(b"-") >> deep << literal(b"!")), [value]
    with staged():
        assert outcome(deep, value) == bytes_of(deep, value)


# By itself.


def test_a_grammar_is_staged_when_it_builds_again():
    """With `stage` at once, and with `unstaged` never."""
    ready, never = stage(seq(uint8, rest)), unstaged(seq(uint8, rest))
    assert callable(ready._staged["build"])
    for _ in range(3):
        assert ready.build((1, b"a")) == never.build((1, b"a")) == b"\x01a"
    assert never._staged["build"] is None
    assert "def build(value, limits):" in ready.source


def test_no_forward_is_tied_too_late():
    """A grammar that was built with before it was whole is staged when it is."""
    whole = forward()
    grammar = seq(uint8, whole)
    with staged():
        for _ in range(2):
            with pytest.raises(Exception, match="forward"):
                grammar.build((1, 2))
        whole.become(uint8)
        assert grammar.build((1, 2)) == b"\x01\x02"
    assert {type(node).__name__ for node in nodes(grammar)} == {"Seq", "Number", "Forward"}


def test_a_span_is_left_to_its_node():
    """Its offsets are those of some other stream, which what was built cannot give back."""
    assert building(span(uint8)) is None
    assert building(seq(many(span(uint8)))) is None


def test_a_grammar_without_an_inverse_has_no_function():
    """`build` says what is missing, before it looks at the value."""
    assert building(uint8.map(bool)) is None
