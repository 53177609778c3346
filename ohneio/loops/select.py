"""One thread, one selector, plain functions.

Nothing waits but the selector: a handler that blocks holds up everybody.

Example::

    from ohneio.loops.select import connect, serve

    serve(echo, "127.0.0.1", 8007)  # until Ctrl-C
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from ohneio.loops._failures import Failures, OnError
from ohneio.loops._nonblocking import Channel
from ohneio.loops._selecting import SelectorLoop
from ohneio.loops._sockets import Server, Wakeup, listen, peer_of, prompt, wait

if TYPE_CHECKING:
    from typing import Self

    from ohneio import Connection

__all__ = ["Channel", "ClientChannel", "Server", "connect", "serve"]

R = TypeVar("R")
E = TypeVar("E")
R_co = TypeVar("R_co", covariant=True)
E_co = TypeVar("E_co", covariant=True)


class ClientChannel(Channel[R_co, E_co]):
    """A channel with a selector of its own: iterate for the events, write to the peer.

    `write` queues, and the iteration sends while it waits for events. Leave it
    with ``with``, or `close` it.

    Example::

        with connect(replies, "127.0.0.1", 6379) as channel:
            channel.write(b"PING\\r\\n")
            for reply in channel:
                print(reply)
    """

    def __init__(self, conn: Connection[R_co, E_co], sock: socket.socket) -> None:
        super().__init__(conn, sock, peer_of(sock), serves=False, watched=True)
        self._events: deque[E_co] = deque()
        self._driven = self._drive()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> E_co:
        return self._events.popleft() if self._events else next(self._driven)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if exc[0] is None:
            self.close()
        else:
            self.release()

    def result(self) -> R_co:
        """Drive the connection to its end and return its result.

        Events that are emitted meanwhile are kept for the iteration.

        Raises:
            ParseError: What the protocol failed with, or whatever else it raised.
            NoResult: The connection was closed before its end.
            OSError: The connection broke before its end.
        """
        self._events.extend(self._driven)
        return self.conn.get_result()

    def close(self) -> None:
        """End the protocol, send what it had written by now, and close."""
        super().close()
        self._events.clear()
        for _ in self._driven:
            pass  # what is emitted now, nobody wants

    def _drive(self) -> Iterator[E_co]:
        try:
            while interest := self.interest:
                left = None if self.deadline is None else max(self.deadline - monotonic(), 0)
                yield from self.turn(wait(self.sock, interest, left))
        except GeneratorExit:
            raise
        except BaseException:
            self.release()
            raise


def connect(factory: Callable[[], Connection[R, E]], host: str, port: int) -> ClientChannel[R, E]:
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
    return ClientChannel(conn, prompt(socket.create_connection((host, port))))


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
    """Accept connections, all in this thread, until stopped.

    It lasts until `Server.stop` is called or an exception (``KeyboardInterrupt``
    above all) comes; then every connection is closed.

    Args:
        factory: Makes a connection for every peer.
        host: Where to listen; without one, on this machine alone.
        port: Where to listen; 0, or none, is a port that is free.
        handler: Called with the channel and each event.
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
    with ExitStack() as stack:
        listener = stack.enter_context(listen(host, port, sock))
        wakeup = stack.enter_context(closing(Wakeup()))
        stack.enter_context(wakeup.on_signals())
        loop = stack.enter_context(closing(SelectorLoop(factory, handler, failures, listener)))
        if on_listening is not None:
            on_listening(Server(listener, wakeup.set))
        loop.run(wakeup)
