"""The ways on which a grammar comes back to itself, as far as a loop can follow them.

Code that waits wherever it is follows what never has to go back: sequences, tags, counts.
Code that may leave, with all of the bytes there, follows nearly all: frames, lists that end by
themselves and what is tried as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import attrs

from ..combinators._choice import Choice, Optional
from ..combinators._dispatch import Dispatch
from ..combinators._example import Example
from ..combinators._framing import CountPrefixed, Delimited, LengthPrefixed, Sized
from ..combinators._notes import Label, Recognize, Span
from ..combinators._records import Record
from ..combinators._recursion import Forward
from ..combinators._repetition import Many, ManyUntil, SepBy, Skip
from ..combinators._sequence import Before, Seq, Then
from ..combinators._text import Text
from ..combinators._transform import Map, TryMap, Verify
from ..combinators._values import Value
from ._beginning import begins_with, told_apart
from ._families import ManyBy, SizedBy
from ._loops import endless
from ._writing import Node

__all__ = ["Ways", "branches_of"]

#: So many copies of what is behind a part are the most.
MANY = 16
#: So many parsers are the most in a loop, each as often as it stands in it.
LARGE = 500
#: What is one parser behind the other.
ROWS = (Seq, Then, Before)
#: What takes item after item.
LOOPS = frozenset({Many, CountPrefixed, ManyBy, SepBy, ManyUntil})


def branches_of(node: Dispatch[Any]) -> tuple[Node, ...]:
    """Return all branches, that without a tag among them."""
    default = () if node.default is None else (node.default,)
    return (*(branch for _, branch in node.branches), *default)


Parts: TypeAlias = "tuple[Node, ...]"
Forwards: TypeAlias = "tuple[Forward[Any], ...]"


def all_of(node: Node) -> Parts:
    return node.children()


def item_of(node: Any) -> Parts:  # noqa: ANN401  # one of several classes
    return (node.item,)


def told_all(node: Choice[Any]) -> bool:
    """Tell whether a byte decides against each branch but the last."""
    return len(told_apart(node)) == len(node.branches) - 1


def dependent(node: Record[Any]) -> bool:
    """Tell whether a field depends on those before."""
    return any(parser is None for _, parser, _ in node._plan)


def until_byte(node: Any, *ends: Node) -> Parts:  # noqa: ANN401  # one of several classes
    """Return the item of a list that ends by itself, if a byte says so."""
    return (node.item,) if all(begins_with(one) is not None for one in ends) else ()


#: The parts of each class in which code that waits may come back to the grammar.
WAITING: dict[type[Node], Callable[[Any], Parts]] = {
    **dict.fromkeys((Seq, Then, Before, Map, TryMap, Value, Skip, Example), all_of),
    **dict.fromkeys((CountPrefixed, ManyBy), item_of),
    Dispatch: lambda node: tuple(branch for _, branch in node.branches),
    Choice: lambda node: node.branches[-1:] if told_all(node) else (),
    Many: lambda node: (node.item,) if node.min == node.max else (),
    Record: lambda node: () if node._keeps or dependent(node) else node.children(),
}
#: The parts in which code that may leave does so, which has all of the bytes there.
LEAVING: dict[type[Node], Callable[[Any], Parts]] = {
    **WAITING,
    **dict.fromkeys((Verify, Text, Recognize, Span, Label, Sized, SizedBy, Delimited), all_of),
    LengthPrefixed: lambda node: (node.inner,),
    Dispatch: branches_of,
    Choice: lambda node: node.branches[: len(told_apart(node)) + 1],
    Optional: lambda node: (node.parser,) if begins_with(node.parser) else (),
    Many: lambda node: (node.item,) if node.min == node.max else until_byte(node, node.item),
    SepBy: lambda node: until_byte(node, node.item, node.separator) if node.max else (),
    ManyUntil: lambda node: until_byte(node, node.end),
    Record: all_of,
}
#: Those that are written between items, where nothing may come back.
BETWEEN: dict[type[Node], Callable[[Any], Node]] = {
    SepBy: lambda node: node.separator,
    ManyUntil: lambda node: node.end,
}


@attrs.define(eq=False)
class Ways:
    """Know where a grammar comes back to itself.

    Attributes:
        root: The grammar.
        leaves: Whether what follows them is code that may leave.
        entries: What the forwards on these ways stand for, the root first; none where it does
            not come back.
    """

    root: Node
    leaves: bool
    entries: Parts = attrs.field(init=False, default=())
    _numbers: dict[int, int] = attrs.field(init=False, factory=dict[int, int])
    # What is asked often, and of a node that stands in many places in each of them; by identity,
    # which no other has as long as the node is kept as well.
    _next: dict[int, tuple[Node, Forwards]] = attrs.Factory(dict[int, "tuple[Node, Forwards]"])
    _copies: dict[int, int] = attrs.field(init=False, factory=dict[int, int])
    _sizes: dict[int, int] = attrs.field(init=False, factory=dict[int, int])

    def __attrs_post_init__(self) -> None:
        behind = self._behind(self.root)
        if behind.pop(id(self.root), None) is not None:
            others = [one for one in behind.values() if self.leaves or self._round(one)]
            self.entries = self.root, *others
            self._numbers = {id(one): number for number, one in enumerate(self.entries)}

    def _round(self, node: Node) -> bool:
        """Tell whether *node*, behind the root, comes back to that or to itself."""
        behind = self._behind(node)
        return id(self.root) in behind or id(node) in behind

    def _behind(self, node: Node) -> dict[int, Node]:
        """Return all that stands behind forwards on the ways from *node*, by identity."""
        found: dict[int, Node] = {}
        todo = [node]
        while todo:
            for one in self._forwards(todo.pop()):
                if id(one.target) not in found:
                    found[id(one.target)] = one.target
                    todo.append(one.target)
        return found

    def _forwards(self, node: Node) -> Forwards:
        """Return the next forwards on the ways from *node*."""
        if id(node) not in self._next:
            inside = [node] if isinstance(node, Forward) else []
            inside += [one for part in self.inside(node) for one in self._forwards(part)]
            self._next[id(node)] = node, tuple({id(one): one for one in inside}.values())
        return self._next[id(node)][1]

    def inside(self, node: Node) -> Parts:
        """Return those parts of *node* in which it may come back."""
        parts = (LEAVING if self.leaves else WAITING).get(type(node))
        whole: Any = node
        if parts is None or (type(node) in LOOPS and endless(whole.item)):
            return ()
        if type(node) in BETWEEN and self._forwards(BETWEEN[type(node)](node)):
            return ()
        return parts(node)

    def number(self, node: Forward[Any]) -> int:
        """Return which one of the entries it is that *node* stands for."""
        return self._numbers[id(node.target)]

    def back(self, node: Node) -> bool:
        """Tell whether *node* stands for one of the entries."""
        return isinstance(node, Forward) and id(node.target) in self._numbers

    def meets(self, node: Node) -> bool:
        """Tell whether *node* comes back to one of the entries where a loop can follow it."""
        return any(map(self.back, self._forwards(node)))

    def always(self, node: Node) -> bool:
        """Tell whether *node* comes back on every way."""
        if self.back(node):
            return True
        if not self.meets(node) or type(node) in (Choice, Optional) or type(node) in LOOPS:
            return False
        if isinstance(node, Dispatch):
            return all(map(self.always, branches_of(node)))
        parts = [part for _, part, _ in node._plan if part] if isinstance(node, Record) else None
        return any(map(self.always, parts or self.inside(node)))

    def copies(self, node: Node) -> int:
        """Return in how many places what goes on behind *node* is written."""
        if id(node) not in self._copies:
            alone = self.back(node) or not self.meets(node)
            self._copies[id(node)] = 1 if alone else self._copies_behind(node)
        return self._copies[id(node)]

    def _copies_behind(self, node: Node) -> int:
        if isinstance(node, Dispatch):
            return sum(map(self.copies, branches_of(node)))
        if isinstance(node, Record):  # a field that is met may not be there
            return math.prod(
                self.copies(one.parser) + (one.when is not None and self.meets(one.parser))
                for _, _, one in node._plan
                if one.parser is not None
            )
        parts = [*map(self.copies, self.inside(node))]
        if isinstance(node, Choice):
            return len(node.branches) - len(parts) + sum(parts)
        if type(node) in LOOPS and not self.always(*self.inside(node)):
            return 2
        if isinstance(node, Optional) or type(node) in LOOPS:
            return 1 + parts[0]
        return math.prod(parts)

    def size(self, node: Node) -> int:
        """Return how many parsers are written for *node*, as often as each stands in it."""
        if id(node) not in self._sizes:
            parts = () if self.back(node) or not self.meets(node) else self.inside(node)
            self._sizes[id(node)] = 1 + sum(map(self.size, parts))
        return self._sizes[id(node)]

    def fit(self) -> bool:
        """Tell whether all can be written: not too much, nor what is behind a part too often."""
        if sum(map(self.size, self.entries)) > LARGE:
            return False
        return all(map(self._fits, self.entries))

    def _fits(self, node: Node) -> bool:
        if self.back(node) or not self.meets(node):
            return True
        parts = self.inside(node)
        ways = isinstance(node, (Dispatch, Choice))
        copies = 1 if ways else math.prod(map(self.copies, parts[:-1]))
        return copies <= MANY and all(map(self._fits, parts))

    # Ends.

    def ends(self) -> bool:
        """Tell whether something may go on where the root ends, and one inside of it as well.

        Then it is that of several levels, in an order that only the nodes know.  It is not where
        the one inside is the last of all, as a number behind a sign.
        """
        todo, seen = [self.root], list[Node]()
        while todo:
            one = todo.pop()
            if any(one is other for other in seen):
                continue
            if one.facts.nullable is not False or self._goes_on(one):
                return True
            seen.append(one)
            todo += [last.target for last in self._last(one)]
        return False

    def _last(self, node: Node) -> Forwards:
        """Return the forwards that *node* may end with."""
        whole: Any = node
        if self.back(node):
            return (whole,)
        if isinstance(whole, ManyUntil) and whole.end.facts.nullable is False:
            return ()
        parts = self._tail(node) if type(node) in ROWS else self.inside(node)
        return tuple(one for part in parts for one in self._last(part))

    def _goes_on(self, node: Node) -> bool:
        """Tell whether something of *node* may go on behind a forward that it may end with."""
        if type(node) in LOOPS:
            return bool(self._last(node))
        if type(node) in ROWS:
            tail = self._tail(node)
            return any(map(self._goes_on, tail[:1])) or any(map(self._last, tail[1:]))
        return any(map(self._goes_on, self.inside(node)))

    def _tail(self, node: Node) -> list[Node]:
        """Return the last of what stands in a row, and those before that may end it as well."""
        rest = [*reversed(node.children())]
        size = next((at for at, one in enumerate(rest) if one.facts.nullable is False), len(rest))
        return rest[: size + 1]
