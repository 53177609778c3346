"""Listening, accepting and naming peers: the same for every loop."""

from __future__ import annotations

import selectors
import signal
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import Protocol, TypeAlias, cast

__all__ = [
    "BACKLOG",
    "Address",
    "Server",
    "Wakeup",
    "accept",
    "listen",
    "peer_of",
    "prompt",
    "wait",
]

#: Where somebody is: host and port; the path and 0 for a Unix socket.
Address: TypeAlias = tuple[str, int]

#: Most connections that wait to be accepted. The system may allow fewer.
BACKLOG = 1024


def listen(host: str | None, port: int | None, sock: socket.socket | None) -> socket.socket:
    """Return a listening, non-blocking socket: *sock*, or a new one on *host* and *port*.

    No host is this machine alone, no port (or 0) is one that is free.

    Raises:
        OSError: The address cannot be had.
        ValueError: Both a socket and an address were given.
    """
    if sock is None:
        sock = _bound(host or "127.0.0.1", port or 0)
    elif host is not None or port is not None:
        raise ValueError("give either host and port or sock, not both")
    sock.setblocking(False)
    return sock


def _bound(host: str, port: int) -> socket.socket:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    family, _, _, _, address = found[0]
    return socket.create_server(address[:2], family=family, backlog=BACKLOG)


def accept(listener: socket.socket) -> socket.socket:
    """Return the next connection of a listener that is ready.

    Raises:
        OSError: There is none after all; `Failures.accepting` knows what to do.
    """
    return prompt(listener.accept()[0])


def prompt(sock: socket.socket) -> socket.socket:
    """Return *sock*, which from now on sends at once: what we send is a whole answer."""
    with suppress(OSError):  # a Unix socket knows no delay
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


class _Connected(Protocol):
    def getpeername(self) -> object: ...


def peer_of(sock: _Connected) -> Address:
    """Return whom *sock* is connected to; ``("", 0)`` when it is gone already."""
    try:
        return _named(sock.getpeername())
    except OSError:
        return ("", 0)


def _named(name: object) -> Address:
    if isinstance(name, tuple):
        host, port, *_ = cast("tuple[str, int, *tuple[int, ...]]", name)
        return host, port
    return name.decode(errors="surrogateescape") if isinstance(name, bytes) else str(name), 0


class Server:
    """A server that runs.

    Attributes:
        address: The host and port where it listens.
    """

    def __init__(self, listener: socket.socket, stop: Callable[[], object]) -> None:
        self.address = _named(listener.getsockname())
        self._stop = stop

    def stop(self) -> None:
        """Make ``serve`` close every connection and return.

        Any thread, and a signal handler, may call it; again does no harm.
        """
        self._stop()


class Wakeup:
    """Something to wait for by its descriptor, that another thread can set."""

    def __init__(self) -> None:
        self._near, self._far = socket.socketpair()
        self._near.setblocking(False)
        self._far.setblocking(False)
        self._is_set = False

    def fileno(self) -> int:
        """Return the descriptor, readable as soon as there is something to see."""
        return self._near.fileno()

    def set(self) -> None:
        """Wake whoever waits, now or later."""
        self._is_set = True
        with suppress(OSError):  # set often enough already, or closed
            self._far.send(b"!")

    def is_set(self) -> bool:
        """Tell whether it was set, rather than a signal caught."""
        with suppress(BlockingIOError):
            self._near.recv(4096)
        return self._is_set

    @contextmanager
    def on_signals(self) -> Generator[None]:
        """Wake the main thread when a signal is caught, by whichever thread.

        Python calls a signal's handler in the main thread, but does not wake
        it when the system hands the signal to another one.
        """
        try:
            before = signal.set_wakeup_fd(self._far.fileno(), warn_on_full_buffer=False)
        except ValueError:  # this is not the main thread
            yield
            return
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)

    def close(self) -> None:
        """Give the descriptors back."""
        self._near.close()
        self._far.close()


# One descriptor is looked at, once: a selector that costs no descriptor itself.
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)


def wait(sock: socket.socket, events: int, timeout: float | None) -> int:
    """Wait until *sock* is ready for one of *events*; return for which, 0 when time is over."""
    with _Selector() as selector:
        selector.register(sock, events)
        for _, ready in selector.select(timeout):
            return ready
    return 0
