"""Item after item, each of which may be the root again, and what goes on behind the last."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from typing import Any

import attrs

from ..combinators._framing import CountPrefixed
from ..combinators._repetition import Many
from ._emitter import Emitter
from ._families import ManyBy
from ._loops import counted_by
from ._recursion import Arrival, Continue, Return, Variable, flow, flow_of, place_for
from ._scoping import Scope
from ._writing import Node

__all__ = ["Place", "Turns", "needed", "of_many", "turns"]


@attrs.frozen
class Place:
    """What stood around where code was written that another piece goes on behind."""

    live: tuple[Variable, ...]
    names: tuple[str, ...]
    scopes: tuple[Scope, ...]

    @classmethod
    def of(cls, e: Emitter) -> Place:
        """Return what stands around here."""
        return cls(tuple(e.recursion.live), tuple(e.recursion.names), tuple(e.scopes))

    @contextlib.contextmanager
    def again(self, e: Emitter) -> Generator[None]:
        """Let the same stand around what is written inside."""
        before = Place.of(e)
        self._put(e)
        yield
        before._put(e)

    def _put(self, e: Emitter) -> None:
        e.recursion.live, e.recursion.names = [*self.live], [*self.names]
        e.scopes = [*self.scopes]


@contextlib.contextmanager
def needed(e: Emitter, *variables: Variable) -> Generator[None]:
    """Let *variables* be noted by jumps inside."""
    live = e.recursion.live
    e.recursion.live = [*live, *variables]
    yield
    e.recursion.live = live


@flow_of(CountPrefixed)
def of_count(e: Emitter, node: CountPrefixed[Any], go_on: Continue) -> None:
    loop(e, node.item, counted_by(e, node), go_on)


@flow_of(Many)
def of_many(e: Emitter, node: Many[Any], go_on: Continue) -> None:
    most = e.most_items
    e.settle()
    with e.block(f"if {node.max} > {most}:"):
        refuse(e, e.steps(node))
    loop(e, node.item, str(node.max), go_on)


@flow_of(ManyBy)
def of_many_by(e: Emitter, node: ManyBy, go_on: Continue) -> None:
    most = e.most_items
    e.settle()
    with e.block(f"if {node.count} > {most}:"):
        refuse(e, e.steps(node))
    loop(e, node.item, node.count, go_on)


def refuse(e: Emitter, steps: str) -> None:
    """Let a node fail, which it is known to do."""
    if e.leaving:
        e.leave()
    else:
        e.late(steps, "")


def loop(e: Emitter, item: Node, count: str, go_on: Continue) -> None:
    """Take *count* items."""
    found, left = Variable(e.fresh("items")), Variable(e.code.fresh("left"))
    e.settle()
    e.line(f"{found.name}, {left.name} = [], {count}")
    each = Turns(found, lambda _: left.name, [left], lambda: e.line(f"{left.name} -= 1"))
    turns(e, item, each, go_on)


@attrs.frozen
class Turns:
    """What is written for the turns of a loop; where it is given one, for the first or others.

    Attributes:
        found: The items, a list that is empty before the first.
        more: Returns the condition that there is another.
        live: What else is known at each of them.
        counted: Writes what is so behind each item.
        before: Writes what stands before it.
        over: Writes what is so where there is no other.
    """

    found: Variable
    more: Callable[[bool], str]
    live: list[Variable] = attrs.Factory(list[Variable])
    counted: Callable[[], None] = lambda: None
    before: Callable[[bool], None] = lambda _: None
    over: Callable[[bool], None] = lambda _: None


def turns(e: Emitter, item: Node, each: Turns, go_on: Continue) -> None:
    """Take items, as long as there is another."""
    recursion, found = e.recursion, each.found
    places: list[Return] = []
    place = Place.of(e)

    def one_more(value: str) -> None:
        with place.again(e):
            e.settle()
            e.line(f"{found.name}.append({value})")
            each.counted()
            with e.block(f"if {each.more(False)}:"), needed(e, found, *each.live):
                each.before(False)
                kept = recursion.again
                recursion.again = [*places]
                flow(e, item, behind)
                recursion.again = kept
            # What begins anew has left by now, which an item without the root does not.
            with contextlib.nullcontext() if behind is one_more else e.block("else:"):
                over(False)

    def over(first: bool) -> None:
        e.off = 0
        each.over(first)
        go_on(found.name)

    skipped = [*e.skipped]
    with e.block(f"if {each.more(True)}:"), needed(e, found, *each.live):
        each.before(True)
        behind: Continue = one_more
        if not recursion.ways.always(item):
            behind = Arrival(e, place_for(e, one_more, entered=False))
        outer, recursion.recorded = recursion.recorded, places
        flow(e, item, behind)
        recursion.recorded = outer
        if outer is not None:
            outer.extend(places)
    e.skipped = skipped
    with e.block("else:"):
        over(True)
