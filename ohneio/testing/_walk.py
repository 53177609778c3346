"""From the nodes of a grammar to hypothesis strategies, by a table of rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ..core import Parser, UsageError

__all__ = [
    "NO_EXAMPLES",
    "Child",
    "Examples",
    "Node",
    "Rules",
    "Strategy",
    "Walk",
    "beside",
    "register",
    "rules_of",
]

Strategy: TypeAlias = SearchStrategy[Any]
Node: TypeAlias = Parser[Any]
#: Strategies for the values of parsers that nobody else can know.
Examples: TypeAlias = Mapping[Node, Strategy]
#: Makes the strategy of a child.
Child: TypeAlias = Callable[[Node], Strategy]


@attrs.frozen
class Rules:
    """How a class of parsers is drawn: its values, and the bytes of them."""

    values: Callable[[Any, Child], Strategy]
    wire: Callable[[Any, Child], Strategy]


NO_EXAMPLES: Examples = {}

_TABLE: dict[type[Node], Rules] = {}


def register(
    kind: type[Node],
    *,
    values: Callable[[Any, Child], SearchStrategy[Any]],
    wire: Callable[[Any, Child], SearchStrategy[bytes]],
) -> None:
    """Say how a class of parsers of your own is drawn.

    Args:

        kind: The class; it holds for its subclasses too.

        values: Gets the node, and a function from a child to the strategy of
            its values; returns the strategy of the node's values.

        wire: The same for the bytes that the node parses.
    """
    _TABLE[kind] = Rules(values, wire)


def rules_of(node: Node, name: str) -> Rules:
    """Return the rules of *node*.

    Raises:
        UsageError: There are none; *name* says what wanted them.
    """
    for kind in type(node).__mro__:
        if kind in _TABLE:
            return _TABLE[kind]
    raise UsageError(
        f"{name}() cannot know what goes into {node!r}: give it an example by "
        ".example(strategy), or register() its class"
    )


class Walk:
    """Make the strategies of a tree, each node's once: a grammar may refer to itself."""

    def __init__(self, name: str, examples: Examples = NO_EXAMPLES) -> None:
        self._name = name
        self._examples = examples
        self._made: dict[int, Strategy] = {}

    def __call__(self, node: Node) -> Strategy:
        """Return the strategy of *node*."""
        if id(node) not in self._made:
            # Deferred first, so that a node below can refer to this one.
            self._made[id(node)] = st.deferred(lambda: made)
            made = self._draw(node)
            self._made[id(node)] = made
        return self._made[id(node)]

    def beside(self, name: str) -> Walk:
        """Return a walk of its own for values or wire, with the same examples."""
        return Walk(name, self._examples)

    def _draw(self, node: Node) -> Strategy:
        # Compared, not looked up: a node that holds a list has no hash.
        example = next((self._examples[one] for one in self._examples if one == node), None)
        if example is not None:
            return example if self._name == "values" else example.map(node.build)
        rules = rules_of(node, self._name)
        return (rules.values if self._name == "values" else rules.wire)(node, self)


def beside(child: Child, name: str) -> Walk:
    """Return a walk for values or wire, with the examples that *child* knows of."""
    return child.beside(name) if isinstance(child, Walk) else Walk(name)
