"""Items with something between them, or up to what ends them, which the next byte tells."""

from __future__ import annotations

from typing import Any

from ..combinators._repetition import ManyUntil, SepBy
from ..combinators._sequence import Then
from ..core._run import UNBOUNDED
from ._choices import begins_with
from ._emitter import Emitter, rule, unknown
from ._loops import either, endless, next_or_break
from ._opening import more_or_end, room_for
from ._pausing import while_cut
from ._tokens import member

__all__: list[str] = []


@rule(SepBy)
def sep_by(e: Emitter, node: SepBy[Any], wanted: bool) -> str:
    first, between = begins_with(node.item), begins_with(node.separator)
    if first is None or between is None or node.max != UNBOUNDED:
        return unknown(e, node, wanted)
    return e.region(node, wanted, lambda: separated(e, node, first, between))


def separated(e: Emitter, node: SepBy[Any], first: frozenset[int], between: frozenset[int]) -> str:
    """Take items with separators while the next byte says that there is one."""
    found, most = e.fresh("items"), e.need("max_items", f"{e.limits}.max_items")
    e.settle()
    before = [*e.skipped]
    e.line(f"{found} = []")
    more_or_end(e, node.item)
    there = "pos < stop and " if e.at_end else ""
    empty, at = e.begin_skip(), e.begin_skip()
    if e.form.resumes:
        e.line(f"{at} = -1")
    with e.block(f"if {there}{member(e, 'data[pos]', first)}:"):
        e.leave_unless(f"{most} > 0")
        one = e.value(node.item)
        e.settle()
        e.line(f"{found}.append({one})")
        ends = [*e.skipped]
        e.pass_by(at)
        more = f"pos < stop and {member(e, 'data[pos]', between)}"
        with e.block("while True:" if e.form.lane else f"while {more}:"):
            if e.form.lane:
                next_or_break(e, more, node.separator)
            e.leave_unless(f"len({found}) < {most}")
            e.value(node.separator, wanted=False)
            one = e.value(node.item)
            e.settle()
            e.line(f"{found}.append({one})")
            e.pass_by(at)
    before = either(before, ends, e.skipped)
    if not e.form.lane:
        more_or_end(e)
    if node.min:
        e.leave_unless(f"len({found}) >= {node.min}")
    e.skipped = before
    e.skip(node.item, empty)
    e.skip(Then(node.separator, node.item), at)
    return found


@rule(ManyUntil)
def many_until(e: Emitter, node: ManyUntil[Any], wanted: bool) -> str:
    """Only where the next byte tells the end from an item."""
    last = begins_with(node.end)
    if endless(node.item) or last is None:
        return unknown(e, node, wanted)
    return e.region(node, wanted, lambda: until_end(e, node, last))


def until_end(e: Emitter, node: ManyUntil[Any], last: frozenset[int]) -> str:
    found, most = e.fresh("items"), e.need("max_items", f"{e.limits}.max_items")
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
