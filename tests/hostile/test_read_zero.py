"""Trap: `read(0)` that means "everything".

In the original, and in its children, an empty body swallowed the message after
it: message smuggling by design.
"""

import pytest

from ohneio import at_eof, emit, exactly, parser, peek, protocol, read, read_some, stream
from tests.hostile.feeding import every_way


@pytest.mark.parametrize("take", [read, exactly])
def test_a_computed_length_of_zero_takes_nothing(take):
    """`00 03 abc`: the empty record is empty, and the next one is all there."""

    @protocol
    def records():
        while not (yield from at_eof()):
            size = (yield from read(1))[0]
            yield from emit((yield from take(size)))

    for chunks in every_way(b"\x00\x03abc\x00\x00\x01d"):
        conn = records()
        for chunk in chunks:
            conn.send(chunk)
        assert conn.events() == [b"", b"abc", b"", b"", b"d"]


@pytest.mark.parametrize("take", [read, peek, exactly])
@pytest.mark.parametrize("there", [b"", b"abc"])
def test_zero_bytes_are_there_at_once(take, there):
    """They are not waited for, also before the first byte and behind the last."""

    @protocol
    def nothing():
        first = yield from take(0)
        yield from read(len(there))
        return first + (yield from take(0))

    conn = nothing()
    conn.send(there)
    assert conn.get_result() == b""
    assert conn.consumed == len(there)


def test_zero_bytes_are_there_behind_the_end():
    """The end of input is no reason to fail over nothing."""

    @protocol
    def nothing():
        assert (yield from at_eof())
        return (yield from read(0)) + (yield from exactly(0)) + (yield from peek(0))

    conn = nothing()
    conn.send_eof()
    assert conn.get_result() == b""


@pytest.mark.parametrize("n", range(12))
def test_a_count_gives_exactly_so_many(n):
    """Neither more, because more is there, nor fewer."""

    @protocol
    def some():
        return (yield from read(n)), (yield from exactly(n)), (yield from read())

    conn = some()
    conn.send(bytes(40))
    assert [len(one) for one in conn.get_result()] == [n, n, 40 - 2 * n]


def test_only_without_a_number_it_is_all_there_is():
    """`read()` and `peek()` have a name of their own for that: none."""

    @protocol
    def all_there_is():
        seen = yield from peek()
        return seen, (yield from read()), (yield from read())

    conn = all_there_is()
    conn.send(b"abc")
    assert conn.get_result() == (b"abc", b"abc", b"")


def test_a_stream_of_nothing_is_no_endless_loop():
    """A record of computed length zero is one; a parser that takes nothing is refused."""

    @parser
    def record():
        return (yield from exactly((yield from exactly(1))[0]))

    conn = stream(record)()
    conn.send(bytes(1000))
    assert conn.events() == [b""] * 1000


def test_some_is_never_none():
    """`read_some` waits for a byte: its b"" could be taken for the end."""

    @protocol
    def pieces():
        while not (yield from at_eof()):
            yield from emit((yield from read_some(3)))

    conn = pieces()
    for chunk in (b"", b"a", b"", b"bcde", b""):
        conn.send(chunk)
    conn.send_eof()
    assert conn.events() == [b"a", b"bcd", b"e"]


def test_the_connections_own_zero_means_all_as_ever():
    """`conn.read(0)` is 0.9's `conn.read()`: it takes output, of which nothing can be smuggled."""
    from ohneio import write

    @protocol
    def greeting():
        yield from write(b"hello")

    conn = greeting()
    assert conn.read(0) == b"hello"
