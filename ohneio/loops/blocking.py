"""Blocking sockets: one thread a connection.

Example::

    from ohneio.loops.blocking import connect, serve

    serve(echo, "127.0.0.1", 8007)  # until Ctrl-C
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from selectors import EVENT_READ, DefaultSelector
from ssl import SSLContext
from threading import Lock, Thread
from typing import TYPE_CHECKING, TypeVar

from ohneio.loops._failures import Failures, OnError
from ohneio.loops._sockets import Server, Wakeup, accept, listen, peer_of, prompt
from ohneio.loops._sync import Socket, SyncChannel, handle
from ohneio.loops._tls import TLSSocket

if TYPE_CHECKING:
    from ohneio import Connection

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

    def start(accepted: socket.socket) -> None:
        peer = peer_of(accepted)
        try:
            channel = Channel(
                factory(),
                _served(accepted, ssl),
                peer,
                Lock(),
                watched=handler is not None,
                lingers=True,
            )
            threads.start(channel, handler and partial(handler, channel), failures)
        except Exception as error:
            accepted.close()
            failures.tell(peer, error, 0)

    with ExitStack() as stack:
        listener = stack.enter_context(listen(host, port, sock))
        wakeup = stack.enter_context(closing(Wakeup()))
        stack.enter_context(wakeup.on_signals())
        threads = stack.enter_context(closing(_Threads()))
        if on_listening is not None:
            on_listening(Server(listener, wakeup.set))
        for accepted in _accepted(listener, wakeup, failures):
            start(accepted)


def _served(accepted: socket.socket, context: SSLContext | None) -> Socket:
    accepted.setblocking(True)
    return accepted if context is None else TLSSocket(accepted, context, server_side=True)


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


class _Threads:
    """The threads of a server, each with the channel that it drives."""

    def __init__(self) -> None:
        self._running: dict[SyncChannel[object, object], Thread] = {}

    def start(
        self,
        channel: SyncChannel[object, E],
        handler: Callable[[E], object] | None,
        failures: Failures,
    ) -> None:
        def run() -> None:
            try:
                handle(channel, handler, failures)
            finally:
                del self._running[channel]

        self._running[channel] = thread = Thread(target=run, daemon=True)
        try:
            thread.start()
        except BaseException:
            del self._running[channel]
            raise

    def close(self) -> None:
        """Wake every thread, and wait for it."""
        running = dict(self._running)
        for channel in running:
            channel.abort()
        for thread in running.values():
            thread.join()
