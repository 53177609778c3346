"""Frames: pieces of the input whose size is known before they arrive.

The parser in a frame runs as the bytes arrive, so that it fails as early as it
can; it sees no byte behind the frame's end.  Being short of bytes there is a
failure like any other, and no reason to wait: they will never come.

Only tokens are bounded by ``max_buffered``.  A frame of many small items may be
longer, since nobody has to hold it whole.
"""

from __future__ import annotations

from typing import TypeVar

from ._errors import IncompleteInput, ParseError, anew, furthest
from ._input import NO_END
from ._run import Parsing, Run
from ._steps import Steps, current
from ._trying import Failed

__all__ = ["framed", "within"]

T = TypeVar("T")


def framed(
    parser: Parsing[T], size: int, expected: str | bytes = "end of frame", found: int = 0
) -> Steps[T]:
    """Run *parser* on the next *size* bytes, all of them.

    Where something is left over, *expected* stood there, and *found* bytes say so.
    """
    return within(parser, current().input.position + size, (expected, found))


def within(parser: Parsing[T], end: int, filled: tuple[str | bytes, int] | None = None) -> Steps[T]:
    """Run *parser* where the input ends at *end*; without *filled* it may leave something over."""
    run = current()
    source, before = run.input, run._furthest
    if (end > source.end and source.end != NO_END) or end < source.base + source.pos:
        raise run.frame_ended()
    # What failed before has nothing to do with where the frame ends.
    outer, run._furthest, full = source.enter(end), None, False
    try:
        value = yield from parser._parse()
        full = source.base + source.pos == end
    finally:
        source.frame(outer)
        inside = joined(run, before, end if full else None)
    if filled and not full:
        raise left_over(run, inside, *filled)
    return value


def left_over(run: Run, stopped: Failed, expected: str | bytes, found: int) -> ParseError:
    """Return the error for a frame of which something is left over, by what *stopped* in it."""
    if stopped is not None and _ran_out(stopped, run.input.position):
        # The parser ended because it was short of bytes: there is nothing else to blame.
        return anew(stopped)
    return run.mismatch(expected, found=found)


def _ran_out(error: ParseError, here: int) -> bool:
    ended = isinstance(error, IncompleteInput)
    return error.offset == here if ended else error._at_frame_end and error._start == here


def joined(run: Run, before: Failed, end: int | None) -> Failed:
    """Return what failed in a frame, and let that be known with what had failed *before* it.

    But for the *end* of one that is full: what could have stood there, had the frame been
    longer, is no help to whoever looks at a failure behind it; nor is what would have failed
    there in any case.
    """
    inside, run._furthest = run._furthest, before
    if inside is not None and inside.offset != end:
        run._furthest = furthest(before, inside)
    return inside
