"""Packets: records with bits beside other fields, with a frame inside, and with verdicts."""

from __future__ import annotations

import ast
import enum
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

from ..combinators._bit import Always
from ..combinators._fields import Field
from ..combinators._framing import announced as announced_by
from ..combinators._packets import Group, Packet, members
from ..combinators._packing import Packed
from ..combinators._records import Planned
from ..core._facts import Facts
from ..core._run import Run
from ..core._trying import Mark
from ._answers import put
from ._bits import Apart, Certain, taken_apart
from ._emitter import Emitter, rule
from ._frames import announced, framed_as
from ._fused import Part
from ._inlining import said
from ._names import Shown
from ._pausing import pause, pausing
from ._proving import Known, Some
from ._records import (
    asked,
    depending_on,
    judged,
    made,
    present,
    so_far,
    taken,
)
from ._saying import Kinds, Natural, Text
from ._tokens import is_number, is_unsigned
from ._views import View
from ._writing import Node

__all__: list[str] = []


@rule(Packet)
def packet(e: Emitter, node: Packet[Any], wanted: bool) -> str:
    """Where something turns out to be wrong behind its own bytes the packet runs as a node."""
    if e.leaving or any(one.frames and one.parser is None for one in node.fields):
        return e.region(node, wanted, lambda: whole(e, node))
    view = View(e, node)
    if not node._keeps:
        steps_from(view, 0)
        return made(view)
    before = so_far(e, node)
    with e.kept() as kept:
        steps_from(view, 0)
    return judged(view, kept, before)


def whole(e: Emitter, node: Packet[Any]) -> str:
    view = View(e, node)
    steps_from(view, 0)
    return made(view)


def steps_from(view: View, at: int) -> None:
    """Write the fields from the step *at* which on."""
    parts: list[Part] = []
    for planned in view.record._plan[at:]:
        at += 1
        name, parser, one = planned
        plain = parser is not None and not one.frames and not judges(planned)
        if plain and not isinstance(parser, Group):
            parts.append(Part(parser, True, name))  # type: ignore[arg-type]
            continue
        taken(view, parts)
        parts = []
        if one.frames:
            framed_rest(view, at, planned)
            return
        step(view, planned)
    taken(view, parts)


def judges(planned: Planned) -> list[Field]:
    return [each for each in members(planned[2]) if each.verify]


def step(view: View, planned: Planned) -> None:
    """Write one field, or some that share bytes, and what must hold of it."""
    e, some = view.emitter, judges(planned)
    if e.leaving or not some:
        there = field(view, planned)
        for condition in verdicts(view, some, there, ""):
            e.refuse_unless(condition)
        return
    with e.kept() as kept:
        there = field(view, planned)
        e.settle()
        good = " and ".join(verdicts(view, some, there, kept[0]))
    judge = e.constant(judge_of(view, some), "judge")
    known = ", ".join(f"{name!r}: {value}" for name, value in view.values.items())
    with e.named(planned[0]):
        e.judged(kept, good, judge, "", f"{{{known}}}")


def field(view: View, planned: Planned) -> str:
    """Write one field, or some that share bytes; return the condition that it is to be judged."""
    e, (name, parser, one) = view.emitter, planned
    with e.called(name):
        if isinstance(parser, Group):
            return group(view, name, parser, judges(planned))
        if parser is None:
            return present(view, one)
        with e.named(name):
            view.read(name, e.value(parser), parser)
    return ""


def judge_of(view: View, some: list[Field]) -> Callable[[Run, Mark, dict[str, object]], None]:
    node: Any = view.record
    return lambda run, mark, known: node._verdicts(run, mark, known, some)


def verdicts(view: View, some: list[Field], there: str, mark: str) -> Iterator[str]:
    """Write what must hold of fields, each where those before do; yield the conditions."""
    e, before = view.emitter, [f"{mark} is None"] if mark else []
    before += [there] if there else []
    targets = [e.code.fresh("good") for _ in some]
    questions = [asked(view, one.verify, name) for one, name in zip(some, targets, strict=True)]
    for one, target in zip(questions, targets, strict=True):
        condition = target
        if one.said is not None:
            unless = f"not {there}" if there.isidentifier() else f"not ({there})"
            weak = isinstance(one.said.tree, ast.IfExp)  # which binds less than `or`
            said_so = f"({one.said})" if weak or not there else str(one.said)
            condition = f"({unless} or {said_so})" if there else said_so
        elif before:
            e.line(f"{target} = True")
            with e.block(f"if {' and '.join(before)}:"):
                put(e, target, one.write())
        else:
            put(e, target, one.write())
        before += [condition] if mark else []
        yield condition


# Fields that share bytes.


def group(view: View, name: str, node: Group, judged: list[Field]) -> str:
    """Take the bits apart; where a number is none that may be the node says so.

    Return the condition that they are to be judged, where some are known to be good.
    """
    e = view.emitter
    certain = certain_of(e, node.fields, judged) if e.leaving and judged else None
    some = taken_apart(e, node.fields, node._size, certain)
    with pausing(e) as may_pause:
        with e.regular(some.condition):
            some.write(e)
        if may_pause:
            pause(e, 1, name)  # the node looks at byte after byte
        if not e.leaving:
            with e.block("else:"):
                late(e, name, node, some)
    e.taken(node._size)
    for one in node.fields:
        view.know(one.name, some.values[one.name], kinds_of_bits(one))
        view.bits(some.values[one.name], one)
    return some.unsure


def certain_of(e: Emitter, fields: Iterable[Packed], judged: list[Field]) -> Certain | None:
    """Return what tells of some fields of bits whether all that must hold does.

    So it can be told of each value of a byte when the code is written, as that no frame
    of data is a control frame, whatever its other bits are.
    """
    local = {one.name: f"it.{one.name}" for one in fields}  # no name that the code has
    known = Known(e.code.namespace)
    known.numbers = {
        local[one.name]: Some(local[one.name], 0, one.mask) for one in fields if one.kind is int
    }
    shown = Shown({one.name: Text(ast.Name(local[one.name]), kinds_of_bits(one)) for one in fields})
    answers = [said(one.verify, [shown], e.names, one.name) for one in judged]
    if not all(each and each.safe and not each.lines for each in answers):
        return None
    trees = [each.value.tree for each in answers if each]

    def certain(some: list[Packed], values: tuple[object, ...]) -> bool:
        given = dict(zip([local[one.name] for one in some], values, strict=True))
        return all(known.proves(tree, given) for tree in trees)

    return certain


def late(e: Emitter, name: str, node: Group, some: Apart) -> None:
    """Let the node take the bits."""
    found = e.code.fresh("found")
    with e.named(name):
        e.late(e.steps(node), found, after=e.off + node._size)
    for one in node.fields:
        if not isinstance(one.kind, Always):
            e.line(f"{some.values[one.name]} = {found}[{one.name!r}]")


def kinds_of_bits(one: Packed) -> Kinds:
    """Return of which type a field of bits is."""
    if one.kind is int or isinstance(one.kind, Always):
        return frozenset({Natural})
    return frozenset({one.kind}) if isinstance(one.kind, type) and gives_itself(one.kind) else None


def gives_itself(kind: type) -> bool:
    """Tell whether all that is made by calling a *kind* of bits is of that type."""
    ejects = getattr(kind, "_boundary_", None) is enum.EJECT
    return kind is bool or (type(kind) is enum.EnumMeta and not ejects)


# Fields in a frame.


def framed_rest(view: View, at: int, planned: Planned) -> None:
    """Write a size, and the fields behind it in a frame of that size."""
    e, (name, parser, one), node = view.emitter, planned, view.record
    with e.named(name), e.called(name):
        size = depending_on(view, one)[1]() if parser is None else length(e, parser)
    if e.leaving and (parser is None or not is_unsigned(parser)):
        number = "" if parser is not None and is_number(parser) else f"type({size}) is int and "
        e.leave_unless(f"{number}{size} >= 0")
    e.settle()
    facts: Facts = cast("Packet[Any]", node)._facts_from(at)
    last = node._plan[-1][0]
    framed_as(e, f"pos + {size}", lambda: steps_from(view, at), (name, last), facts)


def length(e: Emitter, node: Node) -> str:
    """Write a length; where it is no number of 0 or more its node says so."""
    if e.leaving:
        return e.value(node)
    steps = f"{e.constant(announced_by, 'announced')}({e.node(node)})"
    return e.region(node, True, lambda: announced(e, node), steps=steps)
