"""A connection that never has to wait gives way to others all the same.

Over a real socket that depends on who is faster; here nothing ever waits.
Trio's streams and Twisted's reactor see to it by themselves.
"""

import asyncio
import threading
from selectors import EVENT_WRITE

import gevent
import gevent.lock

from ohneio import State, protocol
from ohneio.loops._async import handle
from ohneio.loops._failures import Failures
from ohneio.loops._streams import StreamChannel
from ohneio.loops._sync import handle as handle_sync
from ohneio.loops.gevent import Channel
from ohneio.loops.select import Channel as SelectChannel
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

    def __init__(self):
        self.sent = 0

    def send(self, data):
        self.sent += 1
        return len(data)

    def sendall(self, data):
        self.send(data)

    def setblocking(self, flag):
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


class Exclusive(Sock):
    """A socket that lets others run while it sends, and must not be used by them."""

    busy = False

    def sendall(self, data):
        assert not self.busy
        self.busy = True
        gevent.sleep(0)
        self.busy = False


def test_one_greenlet_sends_at_a_time():
    """Two that write do not cut each other's bytes in two."""
    channel = Channel(talkative(), Exclusive(), NOBODY, gevent.lock.RLock())
    writing = [gevent.spawn(channel.write, b"x") for _ in range(3)]
    gevent.joinall(writing, raise_error=True)
    channel.release()


def test_select_gives_way():
    """A turn ends though more could be sent, and the next one is due at once."""
    sock = Sock()
    channel = SelectChannel(talkative(), sock, NOBODY, serves=True, watched=False)
    assert list(channel.turn(EVENT_WRITE)) == []
    assert 0 < sock.sent < ROUNDS / 2
    assert channel.interest & EVENT_WRITE
    while channel.conn.state is State.RUNNING:
        list(channel.turn(EVENT_WRITE))
    channel.release()
    assert sock.sent == ROUNDS
