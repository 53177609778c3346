"""TLS on a socket that waits, where one thread may read while another writes.

An `ssl.SSLSocket` must not be used by two threads at a time, yet a lock held
while waiting for the peer would let nobody write. So the socket itself never
waits: each attempt is made under the lock, and the waiting is done without it.
"""

from __future__ import annotations

import selectors
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from typing import TypeVar

from ohneio.loops._sockets import wait

__all__ = ["TLSSocket"]

A = TypeVar("A")
T = TypeVar("T")


class TLSSocket:
    """Give a TLS connection the manners of a plain socket.

    The handshake is made by whatever is done first. An input that ends without
    TLS's own goodbye was cut short by somebody: that is an `ssl.SSLEOFError`.
    """

    def __init__(
        self,
        sock: socket.socket,
        context: ssl.SSLContext,
        *,
        server_side: bool = False,
        server_hostname: str | None = None,
    ) -> None:
        self._sock = context.wrap_socket(
            sock,
            server_side=server_side,
            server_hostname=server_hostname,
            do_handshake_on_connect=False,
            suppress_ragged_eofs=False,
        )
        self._sock.setblocking(False)
        self._lock = Lock()
        self._timeout: float | None = None
        self._ended = False

    def do_handshake(self) -> None:
        """Make the handshake now, so that its errors come now."""
        self._attempt(lambda _: self._sock.do_handshake(), None)

    def recv(self, bufsize: int, /) -> bytes:
        """Wait for bytes; none are the end. After `shutdown` they are whatever still comes."""
        if self._ended:
            self._wait(selectors.EVENT_READ)
            return socket.socket.recv(self._sock, bufsize)
        return self._attempt(self._sock.recv, bufsize)

    def sendall(self, data: bytes, /) -> None:
        """Wait until all of *data* is sent."""
        rest = memoryview(data)
        while rest:
            rest = rest[self._attempt(self._sock.send, rest) :]

    def settimeout(self, value: float | None, /) -> None:
        """Bound every later wait."""
        self._timeout = value

    def shutdown(self, how: int, /) -> None:
        """Say TLS's goodbye and half-close; what still comes is not for us. Or end both ways."""
        if how == socket.SHUT_WR and not self._ended:
            self._ended = True
            with self._lock, suppress(OSError):  # the peer's own goodbye is not waited for
                self._sock.unwrap()
        socket.socket.shutdown(self._sock, how)  # SSLSocket's own would forget the TLS state

    def close(self) -> None:
        """Give the descriptor back."""
        self._sock.close()

    def _attempt(self, operation: Callable[[A], T], argument: A) -> T:
        while True:
            try:
                with self._lock:
                    return operation(argument)
            except ssl.SSLWantReadError:
                self._wait(selectors.EVENT_READ)
            except ssl.SSLWantWriteError:
                self._wait(selectors.EVENT_WRITE)

    def _wait(self, events: int) -> None:
        if not wait(self._sock, events, self._timeout):
            raise TimeoutError("timed out")
