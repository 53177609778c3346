"""The function that builds: what stands around the code of the rules, and recursion.

What a `forward` becomes is a function of its own, which adds to a list and calls
itself as deep as Python's stack is sure to have room for.
"""

from __future__ import annotations

from typing import Any

from ..combinators._notes import Span
from ..combinators._recursion import Forward
from ..core._building import comes_back
from ..core._nodes import nodes
from ..core._staged import LATE
from . import (
    _build_bits,
    _build_choices,
    _build_frames,
    _build_loops,
    _build_sequences,
    _build_tags,
    _build_tokens,
    _build_transforms,
)
from ._building import Builder, Node, Sink, builds
from ._code import Code
from ._forms import Function
from ._late import Irregular
from ._writing import Form

__all__ = ["BUILD", "building"]

#: The modules whose rules are registered when they are imported.
RULES = (
    _build_bits, _build_choices, _build_frames, _build_loops, _build_sequences, _build_tags,
    _build_tokens, _build_transforms,
)  # fmt: skip
BUILD = Form("build", resumes=False)
#: How deep recursion is followed; Python's own limit is 1000 by default.
DEEPEST = 200


def building(node: Node) -> Function | None:
    """Write the function that builds, if there is one."""
    if node.facts.buildable is False or any(isinstance(one, Span) for one in nodes(node)):
        return None  # the offsets of a span never come back as they are
    code = Code()
    code.namespace.update(LATE=LATE, Irregular=Irregular)
    code.reserve("LATE", "Irregular", "build", "value", "limits", "left", "vain", "out", "NODE")
    code.reserve("max_items")
    b = Builder(code)
    with code.block("def build(value, limits):"):
        with code.block("try:"):
            begin = code.place
            result = body(b, node)
            end = code.place
            told(b, node, result)
        with code.block("except Exception:  # the nodes find better words"):
            code.line("return LATE")
    needs = b.needs
    while b.waiting:
        one, name = b.waiting.pop()
        b.line("")
        b.line("")
        recursive(b, one, name)
        needs.update(dict.fromkeys(b.needs.keys() & {"vain"}, "[0]"))
    if "vain" in needs:
        code.insert(*end, "    return LATE")
        code.insert(*end, "if vain[0] > limits.max_backtrack:")
    know(b, begin, needs)
    for limit in sorted(b.tight):
        code.insert(*begin, "    return LATE")
        code.insert(*begin, f"if {limit}:")
    return Function("build", code.source, code.namespace)


def body(b: Builder, node: Node) -> str:
    """Write what builds all of it; return how the code says the bytes."""
    for one in nodes(node):
        whole: Any = one
        if type(one) is Forward and whole.target is node:
            called(b, whole, "value", "left + 1")
            break
    else:
        b.build(node, "value")
    return b.all_of_it()


def told(b: Builder, node: Node, result: str) -> None:
    """Return the bytes, if they would be parsed again."""
    if node.facts.unambiguous is not True:
        if not result.isidentifier():
            result = b.local(result, "data")
        checked = b.constant(comes_back, "comes_back")
        b.refuse(f"not {checked}({b.constant(node, 'node')}, value, {result}, limits)")
    b.line(f"return {result}")


def know(b: Builder, place: tuple[int, int], needs: dict[str, str]) -> None:
    """Write what the function must know first."""
    for name, expression in reversed(needs.items()):
        b.code.insert(*place, f"{name} = {expression}")


def called(b: Builder, node: Forward[Any], value: str, left: str) -> None:
    """Call the function of what is recursive."""
    if id(node) not in b.functions:
        b.functions[id(node)] = b.code.fresh("nested")
        b.waiting.append((node, b.functions[id(node)]))
    b.flush()
    b.need("vain", "[0]")
    if not b.left:
        b.need("left", f"min(limits.max_depth, {DEEPEST})")
    b.line(f"{b.functions[id(node)]}({value}, {b.sink.out}, limits, {left}, vain)")


def recursive(b: Builder, node: Forward[Any], name: str) -> None:
    """Write the function of what is recursive: it may be called *left* times more."""
    b.sink, b.left, b.needs = Sink(out="out"), "left - 1", {}
    b.known, b.sizes, b.compared = {}, set(), set()
    with b.block(f"def {name}(value, out, limits, left, vain):"):
        b.refuse("not left")
        b.settle()
        place = b.code.place
        b.build(node.target, "value")
        b.flush()
    know(b, place, {name: one for name, one in b.needs.items() if name != "vain"})


@builds(Forward, plain=False)
def forward(b: Builder, node: Forward[Any], value: str) -> None:
    called(b, node, value, b.left or "left")
