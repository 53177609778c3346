"""Traps that others fell into, as far as connections and buffers can: a test for each.

The numbers are those of the list in `test_traps`; some of these traps have a
file of their own beside this one, which goes into them.
"""

import gc
import re
import tracemalloc

import pytest

import ohneio
from ohneio import (
    Connection,
    IncompleteInput,
    LimitExceeded,
    NoResult,
    ParseError,
    State,
    UsageError,
    at_eof,
    emit,
    exactly,
    length_prefixed,
    literal,
    many,
    optional,
    parser,
    peek,
    protocol,
    read,
    read_some,
    recognize,
    rest,
    stream,
    take_while,
    uint8,
    uint16,
    until,
    wait,
    write,
)
from ohneio.testing import play
from ohneio.testing._work import counted
from tests.hostile.feeding import every_way, fed

MIB = 1 << 20

lines = stream(until(b"\n", max=8))


@protocol
def echo():
    count = 0
    while not (yield from at_eof()):
        yield from write((yield from read(1)))
        count += 1
    return count


def test_t02_a_write_hides_neither_input_nor_result():
    """One `read` gives all that the input is answered with, and then the result is there.

    Until it is called the protocol is no further ahead than one write, and says so.
    """
    for chunks in every_way(b"abc"):
        conn = fed(echo, *chunks)
        assert (conn.pending_output, conn.wants_input) == (1, False)
        conn.send_eof()
        assert conn.read() == b"abc"
        assert (conn.has_result, conn.get_result()) == (True, 3)


def test_t03_a_wait_is_a_wait():
    """Each ends with a call of its own, and a loop of them costs a turn a call."""
    turns = []

    @protocol
    def polling():
        for _ in range(3):
            yield from wait()
            yield from wait()
            turns.append(1)

    conn = polling()
    conn.send(b"")  # begins it, and is over with the first of six
    after = [(conn.send(b""), len(turns))[1] for _ in range(5)]
    assert after == [1, 1, 2, 2, 3]
    assert conn.has_result


def test_t04_the_factory_runs_nothing():
    """What fails, or returns, before the first wait does so in the first call."""

    @protocol
    def early(value):
        if isinstance(value, Exception):
            raise value
        return value
        yield

    assert early(5).get_result() == 5
    conn = early(KeyError("early"))
    assert conn.state is State.RUNNING
    with pytest.raises(KeyError, match="early"):
        conn.send(b"")


@pytest.mark.parametrize("result", [None, False, 0, b"", ()])
def test_t05_a_result_that_is_none_is_a_result(result):
    """Being done is a state of its own, and not something about the value."""

    @protocol
    def returning():
        yield from read(1)
        return result

    conn = returning()
    conn.send(b"")
    assert (conn.state, conn.has_result) == (State.RUNNING, False)
    with pytest.raises(NoResult):
        conn.get_result()
    conn.send(b"x")
    assert (conn.state, conn.has_result) == (State.DONE, True)
    assert conn.get_result() is result


@pytest.mark.parametrize("error", [KeyError("lost"), ParseError("lost"), OSError(5, "lost")])
def test_t06_an_exception_is_not_lost(error):
    """Every later call that feeds, or asks for the result, raises an equal one."""

    @protocol
    def failing():
        yield from read(2)
        raise error

    for chunks in every_way(b"ab"):
        conn = failing()
        with pytest.raises(type(error)) as first:
            for chunk in chunks:
                conn.send(chunk)
        calls = [(conn.send, b"more"), (conn.send_eof,), (conn.get_result,)]
        for call, *args in calls * 5:
            with pytest.raises(type(error)) as again:
                call(*args)
            assert str(again.value) == str(first.value) == str(conn.error)


@pytest.mark.parametrize("inside", ["protocol", "parser", "map"])
def test_t09_a_protocol_cannot_feed_itself(inside):
    """It is told so before a byte is taken, and may go on."""
    said = []

    def feed(value):
        with pytest.raises(UsageError, match="from inside the protocol") as refused:
            conn.send(b"again")
        said.append(str(refused.value))
        return value

    @parser
    def by_hand():
        return feed((yield from exactly(2)))

    @protocol
    def direct():
        return feed((yield from exactly(2)))

    factories = {
        "protocol": direct,
        "parser": protocol(by_hand),
        "map": protocol(exactly(2).map(feed)),
    }
    conn = factories[inside]()
    conn.send(b"abc")
    assert len(said) == 1
    assert (conn.get_result(), conn.unconsumed) == (b"ab", b"c")


LONG = 20_000


@pytest.mark.parametrize("size", [1, 7, 100])
@pytest.mark.parametrize(
    ("item", "data"),
    [
        (exactly(LONG), bytes(LONG)),
        (until(b"\r\n"), b"\r" * LONG + b"\n"),
        (length_prefixed(uint16), LONG.to_bytes(2) + bytes(LONG)),
        (take_while(b"a") << literal(b";"), b"a" * LONG + b";"),
        (many(uint8, min=1, max=LONG), bytes(LONG)),
        (exactly(3), bytes(LONG // 3 * 3)),
    ],
)
def test_t10_the_work_is_linear_however_small_the_chunks(item, data, size):
    """Each byte is scanned or copied three times at most, and 64 times a message."""
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    work, messages = counted(stream(item), chunks)
    assert messages == (len(data) // 3 if item == exactly(3) else 1)
    # A delimiter of two bytes is looked for once more at the end of each chunk.
    assert work <= 3 * len(data) + 64 * messages + 2 * len(chunks)


def test_t15_nothing_is_taken_after_a_line_that_was_too_long():
    """Its tail, and what follows, is never read as a line: the failure is final."""
    data = b"ok\n" + b"x" * 9 + b"GET /\nDELETE /\n"
    for chunks in every_way(data):
        outcome = play(lines, chunks)
        assert outcome.events == (b"ok",)
        assert outcome.failure[0] is LimitExceeded
        assert outcome.consumed == 3
    conn = fed(lines, b"ok\n")
    for chunk in (b"x" * 20, b"\n", b"GET /\n"):
        with pytest.raises(LimitExceeded):
            conn.send(chunk)
    assert conn.events() == [b"ok"]


def test_t17_an_empty_chunk_is_no_end():
    """`send(b"")` only lets the protocol go on; the end is said by `send_eof`, once or more.

    Behind it nothing may come, not even by mistake.
    """

    @protocol
    def ending():
        first = yield from read(1)
        return first, (yield from at_eof())

    conn = fed(ending, b"", b"", b"a", b"", b"")
    assert conn.state is State.RUNNING
    conn.send_eof()
    conn.send_eof()
    assert conn.get_result() == (b"a", True)

    for what in (b"b", b"ab"):
        conn = fed(echo, b"a")
        conn.send_eof()
        with pytest.raises(UsageError, match="after send_eof"):
            conn.send(what)
        assert conn.read() == b"a"


def test_t18_the_end_of_input_is_seen_where_it_is_waited_for():
    """It can be caught, asked for beforehand, and read up to; being closed is another thing."""
    said = []

    @protocol
    def looking():
        try:
            said.append((yield from read(5)))
        except IncompleteInput as error:
            said.append((error.needed, error.have))
        said.append((yield from rest))
        said.append((yield from at_eof()))
        try:
            yield from read(1)
        except IncompleteInput as error:
            said.append((error.needed, error.have))
        yield from write(b"bye")

    for chunks in every_way(b"abc"):
        conn = fed(looking, *chunks)
        assert said == []
        conn.send_eof()
        assert conn.read() == b"bye"
        assert (said, conn.state) == ([(2, 3), b"abc", True, (1, 0)], State.DONE)
        said.clear()

    @protocol
    def closing():
        try:
            yield from read(1)
        except GeneratorExit:
            said.append("closed")
            raise

    with fed(closing, b""):
        pass
    assert said == ["closed"]


def test_t19_an_end_between_two_items_is_clean_by_itself():
    """No marker says where an item begins: it began with its first byte."""
    for data in (b"", b"one\n", b"one\ntwo\n"):
        for chunks in every_way(data):
            outcome = play(lines, chunks)
            assert (outcome.state, outcome.failure) == (State.DONE, None)
    for data in (b"o", b"one\nt"):
        for chunks in every_way(data):
            assert play(lines, chunks).failure[0] is IncompleteInput

    @protocol
    def bare():
        while True:
            yield from emit((yield from exactly(2)))

    for size, have in ((2, 0), (3, 1)):
        conn = fed(bare, bytes(size))
        with pytest.raises(IncompleteInput) as failure:
            conn.send_eof()
        assert failure.value.have == have


def test_t20_what_is_left_over_is_there_to_be_handed_on():
    """Exactly that, also what comes later: it is neither lost nor an error."""
    head = protocol(until(b"\n"))
    for chunks in every_way(b"up\none\ntwo\n"):
        conn = fed(head, *chunks)
        conn.send(b"three\n")
        assert (conn.get_result(), conn.consumed) == (b"up", 3)
        assert fed(lines, conn.unconsumed).events() == [b"one", b"two", b"three"]


@protocol
def greeting():
    while (yield from until(b"\n")) != b"STARTTLS":
        yield from write(b"ok\n")
    yield from write(b"go ahead\n")


def test_t21_plaintext_does_not_cross_into_tls():
    """What came with the last message of one protocol is not in the next one, which is new.

    It is there to be seen, so that it can be refused, however it was cut.
    """
    for chunks in every_way(b"STARTTLS\nDELE 1\n"):
        plain, encrypted = greeting(), lines()
        for chunk in chunks:
            plain.send(chunk)
        assert plain.read() == b"go ahead\n"
        assert (plain.state, plain.unconsumed) == (State.DONE, b"DELE 1\n")
        encrypted.send(b"NOOP\n")
        assert encrypted.events() == [b"NOOP"]
    clean = fed(greeting, b"STARTTLS\n")
    assert (clean.read(), clean.unconsumed) == (b"go ahead\n", b"")


@pytest.mark.parametrize("size", [3, 5000])
def test_t23_the_callers_buffer_is_not_kept(size):
    """Nor is one that was written: whoever reuses it changes nothing, and may resize it."""

    @protocol
    def twice():
        data = yield from exactly(2 * size)
        buffer[:] = b"written!"
        step = write(buffer)
        buffer[:] = b"changed!"
        yield from step
        return data

    conn, buffer = twice(), bytearray(size)
    for byte in b"ab":
        buffer[:] = bytes([byte]) * size
        conn.send(memoryview(buffer) if byte == ord("a") else buffer)
        buffer[:] = b"!" * (size + 1)  # a BufferError, if somebody had a view of it
    assert conn.read() == b"written!"
    assert conn.get_result() == b"a" * size + b"b" * size


TAKING = {
    "read": lambda: (yield from read(4)),
    "read()": lambda: (yield from read()),
    "read_some": lambda: (yield from read_some(4)),
    "peek": lambda: (yield from peek(4)),
    "peek()": lambda: (yield from peek()),
    "exactly": lambda: (yield from exactly(4)),
    "until": lambda: (yield from until(b";")),
    "include": lambda: (yield from until(b";", include=True)),
    "literal": lambda: (yield from literal(b"abcd")),
    "take_while": lambda: (yield from take_while(b"abc")),
    "length_prefixed": lambda: (yield from length_prefixed(uint8.value(3))),
    "recognize": lambda: (yield from recognize(many(literal(b"ab") | literal(b"cd")))),
    "optional": lambda: (yield from optional(literal(b"ax") | literal(b"abc"))),
    "rest": lambda: (yield from rest),
}


@pytest.mark.parametrize("how", TAKING)
def test_t24_results_are_bytes(how):
    """Immutable and hashable, wherever they were put together from."""

    @protocol
    def taking():
        yield from read(1)
        return (yield from TAKING[how]())

    for chunks in every_way(b"!abcd;"):
        conn = fed(taking, *chunks)
        conn.send_eof()
        assert type(conn.get_result()) is bytes
        assert type(conn.unconsumed) is bytes


# Which holds what it has read until it is decided.
SOME = literal(b"kepler") | recognize(exactly(4) << literal(b";"))


@pytest.mark.parametrize("item", [exactly(5), until(b";"), recognize(exactly(5)), SOME])
def test_t25_a_small_value_keeps_no_large_chunk(item):
    """Nor does a small rest of one, which is not consumed yet."""

    @protocol
    def skipping():
        while not (yield from at_eof()):
            yield from emit((yield from item))
            yield from exactly(MIB)

    kept, conn = [], skipping()
    tracemalloc.start()
    try:
        for _ in range(16):
            conn.send(b"kept;" + bytes(MIB))
            kept += conn.events()
        conn.send(b"kept;" + bytes(MIB) + b"kep")
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert len(kept) == 16
    assert held < MIB


def test_t26_a_bare_yield_is_named_with_its_line():
    """It swallows nothing: the protocol fails, and the message says where and what was meant."""
    for what in (None, 5, read(1), until(b";"), iter(until(b";"))):

        @protocol
        def wrong(what=what):
            return (yield what)

        conn = wrong()
        with pytest.raises(UsageError, match=r"yield from") as failure:
            conn.send(b"abc")
        line = wrong.__wrapped__.__code__.co_firstlineno + 2
        assert re.search(rf"wrong\b.*\b{line}\b", str(failure.value))
        assert (conn.state, conn.unconsumed) == (State.FAILED, b"abc")


def test_t30_mirrored_names_say_which_way_they_look():
    """`conn.send` is from the wire, `conn.read` to it and at most so much; reversed inside."""
    assert "from* the wire" in Connection.__doc__
    assert "from the wire" in Connection.send.__doc__
    assert "to the wire" in Connection.read.__doc__
    assert "for the wire" in ohneio.write.__doc__

    @protocol
    def doubling():
        yield from write((yield from read(4)) * 2)

    conn = doubling()
    conn.send(b"abc")
    assert conn.read(100) == b""  # exactly four are read inside
    conn.send(b"d")
    assert conn.read(100) == b"abcdabcd"  # at most a hundred outside


def test_t31_whoever_asks_for_a_result_lets_the_protocol_go_on():
    """`has_result` and `get_result` alike."""

    @protocol
    def quick():
        yield from write(b"")
        yield from wait()
        return 1

    assert quick().has_result
    assert quick().get_result() == 1


def test_t36_cleanup_is_not_left_to_the_collector():
    """`close`, and the end of a `with` block, unwinds there and then, innermost first."""
    said = []

    @parser
    def inner():
        try:
            return (yield from exactly(3))
        finally:
            said.append("inner")

    @protocol
    def outer():
        try:
            yield from inner
        finally:
            yield from write(b"bye")
            said.append("outer")

    gc.disable()
    try:
        conn = fed(outer, b"ab")
        conn.close()
        assert (said, conn.read()) == (["inner", "outer"], b"bye")
        with fed(outer, b"ab"):
            pass
        assert said == ["inner", "outer"] * 2
    finally:
        gc.enable()

    @protocol
    def stubborn():
        while True:
            try:
                yield from read(1)
            except GeneratorExit:
                continue

    conn = fed(stubborn, b"")
    with pytest.raises(UsageError):
        conn.close()
    assert conn.state is State.CLOSED


def test_t40_no_more_is_told_apart_from_every_item():
    """Inside `at_eof` says so, outside a `for` loop ends; an item may have any value, None too."""
    values = {b"n": None, b"f": False, b"e": b"", b"s": StopIteration(), b"0": 0}
    item = exactly(1).map(values.__getitem__)

    @protocol
    def counting():
        seen = []
        while not (yield from at_eof()):
            seen.append((yield from item))
            yield from write(b".")  # so that the end may be known before all items are taken
        return seen

    for chunks in every_way(b"nfes0"):
        assert list(item.parse_stream(chunks)) == list(values.values())
        conn = fed(counting, *chunks)
        conn.send_eof()
        assert conn.read() == b"." * 5
        assert conn.get_result() == list(values.values())
