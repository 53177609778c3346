"""What the document of 2016 printed still runs: its protocol, its tests, its servers."""

import contextlib
import socket
import subprocess
import sys
import types
from pathlib import Path

import pytest

from tests.loops.harness import PATIENCE, Peer

SEED = Path(__file__).with_name("seed")
PRINTED = SEED.joinpath("protocol.py").read_text(encoding="utf-8")
MENDED = PRINTED.replace("pos > 0", "pos >= 0")


def protocol(source):
    module = types.ModuleType("protocol")
    exec(source, module.__dict__)
    return module.echo


@pytest.fixture(params=[PRINTED, MENDED], ids=["printed", "mended"])
def conn(request):
    return protocol(request.param)()


# The two tests that the document printed.


@pytest.mark.parametrize(('input_', 'expected_output'), [
    (b"Hello World", b""),
    (b"Hello World\n", b"Hello World\n"),
    (b"Hello World\nAnd", b"Hello World\n"),
    (b"Hello World\nAnd the universe\n", b"Hello World\nAnd the universe\n"),
])  # fmt: skip
def test_only_echo_complete_lines(conn, input_, expected_output):
    """As printed."""
    conn.send(input_)
    assert conn.read() == expected_output


def test_buffers_segments(conn):
    """As printed."""
    conn.send(b"Hello ")
    assert conn.read() == b""
    conn.send(b"World\n")
    assert conn.read() == b"Hello World\n"


# What was wrong with it, and is not with ours.


def test_an_empty_line_blocks_the_printed_one():
    """``pos > 0`` never finds a delimiter at the very beginning."""
    conn = protocol(PRINTED)()
    conn.send(b"\nHello\n")
    assert conn.read() == b""


def test_an_empty_line_comes_back_from_the_mended_one():
    """``pos >= 0`` does."""
    conn = protocol(MENDED)()
    conn.send(b"\nHello\n")
    assert conn.read() == b"\nHello\n"


# The three servers.


@pytest.mark.parametrize("name", ["raw_sockets", "gevent_server", "asyncio_server"])
def test_the_servers_serve(name):
    """Each echoes lines, to one client after the other and to two at a time."""
    port = free_port()
    command = [sys.executable, "-m", f"tests.examples.seed.{name}", "127.0.0.1", str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
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
