"""Between a caller's loop and a protocol: one guarded entry, lazy start, failures that stay."""

import contextlib
import threading
import traceback

import pytest

from ohneio import (
    IncompleteInput,
    LimitExceeded,
    Limits,
    ParseError,
    State,
    UsageError,
    at_eof,
    emit,
    exactly,
    literal,
    parser,
    peek,
    protocol,
    read,
    read_some,
    stream,
    until,
    wait,
    write,
)
from ohneio.core._steps import WAIT, current
from ohneio.core._waiting import Waiting

#: Every public call, as a function of the connection.
CALLS = {
    "send()": lambda conn: conn.send(b"x"),
    "send_eof()": lambda conn: conn.send_eof(),
    "read()": lambda conn: conn.read(),
    "events()": lambda conn: conn.events(),
    "has_result": lambda conn: conn.has_result,
    "get_result()": lambda conn: conn.get_result(),
    "close()": lambda conn: conn.close(),
}

every_call = pytest.mark.parametrize("name", CALLS)


# Re-entrancy.


@every_call
def test_a_protocol_cannot_call_the_connection_that_drives_it(name):
    """The call is a UsageError inside the protocol, which may catch it; nothing is lost."""

    @protocol
    def calling():
        yield from write(b"before ")
        yield from emit(1)
        first = yield from read(1)
        with pytest.raises(UsageError) as caught:
            CALLS[name](conn)
        rest = yield from read(2)
        yield from write(b"after")
        return str(caught.value), first + rest

    conn = calling()
    conn.send(b"ab")
    assert conn.read() == b"before "
    conn.send(b"c")
    assert conn.read() == b"after"
    text = f"{name} called from inside the protocol that it drives"
    assert conn.get_result() == (text, b"abc")
    assert conn.events() == [1]
    assert conn.consumed == 3


@every_call
def test_calling_from_inside_is_seen_through_other_connections_and_parsers(name):
    """However many connections, parses and builds lie between."""

    class Calling(parser(lambda: (yield)).__class__):
        """A parser that calls the outermost connection when it builds."""

        def _build(self, value):
            CALLS[name](conn)
            yield from ()

    @protocol
    def innermost():
        yield from read(1)
        return Calling(lambda: (yield)).build(b"")

    @parser
    def middle():
        inner = innermost()
        inner.send((yield from read(1)))
        return inner.get_result()

    @protocol
    def outermost():
        yield from read(1)
        middle.parse(b"x")

    conn = outermost()
    with pytest.raises(UsageError, match=f"^{name[:-2]}.* called from inside the protocol"):
        conn.send(b"x")
    assert conn.state is State.FAILED


def test_looking_at_a_connection_from_inside_is_allowed():
    """What runs nothing needs no guard."""

    @protocol
    def looking():
        yield from read(2)
        return conn.state, conn.consumed, conn.unconsumed, conn.pending_input, conn.error

    conn = looking()
    conn.send(b"abc")
    assert conn.get_result() == (State.RUNNING, 2, b"c", 1, None)


# Threads.


@every_call
def test_two_threads_at_once_are_refused_and_nothing_is_lost(name):
    """The second gets a UsageError; the first goes on as if nothing had been."""
    inside, leave = threading.Event(), threading.Event()

    @protocol
    def slow():
        yield from write(b"written")
        yield from emit(1)
        first = yield from read(1)
        inside.set()
        assert leave.wait(60)
        return first + (yield from read(1))

    conn = slow()
    assert conn.read() == b"written"
    thread = threading.Thread(target=conn.send, args=(b"ab",))
    thread.start()
    try:
        assert inside.wait(60)
        with pytest.raises(UsageError) as caught:
            CALLS[name](conn)
    finally:
        leave.set()
        thread.join()
    assert str(caught.value) == f"{name} called while another thread is inside this connection"
    assert conn.get_result() == b"ab"
    assert conn.events() == [1]
    assert conn.consumed == 2


def test_a_protocol_may_be_handed_from_thread_to_thread_between_calls():
    """Each call may come from another thread."""

    @protocol
    def adding():
        total = b""
        while not (yield from at_eof()):
            total += yield from exactly(2)
            yield from write(total)
        return total

    conn, read_out = adding(), []

    def turn(chunk):
        conn.send(chunk)
        read_out.append(conn.read())

    for chunk in (b"a", b"bc", b"d"):
        thread = threading.Thread(target=turn, args=(chunk,))
        thread.start()
        thread.join()
    conn.send_eof()
    assert conn.get_result() == b"abcd"
    assert b"".join(read_out) == b"ababcd"


def test_a_protocol_that_calls_itself_from_a_thread_it_waits_for_is_told_of_the_thread():
    """The other thread is not inside the protocol, and is refused rather than blocked for ever."""
    texts = []

    def helper():
        try:
            conn.send(b"x")
        except UsageError as error:
            texts.append(str(error))

    @protocol
    def delegating():
        yield from read(1)
        thread = threading.Thread(target=helper)
        thread.start()
        thread.join()

    conn = delegating()
    conn.send(b"a")
    assert conn.state is State.DONE
    assert texts == ["send() called while another thread is inside this connection"]


# Lazy start, and pumping.


@pytest.mark.parametrize("name", [name for name in CALLS if name != "close()"])
def test_the_first_call_that_pumps_starts_the_protocol(name):
    """Each of them, and none before it."""
    ran = []

    @protocol
    def watched():
        ran.append(1)
        yield from read(5)

    conn = watched()
    assert ran == []
    try:
        CALLS[name](conn)
    except (ParseError, RuntimeError):
        assert name in ("get_result()", "send_eof()")
    assert ran == [1]


def test_a_refused_call_starts_nothing():
    """The guard stands before the start."""
    ran = []

    @protocol
    def watched():
        ran.append(1)
        yield

    conn = watched()
    with pytest.raises(UsageError):
        conn.send("text")
    with pytest.raises(UsageError):
        conn.read(-1)
    conn.close()
    assert ran == []


def test_the_starting_call_has_its_bytes_there_when_the_protocol_begins():
    """What is sent first can be seen first."""

    @protocol
    def curious():
        return (yield from peek())

    conn = curious()
    conn.send(b"abc")
    assert conn.get_result() == b"abc"


@pytest.mark.parametrize("name", ["send()", "read()", "events()", "has_result"])
def test_a_wait_is_over_once_a_call(name):
    """Each call that pumps lets the protocol pass one `wait`, and only one."""
    passed = []

    @protocol
    def waiting():
        while True:
            yield from wait()
            passed.append(1)

    conn = waiting()
    for n in range(1, 4):
        CALLS[name](conn)
        assert len(passed) == n


def test_the_wait_that_the_start_ran_into_is_over_in_the_same_call():
    """The start counts as 0.9's constructor, which had run up to the first wait."""

    @protocol
    def original():
        while True:
            data = yield from peek()
            if data:
                return data
            yield from wait()

    conn = original()
    conn.send(b"a")
    assert conn.get_result() == b"a"
    seen = []

    @protocol
    def counting():
        for n in range(3):
            yield from wait()
            seen.append(n)

    conn = counting()
    conn.send(b"")
    assert seen == [0]


def test_read_pumps_once_for_a_wait_but_as_often_as_it_takes_output():
    """A drained `write` goes on at once; a `wait` behind it is for the next call."""

    @protocol
    def mixed():
        yield from write(b"a")
        yield from write(b"b")
        yield from wait()
        yield from write(b"c")

    conn = mixed()
    assert conn.read() == b"ab"
    assert conn.read() == b"c"
    assert conn.has_result


def test_a_protocol_is_not_touched_while_its_condition_does_not_hold():
    """Feeding byte by byte resumes the generator once, when all is there."""
    resumed = []

    class Counting:
        def __init__(self, step):
            self.steps = iter(step)

        def __iter__(self):
            return self

        def __next__(self):
            resumed.append(1)
            return next(self.steps)

    @protocol
    def counted():
        yield from read(1)
        resumed.clear()
        yield from Counting(read(50))
        yield from Counting(until(b"\r\n"))
        yield from Counting(literal(b"x" * 5))

    conn = counted()
    for byte in b"." + b"a" * 50:
        conn.send(bytes([byte]))
    assert len(resumed) == 3
    for byte in b"b" * 100 + b"\r\n":
        conn.send(bytes([byte]))
    assert len(resumed) == 5
    conn.send(b"xxxxx")
    assert conn.has_result


# What is no protocol.


def test_a_function_that_returns_no_generator_is_named():
    """A plain function, an async generator: the first call says what came instead."""

    @protocol
    def forgot():
        return 5

    @protocol
    async def both():
        yield 1

    for factory, what in ((forgot, "int"), (both, "async_generator")):
        conn = factory()
        with pytest.raises(UsageError) as caught:
            conn.send(b"x")
        assert str(caught.value) == (
            "a protocol is a generator function, an async function or a parser; "
            f"this one returned {what}"
        )
        assert conn.unconsumed == b"x"
        assert conn.state is State.FAILED


def test_a_function_that_fails_before_it_is_a_generator_has_failed():
    """What it raised is the connection's failure."""

    @protocol
    def failing(generator=True):
        raise KeyError("early")

    conn = failing()
    with pytest.raises(KeyError):
        conn.send(b"x")
    assert (conn.state, conn.unconsumed) == (State.FAILED, b"x")


# Failures stay.


class Plain(Exception):
    """Of a user, with nothing special."""


class Coded(Exception):
    """Of a user, whose text is not made of its arguments alone."""

    def __init__(self, code):
        super().__init__(f"code {code}")


class Picky(Exception):
    """Of a user, and wants more than its arguments to be made."""

    def __init__(self, one, two):
        super().__init__(one + two)


class Single(Exception):
    """Of a user, and there is only one of it."""

    def __copy__(self):
        return self


class Other(Exception):
    """Of a user, and copies to something else."""

    def __copy__(self):
        return 5


class Mute(Exception):
    """Of a user, and has no text."""

    def __str__(self):
        raise ValueError("no text")


COPIED = [
    KeyError("key"),
    ValueError(),
    OSError(2, "gone", "file"),
    UnicodeDecodeError("ascii", b"\xff", 0, 1, "no"),
    ZeroDivisionError("division by zero"),
    RuntimeError("a", 1),
    KeyboardInterrupt(),
    SystemExit(3),
    GeneratorExit("mine"),
    ExceptionGroup("several", [ValueError("a"), KeyError("b")]),
    Plain("text", 1),
    UsageError("of the user's own"),
    AssertionError("assert"),
    MemoryError(),
]
NOT_COPIED = [Coded(5), Picky("a", "b"), Single("x"), Other("x"), Mute()]


@protocol
def raising(error):
    """Read a byte, write and emit something, take one more byte, and fail."""
    yield from read(1)
    yield from emit("emitted")
    yield from write(b"written")
    yield from read(1)
    raise error


@protocol
async def raising_async(error):
    """The same, awaited."""
    await read(1)
    await emit("emitted")
    await write(b"written")
    await read(1)
    raise error


def run_into(error, factory=raising):
    """A connection that has just failed with *error*, which came out unchanged."""
    conn = factory(error)
    conn.send(b"a")
    assert conn.read() == b"written"
    with pytest.raises(type(error)) as caught:
        conn.send(b"bcd")
    assert caught.value is error
    return conn


@pytest.mark.parametrize("factory", [raising, raising_async])
@pytest.mark.parametrize("error", [*COPIED, *NOT_COPIED], ids=lambda error: type(error).__name__)
def test_a_users_exception_passes_through_unchanged_and_ends_the_connection(error, factory):
    """Whatever it is: the very object; and what was written and emitted before is there."""
    conn = run_into(error, factory)
    assert conn.state is State.FAILED
    assert (conn.consumed, conn.unconsumed) == (2, b"cd")
    assert conn.events() == ["emitted"]


@pytest.mark.parametrize("error", COPIED, ids=lambda error: type(error).__name__)
def test_later_calls_raise_a_copy_that_is_equal_and_new(error):
    """Class, arguments and text; five times over, never the same object, never a traceback kept."""
    conn = run_into(error)
    raised, depths = [], set()
    for call in [CALLS["send()"], CALLS["send_eof()"], CALLS["get_result()"]] * 5:
        with pytest.raises(type(error)) as caught:
            call(conn)
        raised.append(caught.value)
        depths.add(len(traceback.extract_tb(caught.value.__traceback__)))
    assert len({id(one) for one in [error, *raised, conn.error]}) == len(raised) + 2
    assert {(type(one), str(one), str(one.args)) for one in raised} == {
        (type(error), str(error), str(error.args))
    }
    assert max(depths) <= 5


@pytest.mark.parametrize("error", NOT_COPIED, ids=lambda error: type(error).__name__)
def test_an_exception_that_cannot_be_copied_is_named_later(error):
    """A UsageError tells what the protocol had failed with."""
    conn = run_into(error)
    name = f"{__name__}.{type(error).__name__}"
    for _ in range(3):
        with pytest.raises(UsageError) as caught:
            conn.send(b"")
        assert str(caught.value) == (
            f"the protocol failed with {name}, which cannot be copied and raised again"
        )
    assert type(conn.error) is UsageError


class Interrupted(Exception):
    """Of a user, and is interrupted while it is copied."""

    def __copy__(self):
        raise KeyboardInterrupt


def test_a_failure_whose_copying_is_interrupted_has_failed_all_the_same():
    """The interruption comes out, and the connection is in no state between."""
    conn = raising(Interrupted("x"))
    conn.send(b"a")
    conn.read()
    with pytest.raises(KeyboardInterrupt):
        conn.send(b"b")
    assert conn.state is State.FAILED
    with pytest.raises(UsageError, match="Interrupted, which cannot be copied and raised again"):
        conn.send(b"b")


def test_a_name_of_the_builtins_is_not_qualified():
    """Of one that cannot be copied, the name as a person would write it."""

    class ValueErrors(ValueError):
        def __copy__(self):
            return 5

    ValueErrors.__module__, ValueErrors.__qualname__ = "builtins", "ValueError"
    conn = run_into(ValueErrors("x"))
    assert str(conn.error).startswith("the protocol failed with ValueError, which cannot")


def test_what_is_no_failure_of_the_protocol_is_not_kept_from_anybody(monkeypatch):
    """A bug of ours comes out of `read` as well: only the protocol's failure waits for `send`."""

    def broken(run):
        raise ZeroDivisionError

    conn = raising(KeyError())
    monkeypatch.setattr("ohneio.core._run.Run.ready", broken)
    with pytest.raises(ZeroDivisionError):
        conn.read()


def test_a_failure_keeps_its_attributes_and_notes_and_shares_no_note():
    """A note that an embedder adds to one copy is on no other."""
    error = Plain("x")
    error.detail = [1]
    error.add_note("of the protocol")
    conn = run_into(error)
    error.add_note("of the first caller")
    for _ in range(3):
        with pytest.raises(Plain) as caught:
            conn.send(b"")
        assert caught.value.__notes__ == ["of the protocol"]
        assert caught.value.detail == [1]
        caught.value.add_note("of a later caller")
    assert conn.error.__notes__ == ["of the protocol"]


def test_a_failure_has_no_context_of_ours():
    """Neither the StopIteration of a generator nor anything else of the driver is chained to it."""

    @parser
    def child():
        yield from read(1)
        return 1

    @protocol
    def failing():
        yield from child
        yield from child
        raise KeyError

    conn = failing()
    with pytest.raises(KeyError) as caught:
        conn.send(b"ab")
    assert caught.value.__context__ is None
    with pytest.raises(KeyError) as caught:
        conn.send(b"")
    assert (caught.value.__context__, caught.value.__cause__) == (None, None)


def test_the_traceback_shows_the_users_own_line():
    """Of the first error; whoever debugs a protocol sees where it broke."""
    conn = raising(KeyError("x"))
    conn.send(b"a")
    conn.read()
    with pytest.raises(KeyError) as caught:
        conn.send(b"b")
    assert traceback.extract_tb(caught.value.__traceback__)[-1].line == "raise error"


def test_what_reads_never_raises_the_failure_that_it_runs_into():
    """It hands over what there is; the calls that may raise it do so afterwards."""
    for name in ("read()", "events()", "has_result"):
        conn = raising(KeyError("x"))
        conn.send(b"ab")
        if name != "read()":
            conn.read(7)
        assert CALLS[name](conn) in (b"written", ["emitted"], False)
        assert conn.state is State.FAILED
        with pytest.raises(KeyError):
            CALLS["send()"](conn)


def test_an_interruption_comes_out_of_those_too_and_costs_no_output():
    """Ctrl-C while the protocol ran: whoever asked hears of it, and what was taken goes back."""
    for name in ("events()", "has_result"):
        conn = raising(KeyboardInterrupt())
        conn.send(b"ab")
        conn.read(7)
        with pytest.raises(KeyboardInterrupt):
            CALLS[name](conn)
        assert (conn.state, conn.events()) == (State.FAILED, ["emitted"])

    conn = raising(KeyboardInterrupt())
    conn.send(b"ab")
    with pytest.raises(KeyboardInterrupt):
        conn.read()
    assert (conn.state, conn.read()) == (State.FAILED, b"written")


# Where a failure leaves the input.


@pytest.mark.parametrize(
    ("steps", "data", "offset", "unconsumed"),
    [
        ([literal(b"ab")], b"axyz", 0, b"axyz"),
        ([exactly(1), literal(b"ab")], b"zaxyz", 1, b"axyz"),
        ([exactly(1), until(b";", max=2)], b"zabcd", 1, b"abcd"),
        ([exactly(1), exactly(99)], b"zabcd", 1, b"abcd"),
        ([exactly(1) >> literal(b"a")], b"zbcd", 1, b"bcd"),
    ],
    ids=repr,
)
def test_a_failure_leaves_the_input_at_the_first_byte_of_the_token_that_failed(
    steps, data, offset, unconsumed
):
    """The offset is the token's, however the input was cut, and nothing is lost."""

    @protocol(limits=Limits(max_buffered=50))
    def reading():
        for step in steps:
            yield from step

    for chunks in ([data], [data[n : n + 1] for n in range(len(data))]):
        conn = reading()
        fed = b""
        with pytest.raises(ParseError) as caught:
            for chunk in chunks:
                fed += chunk
                conn.send(chunk)
        assert caught.value.offset == offset
        assert conn.consumed == offset
        assert data[: conn.consumed] + conn.unconsumed == fed
        assert unconsumed.startswith(conn.unconsumed)


def test_the_end_of_input_inside_a_token_leaves_the_token():
    """The offset is where the input ended, the leftover begins with the token."""

    @protocol
    def reading():
        yield from read(2)
        yield from until(b";")

    conn = reading()
    conn.send(b"abcd")
    with pytest.raises(IncompleteInput) as caught:
        conn.send_eof()
    assert (caught.value.offset, caught.value.have) == (4, 2)
    assert (conn.consumed, conn.unconsumed) == (2, b"cd")


def test_an_error_raised_by_hand_gets_its_place_from_the_driver():
    """The offset of the next byte; one that says its own place keeps it."""

    @protocol
    def by_hand(error):
        yield from read(3)
        raise error

    for error, offset in ((ParseError("bad"), 3), (ParseError("bad", offset=1), 1)):
        conn = by_hand(error)
        with pytest.raises(ParseError, match=f"^bad at offset {offset}$"):
            conn.send(b"abcd")
        assert (conn.consumed, conn.unconsumed) == (3, b"d")
        assert str(conn.error) == f"bad at offset {offset}"


def test_an_error_raised_by_hand_may_point_ahead():
    """What lies before the place it names was consumed, as far as it is there."""

    @protocol
    def by_hand(offset):
        raise ParseError("bad", offset=offset)
        yield

    for offset, consumed in ((2, 2), (3, 3), (4, 0)):
        conn = by_hand(offset)
        with pytest.raises(ParseError):
            conn.send(b"abc")
        assert conn.consumed == consumed
        assert conn.consumed + len(conn.unconsumed) == 3


def test_an_error_that_the_protocol_caught_is_no_failure():
    """It may go on from there, with nothing consumed by the token that failed."""

    @protocol
    def forgiving():
        try:
            yield from literal(b"ab")
        except ParseError as error:
            seen = error.offset
        rest = yield from read(2)
        try:
            yield from read(9)
        except IncompleteInput as error:
            return seen, rest, error.needed, (yield from read())

    conn = forgiving()
    conn.send(b"acd")
    conn.send_eof()
    assert conn.get_result() == (0, b"ac", 8, b"d")


# Nested connections.


def test_a_protocol_may_drive_another_connection():
    """Each has its own input, output, events and offset."""

    @protocol
    def shouting():
        while not (yield from at_eof()):
            line = yield from until(b"\n")
            yield from emit(line)
            yield from write(line.upper() + b"!")

    @protocol
    def tunnel():
        inner = shouting()
        while not (yield from at_eof()):
            size = (yield from read(1))[0]
            inner.send((yield from read(size)))
            yield from write(inner.read())
            yield from emit(inner.events())
        inner.send_eof()
        assert inner.has_result
        return inner.consumed

    conn = tunnel()
    conn.send(b"\x03ab\n\x02cd\x01\n")
    conn.send_eof()
    assert conn.read() == b"AB!CD!"
    assert conn.events() == [[b"ab"], [], [b"cd"]]
    assert conn.get_result() == 6


def test_a_protocol_may_parse_and_build_inside():
    """Nothing of an inner parse or build is seen from outside, also when it fails."""

    @parser
    def inner():
        yield from literal(b"a")
        return (yield from read(1))

    @protocol
    def outer():
        yield from read(1)
        assert inner.parse(b"ab") == b"b"
        assert literal(b"x").build(b"x") == b"x"
        with pytest.raises(ParseError) as caught:
            inner.parse(b"x")
        assert caught.value.offset == 0
        assert list(until(b";").parse_stream([b"a;", b"b;"])) == [b"a", b"b"]
        return (yield from exactly(2))

    conn = outer()
    conn.send(b"xyz")
    assert conn.get_result() == b"yz"
    assert (conn.events(), conn.read()) == ([], b"")


def test_an_inner_failure_is_an_outer_protocols_to_catch():
    """One that it does not catch is its own failure, as a user's exception would be."""

    @protocol
    def inner():
        yield from literal(b"a")

    @protocol
    def outer(catch):
        yield from read(2)
        conn = inner()
        try:
            conn.send(b"x")
        except ParseError:
            if not catch:
                raise
        return conn.state

    conn = outer(True)
    conn.send(b"ab")
    assert conn.get_result() is State.FAILED
    conn = outer(False)
    with pytest.raises(ParseError):
        conn.send(b"ab")
    assert (conn.consumed, conn.state) == (2, State.FAILED)


# Limits of what is buffered.


def test_a_send_larger_than_the_limit_is_fine_if_it_is_consumed_as_it_goes():
    """max_buffered bounds what one wake condition needs, not what is there."""
    conn = stream(exactly(4), limits=Limits(max_buffered=4))()
    conn.send(b"abcd" * 1000)
    assert len(conn.events()) == 1000


def test_blocked_on_output_the_input_is_bounded():
    """The limit may be filled and passed once; then `send` takes nothing until output is read."""

    @protocol(limits=Limits(max_buffered=4))
    def blocked():
        yield from write(b"x")
        while True:
            yield from read_some(4)

    conn = blocked()
    conn.send(b"abcd")
    conn.send(b"efgh")
    with pytest.raises(UsageError, match="blocked on output with more than 4 bytes unread"):
        conn.send(b"i")
    assert conn.unconsumed == b"abcdefgh"
    conn.send(b"")
    assert conn.read(1) == b"x"
    conn.send(b"i")
    assert conn.consumed == 9


def test_what_is_left_over_is_bounded_too():
    """Of one that is done, and not after the end of the input."""
    conn = protocol(limits=Limits(max_buffered=4))(exactly(1))()
    conn.send(b"abc")
    conn.send(b"de")
    with pytest.raises(UsageError, match="the protocol is done, and more than 4 bytes were left"):
        conn.send(b"f")
    assert conn.unconsumed == b"bcde"
    conn = raising(KeyError())
    conn.send(b"a")
    conn.send_eof()
    with pytest.raises(UsageError, match=r"^send\(\) after send_eof\(\): the input has ended$"):
        conn.send(b"b")


def test_a_peeking_protocol_cannot_make_the_input_grow_for_ever():
    """One that takes nothing and waits again with more than max_buffered there has failed."""

    @protocol(limits=Limits(max_buffered=4))
    def peeking():
        while True:
            yield from peek()
            yield from wait()

    conn = peeking()
    conn.send(b"abcd")
    with pytest.raises(LimitExceeded) as caught:
        conn.send(b"e")
    assert (caught.value.name, caught.value.limit, caught.value.offset) == ("max_buffered", 4, 0)


# Lanes.


@pytest.mark.parametrize("wakes", ["send", "send_eof"])
def test_who_goes_on_has_left_the_lane(wakes):
    """By a chunk that the lane leaves alone, or without any."""

    @protocol
    def sleeping():
        run = current()
        run.waiting, run.want, run.lane = Waiting.BYTES, 1, lambda given: False
        yield WAIT
        return run.lane

    conn = sleeping()
    conn.send(b"")
    assert conn._run.lane is not None
    getattr(conn, wakes)(*[b"a"] * (wakes == "send"))
    assert conn.get_result() is None


@pytest.mark.parametrize("fails", [False, True])
def test_who_looks_how_it_stands_wakes_what_has_something_to_look_at(fails):
    """A failure is remembered, and raised by the next call."""

    @protocol
    def sleeping():
        run = current()
        run.waiting, run.want, run.lane = Waiting.BYTES, 1, lambda given: True
        yield WAIT
        if fails:
            raise ValueError("of nothing")

    conn = sleeping()
    conn.send(b"")
    assert (conn.consumed, conn.state) == (0, State.RUNNING)
    conn._run.input.data = b"a"
    assert (conn.consumed, conn.state) == (0, State.FAILED if fails else State.DONE)
    with pytest.raises(ValueError, match="of nothing") if fails else contextlib.nullcontext():
        conn.send(b"")


# Pauses.


def paused(taken, unread):
    """A connection that pauses having *taken* something which is still unread, with what is."""

    @protocol
    def pausing():
        run = current()
        run.waiting, run.want, run.ahead = Waiting.PAUSE, 6, len(taken)
        try:
            yield WAIT
            return run.input.take(6)
        finally:
            ended.append((run.input.position, run.taken))

    ended = []
    conn = pausing()
    conn.send(taken + unread)
    return conn, ended


def test_a_pause_goes_on_when_all_is_there():
    """Chunks before that are only added, of whatever kind they are."""
    conn, ended = paused(b"ab", b"c")
    for chunk in (b"", b"d", bytearray(b"e")):
        conn.send(chunk)
        assert (conn.events(), conn.read(), conn.has_result, ended) == ([], b"", False, [])
    conn.send(b"fg")
    assert (conn.get_result(), conn.unconsumed) == (b"abcdef", b"g")


def test_the_end_of_the_input_wakes_a_pause():
    """It is for the code to see that nothing more will come."""
    conn, ended = paused(b"ab", b"c")
    with pytest.raises(UsageError, match="no more bytes are there"):
        conn.send_eof()
    assert len(ended) == 1
    assert conn.state is State.FAILED


def test_closing_in_a_pause_leaves_what_it_had_not_taken():
    """To whoever is unwound it is as if the rest had been read."""
    conn, ended = paused(b"ab", b"c")
    conn.close()
    assert (conn.state, ended) == (State.CLOSED, [(2, 0)])
    assert (conn.consumed, conn.unconsumed, conn.pending_input) == (2, b"c", 1)


class Interrupting(list):
    """A key that is taken, and then somebody presses Ctrl-C."""

    def pop(self):
        super().pop()
        raise KeyboardInterrupt


@pytest.mark.parametrize("call", CALLS)
def test_an_interruption_at_the_door_leaves_it_open(call):
    """Whoever is interrupted there has not been inside."""
    conn = stream(until(b";"))()
    conn._key = Interrupting([None])
    with pytest.raises(KeyboardInterrupt):
        CALLS[call](conn)
    conn._key = [*conn._key]
    conn.send(b"b;")
    assert conn.events() == [b"b"]


def test_what_is_raised_in_a_lane_fails_the_protocol():
    """As if it had been at work itself: what it holds open is closed."""
    closed = []

    @protocol
    def waiting():
        try:
            yield from read(9)
        finally:
            closed.append(True)

    conn = waiting()
    conn.send(b"a")
    run = conn._run

    def interrupted(given):
        run.leave_lane()
        raise KeyboardInterrupt

    run.lane = interrupted
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            conn.send(b"b")
    assert (conn.state, closed, conn.unconsumed) == (State.FAILED, [True], b"a")
