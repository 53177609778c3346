"""Traps: `write` that nobody waits for, `wait` that does not wait, results hidden behind them.

The call that begins a protocol is both its beginning and a call: a `wait` that
the beginning comes to is over at once, as it was when constructors began them.
"""

import pytest

from ohneio import (
    IncompleteInput,
    Limits,
    NoResult,
    State,
    at_eof,
    emit,
    exactly,
    peek,
    protocol,
    read,
    until,
    wait,
    write,
)

# write


def test_a_peer_that_does_not_read_stops_the_protocol():
    """The law of 0.9: a protocol never gets further ahead of its peer than one write."""

    @protocol(limits=Limits(max_buffered=100))
    def pong():
        while not (yield from at_eof()):
            yield from write((yield from until(b"\n")) + b"!\n")

    conn = pong()
    conn.send(b"ping\n" * 10)
    for _ in range(5):
        conn.send(b"")
        assert (conn.pending_output, conn.pending_input) == (6, 45)
    assert conn.read() == b"ping!\n" * 10
    assert conn.pending_input == 0


@pytest.mark.slow
def test_a_million_requests_of_a_peer_that_does_not_read_write_one_answer():
    """Output is bounded by what one write brings; after it is drained every answer is there."""

    @protocol
    def pong():
        while not (yield from at_eof()):
            yield from exactly(2)
            yield from write(b"pong")

    conn = pong()
    conn.send(b"pi" * 100_000)
    assert conn.pending_output == 4

    answers = 0
    while piece := conn.read(65536):
        assert conn.pending_output <= 4
        assert len(piece) <= 65536
        answers += len(piece)
    assert answers == 4 * 100_000


def test_writing_nothing_waits_for_nothing():
    """b"" is drained when it is written."""

    @protocol
    def quiet():
        yield from write(b"")
        return "went on"

    conn = quiet()
    assert conn.get_result() == "went on"
    assert conn.read() == b""


def test_a_result_comes_when_the_last_byte_was_read():
    """Not before, and in the same call."""

    @protocol
    def last_word():
        yield from write(b"abc")
        return 1

    conn = last_word()
    assert not conn.has_result
    with pytest.raises(NoResult, match="3 bytes of output"):
        conn.get_result()
    assert conn.read(2) == b"ab"
    assert not conn.has_result
    assert conn.read() == b"c"
    assert conn.state is State.DONE


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 100])
def test_reading_in_pieces_gives_the_same_bytes(n):
    """However much at a time, across writes; never more than asked."""

    @protocol
    def counting():
        for number in range(10):
            yield from write(b"%d" % number * number)

    conn, output = counting(), b""
    while piece := conn.read(n):
        assert len(piece) <= n
        output += piece
    assert output == b"122333444455555666666777777788888888999999999"
    assert conn.state is State.DONE


def test_read_gives_as_much_as_was_asked_for_where_there_is_as_much():
    """It lets the protocol go on in between: one call, several writes."""

    @protocol
    def drops():
        for _ in range(100):
            yield from write(b"x")

    conn = drops()
    assert [len(conn.read(30)) for _ in range(5)] == [30, 30, 30, 10, 0]


def test_the_end_of_input_does_not_disturb_a_write():
    """Output that is owed when the peer half-closes is still owed."""

    @protocol
    def late():
        word = yield from until(b"\n")
        yield from write(word * 3)
        yield from write(b"bye")
        return (yield from at_eof())

    conn = late()
    conn.send(b"ab\n")
    conn.send_eof()
    assert conn.state is State.RUNNING
    assert conn.read(1) == b"a"
    assert conn.read() == b"bababbye"
    assert conn.get_result() is True


# wait


def test_two_waits_are_two_waits():
    """Each ends with a call of its own; the original counted two as one."""
    seen = []

    @protocol
    def patient():
        yield from exactly(1)
        for turn in range(3):
            yield from wait()
            seen.append(turn)

    conn = patient()
    conn.send(b"")
    conn.send(b"x")
    assert seen == []
    for turn in range(3):
        conn.send(b"")
        assert seen == [*range(turn + 1)]
    assert conn.has_result


def test_a_loop_of_waits_does_not_keep_a_call_busy():
    """`while not ready: yield from wait()`: one turn a call, whatever the call."""
    ready, turns = [], []

    @protocol
    def polling():
        while not ready:
            turns.append(1)
            yield from wait()
        return "ready"

    conn = polling()
    calls = [
        lambda: conn.send(b""),
        lambda: conn.send(b"x"),
        conn.read,
        lambda: conn.read(5),
        conn.events,
        lambda: conn.has_result,
    ]
    conn.send(b"")  # the first call begins it, and is a turn as well
    for number, call in enumerate(calls, len(turns) + 1):
        call()
        assert len(turns) == number
    with pytest.raises(NoResult):
        conn.get_result()
    ready.append(1)
    assert conn.get_result() == "ready"


def test_every_call_that_pumps_is_a_turn_and_no_other():
    """Looking at a connection is none."""
    turns = []

    @protocol
    def counting():
        while True:
            yield from wait()
            turns.append(1)

    conn = counting()
    conn.send(b"")
    before = len(turns)
    for _ in range(3):
        _ = conn.state, conn.error, conn.needed, conn.waiting, conn.wants_input, conn.consumed
        _ = conn.unconsumed, conn.pending_input, conn.pending_output, repr(conn)
    assert len(turns) == before


def test_bytes_that_come_are_seen_after_the_wait_and_not_lost():
    """A wait is over with the call, and what the call brought is there."""

    @protocol
    def looking():
        seen = []
        while b"." not in b"".join(seen):
            yield from wait()
            seen.append((yield from read()))
        return seen

    conn = looking()
    for chunk in (b"a", b"", b"bc", b"d."):
        conn.send(chunk)
    assert b"".join(conn.get_result()) == b"abcd."


def test_a_wait_that_is_pending_at_the_end_returns_once():
    """One that is begun later, with no output owed, is told that the input has ended."""
    seen = []

    @protocol
    def waiting():
        yield from exactly(1)
        yield from wait()
        seen.append("once")
        try:
            yield from wait()
        except IncompleteInput as error:
            seen.append((error.offset, error.have))

    conn = waiting()
    conn.send(b"")
    conn.send(b"x")
    conn.send_eof()
    assert seen == ["once", (1, 0)]
    assert conn.has_result


def test_peek_does_not_wait():
    """It gives what is there, and leaves it; a peer may never send another byte."""

    @protocol
    def looking():
        yield from emit((yield from peek(4)))
        yield from exactly(1)
        yield from emit((yield from peek(4)))
        yield from emit((yield from peek()))

    conn = looking()
    conn.send(b"")
    conn.send(b"abc")
    assert conn.events() == [b"", b"bc", b"bc"]
    assert conn.unconsumed == b"bc"


def test_polls_for_a_result_bring_no_bytes():
    """Who asks again and again whether it is done does not make it see data that is not there."""
    loops = []

    @protocol
    def by_hand():
        while len((yield from peek())) < 3:
            loops.append(1)
            yield from wait()
        return (yield from read(3))

    conn = by_hand()
    conn.send(b"a")
    for _ in range(10):
        assert not conn.has_result
    assert len(loops) <= 12
    conn.send(b"bc")
    assert conn.get_result() == b"abc"
