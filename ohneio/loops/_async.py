"""The channel of the loops that await: asyncio, trio, tornado and Twisted.

Nothing here knows which loop it is. The adapter's subclass says how to receive,
to send, to say goodbye and to drop everything; the rest is alike.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import ExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Generic, TypeVar

from ohneio.loops._pump import Next, Pump

if TYPE_CHECKING:
    from typing import Self

    from ohneio import Connection
    from ohneio.loops._failures import Failures
    from ohneio.loops._sockets import Address

__all__ = ["AsyncChannel", "AsyncDriver", "handle", "tell"]

R = TypeVar("R", covariant=True)
E = TypeVar("E", covariant=True)
T = TypeVar("T")


class AsyncDriver(ABC, Generic[R, E]):
    """What the channels of all awaiting loops have in common.

    Attributes:
        conn: The connection itself, to look at.
        peer: The other end's host and port.
    """

    def __init__(
        self,
        conn: Connection[R, E],
        peer: Address,
        *,
        watched: bool = True,
        lingers: bool = False,
    ) -> None:
        self.conn = conn
        self.peer = peer
        self._pump = Pump(conn, watched=watched)
        self._lingers = lingers
        self._ended = False
        self._events: deque[E] = deque()
        self._closed = False
        self._left = False

    # How this loop does it.

    @abstractmethod
    async def _recv(self) -> bytes:
        """Wait for at most `CHUNK` bytes; none are the end."""

    @abstractmethod
    async def _send(self, data: bytes) -> None:
        """Send all of *data*, and let others run; two at a time come one after the other."""

    @abstractmethod
    async def _linger(self) -> None:
        """Half-close, then give the peer `LINGER` seconds to read the rest and close as well."""

    @abstractmethod
    async def _close(self) -> None:
        """Close, once what was sent is gone."""

    @abstractmethod
    def _drop(self) -> None:
        """Close at once; whoever waits is woken by an error."""

    # What is alike.

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> E:
        if not self._events:
            self._events.extend(await self._more())
        if not self._events:
            raise StopAsyncIteration
        return self._events.popleft()

    @property
    def left(self) -> bool:
        """Whether it was closed or aborted on this side."""
        return self._left

    def abort(self) -> None:
        """End the connection at once: nothing more is sent.

        Whoever waits in it is woken; the iteration ends without an error.
        """
        self._left = True
        self._events.clear()
        self.release()

    def release(self) -> None:
        """Close the socket and the protocol, if they are not closed yet."""
        if not self._closed:
            self._closed = True
            self._drop()
            self.conn.close()

    async def _write(self, data: bytes) -> None:
        self._check_open()
        try:
            await self._send(data)
        except BaseException:
            self.release()
            raise

    def _check_open(self) -> None:
        if self._closed or self._ended:
            raise BrokenPipeError("the connection is closed")

    async def _result(self) -> R:
        while events := await self._more():
            self._events.extend(events)
        return self.conn.get_result()

    async def _goodbye(self) -> None:
        if self._closed:
            return
        self._left = True
        self._events.clear()
        try:
            for output in self._pump.close():
                await self._send(output)
            await self._close()
        finally:
            self.release()

    async def finish(self) -> None:
        """Close, after the peer has had a while to take the last output and close too.

        Closing while the peer still sends would reset the connection, and what
        was sent last might be lost.
        """
        if self._ended and not self._closed:
            if not self._pump.eof:
                await self._linger()
            await self._close()
        self.release()

    async def _more(self) -> list[E]:
        """Wait for events; none are the end. The failure is raised after it."""
        if self._closed or self._ended:
            return []
        try:
            events = await self._drive()
        except Exception:
            self.release()
            if self._left:
                return []
            raise
        except BaseException:  # cancelled
            self.release()
            raise
        if not events:
            await self._end()
        return events

    async def _end(self) -> None:
        self._ended = True
        if not self._lingers:
            try:
                await self._close()
            finally:
                self.release()
        self._pump.check()

    async def _drive(self) -> list[E]:
        while True:
            step = self._pump.step()
            if isinstance(step, list):
                return step
            if isinstance(step, bytes):
                await self._send(step)
            elif step is Next.INPUT:
                await self._receive()
            else:
                return []

    async def _receive(self) -> None:
        data = await self._recv()
        if self._left or self._closed:  # what woke us is no end of input
            raise ConnectionAbortedError("closed on this side")
        self._pump.feed(data)


class AsyncChannel(AsyncDriver[R, E]):
    """One connection on a loop: iterate for its events, write to the peer.

    Only one task iterates; `write` and `abort` may be called from others.
    Leave it with ``async with``, or `aclose` it. A cancelled call closes it.

    Attributes:
        conn: The connection itself, to look at.
        peer: The other end's host and port.

    Example::

        async with await connect(replies, "127.0.0.1", 6379) as channel:
            await channel.write(b"PING\\r\\n")
            async for reply in channel:
                print(reply)
    """

    @abstractmethod
    async def _half_close(self) -> None:
        """Say that no more will be sent, once what was sent is gone."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        if exc[0] is None:
            await self.aclose()
        else:
            self.release()

    async def write(self, data: bytes) -> None:
        """Send *data* to the peer as it is, past the protocol, and wait until it is gone.

        Raises:
            OSError: The connection is closed, or broken.
        """
        await self._write(data)

    async def send_eof(self) -> None:
        """Tell the peer that no more will be written; its answers still come.

        Raises:
            OSError: The connection is closed, or broken.
            NotImplementedError: Over TLS there is no such thing.
        """
        self._check_open()
        await self._half_close()

    async def result(self) -> R:
        """Drive the connection to its end and return its result.

        Events that are emitted meanwhile are kept for the iteration.

        Raises:
            ParseError: What the protocol failed with, or whatever else it raised.
            NoResult: The connection was closed before its end.
            OSError: The connection broke before its end.
        """
        return await self._result()

    async def aclose(self) -> None:
        """End the protocol, send what it had written by now, and close."""
        await self._goodbye()


async def handle(
    channel: AsyncDriver[object, T],
    handler: Callable[[T], object] | None,
    failures: Failures,
) -> None:
    """Hand every event to *handler*, to the end; tell what goes wrong; close."""
    async with _telling(channel, failures):
        with ExitStack() as stack:
            stack.callback(channel.release)
            async with _telling(channel, failures):
                async for event in channel:
                    if handler is not None and (answer := handler(event)) is not None:
                        await _settled(answer)
            await channel.finish()


@asynccontextmanager
async def _telling(
    channel: AsyncDriver[object, object], failures: Failures
) -> AsyncGenerator[None]:
    try:
        yield
    except Exception as error:
        if not (channel.left and failures.of_network(error)):
            await tell(failures, channel.peer, error, channel.conn.consumed)


async def tell(failures: Failures, peer: Address, error: Exception, consumed: int) -> None:
    """Report *error*, to a function that may be a coroutine function."""
    try:
        await _settled(failures.tell(peer, error, consumed))
    except Exception as broken:
        failures.broken(broken)


async def _settled(answer: object) -> None:
    """Wait for what a handler returned, if that can be waited for."""
    if inspect.isawaitable(answer):
        await answer
