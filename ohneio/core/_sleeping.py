"""Waits, for primitives and parsers: the third layer of a `Run`."""

from __future__ import annotations

from ._buffer import Buffer
from ._errors import ParseError, UsageError
from ._input import NO_END, Input, Search
from ._limits import Limits
from ._steps import WAIT, Request, Steps
from ._trying import Trying
from ._waiting import BYTES, DELIMITER, Waiting

__all__ = ["Sleeping"]

#: How often code that is being unwound is told that nothing will come, before
#: it is given up: it catches everything, and would wait for ever.
PATIENCE = 100


class Sleeping(Trying):
    """Wait for what is not there yet, and look for it."""

    __slots__ = ("begun", "output", "refusals", "waited_at", "waiting", "want")

    def __init__(self, limits: Limits, source: Input) -> None:
        super().__init__(limits, source)
        self.output = Buffer()
        self.waiting = Waiting.START
        self.want = 0
        # A search that somebody has begun for whoever is next to `seek`.
        self.begun: Search | None = None
        # How often it tried to wait while it was being unwound.
        self.refusals = 0
        # Where a `wait` was last begun: see `turn`.
        self.waited_at = -1

    def need(self, n: int) -> Steps[None]:
        """Wait until *n* unread bytes are there."""
        while self.lacks(n):
            yield WAIT

    def lacks(self, n: int) -> bool:
        """Tell whether to `WAIT` for *n* unread bytes, having made ready for it."""
        source = self.input
        if source.free is not source.data:
            source.refresh()
        if n > source.limit:
            raise self.over_limit(source.limit, "max_buffered")
        if source.base + source.pos + n > source.end:
            raise self.frame_ended()
        there = len(source.data) - source.pos + source._behind
        if there < n:
            if source.eof:
                raise self.ended(n - there)
            if self.marks or self.closing:
                self.sleep(BYTES, n)
            self.waiting, self.want = BYTES, n
        return there < n

    def have(self, n: int, expected: bytes) -> Steps[None]:
        """Wait until *n* bytes of a token that should be *expected* are there."""
        source = self.input
        source.refresh()
        while source.visible < n:
            if source.eof:
                raise self.ended(len(expected) - len(source), expected)
            yield self.sleep(Waiting.BYTES, n)

    def find(self, delimiter: bytes, limit: int, *, seen: bool = False) -> Steps[int]:
        """Wait for *delimiter*; return how many bytes, at most *limit*, are before it.

        *seen* says that the input's current block was looked at already, up to
        its `stop` and in vain.
        """
        search = self.seek(delimiter, limit, seen=seen)
        while not search.over:
            yield self.seeking(search)
        return self.found(search, limit) - self.input.pos

    # The parts of `find`: each generator between a parser and its wait costs an
    # idle connection a quarter of a kibibyte.

    def seek(self, delimiter: bytes, limit: int, *, seen: bool) -> Search:
        begun, self.begun = self.begun, None
        if begun is not None:
            return begun
        source = self.input
        if source.free is not source.data:
            seen = seen and source.stop == source.end - source.base
            source.refresh()
        bound = limit if limit < source.limit else source.limit
        if source.end != NO_END:
            bound = min(bound, source.end - source.position - len(delimiter))
        return source.seek(delimiter, bound, seen=seen)

    def seeking(self, search: Search) -> Request:
        source = self.input
        if source.eof:
            source.search = None
            raise self.ended(search.missing, search.delimiter)
        source.search = search
        if self.marks or self.closing:
            return self.sleep(DELIMITER)
        self.waiting = DELIMITER
        return WAIT

    def found(self, search: Search, limit: int) -> int:
        """Return where in the current block, or behind it, the delimiter is."""
        source = self.input
        if search.exceeded:
            raise self._not_found(search, min(limit, source.limit), limit)
        return search.found - source.base

    def _not_found(self, search: Search, bound: int, limit: int) -> ParseError:
        if self.input.end - self.input.position - len(search.delimiter) < bound:
            return self.frame_ended(search.delimiter)
        return self.over_limit(bound, "max" if bound == limit else "max_buffered")

    def byte_or_end(self) -> Steps[None]:
        """Wait for an unread byte, or the end of the input or of the frame.

        Where the input ends before the frame does it was cut short.
        """
        source = self.input
        # Without the questions of `Buffer`, each of which is a detour through C.
        while source.pos >= len(source.data) and not source._behind:
            here = source.base + source.pos
            if here >= source.end:
                break
            if source.eof and source.end != NO_END:
                raise self.ended(source.end - here)
            if source.eof:
                break
            yield self.sleep(BYTES, 1)

    def at_end(self) -> bool:
        """Tell whether the input, or the frame, is known to end here."""
        source = self.input
        return source.position >= source.end or (source.eof and not source)

    def turn(self) -> Steps[None]:
        """Wait for the next call that pumps."""
        source = self.input
        if source.eof and not self.output:
            raise self.ended(1)
        if source.position == self.waited_at and len(source) > self.limits.max_buffered:
            # It looks, takes nothing and waits again, while the input grows.
            raise self.over_limit(self.limits.max_buffered, "max_buffered")
        self.waited_at = source.position
        yield self.sleep(Waiting.TURN)

    def drained(self) -> Steps[None]:
        """Wait until all output was read; while closing there is nobody to wait for."""
        while self.output and not self.closing:
            yield self.sleep(Waiting.DRAIN)

    def sleep(self, waiting: Waiting, want: int = 0) -> Request:
        """Return what to yield: until what it waits for is there, or the input ended."""
        if self.marks:
            self.check_held(self.marks[0])
        if self.closing and self.refusals < PATIENCE:
            self.refusals += 1
            raise UsageError("cannot wait while the connection is being closed")
        self.waiting, self.want = waiting, want
        return WAIT
