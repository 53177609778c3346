"""Blocking sockets: one thread a connection.

Example::

    from ohneio.loops.blocking import connect, serve

    serve(echo, "127.0.0.1", 8007)  # until Ctrl-C
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from functools import partial
from selectors import EVENT_READ, DefaultSelector
from ssl import SSLContext
from threading import Lock, Thread
from typing import TYPE_CHECKING, Generic, TypeVar

from ohneio.loops._failures import Failures, OnError
from ohneio.loops._sockets import Server, Wakeup, accept, listen, peer_of, prompt
from ohneio.loops._sync import Socket, SyncChannel, handle
from ohneio.loops._tls import TLSSocket

if TYPE_CHECKING:
    from ohneio import Connection
    from ohneio.loops._sockets import Address

__all__ = ["Channel", "Server", "connect", "serve"]

R = TypeVar("R")
E = TypeVar("E")


class Channel(SyncChannel[R, E]):
    """One connection on a blocking socket; see `SyncChannel`, which it adds nothing to."""


def connect(
    factory: Callable[[], Connection[R, E]],
    host: str,
    port: int,
    *,
    ssl: SSLContext | None = None,
    server_hostname: str | None = None,
) -> Channel[R, E]:
    """Connect to a server and return the channel.

    Args:
        factory: Makes the connection.
        host: The server's name or address.
        port: The server's port.
        ssl: Speak TLS, with this context.
        server_hostname: The name in the server's certificate, if it is not *host*.

    Raises:
        OSError: The server cannot be reached, or the TLS handshake failed.

    Example::

        with connect(replies, "127.0.0.1", 6379) as channel:
            channel.write(b"PING\\r\\n")
            print(next(channel))
    """
    conn = factory()
    sock = prompt(socket.create_connection((host, port)))
    peer = peer_of(sock)
    return Channel(conn, _secured(sock, ssl, server_hostname or host), peer, Lock())


def _secured(sock: socket.socket, context: SSLContext | None, name: str) -> Socket:
    if context is None:
        return sock
    with ExitStack() as undo:
        undo.callback(sock.close)
        secured = undo.enter_context(closing(TLSSocket(sock, context, server_hostname=name)))
        secured.do_handshake()
        undo.pop_all()
    return secured


def serve(
    factory: Callable[[], Connection[R, E]],
    host: str | None = None,
    port: int | None = None,
    *,
    handler: Callable[[Channel[R, E], E], object] | None = None,
    on_error: OnError | None = None,
    on_listening: Callable[[Server], object] | None = None,
    sock: socket.socket | None = None,
    ssl: SSLContext | None = None,
) -> None:
    """Accept connections, each in a thread of its own, until stopped.

    It lasts until `Server.stop` is called or an exception (``KeyboardInterrupt``
    above all) comes; then every connection is closed, and the threads are waited
    for.

    Args:
        factory: Makes a connection for every peer.
        host: Where to listen; without one, on this machine alone.
        port: Where to listen; 0, or none, is a port that is free.
        handler: Called in the connection's thread with the channel and each event.
        on_error: Called with peer, error and offset; without it, failures are logged.
        on_listening: Called once with the server, when it listens.
        sock: Serve this listening socket instead, and close it at the end.
        ssl: Speak TLS, with this context.

    Raises:
        OSError: The address cannot be had.

    Example::

        def answer(channel, request):
            channel.write(b"you said " + request)

        serve(requests, "127.0.0.1", 8007, handler=answer)
    """
    failures = Failures(__name__, on_error)
    threads = _Threads(factory, handler, failures, ssl)
    with ExitStack() as stack:
        listener = stack.enter_context(listen(host, port, sock))
        wakeup = stack.enter_context(closing(Wakeup()))
        stack.enter_context(wakeup.on_signals())
        stack.enter_context(closing(threads))
        if on_listening is not None:
            on_listening(Server(listener, wakeup.set))
        for accepted in _accepted(listener, wakeup, failures):
            threads.start(accepted)


def _accepted(
    listener: socket.socket, wakeup: Wakeup, failures: Failures
) -> Iterator[socket.socket]:
    """Give every new connection, until *wakeup* is set."""
    with DefaultSelector() as selector:
        selector.register(listener, EVENT_READ)
        selector.register(wakeup, EVENT_READ)
        while True:
            selector.select()
            if wakeup.is_set():
                return
            try:
                yield accept(listener)
            except OSError as error:
                time.sleep(failures.accepting(error))


class _Threads(Generic[R, E]):
    """The connections of a server, each driven by a thread."""

    def __init__(
        self,
        factory: Callable[[], Connection[R, E]],
        handler: Callable[[Channel[R, E], E], object] | None,
        failures: Failures,
        context: SSLContext | None,
    ) -> None:
        self._factory = factory
        self._handler = handler
        self._failures = failures
        self._context = context
        self._running: dict[Channel[R, E], Thread] = {}

    def start(self, sock: socket.socket) -> None:
        """Serve one more peer."""
        peer = peer_of(sock)
        try:
            self._drive(self._channel(sock, peer))
        except Exception as error:
            sock.close()
            self._failures.tell(peer, error, 0)

    def close(self) -> None:
        """Wake every thread, and wait for it."""
        running = dict(self._running)
        for channel in running:
            channel.abort()
        for thread in running.values():
            with suppress(RuntimeError):  # interrupted before it began
                thread.join()

    def _channel(self, sock: socket.socket, peer: Address) -> Channel[R, E]:
        conn = self._factory()
        sock.setblocking(True)
        secured = TLSSocket(sock, self._context, server_side=True) if self._context else sock
        watched = self._handler is not None
        return Channel(conn, secured, peer, Lock(), watched=watched, lingers=True)

    def _drive(self, channel: Channel[R, E]) -> None:
        thread = Thread(target=self._run, args=(channel,), daemon=True)
        self._running[channel] = thread
        try:
            thread.start()
        except Exception:
            self._running.pop(channel, None)  # it may have run to its end already
            raise

    def _run(self, channel: Channel[R, E]) -> None:
        try:
            handle(channel, self._handler and partial(self._handler, channel), self._failures)
        finally:
            del self._running[channel]
