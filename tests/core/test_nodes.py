"""The tree of a grammar: children are found in fields, and each node once."""

import attrs

from ohneio import Parser, choice, exactly, forward, seq, until
from ohneio.core._nodes import below, nodes

FIELD = until(b";")


@attrs.frozen
class Held(Parser):
    """A parser with fields of all kinds."""

    inner: object
    others: object = ()
    named: object = None
    more: object = None


class Bare(Parser):
    """A parser that is no attrs class."""


def test_the_parsers_that_one_is_made_of_are_its_children():
    """In its fields, and in their tuples, lists and dictionaries, in order."""
    a, b, c, d = (exactly(n) for n in range(4))
    assert Held(a, (b, [c]), {"key": d}).children() == (a, b, c, d)
    assert Held(1, {b}, "c", [object()]).children() == ()  # what has no order is not looked into
    assert Bare().children() == ()


def test_what_is_below_may_be_of_any_kind():
    """It is whoever asks that says what a parser is."""
    held = Held(1, [b"a", (2,)], {"key": b"b"})
    assert below(held, bytes) == (b"a", b"b")
    assert below(held, int) == (1, 2)


def test_all_parsers_of_a_grammar_are_found_once_each():
    """Also in one that refers to itself."""
    loop = forward()
    grammar = loop.become(seq(FIELD, choice(loop, exactly(1)), FIELD))
    found = list(nodes(grammar))
    assert found[0] is grammar
    assert len(found) == len({id(one) for one in found}) == 5
    assert loop in found
