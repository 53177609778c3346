"""Traps: exceptions that are lost, replaced by worse ones, or taken for something else.

In the original the first `send` raised, the second one was silent, and the
result never came.  Others read a bug in a user's function as "no match".
"""

import pytest

from ohneio import (
    IncompleteInput,
    ParseError,
    State,
    UsageError,
    at_eof,
    emit,
    exactly,
    parser,
    protocol,
    read,
    stream,
    until,
    wait,
    write,
)
from tests.properties.outcomes import error_of


class OwnError(Exception):
    """Somebody's own, with more than a text."""

    def __init__(self, code, *, detail):
        super().__init__(code, detail)
        self.code, self.detail = code, detail


class FalseError(Exception):
    """One that is false, as an empty list of errors may be."""

    def __bool__(self):
        return False


RAISED = {
    "ValueError": lambda: ValueError("text"),
    "KeyError": lambda: KeyError("key"),
    "LookupError without text": LookupError,
    "RecursionError": lambda: RecursionError("deep"),
    "MemoryError": lambda: MemoryError("much"),
    "AssertionError": lambda: AssertionError("really"),
    "OSError": lambda: OSError(5, "errno and text"),
    "UnicodeDecodeError": lambda: UnicodeDecodeError("utf-8", b"\xff", 0, 1, "reason"),
    "StopAsyncIteration": lambda: StopAsyncIteration("async"),
    "FalseError": lambda: FalseError("false"),
    "ExceptionGroup": lambda: ExceptionGroup("group", [ValueError("inner")]),
    "KeyboardInterrupt": KeyboardInterrupt,
    "SystemExit": lambda: SystemExit(3),
    "GeneratorExit": GeneratorExit,
    "BaseException": lambda: BaseException("base"),
}


def placed(error):  # noqa: C901  # a function each
    """Protocols that raise *error* in different places, each after one byte at most."""

    def helper():
        yield from read(1)
        raise error

    @parser
    def item():
        yield from exactly(1)
        raise error

    @parser
    async def async_item():
        await exactly(1)
        raise error

    def in_a_helper():
        yield from helper()

    def in_a_parser():
        yield from item

    async def in_a_coroutine():
        await async_item

    def before_anything():
        raise error
        yield

    def in_a_handler():
        try:
            yield from exactly(1)
            raise ParseError("handled")
        except ParseError:
            raise error from None

    def in_a_finally():
        try:
            yield from exactly(1)
        finally:
            raise error

    def behind_a_write():
        yield from write(b"out")
        yield from exactly(1)
        raise error

    places = [in_a_helper, in_a_parser, in_a_coroutine, before_anything, in_a_handler]
    return [*places, in_a_finally, behind_a_write]


@pytest.mark.parametrize("kind", RAISED)
@pytest.mark.parametrize("place", range(7))
def test_an_exception_passes_through_unchanged_and_stays(kind, place):
    """Out of the call that ran into it the very object, out of later calls an equal one."""
    error = RAISED[kind]()
    function = placed(error)[place]
    conn = protocol(function)()
    if function.__name__ == "behind_a_write":
        assert conn.read() == b"out"
    with pytest.raises(BaseException) as caught:
        conn.send(b"x")
    assert caught.value is error
    assert conn.state is State.FAILED
    for call in (lambda: conn.send(b"more"), conn.send_eof, conn.get_result):
        with pytest.raises(type(error)) as caught:
            call()
        assert str(caught.value) == str(error)
        assert caught.value.args == error.args
    assert conn.events() == []
    assert conn.read() == b""


@pytest.mark.parametrize("flavour", ["protocol", "parser", "helper"])
def test_a_stop_iteration_is_an_error_and_no_end(flavour):
    """One that comes out of a callback is not taken for the end of a generator (PEP 479)."""

    def careless():
        yield from read(1)
        next(iter(()))
        return "should not come here"

    def around():
        return (yield from careless())

    function = {"protocol": careless, "parser": parser(careless), "helper": around}[flavour]
    conn = protocol(function)()
    with pytest.raises(RuntimeError, match="StopIteration"):
        conn.send(b"x")
    assert conn.state is State.FAILED
    assert not conn.has_result


def test_an_error_that_cannot_be_made_again_is_named():
    """Later calls raise a `UsageError` that says what it was."""

    @protocol
    def failing():
        yield from read(1)
        raise OwnError(7, detail="of its own")

    conn = failing()
    with pytest.raises(OwnError) as caught:
        conn.send(b"x")
    assert (caught.value.code, caught.value.detail) == (7, "of its own")
    for _ in range(3):
        with pytest.raises(UsageError, match="OwnError"):
            conn.send(b"x")
    assert isinstance(conn.error, UsageError)
    assert conn.state is State.FAILED


def test_an_error_that_raises_when_it_is_copied_or_shown():
    """The failure is still one, and the connection still tells so."""

    class Malicious(Exception):
        def __str__(self):
            raise ZeroDivisionError("in str")

        def __reduce__(self):
            raise ZeroDivisionError("in reduce")

        def __repr__(self):
            raise ZeroDivisionError("in repr")

    @protocol
    def failing():
        yield from read(1)
        raise Malicious

    conn = failing()
    with pytest.raises(Malicious):
        conn.send(b"x")
    assert conn.state is State.FAILED
    for _ in range(3):
        with pytest.raises(UsageError, match="Malicious"):
            conn.get_result()


def test_an_error_that_interrupts_when_it_is_copied():
    """Even then the connection has failed, and is not left half way."""

    class Interrupting(Exception):
        def __reduce__(self):
            raise KeyboardInterrupt

    @protocol
    def failing():
        yield from read(1)
        raise Interrupting

    conn = failing()
    with pytest.raises((Interrupting, KeyboardInterrupt)):
        conn.send(b"x")
    assert conn.state is State.FAILED
    with pytest.raises(UsageError):
        conn.get_result()
    conn.close()


def test_an_error_is_not_wrapped():
    """Its cause, context and notes are those that its author gave it."""

    @protocol
    def failing():
        try:
            int((yield from read(1)))
        except ValueError as error:
            mine = KeyError("mine")
            mine.add_note("a note")
            raise mine from error

    conn = failing()
    with pytest.raises(KeyError) as caught:
        conn.send(b"x")
    assert isinstance(caught.value.__cause__, ValueError)
    assert caught.value.__notes__ == ["a note"]


def test_an_error_of_a_protocol_within_a_protocol_is_its_own():
    """One connection drives another: the inner one fails, the outer one decides."""

    @protocol
    def inner():
        yield from exactly(1)
        raise ParseError("inner")

    @protocol
    def outer():
        conn = inner()
        data = yield from read(3)
        try:
            conn.send(data)
        except ParseError as error:
            yield from emit((str(error), error.offset))
        assert conn.state is State.FAILED
        return "went on"

    conn = outer()
    conn.send(b"abc")
    [(text, offset)] = conn.events()
    assert "inner" in text
    assert offset == 1
    assert conn.get_result() == "went on"


def test_what_a_protocol_catches_does_not_fail_it():
    """Errors of parsers and primitives are raised inside, where they can be caught."""

    @protocol
    def forgiving():
        seen = []
        try:
            yield from until(b";", max=2)
        except ParseError as error:
            seen.append(error.offset)
        seen.append((yield from read(4)))
        try:
            yield from exactly(5)
        except IncompleteInput as error:
            seen.append(error.needed)
        seen.append((yield from at_eof()))
        return seen

    conn = forgiving()
    conn.send(b"abcd")
    conn.send_eof()
    assert conn.get_result() == [0, b"abcd", 5, True]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, GeneratorExit])
@pytest.mark.parametrize("n", [0, 4, 100])
def test_an_interruption_comes_out_of_every_call_and_costs_no_output(kind, n):
    """Ctrl-C is not swallowed, whoever runs into it, and what was taken goes back."""

    @protocol
    def interrupted():
        yield from emit(1)
        yield from write(b"one")
        yield from write(b"two")
        yield from emit(2)
        raise kind

    conn = interrupted()
    conn.send(b"")
    with pytest.raises(kind):
        while conn.read(n):
            pass
    assert conn.state is State.FAILED
    rest = conn.read()
    assert b"onetwo".endswith(rest)
    assert rest or n == 4
    assert conn.events() == [1, 2]
    with pytest.raises(kind):
        conn.get_result()


@pytest.mark.parametrize("ask", [lambda conn: conn.events(), lambda conn: conn.has_result])
def test_an_interruption_comes_out_of_those_that_raise_no_failure(ask):
    """It is no failure of the protocol that could be looked at later."""

    @protocol
    def interrupted():
        yield from emit(1)
        raise KeyboardInterrupt

    conn = interrupted()
    with pytest.raises(KeyboardInterrupt):
        ask(conn)
    assert conn.state is State.FAILED
    assert conn.events() == [1]


def test_only_a_parse_error_comes_out_of_bad_bytes():
    """A stream over each byte there is, alone and behind another: nothing else is raised."""

    @parser
    def number():
        word = yield from until(b";", max=3)
        if not word.isdigit():
            raise ParseError("not a number")
        return int(word)

    for one in range(256):
        for other in (b"", b"1", b";", b"\xff"):
            conn = stream(number)()
            error = error_of(conn.send, bytes([one]) + other + b";")
            assert error is None or isinstance(error, ParseError)
            error = error_of(conn.send_eof)
            assert error is None or isinstance(error, ParseError)


def test_a_wait_that_fails_leaves_the_next_connection_alone():
    """No state outside of a connection remembers a failure."""

    @protocol
    def waiting():
        yield from wait()
        raise KeyError("one")

    bad, good = waiting(), protocol(exactly(1))()
    with pytest.raises(KeyError):
        bad.send(b"")
    good.send(b"x")
    assert good.get_result() == b"x"
