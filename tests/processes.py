"""The programs that tests start: none is waited for without end, and none outlives its test."""

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path

#: Seconds for what takes a few at most: only something that hangs gets this far. Less than
#: `faulthandler_timeout` in pyproject.toml, which ends the whole run.
PATIENCE = 100

#: Where programs are started, so that they find the examples.
ROOT = Path(__file__).parents[1]

#: How many ports are tried, when somebody always takes them first.
ATTEMPTS = 5


def python(*arguments, **options):
    """Run Python to its end; its output is kept."""
    kept = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    options = {"cwd": ROOT, "stdin": subprocess.DEVNULL, "timeout": PATIENCE} | kept | options
    return subprocess.run([sys.executable, *arguments], **options)


@contextmanager
def started(*arguments, patience=PATIENCE, **options):
    """Start Python; give the process, which is killed when the test ends or takes too long.

    So reading from it ends, and waiting for it. Its own children are killed with it.
    """
    options = {"cwd": ROOT, "stdin": subprocess.DEVNULL, "text": True} | options
    command = [sys.executable, *arguments]
    with subprocess.Popen(command, start_new_session=True, **options) as process:
        impatience = threading.Timer(patience, kill, [process])
        impatience.start()
        try:
            yield process
        finally:
            impatience.cancel()
            kill(process)


def kill(process):
    """End it and its children, stopped or not."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def serving(*arguments):
    """Start a program that serves at the host and port it is given last; give its port."""
    for _ in range(ATTEMPTS):
        port = free_port()
        with started(*arguments, "127.0.0.1", str(port), stderr=subprocess.DEVNULL) as process:
            if listens(process, port):
                yield port
                return
    raise AssertionError("the program ended by itself each time")


def free_port():
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def listens(process, port):
    """True as soon as the program listens, False when it has ended."""
    while process.poll() is None:
        with suppress(ConnectionRefusedError), connected(port) as sock:
            # The system may connect a socket to itself, where nobody listens yet.
            if sock.getsockname() != sock.getpeername():
                return True
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
    return False


def connected(port):
    """A socket that is connected to that port, and waits no longer than `PATIENCE`."""
    return socket.create_connection(("127.0.0.1", port), PATIENCE)
