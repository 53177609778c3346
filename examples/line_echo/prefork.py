"""Serve the line echo from several processes on one listening socket.

The parent binds, and its children serve: the kernel hands every new connection
to one of them. A child that dies takes its own connections with it and no more.

``python -m examples.line_echo.prefork --processes 4 --port 8007``; needs ``os.fork``.
"""

import argparse
import os
import signal
import socket
from types import FrameType
from typing import NoReturn

from examples.line_echo.protocol import echo
from ohneio.loops.select import serve


def main() -> None:
    """Fork, then wait until interrupted."""
    options = parser().parse_args()
    with socket.create_server((options.host, options.port), backlog=1024) as listener:
        children = [fork(listener) for _ in range(options.processes)]
        print("listening on {}:{}".format(*listener.getsockname()), flush=True)
        for child in children:
            print(f"process {child}", flush=True)
    wait(children)


def fork(listener: socket.socket) -> int:
    """Start a process that serves *listener*; return its number."""
    child = os.fork()
    if child == 0:
        work(listener)
    return child


def work(listener: socket.socket) -> NoReturn:
    """Serve until interrupted, and never return to what the parent does."""
    try:
        serve(echo, sock=listener)
    finally:
        os._exit(0)
