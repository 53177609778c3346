"""The functions that a grammar becomes: for a stream, for one item, for a whole input."""

from __future__ import annotations

import re
from functools import partial
from typing import Any, cast

import attrs

from ..combinators._recursion import Forward
from ..combinators._repetition import SepBy
from ..core._errors import UsageError
from ..core._items import items_by_nodes
from ..core._lanes import (
    Whole,
    idles,
    idles_in,
    idles_with,
    leaves,
    opened,
    opened_alone,
    rests,
    rests_at,
    rests_in,
)
from ..core._nodes import nodes
from ..core._staged import staged
from ..core._steps import NOBODY, WAIT, current
from ._batches import batch, searches
from ._code import DEEP, DEEP_IN_LANES, Code
from ._decisive import counted
from ._emitter import ALWAYS, Emitter, looks
from ._late import framed
from ._leaving import NOTHING_KEPT
from ._pausing import ELSEWHERE, HELD
from ._writing import Form, Node

__all__ = ["ITEM", "ITEMS", "LANE", "ONCE", "Form", "Function", "function"]

#: The variables that rules use by these names.
LOCALS = (
    "run", "source", "chunk", "data", "pos", "stop", "base", "start", "emit", "emitted", "again",
    "looked", "limits", "marks", "token", "failure", "error", "lines", "last", "end", "number",
    "value", "gone", "turn", "stack", "keeping", "kept", "depth", "levels", "room", "ahead",
    "since", "ends", "inner_turn", "inner_stack", "inner_value", "inner_since",
    "inner_ends", "inner_room", "entry", "inner_entry",
    "max_items", "max_digits", "most_again", "forgotten", "failed",
    *(f"{stem}{number}" for stem in ("kept", "inner", "room") for number in range(64)),
)  # fmt: skip

#: What a stream waits with.
WAITING = {
    "WAIT": WAIT, "idles": idles, "idles_in": idles_in, "idles_with": idles_with,
    "rests_in": rests_in, "searches": searches, "leaves": leaves, "opened": opened,
    "opened_alone": opened_alone, "rests": rests, "rests_at": rests_at, "current": current,
    "NOBODY": NOBODY,
}  # fmt: skip

#: Locals that the head of the loop sets anew, and stems of those that are a number for sure.
ANEW = frozenset({"_", "data", "pos", "stop", "base", "emit", "start", "again", "looked"})
NUMBERS = frozenset({
    "at", "begins", "end", "outer", "here", "reach", "byte", "bits", "there", "good", "turn",
    "left", "number", "size", "count", "gone", "failed", "entry", "inner_entry",
})  # fmt: skip

#: Assignments as this package writes them. A syntax tree says the same, in ten times the time.
STORED = re.compile(
    r"^(?:((?:\w+(?:, | = ))*\w+),? = |for ((?:\w+, )*\w+) in )|\((\w+) := ", re.MULTILINE
)
NAME = re.compile(r"\w+")
#: Takes strings away, in which anything may stand.
STRING = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""").sub

ITEMS = Form("items", resumes=True, emits=True)
ITEM = Form("item", resumes=True)
ONCE = Form("once", resumes=False)
LANE = Form("lane", resumes=False, lane=True)


@attrs.frozen
class Function:
    """Source of a function, its name, and what the source names."""

    name: str
    source: str
    namespace: dict[str, Any]


def function(node: Node, form: Form) -> Function | None:
    """Write the function of *form* for a grammar, if there is one that does not always leave."""
    if form.lane and (batch(node) or node.facts.nullable is not False):
        return None
    code = Code(DEEP_IN_LANES if form.lane else DEEP)
    code.namespace.update(ALWAYS)
    code.namespace.update(WAITING if form.emits or form.lane else {})
    code.reserve(*ALWAYS, *WAITING, "LANE", *LOCALS)
    e = Emitter(form, code)
    e.outermost, e.level = looked_through(node)
    if e.level and form.resumes:
        e.need("depth", f"run.depth + {e.level}")
        e.need("run.depth", "depth")
    parts = [*nodes(node)]
    e.looks_ahead = any(map(looks, parts)) or (not form.resumes and any(map(counted, parts)))
    e.targets = frozenset(id(one.target) for one in parts if isinstance(one, Forward))
    e.largest = max(one.facts.least for one in parts if not one.children())
    e.has_empty = any(type(one) is SepBy and one.item.facts.nullable is not False for one in parts)
    {"items": _items, "item": _item, "once": _once, "lane": _lane}[form.name](e, node)
    left = e.unknown if form.lane else not form.resumes and "    return LATE" in code.lines
    return None if left else Function(form.name, code.source, code.namespace)


def looked_through(node: Node) -> tuple[Node, int]:
    """Return what a forward stands for, and how many levels of ``max_depth`` that takes."""
    inner: Any = node  # of a class that was looked at type checkers know no parameter
    level = 0
    while type(cast("object", inner)) is Forward:
        inner, level = inner.target, level + 1
    return inner, level


def _items(e: Emitter, node: Node) -> None:
    many = batch(node)
    whole = not many and node.facts.nullable is False
    if many:
        e.code.namespace["LANE"] = many.lane
    elif whole:
        e.code.namespace["LANE"] = Whole(partial(staged, node, LANE.name))
    with e.block("def items(run):"):
        place, needs = e.code.place, _begin(e)
        with e.block("try:"), e.block("while True:"):
            idling = "idles_in(run, LANE)" if many else "idles_with(run, LANE)" if whole else ""
            waiting = _next_item(e, idling or "idles(run)", " or LANE.open" if whole else "")
            if many:
                with e.block("if pos < stop:"):  # where a limit is 0 nothing may be looked at
                    many.write(e)
            e.line("start = base + pos")
            begin = e.code.place
            if e.looks_ahead:
                e.line("again = 0")
            value = e.value(e.outermost)
            e.settle()
            if node.facts.nullable is not False:
                _forget_skipped(e, begin)
                _refuse_nothing(e, node)
            e.line(f"emit({value})")
            _let_go(e, waiting, begin)
        with e.block("except ParseError as error:"):
            e.line("failure = error")
        with e.block("finally:"):
            _unwind(e)
            e.line("run.item = None")
        with e.block("try:"):
            e.line("raise run.told(failure)")
        with e.block("finally:"):
            e.line("del failure  # its traceback holds this frame")
    _know(e, needs)
    by_nodes = e.constant(items_by_nodes, "items_by_nodes")
    _check_room(e, place, f"yield from {by_nodes}({e.constant(node, 'whole')})", "return")


def _check_room(e: Emitter, place: tuple[int, int], *otherwise: str) -> None:
    """Leave all to the nodes where what a byte decides against is over a limit.

    So it is where a function that is written in would find something else under a name,
    and where there is no level left for what a forward stands for.
    """
    if levels := e.level + e.deepest:
        used = " - run.depth" if e.form.resumes else ""
        _leave_all(e, place, f"{e.limits}.max_depth{used} < {levels}", otherwise)
    for name, least in _least(e).items():
        _leave_all(e, place, f"{e.limits}.{name} < {least}", otherwise)
    if e.names.conditions:
        _leave_all(e, place, f"not ({' and '.join(e.names.conditions)})", otherwise)


def _least(e: Emitter) -> dict[str, int]:
    """Return the least limits with which a node fails for its first byte before it meets them."""
    least = {"max_buffered": e.largest, "max_items": int(e.has_empty)}
    return {name: number for name, number in least.items() if e.skips and number}


def _leave_all(
    e: Emitter, place: tuple[int, int], condition: str, otherwise: tuple[str, ...]
) -> None:
    for line in reversed([f"if {condition}:", *(f"    {line}" for line in otherwise)]):
        e.code.insert(*place, line)


def _forget_skipped(e: Emitter, begin: tuple[int, int]) -> None:
    """Forget at the beginning of an item what was skipped at the end of the one before."""
    places = [name for name, value in e.needs.items() if value == "-1"]
    if places:
        e.code.insert(*begin, f"{' = '.join(places)} = -1")


def _begin(e: Emitter) -> tuple[int, int]:
    e.line("source = run.input")
    e.look()
    e.line("marks = (*run.marks,)")
    return e.code.place


def _know(e: Emitter, place: tuple[int, int]) -> None:
    for name, expression in reversed(e.needs.items()):
        e.code.insert(*place, f"{name} = {expression}")


def _next_item(e: Emitter, idles: str, otherwise: str) -> tuple[int, int]:
    """Write what waits for an item; return where it should let go of the one before."""
    with e.block(f"if pos >= stop{otherwise}:"):
        e.line("source.pos, run.item = pos, None")
        e.line(f"data = emit = None  # {NOTHING_KEPT}")
        place = e.code.place
        with e.block(f"if {idles}:"):
            e.line("yield WAIT")
        with e.block("if not source:"):
            e.line("return")
        e.look()
    return place


def _let_go(e: Emitter, place: tuple[int, int], begin: tuple[int, int]) -> None:
    """Let go of an item and of its parts where it waits, but for what is a number for sure."""
    lines = dict.fromkeys(map(str.lstrip, e.code.lines[begin[0] :]))  # few are unlike all
    text = "\n".join(["", *(line for line in lines if "= " in line or " in " in line)])
    stored = STORED.findall(STRING("", text))
    names = dict.fromkeys(NAME.findall(" ".join(map(" ".join, stored))))
    values = [name for name in names if name not in ANEW]
    held = [name for name in values if name.rstrip("0123456789") not in NUMBERS]
    for few in reversed([held[at : at + 6] for at in range(0, len(held), 6)]):
        e.code.insert(*place, f"{' = '.join(few)} = None")


def _refuse_nothing(e: Emitter, node: Node) -> None:
    with e.block("if base + pos == start:"):
        said = f"{node!r} consumed nothing, and would for ever"
        e.line("source.pos = pos")
        e.line(f"raise {e.constant(UsageError, 'UsageError')}({e.constant(said, 'said')})")


def _item(e: Emitter, node: Node) -> None:
    with e.block("def item(run):"):
        place, needs = e.code.place, _begin(e)
        if e.looks_ahead:
            e.line("again = run._again")
        with e.block("try:"):
            value = e.value(e.outermost)
            e.tell_skipped()
            e.line(f"source.pos = {e.here}")
            if e.looks_ahead:
                e.line("run._again = again")
            e.line(f"return {value}")
            e.line("yield")
        if any(one is framed for one in e.code.namespace.values()):
            e.need("forgotten", "run._forgotten")
            e.code.insert(*needs, "run._forgotten = None  # who runs this has frames of its own")
        with e.block("finally:"):
            if "forgotten" in e.needs:
                e.line("run._forgotten = forgotten")
            _unwind(e)
    _know(e, needs)
    whole = e.constant(node, "whole")
    _check_room(e, place, f"return (yield from {whole}._parse())")


def _unwind(e: Emitter) -> None:
    if "depth" in e.needs:
        e.line(f"run.depth = depth{f' - {e.level}' if e.level else ''}")
    e.line("run.unwind(marks)")  # the last: it may raise


def _once(e: Emitter, node: Node) -> None:
    with e.block("def once(data, limits):"):
        place = e.code.place
        e.line("pos, stop = 0, len(data)")
        needs = e.code.place
        value = e.value(e.outermost)
        e.leave_unless(f"{e.here} == stop")
        e.line(f"return {value}")
    if e.looks_ahead or e.counts:
        e.code.insert(*needs, "again = 0")
    _know(e, needs)
    _check_room(e, place, "return LATE")


def _lane(e: Emitter, node: Node) -> None:
    with e.block("def take(limits):"):
        needs = e.code.place
        e.line("data = None")
        begin = e.code.place
        with e.block("try:"), e.block("while True:"):
            e.line("run, chunk = yield True")
            e.line("source, emitted = run.input, run.emitted")
            e.line("start = pos = source.pos")
            e.line("data, stop = chunk, len(chunk)")
            with e.block(f"if stop - pos > source.limit{ELSEWHERE}:"):
                e.line("return")
            with e.block("while True:"):
                _taken(e)
            e.line("source.base += stop")
            e.line("source.data, source.pos = b'', 0")
            e.line("run.aside = None")
            e.line(f"data = None  # {NOTHING_KEPT}")
            _let_go(e, e.code.place, begin)
        with e.block("except BaseException as error:"):
            with e.block("if data is not None:  # it did not end while it waited"):
                e.line("leaves(run, data, start)")
                with e.block("if isinstance(error, Exception):"):
                    e.line("return")
            e.line("raise")
    e.code.fill(HELD, "".join(f"{name} = " for name in e.matches.values()))
    e.code.fill(ELSEWHERE, " or current() is not NOBODY" if e.calls else "")
    _know(e, needs)
    _for_limits(e)


def _taken(e: Emitter) -> None:
    """Write one item, which stands in a loop.

    In a loop with a condition the jump back, where an interruption may come, is not inside of
    the ``try`` for CPython 3.12 and 3.13.
    """
    with e.block("if pos >= stop:"):
        e.line("break")
    if e.looks_ahead:
        e.line("again = 0")
    e.first = e.code.lines[-1]
    behind = e.code.mark()
    place = e.code.place
    value = e.value(e.outermost)
    e.settle()
    e.line("start = pos  # before: an interruption comes behind a call")
    e.line(f"emitted.append({value})")
    if e.counts and not e.looks_ahead:
        e.code.insert(*place, "again = 0")
    if e.looks_ahead and not e.code.says("again", behind):
        del e.code.lines[behind - 1]  # nothing is added to what is known before


def _for_limits(e: Emitter) -> None:
    """Write what returns the lane, where it may be used: as `_check_room` asks."""
    levels = e.level + e.deepest
    conditions = [*e.names.conditions, *([f"limits.max_depth >= {levels}"] if levels else [])]
    conditions[:0] = [f"limits.{name} >= {least}" for name, least in _least(e).items()]
    unless = f" if ({' and '.join(conditions)}) else None" if conditions else ""
    e.line("")
    e.line("")
    with e.block("def lane(limits):"):
        e.line(f"return {'opened_alone' if e.calls else 'opened'}(take(limits)){unless}")
