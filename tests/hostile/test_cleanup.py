"""Trap: cleanup that is left to the garbage collector, or that nobody can rely on.

The original had no `close()`: its `finally` blocks ran when the collector
liked, in the middle of whatever was running then.
"""

import contextlib
import gc
import weakref

import pytest

from ohneio import (
    NoResult,
    ParseError,
    State,
    UsageError,
    at_eof,
    emit,
    exactly,
    parser,
    protocol,
    read,
    until,
    wait,
    write,
)

# Each way to be suspended.


def swallow():
    while not (yield from at_eof()):
        yield from read(1)


@parser
def inner():
    try:
        return (yield from exactly(3))
    finally:
        yield from emit("inner")


WAITS = {
    "count": lambda: (yield from read(3)),
    "delimiter": lambda: (yield from until(b";")),
    "turn": lambda: (yield from wait()),
    "end": lambda: (yield from swallow()),
    "output": lambda: (yield from write(b"owed")),
    "parser": lambda: (yield from inner),
}


def suspended(how):
    """A protocol that waits so, and says what happens to it."""

    @protocol
    def waiting():
        try:
            yield from emit("begins")
            while True:
                yield from WAITS[how]()
        except GeneratorExit:
            yield from emit("told")
            raise
        finally:
            yield from emit("over")

    return waiting


@pytest.mark.parametrize("how", WAITS)
@pytest.mark.parametrize("fed", [b"", b"a", b"abc;d"])
def test_close_unwinds_at_once(how, fed):
    """Whatever it waits for: `finally` blocks run inside `close`, and what they emit is kept."""
    conn = suspended(how)()
    conn.send(fed)
    before = conn.consumed
    conn.close()  # which may not wait for anything

    told = [event for event in conn.events() if event != "inner"]
    assert told == ["begins", "told", "over"]
    assert conn.state is State.CLOSED
    assert (conn.consumed, conn.consumed + len(conn.unconsumed)) == (before, len(fed))
    conn.close()
    assert conn.events() == []


def test_close_unwinds_last_in_first_out():
    """Inner first, through helpers and through the stack of parsers."""
    order = []

    @parser
    def level(n):
        try:
            if n:
                yield from level(n - 1)
            yield from read(1)
        finally:
            order.append(n)

    @protocol
    def outermost():
        try:
            yield from level(3)
        finally:
            order.append("protocol")

    conn = outermost()
    conn.send(b"")
    conn.close()
    assert order == [0, 1, 2, 3, "protocol"]


def test_a_connection_that_was_never_used_runs_nothing():
    """Neither when closed nor when dropped, in both flavours, and nothing warns."""
    ran = []

    def body():
        try:
            ran.append("body")
            yield from read(1)
        finally:
            ran.append("finally")

    async def async_body():
        try:
            ran.append("body")
            await read(1)
        finally:
            ran.append("finally")

    for function in (body, async_body):
        factory = protocol(function)
        factory().close()
        del factory
        protocol(function)()
        gc.collect()
    assert ran == []


def test_leaving_a_with_block_closes():
    """Also when it is left by an exception, which goes on."""
    with suspended("count")() as conn:
        conn.send(b"a")
    assert conn.state is State.CLOSED

    with pytest.raises(KeyError), suspended("count")() as conn:
        conn.send(b"a")
        raise KeyError("of the block")
    assert conn.state is State.CLOSED


def test_what_a_finally_block_writes_can_be_read():
    """A last word is output like any other: nobody waits for it to be taken."""

    @protocol
    def polite():
        try:
            yield from read(1)
        finally:
            yield from write(b"bye")
            yield from write(b" bye")

    conn = polite()
    conn.send(b"")
    conn.close()
    assert conn.read() == b"bye bye"
    with pytest.raises(NoResult):
        conn.get_result()


def test_a_finally_block_that_waits_is_told_that_nothing_will_come():
    """It is the caller of `close` who hears of it; the connection is closed all the same."""

    @protocol
    def stubborn():
        try:
            yield from read(1)
        finally:
            yield from read(1)

    conn = stubborn()
    conn.send(b"")
    with pytest.raises(UsageError, match="being closed"):
        conn.close()
    assert conn.state is State.CLOSED
    conn.close()


def test_a_finally_block_may_take_what_is_there():
    """What it does not have to wait for it gets; it counts as consumed."""

    @protocol
    def greedy():
        try:
            yield from read(5)
        finally:
            yield from emit((yield from read(2)))

    conn = greedy()
    conn.send(b"abcd")
    conn.close()
    assert conn.events() == [b"ab"]
    assert (conn.consumed, conn.unconsumed) == (2, b"cd")


# Python says of such a generator that it ignored GeneratorExit, when it is dropped.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_protocol_that_swallows_everything_cannot_keep_close_busy():
    """A bare `except` around a wait ends in an error, and not in an endless loop."""
    attempts = []

    @protocol
    def immortal():
        while True:
            attempts.append(1)
            assert len(attempts) < 1000, "close() never ends"
            with contextlib.suppress(BaseException):
                yield from read(1)

    conn = immortal()
    conn.send(b"")
    with pytest.raises(UsageError, match="ignores"):
        conn.close()
    assert conn.state is State.CLOSED
    del conn
    gc.collect()


def test_errors_while_closing_come_out_of_close_first_one_first():
    """The rest is unwound nevertheless."""
    order = []

    @parser
    def broken(name):
        try:
            if name == "outer":
                yield from broken("inner")
            yield from read(1)
        finally:
            order.append(name)
            raise KeyError(name)

    @protocol
    def outermost():
        try:
            yield from broken("outer")
        finally:
            order.append("protocol")

    conn = outermost()
    conn.send(b"")
    with pytest.raises(KeyError, match="inner"):
        conn.close()
    assert order == ["inner", "outer", "protocol"]
    assert conn.state is State.CLOSED


@pytest.mark.parametrize("state", ["DONE", "FAILED"])
def test_closing_what_has_ended_does_nothing(state):
    """It keeps its state, its result or error, its output, events and leftover."""

    @protocol
    def ending():
        yield from emit(1)
        if (yield from read(1)) == b"!":
            raise ParseError("no")
        return 7

    conn = ending()
    with contextlib.suppress(ParseError):
        conn.send(b"!x" if state == "FAILED" else b".x")
    conn.close()
    assert conn.state.name == state
    assert conn.events() == [1]
    assert conn.unconsumed == b"x"
    if state == "DONE":
        assert conn.get_result() == 7
    else:
        with pytest.raises(ParseError, match="no"):
            conn.get_result()


# Dropped without being closed.


def talkative(name):
    """A protocol that uses every primitive that it can while it is being unwound."""

    @protocol
    def body():
        try:
            yield from read(100)
        finally:
            yield from emit(f"{name} is over")
            yield from write(f"bye from {name}".encode())
            yield from emit((yield from read(2)))

    return body()


@pytest.mark.parametrize("how", ["dropped", "collected", "collected with its own frame"])
def test_what_is_dropped_unwinds_in_itself(how):
    """Its last words do not end up in the connection that happens to run at that moment."""
    victim_of = []

    @protocol
    def victim():
        yield from emit("begins")
        other = talkative("other")
        other.send(b"secret")
        if how == "collected":
            cycle = [other]
            cycle.append(cycle)
            del cycle
        elif how == "collected with its own frame":
            victim_of.append(other)
            other = knotted()
            other.send(b"secret")
            victim_of.clear()
        del other
        gc.collect()
        yield from emit((yield from read(4)))
        yield from write(b"ok")

    def knotted():
        """A connection whose protocol holds it."""
        knot = []

        @protocol
        def body(knot):
            try:
                yield from read(100)
            finally:
                yield from emit("knot is over")
                yield from write(b"bye")

        knot.append(body(knot))
        return knot[0]

    conn = victim()
    conn.send(b"mine!")

    assert conn.events() == ["begins", b"mine"]
    assert conn.read() == b"ok"
    assert conn.unconsumed == b"!"


@pytest.mark.parametrize("how", ["dropped", "collected"])
@pytest.mark.parametrize("flavour", ["generator", "async", "parser"])
def test_what_is_dropped_outside_unwinds_without_a_sound(how, flavour, recwarn):
    """No warning, no ignored exception (pytest makes errors of both), and it does run."""
    said = []

    def body():
        try:
            yield from read(3)
        finally:
            said.append((yield from read(1)))
            yield from write(b"bye")

    async def async_body():
        try:
            await read(3)
        finally:
            said.append(await read(1))
            await write(b"bye")

    function = {"generator": body, "async": async_body, "parser": parser(body)}[flavour]
    conn = protocol(function)()
    conn.send(b"ab")
    if how == "collected":
        cycle = [conn]
        cycle.append(cycle)
        del cycle
    del conn
    gc.collect()

    assert said == [b"a"]


def test_a_dropped_connection_is_gone_at_once():
    """Nothing in it is a cycle: no collector is needed."""
    conn = suspended("parser")()
    conn.send(b"a")
    gone = weakref.ref(conn)
    gc.disable()
    try:
        del conn
        assert gone() is None
    finally:
        gc.enable()
