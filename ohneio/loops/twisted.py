"""Twisted: Deferreds on the reactor.

Example::

    from twisted.internet import task
    from ohneio.loops.twisted import serve

    task.react(lambda reactor: serve(echo, "127.0.0.1", 8007))  # until Ctrl-C
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from ohneio.loops._async import AsyncDriver, handle
from ohneio.loops._failures import Failures, OnError, missing
from ohneio.loops._pump import LINGER
from ohneio.loops._sockets import Server, listen

try:
    from twisted.internet.defer import CancelledError, Deferred, DeferredList, maybeDeferred
    from twisted.internet.endpoints import HostnameEndpoint
    from twisted.internet.error import ConnectionClosed

    from ohneio.loops._twisted import Stream, StreamFactory
except ImportError as error:
    raise ImportError(missing("twisted")) from error

if TYPE_CHECKING:
    import socket

    from twisted.internet.interfaces import IProtocolFactory

    from ohneio import Connection

__all__ = ["Channel", "Server", "connect", "serve"]

#: What Twisted raises when the network fails, or when we stop.
NETWORK = (ConnectionClosed, CancelledError, OSError)

R = TypeVar("R")
E = TypeVar("E")
T = TypeVar("T")


class Channel(AsyncDriver[R, E]):
    """One connection on the reactor: iterate for its events, write to the peer.

    Iterate in a coroutine (``Deferred.fromCoroutine``); everything else gives a
    Deferred and needs none. A cancelled Deferred closes the channel.

    Attributes:
        conn: The connection itself, to look at.
        peer: The other end's host and port.

    Example::

        channel = await connect(replies, "127.0.0.1", 6379)
        channel.write(b"PING\\r\\n")
        async for reply in channel:
            print(reply)
        await channel.close()
    """

    def __init__(
        self,
        conn: Connection[R, E],
        stream: Stream,
        *,
        watched: bool = True,
        lingers: bool = False,
    ) -> None:
        super().__init__(conn, stream.peer, watched=watched, lingers=lingers)
        self._stream = stream

    def write(self, data: bytes) -> Deferred[None]:
        """Send *data* to the peer as it is, past the protocol.

        The Deferred fires when more may be written, or fails when the
        connection is closed or broken.
        """
        return Deferred.fromCoroutine(self._write(data))

    def send_eof(self) -> None:
        """Tell the peer that no more will be written; its answers still come."""
        self._check_open()
        self._stream.end()

    def result(self) -> Deferred[R]:
        """Drive the connection to its end; the Deferred fires with its result.

        Events that are emitted meanwhile are kept for the iteration.
        """
        return Deferred.fromCoroutine(self._result())

    def close(self) -> Deferred[None]:
        """End the protocol, send what it had written by now, and close."""
        return Deferred.fromCoroutine(self._goodbye())

    async def closed(self) -> None:
        """Wait until the transport is gone, after `abort` too."""
        await self._stream.closed()

    async def _recv(self) -> bytes:
        return await self._stream.receive()

    async def _send(self, data: bytes) -> None:
        await self._stream.send(data)

    async def _linger(self) -> None:
        rest = Deferred.fromCoroutine(self._stream.finish())
        with suppress(TimeoutError, ConnectionClosed):
            await rest.addTimeout(LINGER, _reactor())

    async def _close(self) -> None:
        await self._stream.close()

    def _drop(self) -> None:
        self._stream.abort()


def _reactor() -> Any:  # noqa: ANN401 - Twisted has no one type for it
    """Return the reactor; the first import chooses one, so it is left to the last moment."""
    from twisted.internet import reactor

    return reactor


def connect(
    factory: Callable[[], Connection[R, E]], host: str, port: int
) -> Deferred[Channel[R, E]]:
    """Connect to a server; the Deferred fires with the channel.

    It fails with what the endpoint failed with when the server cannot be reached.

    Args:
        factory: Makes the connection.
        host: The server's name or address.
        port: The server's port.

    Example::

        def greet(channel):
            channel.write(b"PING\\r\\n")
            return channel.result().addCallback(print)

        connect(pong, "127.0.0.1", 6379).addCallback(greet)
    """
    conn = factory()
    return Deferred.fromCoroutine(_connect(conn, HostnameEndpoint(_reactor(), host, port)))


async def _connect(conn: Connection[R, E], endpoint: HostnameEndpoint) -> Channel[R, E]:
    streams = cast("IProtocolFactory", StreamFactory(lambda _: None))  # as zope has it
    return Channel(conn, cast("Stream", await endpoint.connect(streams)))


def serve(
    factory: Callable[[], Connection[R, E]],
    host: str | None = None,
    port: int | None = None,
    *,
    handler: Callable[[Channel[R, E], E], object] | None = None,
    on_error: OnError | None = None,
    on_listening: Callable[[Server], object] | None = None,
    sock: socket.socket | None = None,
) -> Deferred[None]:
    """Accept connections until stopped; the Deferred fires when all is closed.

    It lasts until `Server.stop` is called or the Deferred is cancelled. It
    fails with an `OSError` when the address cannot be had.

    Args:
        factory: Makes a connection for every peer.
        host: Where to listen; without one, on this machine alone.
        port: Where to listen; 0, or none, is a port that is free.
        handler: Called with the channel and each event; a Deferred or coroutine
            is awaited before the next event, and before more is read.
        on_error: Called with peer, error and offset; without it, failures are logged.
        on_listening: Called once with the server, when it listens.
        sock: Serve this listening socket instead, and close it at the end.

    Example::

        def answer(channel, request):
            return channel.write(b"you said " + request)

        task.react(lambda reactor: serve(requests, "127.0.0.1", 8007, handler=answer))
    """
    failures = Failures(__name__, on_error, network=NETWORK)
    connections = _Connections(factory, handler, failures)
    return Deferred.fromCoroutine(_serve(connections, on_listening, host, port, sock))


async def _serve(
    connections: _Connections[R, E],
    on_listening: Callable[[Server], object] | None,
    host: str | None,
    port: int | None,
    sock: socket.socket | None,
) -> None:
    reactor = _reactor()
    stopping = _Once()
    with listen(host, port, sock) as listener:  # the reactor adopts a copy
        server = Server(listener, lambda: reactor.callFromThread(stopping.set))
        factory = StreamFactory(connections.start)
        accepting = reactor.adoptStreamPort(listener.fileno(), listener.family, factory)
    with _before_shutdown(reactor, stopping.set):
        try:
            if on_listening is not None:
                on_listening(server)
            await stopping.deferred
        finally:
            await maybeDeferred(accepting.stopListening)
            await connections.close()


@contextmanager
def _before_shutdown(
    reactor: Any,  # noqa: ANN401 - as `_reactor`
    stop: Callable[[], None],
) -> Generator[None]:
    """Make the reactor's end wait for ours."""
    fired = False
    ended: Deferred[None] = Deferred()

    def trigger() -> Deferred[None]:
        nonlocal fired
        fired = True
        stop()
        return ended

    registered = reactor.addSystemEventTrigger("before", "shutdown", trigger)
    try:
        yield
    finally:
        if fired:
            ended.callback(None)
        else:
            reactor.removeSystemEventTrigger(registered)


class _Once:
    """A Deferred that may be asked to fire more than once."""

    def __init__(self) -> None:
        self.deferred: Deferred[None] = Deferred()

    def set(self) -> None:
        if not self.deferred.called:
            self.deferred.callback(None)


class _Connections(Generic[R, E]):
    """The connections of a server, each driven by a coroutine."""

    def __init__(
        self,
        factory: Callable[[], Connection[R, E]],
        handler: Callable[[Channel[R, E], E], object] | None,
        failures: Failures,
    ) -> None:
        self._factory = factory
        self._handler = handler
        self._failures = failures
        self._running: dict[Channel[R, E], Deferred[None]] = {}

    def start(self, stream: Stream) -> None:
        """Serve one more peer."""
        try:
            watched = self._handler is not None
            channel = Channel(self._factory(), stream, watched=watched, lingers=True)
        except Exception as error:
            stream.lose()
            self._failures.tell(stream.peer, error, 0)
        else:
            self._drive(channel)

    def _drive(self, channel: Channel[R, E]) -> None:
        def forget(result: T) -> T:
            del self._running[channel]
            return result

        running = Deferred.fromCoroutine(self._run(channel))
        self._running[channel] = running
        _ = running.addBoth(forget)

    async def _run(self, channel: Channel[R, E]) -> None:
        await handle(channel, self._handler and partial(self._handler, channel), self._failures)
        await channel.closed()

    async def close(self) -> None:
        """Close every connection, and wait for what its handler does."""
        running = dict(self._running)
        for channel, deferred in running.items():
            with suppress(Exception):  # a `finally` block of a protocol that nobody needs now
                channel.abort()
            deferred.cancel()
        await DeferredList(running.values(), consumeErrors=True)
