"""Runs of bytes of one kind, while they arrive.

A run ends before the first byte of another kind: to know its end takes one
byte more, or the end of the input or of the frame.  Each byte is looked at
once, however the input is cut.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from ._input import NO_END, Input, block_at
from ._run import Run
from ._steps import Steps
from ._waiting import Waiting

__all__ = ["Match", "reach", "run_of"]

#: The ``match`` of a pattern that matches any run, an empty one included.
Match: TypeAlias = "Callable[[bytes | bytearray, int, int], re.Match[bytes]]"
Stretch: TypeAlias = "tuple[bytes | bytearray, int, int]"


def reach(run: Run, n: int) -> Steps[bool]:
    """Wait for *n* unread bytes; tell whether they are there before the end.

    A frame is cut short where the input ends before it does: that is no end.
    """
    source = run.input
    source.refresh()
    while source.visible < n:
        if source.position + n > source.end:
            return False
        if source.eof and source.end != NO_END:
            raise run.ended(source.end - source.position - len(source))
        if source.eof:
            return False
        yield run.sleep(Waiting.BYTES, n)
    return True


def run_of(run: Run, match: Match, size: int, most: int) -> Steps[int]:
    """Wait for the end of a run of bytes that *match* takes; return its size.

    The first *size* bytes of it were seen before; at *most* bytes it looks no further.
    """
    source, stopped = run.input, False
    while not stopped and size < most and (yield from reach(run, size + 1)):
        for block, start, stop in _stretches(source, size, min(most, source.visible)):
            taken = match(block, start, stop).end() - start
            size += taken
            stopped = taken < stop - start
            if stopped:
                break
    return size


def _stretches(source: Input, offset: int, end: int) -> Iterator[Stretch]:
    """Yield where the bytes from *offset* to *end* past the first unread one are, in order."""
    start, there = source.pos + offset, len(source.data)
    if start < there:
        stop = min(there, source.pos + end)
        yield source.data, start, stop
        start = stop
    start, end = start - there, source.pos + end - there
    blocks = source._blocks or ()
    index, first = block_at(blocks, source._behind, start) if start < end else (0, 0)
    while start < end:
        block = blocks[index]
        yield block, start - first, min(len(block), end - first)
        first += len(block)
        start, index = first, index + 1
