"""Connections that emit item after item."""

import pytest

from ohneio import (
    Connection,
    IncompleteInput,
    LimitExceeded,
    Limits,
    ParseError,
    State,
    UsageError,
    choice,
    emit,
    exactly,
    forward,
    literal,
    many,
    parser,
    read,
    stream,
    success,
    until,
    write,
)

LINES = stream(until(b"\n"))


def test_each_item_is_emitted_when_it_is_complete():
    """Not a byte later, and in order."""
    conn = LINES()
    seen = []
    for byte in b"one\n\ntwo\nthr":
        conn.send(bytes([byte]))
        seen.append(conn.events())
    assert seen == [[], [], [], [b"one"], [b""], [], [], [], [b"two"], [], [], []]
    assert conn.unconsumed == b"thr"


def test_the_factory_makes_connections_that_share_nothing():
    """Each has its own items; there are no arguments."""
    first, second = LINES(), LINES()
    assert isinstance(first, Connection)
    first.send(b"a\n")
    second.send(b"b\n")
    assert (first.events(), second.events()) == ([b"a"], [b"b"])
    with pytest.raises(TypeError):
        LINES(1)
    with pytest.raises(TypeError):
        LINES(limits=Limits())


def test_the_end_of_input_between_items_is_the_end_of_the_stream():
    """Its result is None, also where there was no item at all."""
    for data in (b"", b"a\nb\n"):
        conn = LINES()
        conn.send(data)
        assert not conn.has_result
        conn.send_eof()
        assert conn.get_result() is None
        assert conn.state is State.DONE


def test_the_end_of_input_inside_an_item_is_an_error():
    """What was emitted before is there, and so is the piece of an item."""
    conn = LINES()
    conn.send(b"a\nbc")
    with pytest.raises(IncompleteInput) as caught:
        conn.send_eof()
    assert (caught.value.have, caught.value.offset) == (2, 4)
    assert (conn.events(), conn.unconsumed) == ([b"a"], b"bc")


def test_a_wrong_item_ends_the_stream_behind_those_before_it():
    """Offset and leftover are the item's own."""
    conn = stream(literal(b"ab"))()
    with pytest.raises(ParseError) as caught:
        conn.send(b"ababaxab")
    assert caught.value.offset == 4
    assert (conn.events(), conn.unconsumed) == ([b"ab", b"ab"], b"axab")


def test_limits_are_those_of_each_connection():
    """As for a protocol."""
    conn = stream(until(b"\n"), limits=Limits(max_buffered=3))()
    conn.send(b"abc\n" * 5)
    with pytest.raises(LimitExceeded):
        conn.send(b"abcd")
    assert conn.events() == [b"abc"] * 5


def test_any_number_of_items_may_come_in_one_chunk():
    """max_items bounds one `many`, not a stream."""
    conn = stream(exactly(2), limits=Limits(max_items=3))()
    conn.send(b"ab" * 10_000)
    assert len(conn.events()) == 10_000


@pytest.mark.parametrize("grammar", [success(1), many(literal(b"a")), exactly(0)], ids=repr)
def test_an_item_that_may_be_nothing_is_refused_when_the_stream_is_made(grammar):
    """It could be taken for ever."""
    with pytest.raises(UsageError):
        stream(grammar)


def test_an_item_that_was_nothing_is_refused_where_that_could_not_be_known():
    """With the items before it emitted, and it not."""

    @parser
    def perhaps():
        return (yield from choice(literal(b"a"), success(b"")))

    loop = forward()
    late = stream(loop)
    loop.become(choice(literal(b"a"), success(b"")))
    for factory in (stream(perhaps), late):
        conn = factory()
        with pytest.raises(UsageError, match="consumed nothing, and would for ever"):
            conn.send(b"aab")
        assert conn.events() == [b"a", b"a"]
        assert conn.unconsumed == b"b"


@pytest.mark.parametrize("value", [b"x", None, lambda: None], ids=["bytes", "None", "function"])
def test_only_parsers_make_streams(value):
    """Refused when it is made."""
    with pytest.raises(UsageError, match=r"^expected a parser, not "):
        stream(value)


def test_a_hand_written_item_may_write_and_emit():
    """It runs in a connection as any protocol does."""

    @parser
    def polite():
        name = yield from until(b"\n")
        yield from emit("greeting")
        yield from write(b"hello " + name)
        return name

    conn = stream(polite)()
    conn.send(b"ann\nbob\n")
    assert conn.events() == ["greeting"]
    assert conn.read() == b"hello annhello bob"
    assert conn.events() == [b"ann", "greeting", b"bob"]


def test_events_may_be_taken_while_an_item_is_under_way():
    """The list that was handed over is no longer added to."""

    @parser
    def pair():
        return (yield from read(1)), (yield from read(1))

    conn = stream(pair)()
    conn.send(b"abc")
    first = conn.events()
    conn.send(b"d")
    assert first == [(b"a", b"b")]
    assert conn.events() == [(b"c", b"d")]
