"""Channels on asyncio's streams: for asyncio, and for tornado, which runs on it."""

from __future__ import annotations

import asyncio
import ssl as tls
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from ohneio.loops._async import AsyncChannel, handle, tell
from ohneio.loops._pump import CHUNK, LINGER
from ohneio.loops._sockets import peer_of

if TYPE_CHECKING:
    import socket

    from ohneio import Connection
    from ohneio.loops._failures import Failures
    from ohneio.loops._sockets import Address

__all__ = ["Connections", "StreamChannel", "open_channel"]

R = TypeVar("R")
E = TypeVar("E")


class StreamChannel(AsyncChannel[R, E]):
    """A channel on a reader and a writer of asyncio's."""

    def __init__(
        self,
        conn: Connection[R, E],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        peer: Address,
    ) -> None:
        super().__init__(conn, peer)
        self._reader = reader
        self._writer = writer
        # The transport keeps nothing back: `drain` waits until all is sent.
        writer.transport.set_write_buffer_limits(high=0)

    async def send_eof(self) -> None:
        self._check_open()
        self._writer.write_eof()

    async def _recv(self) -> bytes:
        data = await self._reader.read(CHUNK)
        if not data:
            self._check_goodbye()
        return data

    def _check_goodbye(self) -> None:
        """Raise when the input ended without TLS's own goodbye: somebody cut it short."""

    async def _send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()
        await asyncio.sleep(0)  # a peer that always reads would keep us from giving way

    async def _linger(self) -> None:
        if not self._writer.can_write_eof():
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


async def open_channel(
    conn: Connection[R, E], sock: socket.socket, context: tls.SSLContext | None
) -> StreamChannel[R, E]:
    """Turn an accepted socket into a channel, after TLS's handshake if there is a context."""
    peer = peer_of(sock)
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(CHUNK, loop)
    transport, protocol = await loop.connect_accepted_socket(
        lambda: asyncio.StreamReaderProtocol(reader, loop=loop),
        sock,
        ssl=context,
        ssl_shutdown_timeout=context and LINGER,
    )
    writer = asyncio.StreamWriter(transport, protocol, reader, loop)
    return StreamChannel(conn, reader, writer, peer)


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

    async def _run(self, sock: socket.socket) -> None:
        peer = peer_of(sock)
        try:
            channel = await open_channel(self._factory(), sock, self._context)
        except Exception as error:
            await tell(self._failures, peer, error, 0)
        else:
            handler = self._handler and partial(self._handler, channel)
            await handle(channel, handler, self._failures)
