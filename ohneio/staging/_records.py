"""Records: fields in order, those that depend on others among them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from ..combinators._bytes import Exactly
from ..combinators._calling import parser_from
from ..combinators._checks import BelowZero
from ..combinators._fields import Field, may_refuse
from ..combinators._records import Record
from ..combinators._records import View as Seen
from ..combinators._transform import Map
from ..core._parser import Parser
from ..core._steps import Steps
from ._emitter import Emitter, rule
from ._sequences import Part, in_order

__all__ = ["View", "compared", "depending_on", "finished", "present", "shown"]


def seen_of(record: Record[Any]) -> type:
    """Return a class whose objects show the fields so far as attributes.

    What else they are asked for, such as a method, is for `View` to answer.
    """

    class Shown:
        def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever a field is
            return getattr(Seen(record, vars(self)), name)

    return Shown


def dependent(make: Callable[[Any], Parser[Any]], view: Seen) -> Steps[Any]:
    """Run the parser that a field's function makes of the fields before."""
    return (yield from parser_from(make, view)._parse())


@rule(Record)
def record(e: Emitter, node: Record[Any], wanted: bool) -> str:
    """What is computed, or refused by the class, runs as a node where it does not fit."""
    if node._keeps:
        return e.region(node, wanted, lambda: made(e, node))
    return made(e, node)


def made(e: Emitter, node: Record[Any]) -> str:
    return finished(e, node, fields(e, node))


def finished(e: Emitter, node: Record[Any], values: dict[str, str]) -> str:
    """Make the object, and compare what is computed."""
    given = {argument: values[name] for argument, name in node._arguments}
    with e.called(node.cls.__name__):
        target = e.make(node.cls, given, refusing=may_refuse(node.cls))
    compared(e, target, [one for one in node.fields if one.computed], values)
    return target


def compared(e: Emitter, target: str, some: list[Field], values: dict[str, str]) -> None:
    """Leave where a field is not what is computed of the object."""
    for one in some:
        expected = e.code.fresh("expected")
        e.call(expected, f"{target}.{one.name}")
        e.leave_unless(f"{expected} == {values[one.name]}")


def fields(e: Emitter, node: Record[Any]) -> dict[str, str]:
    """Write the fields in order; return their values by name."""
    found: dict[str, str] = {}
    parts: list[Part] = []
    view = View(e, node)
    for name, parser, one in node._plan:
        if parser is not None:
            parts.append(Part(parser, True, name))
            continue
        in_order(e, parts)
        found.update((part.name, part.value) for part in parts)
        parts = []
        found[name], _ = present(e, one, shown(view, found))
    in_order(e, parts)
    return {**found, **{part.name: part.value for part in parts}}


# What depends on the fields before.


@attrs.define
class View:
    """Keep which fields the object has that functions are given."""

    emitter: Emitter
    record: Record[Any]
    name: str = ""
    shown: set[str] = attrs.Factory(set[str])


def shown(view: View, values: dict[str, str]) -> str:
    """Write what makes the view show *values*; return the variable it is in."""
    e = view.emitter
    e.settle()
    if not view.name:
        view.name = e.code.fresh("view")
        e.line(f"{view.name} = {e.constant(seen_of(view.record), 'seen')}()")
    for name, value in values.items():
        if name not in view.shown:
            e.line(f"{view.name}.{name} = {value}")
            view.shown.add(name)
    return view.name


def present(e: Emitter, one: Field, view: str) -> tuple[str, str]:
    """Write a field that may be off, or whose parser depends on others.

    Returns:
        Its value, and the variable that tells whether it is there.
    """
    with e.named(one.name), e.called(one.name):
        if one.when is None:
            return depending_on(e, one, view), ""
        target, there = e.fresh("value"), e.code.fresh("there")
        e.call(there, f"{e.constant(one.when, 'when')}({view})")
        with e.ways() as another:
            another()
            with e.block(f"if {there}:"):
                value = depending_on(e, one, view)
                e.settle()
                e.line(f"{target} = {value}")
            another()
            with e.block("else:"):
                e.line(f"{target} = None")
        return target, there


def depending_on(e: Emitter, one: Field, view: str) -> str:
    """Write a field whose parser its function makes: some bytes, or what becomes of them."""
    if one.parser is not None:
        return e.value(one.parser)
    e.settle()
    parser, target = e.code.fresh("parser"), e.fresh("value")
    make = e.constant(one.make, "make")
    with e.block("try:"):
        e.call(parser, f"{make}({view})")
    with e.block(f"except {e.constant(BelowZero, 'BelowZero')}:"):
        e.line(f"{parser} = None")
    exactly, function = e.constant(Exactly, "Exactly"), e.code.fresh("function")
    e.line(f"{function} = None")
    with e.block(f"if type({parser}) is {e.constant(Map, 'Map')}:"):
        e.line(f"{function}, {parser} = {parser}.function, {parser}.parser")
    with e.regular(f"type({parser}) is {exactly} and pos + {parser}.n <= stop"):
        e.line(f"{target} = data[pos:pos + {parser}.n]")
        e.line(f"pos += {parser}.n")
        with e.block(f"if {function} is not None:"):
            e.call(target, f"{function}({target})")
    e.otherwise_at(f"{e.constant(dependent, 'dependent')}({make}, {view})", target)
    return target
