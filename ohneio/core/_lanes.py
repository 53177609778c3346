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

The lane of a whole grammar (`Whole`) goes further.  It is a generator that is given
the chunks: the code of a stream, but for its ways to fail and to let nodes run.  Where
the chunk's end has cut a token it waits for the next chunk, and takes the token then.
Where anything is irregular it *leaves*: what stands before the item is taken, and the
protocol's generator is woken for the rest, to wait, fail and raise as it always does.
So a lane decides nothing but that an item is whole.

*   It waits only where nobody could say more of the item than that some bytes are
    missing, which is where staged code pauses as well (see `_pauses`).  How the item
    waits is not known here: before anybody looks, the generator is woken, begins it,
    and sees what is there (`Run.unseen`, `Connection._show`).
*   For that, what was taken of an item stays in pieces (`Run.aside`) until it is whole.
    There are not many of them: what is long is left to the generator.
*   Where a token goes on to a place that is known, as with so many bytes, the chunks up
    to there are only put aside (`Gathering`).  Of any other the code looks at what is
    there once more with each chunk; where that is more than twice of what has come the
    lane is left, and stays so for some items, the longer the more often that happens
    (`Run.patience`).  So no byte is looked at more than a few times, however small the
    chunks: once more in a token, and once more by the generator.
*   It holds the run only while it runs: a run holds its lane.  The values of the last item
    may be held until the next one is whole.
*   A function of the grammar's author that raises is called again by the generator,
    where what it raises is told as usual.
*   An interruption, which is raised behind a call or where a loop begins again, goes through.
    What was emitted is no more in the input, and all else is: what is changed together is
    changed without a call in between.  The connection has failed with it then, as if the
    generator had been at work, or nothing of the chunk was taken (`Connection.send`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeAlias

from ._gathering import Gathering
from ._input import SMALL, Search
from ._limits import Limits
from ._pauses import Form, begins
from ._run import Run, Take
from ._steps import NOBODY, current, host
from ._waiting import BYTES, DELIMITER

__all__ = ["Lane", "Taking", "Whole", "ends", "idles", "idles_in", "idles_with", "rests_in"]
__all__ += ["leaves", "opened", "opened_alone", "rests", "rests_at"]

#: So much of an item is taken at most that is not whole.
MOST = 4096
#: A lane that waits in an item still has the values of the last one, which was no larger.
HELD = 128 * 1024
#: So many items are taken at most without the lane when several were too long for it.
PATIENCE = 31

#: Who has asked for a lane so often and got none need not ask again.
ENOUGH = 3

#: The generator that is a lane: given a run and a chunk each time, it has taken it, or has ended.
Taking: TypeAlias = Generator[bool, tuple[Run, bytes], object]


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
    """What takes the items of a grammar, of which the last one may go on in the next chunk.

    Args:
        made: Returns what makes the lane for some limits, if there is any yet.
    """

    __slots__ = ("_asked", "made", "open")

    def __init__(self, made: Callable[[], Callable[[Limits], Take | None] | None]) -> None:
        self.made = made
        self._asked = 0
        #: Whether there is a lane, or may be one.
        self.open = True

    def take(self, run: Run) -> Take | None:
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


def _takes(run: Run, take: Take) -> bool:
    """Let a lane take the whole items that are there; tell whether to `WAIT` in it."""
    source = run.input
    data, pos = source.data, source.pos
    if source.free is not data or source._behind:
        return False
    base, token = source.base, host.set(NOBODY)  # as with the chunks to come
    try:
        run.lane, run.waiting, run.want = take, BYTES, 1
        source.data = b""  # and from where on is what `pos` says
        take((run, data))
    except BaseException as ended:
        if run.lane is not None and source.base == base and not source.data:  # it has refused
            run.lane = None
            source._show(data, pos)
        if not isinstance(ended, StopIteration):
            raise
        return False
    finally:
        host.reset(token)
    return True


def opened(lane: Taking) -> Take:
    """Return what takes chunks, by a generator that was not begun."""
    next(lane)
    return lane.send


def opened_alone(lane: Taking) -> Take:
    """As `opened`, for one that calls functions of the author's: they find no host to ask.

    In a loop there is none, and the lane leaves where there is one all the same. Only inside of
    another protocol it is set aside with each chunk, which takes longer.
    """
    send = opened(lane)
    if current().outer is NOBODY:
        return send

    def take(given: tuple[Run, bytes]) -> bool:
        token = host.set(NOBODY)
        try:
            return send(given)
        finally:
            host.reset(token)

    return take


def rests(  # noqa: C901  # a call would be on the way of every chunk
    run: Run, data: bytes, start: int, pos: int, end: int, chunk: bytes, sized: bool = False
) -> int:
    """Make ready to wait in the lane for the rest of a token, if that is worth it.

    Args:
        run: The state.
        data: The block.
        start: Where the item begins; before the block if it began in an earlier one.
        pos: From where on bytes are still wanted.
        end: Where the token ends, at least, that the block's end has cut.
        chunk: What has come.
        sized: Whether nothing can be said of the item before its bytes up to *end* are there:
            if these are more than are in two such chunks nobody looks at them until then.

    Returns:
        How many bytes of the block are not in the next one, or -1.
    """
    source, size, come = run.input, len(data), len(chunk)
    if end - start > source.limit:
        return -1
    gone, far = 0, sized and end - size > 2 * come
    if start >= 0:
        gone = start
        if start > source.pos:  # an item was whole
            run.losses = 0
            if start - source.pos > HELD:  # the lane would hold its values
                return -1
    # Once something is changed nothing is called: an interruption finds all of it done, or nothing.
    if size - gone > come or far:  # else it is little, and sooner copied than put aside
        if (end if far else size) - start > MOST or size - pos > 2 * come:
            return _refuses(run)
        if far and run.lane is not None:
            run.lane = Gathering(run.lane, end - size)
        if start >= 0 or run.aside is None:
            run.aside = [data[gone:pos]] if gone < pos else None
        elif gone < pos:
            run.aside += [data[gone:pos]]
        gone = pos
    elif start >= 0:
        run.aside = None
    source.data = data[gone:]
    source.base += gone
    source.pos = 0
    return gone


def rests_at(
    run: Run, data: bytes, start: int, pos: int, chunk: bytes, at: int, stop: int, form: Form
) -> int:
    """As `rests`, where what is there from *at* up to *stop* may be the beginning of a *form*."""
    if begins(run, data, at, stop, form) is None:
        return -1
    return rests(run, data, start, pos, stop + form.longest, chunk)


def _refuses(run: Run) -> int:
    """Say no, since what would be looked at again is more than what has come."""
    run.patience = run.losses
    run.losses = min(2 * run.losses + 1, PATIENCE)
    return -1


def leaves(run: Run, data: bytes, start: int) -> None:
    """Leave the item that begins at *start* to the generator."""
    source = run.input
    if run.aside and start < 0:
        data = b"".join((*run.aside, data))
        source.base += start
        start = 0
    run.aside = None
    source.data, source.pos = data, start
    run.leave_lane()
