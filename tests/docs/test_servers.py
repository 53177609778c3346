"""Every program in the docs that serves the line echo is started, and echoes over loopback."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, Block, pages, python_blocks

SERVERS = [block for page in pages() for block in python_blocks(page) if "server" in block.marks]
ATTEMPTS = 5


def program(server: Block) -> str:
    """The unmarked blocks above a server, and the server: what a reader would save."""
    above = [block for block in python_blocks(server.page) if block.line < server.line]
    return "\n\n".join(block.code for block in above if not block.marks) + "\n\n" + server.code


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@contextmanager
def started(script: Path) -> Iterator[socket.socket]:
    """A client of the program; another port is tried when somebody took the first."""
    for _ in range(ATTEMPTS):
        port = free_port()
        server = subprocess.Popen([sys.executable, script, "127.0.0.1", str(port)], cwd=ROOT)
        try:
            if client := connected(server, port):
                with client:
                    yield client
                return
        finally:
            server.terminate()
            server.wait()
    raise AssertionError("the server ended by itself each time")


def connected(server: subprocess.Popen[bytes], port: int) -> socket.socket | None:
    """A connection as soon as the server listens; none when it has ended."""
    while server.poll() is None:
        with suppress(ConnectionRefusedError):
            return socket.create_connection(("127.0.0.1", port), timeout=60)
        with suppress(subprocess.TimeoutExpired):
            server.wait(0.02)
    return None


def received(client: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (more := client.recv(size - len(data))):
        data += more
    return data


@pytest.mark.parametrize("block", SERVERS, ids=lambda block: block.name)
def test_program_echoes_lines(block: Block, tmp_path: Path) -> None:
    """Whole lines come back as they went, empty ones too, however they were cut."""
    script = tmp_path / "server.py"
    script.write_text(program(block))

    with started(script) as client:
        client.sendall(b"Hello\n\nWor")
        assert received(client, 7) == b"Hello\n\n"
        client.sendall(b"ld\n")
        assert received(client, 6) == b"World\n"


def test_there_are_servers() -> None:
    """The marks are found: raw sockets, gevent and asyncio at least."""
    assert len(SERVERS) >= 3
