"""Branches that fail in place: where bytes do not match the code goes on with the next one.

A branch that may fail behind a part of any size stands in a block of its own, which it ends
by a jump where bytes do not match::

    begins = pos
    while True:
        end = data.find(b':', pos, stop)
        if not (end >= 0):
            break
        ...
        choice = number
        break
    if choice is LATE:
        again += pos - begins
        ...
        pos = begins

Only a mismatch is that: what writes it says `Leaving.refuse_unless`.  Whatever else is irregular
leaves, as anywhere: a limit, bytes that may still come, what a function raises.  So does what
does not match in a loop inside of the branch, from where no jump leads out of it.

It is written only where something else may begin as the branch does, and more can be wrong
with it than was asked before: see `_decisive` and `_refusing`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

import attrs

from ._late import rereads

if TYPE_CHECKING:
    from ._emitter import Emitter
    from ._leaving import Leaving
    from ._lookup import Found
    from ._scoping import Skipped
    from ._writing import Node

__all__ = ["Branch", "Failed", "branch", "ending", "may_stay", "tried"]


@attrs.define
class Branch:
    """A branch that is being written.

    Attributes:
        begins: The variable for where it begins.
        frames: In how many frames it is.
        fails: Whether it can fail in place.
        framed: Whether it can do so in frames of its own.
        line: The last line before it.
    """

    begins: str
    frames: int
    line: str = ""
    fails: bool = False
    framed: bool = False

    def begin(self, e: Leaving) -> None:
        """Say that what comes next is the beginning of it."""
        self.line = e.code.lines[-1]

    def failed(self, e: Leaving, offset: int, *, whole: bool) -> None:
        """Write that it has failed *offset* bytes behind ``pos``, or as a *whole*."""
        self.fails = True
        self.framed = self.framed or len(e.frames) > self.frames
        if whole and not e.form.resumes:
            e.line(f"pos = {self.begins}")
        elif offset:
            e.line(f"pos {'+' if offset > 0 else '-'}= {abs(offset)}")


def branch(
    e: Emitter, node: Node, target: str, wanted: bool, *, may_fail: bool, must: bool = True
) -> bool:
    """Write *node*, whose value is *wanted* in *target*, or *must* be said to be None there.

    It *may fail* in place; tell whether it does.
    """
    fails = may_fail and in_place(e, node, target, wanted)
    if not fails:
        value = e.value(node, wanted=wanted)
        e.settle()
        if wanted or must:
            e.line(f"{target} = {value if wanted else None}")
    return fails


def in_place(e: Emitter, node: Node, target: str, wanted: bool) -> bool:
    """Write *node* so that where it does not match *target* stays ``LATE``, and nothing is taken.

    Where all that can be irregular leaves nothing is written; tell whether anything is.
    """
    place, skipped, found = e.code.place, [*e.skipped], {**e.found}
    begins = e.code.fresh("begins")
    here = Branch(begins, len(e.frames))
    e.line(f"{begins} = pos")
    with e.block("while True:"), e.trying(here), e.held(begins):
        here.begin(e)
        value = e.value(node, wanted=wanted)
        e.settle()
        e.line(f"{target} = {value if wanted else None}")
        e.line("break")
    if not here.fails:
        forget(e, place, skipped, found)
        return False
    with e.block(f"if {target} is LATE:"):
        given_back(e, here, place)
    return True


def ending(e: Emitter, loop: Callable[[Branch], None]) -> bool:
    """Write a *loop* that an item ends which fails in place; tell whether one can.

    It notes where each round begins, and -1 where it has ended for another reason.
    """
    place, skipped, found = e.code.place, [*e.skipped], {**e.found}
    begins = e.code.fresh("begins")
    here = Branch(begins, len(e.frames))
    loop(here)
    if not here.fails:
        forget(e, place, skipped, found)
        return False
    with e.block("else:"):
        e.line(f"{begins} = -1")
    with e.block(f"if {begins} >= 0:"):
        given_back(e, here, place)
    return True


def forget(
    e: Emitter, place: tuple[int, int], skipped: list[Skipped], found: dict[int, Found]
) -> None:
    """Forget what was written since a *place*: it will be written in another way."""
    e.code.back_to(place[0])
    e.off, e.skipped, e.found = 0, skipped, found


def given_back(e: Emitter, failed: Branch, place: tuple[int, int]) -> None:
    """Write what goes back to where a branch began that *failed*, and counts what it had read."""
    if failed.framed:
        e.line(f"stop = {whole(e, place)}")
    if e.form.resumes and not e.looks_ahead:
        e.line(f"again += pos - {failed.begins}")
    else:
        e.read_again(f"pos - {failed.begins}")
    if e.failed is not None:
        e.failed.noted = True
        e.line("failed = max(failed, pos)")
    e.line(f"pos = {failed.begins}")


def whole(e: Emitter, place: tuple[int, int]) -> str:
    """Return where what may be read ends around a branch that began at *place*."""
    if e.form.lane:  # where it has ended may be in another block
        return f"min({e.frames[-1][0]}, len(data))" if e.frames else "len(data)"
    name = e.code.fresh("whole")
    e.code.insert(*place, f"{name} = stop")
    return name


# What is told of it in a form that resumes.


@attrs.define
class Failed:
    """Something that is tried, and whether anything in it may have failed in place."""

    noted: bool = False


@contextlib.contextmanager
def tried(e: Emitter) -> Generator[None]:
    """Write what is tried in a form that resumes: nothing may be told of what failed in place.

    So it is if all of it has got further.  What was read again is counted there as well.
    """
    place, e.failed = e.code.place, Failed()
    yield
    e.settle()
    if e.failed.noted:
        known = ["pos > failed", "not marks"]
        if not e.looks_ahead:
            start = ", start" if e.form.emits else ""
            known.append(f"{e.constant(rereads, 'rereads')}(run, again{start})")
        with e.block("if failed >= 0:"):
            e.leave_unless(" and ".join(known))
        e.code.insert(*place, "failed = -1" if e.looks_ahead else "failed, again = -1, 0")
    e.failed = None


def may_stay(e: Emitter) -> bool:
    """Tell whether what does not match may fail in place, where it is known what is held."""
    if not e.form.resumes:
        return True
    return e.failed is not None and not e.marks and e.recursion is None
