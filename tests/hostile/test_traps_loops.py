"""Traps that others fell into, as far as loops can: a test for each.

The numbers are those of the list in `test_traps`.  No socket is needed: the
peer of a channel here answers from a list, and counts what is asked of it.
"""

import pytest

from ohneio import State, at_eof, emit, protocol, read_some, stream, until, write
from ohneio.loops._async import AsyncChannel
from tests.loops.harness import LOOPS, Peer

line = until(b"\n")


class Scripted(AsyncChannel):
    """A channel whose peer sends these chunks, and then the end."""

    def __init__(self, conn, *chunks, watched=True):
        super().__init__(conn, ("", 0), watched=watched)
        self.chunks = [*chunks]
        self.received = b""
        self.sent = []

    async def _recv(self):
        await Suspended()
        data = self.chunks.pop(0) if self.chunks else b""
        self.received += data
        return data

    async def _send(self, data):
        await Suspended()
        self.sent.append(data)

    async def _half_close(self):
        pass

    async def _linger(self):
        pass

    async def _close(self):
        pass

    def _drop(self):
        pass


class Suspended:
    """Something to wait for, once."""

    def __await__(self):
        yield


class Cancelled(BaseException):
    pass


async def consume(channel, events):
    async for event in channel:
        events.append(event)


def steps_of(work, most=None):
    """Run *work* to its end, or until it was suspended so often; tell how often it was."""
    for step in range(1 << 20):
        if step == most:
            return step
        try:
            work.send(None)
        except StopIteration:
            return step
    raise AssertionError("it does not end")


def test_t37_cancellation_loses_no_byte():
    """Cancelled anywhere, what was received is in the connection, which is closed.

    So nothing that is still to come can be taken for the answer to another question.
    """
    chunks = [b"one\ntw", b"o\n", b"thr", b"ee\nfour"]
    points = steps_of(consume(Scripted(stream(line)(), *chunks, b"\n"), []))
    assert points > len(chunks)
    for point in range(1, points):
        channel, events = Scripted(stream(line)(), *chunks, b"\n"), []
        work = consume(channel, events)
        steps_of(work, point)
        with pytest.raises(Cancelled):
            work.throw(Cancelled())
        conn = channel.conn
        events += conn.events()
        assert b"".join(event + b"\n" for event in events) + conn.unconsumed == channel.received
        assert conn.consumed + conn.pending_input == len(channel.received)
        assert conn.state is State.CLOSED


@protocol
def pieces():
    while not (yield from at_eof()):
        yield from emit(len((yield from read_some(1 << 20))))


@pytest.mark.parametrize("loop", LOOPS, ids=repr)
def test_t38_one_huge_chunk_does_not_starve_the_loop(loop):
    """However much a peer has sent, a bounded piece of it is read at a time."""
    seen = []
    with loop.serving(pieces, handler=lambda _, size: seen.append(size)) as server:
        with Peer.to(server) as peer:
            peer.send(b"x" * (1 << 20))
            peer.send_eof()
            peer.gone()
    assert sum(seen) == 1 << 20
    assert max(seen) <= 65536


@protocol
def echo():
    while not (yield from at_eof()):
        yield from write((yield from line) + b"\n")


@pytest.mark.parametrize("watched", [True, False])
def test_t39_a_message_costs_no_turn_of_the_loop(watched):
    """A thousand answers to a thousand lines that came at once go out at once."""
    chunks = [b"x" * 39 + b"\n"] * 1000
    data = b"".join(chunks)
    channel = Scripted(echo(), data, data, watched=watched)
    turns = steps_of(consume(channel, []))
    assert b"".join(channel.sent) == data * 2
    # Received twice and then the end; sent twice.
    assert (turns, len(channel.sent)) == (5, 2)
