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
from typing import TYPE_CHECKING, TypeVar

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
    greenlets = gevent.pool.Pool()

    def start(accepted: socket.socket) -> None:
        peer = peer_of(accepted)
        try:
            channel = Channel(
                factory(),
                _adopted(accepted),
                peer,
                gevent.lock.RLock(),
                watched=handler is not None,
                lingers=True,
            )
        except Exception as error:
            accepted.close()
            failures.tell(peer, error, 0)
        else:
            greenlet = greenlets.spawn(
                handle, channel, handler and partial(handler, channel), failures
            )
            greenlet.link(lambda _: channel.release())  # also if it was killed before it ran

    with listen(host, port, sock) as listener, closing(Wakeup()) as wakeup:
        accepting = gevent.pool.Group()
        accepting.spawn(_accept, listener, start, failures)
        try:
            if on_listening is not None:
                on_listening(Server(listener, wakeup.set))
            gevent.socket.wait_read(wakeup.fileno())
        finally:
            accepting.kill()
            greenlets.kill()


def _accept(
    listener: socket.socket, start: Callable[[socket.socket], None], failures: Failures
) -> None:
    while True:
        gevent.socket.wait_read(listener.fileno())
        try:
            start(accept(listener))
        except OSError as error:
            gevent.sleep(failures.accepting(error))


def _adopted(sock: socket.socket) -> gevent.socket.socket:
    """Turn *sock* into a socket of gevent's."""
    return gevent.socket.socket(sock.family, sock.type, fileno=sock.detach())
