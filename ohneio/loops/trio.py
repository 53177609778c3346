"""trio: a task a connection, in one nursery.

Example::

    import functools
    import trio
    from ohneio.loops.trio import serve

    trio.run(serve, echo, "127.0.0.1", 8007)  # until Ctrl-C
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from ohneio.loops._async import AsyncChannel, handle, tell
from ohneio.loops._failures import Failures, OnError, missing
from ohneio.loops._pump import CHUNK, LINGER
from ohneio.loops._sockets import Server, listen, peer_of

try:
    import trio
except ImportError as error:
    raise ImportError(missing("trio")) from error

if TYPE_CHECKING:
    import socket
    from ssl import SSLContext

    from ohneio import Connection
    from ohneio.loops._sockets import Address

__all__ = ["Channel", "Server", "connect", "serve"]

R = TypeVar("R")
E = TypeVar("E")

#: What trio raises when the network fails, or the connection was closed.
NETWORK = (trio.BrokenResourceError, trio.ClosedResourceError, OSError)

Stream: TypeAlias = "trio.SocketStream | trio.SSLStream[trio.SocketStream]"


class Channel(AsyncChannel[R, E]):
    """One connection on trio; see `AsyncChannel`, which it adds nothing to."""

    def __init__(
        self,
        conn: Connection[R, E],
        stream: Stream,
        peer: Address,
        *,
        watched: bool = True,
        lingers: bool = False,
    ) -> None:
        super().__init__(conn, peer, watched=watched, lingers=lingers)
        self._stream = stream
        self._plain = stream if isinstance(stream, trio.SocketStream) else stream.transport_stream
        self._sending = trio.Lock()

    async def _recv(self) -> bytes:
        return bytes(await self._stream.receive_some(CHUNK))

    async def _send(self, data: bytes) -> None:
        async with self._sending:
            await self._stream.send_all(data)

    async def _half_close(self) -> None:
        if self._stream is not self._plain:
            raise NotImplementedError("there is no half-close over TLS")
        async with self._sending:
            await self._plain.send_eof()

    async def _linger(self) -> None:
        with trio.move_on_after(LINGER), suppress(trio.BrokenResourceError):
            await self._say_goodbye()
            while await self._plain.receive_some(CHUNK):
                pass

    async def _say_goodbye(self) -> None:
        if isinstance(self._stream, trio.SSLStream):
            with suppress(trio.BrokenResourceError):  # the peer has sent more meanwhile
                await self._stream.unwrap()
        await self._plain.send_eof()

    async def _close(self) -> None:
        with trio.move_on_after(LINGER), suppress(trio.BrokenResourceError):
            await self._stream.aclose()

    def _drop(self) -> None:
        self._plain.socket.close()

    def _check_open(self) -> None:
        if self._closed or self._ended:
            raise trio.ClosedResourceError("the connection is closed")


async def connect(
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
        OSError: The server cannot be reached.
        trio.BrokenResourceError: The TLS handshake failed.

    Example::

        async with await connect(replies, "127.0.0.1", 6379) as channel:
            await channel.write(b"PING\\r\\n")
            print(await anext(channel))
    """
    conn = factory()
    plain = await trio.open_tcp_stream(host, port)
    peer = peer_of(plain.socket)
    if ssl is None:
        return Channel(conn, plain, peer)
    secured = trio.SSLStream(plain, ssl, server_hostname=server_hostname or host)
    try:
        await secured.do_handshake()
    except BaseException:
        plain.socket.close()
        raise
    return Channel(conn, secured, peer)


async def serve(
    factory: Callable[[], Connection[R, E]],
    host: str | None = None,
    port: int | None = None,
    *,
    handler: Callable[[Channel[R, E], E], object] | None = None,
    on_error: OnError | None = None,
    on_listening: Callable[[Server], object] | None = None,
    sock: socket.socket | None = None,
    ssl: SSLContext | None = None,
    task_status: trio.TaskStatus[Server] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Accept connections, each in a task of its own, until stopped or cancelled.

    It lasts until `Server.stop` is called or it is cancelled; then the tasks
    are cancelled and every connection is closed.

    Args:
        factory: Makes a connection for every peer.
        host: Where to listen; without one, on this machine alone.
        port: Where to listen; 0, or none, is a port that is free.
        handler: Called with the channel and each event; a coroutine is awaited
            before the next event, and before more is read.
        on_error: Called with peer, error and offset; without it, failures are logged.
        on_listening: Called once with the server, when it listens.
        sock: Serve this listening socket instead, and close it at the end.
        ssl: Speak TLS, with this context.
        task_status: For ``nursery.start``, which returns the server.

    Raises:
        OSError: The address cannot be had.

    Example::

        async def answer(channel, request):
            await channel.write(b"you said " + request)

        async with trio.open_nursery() as nursery:
            server = await nursery.start(partial(serve, requests, port=0, handler=answer))
    """
    failures = Failures(__name__, on_error, network=NETWORK)

    async def start(accepted: trio.SocketStream) -> None:
        peer = peer_of(accepted.socket)
        try:
            stream = accepted if ssl is None else trio.SSLStream(accepted, ssl, server_side=True)
            watched = handler is not None
            channel = Channel(factory(), stream, peer, watched=watched, lingers=True)
        except Exception as error:
            await tell(failures, peer, error, 0)
        else:
            await handle(channel, handler and partial(handler, channel), failures)

    with listen(host, port, sock) as listener, trio.CancelScope() as scope:
        server = Server(listener, _threadsafe(scope.cancel))
        if on_listening is not None:
            on_listening(server)
        task_status.started(server)
        adopted = trio.SocketListener(trio.socket.from_stdlib_socket(listener))
        await trio.serve_listeners(start, [adopted])


def _threadsafe(callback: Callable[[], object]) -> Callable[[], None]:
    token = trio.lowlevel.current_trio_token()

    def call() -> None:
        with suppress(trio.RunFinishedError):
            token.run_sync_soon(callback)

    return call
