"""Trap: a result of `None` that is no result, so that a protocol never finishes."""

import pytest

from ohneio import NoResult, ParseError, State, emit, exactly, protocol, read, write


def returns_none():
    yield from read(1)


def returns_it_in_words():
    yield from read(1)
    return None


async def async_returns_none():
    await read(1)


@pytest.mark.parametrize("function", [returns_none, returns_it_in_words, async_returns_none])
def test_none_is_a_result(function):
    """It is there once the protocol has returned, and as often as one asks."""
    conn = protocol(function)()
    assert not conn.has_result
    with pytest.raises(NoResult):
        conn.get_result()
    conn.send(b"x")
    for _ in range(3):
        assert conn.has_result
        assert conn.get_result() is None
    assert conn.state is State.DONE


@pytest.mark.parametrize(
    "value", [None, 0, False, b"", (), [], (1, 2), StopIteration, StopIteration(3), KeyError("x")]
)
def test_any_value_is_a_result_as_it_is(value):
    """False ones, tuples, and exceptions that are returned and not raised."""

    @protocol
    def returning():
        yield from read(1)
        return value

    conn = returning()
    conn.send(b"x")
    assert conn.has_result
    assert conn.get_result() is value


def test_a_result_is_asked_for_without_being_there():
    """`NoResult` tells what it waits for; it is no failure of the connection."""

    @protocol
    def returning():
        return (yield from exactly(2))

    conn = returning()
    conn.send(b"a")
    for _ in range(3):
        with pytest.raises(NoResult, match="1 more byte"):
            conn.get_result()
    conn.send(b"b")
    assert conn.get_result() == b"ab"


def test_a_failure_is_no_result_and_no_lack_of_one():
    """`get_result` raises what the protocol raised, and not `NoResult`."""

    @protocol
    def failing():
        yield from read(1)
        raise ParseError("no")

    conn = failing()
    with pytest.raises(ParseError):
        conn.send(b"x")
    assert not conn.has_result
    with pytest.raises(ParseError):
        conn.get_result()


def test_none_is_an_event_and_a_value_of_a_parser():
    """What is emitted comes as it is."""

    @protocol
    def emitting():
        for value in (None, 0, b"", [], None):
            yield from emit(value)
        yield from write(b"")

    assert emitting().events() == [None, 0, b"", [], None]
