"""The object between a protocol and somebody's loop."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from types import TracebackType
from typing import Generic, Never, Self, TypeVar, cast

from ._buffer import Bytes, checked
from ._driver import RUNNING, Driver, State, again
from ._errors import NoResult, UsageError
from ._input import Input
from ._limits import DEFAULT_LIMITS, Limits, checked_limits
from ._steps import Routine
from ._waiting import BYTES, DELIMITER, PAUSE

__all__ = ["Connection"]

R = TypeVar("R", covariant=True)
E = TypeVar("E", covariant=True)


class Connection(Driver, Generic[R, E]):
    """Run one protocol without any I/O: bytes in, bytes, events and a result out.

    Bytes that came *from* the wire go in by `send`, and `send_eof` says that
    no more will come. Bytes that go *to* the wire come out by `read`, emitted
    values by `events`, and what the protocol returned by `get_result`. Nothing
    runs before the first of these calls, each of which lets the protocol go
    on as far as it can.

    Connections are made by what `protocol` and `stream` return. One may be
    handed from thread to thread between calls, not used by two at once.
    Leaving a ``with`` block closes it.

    Example:
        >>> from ohneio import protocol, read, write
        >>> @protocol
        ... def double():
        ...     yield from write((yield from read(2)) * 2)
        >>> conn = double()
        >>> conn.send(b"a")
        >>> conn.waiting
        'need 1 more byte at offset 1'
        >>> conn.send(b"b")
        >>> conn.read()
        b'abab'
    """

    __slots__ = ("__weakref__",)

    def __init__(
        self,
        start: Callable[[], Routine[R]],
        limits: Limits = DEFAULT_LIMITS,
        source: Input | None = None,
    ) -> None:
        bound = checked_limits(limits).max_buffered
        super().__init__(start, limits, Input(bound) if source is None else source)

    # From the wire.

    def send(self, data: Bytes) -> None:  # noqa: C901  # a call would be on the way of every chunk
        """Hand in bytes that came from the wire, and let the protocol go on.

        ``b""`` only lets it go on. In state DONE the bytes are kept, see
        `unconsumed`; in FAILED nothing is taken.

        Args:

            data: The bytes; what is not `bytes` is copied.

        Raises:
            ParseError: The protocol failed on these bytes, now or earlier.
                State is FAILED; what it wrote and emitted before is still
                there, and so is what it did not consume.
            UsageError: Nothing was taken: *data* is not bytes-like, the
                connection is closed, the input had ended, the call came from
                inside the protocol or from a second thread, or too much is
                waiting already (see `wants_input`).
            BaseException: Whatever else the protocol raised, unchanged.
        """
        try:  # as `_enter` and `_leave`, without the calls
            self._key.pop()
        except IndexError:
            raise self._entered("send()") from None
        except BaseException:  # an interruption comes behind the call
            self._leave()
            raise
        try:
            run = self._run
            lane = run.lane
            if lane is None or type(data) is not bytes:
                taken = False
            else:
                try:
                    taken = lane((run, data))
                except StopIteration:  # it has left; or was interrupted before, and has ended
                    taken = run.lane is None
                except BaseException as error:  # an interruption, say
                    if run.lane is None:  # it has taken the chunk, and left
                        self._interrupted(error)
                    raise
            if not taken:
                if self._state is not RUNNING:
                    self._refuse_ended("send()")
                self._feed(data)
            elif run.lane is None:  # it has taken the chunk, and leaves the rest to the protocol
                self._feed(b"")
        finally:
            self._key.append(None)

    def send_eof(self) -> None:
        """Say that no more bytes will come from the wire; again does no harm.

        A protocol that waits for input gets an `IncompleteInput` where it
        waits, which it may catch; `at_eof` becomes true; `write` goes on.

        Raises:
            ParseError: As `send`.
            UsageError: As `send`.
        """
        self._enter("send_eof()")
        try:
            self._refuse_ended("send_eof()")
            if self._state is State.RUNNING:
                self._end()
        finally:
            self._leave()

    # To the wire, and to the embedder.

    def read(self, n: int = 0) -> bytes:
        """Take at most *n* bytes that go to the wire, or all without *n*.

        The protocol goes on whenever its output was taken, until *n* bytes
        are there or it writes no more. Without *n* a protocol that writes for
        ever is read for ever: a loop should ask for, say, 65536.

        Never raises the protocol's failure: see `error`.

        Raises:
            UsageError: *n* is negative, or the call came from inside the
                protocol or from a second thread. Nothing was taken.
            BaseException: An interruption, such as Ctrl-C, that came while
                the protocol ran. Nothing was taken.
        """
        self._enter("read()")
        try:
            return self._drain(checked(n))
        finally:
            self._leave()

    def events(self) -> list[E]:
        """Take the values that the protocol emitted since the last call, in order.

        Never raises the protocol's failure: see `error`.

        Raises:
            UsageError: The call came from inside the protocol or from a
                second thread. Nothing was taken.
        """
        try:
            self._key.pop()
        except IndexError:
            raise self._entered("events()") from None
        except BaseException:
            self._leave()
            raise
        try:
            run = self._run
            # As `_catch_up`, mostly without the call.
            waiting = run.waiting
            if waiting is not DELIMITER and waiting is not BYTES and waiting is not PAUSE:
                self._catch_up()
            taken = run.emitted
            if run.events is taken:
                run.events = run.emitted = []
            else:
                run.emitted = []
            if type(taken) is not list:
                taken = taken.all()  # type: ignore[attr-defined]  # it is a `Later`
            return taken  # type: ignore[return-value]  # `cast` is a call
        finally:
            self._key.append(None)

    @property
    def has_result(self) -> bool:
        """Whether the protocol has returned, after letting it go on."""
        self._enter("has_result")
        try:
            self._catch_up()
            return self._state is State.DONE
        finally:
            self._leave()

    def get_result(self) -> R:
        """Return what the protocol returned, ``None`` included.

        Raises:
            NoResult: It has not returned yet, or was closed before it did.
            ParseError: It failed, as `send`.
            BaseException: Whatever else the protocol raised.
            UsageError: As `read`.
        """
        self._enter("get_result()")
        try:
            self._pump()
            self._refuse_failed()
        finally:
            self._leave()
        if self._state is not State.DONE:
            raise NoResult(f"the protocol has no result: {self.waiting}")
        return cast("R", self._result)

    def close(self) -> None:
        """End a running protocol: its ``finally`` blocks run, innermost first.

        What is left of output, events and input can still be taken. Does
        nothing unless RUNNING.

        Raises:
            UsageError: The call came from inside the protocol or from a
                second thread. Nothing was done.
            BaseException: Whatever a ``finally`` block raised; the connection
                is CLOSED all the same.
        """
        self._enter("close()")
        try:
            if self._state is State.RUNNING:
                self._look()
            if self._state is State.RUNNING:
                self._shut()
        finally:
            self._leave()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # How it stands; none of these runs the protocol.

    @property
    def state(self) -> State:
        """RUNNING, DONE, FAILED or CLOSED."""
        return self._state

    @property
    def error(self) -> BaseException | None:
        """A copy of what the protocol failed with, or ``None``."""
        return None if self._failure is None else again(self._failure)

    @property
    def needed(self) -> int:
        """The least number of further bytes that would wake the protocol.

        1 for a delimiter; 0 when it does not wait for input.
        """
        self._show()
        return self._run.needed()

    @property
    def waiting(self) -> str:
        """What the protocol waits for, as a sentence for a log."""
        self._show()
        if self._state is State.RUNNING:
            return self._run.describe()
        ends = {State.DONE: "it is done", State.FAILED: "it failed"}
        return ends.get(self._state, "it was closed")

    @property
    def wants_input(self) -> bool:
        """Whether more input helps: False while blocked on output, at the end, or not RUNNING."""
        return self._state is State.RUNNING and not self._run.input.eof and not self._blocked()

    @property
    def consumed(self) -> int:
        """How many bytes were consumed: with `unconsumed`, all that were fed."""
        self._show()
        return self._run.input.position + self._run.taken

    @property
    def unconsumed(self) -> bytes:
        """The bytes that were fed and not consumed.

        In state DONE exactly what is left over, for whoever takes the
        connection next; in FAILED from the first byte of the token that failed.
        """
        self._show()
        return self._run.input.peek()[self._run.taken :]

    @property
    def pending_input(self) -> int:
        """How many fed bytes are not consumed."""
        self._show()
        return len(self._run.input) - self._run.taken

    @property
    def pending_output(self) -> int:
        """How many written bytes were not read."""
        return len(self._run.output)

    def __repr__(self) -> str:
        return f"<Connection {self._state}: {self.waiting}>"

    def __reduce__(self) -> Never:
        # A copy would share the generators, and be a second mouth for one mind.
        raise TypeError("a connection holds running code, and cannot be copied or pickled")

    # Private.

    def _show(self) -> None:
        """Let the protocol look at what a lane has left over, before anybody sees how it stands."""
        if self._run.unseen:
            with contextlib.suppress(IndexError):  # whoever is inside sees what is there
                self._key.pop()
                try:
                    self._look()
                finally:
                    self._key.append(None)

    def _refuse_ended(self, call: str) -> None:
        if self._state is State.CLOSED:
            raise UsageError(f"{call} on a connection that was closed")
        self._refuse_failed()

    def _refuse_failed(self) -> None:
        if self._failure is not None:
            raise again(self._failure)
