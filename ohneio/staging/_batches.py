"""Many items at once, where a method of C takes all that are in a block.

A stream of lines is a `split`, a stream of fixed records an ``iter_unpack``.
What is not whole at the block's end is left to the code for a single item, or
waits in a lane (see `core._lanes`), where each chunk is taken likewise.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeAlias, cast

import attrs

from ..combinators._bytes import Until, UntilMax
from ..combinators._numbers import Number, StructUnpack
from ..combinators._repetition import Many
from ..core._input import SMALL
from ..core._lanes import Lane, ends
from ..core._run import UNBOUNDED, Run
from ._emitter import Emitter, Node

__all__ = ["Batch", "all_lines", "batch", "line_of", "take_lines", "take_records"]

Unpack: TypeAlias = "Callable[[bytes], Iterable[object]]"


@attrs.frozen
class Batch:
    """How many of an item are taken at once.

    Attributes:
        write: Writes the code that takes those in the block, and opens the lane.
        lane: Takes what comes in while there is no whole one.
    """

    write: Callable[[Emitter], None]
    lane: Lane


def batch(node: Node) -> Batch | None:
    """Return how many of *node* are taken at once, if there is a way."""
    if line := line_of(node):
        return Batch(partial(lines, line), lane_of_lines(line))
    if type(node) in (StructUnpack, Number) and node.facts.least:
        record = cast("StructUnpack", node)
        return Batch(partial(records, record), lane_of_records(record))
    return None


def line_of(node: Node) -> Until | None:
    """Return *node* if a `split` does what it does."""
    if type(node) not in (Until, UntilMax):  # a subclass may be anything
        return None
    line = cast("Until", node)
    return None if line.include else line


def sleeping(e: Emitter) -> None:
    """Write how what is not whole waits, if it may wait in the lane."""
    with e.block("if rests_in(run, pos, LANE):"):
        e.line("data, emit = b'', None  # nothing is kept while it waits")
        e.line("yield WAIT")
        e.look()
        e.line("continue")


# Lines.


def lines(node: Until, e: Emitter) -> None:
    e.line(f"lines = data[pos:stop].split({node.delimiter!r})")
    e.line("last = lines.pop()")
    if node.max == UNBOUNDED:
        taken_lines(e)
    else:
        with e.block(f"if stop - pos <= {node.max} or {none_longer(str(node.max))}:"):
            taken_lines(e)


def none_longer(most: str) -> str:
    """Write the condition that no line is too long, nor what is there of the last."""
    return f"len(last) <= {most} and max(map(len, lines), default=0) <= {most}"


def taken_lines(e: Emitter) -> None:
    e.line("run.emitted += lines")
    e.line("pos = stop - len(last)")
    e.line("lines = last = None")
    with e.block("if pos >= stop:"):
        e.line("continue")
    sleeping(e)


def lane_of_lines(node: Until) -> Lane:
    return Lane(partial(take_lines, node.delimiter, node.max), search=ends(node.delimiter))


def take_lines(delimiter: bytes, most: int, run: Run, chunk: bytes) -> bool:
    """Take the lines in a *chunk*, none of which may be longer than *most*."""
    source = run.input
    data = source.data + chunk
    lines = data.split(delimiter)
    last = lines.pop()
    size, left = len(data), len(last)
    if left > SMALL:
        return False
    if (size > most or size > source.limit) and longest(lines, left) > min(most, source.limit):
        return False
    source.data = last
    source.base += size - left
    run.emitted += lines
    return True


def longest(lines: list[bytes], left: int) -> int:
    return max(left, max(map(len, lines), default=0))


def all_lines(e: Emitter, node: Many[bytes], line: Until) -> str:
    """Write the code that takes all lines up to where no more bytes can come."""
    found, most = e.fresh("lines"), e.need("max_items", f"{e.limits}.max_items")
    e.settle()
    e.line(f"{found} = data[pos:stop].split({line.delimiter!r})")
    with e.block(f"if {found}.pop() or len({found}) > {most}:"):
        e.leave()
    if node.min or node.max != UNBOUNDED:
        e.leave_unless(f"{node.min} <= len({found}) <= {node.max}")
    if line.max != UNBOUNDED:
        with e.block(f"if stop - pos > {line.max}:"):
            e.leave_unless(f"max(map(len, {found}), default=0) <= {line.max}")
    e.moved("stop")
    return found


# Records.


def records(node: StructUnpack, e: Emitter) -> None:
    unpack = e.constant(struct.Struct(node.format).iter_unpack, "iter_unpack")
    with e.block(f"if pos + {node._size} <= stop:"):
        e.line(f"end = stop - (stop - pos) % {node._size}")
        many = f"{unpack}(memoryview(data)[pos:end])"
        if isinstance(node, Number):
            many = f"[number for number, in {many}]"
        e.line(f"run.emitted += {many}")
        e.line("pos = end")
        with e.block("if pos >= stop:"):
            e.line("continue")
    sleeping(e)


def lane_of_records(node: StructUnpack) -> Lane:
    unpack: Unpack = struct.Struct(node.format).iter_unpack
    if isinstance(node, Number):
        unpack = partial(numbers, unpack)
    return Lane(partial(take_records, unpack, node._size), size=node._size)


def numbers(unpack: Callable[[bytes], Iterable[tuple[object]]], data: bytes) -> list[object]:
    return [number for (number,) in unpack(data)]


def take_records(unpack: Unpack, width: int, run: Run, chunk: bytes) -> bool:
    """Take the records in a *chunk*, each of the same *width*."""
    source = run.input
    data = source.data + chunk
    size = len(data)
    over = size % width
    last = data[size - over :]
    values = unpack(data[: size - over])
    source.data = last
    source.base += size - over
    run.emitted += values
    return True
