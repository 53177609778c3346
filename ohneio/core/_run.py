"""What one running protocol has: its input, output, events and wake condition.

The driver asks `Run.ready` whether the condition holds; until then it does not
touch the generator.  Feeding byte by byte therefore costs a comparison a byte.

A `Run` never refers to the generators that use it, so that a connection which
is dropped is gone at once, without the garbage collector.

It stands on three layers, each of which adds to the one below and knows nothing of
those above: `Failing` tells what is wrong with the input, `Trying` goes back in it, and
`Sleeping` waits for more of it.  Here is what the driver asks, and what runs a parser.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias, TypeVar

from ._errors import ParseError, capped, counted, inside, show
from ._gathering import Gathering
from ._input import Input
from ._limits import Limits
from ._sleeping import Sleeping
from ._steps import Steps
from ._waiting import BYTES, DELIMITER, DRAIN, END, PAUSE, TURN, Waiting

__all__ = ["UNBOUNDED", "Parsing", "Run", "Stepping", "Take"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

#: The bound of what has no bound of its own: 1 GiB, the greatest that CPython
#: compares in one step.
UNBOUNDED = (1 << 30) - 1


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


class Run(Sleeping):
    """Hold the state of one running protocol, apart from its generators."""

    __slots__ = ("_places", "ahead", "aside", "lane", "losses", "patience")

    def __init__(self, limits: Limits, source: Input) -> None:
        super().__init__(limits, source)
        # What takes chunks while the generator sleeps: see `_lanes`.
        self.lane: Take | None = None
        # What a lane has taken, in pieces, of the item that it waits in.
        self.aside: list[bytes] | None = None
        # How many items are still taken without one; how many, when the next is too long.
        self.patience, self.losses = FIRST, 0
        # While code pauses: how much of what is unread it has taken.
        self.ahead = 0
        # And `inside`, or else `cut`: an idle connection has no room for both.
        self._places: tuple[str, ...] | frozenset[int] = ()

    # For staged code.

    @property
    def inside(self) -> tuple[str, ...]:
        """In which fields code is that pauses."""
        return self._places if isinstance(self._places, tuple) else ()

    @inside.setter
    def inside(self, fields: tuple[str, ...]) -> None:
        self._places = fields

    @property
    def cut(self) -> frozenset[int]:
        """Where items began of which not all was there, since code has paused."""
        return self._places if isinstance(self._places, frozenset) else frozenset()

    @cut.setter
    def cut(self, places: frozenset[int]) -> None:
        self._places = places

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

    # For whoever runs a parser.

    def steps(self, parser: Stepping[T]) -> Steps[T]:
        """Return the steps that parse *parser*, an item of its own if none is under way."""
        if self.item is not None:
            return parser._steps()
        return self._as_item(parser._steps())

    def whole(self, parser: Parsing[T]) -> Steps[T]:
        """Return the steps that parse *parser* as all of the input."""
        return self._as_item(self._to_the_end(parser))

    def _to_the_end(self, parser: Parsing[T]) -> Steps[T]:
        value = yield from parser._parse()
        yield from self.byte_or_end()
        if self.input:
            raise self.mismatch("end of input")
        return value

    def _as_item(self, steps: Steps[T]) -> Steps[T]:
        self.item, self._again, self._furthest = self.input.position, 0, None
        self._spilled = self._forgotten = self._labels = None
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

    # For staged code.

    def hand_over(self, start: int, pos: int) -> None:
        """Let a node go on at *pos* in the current block, in the item that began at *start*."""
        self.input.pos = pos
        self.begin(start)

    def here(self) -> tuple[bytes, int, int, int, Callable[[object], None]]:
        """Return the current block, where it is read, up to where, its offset; and what emits."""
        source = self.input
        return source.data, source.pos, source.stop, source.base, self.emitted.append
