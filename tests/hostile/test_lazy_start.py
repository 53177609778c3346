"""Trap: user code that runs in the constructor.

Its exceptions come out of the factory, where nobody expects them, and a
protocol that needs no input ended in a bare `StopIteration`.
"""

import gc

import pytest

from ohneio import (
    NoResult,
    ParseError,
    State,
    UsageError,
    at_eof,
    emit,
    protocol,
    read,
    wait,
    write,
)

CALLS = {
    "send": lambda conn: conn.send(b""),
    "send of bytes": lambda conn: conn.send(b"x"),
    "send_eof": lambda conn: conn.send_eof(),
    "read": lambda conn: conn.read(),
    "read some": lambda conn: conn.read(1),
    "events": lambda conn: conn.events(),
    "has_result": lambda conn: conn.has_result,
    "get_result": lambda conn: conn.get_result(),
}


def recording(log):
    """A protocol of each flavour that says when it runs."""

    def body(*args):
        log.append(args)
        yield from write(b"")
        return "done"

    async def async_body(*args):
        log.append(args)
        await write(b"")
        return "done"

    return protocol(body), protocol(async_body)


def test_making_a_connection_runs_nothing():
    """Nor does looking at it."""
    log = []
    for factory in recording(log):
        conn = factory(1, 2)
        _ = conn.state, conn.error, conn.needed, conn.waiting, conn.wants_input, repr(conn)
        _ = conn.consumed, conn.unconsumed, conn.pending_input, conn.pending_output
        assert conn.state is State.RUNNING
        assert conn.wants_input
        assert conn.waiting
    assert log == []


@pytest.mark.parametrize("call", CALLS)
def test_the_first_call_begins_it_whichever_it_is(call):
    """A protocol that needs no input is done in that call."""
    log = []
    for number, factory in enumerate(recording(log), 1):
        conn = factory("argument")
        CALLS[call](conn)
        assert log == [("argument",)] * number
        assert conn.state is State.DONE
        assert conn.get_result() == "done"


def test_closing_begins_nothing():
    """What was not begun needs no unwinding."""
    log = []
    for factory in recording(log):
        conn = factory()
        conn.close()
        assert conn.state is State.CLOSED
        assert conn.events() == []
        assert conn.read() == b""
        with pytest.raises(NoResult):
            conn.get_result()
    assert log == []


@pytest.mark.parametrize("flavour", ["generator", "async"])
def test_wrong_arguments_are_a_type_error_of_the_factory(flavour):
    """And not of some call later on."""

    def body(one, *, two):
        yield from read(1)

    async def async_body(one, *, two):
        await read(1)

    factory = protocol(body if flavour == "generator" else async_body)
    for args, kwargs in [((), {}), ((1,), {}), ((1, 2), {}), ((1,), {"three": 3})]:
        with pytest.raises(TypeError):
            factory(*args, **kwargs)
    factory(1, two=2)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("error", [KeyError("early"), ParseError("early"), OSError("early")])
def test_an_exception_before_the_first_wait_fails_the_first_call(call, error):
    """It is a failure like any other: kept, and raised again by those that raise."""

    @protocol
    def broken():
        yield from emit("begins")
        raise error

    conn = broken()
    if call in ("read", "read some", "events", "has_result"):
        CALLS[call](conn)
    else:
        with pytest.raises(type(error), match="early"):
            CALLS[call](conn)
    assert conn.state is State.FAILED
    with pytest.raises(type(error), match="early"):
        conn.get_result()
    assert conn.events() == ([] if call == "events" else ["begins"])


def test_a_protocol_that_returns_before_its_first_wait_keeps_what_was_sent():
    """All of it is left over."""

    @protocol
    def nothing():
        return 5
        yield

    conn = nothing()
    conn.send(b"abc")
    assert conn.get_result() == 5
    assert (conn.consumed, conn.unconsumed) == (0, b"abc")


def test_a_connection_that_was_never_used_is_dropped_without_a_sound(recwarn):
    """No coroutine that was never awaited (pytest makes an error of that), no `finally`."""
    log = []
    for factory in recording(log):
        for _ in range(10):
            factory()
    gc.collect()
    assert log == []
    assert not recwarn.list


def test_what_is_no_protocol_is_refused_when_it_is_decorated_or_begun():
    """A plain function has no steps; the message says what is wanted."""
    for wrong in (7, None, "text", [1]):
        if wrong is not None:  # which asks for options
            with pytest.raises(UsageError):
                protocol(wrong)

    conn = protocol(lambda: 7)()
    with pytest.raises(UsageError, match="generator function"):
        conn.send(b"")
    assert conn.state is State.FAILED


def test_a_wait_that_the_beginning_comes_to_is_over_at_once():
    """As when constructors began protocols: the first call is the next one."""

    @protocol
    def greeting():
        yield from wait()
        return (yield from read())

    conn = greeting()
    conn.send(b"hello")
    assert conn.get_result() == b"hello"


def test_connections_of_one_factory_share_nothing():
    """Each has its own arguments, input, output and end."""

    @protocol
    def echo(prefix):
        while not (yield from at_eof()):
            yield from write(prefix + (yield from read(1)))

    one, other = echo(b"1"), echo(b"2")
    one.send(b"a")
    other.send(b"b")
    assert (one.read(), other.read()) == (b"1a", b"2b")
    one.send_eof()
    assert (one.state, other.state) == (State.DONE, State.RUNNING)
