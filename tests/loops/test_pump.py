"""The engine under all loops, on its own: what is to be done next, and in which order."""

import itertools

import pytest

from ohneio import IncompleteInput, ParseError, UsageError, emit, protocol, read, wait
from ohneio.loops._pump import CHUNK, Next, Pump
from tests.loops import protocols


def steps(pump):
    """Everything that can be done before the pump wants input, or ends."""
    done = []
    while not isinstance(step := pump.step(), Next):
        done.append(step)
    return [*done, step]


@protocol
def interleaved():
    for number in range(3):
        yield from emit(number)
        yield from protocols.write(b"%d" % number)
    yield from emit("last")


def test_events_and_output_come_in_the_order_of_the_protocol():
    """An event comes before the output that was written after it, and after what was before it."""
    assert steps(Pump(interleaved())) == [[0], b"0", [1], b"1", [2], b"2", ["last"], Next.END]


def test_unwatched_events_are_dropped():
    """Where nobody wants events, output is taken at one go."""
    assert steps(Pump(interleaved(), watched=False)) == [b"012", Next.END]


def test_output_comes_in_bounded_pieces():
    """A protocol that writes for ever is asked for 64 KiB at a time, watched or not."""
    for watched in (True, False):
        pump = Pump(protocols.endless(), watched=watched)
        assert [len(pump.step()) for _ in range(3)] == [CHUNK] * 3


def test_small_writes_are_joined():
    """Many writes without an event between them go out as one piece."""
    pump = Pump(protocols.echo())
    assert pump.step() is Next.INPUT
    pump.feed(b"a\nb\nc\n")
    assert steps(pump) == [b"a\nb\nc\n", Next.INPUT]


def test_it_wants_no_input_while_output_is_left():
    """Input is asked for only when nothing is owed."""
    pump = Pump(protocols.echo())
    pump.feed((b"x" * 99 + b"\n") * 2000)
    done = steps(pump)
    assert done[-1] is Next.INPUT
    assert b"".join(done[:-1]) == (b"x" * 99 + b"\n") * 2000
    assert max(map(len, done[:-1])) <= CHUNK


def test_a_failure_comes_after_what_was_before_it():
    """Events and output from before a failure are handed over first; then it is raised."""
    pump = Pump(protocols.two_then_fail())
    pump.feed(b"1\n2\n")
    assert steps(pump) == [[b"1"], b"1\n", [b"2"], b"2\nno more\n", Next.END]
    with pytest.raises(ParseError, match="two are enough at offset 4"):
        pump.check()


def test_a_failure_keeps_the_traceback_it_was_raised_with():
    """A bug that came out of `feed` shows the line where it is."""

    @protocol
    def buggy():
        yield from read(1)
        raise ZeroDivisionError

    pump = Pump(buggy())
    pump.feed(b"x")
    assert pump.step() is Next.END
    with pytest.raises(ZeroDivisionError) as caught:
        pump.check()
    assert caught.traceback[-1].name == "buggy"


def test_what_is_emitted_while_it_ends_is_not_lost():
    """A protocol that ends in the call that takes its output may have emitted more by then."""

    @protocol
    def late():
        yield from wait()
        yield from emit(1)
        yield from wait()
        yield from emit(2)

    *events, end = steps(Pump(late()))
    assert (list(itertools.chain(*events)), end) == ([1, 2], Next.END)


def test_the_quiet_goodbye_is_no_failure():
    """Input that ends between two items raises nothing."""
    pump = Pump(two_at_a_time())
    pump.feed(b"ab")
    pump.step()
    pump.feed(b"")
    assert pump.step() is Next.END
    pump.check()


@protocol
def two_at_a_time():
    while True:
        yield from protocols.write((yield from read(2)))


def test_an_end_inside_an_item_is_a_failure():
    """Input that ends inside an item raises."""
    pump = Pump(two_at_a_time())
    pump.feed(b"abc")
    pump.step()
    pump.feed(b"")
    assert pump.step() is Next.END
    with pytest.raises(IncompleteInput):
        pump.check()


def test_an_item_that_is_missing_without_an_end_of_input_is_a_failure():
    """An `IncompleteInput` of the protocol's own is not taken for the peer's goodbye."""

    @protocol
    def strange():
        yield from read(1)
        raise IncompleteInput

    pump = Pump(strange())
    pump.feed(b"x")
    with pytest.raises(IncompleteInput):
        pump.check()


def test_misuse_of_the_connection_is_raised_at_once():
    """An error that is no failure of the protocol is not kept for later."""
    pump = Pump(protocols.echo())
    pump.feed(b"")
    pump.conn.send_eof()
    pump = Pump(protocols.greeting())
    pump.conn.send_eof()
    with pytest.raises(UsageError):
        pump.feed(b"more")


def test_close_gives_what_was_written():
    """What was written before the end is still to be sent; nothing more is written."""
    pump = Pump(protocols.greeting())
    assert pump.conn.pending_output == 0
    pump.conn.events()
    assert pump.close() == [b"hello\n"]
    assert pump.step() is Next.END
    pump.check()


def test_a_closed_connection_has_ended():
    """A connection that somebody closed wants nothing any more."""
    pump = Pump(protocols.lines())
    pump.feed(b"one\n")
    pump.conn.close()
    assert steps(pump) == [[b"one"], Next.END]
