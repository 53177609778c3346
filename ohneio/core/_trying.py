"""What may be taken back, and what is remembered of that: the second layer of a `Run`.

An alternative that is open holds the bytes since it began, and keeps the protocol from
what could not be taken back.  An item, which is what the outermost parser makes, counts
what was read again within it, and tells of all that failed in it the furthest.
"""

from __future__ import annotations

import sys
from typing import TypeAlias

from ._errors import MAX_FOUND, LimitExceeded, ParseError, UsageError, capped, furthest
from ._events import ASKING
from ._failing import Failing
from ._input import Input
from ._limits import Limits

__all__ = ["Failed", "Mark", "Trying"]

#: The furthest failure so far, if there is one.
Failed: TypeAlias = "ParseError | None"


class Mark:
    """Remember where an open alternative began, or what must be kept for another reason."""

    __slots__ = ("alive", "fixed", "keeps", "position")

    def __init__(self, position: int, *, fixed: bool, keeps: bool) -> None:
        self.position = position
        self.alive = True
        # Of a lookahead, which goes back in any case.
        self.fixed = fixed
        # Only keeps the bytes: there is no other way to try, and nothing to close.
        self.keeps = keeps


class Trying(Failing):
    """Go back in the input, within bounds."""

    __slots__ = (
        "_again", "_forgotten", "_furthest", "_labels", "_spilled", "emitted", "events", "marks",
    )  # fmt: skip

    _furthest: ParseError | None
    _forgotten: dict[tuple[str, int], ParseError] | None
    _labels: dict[tuple[int, str], tuple[int, Failed, Failed, Failed]] | None

    def __init__(self, limits: Limits, source: Input) -> None:
        super().__init__(limits, source)
        # What was emitted, and what `emit` appends to: the same, or `ASKING`.
        self.emitted: list[object] = []
        self.events = self.emitted
        # The alternatives that are open, outermost first.
        self.marks: list[Mark] = []
        # How many bytes were read again in this item, and its furthest failure so far.
        self._again = 0
        self._furthest = None
        # What there was no room for in a frame that may go on: which, and its end. For staging.
        self._forgotten = None
        # What failed around a label that goes on, in it, and both together. For staging as well.
        self._labels = None
        # Where an alternative began that held too much.
        self._spilled: int | None = None

    # Items: what the outermost parser makes.

    def begin(self, start: int) -> None:
        """Let an item be under way that began at *start*, unless it is."""
        if self.item != start:
            self.item, self._again, self._furthest = start, 0, None
            self._spilled = self._forgotten = self._labels = None

    def gives_up(self, error: ParseError, mark: Mark) -> bool:
        """Tell whether *error* makes the next alternative be tried, and remember why."""
        if error._foreign or isinstance(error, LimitExceeded) or not mark.alive:
            return False
        self.place(error)
        # Once raised it holds frames, which hold this object in turn.
        error.__traceback__ = error.__context__ = None
        self._furthest = furthest(self._furthest, error)
        return True

    def told(self, error: ParseError) -> ParseError:
        """Return the failure to report for *error*: the furthest of the item."""
        self.place(error)
        # It will be raised, and then hold frames which hold this object.
        best, self._furthest = self._furthest, None
        if self._spilled is not None:
            return self.over_limit(self.limits.max_buffered, "max_buffered", start=self._spilled)
        if error._foreign or isinstance(error, LimitExceeded):
            return error
        return furthest(best, error)

    # Alternatives.

    def mark(self, *, fixed: bool = False, keeps: bool = False) -> Mark:
        """Open an alternative here: what is read from now on can come back.

        One that only *keeps* the bytes is no alternative: `commit` does not end it.
        """
        mark = Mark(self.input.position, fixed=fixed, keeps=keeps)
        self.marks.append(mark)
        self.events = ASKING
        self.input.hold()
        return mark

    def keep_from(self, position: int) -> Mark:
        """Keep what is read from *position* on, which is in the current block."""
        self.input.hold(position)
        mark = self.mark(keeps=True)
        mark.position = position
        return mark

    def keep_before(self, position: int) -> Mark | None:
        """As `keep_from`, where that was read already."""
        return self.keep_from(position) if position < self.input.position else None

    def release(self, mark: Mark) -> None:
        """Close an alternative, unless `commit` has done it.

        Where nothing has failed call `check_held` before.

        Raises:
            LimitExceeded: Something has failed, with too much held: had the bytes
                come one by one, then that would have been the failure.
        """
        if mark.alive:
            spilt = self._holds_too_much()
            if spilt:
                self._take_back_all()
            self.marks.pop()
            if not self.marks:
                self._let_go()
            if spilt and isinstance(sys.exception(), Exception):  # no interruption
                raise self.over_limit(self.limits.max_buffered, "max_buffered")

    def unwind(self, around: tuple[Mark, ...]) -> None:
        """Close what was opened since there were those *around*, innermost first.

        `commit` may have closed some of these: it is not their number that tells.

        Raises:
            LimitExceeded: As `release`, when all of them are closed.
        """
        failure: ParseError | None = None
        while self.marks and self.marks[-1] not in around:
            try:
                self.release(self.marks[-1])
            except ParseError as error:
                failure = error
        try:
            if failure is not None:
                raise failure
        finally:
            del failure  # its traceback holds this frame

    def rewind(self, mark: Mark) -> None:
        """Go back to where an alternative began.

        Raises:
            LimitExceeded: When too much has been read again within this item.
        """
        self._again += self.input.position - mark.position
        self.input.move_to(mark.position)
        if self._again > self.limits.max_backtrack:
            raise self.over_limit(self.limits.max_backtrack, "max_backtrack")

    def unfit(self, mark: Mark, message: str, *expected: str | bytes) -> ParseError:
        """Go back to *mark* and return the error for a value that will not do."""
        read_to = self.input.position
        size = read_to - mark.position
        self.input.move_to(mark.position)
        error = ParseError(
            message,
            expected=expected,
            offset=mark.position,
            found=self.input.peek(min(size, MAX_FOUND)) if size else b"",
            path=capped(self.path),
        )
        error._read_to = read_to
        return error

    def check_held(self, mark: Mark) -> None:
        """Bound what open alternatives make us keep, from the outermost on.

        Checked where one ends and, so that memory stays bounded, whenever the
        protocol goes to sleep: what trips there would trip at the end as well.
        """
        if mark.alive and self._holds_too_much():
            self._take_back_all()
            raise self.over_limit(self.limits.max_buffered, "max_buffered")

    def _take_back_all(self) -> None:
        """Go back to where the outermost alternative began, which held too much."""
        # Told anew at the end of the item: where this is seen depends on the cuts.
        self._spilled = self.marks[0].position
        self.input.move_to(self._spilled)

    def _holds_too_much(self) -> bool:
        return self.input.position - self.marks[0].position > self.limits.max_buffered

    def commit(self) -> None:
        """Close every open alternative: there is no way back from here."""
        if any(mark.fixed for mark in self.marks):
            raise UsageError("commit inside a lookahead, which always goes back")
        if self.marks:
            self.check_held(self.marks[0])
        for mark in self.marks:
            mark.alive = mark.keeps
        self.marks = [mark for mark in self.marks if mark.alive]
        if not self.marks:
            self._let_go()

    def _let_go(self) -> None:
        self.events = self.emitted
        self.input.let_go()

    def refuse_in_alternative(self, name: str) -> None:
        """Refuse an action that could not be taken back, or comes too late for the limit."""
        if self.marks:
            self.check_held(self.marks[0])
        if not all(mark.keeps for mark in self.marks):
            raise UsageError(
                f"{name} inside an alternative: if it fails, that could not be taken back; "
                "use commit first, or move it out"
            )
