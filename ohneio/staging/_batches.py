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
from ..core._events import Later
from ..core._input import SMALL
from ..core._lanes import Lane, ends
from ..core._run import UNBOUNDED, Run, Take
from ._emitter import Emitter
from ._leaving import NOTHING_KEPT
from ._writing import Node

__all__ = ["Batch", "all_lines", "batch", "line_of", "searches"]

Unpack: TypeAlias = "Callable[[bytes | memoryview], Iterable[object]]"

#: So few bytes are sooner copied than looked at through a view.
FEW = 256


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


# Lines.


def lines(node: Until, e: Emitter) -> None:
    e.line(f"lines = data[pos:stop].split({node.delimiter!r})")
    e.line("last = lines.pop()")
    if node.max == UNBOUNDED:
        taken_lines(e, node)
    else:
        with e.block(f"if stop - pos <= {node.max} or {none_longer(str(node.max))}:"):
            taken_lines(e, node)


def none_longer(most: str) -> str:
    """Write the condition that no line is too long, nor what is there of the last."""
    return f"len(last) <= {most} and max(map(len, lines), default=0) <= {most}"


def taken_lines(e: Emitter, node: Until) -> None:
    e.line("run.emitted += lines")
    e.line("pos = stop - len(last)")
    e.line("lines = last = None")
    with e.block("if pos >= stop:"):
        e.line("continue")
    rest_of_line(e, node)


def rest_of_line(e: Emitter, node: Until) -> None:
    """Write how the rest waits, in which there is no delimiter: no byte is looked at again."""
    until = e.constant(node, "until")
    e.line(f"data = emit = None  # {NOTHING_KEPT}")
    with e.block("if rests_in(run, pos, LANE):"):
        e.line("yield WAIT")
    with e.block("else:"):
        e.line(f"searches(run, pos, {until})")
    with e.block("if run.begun is not None:"):
        e.line("run.begin(source.position)")
        e.line(f"last = yield from {until}._seek()")
        e.line("run.emitted.append(last)")
        e.line("last = None")
        e.look()
        e.line("continue")
    e.look()
    with e.block("if pos >= stop:"):
        e.line("continue")


def lane_of_lines(node: Until) -> Lane:
    """Return the lane of lines, none of which may be longer than the grammar and the limits say."""
    delimiter, before, most = node.delimiter, node.delimiter[:-1], node.max

    def take(given: tuple[Run, bytes]) -> bool:
        run, chunk = given
        source = run.input
        rest = source.data
        if before and rest and rest[-1] in before:  # a delimiter may have begun
            return False
        lines = chunk.split(delimiter)
        last = lines.pop()
        if not lines:
            return take_more(delimiter, most, run, chunk)
        size, left = len(rest) + len(chunk), len(last)
        lines[0] = rest + lines[0]
        if (size > most or size > source.limit) and longest(lines, left) > min(most, source.limit):
            return False
        source.data = last
        source.base += size - left
        emitted = run.emitted
        if emitted:
            emitted += lines
        else:  # nearly always: nothing has to be copied
            run.emitted = run.events = lines  # type: ignore[assignment]  # `cast` is a call
        if left > SMALL:
            search_on(run, delimiter, most)
        return True

    return Lane(take, search=ends(delimiter))


def take_more(delimiter: bytes, most: int, run: Run, chunk: bytes) -> bool:
    """Take a *chunk* without a delimiter.

    It is put behind what is there while that at least doubles it and it stays small: so each
    byte is copied once or twice. All else is for a search that goes on by itself.
    """
    source = run.input
    there, more = len(source.data), len(chunk)
    if not more or there + more > min(most, source.limit):
        return False
    if there + more <= SMALL and there <= more:
        source.data += chunk
        return True
    run.leave_lane()
    source.search = None
    source._add(chunk)
    search_on(run, delimiter, most)
    return True


def search_on(run: Run, delimiter: bytes, most: int) -> None:
    """Leave the lane for the wait for a delimiter, which is not in what is there."""
    run.leave_lane()
    run.begun = run.input.search = run.seek(delimiter, most, seen=True)


def searches(run: Run, pos: int, node: Until) -> None:
    """Begin the search for the end of a line, from *pos* on, where no delimiter is in the block."""
    run.input.pos = pos
    run.begun = run.seek(node.delimiter, node.max, seen=True)


def longest(lines: list[bytes], left: int) -> int:
    return max(left, max(map(len, lines), default=0))


def all_lines(e: Emitter, node: Many[bytes], line: Until) -> str:
    """Write the code that takes all lines up to where no more bytes can come."""
    found, most = e.fresh("lines"), e.most_items
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
        e.line(f"{e.constant(gives, 'gives')}(run, end - pos, {many})")
        e.line("pos = end")
        with e.block("if pos >= stop:"):
            e.line("continue")
    with e.block("if rests_in(run, pos, LANE):"):
        e.line(f"data = emit = None  # {NOTHING_KEPT}")
        e.line("yield WAIT")
        e.look()
        with e.block("if pos >= stop:"):
            e.line("continue")


#: From so many bytes on a chunk has more values than the garbage collector lets pass.
MANY = 4096


def lane_of_records(node: StructUnpack) -> Lane:
    unpack: Unpack = struct.Struct(node.format).iter_unpack
    if isinstance(node, Number):
        unpack = partial(numbers, unpack)
    return Lane(records_in(unpack, node._size), size=node._size)


def numbers(
    unpack: Callable[[bytes | memoryview], Iterable[tuple[object]]], data: bytes | memoryview
) -> list[object]:
    return [number for (number,) in unpack(data)]


def records_in(unpack: Unpack, width: int) -> Take:
    """Return what takes the records in a chunk, each of the same *width*.

    What is left over is copied while it at least doubles, as in `take_more`.
    """

    def take(given: tuple[Run, bytes]) -> bool:
        run, chunk = given
        source = run.input
        data: bytes | memoryview = source.data + chunk
        size = len(data)
        if size < width and size > 2 * len(chunk):
            return False
        over = size % width
        whole, rest = size - over, b""
        if over:
            rest = bytes(data[whole:])
            data = data[:whole] if size <= FEW else memoryview(data)[:whole]
        values = unpack(data)
        later = Later(values) if size > MANY and not run.emitted else None
        # From here on nothing is called: an interruption finds all of it done, or nothing.
        source.data = rest
        source.base += whole
        if later is None:
            run.emitted += values
        else:
            run.emitted = run.events = later
        return True

    return take


def gives(run: Run, size: int, values: Iterable[object]) -> None:
    """Emit the values in *size* bytes."""
    emitted = run.emitted
    if size > MANY and not emitted:
        run.emitted = run.events = Later(values)
    else:
        run.emitted += values
