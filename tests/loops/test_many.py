"""A thousand connections at once, with the clients in a process of their own."""

import resource
from pathlib import Path

import pytest

from ohneio import State
from tests.loops import protocols
from tests.loops.protocols import watched
from tests.processes import python

CLIENTS = Path(__file__).with_name("many_clients.py")


@pytest.fixture
def descriptors():
    """As many open files as the system lets us have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_1000_connections_at_once(loop, descriptors):
    """All are accepted, all are open at the same time, and each gets its own answers."""
    conns = []
    with loop.serving(watched(protocols.echo, conns)) as server:
        host, port = server.address
        clients = python(CLIENTS, host, str(port), "1000")
    assert clients.returncode == 0, clients.stderr
    assert [conn.state for conn in conns] == [State.DONE] * 1000
