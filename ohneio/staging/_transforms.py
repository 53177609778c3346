"""Other values of the same bytes, and values that are judged when all of them is there."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, cast

from ..combinators._digits import Integer
from ..combinators._example import Example
from ..combinators._notes import Recognize, Span
from ..combinators._text import Text
from ..combinators._transform import Bind, Map, TryMap, Verify
from ..core._facts import Facts
from ..core._run import Run
from ..core._trying import Mark
from ._answers import kinds_of, local, put, question, verdict
from ._code import WRITTEN, function_name
from ._emitter import Emitter, rule, unknown
from ._saying import BYTES, spelled
from ._writing import Node

__all__ = ["convert", "small"]

#: The greatest size of what rather runs again as a whole than bit by bit.
SMALL = 64


def small(node: Node) -> bool:
    """Tell whether *node* takes so little that a chunk's end is seldom inside."""
    facts: Facts = node.facts
    if facts.greatest is not None:
        return facts.greatest <= SMALL
    return type(node) is Integer


@rule(Map)
def map_(e: Emitter, node: Map[Any], wanted: bool) -> str:
    value = e.value(node.parser)
    target = e.fresh("value")
    given = local(e, spelled(value, kinds_of(node.parser)))
    put(e, target, question(e, node.function, [given], target).write())
    return target


@rule(Verify)
def verify(e: Emitter, node: Verify[Any], wanted: bool) -> str:
    if e.leaving or small(node):
        return e.region(node, wanted, lambda: verified(e, node))
    return chain(e, node)


def verified(e: Emitter, node: Verify[Any]) -> str:
    begins = e.begins_branch
    value, good = e.value(node.parser), e.code.fresh("good")
    given = local(e, spelled(value, kinds_of(node.parser)))
    said = str(verdict(e, node.predicate, given, good).write())
    e.refuse_unless(said, reach(node), whole=begins)
    return value


def reach(node: Any) -> int:  # noqa: ANN401  # any that judges
    """Return how far behind a value it is known to be wrong: not as far as what is behind it."""
    return -1 if node.parser.facts.nullable is False else 0


def chain(e: Emitter, node: Node) -> str:
    """Write a value that is judged, by one node or several around it, when all of it is there."""
    judges = [*reversed([*judging(node)])]
    with e.kept() as kept:
        value, target = e.value(judges[0].parser), e.fresh("value")
        whole = e.code.fresh("whole")
        e.settle()
        e.line(f"{whole} = {value}")
        conditions = [converted(e, judges[0], whole, target, kept[0])]
        for one in judges[1:]:
            conditions.append(holds(e, one, target, kept[0], conditions))
    judge = f"{e.node(judges[0])}._judged"
    if len(judges) > 1:
        judge = e.constant(judged_by(judges), "judged")
    e.judged(kept, " and ".join(filter(None, conditions)), judge, target, whole)
    return target


def judging(node: Any) -> Iterator[Any]:  # noqa: ANN401  # any that judges
    """Yield the nodes that judge one value, outermost first."""
    yield node
    inner: Any = node.parser
    if type(node) is Verify and type(inner) in (Verify, TryMap, Text):
        yield from judging(inner)


def judged_by(judges: list[Any]) -> Callable[[Run, Mark, Any], Any]:
    """Return what lets some nodes judge a value, one after the other."""

    def judged(run: Run, mark: Mark, value: Any) -> Any:  # noqa: ANN401
        for one in judges:
            value = one._judged(run, mark, value)
        return value

    return judged


def holds(e: Emitter, node: Verify[Any], target: str, mark: str, before: list[str]) -> str:
    """Write what must hold of a value; return the condition that it does."""
    good = e.code.fresh("good")
    asked = verdict(e, node.predicate, spelled(target, kinds_of(node.parser)), good)
    if asked.said is not None:
        return f"({asked.said})"
    e.line(f"{good} = True")
    with e.block(f"if {' and '.join(filter(None, [f'{mark} is None', *before]))}:"):
        put(e, good, asked.write())
    return good


@rule(TryMap)
def try_map(e: Emitter, node: TryMap[Any], wanted: bool) -> str:
    return judged(e, node, wanted)


@rule(Text)
def text(e: Emitter, node: Text, wanted: bool) -> str:
    return judged(e, node, wanted)


def judged(e: Emitter, node: TryMap[Any] | Text, wanted: bool) -> str:
    """Write a value that may be refused by a `ValueError`."""
    if e.leaving or small(node):
        return e.region(node, wanted, lambda: convert(e, node, e.value(node.parser)))
    return chain(e, node)


def convert(e: Emitter, node: TryMap[Any] | Text, value: str) -> str:
    """Write what becomes of a value; where it is refused the code leaves."""
    target = e.fresh("value")
    if type(node) is Text and kinds_of(node.parser) != BYTES:
        e.leave_unless(f"type({value}) is bytes")
    make(e, node, value, target)
    return target


def converted(e: Emitter, node: Node, whole: str, target: str, mark: str) -> str:
    """Write what becomes of a value that may be refused; return the condition that it is not."""
    if isinstance(node, Verify):
        e.line(f"{target} = {whole}")
        return holds(e, node, target, mark, [])
    unless = [] if type(node) is Text else [f"{mark} is None"]
    if type(node) is Text and kinds_of(node.parser) != BYTES:
        unless.append(f"type({whole}) is bytes")
    if unless:
        e.line(f"{target} = LATE")
    with e.block(f"if {' and '.join(unless)}:") if unless else contextlib.nullcontext():
        make(e, node, whole, target)
    return f"{target} is not LATE"


def make(e: Emitter, node: Node, value: str, target: str) -> None:
    """Write what becomes of a value; if it is refused *target* is ``LATE``."""
    if not isinstance(node, Text):
        function = cast("Any", node).function
        call = f"{e.constant(function, function_name(function))}({value})"
        e.call(target, call, refusing=True, size=reach(node))
        return
    encoding = "" if node.encoding == "utf-8" else repr(node.encoding)
    whole = f"({value})" if WRITTEN(value) else value  # of a number that would be its fraction
    with e.block("try:"):
        e.line(f"{target} = {whole}.decode({encoding})")
    with e.block("except ValueError:"):
        e.refuse(reach(node)) if e.leaving else e.line(f"{target} = LATE")


@rule(Bind)
def bind(e: Emitter, node: Bind[Any], wanted: bool) -> str:
    """What the function makes is known to nobody: from there on the node's own steps run."""
    if e.leaving:
        return unknown(e, node, wanted)
    first, target = e.value(node.parser), e.fresh("value") if wanted else ""
    e.late(f"{e.node(node)}._behind({first})", target)
    e.off = 0
    e.consumed(node)
    return target or "None"


@rule(Recognize)
def recognize(e: Emitter, node: Recognize, wanted: bool) -> str:
    if e.leaving or small(node):
        return e.region(node, wanted, lambda: recognized(e, node))
    with e.kept() as kept:
        e.value(node.parser, wanted=False)
        target = e.fresh("data")
        e.settle()
        e.line(f"{target} = None")
        with e.block(f"if {kept[0]} is None:"):
            e.line(f"{target} = data[{kept[1]}:pos]")
    e.judged(kept, "", f"{e.node(node)}._judged", target)
    return target


def recognized(e: Emitter, node: Recognize) -> str:
    begins, target = e.code.fresh("begins"), e.fresh("data")
    e.settle()
    e.line(f"{begins} = pos")
    with e.held(begins):
        e.value(node.parser, wanted=False)
    e.line(f"{target} = data[{begins}:{e.here}]")
    return target


@rule(Span)
def span(e: Emitter, node: Span[Any], wanted: bool) -> str:
    e.settle()
    base = "base + " if e.form.resumes else "source.base + " if e.form.lane else ""
    begins = e.code.fresh("begins")
    e.line(f"{begins} = {base}pos")
    value = e.value(node.parser, wanted=wanted)
    target = e.fresh("span")
    e.line(f"{target} = ({begins}, {base}{e.here}, {value})")
    return target


@rule(Example)
def example(e: Emitter, node: Example[Any], wanted: bool) -> str:
    return e.value(node.parser, wanted=wanted)
