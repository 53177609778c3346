"""The actions of which hand-written protocols are made."""

import pytest

from ohneio import (
    IncompleteInput,
    LimitExceeded,
    Limits,
    ParseError,
    UsageError,
    at_eof,
    choice,
    commit,
    emit,
    exactly,
    literal,
    parser,
    peek,
    position,
    protocol,
    read,
    read_some,
    wait,
    write,
)


def running(function, *chunks, limits=None):
    """A connection of a generator function, fed with these chunks; None is the end."""
    conn = (protocol(limits=limits) if limits else protocol)(function)()
    for chunk in chunks:
        if chunk is None:
            conn.send_eof()
        else:
            conn.send(chunk)
    return conn


def result(function, *chunks, limits=None):
    """What it returns."""
    return running(function, *chunks, limits=limits).get_result()


def only(step):
    """A protocol of one step alone."""

    def body():
        return (yield from step)

    return body


async def awaiting():
    """Every primitive in one `async def`."""
    await wait()
    start = await position()
    assert await peek() == b"abcdef"
    assert await peek(2) == b"ab"
    first = await read(2)
    some = await read_some(3)
    await emit(first)
    await write(some)
    rest = await read()
    return start, first, some, rest, await at_eof(), await position()


def generating():
    """The same, written as a generator."""
    yield from wait()
    start = yield from position()
    assert (yield from peek()) == b"abcdef"
    assert (yield from peek(2)) == b"ab"
    first = yield from read(2)
    some = yield from read_some(3)
    yield from emit(first)
    yield from write(some)
    rest = yield from read()
    return start, first, some, rest, (yield from at_eof()), (yield from position())


@pytest.mark.parametrize("function", [generating, awaiting])
def test_a_protocol_is_written_either_way(function):
    """`yield from` in a generator function and `await` in an async function are the same."""
    conn = running(function, b"abcdef", None)
    assert conn.read() == b"cde"
    assert conn.events() == [b"ab"]
    assert conn.get_result() == (0, b"ab", b"cde", b"f", True, 6)


# read(n).


@pytest.mark.parametrize("n", [0, 1, 2, 255, 256, 257, 5000, 100_000])
@pytest.mark.parametrize("cuts", [1, 20, 1000])
def test_read_n_takes_exactly_n_bytes_however_they_come(n, cuts):
    """It waits until they are there, and takes none more."""
    data = (b"0123456789" * (n // 10 + 1))[: n + 3]
    size = len(data) // cuts + 1
    chunks = [data[start : start + size] for start in range(0, len(data), size)]
    conn = running(only(read(n)), *chunks)
    assert conn.get_result() == data[:n]
    assert conn.consumed == n
    assert conn.unconsumed == data[n:]


def test_read_0_is_empty_at_once():
    """It takes nothing, not the next message as in 0.9, and waits for nothing."""
    conn = running(only(read(0)), b"message")
    assert (conn.get_result(), conn.unconsumed) == (b"", b"message")
    assert running(only(read(0))).get_result() == b""


def test_read_n_has_its_result_at_the_very_byte():
    """Not one byte later."""
    conn = running(only(read(3)), b"ab")
    assert not conn.has_result
    conn.send(b"c")
    assert conn.has_result


def test_read_n_at_the_end_of_input_takes_nothing():
    """It tells how many bytes were there and how many are missing; those can still be read."""

    def body():
        yield from read(1)
        try:
            yield from read(5)
        except IncompleteInput as error:
            return error.offset, error.have, error.needed, (yield from read())

    assert result(body, b"abc", None) == (3, 2, 3, b"bc")


@pytest.mark.parametrize("data", [b"", b"abcde"], ids=repr)
def test_read_n_over_the_limit_is_refused_before_it_waits(data):
    """However many bytes are there; the limit itself is allowed."""
    limits = Limits(max_buffered=4)
    assert result(only(read(4)), b"abcde", limits=limits) == b"abcd"
    with pytest.raises(LimitExceeded) as caught:
        running(only(read(5)), data, limits=limits)
    assert (caught.value.name, caught.value.limit, caught.value.offset) == ("max_buffered", 4, 0)


@pytest.mark.parametrize("make", [read, peek, read_some])
@pytest.mark.parametrize("n", [-1, -1000, 1.0, "1", b"1", 300.0], ids=repr)
def test_a_size_is_a_number_of_0_or_more(make, n):
    """Anything else is refused where it is written, before it runs."""
    with pytest.raises(UsageError, match=r"^expected a number of bytes, not "):
        make(n)


# read(), peek.


def test_read_takes_whatever_is_there_and_never_waits():
    """Also nothing."""

    def body():
        return (yield from read()), (yield from read())

    assert result(body, b"abc") == (b"abc", b"")
    conn = running(only(read()))
    assert conn.get_result() == b""


def test_peek_shows_whatever_is_there_and_never_waits():
    """At most n bytes, or all; nothing is taken, and peek(0) is nothing."""

    def body():
        seen = [(yield from peek())]
        for n in (0, 1, 3, 9, None):
            seen.append((yield from peek(n)))
        return seen

    conn = running(body, b"abc")
    assert conn.get_result() == [b"abc", b"", b"a", b"abc", b"abc", b"abc"]
    assert conn.consumed == 0
    assert result(body) == [b""] * 6


@pytest.mark.parametrize("n", [1, 4, 5000])
def test_peek_sees_across_chunks(n):
    """What is there is one string, whatever it came in."""

    def body():
        yield from read(1)
        while len((yield from peek())) < 6000:
            yield from wait()
        return (yield from peek(n))

    data = b"_" + b"0123456789" * 600
    assert result(body, data[:2], data[2:5], data[5:]) == data[1 : n + 1]


# read_some.


def test_read_some_waits_for_a_byte_and_takes_at_most_max():
    """A body in pieces, with no more of it in memory than was sent at once."""

    def body():
        while not (yield from at_eof()):
            yield from emit((yield from read_some(3)))

    conn = running(body, b"", b"a", b"bcdef", b"gh", None)
    assert conn.events() == [b"a", b"bcd", b"ef", b"gh"]


def test_read_some_at_the_end_of_input_misses_one_byte():
    """There is no empty piece."""
    with pytest.raises(IncompleteInput) as caught:
        running(only(read_some(3)), None)
    assert (caught.value.needed, caught.value.have) == (1, 0)


def test_read_some_needs_room():
    """A maximum of nothing could never be met."""
    with pytest.raises(UsageError, match=r"^read_some\(\) needs room for a byte at least$"):
        read_some(0)


def test_read_some_takes_more_than_the_limit_if_asked():
    """max_buffered bounds what it waits for, which is one byte."""
    limits = Limits(max_buffered=1)
    assert result(only(read_some(100)), b"abcdef", limits=limits) == b"abcdef"


# wait.


def test_wait_returns_at_the_next_call_whatever_that_brings():
    """Bytes, nothing, the end."""

    def body():
        seen = []
        yield from wait()
        for _ in range(3):
            seen.append((yield from read()))
            yield from wait()
        return seen

    assert result(body, b"a", b"", b"bc", b"") == [b"a", b"", b"bc"]


def test_a_wait_that_is_pending_at_the_end_of_input_returns_once():
    """One begun later has nothing to wait for, and raises."""

    def body():
        yield from wait()
        yield from wait()
        try:
            yield from wait()
        except IncompleteInput as error:
            return error.have, error.needed

    conn = running(body, b"", None)
    assert conn.get_result() == (0, 1)


def test_a_wait_begun_after_the_end_goes_on_while_output_is_owed():
    """The calls that take the output wake it; when all is taken it raises."""
    turns = []

    def body():
        helper = iter(write(b"abc"))
        next(helper)  # queued, and not waited for
        while True:
            yield from wait()
            turns.append(1)

    conn = running(body)
    conn.send_eof()
    assert len(turns) == 1
    assert conn.read(2) == b"ab"
    assert len(turns) == 2
    assert conn.read(1) == b"c"
    with pytest.raises(IncompleteInput):
        conn.send(b"")


def test_the_seeds_loop_ends_at_a_clean_end_with_nothing_in_hand():
    """`.have` is 0: a server's adapter takes that for a quiet goodbye."""

    def body():
        while True:
            line = yield from peek()
            if line:
                yield from read(len(line))
            else:
                yield from wait()

    conn = running(body, b"abc", b"def")
    with pytest.raises(IncompleteInput) as caught:
        conn.send_eof()
    assert (caught.value.have, caught.value.offset) == (0, 6)


# write.


def test_write_waits_until_all_output_was_read():
    """The law of 0.9: it is the back-pressure."""
    done = []

    def body():
        yield from write(b"abc")
        done.append(1)
        yield from write(b"def")
        done.append(2)

    conn = running(body, b"")
    assert (conn.pending_output, done) == (3, [])
    assert conn.read(2) == b"ab"
    assert done == []
    assert conn.read(1) == b"c"
    conn.send(b"")
    assert (conn.pending_output, done) == (3, [1])
    assert conn.read() == b"def"
    assert conn.has_result


def test_the_end_of_input_does_not_disturb_a_write():
    """What is owed is still delivered, and what comes behind it."""

    def body():
        yield from read(1)
        yield from write(b"abc")
        yield from write(b"def")

    conn = running(body, b"a", None)
    assert conn.read() == b"abcdef"
    assert conn.has_result


def test_writing_nothing_goes_on_at_once():
    """There is nothing to be read."""
    assert running(only(write(b"")), b"").has_result


def test_what_was_written_cannot_be_changed_any_more():
    """What is not `bytes` is copied when `write` is called."""
    data = bytearray(b"abc")
    step = write(data)
    data[:] = b"xyz"
    assert running(only(step)).read() == b"abc"


@pytest.mark.parametrize("data", ["text", None, 3], ids=repr)
def test_only_bytes_are_written(data):
    """The mistake is told where it is made."""
    with pytest.raises(UsageError, match=f"^expected bytes, not {type(data).__name__}$"):
        write(data)


# emit.


def test_emit_hands_over_any_value_and_never_suspends():
    """Also None, and without anybody taking them."""

    def body():
        for value in (None, 1, [], "x"):
            yield from emit(value)
        return "end"

    conn = running(body, b"")
    assert conn.has_result
    assert conn.events() == [None, 1, [], "x"]


def test_emit_acts_when_it_is_called():
    """A forgotten `yield from` or `await` does no harm."""

    def generating():
        emit(1)
        yield from emit(2)

    async def awaiting():
        emit(1)
        await emit(2)

    for function in (generating, awaiting):
        assert running(function).events() == [1, 2]


# at_eof, position.


def test_at_eof_waits_for_a_byte_or_the_end():
    """And takes neither."""

    def body():
        seen = []
        while not (yield from at_eof()):
            seen.append((yield from position()))
            assert not (yield from at_eof())
            yield from read(1)
        assert (yield from at_eof())
        return seen

    conn = running(body)
    assert not conn.has_result
    conn.send(b"ab")
    assert not conn.has_result
    conn.send_eof()
    assert conn.get_result() == [0, 1]


def test_at_eof_is_false_while_bytes_are_there_though_the_end_is_known():
    """The end comes behind the last byte."""

    def body():
        yield from wait()
        yield from wait()
        before = yield from at_eof()
        yield from read()
        return before, (yield from at_eof())

    assert result(body, b"", b"ab", None) == (False, True)


def test_position_is_absolute_and_never_waits():
    """Counted from the beginning of the stream, whatever the chunks."""

    def body():
        seen = [(yield from position())]
        for n in (1, 0, 5000, 3):
            yield from read(n)
            seen.append((yield from position()))
        return seen

    conn = running(body, b"abc", b"x" * 5000, b"yz")
    assert conn.get_result() == [0, 1, 1, 5001, 5004]


# Inside alternatives.


@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("read()", read),
        ("peek()", peek),
        ("peek()", lambda: peek(1)),
        ("read_some()", lambda: read_some(1)),
        ("wait()", wait),
        ("write()", lambda: write(b"x")),
        ("emit()", lambda: emit(1)),
    ],
)
def test_what_cannot_be_taken_back_is_refused_inside_an_alternative(name, use):
    """Before anything is done; behind `commit` and outside it is allowed."""

    @parser
    def inside():
        yield from use()

    @parser
    def committed():
        yield from commit
        yield from use()

    conn = protocol(choice(inside, literal(b"x")))()
    with pytest.raises(UsageError) as caught:
        conn.send(b"abc")
    assert str(caught.value) == (
        f"{name} inside an alternative: if it fails, that could not be taken back; "
        "use commit first, or move it out"
    )
    assert (conn.read(), conn.events(), conn.unconsumed) == (b"", [], b"abc")
    running(only(choice(committed, literal(b"x"))), b"abc")
    running(only(inside), b"abc")


def test_what_depends_on_the_bytes_alone_is_allowed_inside_an_alternative():
    """read(n), at_eof and position."""

    @parser
    def inside():
        yield from at_eof()
        start = yield from position()
        yield from read(2)
        yield from literal(b"!")
        return start

    grammar = choice(inside, exactly(1))
    assert grammar.parse_prefix(b"ab!") == (0, b"")
    assert grammar.parse_prefix(b"abc") == (b"a", b"bc")


# As text.


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (read(), "read()"),
        (read(5), "read(5)"),
        (read(500), "read(500)"),
        (peek(), "peek()"),
        (peek(2), "peek(2)"),
        (read_some(9), "read_some(9)"),
        (wait(), "wait()"),
        (write(b"x"), "write(b'x')"),
        (at_eof(), "at_eof()"),
        (position(), "position()"),
    ],
)
def test_a_step_reads_as_it_was_written(step, text):
    """Errors name it so."""
    assert repr(step) == text


def test_steps_are_immutable_and_may_be_kept_and_shared():
    """One object serves any number of connections, as often as wanted."""
    line, answer = read(2), write(b"ok")

    def body():
        first = yield from line
        yield from answer
        yield from answer
        return first, (yield from line)

    for _ in range(2):
        conn = running(body, b"abcd")
        assert conn.read() == b"okok"
        assert conn.get_result() == (b"ab", b"cd")


# Building by hand.


@pytest.mark.parametrize(
    "use",
    [
        lambda: read(1),
        read,
        peek,
        lambda: read_some(1),
        wait,
        at_eof,
        lambda: write(b"x"),
        lambda: emit(1),
    ],
    ids=["read(1)", "read()", "peek()", "read_some(1)", "wait()", "at_eof()", "write()", "emit()"],
)
def test_what_reads_or_waits_by_hand_cannot_build(use):
    """There is no input to look at, and no place in the value to take it from."""

    @parser
    def by_hand():
        yield from use()

    with pytest.raises(ValueError, match="cannot build") as caught:
        by_hand.build(b"x")
    assert not isinstance(caught.value, ParseError)
