"""One or another, or nothing: by the first byte."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from ..combinators._choice import Choice, Optional
from ..combinators._looking import Lookahead, NotFollowedBy
from ..combinators._records import Record
from ..combinators._transform import Map, TryMap, Verify
from ..core._alternatives import MISS, attempt
from ..core._facts import ANY, NO_BYTES, Set
from ._decisive import ENDLESS, Decision, begun_by, checks, decision, overlap, rooms_in, taken_again
from ._emitter import Emitter, rule
from ._failing import branch as branch_of
from ._failing import may_stay, tried
from ._lookup import Found, leading, looked_up, number_and_end
from ._opening import begun, byte_or_pause, more_or_end, opening, room_for
from ._pausing import pausing, while_cut
from ._refusing import fails_behind, is_short
from ._verdicts import judged_first
from ._writing import Node

__all__ = ["begins_with", "chain", "decides", "open_choice", "perhaps", "told_apart", "tried_item"]


def begins_with(node: Node) -> Set | None:
    """Return the bytes that *node* can begin with, if it must, and one byte decides against it."""
    return node.facts.first if node.facts.nullable is False and not does_more(node) else None


def decides(e: Emitter, node: Node) -> tuple[Set | None, str]:
    """Return what `begins_with` does, but for bytes that a function refuses, and a condition.

    An alternative that is open holds the byte that such a function looks at as well: where
    there is one, which the condition denies, the node says whether that is too much.
    """
    first = begins_with(node)
    some = first if first is None else judged_first(node, e.names)
    return some, "not run.marks" if some != first and e.form.resumes else ""


def does_more(node: Node) -> bool:
    """Tell whether *node* may do more than look at a byte before it takes one."""
    seen: set[int] = set()
    todo: list[Node] = [node]
    while todo:
        one = todo.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if looks_far(one, node.facts.first) or calls_early(one):
            return True
        todo += one.heads()
    return False


def looks_far(node: Node, first: Set | None) -> bool:
    """Tell whether *node* may look further ahead than a byte, or at one that is not among *first*.

    Then something is read again, and counted, where that byte decides against all.
    """
    if not isinstance(node, (Lookahead, NotFollowedBy)):
        return False
    whole: Any = node
    seen = whole.parser.facts
    some = ANY if seen.first is None else seen.first
    return seen.greatest != 0 and (seen.greatest != 1 or not some <= (first or ANY))


def calls_early(node: Node) -> bool:
    """Tell whether *node* may call a function, which may raise anything, before a byte is taken."""
    match node:
        case Map() | TryMap() | Verify():
            return node.parser.facts.nullable is not False
        case Record():
            return node.fields[0].facts.nullable is not False
        case _:
            return False


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


def told_apart(node: Choice[Any]) -> list[Set | None]:
    """Return what the branches begin with, as far as a byte decides, but the last."""
    firsts = [begins_with(branch) for branch in node.branches]
    known = next((index for index, first in enumerate(firsts) if first is None), len(firsts) - 1)
    return firsts[:known]


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
        if e.at_end != "True":
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
        with e.block("else:"):
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
            if e.looks_ahead:
                e.line("looked = again")
            with e.tried(target, begins), tried(e):
                value = e.value(item, wanted=wanted)
                e.line(f"{target} = {value if wanted else None}")
            if e.looks_ahead:
                with e.block(f"if {target} is LATE:"):
                    e.line("again = looked")
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
        if none or alone or (decided and decided.again):
            with e.block(f"if {target} is LATE:" if fails else "else:"):
                if alone:
                    e.leave_unless(alone)
                taken_again(e, [decided])
                _ = none and none()
    e.skip(node.parser, at, judged=bool(alone))
