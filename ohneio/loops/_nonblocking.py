"""The channel of a selector: it does what can be done now, and says what it waits for."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from selectors import EVENT_READ, EVENT_WRITE
from time import monotonic
from typing import TYPE_CHECKING, Generic, TypeVar

from ohneio.loops._pump import BURST, CHUNK, LINGER, Next, Pump

if TYPE_CHECKING:
    from ohneio import Connection
    from ohneio.loops._sockets import Address

__all__ = ["Channel"]

R = TypeVar("R", covariant=True)
E = TypeVar("E", covariant=True)


class _Outgoing:
    """Bytes on their way to the peer, in order."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._pieces: deque[bytes] = deque()
        self._current = memoryview(b"")
        self._put = 0
        self.sent = 0

    @property
    def unsent(self) -> int:
        """How many bytes are not sent yet."""
        return self._put - self.sent

    def put(self, data: bytes) -> int:
        """Queue *data*; return what `sent` will be when all of it is gone."""
        self._pieces.append(data)
        self._put += len(data)
        return self._put

    def flush(self) -> None:
        """Send what the socket takes now."""
        for _ in range(BURST):
            if not self.unsent:
                return
            self._current = self._current or self._next()
            try:
                sent = self._sock.send(self._current)
            except BlockingIOError:
                return
            self.sent += sent
            self._current = self._current[sent:]

    def _next(self) -> memoryview:
        """Join small pieces; a large one goes as it is."""
        taken = [self._pieces.popleft()]
        size = len(taken[0])
        while self._pieces and size + len(self._pieces[0]) <= CHUNK:
            taken.append(self._pieces.popleft())
            size += len(taken[-1])
        return memoryview(b"".join(taken) if len(taken) > 1 else taken[0])


def _nothing() -> None:
    """Tell nobody."""


class Channel(Generic[R, E]):
    """One connection under a selector: a handler may write to it, close or abort it.

    It is driven in turns, each bounded and without waiting; `interest` says
    when the next one is due. All of it happens in one thread.

    Args:
        conn: The connection.
        sock: Its socket, from now on not blocking.
        peer: The other end's host and port.
        serves: Be a server's: do not read while more than a piece of what was
            written is not sent, else a peer that never reads is answered without
            bound; and when the protocol has ended, give the peer a while to take
            the last output and close too.
        watched: Whether somebody wants the events.

    Attributes:
        conn: The connection itself, to look at.
        peer: The other end's host and port.
        sock: The socket, for the selector.
        deadline: When the peer's time to close is over, once it runs.
        changed: Called when `interest` changes outside of a turn.
    """

    def __init__(
        self,
        conn: Connection[R, E],
        sock: socket.socket,
        peer: Address,
        *,
        serves: bool,
        watched: bool,
    ) -> None:
        sock.setblocking(False)
        self.conn = conn
        self.peer = peer
        self.sock = sock
        self.deadline: float | None = None
        self.changed: Callable[[], object] = _nothing
        self._pump = Pump(conn, watched=watched)
        self._serves = serves
        self._outgoing = _Outgoing(sock)
        self._owed = 0  # how much is sent once the protocol's last output is
        self._need: Next | None = None  # what the pump asked for last, if it is to wait
        self._left = False  # `close` was called: nobody wants to know the rest
        self._due = False  # a turn is due, though there may be nothing to send
        self._ending = False  # a half-close is due as soon as everything is sent
        self._closed = False

    # For whoever has the selector.

    @property
    def interest(self) -> int:
        """What to select for; 0 when there is nothing to wait for any more."""
        if self._closed:
            return 0
        read = EVENT_READ if self._reads() else 0
        write = EVENT_WRITE if self._outgoing.unsent or self._due or self._goes_on() else 0
        return read | write

    def turn(self, ready: int) -> Iterator[E]:
        """Do what can be done now, and give the events, in order.

        Raises:
            OSError: The connection broke.
            BaseException: What the protocol failed with, after all it left.
        """
        if self._closed:
            return
        if ready & EVENT_READ and self._reads():
            self._receive()
        self._flush()
        for _ in range(BURST):
            if not self._goes_on():
                break
            yield from self._step()
            self._flush()
        self._settle()

    def release(self) -> None:
        """Close the socket and the protocol, if they are not closed yet."""
        if not self._closed:
            self._closed = True
            self.changed()
            self.changed = _nothing
            self.sock.close()
            self.conn.close()

    # For the embedder.

    @property
    def left(self) -> bool:
        """Whether it was closed or aborted on this side."""
        return self._left

    def write(self, data: bytes) -> None:
        """Queue *data* for the peer, as it is, past the protocol; it is sent in turn.

        Raises:
            OSError: The connection is closed, or its end was announced.
        """
        if self._closed or self._ending:
            raise BrokenPipeError("the connection is closed")
        if data:
            self._outgoing.put(bytes(data))
            self.changed()

    def send_eof(self) -> None:
        """Tell the peer, after what is queued, that no more will be written."""
        self._ending = self._due = True
        self.changed()

    def close(self) -> None:
        """End the protocol, and close once what it had written by now is sent."""
        if not (self._closed or self._left):
            self._left = self._due = True
            self._need = Next.END
            for output in self._pump.close():
                self._outgoing.put(output)
            self.changed()

    def abort(self) -> None:
        """End the connection at once: nothing more is sent."""
        self._left = True
        self.release()

    # One turn.

    def _reads(self) -> bool:
        if self.deadline is not None:
            return True
        held_back = self._serves and self._outgoing.unsent >= CHUNK
        return self._need is Next.INPUT and not held_back

    def _goes_on(self) -> bool:
        return not (self._closed or self._need or self._outgoing.sent < self._owed)

    def _step(self) -> Iterator[E]:
        step = self._pump.step()
        if isinstance(step, list):
            for event in step:
                if not (self._closed or self._left):
                    yield event
        elif isinstance(step, bytes):
            self._owed = self._outgoing.put(step)
        else:
            self._need = step

    def _receive(self) -> None:
        try:
            data = self.sock.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            if self.deadline is None:
                raise
            data = b""  # reset after our goodbye: an end as good as any
        if self.deadline is None:
            self._pump.feed(data)
            self._need = None
        elif not data:
            self._end()

    def _flush(self) -> None:
        if not self._closed:
            self._outgoing.flush()

    def _settle(self) -> None:
        """Say what is to be said once everything is sent."""
        if self._closed or self._outgoing.unsent:
            return
        self._due = False
        if self._need is Next.END and (not self._lingers() or self._late()):
            self._end()
        elif self._need is Next.END and self.deadline is None:
            self.deadline = monotonic() + LINGER
            self._half_close()
            self.changed()
            self._pump.check()
        elif self._ending:
            self._half_close()

    def _lingers(self) -> bool:
        return self._serves and not self._left and not self._pump.eof

    def _late(self) -> bool:
        return self.deadline is not None and monotonic() >= self.deadline

    def _half_close(self) -> None:
        with suppress(OSError):  # the peer is gone already
            self.sock.shutdown(socket.SHUT_WR)

    def _end(self) -> None:
        self.release()
        if not self._left and self.deadline is None:
            self._pump.check()
