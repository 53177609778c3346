"""What a server does, under every loop."""

import contextlib
import gc
import logging
import queue
import socket
import threading
import weakref

import pytest

from ohneio import IncompleteInput, LimitExceeded, ParseError, State, emit, protocol, read
from tests.loops import protocols
from tests.loops.harness import KINDS, Peer, listening
from tests.loops.protocols import watched
from tests.processes import PATIENCE

KIB, MIB = 1 << 10, 1 << 20


class Failures(queue.Queue):
    """An `on_error` that remembers."""

    def __call__(self, peer, error, offset):
        self.put((peer, error, offset))

    def one(self):
        return self.get(timeout=PATIENCE)


@pytest.fixture
def failures():
    return Failures()


def one_after_the_other(*factories):
    """A factory that makes another connection each time."""
    left = list(factories)

    def make():
        return left.pop(0)()

    return make


# Bytes.


def test_it_serves_what_the_protocol_says(loop):
    """Lines come back however they were cut, and several peers do not disturb each other."""
    with loop.serving(protocols.echo) as server, Peer.to(server) as one, Peer.to(server) as two:
        one.send(b"a")
        assert two.ask(b"\n\nhello\n") == b"\n\nhello\n"
        one.send(b"b\n")
        assert one.exactly(3) == b"ab\n"


def test_a_protocol_may_speak_first(loop):
    """What is written before any input is sent at once."""
    with loop.serving(protocols.greeting) as server, Peer.to(server) as peer:
        assert peer.exactly(6) == b"hello\n"
        peer.send(b"you\n")
        assert peer.rest() == b"you\n"


def test_partial_sends(loop):
    """A socket that takes little at a time still gets everything, in order."""
    listener = listening(buffers=4 * KIB)
    data = bytes(range(256)) * (4 * KIB)
    with loop.serving(protocols.copy, sock=listener) as server:
        with Peer.to(server, buffers=4 * KIB) as peer:
            sending = threading.Thread(target=lambda: (peer.send(data), peer.send_eof()))
            sending.start()
            assert peer.rest() == data
            sending.join(PATIENCE)


def test_reading_is_bounded(loop):
    """No more than 64 KiB are read at a time, however much there is."""
    seen = []

    def handler(_, size):
        seen.append(size)

    with loop.serving(protocols.sizes, handler=handler) as server, Peer.to(server) as peer:
        peer.send(b"x" * MIB)
        peer.send_eof()
        peer.gone()
    assert sum(seen) == MIB
    assert max(seen) <= 64 * KIB


def test_64_mebibytes_in_both_directions(loop):
    """Sixty-four mebibytes go in and come back, byte-exact."""
    block = b"".join(i.to_bytes(4, "big") for i in range(MIB // 4))
    with loop.serving(protocols.copy) as server, Peer.to(server) as peer:
        sending = threading.Thread(target=send_blocks, args=(peer, block, 64))
        sending.start()
        for number in range(64):
            assert peer.exactly(MIB) == bytes([number]) + block[1:]
        assert peer.rest() == b""
        sending.join(PATIENCE)


def send_blocks(peer, block, count):
    for number in range(count):
        peer.send(bytes([number]) + block[1:])
    peer.send_eof()


# Back-pressure.


def test_a_peer_that_never_reads_is_not_written_for(loop):
    """An endless writer stops when its peer reads nothing; others are served meanwhile."""
    seen = []
    written = counting(seen)
    listener = listening(buffers=64 * KIB)
    factory = one_after_the_other(written, protocols.echo)
    with loop.serving(factory, sock=listener) as server:
        with Peer.to(server, buffers=64 * KIB) as deaf:
            deaf.sock.recv(1)
            with Peer.to(server) as other:
                turns(other, 300)
        assert sum(seen) <= MIB


def counting(seen):
    @protocol
    def endless():
        while True:
            seen.append(10_000)
            yield from protocols.write(b"y" * 10_000)

    return endless


def turns(peer, count):
    """Let the loop turn *count* times at least."""
    for _ in range(count):
        assert peer.ask(b"turn\n") == b"turn\n"


def test_back_pressure_reaches_a_peer_that_never_reads(loop):
    """A peer that asks without end and reads nothing is, in the end, not read from.

    What is kept for it stays bounded, and all of it arrives once it reads.
    """
    conns = []
    with loop.serving(watched(protocols.echo, conns), sock=listening(64 * KIB)) as server:
        with Peer.to(server, buffers=64 * KIB) as deaf, Peer.to(server) as other:
            sent = flood(deaf, other)
            assert all(conn.pending_input + conn.pending_output <= 256 * KIB for conn in conns)
            hear_out(deaf, sent)


def test_back_pressure_reaches_a_peer_that_a_handler_answers(loop):
    """The same holds where it is a handler that writes."""

    async def handler(channel, event):
        await channel.write(event + b"\n")

    handler = loop.handler(handler)
    with loop.serving(protocols.lines, sock=listening(64 * KIB), handler=handler) as server:
        with Peer.to(server, buffers=64 * KIB) as deaf, Peer.to(server) as other:
            hear_out(deaf, flood(deaf, other))


QUESTION = b"x" * 999 + b"\n"


def flood(deaf, other):
    """Send until nothing more is taken, though the loop has had many turns since."""
    deaf.sock.settimeout(0)
    sent, stuck, block = 0, 0, QUESTION * 64
    while stuck < 100:
        try:
            sent += deaf.sock.send(block[sent % len(QUESTION) :])
            stuck = 0
        except BlockingIOError:
            turns(other, 1)
            stuck += 1
        assert sent <= 2 * MIB, "back-pressure never came"
    deaf.sock.settimeout(PATIENCE)
    return sent


def hear_out(deaf, sent):
    """Finish the question that was begun, then read every answer."""
    rest = QUESTION[sent % len(QUESTION) :]
    sending = threading.Thread(target=lambda: (deaf.send(rest), deaf.send_eof()))
    sending.start()
    answers = (sent + len(rest)) // len(QUESTION)
    assert deaf.rest() == QUESTION * answers
    sending.join(PATIENCE)


def test_a_slow_handler_holds_the_peer_back(loop):
    """While a handler has not returned, no more is read for that connection."""
    released, handled = threading.Event(), []

    async def handler(channel, event):
        while not released.is_set():
            if loop.name in {"blocking", "select"}:
                released.wait(PATIENCE)
            await loop.nap()
        handled.append(event)

    listener = listening(buffers=64 * KIB)
    with (
        loop.serving(protocols.lines, sock=listener, handler=loop.handler(handler)) as server,
        Peer.to(server, buffers=64 * KIB) as peer,
    ):
        rest = stuffed(peer, b"x" * 999 + b"\n", 4000)
        assert rest, "all of it was taken, though nobody handles it"
        assert handled == []
        released.set()
        peer.send(rest)
        peer.send_eof()
        peer.gone()
        assert len(handled) == 4000


def stuffed(peer, text, count):
    """Send without waiting; return what was not taken."""
    rest = memoryview(text * count)
    peer.sock.settimeout(0)
    with contextlib.suppress(BlockingIOError):
        while rest:
            rest = rest[peer.sock.send(rest) :]
    peer.sock.settimeout(PATIENCE)
    return rest


def test_an_endless_writer_starves_nobody(loop):
    """While one peer reads an endless output as fast as it can, others are served."""
    factory = one_after_the_other(protocols.endless, protocols.echo)
    with loop.serving(factory) as server, Peer.to(server) as greedy:
        greedy.exactly(1)
        reading = threading.Thread(target=greedy.gone)
        reading.start()
        with Peer.to(server) as other:
            turns(other, 20)
        greedy.sock.shutdown(socket.SHUT_RDWR)
        reading.join(PATIENCE)


# Ends.


def test_half_close_then_the_rest_of_the_output(loop):
    """A client that has said its last word still gets all that is owed."""
    with loop.serving(protocols.shout) as server, Peer.to(server) as peer:
        peer.send(b"ab")
        peer.send_eof()
        assert peer.rest() == b"a" * MIB + b"b" * MIB


def test_a_result_ends_the_connection(loop, failures):
    """When the protocol returns, what it wrote is delivered and the connection closes.

    That holds though the peer has sent more, which nobody reads.
    """
    conns = []
    with loop.serving(watched(protocols.sum_of_two, conns), on_error=failures) as server:
        with Peer.to(server) as peer:
            peer.send(b"1\n2\n" + b"left over" * 100_000)
            assert peer.rest() == b"3\n"
    assert conns[0].get_result() == 3
    assert conns[0].unconsumed.startswith(b"left over")
    assert failures.empty()


def test_a_failure_ends_the_connection_and_not_the_server(loop, failures):
    """What was written before a failure is delivered, then the connection closes.

    The failure is told once, with peer and offset. The others never notice.
    """
    with loop.serving(protocols.two_then_fail, on_error=failures) as server:
        with Peer.to(server) as other, Peer.to(server) as peer:
            peer.send(b"1\n2\n")
            assert peer.rest() == b"1\n2\nno more\n"
            name, error, offset = failures.one()
            assert (name, str(error), offset) == (peer.name, "two are enough at offset 4", 4)
            assert isinstance(error, ParseError)
            assert other.ask(b"1\n") == b"1\n"
    assert failures.empty()


def test_a_refusal_is_delivered_though_the_peer_still_sends(loop, failures):
    """A connection that closes while the peer still sends is not reset under its last words."""
    with loop.serving(refusing, on_error=failures) as server, Peer.to(server) as peer:
        peer.send(b"x" * (4 * MIB))
        assert peer.rest() == b"too long\n"
        assert isinstance(failures.one()[1], LimitExceeded)


@protocol
def refusing():
    try:
        yield from protocols.until(b"\n", max=1000)
    except LimitExceeded:
        yield from protocols.write(b"too long\n")
        raise


def test_a_bug_in_the_protocol_is_told_as_it_is(loop, failures):
    """Any other exception of the protocol ends its connection likewise, and is told."""
    with loop.serving(protocols.two_then_bug, on_error=failures) as server, Peer.to(server) as peer:
        peer.send(b"1\n2\n")
        assert peer.rest() == b"1\n2\n"
        _, error, offset = failures.one()
        assert (repr(error), offset) == ("ZeroDivisionError('a bug')", 4)


def test_input_that_ends_inside_an_item_is_a_failure(loop, failures):
    """A peer that leaves in the middle of a message is reported."""
    with loop.serving(protocols.echo, on_error=failures) as server, Peer.to(server) as peer:
        peer.send(b"whole\nhal")
        peer.send_eof()
        assert peer.rest() == b"whole\n"
        _, error, offset = failures.one()
        assert (type(error), error.have, offset) == (IncompleteInput, 3, 9)


@protocol
def bare_loop():
    while True:
        yield from protocols.write((yield from read(2)))


def test_the_quiet_goodbye_is_not_reported(loop, failures, caplog):
    """Input that ends between two items is no failure, however the protocol was written."""
    with loop.serving(bare_loop, on_error=failures) as server, Peer.to(server) as peer:
        assert peer.ask(b"abcd") == b"abcd"
        peer.send_eof()
        assert peer.rest() == b""
    assert failures.empty()
    assert not caplog.records


def test_a_peer_that_comes_and_goes_is_not_reported(loop, failures):
    """A connection without a byte is a quiet goodbye as well."""
    with loop.serving(bare_loop, on_error=failures) as server, Peer.to(server) as peer:
        peer.send_eof()
        assert peer.rest() == b""
    assert failures.empty()


def test_a_reset_in_the_middle_of_a_message(loop, failures):
    """A peer that vanishes is told as the network's failure; its protocol is unwound."""
    unwound = queue.Queue()
    with loop.serving(unwinding(unwound), on_error=failures) as server:
        with Peer.to(server) as other:
            peer = Peer.to(server)
            assert peer.ask(b"whole\n") == b"whole\n"
            peer.send(b"hal")
            peer.reset()
            _, error, _ = failures.one()
            assert not isinstance(error, ParseError)
            assert unwound.get(timeout=PATIENCE) is GeneratorExit
            turns(other, 1)


def unwinding(unwound):
    """An echo that tells how it ended."""

    @protocol
    def echo():
        try:
            while not (yield from protocols.at_eof()):
                yield from protocols.write((yield from protocols.line) + b"\n")
        except BaseException as error:
            unwound.put(type(error))
            raise

    return echo


def test_a_reset_while_output_is_owed(loop, failures):
    """A peer that vanishes while it is written to is told likewise."""
    with loop.serving(protocols.endless, on_error=failures) as server:
        peer = Peer.to(server)
        peer.exactly(100)
        peer.reset()
        assert not isinstance(failures.one()[1], ParseError)


WAYS = {"half-close": Peer.send_eof, "close": lambda peer: peer.sock.close(), "reset": Peer.reset}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_peer_may_leave_at_every_point(loop, failures, way):
    """Wherever a stream is cut, and however: what was whole is answered, and the server lives."""
    data = b"one\n\nthree\n"
    with loop.serving(protocols.echo, on_error=failures) as server:
        for cut in range(len(data) + 1):
            with Peer.to(server) as peer:
                peer.send(data[:cut])
                way(peer)
                if way is Peer.send_eof:
                    whole = data[:cut].rpartition(b"\n")
                    assert peer.rest() == whole[0] + whole[1]
                    if whole[2]:
                        assert failures.one()[2] == cut
        with Peer.to(server) as other:
            turns(other, 1)
    if way is Peer.send_eof:
        assert failures.empty()


def test_nothing_is_kept_of_a_connection_that_has_ended(loop, failures):
    """However it ended, neither the connection nor a descriptor stays behind."""
    refs = []

    def factory():
        conn = protocols.two_then_fail()
        refs.append(weakref.ref(conn))
        return conn

    with loop.serving(factory, on_error=failures) as server:
        for _ in range(5):
            for way in WAYS.values():
                with Peer.to(server) as peer:
                    assert peer.ask(b"1\n") == b"1\n"
                    peer.send(b"hal")
                    way(peer)
                    failures.one()
            with Peer.to(server) as peer:
                peer.send(b"1\n2\n")
                assert peer.rest() == b"1\n2\nno more\n"
            failures.one()
    gc.collect()
    assert [ref() for ref in refs] == [None] * 20


@pytest.fixture
def hurried(monkeypatch):
    """Adapters that wait only a moment for a peer that does not close."""
    for module in ["_sync", "_streams", "_nonblocking", "trio", "twisted"]:
        monkeypatch.setattr(f"ohneio.loops.{module}.LINGER", 0.01)


def test_a_peer_that_does_not_close_is_not_waited_for_for_ever(loop, hurried):
    """It gets the last output and the end; soon after, what it sends goes nowhere."""
    with loop.serving(protocols.sum_of_two) as server, Peer.to(server) as peer:
        peer.send(b"1\n2\n")
        assert peer.rest() == b"3\n"
        with pytest.raises(ConnectionError):
            while True:
                peer.send(b"more")


# Events.


def test_events_come_in_order(loop):
    """Every event reaches the handler, in order, however many came in one segment."""
    seen = []

    def handler(_, event):
        seen.append(event)

    expected = [b"%d" % number for number in range(10_000)]
    with loop.serving(protocols.lines, handler=handler) as server, Peer.to(server) as peer:
        peer.send(b"".join(number + b"\n" for number in expected))
        peer.send_eof()
        assert peer.rest() == b""
    assert seen == expected


def test_a_handler_writes_to_the_peer(loop):
    """What a handler writes goes out as it is, before what the protocol writes after the event."""

    async def handler(channel, event):
        await channel.write(b"<%s>" % event)

    with loop.serving(two_by_two, handler=loop.handler(handler)) as server, Peer.to(server) as peer:
        peer.send(b"abcd")
        peer.send_eof()
        assert peer.rest() == b"<ab>ab<cd>cd"


@protocol
def two_by_two():
    while not (yield from protocols.at_eof()):
        data = yield from read(2)
        yield from emit(data)
        yield from protocols.write(data)


def test_events_before_a_failure_are_handled(loop, failures):
    """A failure does not take the events with it that came before."""
    seen = []

    def handler(_, event):
        seen.append(event)

    with loop.serving(protocols.two_then_fail, handler=handler, on_error=failures) as server:
        with Peer.to(server) as peer:
            peer.send(b"1\n2\n3\n")
            peer.gone()
            failures.one()
    assert seen == [b"1", b"2"]


def test_a_handler_may_close(loop, failures):
    """A handler that closes its channel ends it: later events are not handled."""
    seen = []

    async def handler(channel, event):
        seen.append(event)
        await channel.write(b"bye\n")
        await channel.aclose()

    with (
        loop.serving(protocols.lines, handler=loop.handler(handler), on_error=failures) as server,
        Peer.to(server) as peer,
    ):
        peer.send(b"1\n2\n3\n")
        peer.send_eof()
        assert peer.rest() == b"bye\n"
    assert seen == [b"1"]
    assert failures.empty()


def test_a_handler_may_write_to_and_close_another_channel(loop, failures):
    """A server's channels are each other's to use: what one peer says, another hears."""
    channels = queue.Queue()

    async def handler(channel, event):
        if event == b"listen":
            channels.put(channel)
            await channel.write(b"ready\n")
        else:
            other = channels.get(timeout=PATIENCE)
            await other.write(event)
            await other.aclose()

    with loop.serving(protocols.lines, handler=loop.handler(handler), on_error=failures) as server:
        with Peer.to(server) as hearing, Peer.to(server) as speaking:
            hearing.send(b"listen\n")
            assert hearing.exactly(6) == b"ready\n"
            speaking.send(b"hello\n")
            assert hearing.rest() == b"hello"
    assert failures.empty()


def test_a_handler_that_raises_ends_its_connection(loop, failures):
    """A bug in a handler is told, with the peer; its connection closes and the others live."""

    async def handler(channel, event):
        if event == b"0":
            raise ZeroDivisionError("in the handler")
        await channel.write(event)

    with (
        loop.serving(protocols.lines, handler=loop.handler(handler), on_error=failures) as server,
        Peer.to(server) as other,
    ):
        with Peer.to(server) as peer:
            peer.send(b"0\n")
            peer.gone()
            name, error, offset = failures.one()
            assert (name, repr(error)) == (peer.name, "ZeroDivisionError('in the handler')")
            assert offset == 2
        other.send(b"1\n")
        assert other.exactly(1) == b"1"


def test_a_bug_in_a_handler_that_has_closed_is_told(loop, failures):
    """A handler that closes is done with the connection, but not with its own faults."""

    async def handler(channel, event):
        await channel.aclose()
        raise ZeroDivisionError("after the close")

    with (
        loop.serving(protocols.lines, handler=loop.handler(handler), on_error=failures) as server,
        Peer.to(server) as peer,
    ):
        peer.send(b"1\n")
        peer.gone()
        assert repr(failures.one()[1]) == "ZeroDivisionError('after the close')"


def test_a_handler_that_writes_to_a_peer_who_has_gone(loop, failures):
    """The network's failure comes out of the handler's own call, and is told once."""

    async def handler(channel, event):
        gone.wait(PATIENCE)
        while True:
            await channel.write(b"x" * 100_000)
            if loop.name == "select":  # where writing only queues
                break

    gone = threading.Event()
    with loop.serving(protocols.lines, handler=loop.handler(handler), on_error=failures) as server:
        peer = Peer.to(server)
        peer.send(b"1\n")
        peer.reset()
        gone.set()
        assert not isinstance(failures.one()[1], ParseError)
    assert failures.empty()


# What is told.


def test_without_on_error_a_failure_is_logged_once(loop, caplog):
    """One sentence, by the adapter's own logger, without a traceback: it is the peer's fault."""
    with loop.serving(protocols.two_then_fail) as server, Peer.to(server) as peer:
        peer.send(b"1\n2\n")
        peer.gone()
    (record,) = caplog.records
    assert (record.name, record.levelno) == (f"ohneio.loops.{loop}", logging.WARNING)
    assert not record.exc_info
    assert record.getMessage() == (
        f"connection from 127.0.0.1:{peer_port(record)} failed after 4 bytes: "
        "ParseError: two are enough at offset 4"
    )


def peer_port(record):
    return record.args[1]


def test_without_on_error_a_bug_is_logged_with_its_traceback(loop, caplog):
    """A fault of our own side is an error in the log, with everything needed to mend it."""
    with loop.serving(protocols.two_then_bug) as server, Peer.to(server) as peer:
        peer.send(b"1\n2\n")
        peer.gone()
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.exc_info[0] is ZeroDivisionError


def test_an_on_error_that_raises_does_no_harm(loop, caplog):
    """A bug in `on_error` is logged, and the server lives on."""

    def on_error(*_):
        raise ZeroDivisionError("in on_error")

    with loop.serving(protocols.two_then_fail, on_error=on_error) as server:
        with Peer.to(server) as other:
            with Peer.to(server) as peer:
                peer.send(b"1\n2\n")
                peer.gone()
            turns(other, 1)
    assert [record.getMessage() for record in caplog.records] == ["on_error failed"]


def test_on_error_may_be_a_coroutine_function(awaiting_loop, caplog):
    """Under a loop that awaits, it is awaited, and may fail as well."""
    loop = awaiting_loop
    told = queue.Queue()

    async def on_error(peer, error, offset):
        await loop.nap()
        told.put(offset)
        raise ZeroDivisionError("in on_error")

    with loop.serving(protocols.two_then_fail, on_error=on_error) as server:
        with Peer.to(server) as peer:
            peer.send(b"1\n2\n")
            peer.gone()
            assert told.get(timeout=PATIENCE) == 4
    assert [record.getMessage() for record in caplog.records] == ["on_error failed"]


def test_a_thread_that_cannot_be_started_does_no_harm(failures, monkeypatch):
    """The system may refuse one more thread: that peer is turned away, the next one served."""
    start, refusals = threading.Thread.start, [RuntimeError("can't start new thread")]

    def refusing_once(thread):
        if refusals and "_run" in thread.name:
            raise refusals.pop()
        start(thread)

    with KINDS["blocking"]("blocking").serving(protocols.echo, on_error=failures) as server:
        monkeypatch.setattr(threading.Thread, "start", refusing_once)
        with Peer.to(server) as peer:
            peer.gone()
            assert isinstance(failures.one()[1], RuntimeError)
        with Peer.to(server) as peer:
            turns(peer, 1)


@pytest.mark.parametrize("leaves", [False, True], ids=["stays", "has left"])
def test_an_interruption_while_a_thread_starts_ends_the_server(leaves, monkeypatch):
    """Ctrl-C is not lost there, whether the thread has just begun, or its peer has left already."""
    # Two queues: who asks how it ended does not take from whom it is told that it began.
    start, begun, heard = threading.Thread.start, queue.Queue(), queue.Queue()

    def interrupted(thread):
        start(thread)
        if "_run" in thread.name:
            begun.get(timeout=PATIENCE)
            if leaves:
                thread.join(PATIENCE)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        with KINDS["blocking"]("blocking").serving(telling(begun, heard)) as server:
            monkeypatch.setattr(threading.Thread, "start", interrupted)
            with Peer.to(server) as peer:
                if leaves:
                    peer.send_eof()
                peer.gone()
                assert heard.get(timeout=PATIENCE) in (GeneratorExit, IncompleteInput)


def telling(begun, heard):
    """A protocol that tells when it begins, and how it ends."""

    @protocol
    def patient():
        begun.put(None)
        try:
            yield from read(1)
        except BaseException as error:
            heard.put(type(error))
            raise

    return patient


def test_a_factory_that_raises_does_no_harm(loop, failures):
    """A connection that cannot be made is told; its peer is turned away, the next one served."""
    made = []

    def factory():
        made.append(None)
        if len(made) == 1:
            raise ZeroDivisionError("in the factory")
        return protocols.echo()

    with loop.serving(factory, on_error=failures) as server:
        with Peer.to(server) as peer:
            peer.gone()
            assert failures.one()[0] == peer.name
        with Peer.to(server) as peer:
            turns(peer, 1)


def test_a_finally_that_raises_does_no_harm(loop, failures):
    """A protocol that fails while it is unwound is told as well; the server lives on."""
    with loop.serving(clumsy, on_error=failures) as server, Peer.to(server) as other:
        peer = Peer.to(server)
        peer.ask(b"1\n")
        peer.reset()
        failures.one()
        turns(other, 1)


@protocol
def clumsy():
    try:
        while True:
            yield from protocols.write((yield from protocols.line) + b"\n")
    finally:
        raise ZeroDivisionError("while unwinding")


# The server itself.


def test_port_0_is_one_that_is_free(loop):
    """The server knows the port it was given, and two of them do not collide."""
    with loop.serving(protocols.echo) as one, loop.serving(protocols.echo) as two:
        assert one.address[0] == "127.0.0.1"
        assert one.address[1] not in (0, two.address[1])
        with Peer.to(one) as peer:
            turns(peer, 1)


def has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_it_serves_ipv6(loop):
    """A host of the newer protocol is served and named like any other."""
    with loop.serving(protocols.echo, host="::1") as server:
        assert server.address[0] == "::1"
        with socket.create_connection(server.address, PATIENCE) as sock:
            turns(Peer(sock), 1)


def test_it_serves_a_unix_socket(loop, tmp_path):
    """A listening socket of any stream kind will do; its address is its path."""
    path = str(tmp_path / "s")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    with loop.serving(protocols.echo, sock=listener) as server:
        assert server.address == (path, 0)
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(path)
            turns(Peer(sock), 1)


def test_an_address_that_is_taken_is_refused(loop):
    """`serve` raises what the system says when the address cannot be had."""
    with loop.serving(protocols.echo) as server:
        with pytest.raises(OSError, match="in use"):
            with loop.serving(protocols.echo, port=server.address[1]):
                raise AssertionError("unreachable")


def test_a_socket_and_an_address_are_too_much(loop):
    """Where to listen is said once."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with pytest.raises(ValueError, match="either"):
            with loop.serving(protocols.echo, sock=listener, port=1):
                raise AssertionError("unreachable")


def test_stopping_closes_everything(loop, failures):
    """`stop` ends the server and its connections, in the middle of a message too, in silence."""
    unwound, conns = queue.Queue(), []
    factory = watched(unwinding(unwound), conns)
    with loop.serving(factory, on_error=failures) as server:
        with Peer.to(server) as idle, Peer.to(server) as busy:
            turns(idle, 1)
            assert busy.ask(b"whole\n") == b"whole\n"
            busy.send(b"hal")
            server.stop()
            server.stop()
            idle.gone()
            busy.gone()
            assert unwound.get(timeout=PATIENCE) is GeneratorExit
            assert unwound.get(timeout=PATIENCE) is GeneratorExit
    assert [conn.state for conn in conns] == [State.CLOSED] * 2
    assert failures.empty()
    with pytest.raises(OSError):
        Peer.to(server)


def test_stopping_does_not_wait_for_peers(loop):
    """Neither a peer that never reads nor one that never sends holds up the end."""
    factory = one_after_the_other(protocols.endless, protocols.echo)
    with loop.serving(factory) as server:
        with Peer.to(server) as deaf, Peer.to(server) as silent:
            deaf.exactly(1)
            turns(silent, 1)
            server.stop()
            silent.gone()
            deaf.gone()


def test_a_handler_may_stop_the_server(loop):
    """`stop` may come from anywhere, a handler included."""
    servers = []

    def handler(*_):
        servers[0].stop()

    with loop.serving(protocols.lines, handler=handler) as server, Peer.to(server) as peer:
        servers.append(server)
        peer.send(b"stop\n")
        peer.gone()


def test_an_on_listening_that_raises_ends_the_server(loop):
    """What the caller's own function raises comes out of `serve`, and nothing stays open."""
    with pytest.raises(Exception) as caught:
        with loop.serving(protocols.echo, on_listening=broken):
            raise AssertionError("unreachable")
    error = caught.value
    assert "not today" in str(getattr(error, "exceptions", [error])[0])


def broken(server):
    raise ZeroDivisionError("not today")
