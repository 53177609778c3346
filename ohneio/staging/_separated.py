"""Items with something between them, or up to what ends them, which the next byte tells."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import Any

from ..combinators._repetition import ManyUntil, SepBy
from ..combinators._sequence import Then
from ..core._facts import Set
from ..core._run import UNBOUNDED
from ._beginning import begins_with
from ._emitter import Emitter, rule, unknown
from ._loops import either, endless, next_or_break
from ._opening import more_or_end, room_for
from ._pausing import while_cut
from ._scoping import Skipped
from ._tokens import member
from ._writing import Node

__all__: list[str] = []


@rule(SepBy)
def sep_by(e: Emitter, node: SepBy[Any], wanted: bool) -> str:
    if node.max == 0:
        return "[]"
    between, item = begins_with(node.separator), node.item
    if between is None or (item.facts.nullable is None and begins_with(item) is None):
        return unknown(e, node, wanted)
    return e.region(node, wanted, lambda: separated(e, node, between))


def separated(e: Emitter, node: SepBy[Any], between: Set) -> str:
    """Take items with separators while the next byte says that there is one.

    An item of which no byte tells whether there is one may be empty: it is taken in any case.
    """
    found, most = e.fresh("items"), e.most_items
    e.settle()
    before, at = [*e.skipped], e.begin_skip("-1")
    e.line(f"{found} = []")
    e.leave_unless(f"{most} > 0" if node.max == UNBOUNDED else f"{most} >= {node.max}")
    with if_there(e, node.item) as empty:
        ends = one_more(e, node, found, at)
        others(e, node, found, at, between)
    e.skipped = either(before, ends, e.skipped)
    behind_last(e, node, found, at)
    if empty:
        e.skip(node.item, empty)
    e.skip(Then(node.separator, node.item), at)
    return found


@contextlib.contextmanager
def if_there(e: Emitter, item: Node) -> Generator[str]:
    """Write what is so if there is an *item*, if a byte tells; give where it is passed by."""
    first = begins_with(item)
    if first is None:
        yield ""
        return
    more_or_end(e, item)
    empty = e.begin_skip()
    there = "pos < stop and " if e.at_end else ""
    with e.block(f"if {there}{member(e, 'data[pos]', first)}:"):
        yield empty


def one_more(e: Emitter, node: SepBy[Any], found: str, at: str) -> list[Skipped]:
    """Take an item, behind which there may be another; return what was skipped at its end."""
    with contextlib.nullcontext() if node.min else e.trying(None):  # it may as well be none
        one = e.value(node.item)
    e.settle()
    e.line(f"{found}.append({one})")
    e.pass_by(at)
    return [*e.skipped]


def others(e: Emitter, node: SepBy[Any], found: str, at: str, between: Set) -> None:
    """Take separators and items, while there may be more."""
    most = e.most_items
    room = f"len({found}) < {node.max}" if node.max != UNBOUNDED else ""
    more = f"pos < stop and {member(e, 'data[pos]', between)}"
    head = " and ".join(filter(None, [room, more]))
    with e.block(f"while {room or 'True'}:" if e.form.lane else f"while {head}:"):
        if e.form.lane:
            next_or_break(e, more, node.separator)
        if not room:
            e.leave_unless(f"len({found}) < {most}")
        e.value(node.separator, wanted=False)
        one_more(e, node, found, at)


def behind_last(e: Emitter, node: SepBy[Any], found: str, at: str) -> None:
    """Write what is so behind the last item: whether it is, the next byte has told, or a bound."""
    full = f"len({found}) == {node.max}" if node.max != UNBOUNDED else ""
    if not e.form.lane and e.at_end != "True":
        e.leave_unless(e.or_end(" or ".join(filter(None, ["pos < stop", full]))))
    if node.min:
        e.refuse_unless(f"len({found}) >= {node.min}", 1)
    if e.tells and full:
        with e.block(f"if {full}:"):
            e.line(f"{at} = -1")


@rule(ManyUntil)
def many_until(e: Emitter, node: ManyUntil[Any], wanted: bool) -> str:
    """Only where the next byte tells the end from an item."""
    last = begins_with(node.end)
    if endless(node.item) or last is None:
        return unknown(e, node, wanted)
    return e.region(node, wanted, lambda: until_end(e, node, last))


def until_end(e: Emitter, node: ManyUntil[Any], last: frozenset[int]) -> str:
    found, most = e.fresh("items"), e.most_items
    e.settle()
    e.skips = True
    e.line(f"{found} = []")
    with e.block("while True:"):
        if e.form.lane:
            while_cut(e, room_for(node.end, node.item))
        else:
            e.leave_unless("pos < stop")
        with e.block(f"if {member(e, 'data[pos]', last)}:"):
            e.value(node.end, wanted=False)
            e.settle()
            ends = [*e.skipped]
            e.line("break")
        e.leave_unless(f"len({found}) < {most}")
        one = e.value(node.item)
        e.settle()
        e.line(f"{found}.append({one})")
    e.skipped = ends
    return found
