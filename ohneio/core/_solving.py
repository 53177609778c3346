"""Finding the facts of grammars, which may refer to themselves.

The facts of a node follow from those of its children, so children come first.
Where there is a way back from them to the node, the nodes of that cycle are
asked together: each begins with the best that could be said, and all are asked
again until nothing changes.  What is said then holds for every item, since an
item is finite: it was made in so many steps, and no step makes it worse.

Nothing here recurses on Python's stack, and no node is asked more often than
its own cycle needs, so long and wide and intertwined grammars cost what they
weigh.  What depends on a `forward` that is not tied yet is not remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeAlias

import attrs

from ._facts import NO_BYTES, UNKNOWN, Facts

if TYPE_CHECKING:
    from ._parser import Parser

    Node: TypeAlias = Parser[object]

__all__ = ["facts_of", "supposing"]

#: More than any size: of what has not been found to end at all.
ENDLESS = 1 << 62
#: The best that could be said; what is not in here only ever gets known.
BEST = Facts(
    least=ENDLESS, greatest=0, nullable=False, first=NO_BYTES, more=NO_BYTES,
    unambiguous=True, canonical=True, buildable=True,
)  # fmt: skip
#: How often a cycle is asked before a greatest size that still changes is taken
#: for unbounded, and anything else that does for unknown.
PATIENCE = {"greatest": 3}
MORE_PATIENCE = 32

#: What is assumed of the nodes whose facts are being found.
_assumed: ContextVar[Mapping[int, Facts]] = ContextVar("ohneio facts", default={})  # noqa: B039


def facts_of(parser: Node) -> Facts:
    """Return the facts of *parser*, and remember those of all that is below it."""
    assumed = _assumed.get()
    if id(parser) in assumed:
        return assumed[id(parser)]
    return _Search(assumed).find(parser)


@contextmanager
def supposing(parser: Node) -> Generator[None]:
    """Let all nodes of *parser* have facts inside, though none are remembered yet."""
    search = _Search(_assumed.get())
    search.find(parser)
    token = _assumed.set(search.facts)
    try:
        yield
    finally:
        _assumed.reset(token)


class _Search:
    """Find the facts of one grammar."""

    def __init__(self, assumed: Mapping[int, Facts]) -> None:
        self.facts = dict(assumed)
        # What rests on an assumption, or on a forward() that is not tied yet.
        self._unsure = set(assumed)
        self._below: dict[int, Sequence[Node]] = {}

    def find(self, parser: Node) -> Facts:
        token = _assumed.set(self.facts)
        try:
            for cycle in cycles(parser, self._children):
                self._solve(cycle)
        finally:
            _assumed.reset(token)
        return self.facts[id(parser)]

    def _children(self, node: Node) -> Sequence[Node]:
        """Return those children whose facts have to be found first."""
        if id(node) not in self._below:
            self._below[id(node)] = [one for one in node.children() if self._is_unknown(one)]
        return self._below[id(node)]

    def _is_unknown(self, node: Node) -> bool:
        return not hasattr(node, "_known") and id(node) not in self.facts

    def _solve(self, cycle: list[Node]) -> None:
        first = cycle[0]
        if len(cycle) > 1 or any(child is first for child in self._children(first)):
            self._settle(cycle)
        else:
            self.facts[id(first)] = first._facts()
        self._remember(cycle)

    def _settle(self, cycle: list[Node]) -> None:
        for node in cycle:
            self.facts[id(node)] = BEST
        turn = 0
        while sum(self._ask(node, turn) for node in cycle):  # as long as some have changed
            turn += 1
        for node in cycle:
            if self.facts[id(node)].least == ENDLESS:
                self.facts[id(node)] = attrs.evolve(self.facts[id(node)], least=0)

    def _ask(self, node: Node, turn: int) -> bool:
        before = self.facts[id(node)]
        now = self.facts[id(node)] = _bounded(before, node._facts(), turn)
        return now != before

    def _remember(self, cycle: list[Node]) -> None:
        if any(self._is_unsure(node) for node in cycle):
            self._unsure.update(map(id, cycle))
            return
        for node in cycle:
            object.__setattr__(node, "_known", self.facts[id(node)])

    def _is_unsure(self, node: Node) -> bool:
        return not node._tied or any(id(child) in self._unsure for child in node.children())


def _bounded(before: Facts, now: Facts, turn: int) -> Facts:
    """Return what to say after *before*, such that it will not change for ever."""
    changes: dict[str, object] = {"least": min(before.least, now.least)}
    for name, unknown in _UNKNOWN.items():
        old, new = getattr(before, name), getattr(now, name)
        if turn >= PATIENCE.get(name, MORE_PATIENCE) and (old is None or old != new):
            changes[name] = unknown
    return attrs.evolve(now, **changes)  # type: ignore[arg-type]


_UNKNOWN = {one.name: getattr(UNKNOWN, one.name) for one in attrs.fields(Facts) if one.eq}


# The way through a grammar.


def cycles(root: Node, children: Callable[[Node], Sequence[Node]]) -> Iterator[list[Node]]:
    """Yield all nodes from *root* on, those of a cycle together, children before parents."""
    path = _Path()
    todo = [(root, True)]
    while todo:
        node, arriving = todo.pop()
        if not arriving:
            yield from path.leave(node)
        elif path.enter(node):
            todo.append((node, False))
            todo.extend((child, True) for child in reversed(children(node)))


class _Path:
    """Hold what was entered and not yielded yet, and where in it cycles begin (Gabow)."""

    def __init__(self) -> None:
        self._nodes: list[Node] = []
        self._places: dict[int, int] = {}
        self._starts: list[int] = []

    def enter(self, node: Node) -> bool:
        """Tell whether *node* is new; else all from there to here is one cycle."""
        if id(node) in self._places:
            while self._starts and self._starts[-1] > self._places[id(node)]:
                self._starts.pop()
            return False
        self._places[id(node)] = len(self._nodes)
        self._starts.append(len(self._nodes))
        self._nodes.append(node)
        return True

    def leave(self, node: Node) -> Iterator[list[Node]]:
        """Yield the cycle that begins with *node*, if one does."""
        start = self._places[id(node)]
        if self._starts[-1] == start:
            self._starts.pop()
            cycle = self._nodes[start:]
            del self._nodes[start:]
            self._places.update((id(one), ENDLESS) for one in cycle)
            yield cycle[::-1]
