"""The three servers that the document of 2016 printed run, with the fewest mends.

Its protocol, which they serve, and its tests are in tests/test_seed.py.
"""

import pytest

from tests.loops.harness import Peer
from tests.processes import connected, serving


@pytest.mark.parametrize("name", ["raw_sockets", "gevent_server", "asyncio_server"])
def test_the_servers_serve(name):
    """Each echoes lines, to one client after the other and to two at a time."""
    with serving("-m", f"tests.examples.seed.{name}") as port:
        with Peer(connected(port)) as one, Peer(connected(port)) as two:
            assert one.ask(b"Hello World\n") == b"Hello World\n"
            assert two.ask(b"And the universe\n") == b"And the universe\n"
            one.send(b"Hello ")
            one.send(b"again\nand")
            assert one.exactly(12) == b"Hello again\n"
        with Peer(connected(port)) as three:
            text = b"x" * 5000 + b"\n"
            assert three.ask(text * 20) == text * 20
