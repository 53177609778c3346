"""Serve the line echo from several processes on one listening socket.

The parent binds, and its children serve: the kernel hands every new connection
to one of them. A child that dies takes its own connections with it and no more.

``python -m examples.line_echo.prefork --processes 4 --port 8007``; needs ``os.fork``.
"""

import argparse
import asyncio
import os
import signal
import socket
from contextlib import suppress

from examples.line_echo.__main__ import end_politely
from examples.line_echo.protocol import echo
from ohneio.loops import Server
from ohneio.loops.asyncio import serve


def main() -> None:
    """Fork, then wait until interrupted."""
    options = parser().parse_args()
    end_politely()
    children = set[int]()
    with socket.create_server((options.host, options.port), backlog=1024) as listener:
        with suppress(KeyboardInterrupt):
            for _ in range(options.processes):
                children.add(fork(listener))
            announce(listener, children)
            wait_for(children)
        end(children)


def fork(listener: socket.socket) -> int:
    """Start a process that serves; return its number."""
    child = os.fork()
    if child == 0:
        try:
            work(listener)
        finally:
            os._exit(0)  # never return into what the parent does
    return child


def work(listener: socket.socket) -> None:
    """Serve until the parent says that it is enough."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; only the parent acts
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def ready(server: Server) -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, server.stop)

    asyncio.run(serve(echo, sock=listener, on_listening=ready))


def announce(listener: socket.socket, children: set[int]) -> None:
    """Say where the socket listens, and who serves it."""
    print("listening on {}:{}".format(*listener.getsockname()))
    print("processes", *children, flush=True)


def wait_for(children: set[int]) -> None:
    """Wait until every child has ended by itself, which none should."""
    while children:
        children.remove(os.wait()[0])


def end(children: set[int]) -> None:
    """End the children that are left, and wait for them."""
    for child in children:
        os.kill(child, signal.SIGTERM)
    for child in children:
        os.waitpid(child, 0)


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    made = argparse.ArgumentParser("python -m examples.line_echo.prefork", description=__doc__)
    made.add_argument("--host", default="127.0.0.1")
    made.add_argument("--port", type=int, default=8007, help="0 is one that is free")
    made.add_argument("--processes", type=int, default=os.cpu_count())
    return made


if __name__ == "__main__":
    main()
