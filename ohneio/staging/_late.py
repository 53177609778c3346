"""What generated code calls where something is not as usual.

Then, and only then, the grammar's own nodes run, as they would without staging:
they wait, fail and remember as they always do.  What stands around them in the
grammar has left no trace in the generated code, since it needs none while all
goes well; here it is put up for as long as they run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ..combinators._notes import Label
from ..core._alternatives import attempt
from ..core._errors import ParseError
from ..core._frames import joined, left_over
from ..core._input import NO_END
from ..core._parser import Parser
from ..core._run import Run
from ..core._staged import LATE
from ..core._steps import Steps
from ..core._trying import Failed, Mark

__all__ = ["Irregular", "behind", "cut_in", "end_of_frame", "finished", "framed", "keep_all"]
__all__ += ["labelled", "named", "nothing", "refuse_frame", "rereads", "settled", "spilt"]

T = TypeVar("T")


class Irregular(Exception):  # it is no error
    """Leave the code that takes everything to be as usual."""


def named(run: Run, steps: Steps[T], *names: str) -> Steps[T]:
    """Run *steps* inside fields of these *names*."""
    depth = len(run.path)
    run.path.extend(names)
    try:
        return (yield from steps)
    except ParseError as error:
        run.place(error)  # while the path is still here
        raise
    finally:
        del run.path[depth:]


def labelled(run: Run, steps: Steps[T], label: Label[object], here: int, place: str) -> Steps[T]:
    """Run *steps* inside *label* of a *place* in the code, which began *here*.

    They may be a piece of what is in it.  What failed in those before and what does in this
    are one failure, which is called by the label's name or not.
    """
    begun = (run._labels or {}).get((id(label), place))
    inside, told = None, list[Failed]()
    if begun is not None and begun[0] == here and begun[3] is run._furthest:
        _, run._furthest, inside, _ = begun
    before = run._furthest
    try:
        return (yield from label._around(run, steps, here, inside, told.append))
    finally:
        noted = here, before, told[0], run._furthest
        run._labels = {**(run._labels or {}), (id(label), place): noted}


def framed(run: Run, steps: Steps[T], end: int, place: str) -> Steps[T]:
    """Run *steps* in the frame of a *place* in the code, which ends at *end*.

    They may be a piece of what is in it.  What there was no room for is forgotten
    behind the frame, but not for the next piece of it, which may fail at its end
    or leave something over; the code may also take all that is left without one.
    """
    source, before = run.input, run._furthest
    known = (run._forgotten or {}).get((place, end))
    outer, run._furthest, whole = source.enter(end), known, False
    try:
        value = yield from steps
        whole = True
    finally:
        source.frame(outer)
        inside = joined(run, before, end if whole else None)
    if inside is not known and inside is not None:
        here = source.base + source.pos
        others = {key: one for key, one in (run._forgotten or {}).items() if key[1] >= here}
        run._forgotten = {**others, (place, end): inside}
    return value


def refuse_frame(run: Run, end: int) -> Steps[None]:
    """Refuse a frame that ends behind the one around it, or before it begins."""
    yield from ()
    source = run.input
    if (end > source.end and source.end != NO_END) or end < source.base + source.pos:
        raise run.frame_ended()


def end_of_frame(run: Run, expected: str | bytes, found: int) -> Steps[None]:
    """Refuse what was left over in a frame."""
    yield from ()
    raise left_over(run, run._furthest, expected, found)


def behind(
    run: Run,
    steps: Steps[T],
    skipped: Parser[object],
    at: int,
    *inside: tuple[Label[object], int, str] | str,
) -> Steps[T]:
    """Run *steps*; if *skipped* could have stood here it is tried for what it expects.

    It was passed by *at* a position since the next byte did not fit, *inside* of
    fields and labels that are over by now.
    """
    if run.input.position == at:
        tried: Steps[object] = attempt(skipped)
        for one in inside:
            tried = named(run, tried, one) if isinstance(one, str) else labelled(run, tried, *one)
        yield from tried
    return (yield from steps)


def keep_all(run: Run, kept: list[Mark], keeping: list[int]) -> None:
    """Keep what was read from each of these places on, as far as it is not kept."""
    kept += [run.keep_from(position) for position in keeping[len(kept) :]]


def keep_all_before(run: Run, kept: list[Mark], keeping: list[int]) -> None:
    """As `keep_all`, for those of the places that were read already."""
    here = run.input.position
    kept += [run.keep_from(position) for position in keeping[len(kept) :] if position < here]


def cut_in(
    run: Run, base: int, begins: int, since: int | None, stack: list[tuple[Any, ...]]
) -> None:
    """Remember where the items began that a loop has left, which it has on its *stack*.

    The last one began at *since*, a place in the block as all of them.
    """
    places = [begins, since, *(one[1] for one in stack[1:])] if stack else [begins]
    run.cut = frozenset(base + place for place in places if place is not None)
    stack.clear()  # nothing is kept


def nothing() -> Steps[None]:
    """Do nothing: for what is told before it."""
    yield from ()


def settled(run: Run, mark: Mark, judge: Callable[[Run, Mark, T], T], value: T) -> Steps[T]:
    """Let *judge* say what becomes of *value*, all of whose bytes were kept since *mark*."""
    yield from ()
    try:
        return judge(run, mark, value)
    finally:
        run.release(mark)


def rereads(run: Run, size: int, start: int | None = None) -> bool:
    """Count what was read again, in the item that began at *start*; tell whether it may be."""
    if start is not None:
        run.begin(start)
    most = run.limits.max_backtrack
    fits = run._again + size <= most
    run._again += size if fits else 0
    return fits


def spilt(run: Run, position: int) -> bool:
    """Tell whether more is held than may be, once it is read up to *position*."""
    return position - run.marks[0].position > run.limits.max_buffered


def finished(
    run: Run, mark: Mark, value: T, node: Parser[T], before: int | None = None
) -> Steps[T]:
    """Return *value*, all of whose bytes were kept since *mark*, or let *node* say what is wrong.

    All that it looks at is there, so that it does not wait; so much was read again *before* it.
    """
    yield from ()
    try:
        if value is LATE or spilt(run, run.input.position):
            run.input.move_to(mark.position)
            run._again = run._again if before is None else before
            value = yield from node._parse()
        return value
    finally:
        run.release(mark)
