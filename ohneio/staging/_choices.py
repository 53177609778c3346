"""One or another: by the first bytes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from ..combinators._choice import Choice
from ..core._facts import ANY, Set
from ._beginning import begins_with, told_apart
from ._decisive import ENDLESS, Decision, begun_by, checks, decision, overlap, rooms_in, taken_again
from ._emitter import Emitter, rule
from ._failing import branch as branch_of
from ._failing import may_stay
from ._lookup import Found, leading, looked_up, number_and_end
from ._opening import byte_or_pause, room_for
from ._pausing import while_cut
from ._refusing import fails_behind, is_short
from ._writing import Node

__all__ = ["chain", "open_choice"]


@rule(Choice)
def choice(e: Emitter, node: Choice[Any], wanted: bool) -> str:
    """The first branch that the next byte allows; where it fails the next one, or the node runs.

    The last one needs no way back: without staging it has none either.
    """
    if e.leaving:
        return chosen(e, node, wanted)
    if len(told_apart(node)) < len(node.branches) - 1 or stays(e, node):
        return e.region(node, wanted, lambda: chosen(e, node, wanted))
    return open_ended(e, node, wanted)


def stays(e: Emitter, node: Choice[Any]) -> bool:
    """Tell whether a branch may fail in place, and the last one is none that is gone on with."""
    last, firsts = node.branches[-1], [begins_with(branch) for branch in node.branches]
    if leading(last) is not None or not is_short(last) or e.marks or e.recursion is not None:
        return False
    return any(
        overlap(firsts[at], firsts[at + 1 :])
        and fails_behind(e, branch, sum(not one.at for one in checks(branch)))
        for at, branch in enumerate(node.branches[:-1])
    )


def chosen(e: Emitter, node: Choice[Any], wanted: bool) -> str:
    """Write a choice in what may leave."""
    target = e.fresh("choice")

    def take(branch: Node, may_fail: bool) -> bool:
        return branch_of(e, branch, target, wanted, may_fail=may_fail)

    chain(e, node, take, target)
    return target


def chain(
    e: Emitter, node: Choice[Any], take: Callable[[Node, bool], bool], target: str = ""
) -> None:
    """Write the branches by *take*, as far as their first bytes are known, and the one behind.

    Behind one that may fail in place, which *take* is told and tells, come others as well: where
    it does not match the *target* is ``LATE``.
    """
    firsts = told_apart(node)
    at = e.begin_skip()
    if firsts and e.at_end != "True":
        byte_there(e, node)
    decisions = deciding(e, node, [branch.facts.least for branch in node.branches])
    tests = first_bytes(e, firsts, decisions, len(node.branches))
    place, missing, over = e.code.place, "", False
    with e.ways() as another:
        for index, test in enumerate(tests):
            if over:
                break
            another()
            e.off = 0
            for before in node.branches[: min(index, len(firsts))]:
                e.skip(before, at)
            with e.block(head_of(index, test, missing)):
                taken_again(e, decisions[:index])
                may_fail = fails_at(e, node, index, decisions, first=index < len(firsts))
                with e.trying(None) if may_fail is not None else nullcontext():
                    fails = take(node.branches[index], bool(may_fail))
            missing = target if fails else missing
            over = test == "True" and not fails
    if missing:
        e.code.insert(*place, f"{target} = LATE")


def fails_at(
    e: Emitter, node: Choice[Any], index: int, decisions: list[Decision | None], *, first: bool
) -> bool | None:
    """Tell whether a branch, whose *first* byte has been looked at or not, may fail in place.

    So it may where another one may begin as it does.  If none may, which is None, all of it
    fails where that branch does, unless it is to be told what was decided before.
    """
    begins, *others = map(begins_with, node.branches[index:])
    told = e.form.resumes and any(decisions[:index])
    if not others or (begins is not None and not overlap(begins, others)):
        return False if told else None
    if told or not may_stay(e):
        return False
    decided = decisions[index] if index < len(decisions) else None
    return fails_behind(e, node.branches[index], decided.asked if decided else 0, first=first)


def first_bytes(
    e: Emitter, firsts: list[Set | None], decisions: list[Decision | None], size: int
) -> list[str]:
    """Return the condition for each of so many branches, those for what is left among them."""
    at_end = e.at_end == "True"
    byte = e.code.fresh("byte") if at_end and firsts else "data[pos]"
    both = zip(firsts, decisions, strict=False)
    tests = [begun_by(e, byte, first or frozenset(), one) for first, one in both]
    tests += ["True"] * (size - len(tests))
    if at_end and any(byte in test for test in tests):
        e.line(f"{byte} = data[pos] if pos < stop else -1")
    return tests


def deciding(e: Emitter, node: Choice[Any], rooms: list[int]) -> list[Decision | None]:
    """Return what decides against each branch but the last, if another may begin as it does.

    Each of them has *room* before what comes behind its first bytes can fail.
    """
    firsts = [begins_with(branch) for branch in node.branches]
    if e.form.emits and node is e.outermost:  # nothing comes behind it
        rooms = [*(ENDLESS for _ in rooms[:-1]), rooms[-1]]
    return [
        decision(e, branch, min(rooms[at:])) if overlap(firsts[at - 1], firsts[at:]) else None
        for at, branch in enumerate(node.branches[:-1], 1)
    ]


def byte_there(e: Emitter, node: Node) -> None:
    """Leave unless the first byte is there."""
    if not e.form.lane:
        e.leave_unless("pos < stop")
        return
    while_cut(e, room_for(node))


def head_of(index: int, test: str, missing: str = "") -> str:
    """Return the head of a block for what is so if nothing before it was, or one is *missing*."""
    if missing:
        return f"if {missing} is LATE{'' if test == 'True' else f' and {test}'}:"
    if test == "True":
        return "else:" if index else "if True:"
    return f"{'elif' if index else 'if'} {test}:"


def open_ended(e: Emitter, node: Choice[Any], wanted: bool) -> str:
    """Try the branches before the last, which runs without a way back."""
    target = e.fresh("choice")

    def last(branch: Node) -> None:
        keep(e.value(branch, wanted=wanted))

    def keep(value: str) -> None:
        e.settle()
        e.line(f"{target} = {value if wanted else None}")

    open_choice(e, node, last, keep)
    return target


def open_choice(
    e: Emitter, node: Choice[Any], last: Callable[[Node], None], go_on: Callable[[str], None]
) -> None:
    """Write a choice, and what *go_on* writes behind each branch but the last."""
    at, byte, head, missing, unless = e.begin_skip("-1"), "data[pos]", "if", "", ""
    skipped = [*e.skipped]
    decisions = deciding(e, node, rooms_in(e, node))
    if e.leaving:
        byte = e.code.fresh("byte")
        byte_there(e, node)
        e.line(f"{byte} = data[pos] if pos < stop else -1")
    else:
        found = number_first(e, node)
        missing = f"{found.number} is None" if found else ""
        unless = f"{missing} and " if found else ""
        byte_or_pause(e, node, unless, lambda: number_first(e, node, found))
        with e.block(f"if {unless}pos >= stop:"):
            target = e.fresh("choice")
            e.late(e.steps(node), target)
            go_on(target)
        head, e.skipped = "elif", skipped
    numbers, e.found = e.found, {}  # looked up for the last one alone
    with e.ways() as another:
        for index, branch in enumerate(node.branches[:-1]):
            another()
            e.off = 0
            test = begun_by(e, byte, begins_with(branch) or frozenset(), decisions[index])
            with e.block(f"{head} {unless}{test}:"):
                taken_again(e, decisions[:index])
                go_on(e.region(node, True, lambda branch=branch: e.value(branch)))  # type: ignore[misc]
            head = "elif"
        with e.block("else:") if head == "elif" else contextlib.nullcontext():  # there may be one
            another()
            e.off = 0
            with e.block(f"if {missing}:") if missing else contextlib.nullcontext():
                e.pass_by(at)
            taken_again(e, decisions)
            for branch in node.branches[:-1]:
                e.skip(branch, at)
            e.found = numbers
            last(node.branches[-1])
    e.off = 0


def number_first(e: Emitter, node: Choice[Any], found: Found | None = None) -> Found | None:
    """Look up the number that the last branch begins with, before any other is thought of.

    Where it was *found* already that is written once more, into the same variables.
    """
    number = leading(node.branches[-1])
    literal = number_and_end(number) if number is not None else None
    if number is None or literal is None:
        return None
    firsts = [begins_with(branch) for branch in node.branches[:-1]]
    digits = begins_with(number) or ANY
    if any(first is None or first & digits for first in firsts):
        return None
    found = e.found[id(number)] = looked_up(e, literal, found)
    return found
