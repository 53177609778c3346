"""Again and again: by a number that stands before, and what all loops have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..combinators._framing import CountPrefixed
from ._emitter import Emitter, rule, unknown
from ._families import ManyBy
from ._frames import known_or
from ._opening import more_or_end
from ._scoping import Skipped
from ._tokens import is_number, is_unsigned
from ._writing import Node

__all__ = ["counted", "counted_by", "either", "endless", "next_or_break", "repeated"]


def endless(node: Node) -> bool:
    """Tell whether an item may take nothing: then the node itself has to look."""
    return node.facts.nullable is not False


def counted(e: Emitter, item: Node, count: str, wanted: bool) -> str:
    """Take *count* items, in a loop."""
    found = e.fresh("items")
    e.settle()
    e.line(f"{found} = []")

    def body() -> None:
        one = e.value(item, wanted=wanted)
        e.settle()
        if wanted:
            e.line(f"{found}.append({one})")

    repeated(e, f"for _ in range({count}):", body)
    return found


def repeated(e: Emitter, head: str, body: Callable[[], None]) -> None:
    """Write a loop around *body*.

    What one round passed by at its end, the next could begin with: where there
    is any, it is known only when the body was written, which is then written anew.
    """
    before, skipped, loops = e.code.mark(), [*e.skipped], e.loops
    passed = round_of(e, head, body, skipped)
    if not passed or e.leaving:
        e.skipped = either(skipped, e.skipped)  # there may be no round
        return
    e.code.back_to(before)
    e.loops = loops
    carried = [one.known_by(e.code.fresh("at")) for one in passed]
    for one in carried:
        e.need(one.at, "-1")  # behind a branch that has the loop in it each is asked for
        e.line(f"{one.at} = -1")
    e.skipped = [*skipped, *carried]
    with e.block(head):
        body()
        ends = [one for one in e.skipped if one not in [*skipped, *carried]]
        for one, end in zip(carried, ends, strict=True):
            e.line(f"{one.at} = {end.at}")
    e.skipped = [*skipped, *carried]


def round_of(
    e: Emitter, head: str, body: Callable[[], None], skipped: list[Skipped]
) -> list[Skipped]:
    """Write a loop, and return what a round passes by at its end."""
    with e.block(head):
        body()
    return [one for one in e.skipped if one not in skipped]


def either(*passed: list[Skipped]) -> list[Skipped]:
    """Return what may have been passed by on one way or another: which, its place says."""
    return [*dict.fromkeys(one for some in passed for one in some)]


def next_or_break(e: Emitter, more: str, item: Node) -> None:
    """End a loop in a lane where the next byte, which is waited for, is not one for *more*."""
    more_or_end(e, item)
    with e.block(f"if not ({more}):"):
        e.line("break")


@rule(CountPrefixed)
def count_prefixed(e: Emitter, node: CountPrefixed[Any], wanted: bool) -> str:
    if endless(node.item):
        return unknown(e, node, wanted)
    return counted(e, node.item, counted_by(e, node), wanted)


def counted_by(e: Emitter, node: CountPrefixed[Any]) -> str:
    """Write the count."""
    most = e.most_items

    def number() -> str:
        count = e.value(node.count)
        whole = "" if is_number(node.count) else f"type({count}) is int and "
        least = "" if is_unsigned(node.count) else "0 <= "
        e.leave_unless(f"{whole}{least}{count} <= {most}")
        return count

    steps = f"{e.node(node)}._counted()"
    return known_or(e, node.count, lambda: e.region(node.count, True, number, steps), most)


@rule(ManyBy)
def many_by(e: Emitter, node: ManyBy, wanted: bool) -> str:
    if endless(node.item):
        return unknown(e, node, wanted)
    most = e.most_items
    e.settle()
    with e.block(f"if {node.count} > {most}:"):
        if e.leaving:
            e.leave()
        else:
            e.late(e.steps(node), "")
    return counted(e, node.item, node.count, wanted)
