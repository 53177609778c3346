"""What may be there or not: it is tried, and given back where it does not match."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..combinators._choice import Optional
from ..core._alternatives import MISS, attempt
from ..core._facts import NO_BYTES
from ._beginning import decides
from ._decisive import begun_by, decision, taken_again
from ._emitter import Emitter, rule
from ._failing import branch as branch_of
from ._failing import may_stay, tried
from ._opening import begun, more_or_end, opening
from ._pausing import pausing
from ._refusing import fails_behind
from ._writing import Node

__all__ = ["perhaps", "tried_item"]


def tried_item(
    e: Emitter, item: Node, wanted: bool, target: str, missed: Callable[[], None], at: str
) -> None:
    """Write the code that takes *item* or, where it does not match, goes back: `attempt`.

    *missed* writes what happens then.  Where that is known by the first byte,
    the item is skipped *at* this place.
    """

    def passed_by() -> None:
        e.pass_by(at)
        e.line(f"{target} = {e.constant(MISS, 'MISS')}")

    (first, alone), skipped = decides(e, item), [*e.skipped]
    miss = e.constant(MISS, "MISS")
    opens = opening(item)
    with pausing(e, wished=opens is not None) as may_pause:
        e.line(f"{target} = LATE")
        with e.block("if pos >= stop:"):
            if e.at_end and first is not None:
                with e.block(f"if {e.at_end}:"):
                    passed_by()
            else:
                e.line("pass")
        if first is not None:
            test = begun_by(e, "data[pos]", first, decision(e, item, 1))
            if test != "True":
                with e.block(f"elif not ({test}){alone and f' and {alone}'}:"):
                    passed_by()
        begins = e.code.fresh("begins")
        with e.block("else:"):
            e.line(f"{begins} = pos")
            with e.tried(target, begins), tried(e):
                value = e.value(item, wanted=wanted)
                e.line(f"{target} = {value if wanted else None}")
        passed, e.skipped = [one for one in e.skipped if one not in skipped], skipped
        with e.block(f"if {target} is LATE:"):
            e.unskip(passed)
            if may_pause and opens:
                begun(e, item, opens)
            e.late(f"{e.constant(attempt, 'attempt')}({e.node(item)})", target)
    with e.block(f"if {target} is {miss}:"):
        missed()
    e.skipped = [*skipped, *passed]


@rule(Optional)
def optional(e: Emitter, node: Optional[Any], wanted: bool) -> str:
    target, default = e.fresh("value"), e.constant(node.default, "default")
    first, alone = decides(e, node.parser)
    e.settle()
    if e.leaving:
        if first is None:
            e.leave()
            return "None"
        return tried_or(e, node, target, default, wanted)
    at = e.begin_skip("-1")
    tried_item(e, node.parser, wanted, target, lambda: e.line(f"{target} = {default}"), at)
    e.skip(node.parser, at, judged=bool(alone))
    return target


def tried_or(e: Emitter, node: Optional[Any], target: str, default: str, wanted: bool) -> str:
    """Write an optional part of what is itself tried."""

    def take(parser: Node, may_fail: bool) -> bool:
        return branch_of(e, parser, target, wanted, may_fail=may_fail, must=False)

    none = (lambda: e.line(f"{target} = {default}")) if wanted else None
    perhaps(e, node, take, none, target)
    return target if wanted else "None"


def perhaps(
    e: Emitter,
    node: Optional[Any],
    take: Callable[[Node, bool], bool],
    none: Callable[[], None] | None,
    target: str = "",
) -> None:
    """Write an optional part by *take*, and by *none* what is so without it; as in `chain`."""
    at, (first, alone) = e.begin_skip(), decides(e, node.parser)
    more_or_end(e, node.parser)
    there = "pos < stop and " if e.at_end else ""
    decided = decision(e, node.parser, 1)
    asked = decided.asked if decided else 0
    may_fail = may_stay(e) and fails_behind(e, node.parser, asked, judged=True)
    place, test = e.code.place, begun_by(e, "data[pos]", first or NO_BYTES, decided)
    with e.ways() as another:
        another()
        with e.block(f"if {there}{test}:"), e.trying(None):
            fails = take(node.parser, bool(target and may_fail))
        if fails:
            e.code.insert(*place, f"{target} = LATE")
        another()
        e.off = 0
        e.skip(node.parser, at, judged=bool(alone))
        if none or alone or (decided and decided.again):
            with e.block(f"if {target} is LATE:" if fails else "else:"):
                if alone:
                    e.leave_unless(alone)
                taken_again(e, [decided])
                _ = none and none()
