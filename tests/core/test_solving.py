"""Finding the facts of grammars, which may refer to themselves."""

import sys

import attrs
import pytest

from ohneio import Parser, choice, exactly, forward, literal, many, optional, seq, success
from ohneio.core._facts import NO_BYTES, UNKNOWN, Facts
from ohneio.core._solving import MORE_PATIENCE, cycles, supposing


class Node(Parser):
    """A parser with these children, which counts how often it is asked."""

    def __init__(self, *below):
        self.below = list(below)
        self.asked = 0

    def children(self):
        return tuple(self.below)

    def _facts(self):
        self.asked += 1
        return self.below[0].facts if self.below else exactly(1).facts


def nested(opening=b"(", closing=b")"):
    """A grammar that refers to itself in the middle."""
    loop = forward()
    loop.become(choice(seq(literal(opening), loop, literal(closing)), literal(b".")))
    return loop


# Cycles.


@pytest.mark.parametrize("node", [nested(), nested().target], ids=["forward", "choice"])
def test_what_is_said_of_a_grammar_that_refers_to_itself_holds_for_every_item(node):
    """Its least size is known, its greatest is unbounded, it begins as it can."""
    facts = node.facts
    assert (facts.least, facts.greatest, facts.nullable) == (1, None, False)
    assert facts.first == frozenset(b"(.")
    assert facts.more == NO_BYTES
    assert facts.unambiguous
    assert facts.buildable


def test_all_nodes_of_a_cycle_are_known_as_one_of_them_is():
    """Whichever was asked first."""
    loop = nested()
    pair = loop.target.branches[0]
    assert pair.facts.least == 3
    assert pair.facts is pair.facts
    assert loop.facts is loop.target.facts or loop.facts == loop.target.facts


def test_an_item_that_never_ends_has_no_least_size():
    """Nobody will ever see one."""
    loop = forward()
    loop.become(seq(exactly(1), loop))
    assert loop.facts.least == 0
    assert loop.facts.nullable is False


def test_two_that_refer_to_each_other_are_solved_together():
    """And what one of them could be, so could the other."""
    lists, items = forward(), forward()
    items.become(choice(literal(b"x"), lists))
    lists.become(seq(literal(b"["), many(items), literal(b"]")))
    assert items.facts.first == frozenset(b"x[")
    assert lists.facts.first == frozenset(b"[")
    assert lists.facts.least == 2
    assert items.facts.least == 1


def test_optional_recursion_is_nullable_where_it_can_be():
    """Unknown nothing: all of it follows."""
    loop = forward()
    loop.become(optional(seq(literal(b"a"), loop)))
    assert loop.facts.nullable is True
    assert (loop.facts.least, loop.facts.greatest) == (0, None)


def test_one_that_refers_to_itself_alone():
    """A cycle of one."""
    node = Node()
    node.below.append(node)
    assert node.facts.least == 0
    assert node.facts.greatest == 0
    assert node.asked >= 1


def test_a_fact_that_changes_for_ever_is_unknown_in_the_end():
    """What a user's class says is bounded in patience."""

    class Restless(Parser):
        def __init__(self):
            self.turn = 0

        def children(self):
            return (self,)

        def _facts(self):
            self.turn += 1
            return Facts(
                least=5,
                greatest=self.turn,
                nullable=bool(self.turn % 2),
                first=frozenset([self.turn % 3]),
                more=NO_BYTES,
            )

    restless = Restless()
    facts = restless.facts
    assert (facts.greatest, facts.nullable, facts.first) == (None, None, None)
    assert (facts.least, facts.more) == (5, NO_BYTES)
    assert restless.turn <= MORE_PATIENCE + 5


# Each once.


def test_no_node_is_asked_more_often_than_it_needs():
    """A node that many share is asked once, a chain in order."""
    leaf = Node()
    middle = [Node(leaf, leaf) for _ in range(5)]
    top = Node(*middle, leaf)
    assert top.facts.least == 1
    assert [one.asked for one in (leaf, *middle, top)] == [1] * 7
    assert top.facts is top.facts
    assert top.asked == 1


def test_grammars_may_be_deeper_than_pythons_stack():
    """A chain of twice what it holds, with and without a way back."""
    depth = 2 * sys.getrecursionlimit()
    grammar = Node()
    for _ in range(depth):
        grammar = Node(grammar)
    assert grammar.facts.least == 1
    loop = forward()
    grammar = seq(literal(b"a"), optional(loop))
    for _ in range(depth // 4):  # two nodes each, of more than one call
        grammar = choice(literal(b"x"), seq(literal(b"y"), grammar))
    loop.become(grammar)
    assert loop.facts.first == frozenset(b"xy")


# What is not tied yet.


def test_what_rests_on_an_untied_forward_is_not_remembered():
    """It is found anew when the forward is tied."""
    loop = forward()
    grammar = seq(literal(b"a"), loop)
    assert grammar.facts.least == 1
    assert grammar.facts.greatest is None
    loop.become(exactly(2))
    assert (grammar.facts.least, grammar.facts.greatest) == (3, 3)


def test_facts_may_be_supposed_for_a_while():
    """Inside the block every node has them; what was sure is remembered, the rest is not."""
    loop = forward()
    sure, grammar = exactly(1), None
    grammar = seq(sure, loop, Node(loop))
    with supposing(grammar):
        assert grammar.facts.least == 1
        assert loop.facts == UNKNOWN
    loop.become(success(1))
    assert (grammar.facts.least, grammar.facts.greatest) == (1, 1)


@attrs.frozen(eq=False)
class Asking(Parser):
    """A parser whose facts ask for those of a grammar made on the spot."""

    inner: Parser

    def _facts(self):
        return seq(self.inner, Node(self.inner), Node()).facts


def test_facts_may_be_asked_for_while_facts_are_being_found():
    """What is being found counts as it is assumed."""
    assert Asking(exactly(2)).facts.least == 5
    loop = forward()
    loop.become(choice(literal(b"."), seq(literal(b"("), Asking(loop))))
    assert loop.facts.least == 1
    assert loop.facts.first == frozenset(b".(")


# The way through a grammar.


def test_children_come_before_parents_and_cycles_together():
    """Every node once."""
    a, b, c, d, e = (Node() for _ in range(5))
    a.below += [b, c]
    b.below += [c, d]
    d.below += [b, e]
    e.below += [c, d]
    found = list(cycles(a, lambda node: node.children()))
    assert [set(map(id, one)) for one in found] == [
        {id(c)},
        {id(b), id(d), id(e)},
        {id(a)},
    ]
    assert found[-1] == [a]
