"""Listening, accepting and naming peers: the same for every loop."""

from __future__ import annotations

import errno
import socket
from contextlib import suppress
from typing import TypeAlias

__all__ = [
    "PAUSE",
    "Address",
    "Server",
    "accept",
    "address_of",
    "exhausted",
    "listen",
    "peer_of",
    "prompt",
]

#: Where somebody is: host and port; the path and 0 for a Unix socket.
Address: TypeAlias = tuple[str, int]

#: Most connections that wait to be accepted. The system may allow fewer.
BACKLOG = 1024

#: Seconds without accepting when the system has no more descriptors or memory.
PAUSE = 0.1

_EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


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


def accept(listener: socket.socket) -> socket.socket | None:
    """Return a new connection, or ``None`` where there is none after all.

    Raises:
        OSError: The system has no room for one more; try again after `PAUSE`.
    """
    try:
        return prompt(listener.accept()[0])
    except OSError as error:
        if exhausted(error):
            raise
        return None  # taken by another process, or gone before we came


def exhausted(error: OSError) -> bool:
    """Tell whether the system has no room for one more connection."""
    return error.errno in _EXHAUSTED


def prompt(sock: socket.socket) -> socket.socket:
    """Return *sock*, which from now on sends at once: what we send is a whole answer."""
    with suppress(OSError):  # a Unix socket knows no delay
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def address_of(sock: socket.socket) -> Address:
    """Return where *sock* listens."""
    return _named(sock.getsockname())


def peer_of(sock: socket.socket) -> Address:
    """Return whom *sock* is connected to; ``("", 0)`` when it is gone already."""
    try:
        return _named(sock.getpeername())
    except OSError:
        return ("", 0)


def _named(name: object) -> Address:
    match name:
        case (str(host), int(port), *_):
            return host, port
        case bytes():
            return name.decode(errors="surrogateescape"), 0
    return str(name), 0


class Server:
    """A server that runs in one thread and is stopped from anywhere.

    Attributes:
        address: The host and port where it listens.
    """

    def __init__(self, listener: socket.socket) -> None:
        self.address = address_of(listener)
        self._near, self._far = socket.socketpair()
        self._near.setblocking(False)
        self._far.setblocking(False)

    def stop(self) -> None:
        """Make ``serve`` close every connection and return.

        Any thread, and a signal handler, may call it; again does no harm.
        """
        with suppress(OSError):  # woken often enough already, or closed
            self._far.send(b"!")

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when the server is to stop."""
        return self._near.fileno()

    def close(self) -> None:
        """Give the descriptors back; ``serve`` does it."""
        self._near.close()
        self._far.close()
