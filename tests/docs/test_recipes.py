"""The recipes that want a socket do what their pages say of them."""

import socket
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest
import trustme

from tests.docs.pages import ROOT, name, python_blocks, run

FIRST_PAGES = [ROOT / "README.md", ROOT / "docs" / "index.md"]
UPGRADE = ROOT / "docs" / "howto" / "upgrade-a-connection.md"


def opened(page: Path) -> ModuleType:
    """What the blocks of a page define."""
    module = ModuleType("page")
    for block in python_blocks(page):
        run(block, module)
    return module


@contextmanager
def served(serve: Callable[..., None], *args: object) -> Iterator[tuple[socket.socket, Future]]:
    """A client's socket, and the outcome of `serve` at the other end."""
    near, far = socket.socketpair()
    near.settimeout(60)
    with ThreadPoolExecutor() as pool, near:
        yield near, pool.submit(closing_after, far, serve, *args)


def closing_after(sock: socket.socket, serve: Callable[..., None], *args: object) -> None:
    with sock:
        serve(sock, *args)


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def for_server(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("mail.example").configure_cert(context)
    return context


@pytest.fixture
def for_client(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.mark.parametrize("page", FIRST_PAGES, ids=name)
def test_the_first_loop_serves(page: Path) -> None:
    """The loop on the first page echoes, and ends when the peer does."""
    with served(opened(page).serve_one) as (client, outcome):
        client.sendall(b"Hello\nWor")
        assert client.recv(100) == b"Hello\n"
        client.sendall(b"ld\n")
        client.shutdown(socket.SHUT_WR)
        assert client.recv(100) == b"World\n"
        assert outcome.result() is None


def test_upgrades_to_tls(for_server: ssl.SSLContext, for_client: ssl.SSLContext) -> None:
    """After STARTTLS the mail protocol runs through TLS."""
    page = opened(UPGRADE)
    with served(page.serve_mail, for_server, page.echo) as (client, outcome):
        client.sendall(b"EHLO me\r\nSTARTTLS\r\n")
        with client.makefile("rb") as answers:
            assert answers.readline() == b"250 ok\r\n"
            assert answers.readline() == b"220 go ahead\r\n"
        with for_client.wrap_socket(client, server_hostname="mail.example") as encrypted:
            encrypted.sendall(b"secret\r\n")
            assert encrypted.recv(100) == b"secret\r\n"
        assert outcome.result() is None


def test_refuses_plaintext_before_tls(for_server: ssl.SSLContext) -> None:
    """What came with STARTTLS is neither obeyed nor taken for TLS."""
    page = opened(UPGRADE)
    with served(page.serve_mail, for_server, page.echo) as (client, outcome):
        client.sendall(b"STARTTLS\r\nDELETE everything\r\n")
        with pytest.raises(page.PlaintextBeforeTLS):
            outcome.result()
