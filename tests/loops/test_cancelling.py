"""Whoever is cancelled, and wherever: the connection is closed, and nothing is taken up again."""

import asyncio
import queue
import socket
import threading

import pytest

from ohneio import State, at_eof, emit, protocol, until, write
from ohneio.loops._async import AsyncChannel
from ohneio.loops._failures import Failures
from ohneio.loops._streams import Connections
from ohneio.loops._sync import SyncChannel
from ohneio.loops.gevent import _Greenlets
from tests.loops.harness import KINDS, Peer
from tests.loops.test_serve import turns, unwinding, watched
from tests.processes import PATIENCE


class Suspended:
    """Something to wait for, once."""

    def __await__(self):
        yield


class Scripted(AsyncChannel):
    """A channel whose peer answers what it was asked, after a while."""

    def __init__(self, conn):
        super().__init__(conn, ("", 0))
        self.dropped = False
        self.sent = b""

    async def _recv(self):
        await Suspended()
        answer, self.sent = self.sent, b""
        return answer

    async def _send(self, data):
        await Suspended()
        self.sent += data
        await Suspended()

    async def _half_close(self):
        await Suspended()

    async def _linger(self):
        await Suspended()

    async def _close(self):
        await Suspended()

    def _drop(self):
        self.dropped = True


@protocol
def asking():
    """Ask three questions; emit each with its answer."""
    for number in range(3):
        question = b"%d\n" % number
        yield from write(question)
        yield from emit((question, (yield from until(b"\n", include=True))))
    assert (yield from at_eof())


class Cancelled(BaseException):
    pass


async def dialogue(channel, answers):
    async with channel:
        async for question, answer in channel:
            assert question == answer
            answers.append(answer)


def suspensions(work):
    """Run *work* to its end; return how often it waited."""
    count = 0
    while True:
        try:
            work.send(None)
        except StopIteration:
            return count
        count += 1


def test_cancelled_at_every_point():
    """After a cancellation at any point there is no connection left that could answer late."""
    answers = []
    points = suspensions(dialogue(Scripted(asking()), answers))
    assert answers == [b"0\n", b"1\n", b"2\n"]

    for point in range(points):
        channel = Scripted(asking())
        work = dialogue(channel, [])
        for _ in range(point + 1):
            work.send(None)
        with pytest.raises(Cancelled):
            work.throw(Cancelled())
        assert channel.dropped
        assert channel.conn.state is not State.RUNNING
        assert suspensions(dialogue(channel, leftovers := [])) == 0
        assert leftovers == []


def test_a_cancelled_write_closes():
    """Nobody knows how much of it is gone, so nothing can follow."""
    channel = Scripted(asking())
    work = channel.write(b"raw")
    work.send(None)
    with pytest.raises(Cancelled):
        work.throw(Cancelled())
    assert channel.dropped
    assert channel.conn.state is State.CLOSED


class Interrupted:
    """A socket whose owner is interrupted while it sends."""

    def sendall(self, data):
        raise KeyboardInterrupt

    def shutdown(self, how):
        pass

    def close(self):
        pass


def test_an_interrupted_write_closes():
    """The same holds where nothing is awaited."""
    channel = SyncChannel(asking(), Interrupted(), ("", 0), threading.Lock())
    with pytest.raises(KeyboardInterrupt):
        channel.write(b"raw")
    assert channel.left
    with pytest.raises(OSError, match="closed"):
        channel.write(b"more")
    channel.close()
    assert channel.conn.state is State.CLOSED


def test_two_threads_may_release_at_a_time():
    """One closes, another was waiting and is woken by it: both give back what is there."""
    channel = SyncChannel(asking(), Interrupted(), ("", 0), threading.Lock())
    channel.conn.close()
    channel.conn._enter("close()")  # as the other thread, which is nearly through
    channel.release()
    channel.conn._leave()


def test_a_task_that_is_cancelled_before_it_began_leaves_nothing_open():
    """Asyncio does not even start a task that is cancelled at once; its socket is closed."""

    async def main():
        connections = Connections(asking, None, Failures("ohneio.loops.test", None), None)
        connections.start(near)
        await connections.aclose()

    near, far = socket.socketpair()
    with far:
        asyncio.run(main())
        assert far.recv(1) == b""
    assert near.fileno() == -1


def test_a_greenlet_that_is_killed_before_it_began_leaves_nothing_open():
    """Gevent does not even start one that is killed at once; its socket is closed."""
    greenlets = _Greenlets(asking, None, Failures("ohneio.loops.test", None))
    near, far = socket.socketpair()
    with far:
        greenlets.start(near)
        greenlets.close()
        assert far.recv(1) == b""


@pytest.mark.parametrize("name", ["asyncio", "trio", "twisted", "gevent", "tornado"])
def test_a_cancelled_server_closes_everything(name):
    """Cancelling `serve`, as its loop cancels, ends it like `stop`."""
    loop, unwound, conns = KINDS[name](name), queue.Queue(), []
    with loop.serving_until_cancelled(watched(unwinding(unwound), conns)) as (server, cancel):
        with Peer.to(server) as peer:
            turns(peer, 1)
            peer.send(b"hal")
            cancel()
            peer.gone()
            assert unwound.get(timeout=PATIENCE) is GeneratorExit
    assert conns[0].state is State.CLOSED
    with pytest.raises(OSError):
        Peer.to(server)
