"""The driver: between a caller's loop and a protocol's generators.

Operations we want: take bytes, note the end of the input, hand over output,
events and the result, and resume the protocol exactly when what it waits for
is there.

Rules that are kept here, and only here:

* One guarded entry.  State, re-entrancy, a second thread and the argument are
  checked before a byte is taken.  A list of one does it: who takes its item is
  inside.  That is one step, without the GIL too, and never blocks; a lock which
  is only tried does the same in twice the time.
* Lazy start.  No user code runs before the first call that pumps.  That call
  starts the protocol as 0.9's constructor did, and then pumps as any other:
  a `wait()` that the start ran into is over in the same call.
* Failure stays.  A copy of the error is kept which was never raised itself
  (one that was raised would hold frames, and grow with each raise); later
  calls raise copies of that copy.
* Nothing is lost: a failure moves the input to the first byte of the token
  that failed, and leaves output and events where they are.

Cost goals: a `send` that wakes nobody costs an append and a comparison.  The
context variable is set once a pump, not once a resume.

Doubts: a user's exception is copied with `copy.copy`, which trusts its
``args``; where that fails, later calls name it in a `UsageError` instead.
"""

from __future__ import annotations

import copy
import enum
from collections.abc import Callable
from types import CoroutineType, GeneratorType

from ._buffer import Buffer, Bytes, owned
from ._errors import ParseError, UsageError
from ._input import Input
from ._limits import Limits
from ._machine import Machine
from ._run import Run
from ._steps import WAIT, Host, Routine, host
from ._waiting import BYTES, DELIMITER, DRAIN, GO, PAUSE, START, TURN

__all__ = ["Driver", "State"]


class State(enum.StrEnum):
    """Where a connection is in its life."""

    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CLOSED = "CLOSED"


RUNNING = State.RUNNING  # asked for with every chunk, as `GO` and its like


class Driver:
    """Pump one protocol; `Connection` is its public face."""

    __slots__ = ("_failure", "_key", "_machine", "_result", "_run", "_start", "_state")

    def __init__(self, start: Callable[[], Routine[object]], limits: Limits, source: Input) -> None:
        self._start: Callable[[], Routine[object]] | None = start
        self._run = Run(limits, source)
        self._machine = Machine(self._run)
        self._key = [None]
        self._state = State.RUNNING
        self._result: object = None
        self._failure: BaseException | None = None

    # The guarded entry.

    def _enter(self, call: str) -> None:
        try:
            self._key.pop()
        except IndexError:
            raise self._entered(call) from None
        except BaseException:  # an interruption comes behind the call
            self._leave()
            raise

    def _leave(self) -> None:
        self._key.append(None)

    def _entered(self, call: str) -> UsageError:
        """Return the error for a call while somebody is inside."""
        inner: Host | None = host.get()
        while inner is not None:
            if inner is self._run:
                return UsageError(f"{call} called from inside the protocol that it drives")
            inner = inner.outer
        return UsageError(f"{call} called while another thread is inside this connection")

    # What the public calls do.

    def _feed(self, chunk: Bytes) -> None:
        data = chunk if type(chunk) is bytes else owned(chunk)
        run = self._run
        if run.waiting is PAUSE and data:  # as below, with what is known then
            source = run.input
            source._add(data)
            if len(source.data) - source.pos + source._behind >= run.want:
                self._wake(run)
            return
        if data:
            if run.input.eof or run.waiting is DRAIN or self._state is not RUNNING:
                self._refuse_input(len(data))
            if run.lane is not None:
                run.leave_lane()
            run.input._add(data)
        # As `_pump`, without the call.
        if run.waiting is TURN:
            run.waiting = GO
        if self._state is RUNNING and run.ready():
            self._wake(run)

    def _refuse_input(self, size: int) -> None:
        source, bound = self._run.input, self._run.limits.max_buffered
        if source.eof:
            raise UsageError("send() after send_eof(): the input has ended")
        if self._state is not RUNNING and len(source) + size > bound:
            raise UsageError(f"the protocol is done, and more than {bound} bytes were left over")
        if self._blocked() and len(source) > bound:
            raise UsageError(
                f"blocked on output with more than {bound} bytes unread: "
                "read() first, and look at wants_input before send()"
            )

    def _blocked(self) -> bool:
        """Tell whether it waits for its output to be read."""
        return self._run.waiting is DRAIN and bool(self._run.output)

    def _end(self) -> None:
        self._run.input.eof = True
        self._pump()

    def _drain(self, n: int) -> bytes:
        """Take output and let the protocol go on, in turn."""
        self._catch_up()
        output = self._run.output
        taken = output.read(n)
        parts, size = [taken], len(taken)
        try:
            while taken and not output and (size < n or not n):
                self._quietly(self._advance)
                taken = output.read(n - size if n else 0)
                parts.append(taken)
                size += len(taken)
        except BaseException:
            # Nobody has got it: it goes back, before what was written since.
            self._run.output = Buffer(*parts, output.read())
            raise
        return b"".join(parts)

    # Pumping.

    def _quietly(self, go_on: Callable[[], None]) -> None:
        """Let the protocol go on where its failure is only remembered, not raised.

        An interruption is no failure of the protocol: Ctrl-C, say, that came
        while it ran.  It has ended all the same, and whoever waits for it hears.
        """
        try:
            go_on()
        except Exception:
            if self._state is not State.FAILED:
                raise

    def _pump(self) -> None:
        """Let the protocol go on, once a call; what comes out of it is raised."""
        run = self._run
        if run.waiting is TURN:
            run.waiting = GO
        if self._state is RUNNING and run.ready():
            self._wake(run)

    def _catch_up(self) -> None:
        """Let the protocol go on where no input has come: only what waits for none can."""
        waiting = self._run.waiting
        if waiting is not DELIMITER and waiting is not BYTES and waiting is not PAUSE:
            self._quietly(self._pump)

    def _look(self) -> None:
        """Let the protocol look at what a lane has left over, if it has."""
        if self._run.unseen:
            self._run.leave_lane()
            self._quietly(self._advance)

    def _advance(self) -> None:
        if self._state is RUNNING and self._run.ready():
            self._wake(self._run)

    def _wake(self, run: Run) -> None:
        """Run on to where the protocol waits for what is not there, or ends."""
        if run.lane is not None:
            run.leave_lane()
        run.outer = host.get()
        token = host.set(run)
        # What is raised is never returned instead: its traceback holds the
        # frames of all callers, and one that named it would be a cycle.
        try:
            begins, run.waiting = run.waiting is START, GO
            value = self._begun(run) if begins else self._machine.resume()
            if value is not WAIT:
                self._finish(State.DONE)
                self._result = value
        except BaseException as error:
            self._fail(error)
            raise
        finally:
            host.reset(token)
            run.outer = None
            run.input.settle()

    def _begun(self, run: Run) -> object:
        self._machine.stack.append(self._routine())
        value = self._machine.resume()
        if value is not WAIT or run.waiting is not TURN:
            return value
        run.waiting = GO
        return self._machine.resume()

    def _routine(self) -> Routine[object]:
        start, self._start = self._start, None
        routine = start() if start else None
        if not isinstance(routine, (GeneratorType, CoroutineType)):
            raise UsageError(
                "a protocol is a generator function, an async function or a parser; "
                f"this one returned {type(routine).__name__}"
            )
        return routine

    # Endings.

    def _fail(self, error: BaseException) -> None:
        if isinstance(error, ParseError) and not error._foreign:
            self._run.place(error)
            self._move_to(error)
        self._finish(State.FAILED)
        # Copying runs code of the user's: whatever that does, it has failed.
        self._failure = named(error)
        self._failure = remembered(error)

    def _interrupted(self, error: BaseException) -> None:
        """Fail with what was raised in a lane, as if it had been raised in the protocol."""
        try:
            self._machine.close()
        finally:
            self._fail(error)

    def _move_to(self, error: ParseError) -> None:
        source, start = self._run.input, error._start
        end = source.position + len(source)
        if start is not None and source.position < start <= end:
            source.move_to(start)

    def _finish(self, state: State) -> None:
        self._state = state
        self._start = None
        self._run.waiting = GO
        self._run.lane = None
        self._run.input.search = None

    def _shut(self) -> None:
        """Unwind a running protocol, last in first out, and be CLOSED."""
        run = self._run
        run.input.pos += run.taken
        run.ahead = 0  # it was read now, for whoever looks while it is unwound
        try:
            self._machine.close()
        finally:
            self._finish(State.CLOSED)


def remembered(error: BaseException) -> BaseException:
    """Return a copy of *error* that was never raised, or what names it."""
    try:
        copied = again(error)
        same = type(copied) is type(error) and str(copied) == str(error)
        if same and copied is not error:
            return copied
    except Exception:  # noqa: S110  # whatever it is, the caller hears of it below
        pass
    return named(error)


def named(error: BaseException) -> UsageError:
    """Return what stands for an *error* that cannot be raised again."""
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    return UsageError(f"the protocol failed with {name}, which cannot be copied and raised again")


def again(error: BaseException) -> BaseException:
    """Return a copy of *error* that shares nothing that grows when it is raised."""
    copied = copy.copy(error)
    if notes := getattr(error, "__notes__", None):
        copied.__notes__ = list(notes)
    return copied
