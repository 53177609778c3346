# ruff: noqa: N802 - the names are Twisted's
"""A Twisted transport as something to wait for: receive, send, end, close."""

from __future__ import annotations

import copy
import typing
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IHalfCloseableProtocol, IPushProducer
from twisted.internet.protocol import Factory, Protocol, connectionDone
from zope.interface import implementer  # type: ignore[import-untyped]  # it ships no types

from ohneio.loops._sockets import Address, peer_of, prompt

if TYPE_CHECKING:
    import socket

    from twisted.python.failure import Failure

__all__ = ["Stream", "StreamFactory"]


class _Transport(typing.Protocol):
    """What is asked of a TCP transport."""

    def getHandle(self) -> socket.socket: ...
    def registerProducer(self, producer: object, streaming: bool) -> None: ...
    def unregisterProducer(self) -> None: ...
    def pauseProducing(self) -> None: ...
    def resumeProducing(self) -> None: ...
    def write(self, data: bytes) -> None: ...
    def loseWriteConnection(self) -> None: ...
    def loseConnection(self) -> None: ...
    def abortConnection(self) -> None: ...


@implementer(IHalfCloseableProtocol, IPushProducer)  # pyright: ignore[reportUntypedClassDecorator] - as above
class Stream(Protocol):
    """Turn the reactor's callbacks into Deferreds.

    It reads only when asked, and knows when its transport's buffer is full.
    """

    def __init__(self, made: Callable[[Stream], object]) -> None:
        self.peer: Address = ("", 0)
        self._made = made
        self._chunks: deque[bytes] = deque()
        self._wanted = False
        self._eof = False
        self._full = False
        self._ended = False
        self._lost: BaseException | None = None
        self._waiting: list[Deferred[None]] = []

    # What the transport tells.

    def connectionMade(self) -> None:
        self._transport = cast("_Transport", self.transport)  # pyright: ignore[reportUnknownMemberType]
        self.peer = peer_of(prompt(self._transport.getHandle()))
        self._transport.registerProducer(self, True)
        self._made(self)

    def dataReceived(self, data: bytes) -> None:
        self._chunks.append(data)
        self._wanted = False
        self._wake()
        if not self._wanted:
            self._transport.pauseProducing()

    def readConnectionLost(self) -> None:
        self._eof = True
        self._wake()

    def writeConnectionLost(self) -> None:
        pass

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._lost = cast("BaseException", reason.value)  # pyright: ignore[reportUnknownMemberType]
        self._wake()

    def pauseProducing(self) -> None:
        self._full = True

    def resumeProducing(self) -> None:
        self._full = False
        self._wake()

    def stopProducing(self) -> None:
        pass

    # What a channel asks for.

    async def receive(self) -> bytes:
        """Wait for bytes; none are the end."""
        while not (self._chunks or self._eof):
            self._check()
            self._wanted = True
            self._transport.resumeProducing()
            await self._change()
        return self._chunks.popleft() if self._chunks else b""

    async def send(self, data: bytes) -> None:
        """Write *data*, and wait while the transport's buffer is full."""
        self._check()
        if self._ended:
            raise BrokenPipeError("the end of output was sent")
        self._transport.write(data)
        while self._full:
            await self._change()
            self._check()

    def end(self) -> None:
        """Half-close, once what was written is gone."""
        if not self._ended:
            self._ended = True
            self._transport.unregisterProducer()
            self._transport.loseWriteConnection()

    async def finish(self) -> None:
        """Half-close, then wait until the peer closes too."""
        self.end()
        while await self.receive():
            pass

    def lose(self) -> None:
        """Close, once what was written is gone; nobody waits for it."""
        if self._lost is None:
            self._transport.unregisterProducer()
            self._transport.loseConnection()

    async def close(self) -> None:
        """Close, once what was written is gone."""
        self.lose()
        await self.closed()

    async def closed(self) -> None:
        """Wait until the transport is gone."""
        while self._lost is None:
            await self._change()

    def abort(self) -> None:
        """Close at once."""
        self._transport.abortConnection()

    def _check(self) -> None:
        if self._lost is not None:
            # A copy: Twisted has one such object for all connections, and raising it
            # again and again would make its traceback longer and longer.
            raise copy.copy(self._lost)

    async def _change(self) -> None:
        waiting: Deferred[None] = Deferred()
        self._waiting.append(waiting)
        await waiting

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            one.callback(None)


class StreamFactory(Factory):
    """Make a `Stream` for every connection, and hand it on once it is connected."""

    noisy = False

    def __init__(self, made: Callable[[Stream], object]) -> None:
        self._made = made

    def buildProtocol(self, addr: object) -> Stream:
        return Stream(self._made)
