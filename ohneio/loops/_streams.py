"""Channels on asyncio's streams: for asyncio, and for tornado, which runs on it."""

from __future__ import annotations

import asyncio
import ssl as tls
from collections.abc import Callable, Generator
from contextlib import aclosing, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from ohneio.loops._async import AsyncChannel, handle, tell
from ohneio.loops._pump import BURST, CHUNK, LINGER
from ohneio.loops._sockets import Server, accept, peer_of

if TYPE_CHECKING:
    import socket

    from ohneio import Connection
    from ohneio.loops._failures import Failures
    from ohneio.loops._sockets import Address

__all__ = ["Connections", "StreamChannel", "Watch", "serve_streams"]

R = TypeVar("R")
E = TypeVar("E")


class StreamChannel(AsyncChannel[R, E]):
    """One connection on asyncio's streams; see `AsyncChannel`, which it adds nothing to."""

    def __init__(
        self,
        conn: Connection[R, E],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        peer: Address,
        *,
        watched: bool = True,
        lingers: bool = False,
    ) -> None:
        super().__init__(conn, peer, watched=watched, lingers=lingers)
        self._reader = reader
        self._writer = writer
        self._sends = 0
        # Nothing is left in the transport's buffer: `drain` waits until all is sent.
        # (One byte, not none: asyncio's TLS never resumes from a limit of 0.)
        writer.transport.set_write_buffer_limits(high=1, low=0)

    async def _recv(self) -> bytes:
        data = await self._reader.read(CHUNK)
        if not data:
            self._check_goodbye()
        return data

    def _check_goodbye(self) -> None:
        """Raise when the input ended without TLS's own goodbye: somebody cut it short."""
        session: tls.SSLObject | None = self._writer.get_extra_info("ssl_object")
        if session is not None:
            try:
                session.read(1)
            except tls.SSLWantReadError:  # it would go on: the goodbye has not come
                raise tls.SSLEOFError(tls.SSL_ERROR_EOF, "ended without TLS's goodbye") from None
            except tls.SSLZeroReturnError:
                pass

    async def _send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()
        # A peer that always reads would keep us from ever giving way.
        self._sends = (self._sends + 1) % BURST
        if not self._sends:
            await asyncio.sleep(0)

    async def _half_close(self) -> None:
        self._writer.write_eof()

    async def _linger(self) -> None:
        if not self._writer.can_write_eof():  # TLS: its goodbye is a part of closing
            return
        with suppress(OSError):
            self._writer.write_eof()
            async with asyncio.timeout(LINGER):
                while await self._reader.read(CHUNK):
                    pass

    async def _close(self) -> None:
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    def _drop(self) -> None:
        self._writer.transport.abort()


#: Calls a function whenever a socket can be read from; returns how to end it.
Watch: TypeAlias = "Callable[[socket.socket, Callable[[], None]], Callable[[], object]]"


async def serve_streams(
    connections: Connections[R, E],
    listener: socket.socket,
    failures: Failures,
    on_listening: Callable[[Server], object] | None,
    watch: Watch,
) -> None:
    """Accept connections until stopped or cancelled; then close everything."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()

    def stop() -> None:
        with suppress(RuntimeError):  # the loop is closed: nothing is left to stop
            loop.call_soon_threadsafe(stopped.set)

    async with aclosing(connections):
        with _accepting(listener, connections.start, failures, watch):
            if on_listening is not None:
                on_listening(Server(listener, stop))
            await stopped.wait()


@contextmanager
def _accepting(
    listener: socket.socket,
    start: Callable[[socket.socket], None],
    failures: Failures,
    watch: Watch,
) -> Generator[None]:
    """Accept whenever the loop says so, with a pause when the system has no room.

    Neither the loop's own server nor ``sock_accept`` will do: both lose a
    connection that they accept in the very turn in which they are stopped.
    """
    loop = asyncio.get_running_loop()
    end = list[Callable[[], object]]()  # how to end what is going on: accepting, or a pause

    def begin() -> None:
        end[:] = [watch(listener, ready)]

    def ready() -> None:
        try:
            start(accept(listener))
        except OSError as error:
            if seconds := failures.accepting(error):
                end.pop()()
                end.append(loop.call_later(seconds, begin).cancel)

    begin()
    try:
        yield
    finally:
        end.pop()()


class Connections(Generic[R, E]):
    """The connections of a server, each driven by a task."""

    def __init__(
        self,
        factory: Callable[[], Connection[R, E]],
        handler: Callable[[StreamChannel[R, E], E], object] | None,
        failures: Failures,
        context: tls.SSLContext | None,
    ) -> None:
        self._factory = factory
        self._handler = handler
        self._failures = failures
        self._context = context
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, sock: socket.socket) -> None:
        """Serve one more peer."""
        sock.setblocking(False)
        task = asyncio.create_task(self._run(sock))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: sock.close())  # also if it never ran

    async def aclose(self) -> None:
        """Cancel every task, and wait for it."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await asyncio.sleep(0)  # a transport that was dropped is gone one turn later

    async def _run(self, sock: socket.socket) -> None:
        peer = peer_of(sock)
        try:
            conn = self._factory()
            reader, writer = await _opened(sock, self._context)
        except Exception as error:
            await tell(self._failures, peer, error, 0)
        else:
            watched = self._handler is not None
            channel = StreamChannel(conn, reader, writer, peer, watched=watched, lingers=True)
            await handle(channel, self._handler and partial(self._handler, channel), self._failures)


async def _opened(
    sock: socket.socket, context: tls.SSLContext | None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Return the streams of an accepted socket, after TLS's handshake if there is a context."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(CHUNK, loop)
    transport, protocol = await loop.connect_accepted_socket(
        lambda: asyncio.StreamReaderProtocol(reader, loop=loop),
        sock,
        ssl=context,
        ssl_shutdown_timeout=LINGER if context else None,
    )
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)
