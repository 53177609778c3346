"""Every program in the docs that serves is started, and answers over loopback."""

import os
import signal
import socket
from pathlib import Path

import pytest

from tests.docs.pages import Block, pages, python_blocks
from tests.processes import connected, serving


def marked(mark: str) -> list[Block]:
    return [block for page in pages() for block in python_blocks(page) if mark in block.marks]


def program(server: Block) -> str:
    """The unmarked blocks above a server, and the server: what a reader would save."""
    above = [block for block in python_blocks(server.page) if block.line < server.line]
    return "\n\n".join(block.code for block in above if not block.marks) + "\n\n" + server.code


def saved(server: Block, folder: Path) -> Path:
    script = folder / "server.py"
    script.write_text(program(server))
    return script


def received(client: socket.socket, size: int) -> bytes:
    with client.makefile("rb") as stream:
        return stream.read(size)


@pytest.mark.parametrize("block", marked("server"), ids=lambda block: block.name)
def test_program_echoes_lines(block: Block, tmp_path: Path) -> None:
    """Whole lines come back as they went, empty ones too, however they were cut."""
    with serving(saved(block, tmp_path)) as port, connected(port) as client:
        client.sendall(b"Hello\n\nWor")
        assert received(client, 7) == b"Hello\n\n"
        client.sendall(b"ld\n")
        assert received(client, 6) == b"World\n"


@pytest.mark.parametrize("block", marked("workers"), ids=lambda block: block.name)
def test_workers_share_a_socket(block: Block, tmp_path: Path) -> None:
    """A connection that one process cannot take is taken by another."""
    with serving(saved(block, tmp_path)) as port:
        first = served_by(port)
        os.kill(first, signal.SIGSTOP)
        second = served_by(port)
        os.kill(first, signal.SIGCONT)
        os.kill(second, signal.SIGSTOP)

        assert first != second
        assert served_by(port) == first
        os.kill(second, signal.SIGCONT)


def served_by(port: int) -> int:
    """The process that answers a new connection."""
    with connected(port) as client, client.makefile("rwb") as stream:
        stream.write(b"who\n")
        stream.flush()
        return int(stream.readline())


def test_there_are_programs() -> None:
    """The marks are found: raw sockets, gevent and asyncio at least, and workers."""
    assert len(marked("server")) >= 3
    assert marked("workers")
