"""Many items at once, where a method of C takes all that are in a block.

A stream of lines is a `split`, a stream of fixed records an ``iter_unpack``.
What is not whole at the block's end is left to the code for a single item.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, TypeAlias, cast

from ..combinators._bytes import Until, UntilMax
from ..combinators._numbers import Number, StructUnpack
from ._emitter import Emitter, Node

__all__ = ["batch"]

Batch: TypeAlias = "Callable[[Emitter, Any], None]"


def batch(node: Node) -> Batch | None:
    """Return what writes the code that takes many of *node*, if there is any."""
    if type(node) in (Until, UntilMax):  # a subclass may be anything
        return None if cast("Until", node).include else lines
    return records if type(node) in (StructUnpack, Number) and node.facts.least else None


def lines(e: Emitter, node: Until) -> None:
    whole = f"data[pos:stop].split({node.delimiter!r})"
    e.line(f"lines = {whole}")
    if isinstance(node, UntilMax):
        e.line("last = lines.pop()")
        with e.block(f"if not lines or max(map(len, lines)) <= {node.max}:"):
            e.line("run.emitted += lines")
            e.line("pos = stop - len(last)")
            e.line("lines = last = None")
            with e.block("if pos >= stop:"):
                e.line("continue")
    else:
        e.line("pos = stop - len(lines.pop())")
        e.line("run.emitted += lines")
        e.line("lines = None")
        with e.block("if pos >= stop:"):
            e.line("continue")


def records(e: Emitter, node: StructUnpack | Number[Any]) -> None:
    unpack = e.constant(struct.Struct(node.format).iter_unpack, "iter_unpack")
    size = node._size
    with e.block(f"if pos + {size} <= stop:"):
        e.line(f"end = stop - (stop - pos) % {size}")
        many = f"{unpack}(memoryview(data)[pos:end])"
        if isinstance(node, Number):
            many = f"[number for number, in {many}]"
        e.line(f"run.emitted += {many}")
        e.line("pos = end")
        with e.block("if pos >= stop:"):
            e.line("continue")
