"""A selector, and the connections of a server that it looks after."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import islice
from selectors import EVENT_READ, DefaultSelector
from time import monotonic
from typing import TYPE_CHECKING, Generic, TypeVar

from ohneio.loops._nonblocking import Channel
from ohneio.loops._sockets import accept, peer_of

if TYPE_CHECKING:
    import socket

    from ohneio import Connection
    from ohneio.loops._failures import Failures
    from ohneio.loops._sockets import Wakeup

__all__ = ["SelectorLoop"]

R = TypeVar("R")
E = TypeVar("E")


class SelectorLoop(Generic[R, E]):
    """Accept connections, and give each its turn whenever it can do something."""

    def __init__(
        self,
        factory: Callable[[], Connection[R, E]],
        handler: Callable[[Channel[R, E], E], object] | None,
        failures: Failures,
        listener: socket.socket,
    ) -> None:
        self._factory = factory
        self._handler = handler
        self._failures = failures
        self._listener = listener
        self._selector = DefaultSelector()
        self._channels: set[Channel[R, E]] = set()
        # Who still has time to close, in the order in which it will be over.
        self._lingering: dict[Channel[R, E], float] = {}
        self._resumes: float | None = None  # when to accept again
        self._accept_again()

    def run(self, wakeup: Wakeup) -> None:
        """Serve until *wakeup* is set."""
        self._selector.register(wakeup, EVENT_READ)
        while True:
            for key, ready in self._selector.select(self._patience()):
                if key.data is not None:
                    key.data(ready)
                elif wakeup.is_set():
                    return
            self._look_at_the_clock()

    def close(self) -> None:
        """Close every connection."""
        try:
            for channel in list(self._channels):
                self._dispose(channel)
        finally:
            self._selector.close()

    # Accepting.

    def _accept(self, _: int) -> None:
        try:
            accepted = accept(self._listener)
        except OSError as error:
            self._pause(self._failures.accepting(error))
        else:
            self._add(accepted)

    def _pause(self, seconds: float) -> None:
        if seconds:
            self._selector.unregister(self._listener)
            self._resumes = monotonic() + seconds

    def _accept_again(self) -> None:
        self._resumes = None
        self._selector.register(self._listener, EVENT_READ, self._accept)

    def _add(self, accepted: socket.socket) -> None:
        peer = peer_of(accepted)
        try:
            watched = self._handler is not None
            channel = Channel(self._factory(), accepted, peer, serves=True, watched=watched)
        except Exception as error:
            accepted.close()
            self._failures.tell(peer, error, 0)
        else:
            channel.changed = partial(self._changed, channel)
            self._channels.add(channel)
            self._selector.register(accepted, channel.interest, partial(self._turn, channel))

    # Serving.

    def _turn(self, channel: Channel[R, E], ready: int) -> None:
        try:
            for event in channel.turn(ready):
                if self._handler is not None:
                    self._handler(channel, event)
        except Exception as error:
            self._fail(channel, error)
        self._changed(channel)

    def _fail(self, channel: Channel[R, E], error: Exception) -> None:
        if not (channel.left and self._failures.of_network(error)):
            self._failures.tell(channel.peer, error, channel.conn.consumed)
        if channel.deadline is None:
            self._dispose(channel)

    def _dispose(self, channel: Channel[R, E]) -> None:
        try:
            channel.release()
        except Exception as error:  # a `finally` block of the protocol
            self._failures.tell(channel.peer, error, channel.conn.consumed)

    def _changed(self, channel: Channel[R, E]) -> None:
        """Select for what *channel* waits for now."""
        if channel not in self._channels:
            return None
        key = self._selector.get_key(channel.sock)
        if not (interest := channel.interest):
            return self._forget(channel)
        if interest != key.events:
            self._selector.modify(channel.sock, interest, key.data)
        if channel.deadline is not None:
            self._lingering.setdefault(channel, channel.deadline)
        return None

    def _forget(self, channel: Channel[R, E]) -> None:
        self._selector.unregister(channel.sock)
        self._channels.remove(channel)
        self._lingering.pop(channel, None)

    # The clock.

    def _patience(self) -> float | None:
        """Return for how long there is nothing to do but wait."""
        due = [*islice(self._lingering.values(), 1)]
        if self._resumes is not None:
            due.append(self._resumes)
        return max(min(due) - monotonic(), 0) if due else None

    def _look_at_the_clock(self) -> None:
        now = monotonic()
        if self._resumes is not None and self._resumes <= now:
            self._accept_again()
        for channel in [one for one, due in self._lingering.items() if due <= now]:
            self._turn(channel, 0)
