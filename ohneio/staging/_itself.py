"""A grammar that refers to itself, written as a loop: where that can be, and what is around it.

Code that waits wherever it is can only be in such a loop where it never has to go back: see
`_ways_back`.  What is elsewhere stands in code that may leave: a loop in there may contain
nearly all, and where something is irregular, as where a chunk ends, all of it is left.  Then
a level runs as a function of its own, or as nodes, and what is in it is tried as a loop again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import Any

import attrs

from ..combinators._framing import Delimited, LengthPrefixed, Sized
from ..combinators._notes import Label
from ..combinators._records import Record
from ..combinators._recursion import Forward
from ..combinators._transform import TryMap
from ..core._nodes import nodes
from ._emitter import Emitter, around, rule, unknown
from ._families import SizedBy
from ._late import cut_in
from ._recursion import INNER, Locals, Recursion, flow, remembers, returned, whole
from ._ways_back import Ways
from ._writing import Node

__all__: list[str] = []

#: So many loops in one function are enough: each has all of its grammar in it.
MOST = 6
#: So many parsers around what comes back may tell of what could go on.
MANY = 60
#: So many forwards in each other that only stand for something are written in their places.
DEEP = 3
#: What ends where the code knows.
FRAMES = frozenset({Sized, SizedBy, LengthPrefixed, Delimited})


def comes_back(e: Emitter, node: Node) -> bool:
    """Tell whether *node* is a grammar that this can write as a loop."""
    if id(node) not in e.targets:  # asked of every node
        return False
    return way_back(e, node, leaves=may_leave(e)) is not None


def may_leave(e: Emitter) -> bool:
    """Tell whether the code may leave, and is not that of a lane, which may also be cut."""
    return bool(e.leaving) and not e.form.lane


def way_back(e: Emitter, node: Node, *, leaves: bool) -> Ways | None:
    """Return how *node* comes back to itself, if a loop can be written for that here.

    A loop in a loop is only written where this one *leaves* and the other may not.
    """
    outer: Recursion | None = e.recursion
    if outer is not None and (outer.leaves or not leaves):
        return None
    if e.form.resumes and leaves and e.loops >= MOST:
        return None
    return ways_of(e, node, leaves=leaves)


def ways_of(e: Emitter, node: Node, *, leaves: bool) -> Ways | None:
    """Return how *node* comes back to itself, if a loop can be written for that."""
    asked = id(node), leaves
    if asked not in e.known_ways:
        ways = Ways(node, leaves)
        sure = node.facts.nullable is False and ways.entries and (leaves or is_told(e, ways))
        e.known_ways[asked] = ways if sure and ways.fit() else None
    known: Ways | None = e.known_ways[asked]
    return known


def is_told(e: Emitter, ways: Ways) -> bool:
    """Tell whether it can be told, where that is told, what could go on behind a value.

    Not where it may be that of several levels, in fields, or in a frame, behind which it is no
    help; nor where it may be too much.
    """
    if ways.root.facts.self_delimiting is True or not e.form.resumes:
        return True
    if not ways.leaves or ways.ends():
        return False
    unknown, some = {Record, Label, *FRAMES}, within(ways)
    return len(some) <= MANY and not any(type(one) in unknown for one in some)


def within(ways: Ways) -> list[Node]:
    """Return all in which the grammar may come back."""
    return [one for one in nodes(ways.root) if ways.meets(one)]


def recursive(e: Emitter, node: Node, level: int = 0) -> str:
    """Write *node*, which is so many levels deep, as a loop around itself."""
    e.settle()
    with a_loop(e, node) as outer:
        begun(e, outer, level)
        recursion: Recursion = e.recursion
        with leaving_loop(e) if recursion.leaves else in_fields(e):
            loop(e)
    lost = not is_told(e, recursion.ways)
    e.skipped = [attrs.evolve(one, lost=lost) for one in recursion.ends]
    if node is e.outermost and not level:
        return recursion.locals.value
    found = e.fresh("value")  # another loop may follow, with one of that name
    e.line(f"{found} = {recursion.locals.value}")
    return found


@contextlib.contextmanager
def a_loop(e: Emitter, node: Node) -> Generator[Recursion | None]:
    """Let what is written inside be the loop of *node*; give the one around, if there is one."""
    outer, numbers, ways = e.recursion, e.found, way_back(e, node, leaves=may_leave(e))
    assert ways is not None  # noqa: S101  # who calls this has asked
    e.loops += 1
    e.recursion = Recursion(ways, Locals() if outer is None else INNER, around=len(e.marks))
    e.found = {}  # what was looked up is of the level around
    yield outer
    e.recursion, e.found = outer, numbers


def begun(e: Emitter, outer: Recursion | None, level: int) -> None:
    """Write what a loop begins with, which is so many levels deep in the *outer* one."""
    recursion: Recursion = e.recursion
    own = recursion.locals
    e.need(own.turn, "0")
    e.need(own.stack, "[]")
    recursion.room = room_in(e, outer, level)
    if recursion.leaves:
        if level:
            with e.block(f"if {recursion.room} < 0:"):
                e.leave()
        return
    recursion.keeps = e.form.resumes and any(type(one) is TryMap for one in within(recursion.ways))
    if recursion.keeps:
        e.need("keeping", "[]")
        e.need("kept", "[]")
    if e.form.resumes:
        e.needs.setdefault("depth", "run.depth")


def room_in(e: Emitter, outer: Recursion | None, level: int) -> str:
    """Return how the code says how many levels there may be in a loop."""
    used = level + e.passed + (0 if e.form.resumes else e.level)
    known = "run.limits.max_depth - run.depth" if e.form.resumes else "limits.max_depth"
    name = e.need(f"room{used or ''}", f"{known}{f' - {used}' if used else ''}")
    if outer is None:
        return name
    e.line(f"{INNER.room} = {name} - ({outer.depth})")
    return INNER.room


def loop(e: Emitter) -> None:
    """Write the loop: the grammar, and what is done with a value, for each place to go on at."""
    recursion: Recursion = e.recursion
    own = recursion.locals
    if len(recursion.ways.entries) > 1:
        e.line(f"{own.entry} = 0")
    with e.block("while True:"):
        entries(e)
        with e.block(f"while {own.turn}:"):
            written = 0
            while written < len(recursion.returns):
                one = recursion.returns[written]
                recursion.next = written + 1
                with e.block(f"{'elif' if written else 'if'} {own.turn} == {one.number}:"):
                    returned(e, one)
                written += 1
            if not written:
                e.line("break")
        with e.block("else:"):
            e.line("break")
    known(e)


def entries(e: Emitter) -> None:
    """Write what a loop may begin anew with: the grammar, and what else forwards stand for."""
    recursion: Recursion = e.recursion
    several = len(recursion.ways.entries) > 1
    for number, one in enumerate(recursion.ways.entries):
        head = f"{'elif' if number else 'if'} {recursion.locals.entry} == {number}:"
        with e.block(head) if several else contextlib.nullcontext():
            flow(e, one, lambda value: whole(e, value))
        e.off, e.skipped, e.found = 0, [], {}  # what is next begins elsewhere


def known(e: Emitter) -> None:
    """Say what is noted, which is known by now."""
    recursion: Recursion = e.recursion
    own = recursion.locals
    noted = [f"{own.kept}{index}" for index in range(recursion.width)]
    if remembers(e):
        noted.insert(0, own.since)
    e.code.fill(recursion.registers, ", ".join(noted))
    for name in noted:
        e.need(name, "None")


def in_fields(e: Emitter) -> contextlib.AbstractContextManager[None]:
    """Let what is inside be in the fields of all levels, which the code keeps in a list."""
    if e.form.resumes and any(type(one) is Record for one in within(e.recursion.ways)):
        return e.levels(e.need("levels", "[]"))
    return contextlib.nullcontext()


@contextlib.contextmanager
def leaving_loop(e: Emitter) -> Generator[None]:
    """Write a loop that leaves where something is irregular, and knows when it is in a frame."""
    recursion, frames, silent = e.recursion, e.frames, e.silent
    own: Locals = recursion.locals
    e.silent = recursion.ways.root.facts.self_delimiting is True
    if any(type(one) in FRAMES for one in within(recursion.ways)):
        e.frames = [("stop", "")]
        if e.form.resumes:  # the end of what is there is not that of a frame
            e.line(f"{own.ends} = {frames[-1][0] if frames else -1}")
            e.frames = [(own.ends, "")]
    with remembered(e) if remembers(e) else contextlib.nullcontext(), e.code.deeper():
        yield
    e.frames, e.silent = frames, silent


@contextlib.contextmanager
def remembered(e: Emitter) -> Generator[None]:
    """Write what remembers where items began in a loop that left: they leave at once from then on.

    Each runs as a node then, one in the other, and would look again at what is there of it.
    """
    own: Locals = e.recursion.locals
    with e.block("if base + pos in run.cut:"):
        e.leave()
    begins = e.code.fresh("begins")
    e.line(f"{begins} = pos")
    with e.block("try:"):
        yield
    with e.block("except Irregular:"):
        function = e.constant(cut_in, "cut_in")
        e.line(f"{function}(run, base, {begins}, {own.since}, {own.stack})")
        e.line(f"{own.turn}, {own.since} = 0, None  # as any loop begins")
        e.line("raise")


around.append((comes_back, recursive))


@rule(Forward)
def forward(e: Emitter, node: Forward[Any], wanted: bool) -> str:
    """What it stands for is a loop, where this may leave; else a function of its own.

    In that it is a loop; where that cannot be it is first tried as one here.  What does not come
    back is written in its place, where this may leave.  What is judged behind it runs as a node.
    """
    steps = "" if e.marks else f"{e.node(node)}._steps()"
    if passes(e, node):
        return passed(e, node, wanted)
    waits = not e.leaving and ways_of(e, node.target, leaves=False) is not None
    if e.form.lane or waits or way_back(e, node.target, leaves=True) is None:
        return unknown(e, node, wanted, steps)
    return e.region(node, wanted, lambda: recursive(e, node.target, 1), steps)


def passes(e: Emitter, node: Forward[Any]) -> bool:
    """Tell whether *node* only stands for something, which can be written in its place."""
    if not e.leaving or e.recursion is not None or e.passed >= DEEP:
        return False
    return not any(one is node for one in nodes(node.target))


def passed(e: Emitter, node: Forward[Any], wanted: bool) -> str:
    """Write what *node* stands for, a level deeper, for which there is room in the function."""
    e.passed += 1
    e.deepest = max(e.deepest, e.passed)
    value = e.value(node.target, wanted=wanted)
    e.passed -= 1
    return value
