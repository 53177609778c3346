"""What a client's channel does, under every loop."""

import hashlib
import queue

import pytest

from ohneio import IncompleteInput, NoResult, ParseError, State, emit, protocol
from tests.loops import protocols
from tests.loops.harness import Peer, listening, scripted
from tests.loops.protocols import watched
from tests.processes import PATIENCE

KIB, MIB = 1 << 10, 1 << 20


def talk(loop, factory, address, dialogue):
    """Run *dialogue* with a channel, which is closed at its end."""

    async def script(loop):
        async with await loop.connect(factory, address) as channel:
            return await dialogue(channel)

    return loop.run(script)


async def collect(channel):
    return [event async for event in channel]


# Events and bytes.


def test_it_iterates_over_the_events(loop):
    """Events come in order, until the peer says goodbye between two of them."""

    def script(peer):
        peer.send(b"one\ntw")
        peer.send(b"o\n\n")

    with scripted(script) as address:
        assert talk(loop, protocols.lines, address, collect) == [b"one", b"two", b""]


def test_it_writes_bytes(loop):
    """What is written goes out as it is; answers come as events."""

    def script(peer):
        assert peer.exactly(10) == b"some bytes"
        peer.send(b"thanks\n")
        assert peer.rest() == b" and more"

    async def dialogue(channel):
        await channel.write(b"some ")
        await channel.write(b"bytes")
        assert await anext(channel) == b"thanks"
        await channel.write(b" and more")

    with scripted(script) as address:
        talk(loop, protocols.lines, address, dialogue)


def test_its_protocol_writes_too(loop):
    """A protocol that asks by itself needs nobody to write for it."""

    def script(peer):
        assert peer.exactly(6) == b"hello\n"
        peer.send(b"you\n")
        assert peer.rest() == b"you\n"

    with scripted(script) as address:
        assert talk(loop, protocols.greeting, address, lambda channel: channel.result()) is None


def test_it_knows_its_peer_and_its_connection(loop):
    """The channel says whom it is connected to, and shows the connection itself."""
    conns = []

    async def dialogue(channel):
        assert channel.peer == address
        assert channel.conn is conns[0]

    with scripted(Peer.gone) as address:
        talk(loop, watched(protocols.lines, conns), address, dialogue)


def test_after_send_eof_the_answers_still_come(loop):
    """The peer sees the end of input, and its last words are not lost."""

    def script(peer):
        assert peer.rest() == b"question"
        peer.send(b"x\n" * 100_000)

    async def dialogue(channel):
        await channel.write(b"question")
        await maybe(channel.send_eof())
        return await collect(channel)

    with scripted(script) as address:
        assert talk(loop, protocols.lines, address, dialogue) == [b"x"] * 100_000


async def maybe(answer):
    if answer is not None:
        await answer


def test_it_writes_and_iterates_at_a_time(loop):
    """One task, thread or greenlet may write while another iterates."""
    text = b"x" * 999 + b"\n"

    def script(peer):
        while data := peer.sock.recv(64 * KIB):
            peer.send(data)

    async def asking(channel):
        for _ in range(8):
            await channel.write(text * KIB)
        await maybe(channel.send_eof())

    async def hearing(channel, heard):
        async for event in channel:
            heard.append(len(event))

    async def dialogue(channel):
        heard = []
        await loop.together(hearing(channel, heard), asking(channel))
        return heard

    with scripted(script, buffers=64 * KIB) as address:
        assert talk(loop, protocols.lines, address, dialogue) == [999] * (8 * KIB)


def test_two_may_write_at_a_time(loop):
    """What each writes in one call stays together, however little the socket takes at a time."""
    size = 200_000

    def script(peer):
        blocks = [peer.exactly(size) for _ in range(20)]
        assert sorted(blocks) == [b"a" * size] * 10 + [b"b" * size] * 10
        assert peer.rest() == b""

    async def writing(channel, byte):
        for _ in range(10):
            await channel.write(byte * size)

    async def dialogue(channel):
        await loop.together(writing(channel, b"a"), writing(channel, b"b"))

    with scripted(script, buffers=8 * KIB) as address:
        talk(loop, protocols.lines, address, dialogue)


def test_64_mebibytes_each_way(loop):
    """Sixty-four mebibytes are written, then as many read, byte-exact."""
    block = b"".join(number.to_bytes(4, "big") for number in range(MIB // 4))
    expected = hashlib.sha256(block * 64).digest()

    def script(peer):
        incoming = hashlib.sha256()
        for _ in range(64):
            incoming.update(peer.exactly(MIB))
        assert incoming.digest() == expected
        for _ in range(64):
            peer.send(block)

    async def dialogue(channel):
        for _ in range(64):
            await channel.write(block)
        incoming = hashlib.sha256()
        async for data in channel:
            incoming.update(data)
        return incoming.digest()

    with scripted(script) as address:
        assert talk(loop, pieces, address, dialogue) == expected


@protocol
def pieces():
    while not (yield from protocols.at_eof()):
        yield from emit((yield from protocols.read_some(MIB)))


def test_partial_sends(loop):
    """What the socket takes little by little arrives whole."""
    data = bytes(range(256)) * KIB

    def script(peer):
        assert peer.rest() == data

    async def dialogue(channel):
        await channel.write(data)

    with scripted(script, buffers=4 * KIB) as address:
        talk(loop, protocols.lines, address, dialogue)


# Results and failures.


def test_it_gives_the_result(loop):
    """`result` drives the connection to its end; the output was sent before that."""

    def script(peer):
        peer.send(b"1\n2\n")
        assert peer.rest() == b"3\n"

    async def dialogue(channel):
        assert await channel.result() == 3
        return await collect(channel)

    with scripted(script) as address:
        assert talk(loop, protocols.sum_of_two, address, dialogue) == [1, 2]


def test_a_result_ends_the_iteration_and_the_connection(loop):
    """After the last event the iteration ends, and the peer sees the end, without a close."""
    sees = queue.Queue()

    def script(peer):
        peer.send(b"1\n2\n")
        sees.put(peer.rest())

    async def dialogue(channel):
        assert await collect(channel) == [1, 2]
        assert await channel.result() == 3
        with pytest.raises(Exception, match="closed"):
            await channel.write(b"late")
        assert sees.get(timeout=PATIENCE) == b"3\n"

    with scripted(script) as address:
        talk(loop, protocols.sum_of_two, address, dialogue)


def test_a_failure_is_raised_after_the_events_before_it(loop):
    """The iteration raises what the protocol failed with, once; then it is over."""

    def script(peer):
        peer.send(b"1\n2\n")
        assert peer.rest() == b"1\n2\nno more\n"

    async def dialogue(channel):
        assert await anext(channel) == b"1"
        assert await anext(channel) == b"2"
        with pytest.raises(ParseError, match="two are enough at offset 4"):
            await anext(channel)
        assert await collect(channel) == []
        with pytest.raises(ParseError, match="two are enough at offset 4"):
            await channel.result()

    with scripted(script) as address:
        talk(loop, protocols.two_then_fail, address, dialogue)


def test_an_end_inside_an_item_is_raised(loop):
    """A peer that leaves in the middle of a message is not taken for one that has finished."""

    def script(peer):
        peer.send(b"whole\nhal")

    async def dialogue(channel):
        assert await anext(channel) == b"whole"
        with pytest.raises(IncompleteInput) as caught:
            await anext(channel)
        return caught.value.offset

    with scripted(script) as address:
        assert talk(loop, protocols.lines, address, dialogue) == 9


def test_a_reset_is_raised(loop):
    """A peer that vanishes is the network's failure, and no end of input."""

    def script(peer):
        peer.send(b"whole\nhal")
        assert peer.exactly(1) == b"!"
        peer.reset()

    async def dialogue(channel):
        assert await anext(channel) == b"whole"
        await channel.write(b"!")
        with pytest.raises(Exception) as caught:
            await anext(channel)
        assert not isinstance(caught.value, ParseError)
        assert channel.conn.state is State.CLOSED

    with scripted(script) as address:
        talk(loop, protocols.lines, address, dialogue)


def test_nobody_there_is_raised(loop):
    """`connect` raises when the server cannot be reached."""
    with listening() as free:
        address = free.getsockname()
    with pytest.raises(Exception, match=r"(?i)refused|connect"):
        talk(loop, protocols.lines, address, collect)


# Ends.


def test_close_ends_it(loop):
    """After `close` the protocol is unwound, the peer sees the end, and nothing can be written."""
    unwound = queue.Queue()

    async def dialogue(channel):
        assert await anext(channel) == b"one"
        await channel.aclose()
        await channel.aclose()
        assert unwound.get(timeout=PATIENCE) is GeneratorExit
        assert channel.conn.state is State.CLOSED
        assert await collect(channel) == []
        with pytest.raises(Exception) as caught:
            await channel.write(b"late")
        assert "closed" in str(caught.value)
        with pytest.raises(NoResult):
            await channel.result()

    def script(peer):
        peer.send(b"one\ntw")
        peer.gone()

    with scripted(script) as address:
        talk(loop, emitting(unwound), address, dialogue)


def emitting(unwound):
    @protocol
    def lines():
        try:
            while True:
                yield from emit((yield from protocols.line))
        except BaseException as error:
            unwound.put(type(error))
            raise

    return lines


def test_close_sends_what_was_written_before(loop):
    """What the protocol had written by then is not lost."""

    @protocol
    def confirming():
        yield from emit((yield from protocols.line))
        yield from protocols.write(b"confirmed\n")
        raise AssertionError("gone on after the close")

    def script(peer):
        peer.send(b"one\n")
        assert peer.rest() == b"confirmed\n"

    async def dialogue(channel):
        assert await anext(channel) == b"one"

    with scripted(script) as address:
        talk(loop, confirming, address, dialogue)


def test_an_exception_in_the_block_closes_it(loop):
    """Leaving the block by an exception closes at once, and lets it pass."""
    conns = []

    async def dialogue(channel):
        assert await anext(channel) == b"one"
        raise ZeroDivisionError

    def script(peer):
        peer.send(b"one\ntw")
        peer.gone()

    with scripted(script) as address:
        with pytest.raises(ZeroDivisionError):
            talk(loop, watched(protocols.lines, conns), address, dialogue)
    assert conns[0].state is State.CLOSED


def test_abort_ends_it_at_once(loop):
    """`abort` sends nothing more and waits for nobody; the iteration ends quietly."""

    async def dialogue(channel):
        assert await anext(channel) == b"one"
        channel.abort()
        return await collect(channel)

    def script(peer):
        peer.send(b"one\ntw")
        peer.gone()

    with scripted(script) as address:
        assert talk(loop, protocols.lines, address, dialogue) == []


def test_cancelled_in_the_middle_of_a_message(loop):
    """A cancelled iteration closes the connection, and unwinds the protocol.

    So the rest of the message can never be taken for the answer to another question.
    """
    unwound, halfway = queue.Queue(), queue.Queue()

    @protocol
    def interrupted():
        try:
            yield from emit((yield from protocols.line))
            yield from protocols.read(3)
            halfway.put(None)
            yield from protocols.line
        except BaseException as error:
            unwound.put(type(error))
            raise

    def script(peer):
        peer.send(b"whole\nhalf")
        peer.gone()

    with scripted(script) as address:
        channel = loop.cancelled(interrupted, address, until=lambda: halfway.get(timeout=PATIENCE))
        assert channel.conn.state is State.CLOSED
        assert unwound.get(timeout=PATIENCE) is GeneratorExit
