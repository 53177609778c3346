"""The three servers that the document of 2016 printed run, with the fewest mends.

Its protocol, which they serve, and its tests are in tests/test_seed.py.
"""

import contextlib
import socket
import subprocess
import sys

import pytest

from tests.loops.harness import PATIENCE, ROOT, Peer


@pytest.mark.parametrize("name", ["raw_sockets", "gevent_server", "asyncio_server"])
def test_the_servers_serve(name):
    """Each echoes lines, to one client after the other and to two at a time."""
    port = free_port()
    command = [sys.executable, "-m", f"tests.examples.seed.{name}", "127.0.0.1", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        try:
            with connected(port, process) as one, connected(port, process) as two:
                assert one.ask(b"Hello World\n") == b"Hello World\n"
                assert two.ask(b"And the universe\n") == b"And the universe\n"
                one.send(b"Hello ")
                one.send(b"again\nand")
                assert one.exactly(12) == b"Hello again\n"
            with connected(port, process) as three:
                text = b"x" * 5000 + b"\n"
                assert three.ask(text * 20) == text * 20
        finally:
            process.kill()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextlib.contextmanager
def connected(port, process):
    """A client of a server that may still be starting."""
    while True:
        assert process.poll() is None, "the server did not start"
        with contextlib.suppress(ConnectionRefusedError):
            sock = socket.create_connection(("127.0.0.1", port), PATIENCE)
            break
    with Peer(sock) as peer:
        yield peer
