"""Other values of the same bytes, and values that are judged when all of them is there."""

from __future__ import annotations

from typing import Any

from ..combinators._digits import Integer
from ..combinators._example import Example
from ..combinators._notes import Recognize, Span
from ..combinators._text import Text
from ..combinators._transform import Bind, Map, TryMap, Verify
from ..core._facts import Facts
from ._code import function_name
from ._emitter import Emitter, Node, rule, unknown

__all__ = ["small"]

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
    value, target = e.value(node.parser), e.fresh("value")
    e.call(target, f"{e.constant(node.function, function_name(node.function))}({value})")
    return target


@rule(Verify)
def verify(e: Emitter, node: Verify[Any], wanted: bool) -> str:
    if e.leaving or small(node):
        return e.region(node, wanted, lambda: verified(e, node))
    with e.kept() as kept:
        value = e.value(node.parser)
        target, good = e.fresh("value"), e.code.fresh("good")
        e.settle()
        e.line(f"{target} = {value}")
        with e.unless_marked(kept, good):
            e.call(good, f"{e.constant(node.predicate, function_name(node.predicate))}({target})")
    e.judged(kept, good, f"{e.node(node)}._judged", target)
    return target


def verified(e: Emitter, node: Verify[Any]) -> str:
    value, good = e.value(node.parser), e.code.fresh("good")
    e.call(good, f"{e.constant(node.predicate, function_name(node.predicate))}({value})")
    e.leave_unless(good)
    return value


@rule(TryMap)
def try_map(e: Emitter, node: TryMap[Any], wanted: bool) -> str:
    function = e.constant(node.function, function_name(node.function))
    return converted(e, node, wanted, f"{function}({{}})")


@rule(Text)
def text(e: Emitter, node: Text, wanted: bool) -> str:
    encoding = "" if node.encoding == "utf-8" else repr(node.encoding)
    return converted(e, node, wanted, f"{{}}.decode({encoding})", given="bytes")


def converted(
    e: Emitter, node: TryMap[Any] | Text, wanted: bool, expression: str, given: str = ""
) -> str:
    """Write a value that may be refused by a `ValueError`."""
    if e.leaving or small(node):
        return e.region(node, wanted, lambda: convert(e, node, expression, given))
    with e.kept() as kept:
        value, target = e.value(node.parser), e.fresh("value")
        whole = e.code.fresh("whole")
        e.settle()
        e.line(f"{whole} = {value}")
        with e.unless_marked(kept, target, "LATE"):
            if given:
                with e.block(f"if type({whole}) is {given}:"):
                    e.call(target, expression.format(whole), refusing=True)
                with e.block("else:"):
                    e.line(f"{target} = LATE")
            else:
                e.call(target, expression.format(whole), refusing=True)
    e.judged(kept, f"{target} is not LATE", f"{e.node(node)}._judged", target, whole)
    return target


def convert(e: Emitter, node: TryMap[Any] | Text, expression: str, given: str) -> str:
    value, target = e.value(node.parser), e.fresh("value")
    if given:
        e.leave_unless(f"type({value}) is {given}")
    e.call(target, expression.format(value), refusing=True)
    return target


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
        with e.unless_marked(kept, target, "None"):
            e.line(f"{target} = data[{kept[1]}:pos]")
    e.judged(kept, "", f"{e.node(node)}._judged", target)
    return target


def recognized(e: Emitter, node: Recognize) -> str:
    begins, target = e.code.fresh("begins"), e.fresh("data")
    e.settle()
    e.line(f"{begins} = pos")
    e.value(node.parser, wanted=False)
    e.line(f"{target} = data[{begins}:{e.here}]")
    return target


@rule(Span)
def span(e: Emitter, node: Span[Any], wanted: bool) -> str:
    e.settle()
    begins, base = e.code.fresh("begins"), "base + " if e.form.resumes else ""
    e.line(f"{begins} = {base}pos")
    value = e.value(node.parser, wanted=wanted)
    target = e.fresh("span")
    e.line(f"{target} = ({begins}, {base}{e.here}, {value})")
    return target


@rule(Example)
def example(e: Emitter, node: Example[Any], wanted: bool) -> str:
    return e.value(node.parser, wanted=wanted)
