"""The channel of the loops that simply wait: blocking sockets and gevent's.

The adapter brings a socket and a lock of its own kind; the rest is alike.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from ohneio.loops._pump import CHUNK, LINGER, Next, Pump
from ohneio.loops._tls import TLSSocket

if TYPE_CHECKING:
    from typing import Self

    from ohneio import Connection
    from ohneio.loops._failures import Failures
    from ohneio.loops._sockets import Address

__all__ = ["Socket", "SyncChannel", "handle"]

R = TypeVar("R", covariant=True)
E = TypeVar("E", covariant=True)
T = TypeVar("T")


class Socket(Protocol):
    """What is asked of a socket that waits."""

    def recv(self, bufsize: int, /) -> bytes:
        """Wait for bytes; none are the end."""
        ...

    def sendall(self, data: bytes, /) -> None:
        """Wait until all of *data* is sent."""
        ...

    def settimeout(self, value: float | None, /) -> None:
        """Bound every later wait."""
        ...

    def shutdown(self, how: int, /) -> None:
        """End one direction, or both; whoever waits is woken."""
        ...

    def close(self) -> None:
        """Give the descriptor back."""
        ...


class SyncChannel(Generic[R, E]):
    """One connection on a socket: iterate for its events, write to the peer.

    Only one thread (or greenlet) iterates; `write` and `abort` may be called
    from others. Leave it with ``with``, or `close` it.

    Args:
        conn: The connection.
        sock: Its socket.
        peer: The other end's host and port.
        lock: Held while sending.
        watched: Whether somebody wants the events.
        lingers: Whether to `finish`, rather than to close at once, when the protocol has ended.

    Attributes:
        conn: The connection itself, to look at.
        peer: The other end's host and port.

    Example::

        with connect(replies, "127.0.0.1", 6379) as channel:
            channel.write(b"PING\\r\\n")
            for reply in channel:
                print(reply)
    """

    def __init__(
        self,
        conn: Connection[R, E],
        sock: Socket,
        peer: Address,
        lock: AbstractContextManager[object],
        *,
        watched: bool = True,
        lingers: bool = False,
    ) -> None:
        self.conn = conn
        self.peer = peer
        self._pump = Pump(conn, watched=watched)
        self._lingers = lingers
        self._sock = sock
        self._lock = lock
        self._events: deque[E] = deque()
        self._left = False
        self._ended = False
        self._closed = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> E:
        if not self._events:
            self._events.extend(self._more())
        if not self._events:
            raise StopIteration
        return self._events.popleft()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if exc[0] is None:
            self.close()
        else:
            self.release()

    @property
    def left(self) -> bool:
        """Whether it was closed or aborted on this side."""
        return self._left

    def write(self, data: bytes) -> None:
        """Send *data* to the peer as it is, past the protocol, and wait until it is gone.

        Raises:
            OSError: The connection is closed, or broken.
        """
        if self._closed or self._left:
            raise BrokenPipeError("the connection is closed")
        try:
            self._send(data)
        except OSError:
            raise
        except BaseException:  # cancelled: who knows how much of it is gone
            self.abort()
            raise

    def send_eof(self) -> None:
        """Tell the peer that no more will be written; its answers still come.

        Raises:
            OSError: The connection is closed, or broken.
            NotImplementedError: Over TLS there is no such thing.
        """
        if isinstance(self._sock, TLSSocket):
            raise NotImplementedError("there is no half-close over TLS")
        with self._lock:
            self._sock.shutdown(socket.SHUT_WR)

    def result(self) -> R:
        """Drive the connection to its end and return its result.

        Events that are emitted meanwhile are kept for the iteration.

        Raises:
            ParseError: What the protocol failed with, or whatever else it raised.
            NoResult: The connection was closed before its end.
            OSError: The connection broke before its end.
        """
        while events := self._more():
            self._events.extend(events)
        return self.conn.get_result()

    def close(self) -> None:
        """End the protocol, send what it had written by now, and close."""
        if self._closed:
            return
        self._left = True
        self._events.clear()
        try:
            for output in self._pump.close():
                self._send(output)
            self._say_goodbye()
        finally:
            self.release()

    def abort(self) -> None:
        """End the connection at once, also from another thread: nothing more is sent.

        Whoever waits in it is woken; the iteration ends without an error.
        """
        self._left = True
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def release(self) -> None:
        """Close the socket and the protocol, if they are not closed yet."""
        if not self._closed:
            self._closed = True
            with suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)  # wakes whoever still waits
            self._sock.close()
        if self._pump.running:  # else whoever closed it may be at it still, in another thread
            self.conn.close()

    def finish(self) -> None:
        """Close, after the peer has had a while to take the last output and close too.

        Closing while the peer still sends would reset the connection, and what
        was sent last might be lost.
        """
        if self._ended and not self._closed:
            self._say_goodbye()
            if not self._pump.eof:
                self._linger()
        self.release()

    def _more(self) -> list[E]:
        """Wait for events; none are the end. The failure is raised after it."""
        if self._ended or self._closed or self._left:
            return []
        try:
            events = self._drive()
        except BaseException as error:
            self.release()
            if self._left and isinstance(error, OSError):
                return []
            raise
        if not events:
            self._end()
        return events

    def _end(self) -> None:
        self._ended = True
        if not self._lingers:
            self._say_goodbye()
            self.release()
        self._pump.check()

    def _drive(self) -> list[E]:
        while True:
            step = self._pump.step()
            if isinstance(step, list):
                return step
            if isinstance(step, bytes):
                self._send(step)
            elif step is Next.INPUT:
                self._receive()
            else:
                return []

    def _send(self, data: bytes) -> None:
        with self._lock:
            self._sock.sendall(data)

    def _receive(self) -> None:
        data = self._sock.recv(CHUNK)
        if self._left:  # what woke us is no end of input
            raise ConnectionAbortedError("closed on this side")
        self._pump.feed(data)

    def _say_goodbye(self) -> None:
        with suppress(OSError):  # the peer is gone already
            self._sock.shutdown(socket.SHUT_WR)

    def _linger(self) -> None:
        """Give the peer a while to read the rest and close as well."""
        deadline = monotonic() + LINGER
        with suppress(OSError):
            while (left := deadline - monotonic()) > 0:
                self._sock.settimeout(left)
                if not self._sock.recv(CHUNK):
                    break


def handle(
    channel: SyncChannel[object, T],
    handler: Callable[[T], object] | None,
    failures: Failures,
) -> None:
    """Hand every event to *handler*, to the end; tell what goes wrong; close."""
    with _telling(channel, failures), ExitStack() as stack:
        stack.callback(channel.release)
        with _telling(channel, failures):
            for event in channel:
                if handler is not None:
                    handler(event)
        channel.finish()


@contextmanager
def _telling(channel: SyncChannel[object, object], failures: Failures) -> Generator[None]:
    try:
        yield
    except Exception as error:
        if not (channel.left and failures.of_network(error)):
            failures.tell(channel.peer, error, channel.conn.consumed)
