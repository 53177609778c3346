"""tornado: coroutines on its ``IOLoop``, which since tornado 5 is asyncio's loop.

``IOStream`` is left out on purpose: it closes as soon as the peer has said that
it will send no more, and the output still owed would be lost.

Example::

    import asyncio
    from ohneio.loops.tornado import serve

    asyncio.run(serve(echo, "127.0.0.1", 8007))  # until Ctrl-C, as tornado itself has it
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from ohneio.loops._failures import Failures, OnError, missing
from ohneio.loops._sockets import Server, listen
from ohneio.loops._streams import Connections, StreamChannel, serve_streams
from ohneio.loops.asyncio import connect

try:
    from tornado.ioloop import IOLoop
except ImportError as error:
    raise ImportError(missing("tornado")) from error

if TYPE_CHECKING:
    import socket
    from ssl import SSLContext

    from ohneio import Connection

__all__ = ["Channel", "Server", "connect", "serve"]

R = TypeVar("R")
E = TypeVar("E")

Channel = StreamChannel


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
    """Accept connections, each in a coroutine of its own, until stopped or cancelled.

    It lasts until `Server.stop` is called or it is cancelled; then every
    connection is closed.

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

        IOLoop.current().spawn_callback(serve, requests, "127.0.0.1", 8007, handler=answer)
    """
    failures = Failures(__name__, on_error)
    connections = Connections(factory, handler, failures, ssl)
    with listen(host, port, sock) as listener:
        await serve_streams(connections, listener, failures, on_listening, _watch)


def _watch(listener: socket.socket, ready: Callable[[], None]) -> Callable[[], object]:
    io_loop = IOLoop.current()
    io_loop.add_handler(listener, lambda _fd, _events: ready(), IOLoop.READ)
    return partial(io_loop.remove_handler, listener)
