"""A connection that never has to wait gives way to others all the same.

Over a real socket that depends on who is faster; here nothing ever waits.
Trio's streams and Twisted's reactor see to it by themselves.
"""

import asyncio
import threading

import gevent

from ohneio import protocol
from ohneio.loops._async import handle
from ohneio.loops._failures import Failures
from ohneio.loops._streams import StreamChannel
from ohneio.loops._sync import handle as handle_sync
from ohneio.loops.gevent import Channel
from tests.loops.protocols import write

NOBODY = ("", 0)
ROUNDS = 200


@protocol
def talkative():
    for _ in range(ROUNDS):
        yield from write(b"x" * 65536)


class Writer:
    """An asyncio writer whose peer takes everything at once."""

    def __init__(self):
        self.transport = self

    def set_write_buffer_limits(self, **limits):
        pass

    def write(self, data):
        pass

    async def drain(self):
        pass

    def can_write_eof(self):
        return False

    def close(self):
        pass

    async def wait_closed(self):
        pass

    def abort(self):
        pass


def test_asyncio_gives_way():
    """Another task has its turn while two hundred writes go out."""

    async def main():
        turns = []

        async def other():
            while True:
                turns.append(None)
                await asyncio.sleep(0)

        task = asyncio.create_task(other())
        channel = StreamChannel(talkative(), asyncio.StreamReader(), Writer(), NOBODY)
        await handle(channel, None, Failures("ohneio.loops.test", None))
        task.cancel()
        return len(turns)

    assert asyncio.run(main()) >= 10


class Sock:
    """A socket whose peer takes everything at once."""

    def sendall(self, data):
        pass

    def shutdown(self, how):
        pass

    def close(self):
        pass


def test_gevent_gives_way():
    """Another greenlet has its turn while two hundred writes go out."""
    turns = []

    def other():
        while True:
            turns.append(None)
            gevent.sleep(0)

    greenlet = gevent.spawn(other)
    channel = Channel(talkative(), Sock(), NOBODY, threading.Lock())
    handle_sync(channel, None, Failures("ohneio.loops.test", None))
    greenlet.kill()

    assert len(turns) >= 10
