"""Chunks that are taken without waking anybody.

In small chunks nearly all time goes into waking a generator and putting it to
sleep again.  Where nothing but more bytes can change what it waits for, as in a
stream of lines, a plain function does as well: while the generator sleeps, it
is given each chunk, and takes what is whole.

Such a function, the *lane*, holds nothing, and least of all a `Run`, which holds
it: between two chunks the input has what is left over, which is little.  A chunk that it leaves
alone goes the usual way, as does the end of the input: the generator is woken,
finds the input as it would be without, and may have the lane opened again.

Rules for such a lane: it calls nobody who could ask for the host, and it changes
all or nothing: what can be interrupted or fail is done before the first change.

The lane of a whole grammar (`Whole`) goes further.  It is the code of an item
without any way to wait, in a loop: an item that the chunk's end has cut is begun
again with the next chunk.  Where anything is irregular it *leaves*: what stands
before that item is taken, and the generator is woken for the rest, to wait, fail
and raise as it always does.  So a lane decides nothing but that an item is whole.

*   An item stays in the lane only where nobody could say more of it than that some
    bytes are missing, which is where staged code pauses as well (see `_pauses`).
    How it waits is not known here: before anybody looks, the generator is woken, and
    sees what is there (`Run.unseen`, `Connection._show`).
*   Where the item goes on to a place that is known, as with so many bytes, the chunks up
    to there are only put aside (`Gathering`).
*   What is begun again is no more than twice of what has come, and `LITTLE` of an
    item that is longer than a chunk; then the lane is left, and stays so for some
    items, the longer the more often that happens (`Run.patience`).  So no byte is
    looked at more than a few times, however small the chunks.
*   A function of the grammar's author that raises is called again by the generator,
    where what it raises is told as usual.  An interruption goes through: the item
    that it came in was not begun then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from ._gathering import Gathering
from ._input import SMALL, Search
from ._limits import Limits
from ._pauses import Form, begins
from ._run import BYTES, DELIMITER, Run

__all__ = ["Lane", "Take", "Whole", "ends", "idles", "idles_in", "idles_with", "rests_in"]
__all__ += ["gathers", "leaves", "refuses", "rests"]

#: So much of an item is begun again at most; of one that is longer than a chunk no more than this.
MOST, LITTLE = 4096, 128
#: So many items are taken at most without the lane when several were too long for it.
PATIENCE = 31

#: Who has asked for a lane so often and got none need not ask again.
ENOUGH = 3

#: Takes a chunk, or changes nothing and says no.
Take: TypeAlias = Callable[[Run, bytes], bool]


class TakeFrom(Protocol):
    """A `Take` that can begin somewhere in the first chunk."""

    def __call__(self, run: Run, chunk: bytes, pos: int = 0, /) -> bool: ...


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


class Whole:
    """What takes the whole items of a grammar, and begins the last one again with each chunk.

    Args:
        made: Returns what makes the lane for some limits, if there is any yet.
    """

    __slots__ = ("_asked", "made", "open")

    def __init__(self, made: Callable[[], Callable[[Limits], TakeFrom | None] | None]) -> None:
        self.made = made
        self._asked = 0
        #: Whether there is a lane, or may be one.
        self.open = True

    def take(self, run: Run) -> TakeFrom | None:
        """Return what takes chunks."""
        make = self.made() if self.open else None
        if make is not None:
            return make(run.limits)
        self._asked += 1
        self.open = self._asked < ENOUGH
        return None


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


# Lanes of whole items.


def idles_with(run: Run, lane: Whole) -> bool:
    """As `idles`, with a lane meanwhile, which has taken all that is whole, if there is one."""
    source = run.input
    waits = idles(run)
    take = None if source.eof or run.patience else lane.take(run)
    if take is None:
        run.patience -= run.patience > 0
        return waits
    if not waits:
        return _takes(run, take)
    source.base += source.pos
    source._show(b"", 0)
    run.lane = take
    return True


def _takes(run: Run, take: TakeFrom) -> bool:
    """Let a lane take the whole items that are there; tell whether to `WAIT` in it."""
    source = run.input
    data, pos = source.data, source.pos
    if source.free is not data or source._behind:
        return False
    run.lane, run.waiting, run.want = take, BYTES, 1
    source.data = b""
    if not take(run, data, pos):
        run.lane = None
        source._show(data, pos)
        return False
    if run.lane is not None:
        source.pos = 0
    return run.lane is not None


def rests(
    run: Run,
    data: bytes,
    start: int,
    end: int,
    pos: int = 0,
    stop: int = 0,
    form: Form | None = None,
) -> bool:
    """Stay in the lane with the item that begins at *start*, if that is worth it; else leave it.

    What is longer than a chunk does better without the lane, which begins it again with each.

    Args:
        run: The state.
        data: The block.
        start: Where the item begins.
        end: Where the token ends, at least, that the block's end has cut.
        pos: Where what has a *form* begins, and *stop* where what is there of it ends.
        stop: See *pos*.
        form: Tokens of which it is to be seen whether one may have begun.
    """
    source, there = run.input, len(data) - start
    if start > source.pos:
        run.losses = 0
        too_long = there > MOST
    else:
        too_long = there > LITTLE
    if too_long:
        refuses(run)
    if too_long or end - start > source.limit:
        return leaves(run, data, start)
    if form is not None and begins(run, data, pos, stop, form) is None:
        return leaves(run, data, start)
    source.data = data[start:]
    source.base += start
    source.pos = 0
    return True


def gathers(run: Run, data: bytes, start: int, end: int, chunk: bytes) -> bool:
    """As `rests`, where nothing can be said of the item before its bytes up to *end* are there.

    If they are more than are in another *chunk* nobody looks at them until then.
    """
    lacks, source = end - len(data), run.input
    if lacks <= len(chunk) or end - start > MOST or run.lane is None:
        return rests(run, data, start, end)
    if end - start > source.limit:
        return leaves(run, data, start)
    if start > source.pos:
        run.losses = 0
    source.data = data[start:]
    source.base += start
    source.pos = 0
    run.lane = Gathering(run.lane, lacks)
    return True


def refuses(run: Run) -> bool:
    """Take nothing: what would be looked at again is more than what has come."""
    run.patience = run.losses
    run.losses = min(2 * run.losses + 1, PATIENCE)
    return False


def leaves(run: Run, data: bytes, start: int) -> bool:
    """Leave the item that begins at *start* to the generator."""
    source = run.input
    source.data, source.pos = data, start
    run.leave_lane()
    return True
