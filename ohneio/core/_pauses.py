"""Waits of code that goes on where it was, with what it has taken still unread.

Staged code that finds a token cut by the end of a chunk could let the token's
own parser wait, with all that stands around it.  Mostly nothing of that is
needed: so many bytes are missing, and until they come nobody can see more of
the wait than how it is described.  So the code itself waits, and leaves the
bytes from the beginning of what it may have to go back to where they are: they
are few, and are joined with the next chunk, in which the code goes on.

What can be seen from outside is as if it had been read: see `Run.ahead`.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from ._input import SMALL
from ._run import PAUSE, Run

__all__ = ["FEW_DIGITS", "Parts", "pauses", "pauses_at", "pauses_in"]

#: A number of so many digits is not looked at more closely.
FEW_DIGITS = 9

#: Where each of some tokens ends, from where they begin, and the fields that it is in.
Parts: TypeAlias = tuple[tuple[int, tuple[str, ...]], ...]


def pauses(
    run: Run, start: int, at: int, pos: int, size: int, inside: tuple[str, ...] = ()
) -> bool:
    """Tell whether to `WAIT` for *size* bytes at *pos*, having made ready for it.

    So it may be while no bound is near, and little of the item that began at *start* is unread.

    Args:
        run: The state.
        start: The offset of the item.
        at: From where on bytes are still wanted: they stay unread, or are to be kept by the
            caller where there are too many of them.
        pos: Where the token begins.
        size: How many bytes it has.
        inside: The fields that it is in.
    """
    source, first = run.input, at
    data = source.data
    if run.marks:  # what stands before is kept
        bound = all(mark.keeps for mark in run.marks) and run.marks[0].position + source.limit
        if source.base + pos + size > bound:
            return False
        at = pos
    elif len(data) - at > SMALL:  # more than would be joined: let it be kept
        at = pos
    if (
        len(data) - at > SMALL
        or pos + size - first > source.limit
        or source.free is not data
        or source._behind
        or source.eof
        or run.closing
    ):
        return False
    run.begin(start)
    source.pos = at
    run.ahead, run.inside = pos - at, inside
    run.waiting, run.want = PAUSE, pos - at + size
    return True


def pauses_at(
    run: Run, start: int, at: int, pos: int, found: re.Match[bytes] | None, *names: str
) -> bool:
    """As `pauses`, in a number and the literal behind it, which were *found* as far as they are.

    The number has so few digits that none of its bounds is near.
    """
    if found is None or run.limits.max_digits <= FEW_DIGITS:
        return False
    digits, begun = found.end(1) - pos, found.end(2) - found.end(1)
    ahead = digits if begun else 0
    return pauses(run, start, at, pos + ahead, digits + begun + 1 - ahead, names)


def pauses_in(run: Run, start: int, at: int, pos: int, parts: Parts) -> bool:
    """As `pauses`, for the first of some *parts* from *pos* on that is not there."""
    there, begin = len(run.input.data) - pos, 0
    for end, inside in parts:
        if end > there:
            return pauses(run, start, at, pos + begin, end - begin, inside)
        begin = end
    return False
