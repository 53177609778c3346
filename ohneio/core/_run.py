"""What one running protocol has: its input, output, events and wake condition.

The driver asks `Run.ready` whether the condition holds; until then it does not
touch the generator.  Feeding byte by byte therefore costs a comparison a byte.

A `Run` never refers to the generators that use it, so that a connection which
is dropped is gone at once, without the garbage collector.
"""

from __future__ import annotations

import enum
import sys
from collections.abc import Callable, Iterable
from typing import Protocol, Self, TypeAlias, TypeVar

from ._buffer import Buffer
from ._errors import (
    MAX_FOUND,
    IncompleteInput,
    LimitExceeded,
    ParseError,
    UsageError,
    capped,
    counted,
    furthest,
    inside,
    show,
)
from ._gathering import Gathering
from ._input import NO_END, Input, Search
from ._limits import Limits
from ._steps import WAIT, Host, Request, Steps, current

__all__ = ["UNBOUNDED", "Later", "Mark", "Run", "Take", "Waiting"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

#: The bound of what has no bound of its own: 1 GiB, the greatest that CPython
#: compares in one step.
UNBOUNDED = (1 << 30) - 1


#: How often code that is being unwound is told that nothing will come, before
#: it is given up: it catches everything, and would wait for ever.
PATIENCE = 100


#: How many items of a stream are taken before a lane is worth it.
FIRST = 1


#: Takes a chunk for a run, or changes nothing and says no.
Take: TypeAlias = "Callable[[tuple[Run, bytes]], bool]"


class Parsing(Protocol[T_co]):
    """Anything with the steps of a parser."""

    def _parse(self) -> Steps[T_co]: ...


class Stepping(Protocol[T_co]):
    """Anything with steps that may be staged."""

    def _steps(self) -> Steps[T_co]: ...


class Waiting(enum.Enum):
    """What a suspended protocol waits for."""

    START = "its first call"
    GO = "nothing"
    TURN = "the next call"
    BYTES = "bytes"
    PAUSE = "bytes, in code that goes on where it was"
    DELIMITER = "a delimiter"
    DRAIN = "its output to be read"
    END = "the end of the input"


# Asked for with every chunk: on 3.11 a member is found through its class on a slow path.
BYTES, DELIMITER, DRAIN, END = Waiting.BYTES, Waiting.DELIMITER, Waiting.DRAIN, Waiting.END
START, GO, TURN = Waiting.START, Waiting.GO, Waiting.TURN
PAUSE = Waiting.PAUSE


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


class Asking(list[object]):
    """Stand for the events while an alternative may be open: then nothing is emitted.

    So `emit` itself need not ask, which would be a fifth of what it costs.
    """

    __slots__ = ()

    def append(self, value: object) -> None:
        run = current()
        run.refuse_in_alternative("emit()")
        run.emitted.append(value)


ASKING = Asking()


class Later(list[object]):
    """Stand for the first events, whose values are made when somebody asks for them.

    Ten thousand values that are made while a chunk is taken are alive together with those of
    the last chunk, and the garbage collector looks at all of them; where they are made when
    they are taken they replace the last ones.

    Args:
        values: What gives the values, which cannot fail.
    """

    __slots__ = ("_values",)

    def __init__(self, values: Iterable[object]) -> None:
        self._values = values

    def __bool__(self) -> bool:
        return True

    def append(self, value: object) -> None:
        super().extend(self._made())
        super().append(value)

    def __iadd__(self, values: Iterable[object]) -> Self:  # type: ignore[misc]
        super().extend(self._made())
        super().extend(values)
        return self

    def _made(self) -> Iterable[object]:
        values, self._values = self._values, ()
        return values

    def all(self) -> list[object]:
        """Make what was not made yet, and return all events."""
        return [*self, *self._values]  # without a call behind it: the collector may wait


class Run(Host):
    """Hold the state of one running protocol, apart from its generators."""

    __slots__ = (
        "_again",
        "_forgotten",
        "_furthest",
        "_spilled",
        "ahead",
        "aside",
        "begun",
        "emitted",
        "events",
        "input",
        "inside",
        "item",
        "lane",
        "losses",
        "marks",
        "output",
        "patience",
        "refusals",
        "waited_at",
        "waiting",
        "want",
    )

    _furthest: ParseError | None
    _forgotten: dict[tuple[str, int], ParseError] | None

    def __init__(self, limits: Limits, source: Input) -> None:
        super().__init__(limits)
        self.input = source
        self.output = Buffer()
        # What was emitted, and what `emit` appends to: the same, or `ASKING`.
        self.emitted: list[object] = []
        self.events = self.emitted
        self.waiting = Waiting.START
        self.want = 0
        # What takes chunks while the generator sleeps: see `_lanes`.
        self.lane: Take | None = None
        # What a lane has taken, in pieces, of the item that it waits in.
        self.aside: list[bytes] | None = None
        # How many items are still taken without one; how many, when the next is too long.
        self.patience, self.losses = FIRST, 0
        # A search that somebody has begun for whoever is next to `seek`.
        self.begun: Search | None = None
        # While code pauses: how much of what is unread it has taken, and in which fields it is.
        self.ahead = 0
        self.inside: tuple[str, ...] = ()
        # How often it tried to wait while it was being unwound.
        self.refusals = 0
        # Where a `wait` was last begun: see `turn`.
        self.waited_at = -1
        # The alternatives that are open, outermost first.
        self.marks: list[Mark] = []
        # Where the outermost parser began, or None between items; how many
        # bytes were read again since, and the furthest failure so far.
        self.item: int | None = None
        self._again = 0
        self._furthest = None
        # What there was no room for in a frame that may go on: which, and its end. For staging.
        self._forgotten = None
        # Where an alternative began that held too much.
        self._spilled: int | None = None

    # For the driver.

    def ready(self) -> bool:
        """Tell whether the generator should be resumed."""
        waiting = self.waiting
        if waiting is DELIMITER:
            return self.input.search is None or self.input.eof
        if waiting is BYTES or waiting is PAUSE or waiting is END:
            source = self.input
            there = len(source.data) - source.pos + source._behind
            return there >= self.want or source.eof
        if waiting is DRAIN:
            return not self.output
        return waiting is not TURN

    def needed(self) -> int:
        """Return the least number of further bytes that would wake it."""
        if self._is_idle():
            return 1
        if self.waiting in (Waiting.BYTES, Waiting.PAUSE, Waiting.END):
            return max(self.want - len(self.input), 0)
        return int(self.waiting is Waiting.DELIMITER)

    def _is_idle(self) -> bool:
        """Tell whether it waits in a lane, for an item of which no byte is there."""
        return self.lane is not None and not self.input and not self.aside

    def describe(self) -> str:
        """Say what it waits for, as a sentence."""
        path = [*self.path, *self.inside] if self.waiting is PAUSE else self.path
        place = f" at offset {self.input.position + len(self.input)}{inside(capped(path))}"
        match self.waiting:
            case Waiting.DELIMITER if self._is_idle():
                return f"need 1 more byte{place}"
            case Waiting.BYTES | Waiting.PAUSE:
                return f"need {counted(self.needed(), 'more byte')}{place}"
            case Waiting.DELIMITER if self.input.search:
                return f"need {show(self.input.search.delimiter)}, not seen before the end{place}"
            case Waiting.DRAIN if not self.output:
                return "wait for the next call"
            case Waiting.DRAIN:
                return f"wait for {counted(len(self.output), 'byte')} of output to be read"
            case _:
                return f"wait for {self.waiting.value}"

    @property
    def taken(self) -> int:
        """How many of the unread bytes are taken already, by code that pauses."""
        return self.ahead if self.waiting is PAUSE else 0

    @property
    def unseen(self) -> bool:
        """Whether a lane has left over what the generator would go on with."""
        if self.lane is None or self.waiting is not BYTES:
            return False
        return bool(self.aside) or len(self.input) >= self.want

    def leave_lane(self) -> None:
        """Go on as if the lane had never been."""
        lane, self.lane = self.lane, None
        if isinstance(lane, Gathering):
            lane.put_back(self)
        source = self.input
        if self.aside:
            size = len(source.data)
            source.data = b"".join((*self.aside, source.data))
            source.base -= len(source.data) - size
            self.aside = None
        source.refresh()  # a lane does not keep what follows from the rest

    # Waiting, for primitives and parsers.

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

    # Errors.

    def place(self, error: ParseError) -> None:
        if error._foreign:
            return
        if error.offset is None:
            error.offset = error._start = self.input.position
        super().place(error)

    def mismatch(self, *expected: str | bytes, found: int = 1) -> ParseError:
        """Return the error for a token that begins here, decided by its *found*-th byte."""
        return ParseError(
            expected=expected,
            offset=self.input.position,
            found=self.input.peek(found) if found else None,
            path=capped(self.path),
        )

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

    def ended(self, needed: int, *expected: str | bytes) -> IncompleteInput:
        """Return the error for an input that ended *needed* bytes too early."""
        source = self.input
        start, end = source.position, source.position + len(source)
        first = start if self.item is None else self.item
        error = IncompleteInput(
            needed=needed, have=end - first, offset=end, expected=expected, path=capped(self.path)
        )
        error._start = start
        return error

    def frame_ended(self, *expected: str | bytes) -> ParseError:
        """Return the error for a token that the frame has no room for."""
        error = ParseError(
            "" if expected else "need more bytes",
            expected=expected,
            offset=self.input.end,
            path=capped(self.path),
        )
        error._start = self.input.position
        error._at_frame_end = True
        return error

    def over_limit(
        self, limit: int, name: str, unit: str = "byte", start: int | None = None
    ) -> LimitExceeded:
        """Return the error for something too long that begins here, or at *start*."""
        offset = self.input.position if start is None else start
        return LimitExceeded(
            limit=limit, name=name, unit=unit, offset=offset, path=capped(self.path)
        )

    def too_deep(self) -> LimitExceeded:
        return self.over_limit(self.limits.max_depth, "max_depth", "level")

    # Items: what the outermost parser makes.

    def steps(self, parser: Stepping[T]) -> Steps[T]:
        """Return the steps that parse *parser*, an item of its own if none is under way."""
        if self.item is not None:
            return parser._steps()
        return self._as_item(parser._steps())

    def _as_item(self, steps: Steps[T]) -> Steps[T]:
        self.item, self._again, self._furthest = self.input.position, 0, None
        self._spilled = self._forgotten = None
        try:
            return (yield from steps)
        except ParseError as error:
            failure = error
        finally:
            self.item = None
        try:
            raise self.told(failure)
        finally:
            del failure  # its traceback holds this frame

    def begin(self, start: int) -> None:
        """Let an item be under way that began at *start*, unless it is."""
        if self.item != start:
            self.item, self._again, self._furthest = start, 0, None
            self._spilled = self._forgotten = None

    def hand_over(self, start: int, pos: int) -> None:
        """Let a node go on at *pos* in the current block, in the item that began at *start*."""
        self.input.pos = pos
        self.begin(start)

    def here(self) -> tuple[bytes, int, int, int, Callable[[object], None]]:
        """Return the current block, where it is read, up to where, its offset; and what emits."""
        source = self.input
        return source.data, source.pos, source.stop, source.base, self.emitted.append

    def unwind(self, marks: int) -> None:
        """Close what was opened since there were so many *marks*, innermost first.

        Raises:
            LimitExceeded: As `release`, when all of them are closed.
        """
        failure: ParseError | None = None
        while len(self.marks) > marks:
            try:
                self.release(self.marks[-1])
            except ParseError as error:
                failure = error
        try:
            if failure is not None:
                raise failure
        finally:
            del failure  # its traceback holds this frame

    def whole(self, parser: Parsing[T]) -> Steps[T]:
        """Return the steps that parse *parser* as all of the input."""
        return self._as_item(self._to_the_end(parser))

    def _to_the_end(self, parser: Parsing[T]) -> Steps[T]:
        value = yield from parser._parse()
        yield from self.byte_or_end()
        if self.input:
            raise self.mismatch("end of input")
        return value

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

    def rewind(self, mark: Mark) -> None:
        """Go back to where an alternative began.

        Raises:
            LimitExceeded: When too much has been read again within this item.
        """
        self._again += self.input.position - mark.position
        self.input.move_to(mark.position)
        if self._again > self.limits.max_backtrack:
            raise self.over_limit(self.limits.max_backtrack, "max_backtrack")

    def gives_up(self, error: ParseError, mark: Mark) -> bool:
        """Tell whether *error* makes the next alternative be tried, and remember why."""
        if error._foreign or isinstance(error, LimitExceeded) or not mark.alive:
            return False
        self.place(error)
        # Once raised it holds frames, which hold this object in turn.
        error.__traceback__ = error.__context__ = None
        self._furthest = furthest(self._furthest, error)
        return True

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
