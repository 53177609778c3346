"""Records: fields in order, those that depend on others among them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from ..combinators._bytes import Exactly
from ..combinators._calling import called, parser_from
from ..combinators._checks import BelowZero
from ..combinators._choice import Choice, Optional
from ..combinators._fields import Field, may_refuse
from ..combinators._looking import Lookahead, NotFollowedBy
from ..combinators._records import Record
from ..combinators._records import View as Seen
from ..combinators._recursion import Forward
from ..combinators._repetition import Many, ManyUntil, SepBy
from ..combinators._transform import Bind, Map
from ..core._nodes import nodes
from ..core._parser import Parser
from ..core._steps import Steps
from ._answers import Question, kinds_of, prepared, put, say
from ._code import function_name
from ._computed import certain, conditions
from ._emitter import Emitter, rule, rules
from ._fused import Part, movable
from ._handing import Sized, apply, sized
from ._inlining import Said, said
from ._late import finished, spilt
from ._pausing import pause_to, pausing
from ._saying import BYTES, NONE, Kinds, Natural, Text, spelled
from ._sequences import in_order
from ._views import View
from ._writing import Node

__all__ = ["View", "asked", "depending_on", "made", "present", "so_far", "taken"]


#: What may go back, or look ahead.
GO_BACK: frozenset[type[Node]] = frozenset(
    {Choice, Optional, Many, ManyUntil, SepBy, Lookahead, NotFollowedBy, Forward, Bind}
)


def dependent(make: Callable[[Any], Parser[Any]], view: Seen) -> Steps[Any]:
    """Run the parser that a field's function makes of the fields before."""
    return (yield from parser_from(make, view)._parse())


def mapped(make: Callable[[Any], Parser[Any]], view: Seen, data: bytes) -> Any:  # noqa: ANN401
    """Return what the parser that a field's function makes would make of its bytes."""
    parser: Any = parser_from(make, view)
    return called(parser.function, data)


@rule(Record)
def record(e: Emitter, node: Record[Any], wanted: bool) -> str:
    """What is computed, or refused by the class, runs as a node where it does not fit."""
    view = View(e, node)
    if e.leaving or not node._keeps:
        fields(view)
        return made(view)
    before = so_far(e, node)
    with e.kept() as kept:
        fields(view)
    return judged(view, kept, before)


def so_far(e: Emitter, node: Node) -> str:
    """Note what was read again before *node*, if it may read something again itself.

    Where it then is wrong it runs as a node, which counts that for a second time.
    """
    if not any(type(one) in GO_BACK or type(one) not in rules for one in nodes(node)):
        return ""
    before = e.code.fresh("before")
    e.line(f"{before} = {'again' if e.looks_ahead else 'run._again'}")
    return before


def judged(view: View, kept: tuple[str, str], before: str) -> str:
    """Make the object, all of whose bytes were kept if there was a wait; it may be wrong."""
    e, mark = view.emitter, kept[0]
    e.settle()
    if may_refuse(view.record.cls) or (found := certain(view)) is None:
        target = e.fresh(view.record.cls.__name__)
        value, wrong = tried(view, mark, target), f"{target} is LATE or "
    else:
        target = object_of(view)
        value, wrong = target, ""
        if found:
            value, wrong = f"{target} if {found} else LATE", f"not ({found}) or "
    with e.block(f"if {wrong}{mark} is not None:"):
        e.keep(*kept)
        given = ", ".join(filter(None, ["run", mark, value, e.node(view.record), before]))
        e.late(f"{e.constant(finished, 'finished')}({given})", target)
    return target


def tried(view: View, mark: str, target: str) -> str:
    """Make the object; where it is refused, or not what is computed, *target* is ``LATE``."""
    e = view.emitter
    with e.block("try:"):
        e.leaving += 1
        with e.block(f"if {mark} is not None and {e.constant(spilt, 'spilt')}(run, base + pos):"):
            e.leave()
        put(e, target, spelled(made(view)))
        e.leaving -= 1
    with e.block("except Irregular:"):
        e.line(f"{target} = LATE")
    return target


def made(view: View) -> str:
    """Make the object, and compare what is computed; leave where that is wrong."""
    target = object_of(view)
    for condition in conditions(view, target):
        view.emitter.refuse_unless(condition)
    return target


def object_of(view: View) -> str:
    """Make the object."""
    e, node = view.emitter, view.record
    given = {argument: view.values[name] for argument, name in node._arguments}
    with e.called(node.cls.__name__):
        return e.make(node.cls, given, refusing=may_refuse(node.cls))


def fields(view: View) -> None:
    """Write the fields in order."""
    parts: list[Part] = []
    for name, parser, one in view.record._plan:
        if parser is not None:
            parts.append(Part(parser, True, name))
            continue
        taken(view, parts)
        parts = []
        present(view, one)
    taken(view, parts)


def taken(view: View, parts: list[Part]) -> None:
    """Write some fields whose parsers are known."""
    in_order(view.emitter, parts)
    for part in parts:
        view.read(part.name, part.value, part.node)


# What depends on the fields before.


def asked(view: View, function: Any, target: str) -> Question:  # noqa: ANN401  # a user's
    """Prepare a question about the fields so far, outside of what is not always run."""
    e = view.emitter
    found = said(function, [view.given], e.names, target)
    name, whole = (
        e.constant(function, function_name(function)),
        view.variable if found is None else view.whole,
    )
    return prepared(e, found, target, lambda target: e.call(target, f"{name}({whole})"))


def present(view: View, one: Field) -> str:
    """Write a field that may be off, or whose parser depends on others; return when it is there."""
    e = view.emitter
    with e.named(one.name), e.called(one.name):
        kinds, write = depending_on(view, one)
        if one.when is None:
            view.know(one.name, write(), kinds)
            return ""
        there = asked(view, one.when, e.code.fresh("there")).write()
        e.settle()
        with e.ways() as another:
            another()
            with e.block(f"if {there}:"):
                value = write()
                e.settle()
                target = value if movable(value) else e.fresh("value")
                put(e, target, spelled(value))
            another()
            with e.block("else:"):
                e.line(f"{target} = None")
        view.know(one.name, target, kinds and kinds | {NONE})
        view.either(there.tree, target, one.parser, kinds)
        return str(there)


def depending_on(view: View, one: Field) -> tuple[Kinds, Callable[[], str]]:
    """Prepare a field whose parser may depend on others; return its types, and what writes it."""
    e, parser = view.emitter, one.parser
    if parser is not None:
        return kinds_of(parser), lambda: e.value(parser)
    target = e.fresh("value")
    if (found := sized(one.make, view.given, e.names)) and len(found.functions) <= 1:
        data = Text(ast.Name(target), BYTES, length=found.length)
        after = [apply(function, data, e.names, target) for function in found.functions]
        if None not in after:
            value = [data, *(each.value for each in after if each)][-1]
            view.sized(one.name, found, value)
            return value.kinds, lambda: some_bytes(view, one, found, target, after)
    variable = view.variable
    return None, lambda: whatever(view, one, variable, target)


def some_bytes(view: View, one: Field, found: Sized, target: str, after: list[Said | None]) -> str:
    """Write a field of so many bytes as the fields before say, and what becomes of them."""
    e, make, whole = view.emitter, view.emitter.constant(one.make, "make"), view.whole
    e.settle()
    end, condition = end_of(e, found)
    function = e.constant(mapped, "mapped")
    with pausing(e, wished=end.isidentifier()) as may_pause:
        with e.regular(condition):
            e.line(f"{target} = data[pos:{end}]")
            e.line(f"pos = {end}")
            for each in filter(None, after):
                value = say(
                    e,
                    each,
                    target,
                    lambda target: e.call(target, f"{function}({make}, {whole}, {target})"),
                )
                put(e, target, value)
        if may_pause:
            pause_to(e, end)
        e.otherwise_at(f"{e.constant(dependent, 'dependent')}({make}, {whole})", target)
    return target


def end_of(e: Emitter, found: Sized) -> tuple[str, str]:
    """Write where so many bytes end; return that, and the condition that they are there."""
    size, local = found.size, str(found.local)
    value = Said(found.lines, size, size.safe)
    put(e, local, say(e, value, local, lambda target: e.line(f"{target} = -1")))
    if found.length is None:  # it may be -1, where something was raised
        number = "" if size.among(frozenset({Natural, int})) else f"type({local}) is int and "
        return f"pos + {local}", f"{number}{local} >= 0 and pos + {local} <= stop"
    end = e.code.fresh("end")
    e.line(f"{end} = pos + {local}")
    return end, f"{end} <= stop"


def whatever(view: View, one: Field, variable: str, target: str) -> str:
    """Write a field whose parser its function makes: some bytes, or what becomes of them."""
    e, make = view.emitter, view.emitter.constant(one.make, "make")
    e.settle()
    parser = e.code.fresh("parser")
    with e.block("try:"):
        e.call(parser, f"{make}({variable})")
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
    e.otherwise_at(f"{e.constant(dependent, 'dependent')}({make}, {variable})", target)
    return target
