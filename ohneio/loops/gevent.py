"""gevent: one greenlet a connection, on gevent's own sockets.

Nothing needs to be monkey-patched.

Example::

    from ohneio.loops.gevent import connect, serve

    serve(echo, "127.0.0.1", 8007)
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from ohneio.loops._failures import Failures, OnError, missing
from ohneio.loops._pump import BURST
from ohneio.loops._sockets import Server, Wakeup, accept, listen, peer_of, prompt
from ohneio.loops._sync import SyncChannel, handle

try:
    import gevent
    import gevent.lock
    import gevent.pool
    import gevent.socket
except ImportError as error:
    raise ImportError(missing("gevent")) from error

if TYPE_CHECKING:
    from ohneio import Connection
    from ohneio.loops._sockets import Address

__all__ = ["Channel", "Server", "connect", "serve"]

R = TypeVar("R")
E = TypeVar("E")


class Channel(SyncChannel[R, E]):
    """One connection on a gevent socket; now and then it gives way to others.

    A socket that is always ready never would by itself.
    """

    _transfers = 0

    def _send(self, data: bytes) -> None:
        super()._send(data)
        self._give_way()

    def _receive(self) -> None:
        super()._receive()
        self._give_way()

    def _give_way(self) -> None:
        self._transfers = (self._transfers + 1) % BURST
        if not self._transfers:
            gevent.sleep(0)


def connect(factory: Callable[[], Connection[R, E]], host: str, port: int) -> Channel[R, E]:
    """Connect to a server and return the channel.

    Args:
        factory: Makes the connection.
        host: The server's name or address.
        port: The server's port.

    Raises:
        OSError: The server cannot be reached.

    Example::

        with connect(replies, "127.0.0.1", 6379) as channel:
            channel.write(b"PING\\r\\n")
            print(next(channel))
    """
    conn = factory()
    sock = prompt(gevent.socket.create_connection((host, port)))
    return Channel(conn, sock, peer_of(sock), gevent.lock.RLock())


def serve(
    factory: Callable[[], Connection[R, E]],
    host: str | None = None,
    port: int | None = None,
    *,
    handler: Callable[[Channel[R, E], E], object] | None = None,
    on_error: OnError | None = None,
    on_listening: Callable[[Server], object] | None = None,
    sock: socket.socket | None = None,
) -> None:
    """Accept connections, each in a greenlet of its own, until stopped.

    It lasts until `Server.stop` is called or an exception comes; then the
    greenlets are killed and every connection is closed.

    Args:
        factory: Makes a connection for every peer.
        host: Where to listen; without one, on this machine alone.
        port: Where to listen; 0, or none, is a port that is free.
        handler: Called in the connection's greenlet with the channel and each event.
        on_error: Called with peer, error and offset; without it, failures are logged.
        on_listening: Called once with the server, when it listens.
        sock: Serve this listening socket instead, and close it at the end.

    Raises:
        OSError: The address cannot be had.

    Example::

        def answer(channel, request):
            channel.write(b"you said " + request)

        serve(requests, "127.0.0.1", 8007, handler=answer)
    """
    failures = Failures(__name__, on_error)
    greenlets = _Greenlets(factory, handler, failures)
    with listen(host, port, sock) as listener, closing(Wakeup()) as wakeup:
        accepting = gevent.pool.Group()
        accepting.spawn(_accept, listener, greenlets, failures)
        try:
            if on_listening is not None:
                on_listening(Server(listener, wakeup.set))
            gevent.socket.wait_read(wakeup.fileno())
        finally:
            accepting.kill()
            greenlets.close()


def _accept(listener: socket.socket, greenlets: _Greenlets[R, E], failures: Failures) -> None:
    while True:
        gevent.socket.wait_read(listener.fileno())
        try:
            greenlets.start(accept(listener))
        except OSError as error:
            gevent.sleep(failures.accepting(error))


class _Greenlets(Generic[R, E]):
    """The connections of a server, each driven by a greenlet."""

    def __init__(
        self,
        factory: Callable[[], Connection[R, E]],
        handler: Callable[[Channel[R, E], E], object] | None,
        failures: Failures,
    ) -> None:
        self._factory = factory
        self._handler = handler
        self._failures = failures
        self._running = gevent.pool.Group()

    def start(self, sock: socket.socket) -> None:
        """Serve one more peer."""
        peer = peer_of(sock)
        try:
            channel = self._channel(sock, peer)
        except Exception as error:
            sock.close()
            self._failures.tell(peer, error, 0)
        else:
            handler = self._handler and partial(self._handler, channel)
            greenlet = self._running.spawn(handle, channel, handler, self._failures)
            greenlet.link(lambda _: channel.release())  # also if it was killed before it ran

    def close(self) -> None:
        """Kill every greenlet, and wait for it."""
        self._running.kill()

    def _channel(self, sock: socket.socket, peer: Address) -> Channel[R, E]:
        conn = self._factory()
        adopted = gevent.socket.socket(sock.family, sock.type, fileno=sock.detach())
        watched = self._handler is not None
        lock = gevent.lock.RLock()
        return Channel(conn, adopted, peer, lock, watched=watched, lingers=True)
