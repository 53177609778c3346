"""Chunks that are taken without waking anybody.

In small chunks nearly all time goes into waking a generator and putting it to
sleep again.  Where nothing but more bytes can change what it waits for, as in a
stream of lines, a plain function does as well: while the generator sleeps, it
is given each chunk, and takes what is whole.

Such a function, the *lane*, holds nothing, and least of all a `Run`, which holds
it: between two chunks the input has what is left over, which is little.  A chunk that it leaves
alone goes the usual way, as does the end of the input: the generator is woken,
finds the input as it would be without, and may have the lane opened again.

Rules for a lane: it calls nobody who could ask for the host, and it changes all
or nothing: what can be interrupted or fail is done before the first change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from ._input import SMALL, Search
from ._run import BYTES, DELIMITER, Run

__all__ = ["Lane", "Take", "ends", "idles", "idles_in", "rests_in"]

#: Takes a chunk, or changes nothing and says no.
Take: TypeAlias = Callable[[Run, bytes], bool]


class Lane:
    """What takes chunks, and what is waited for meanwhile.

    Args:
        take: The function.
        search: Of what ends in a delimiter: see `ends`.
        size: Of what has a size: how many bytes.
    """

    __slots__ = ("search", "size", "take")

    def __init__(self, take: Take, search: Search | None = None, size: int = 1) -> None:
        self.take = take
        self.search = search
        self.size = size


def ends(delimiter: bytes) -> Search:
    """Return what stands for the search while a lane is open: any chunk ends it."""
    search = Search(delimiter, 0, 0)
    search.over = True
    return search


def idles(run: Run) -> bool:
    """Tell whether to `WAIT`, between two items, for the first byte of the next."""
    source = run.input
    source.advance()
    if source.pos < len(source.data) or source.eof:
        return False
    run.waiting, run.want = BYTES, 1
    return True


def idles_in(run: Run, lane: Lane) -> bool:
    """As `idles`, with a lane meanwhile."""
    if not idles(run):
        return False
    source = run.input
    if source.limit < lane.size:  # what begins is over the limit
        return True
    source.base += source.pos
    source._show(b"", 0)
    _open(run, lane)
    return True


def rests_in(run: Run, pos: int, lane: Lane) -> bool:
    """Tell whether to `WAIT` in a lane for the rest of an item that begins at *pos*.

    So it may be while little of it is there, and no bound is near.
    """
    source = run.input
    data = source.data
    there = len(data) - pos
    bounded = source.free is not data or source.limit < max(lane.size, there)
    if there > SMALL or bounded or source._behind or source.eof:
        return False
    source.base += pos
    source._show(data[pos:], 0)
    run.begin(source.base)
    _open(run, lane)
    return True


def _open(run: Run, lane: Lane) -> None:
    run.lane, run.input.search = lane.take, lane.search
    run.waiting, run.want = DELIMITER if lane.search else BYTES, lane.size
