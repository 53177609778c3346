"""What has the root in it, of grammars that refer to themselves, and what is behind it.

Beside its rule each class in which the root may be has a function here, that writes the
node, and wherever a value of it is whole, what goes on with that.  See `_recursion`.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable
from typing import Any

from ..combinators._choice import Choice
from ..combinators._dispatch import Dispatch
from ..combinators._example import Example
from ..combinators._records import Record
from ..combinators._repetition import Skip
from ..combinators._sequence import Before, Seq, Then
from ..combinators._transform import Map, TryMap
from ..combinators._values import Value
from ._answers import kinds_of
from ._choices import open_choice
from ._code import function_name
from ._emitter import Emitter
from ._fused import Part, movable, tuple_of
from ._late import settled
from ._records import made
from ._recursion import Continue, Variable, flow, flow_of
from ._sequences import flat, in_order
from ._tags import tagged
from ._turns import Place, needed
from ._views import View
from ._writing import Node

__all__ = ["noted", "through"]


@flow_of(Dispatch)
def of_dispatch(e: Emitter, node: Dispatch[Any], go_on: Continue) -> None:
    def take(branch: Node) -> None:
        flow(e, branch, go_on)

    tagged(e, node, take, go_on)


@flow_of(Choice)
def of_choice(e: Emitter, node: Choice[Any], go_on: Continue) -> None:
    open_choice(e, node, lambda last: flow(e, last, go_on), go_on)


@flow_of(Seq)
def of_seq(e: Emitter, node: Seq, go_on: Continue) -> None:
    parts = [Part(one, True) for one in node.parts]
    through(e, parts, [], lambda values: go_on(tuple_of(values)))


@flow_of(Then, Before)
def of_flat(e: Emitter, node: Node, go_on: Continue) -> None:
    parts = flat(node, True)
    kept = next(index for index, part in enumerate(parts) if part.wanted)
    through(e, parts, [], lambda values: go_on(values[kept]))


def through(
    e: Emitter, parts: list[Part], done: list[Variable], go_on: Callable[[list[str]], None]
) -> None:
    """Write *parts* in order, of which those before are *done*."""
    met = next(
        (index for index, part in enumerate(parts) if e.recursion.ways.meets(part.node)), None
    )
    before = parts if met is None else parts[:met]
    in_order(e, before)
    done = [*done, *(Variable(noted(e, part.value) if met else part.value) for part in before)]
    if met is None:
        go_on([one.name for one in done])
        return
    part, rest = parts[met], parts[met + 1 :]
    names, holding = [part.name] if part.name else [], [one for one in done if movable(one.name)]
    place = Place.of(e)

    def behind(value: str) -> None:
        with place.again(e):
            go_on_behind(value)

    def go_on_behind(value: str) -> None:
        value_of = Variable(value)
        if rest:  # `value` is the next item's then
            value_of.name = e.fresh("item")
            e.settle()
            e.line(f"{value_of.name} = {value}")
        through(e, rest, [*done, value_of], go_on)

    with needed(e, *holding), contextlib.ExitStack() as stack:
        if part.name:
            stack.enter_context(e.named(part.name))
        e.recursion.names.extend(names)
        flow(e, part.node, behind)
        del e.recursion.names[len(e.recursion.names) - len(names) :]


def noted(e: Emitter, value: str) -> str:
    """Return the variable for a *value* that several others make up: the next item has those."""
    names = [one.id for one in ast.walk(ast.parse(value)) if isinstance(one, ast.Name)]
    if value.isidentifier() or not any(map(movable, names)):
        return value
    e.settle()
    target = e.fresh("item")
    e.line(f"{target} = {value}")
    return target


@flow_of(Record)
def of_record(e: Emitter, node: Record[Any], go_on: Continue) -> None:
    parts = [Part(parser, True, name) for name, parser, _ in node._plan if parser is not None]

    def make(values: list[str]) -> None:
        view = View(e, node)
        for part, value in zip(parts, values, strict=True):
            view.know(part.name, value, kinds_of(part.node))
        go_on(made(view))

    through(e, parts, [], make)


@flow_of(Map)
def of_map(e: Emitter, node: Map[Any], go_on: Continue) -> None:
    def call(value: str) -> None:
        target = e.fresh("value")
        e.call(target, f"{e.constant(node.function, function_name(node.function))}({value})")
        go_on(target)

    flow(e, node.parser, call)


@flow_of(Value)
def of_value(e: Emitter, node: Value[Any], go_on: Continue) -> None:
    flow(e, node.parser, lambda _: go_on(e.constant(node.given, "given")))


@flow_of(Skip)
def of_skip(e: Emitter, node: Skip, go_on: Continue) -> None:
    flow(e, node.parser, lambda _: go_on("None"))


@flow_of(Example)
def of_example(e: Emitter, node: Example[Any], go_on: Continue) -> None:
    flow(e, node.parser, go_on)


@flow_of(TryMap)
def of_try_map(e: Emitter, node: TryMap[Any], go_on: Continue) -> None:
    """The bytes are kept: see `Emitter.kept`, which here goes over many turns."""
    function = e.constant(node.function, function_name(node.function))
    if not e.leaving:
        e.settle()
        e.line("keeping.append(base + pos)")

    def judge(value: str) -> None:
        e.settle()
        target = e.fresh("value")
        if e.leaving:
            e.call(target, f"{function}({value})", refusing=True)
            go_on(target)
            return
        mark, begins = e.code.fresh("mark"), e.code.fresh("begins")
        e.line(f"{mark} = kept.pop() if len(kept) == len(keeping) else None")
        e.line(f"{begins}, {target} = keeping.pop(), LATE")
        with e.block(f"if {mark} is None:"):
            e.call(target, f"{function}({value})", refusing=True)
        with e.block(f"if {target} is LATE:"):
            with e.block(f"if {mark} is None:"):
                e.keep_around()
                e.line(f"{mark} = run.keep_from({begins})")
            settle = e.constant(settled, "settled")
            e.late(f"{settle}(run, {mark}, {e.node(node)}._judged, {value})", target)
        go_on(target)

    flow(e, node.parser, judge)
