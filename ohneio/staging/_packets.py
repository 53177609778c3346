"""Packets: records with bits beside other fields, with a frame inside, and with verdicts."""

from __future__ import annotations

from typing import Any

from ..combinators._fields import may_refuse
from ..combinators._packets import Group, Packet, members
from ..combinators._records import Planned
from ._code import function_name
from ._emitter import Emitter, rule
from ._frames import framed_as
from ._records import View, compared, depending_on, present, shown
from ._sequences import Part, in_order
from ._tokens import bits_in

__all__: list[str] = []


@rule(Packet)
def packet(e: Emitter, node: Packet[Any], wanted: bool) -> str:
    """Where something turns out to be wrong behind its own bytes the packet runs as a node."""
    return e.region(node, wanted, lambda: whole(e, node))


def whole(e: Emitter, node: Packet[Any]) -> str:
    values: dict[str, str] = {}
    steps_from(e, node, 0, values, View(e, node))
    given = {argument: values[name] for argument, name in node._arguments}
    with e.called(node.cls.__name__):
        target = e.make(node.cls, given, refusing=may_refuse(node.cls))
    compared(e, target, [one for _, one in node._compared], values)
    return target


def steps_from(e: Emitter, node: Packet[Any], at: int, values: dict[str, str], view: View) -> None:
    """Write the fields from the step *at* which on."""
    parts: list[Part] = []
    for planned in node._plan[at:]:
        at += 1
        name, parser, one = planned
        plain = parser is not None and not one.frames and not judges(planned)
        if plain and not isinstance(parser, Group):
            parts.append(Part(parser, True, name))  # type: ignore[arg-type]
            continue
        taken(e, parts, values)
        parts = []
        if one.frames:
            framed_rest(e, node, at, values, view, planned)
            return
        step(e, values, view, planned)
    taken(e, parts, values)


def judges(planned: Planned) -> list[Any]:
    return [each for each in members(planned[2]) if each.verify]


def taken(e: Emitter, parts: list[Part], values: dict[str, str]) -> None:
    in_order(e, parts)
    values.update((part.name, part.value) for part in parts)


def step(e: Emitter, values: dict[str, str], view: View, planned: Planned) -> None:
    """Write one field, or some that share bytes, and what must hold of it."""
    name, parser, one = planned
    with e.called(name):
        if isinstance(parser, Group):
            values.update(bits_in(e, parser.fields, parser._size))
            there = ""
        elif parser is not None:
            values[name], there = e.value(parser), ""
        else:
            values[name], there = present(e, one, shown(view, values))
    for each in judges(planned):
        verdict(e, each, shown(view, values), there)


def verdict(e: Emitter, one: Any, view: str, there: str) -> None:  # noqa: ANN401  # a field
    good = e.code.fresh("good")
    if there:
        e.settle()
        e.line(f"{good} = True")
        with e.block(f"if {there}:"):
            e.call(good, f"{e.constant(one.verify, function_name(one.verify))}({view})")
    else:
        e.call(good, f"{e.constant(one.verify, function_name(one.verify))}({view})")
    e.leave_unless(good)


def framed_rest(
    e: Emitter, node: Packet[Any], at: int, values: dict[str, str], view: View, planned: Planned
) -> None:
    """Write a size, and the fields behind it in a frame of that size."""
    name, parser, one = planned
    with e.called(name):
        size = e.value(parser) if parser is not None else depending_on(e, one, shown(view, values))
    e.leave_unless(f"{size} >= 0")
    e.settle()
    framed_as(e, f"pos + {size}", lambda: steps_from(e, node, at, values, view))
