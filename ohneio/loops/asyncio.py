"""asyncio: coroutines on the standard library's loop.

Example::

    import asyncio
    from ohneio.loops.asyncio import serve

    asyncio.run(serve(echo, "127.0.0.1", 8007))  # until Ctrl-C

Two limits are asyncio's own. On Windows `serve` needs its ``SelectorEventLoop``.
And its TLS closes without lingering: a peer that still sends while the protocol
ends may miss the last output.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from ohneio.loops._failures import Failures, OnError
from ohneio.loops._pump import CHUNK, LINGER
from ohneio.loops._sockets import Server, listen, peer_of
from ohneio.loops._streams import Connections, StreamChannel, serve_streams

if TYPE_CHECKING:
    import socket
    from ssl import SSLContext

    from ohneio import Connection

__all__ = ["Channel", "Server", "connect", "serve"]

R = TypeVar("R")
E = TypeVar("E")

Channel = StreamChannel


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
        OSError: The server cannot be reached, or the TLS handshake failed.

    Example::

        async with await connect(replies, "127.0.0.1", 6379) as channel:
            await channel.write(b"PING\\r\\n")
            print(await anext(channel))
    """
    conn = factory()
    reader, writer = await asyncio.open_connection(
        host,
        port,
        limit=CHUNK,
        ssl=ssl,
        server_hostname=server_hostname,
        ssl_shutdown_timeout=ssl and LINGER,
    )
    return Channel(conn, reader, writer, peer_of(writer.get_extra_info("socket")))


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

    Raises:
        OSError: The address cannot be had.

    Example::

        async def answer(channel, request):
            await channel.write(b"you said " + request)

        asyncio.run(serve(requests, "127.0.0.1", 8007, handler=answer))
    """
    failures = Failures(__name__, on_error)
    connections = Connections(factory, handler, failures, ssl)
    with listen(host, port, sock) as listener:
        await serve_streams(connections, listener, failures, on_listening, _watch)


def _watch(listener: socket.socket, ready: Callable[[], None]) -> Callable[[], object]:
    loop = asyncio.get_running_loop()
    loop.add_reader(listener, ready)
    return partial(loop.remove_reader, listener)
