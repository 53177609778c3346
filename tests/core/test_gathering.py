"""Chunks that are put aside until a token is whole, in a lane."""

import pytest

from ohneio import Connection, State, until
from ohneio.core._gathering import Gathering


class Lane:
    """Takes each chunk, and notes what the input has meanwhile."""

    def __init__(self):
        self.given = []

    def __call__(self, given):
        run, chunk = given
        self.given.append((run.input.data, chunk))
        return True


def gathering(lane, lacks=5):
    """The state of a connection whose lane lacks some bytes, and what gathers them."""
    run = Connection(lambda: until(b";")._parse())._run
    run.input.data = b"ab"
    run.lane = Gathering(lane, lacks)
    return run, run.lane


def test_chunks_are_put_aside_until_enough_is_there():
    """Then the lane is given all of them at once, and is the lane again."""
    lane = Lane()
    run, gather = gathering(lane)
    assert all(gather((run, chunk)) for chunk in (b"cd", b"", b"ef"))
    assert lane.given == []
    assert (run.lane, run.input.data) == (gather, b"ab")
    assert gather((run, b"gh"))
    assert lane.given == [(b"", b"abcdefgh")]
    assert run.lane is lane


def test_whoever_leaves_the_lane_has_what_was_put_aside():
    """All of it, in order."""
    run, gather = gathering(Lane(), lacks=100)
    for chunk in (b"cd", b"ef"):
        gather((run, chunk))
    run.leave_lane()
    assert (run.lane, run.input.peek()) == (None, b"abcdef")


@pytest.mark.parametrize("look", ["needed", "waiting", "consumed", "unconsumed", "pending_input"])
def test_whoever_looks_sees_all_that_has_come(look):
    """The protocol is woken before."""
    conn = Connection(lambda: until(b";")._parse())
    conn.send(b"")
    run = conn._run
    run.input.data, run.want = b"ab", 1
    run.waiting = type(run.waiting).BYTES
    run.lane = Gathering(Lane(), 100)
    conn.send(b"cd")
    getattr(conn, look)
    assert run.lane is None
    assert conn.unconsumed == b"abcd"
    conn.close()
    assert conn.state is State.CLOSED


@pytest.mark.parametrize("taken", [False, True])
def test_an_interruption_loses_nothing_of_what_was_put_aside(taken):
    """Before the lane has taken it all, it is put aside as before; behind that it is the lane's."""

    def interrupted(given):
        run, chunk = given
        if taken:
            run.input.data = chunk
        raise KeyboardInterrupt

    run, gather = gathering(interrupted)
    gather((run, b"cd"))
    with pytest.raises(KeyboardInterrupt):
        gather((run, b"efgh"))
    assert run.lane is (interrupted if taken else gather)
    run.leave_lane()
    assert run.input.peek() == (b"abcdefgh" if taken else b"abcd")
