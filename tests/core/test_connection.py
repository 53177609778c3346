"""Every public method and property of a connection, in every state."""

import contextlib
import copy
import pickle

import pytest

from ohneio import (
    Connection,
    Consumer,
    IncompleteInput,
    Limits,
    NoResult,
    ParseError,
    State,
    UsageError,
    at_eof,
    choice,
    emit,
    field,
    label,
    length_prefixed,
    literal,
    protocol,
    read,
    read_some,
    record,
    stream,
    uint8,
    uint16,
    until,
    wait,
    wire,
    write,
)
from ohneio.core._events import Later
from ohneio.core._items import items
from ohneio.core._steps import WAIT, current
from ohneio.core._waiting import Waiting
from tests.staging.differing import staged, unstaged

# The protocols and the ways into each state.


@protocol(limits=Limits(max_buffered=8))
def conversation():
    """Greet, take a command of two letters, and end as it says."""
    yield from emit("begun")
    yield from write(b"hello ")
    command = yield from read(2)
    yield from emit(command)
    yield from write(b"ok ")
    if command == b"ok":
        return command
    if command == b"no":
        return None
    if command == b"up":
        raise KeyError("up")
    raise ParseError("bad command")


def started():
    """RUNNING, blocked on output, with two bytes unread."""
    conn = conversation()
    conn.send(b"zz")
    return conn


def waiting():
    """RUNNING, waiting for two bytes with one there; one event was not taken."""
    conn = conversation()
    assert conn.read() == b"hello "
    conn.send(b"o")
    return conn


def answered(command):
    """The protocol has had its command; its last output was not read."""
    conn = conversation()
    assert conn.read() == b"hello "
    conn.send(command)
    return conn


def done():
    """DONE with a result, an event or two untaken and one byte left over."""
    conn = answered(b"ok!")
    assert conn.read(3) == b"ok "
    assert conn.has_result
    return conn


def failed():
    """FAILED with a ParseError, one byte unread."""
    conn = answered(b"xx!")
    assert conn.read(3) == b"ok "
    with pytest.raises(ParseError):
        conn.send(b"")
    return conn


def failed_by_user():
    """FAILED with the user's own exception, one byte unread."""
    conn = answered(b"up!")
    assert conn.read(3) == b"ok "
    with pytest.raises(KeyError):
        conn.send(b"")
    return conn


def closed():
    """CLOSED while it was blocked on output, two bytes unread."""
    conn = started()
    conn.close()
    return conn


def never_started():
    """CLOSED before its first call."""
    conn = conversation()
    conn.close()
    return conn


RUNNING = [conversation, started, waiting]
FAILED = [failed, failed_by_user]
CLOSED = [closed, never_started]
ENDED = [done, *FAILED, *CLOSED]


def every(*makers):
    """Run a test in each of these situations."""
    return pytest.mark.parametrize("make", makers, ids=lambda make: make.__name__)


def snapshot(conn):
    """All that can be seen without letting the protocol go on."""
    return (
        conn.state,
        repr(conn.error),
        conn.needed,
        conn.waiting,
        conn.wants_input,
        conn.consumed,
        conn.unconsumed,
        conn.pending_input,
        conn.pending_output,
        repr(conn),
    )


@every(*RUNNING, *ENDED)
def test_each_situation_is_what_it_says(make):
    """The state can be read at once and runs nothing."""
    conn = make()
    wanted = make.__doc__.split()[0].strip(",")
    assert conn.state.value == (wanted if wanted.isupper() else "RUNNING")
    assert snapshot(conn) == snapshot(conn)


# send.


def test_send_feeds_and_pumps_while_running():
    """The protocol goes on with the bytes as far as it can."""
    conn = answered(b"ok")
    assert conn.pending_output == 3
    assert conn.events() == ["begun", b"ok"]


def test_an_empty_send_only_pumps_while_running():
    """It starts the protocol, and lets one go on whose output was read."""
    conn = conversation()
    conn.send(b"")
    assert conn.pending_output == 6
    assert (conn.consumed, conn.pending_input) == (0, 0)


def test_what_is_sent_to_one_that_is_done_is_kept():
    """It is left over, for whoever takes the connection next."""
    conn = done()
    conn.send(b"more")
    conn.send(b"")
    assert (conn.unconsumed, conn.consumed) == (b"!more", 2)
    assert conn.get_result() == b"ok"


@pytest.mark.parametrize("chunks", [[b"1234567"], [b"123", b"4567"]], ids=["whole", "cut"])
def test_leftovers_have_their_bound(chunks):
    """max_buffered bytes are kept; for one more `send` is a UsageError and takes nothing."""
    conn = done()
    for chunk in chunks:
        conn.send(chunk)
    assert conn.pending_input == 8
    with pytest.raises(UsageError, match="the protocol is done, and more than 8 bytes were left"):
        conn.send(b"8")
    assert conn.unconsumed == b"!1234567"
    conn.send(b"")


@every(*FAILED)
@pytest.mark.parametrize("data", [b"more", b""], ids=repr)
def test_sending_to_one_that_failed_raises_an_equal_error_and_takes_nothing(make, data):
    """Five times over, and each time it is another object of the same class and text."""
    conn = make()
    before, raised = snapshot(conn), []
    for _ in range(5):
        with pytest.raises((ParseError, KeyError)) as caught:
            conn.send(data)
        raised.append(caught.value)
    assert len({id(error) for error in raised}) == 5
    assert len({(type(error), str(error)) for error in [*raised, conn.error]}) == 1
    assert snapshot(conn) == before


@every(*CLOSED)
@pytest.mark.parametrize("data", [b"more", b""], ids=repr)
def test_sending_to_one_that_is_closed_is_refused(make, data):
    """Nothing is taken; nothing is pumped."""
    conn = make()
    before = snapshot(conn)
    with pytest.raises(UsageError, match=r"^send\(\) on a connection that was closed$"):
        conn.send(data)
    assert snapshot(conn) == before


@every(*RUNNING, *ENDED)
@pytest.mark.parametrize("data", ["text", None, 5, [1]], ids=repr)
def test_what_is_not_bytes_is_refused_in_every_state(make, data):
    """Before anything else happens: one that was never started is not started by it."""
    conn = make()
    before = snapshot(conn)
    with pytest.raises((UsageError, ParseError, KeyError)) as caught:
        conn.send(data)
    if make not in FAILED + CLOSED:
        assert str(caught.value) == f"expected bytes, not {type(data).__name__}"
    assert snapshot(conn) == before


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_everything_bytes_like_can_be_sent(kind):
    """What is not `bytes` is copied: the sender may use its buffer again."""

    @protocol
    def four():
        return (yield from read(4))

    conn, data = four(), bytearray(b"ab")
    conn.send(kind(data))
    data[:] = b"xy"
    conn.send(kind(b"cd"))
    assert conn.get_result() == b"abcd"


# send_eof.


@pytest.mark.parametrize("call", [lambda conn: conn.send(b"x"), lambda conn: conn.events()])
def test_what_runs_it_is_refused_from_inside(call):
    """The call takes nothing, and the protocol goes on if it catches what it is told."""

    @protocol
    def calling():
        yield from emit("first")
        with pytest.raises(UsageError, match="from inside the protocol"):
            call(conn)
        yield from emit((yield from read(2)))

    conn = calling()
    conn.send(b"ab")
    assert conn.events() == ["first", b"ab"]


def test_the_end_of_input_is_sticky_and_idempotent():
    """Once said it stays; saying it again does no harm; sending after it is refused."""
    conn = started()
    conn.send_eof()
    conn.send_eof()
    assert not conn.wants_input
    before = snapshot(conn)
    with pytest.raises(UsageError, match=r"^send\(\) after send_eof\(\): the input has ended$"):
        conn.send(b"x")
    assert snapshot(conn) == before
    conn.send(b"")
    assert conn.read() == b"hello ok "


def test_the_end_of_input_wakes_one_that_waits_for_input():
    """It gets an IncompleteInput, and the connection fails where nobody catches that."""
    conn = waiting()
    with pytest.raises(IncompleteInput) as caught:
        conn.send_eof()
    assert (caught.value.needed, caught.value.have, caught.value.offset) == (1, 1, 1)
    assert conn.state is State.FAILED
    assert conn.unconsumed == b"o"


def test_the_end_of_input_starts_one_that_was_never_started():
    """It is a call that pumps as any other."""
    conn = conversation()
    conn.send_eof()
    assert conn.pending_output == 6


def test_the_end_of_input_after_the_end_of_the_protocol_is_nothing():
    """DONE stays DONE; leftovers still come."""
    conn = done()
    conn.send_eof()
    conn.send_eof()
    conn.send(b"more")
    assert conn.unconsumed == b"!more"


def test_leftovers_after_the_end_of_input_are_refused():
    """Where the input ended while the protocol ran no more bytes can come."""
    conn = conversation()
    assert conn.read() == b"hello "
    conn.send(b"ok")
    conn.send_eof()
    assert conn.read() == b"ok "
    assert conn.has_result
    conn.send_eof()
    with pytest.raises(UsageError, match=r"^send\(\) after send_eof\(\)"):
        conn.send(b"more")


@every(*FAILED)
def test_the_end_of_input_of_one_that_failed_raises_an_equal_error(make):
    """As `send` does."""
    conn = make()
    before = snapshot(conn)
    for _ in range(2):
        with pytest.raises((ParseError, KeyError)) as caught:
            conn.send_eof()
        assert repr(caught.value) == repr(conn.error)
    assert snapshot(conn) == before


@every(*CLOSED)
def test_the_end_of_input_of_one_that_is_closed_is_refused(make):
    """As `send` is."""
    with pytest.raises(UsageError, match=r"^send_eof\(\) on a connection that was closed$"):
        make().send_eof()


# read.


def test_read_hands_over_what_was_written_and_lets_the_protocol_go_on():
    """It drains and pumps in turn, until the protocol writes no more."""

    @protocol
    def chatty():
        for n in range(5):
            yield from write(b"%d" % n)
        yield from read(1)
        yield from write(b"end")

    conn = chatty()
    assert conn.read() == b"01234"
    conn.send(b"x")
    assert conn.read() == b"end"
    assert conn.read() == b""


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7, 100])
def test_read_n_gives_n_bytes_while_there_are_n_to_come(n):
    """At most n, and fewer only where the protocol writes no more."""

    @protocol
    def chatty():
        for _ in range(10):
            yield from write(b"abc")

    conn, pieces = chatty(), []
    while piece := conn.read(n):
        pieces.append(piece)
    assert b"".join(pieces) == b"abc" * 10
    assert all(len(piece) == n for piece in pieces[:-1])


def test_read_n_does_not_let_a_protocol_get_ahead():
    """With n bytes in hand it asks for no more: that is the back-pressure."""
    written = []

    @protocol
    def endless():
        while True:
            written.append(1)
            yield from write(b"abc")

    conn = endless()
    assert conn.read(7) == b"abcabca"
    assert len(written) == 3
    assert conn.read(2) == b"bc"
    assert len(written) == 3
    assert conn.read(1) == b"a"
    assert len(written) == 4


def test_read_0_is_all_there_is():
    """As in 0.9."""
    assert started().read(0) == b"hello ok "


@pytest.mark.parametrize("n", [-1, 1.5, "1"], ids=repr)
@every(*RUNNING, *ENDED)
def test_read_refuses_what_is_no_size(make, n):
    """Before it takes or starts anything."""
    conn = make()
    before = snapshot(conn)
    with pytest.raises(UsageError, match=r"^expected a number of bytes, not "):
        conn.read(n)
    assert snapshot(conn) == before


@pytest.mark.parametrize("n", [0, 2, 100])
def test_read_never_raises_the_failure_and_gives_what_was_written_before_it(n):
    """Also where it is `read` itself that ran into it; then the others raise it."""

    @protocol
    def failing():
        yield from write(b"one ")
        yield from emit(1)
        yield from write(b"two")
        raise KeyError("me")

    conn, pieces = failing(), []
    while piece := conn.read(n):
        pieces.append(piece)
    assert b"".join(pieces) == b"one two"
    assert conn.state is State.FAILED
    assert conn.events() == [1]
    for call in (conn.send_eof, conn.get_result, lambda: conn.send(b"")):
        with pytest.raises(KeyError, match="me"):
            call()


def test_read_gives_what_is_left_in_every_state_that_is_an_end():
    """Output outlives the protocol, piece by piece or at once."""

    @protocol
    def last_words(how):
        try:
            yield from read(1)
        finally:
            yield from write(b"goodbye")

    conn = last_words("closed")
    conn.send(b"")
    conn.close()
    assert (conn.read(4), conn.read(), conn.read()) == (b"good", b"bye", b"")
    assert closed().read() == b"hello "
    assert never_started().read() == b""
    assert done().read() == failed().read() == b""


# events.


def test_events_pumps_and_takes_the_emitted_values_in_order():
    """Each is handed over once, as it was emitted."""

    @protocol
    def counting():
        while not (yield from at_eof()):
            yield from emit((yield from read(1)))

    conn = counting()
    assert conn.events() == []
    conn.send(b"ab")
    conn.send(b"c")
    first = conn.events()
    assert first == [b"a", b"b", b"c"]
    assert conn.events() == []
    conn.send(b"d")
    assert first == [b"a", b"b", b"c"]
    assert conn.events() == [b"d"]


def test_events_starts_the_protocol():
    """The first call that pumps may be this one."""
    assert conversation().events() == ["begun"]


@pytest.mark.parametrize(
    ("make", "events"),
    [
        (waiting, ["begun"]),
        (done, ["begun", b"ok"]),
        (failed, ["begun", b"xx"]),
        (failed_by_user, ["begun", b"up"]),
        (closed, ["begun"]),
        (never_started, []),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_events_gives_what_is_left_in_every_state(make, events):
    """What was emitted before the end is still there, once."""
    conn = make()
    assert conn.events() == events
    assert conn.events() == []


def test_events_never_raises_the_failure():
    """What was emitted before it comes first; then the others raise it."""

    @protocol
    def failing():
        yield from emit(1)
        raise KeyError("me")

    conn = failing()
    assert conn.events() == [1]
    assert conn.state is State.FAILED
    with pytest.raises(KeyError):
        conn.send(b"")


# has_result and get_result.


@every(*RUNNING)
def test_there_is_no_result_while_it_runs(make):
    """`has_result` says so, `get_result` says what it waits for."""
    conn = make()
    assert conn.has_result is False
    with pytest.raises(NoResult, match=r"the protocol has no result: (need|wait for) "):
        conn.get_result()


@pytest.mark.parametrize(("command", "result"), [(b"ok", b"ok"), (b"no", None)])
def test_the_result_is_the_value_none_included(command, result):
    """As often as it is asked for."""
    conn = answered(command)
    assert conn.read() == b"ok "
    for _ in range(2):
        assert conn.has_result is True
        assert conn.get_result() is result or conn.get_result() == result
    assert conn.state is State.DONE


def test_has_result_and_get_result_pump():
    """They let a protocol go on whose output was read, and start one that was not."""

    @protocol
    def at_once():
        yield from wait()
        return 1

    assert at_once().get_result() == 1
    assert at_once().has_result
    conn = answered(b"ok")
    assert conn.read(3) == b"ok "
    assert conn.state is State.RUNNING
    assert conn.get_result() == b"ok"


@every(*FAILED)
def test_get_result_of_one_that_failed_raises_an_equal_error(make):
    """And `has_result` is False and raises nothing."""
    conn = make()
    raised = []
    for _ in range(3):
        assert conn.has_result is False
        with pytest.raises((ParseError, KeyError)) as caught:
            conn.get_result()
        raised.append(caught.value)
    assert len({id(error) for error in raised}) == 3
    assert {repr(error) for error in raised} == {repr(conn.error)}


@every(*CLOSED)
def test_get_result_of_one_that_is_closed_is_no_result(make):
    """There will never be one."""
    conn = make()
    assert conn.has_result is False
    with pytest.raises(NoResult, match=r"^the protocol has no result: it was closed$"):
        conn.get_result()


def test_get_result_may_be_what_runs_into_the_failure():
    """The error comes out of that very call."""

    @protocol
    def failing():
        raise KeyError("me")
        yield

    conn = failing()
    with pytest.raises(KeyError):
        conn.get_result()
    conn = failing()
    assert conn.has_result is False
    assert conn.state is State.FAILED


# close.


@every(*RUNNING)
def test_closing_ends_a_running_protocol(make):
    """It is CLOSED, and what was there can still be taken."""
    conn = make()
    unread, written = conn.unconsumed, conn.pending_output
    conn.close()
    assert conn.state is State.CLOSED
    assert (conn.unconsumed, conn.pending_output, conn.error) == (unread, written, None)


def test_closing_one_that_was_never_started_runs_nothing():
    """No user code runs for it."""
    assert never_started().events() == []


@every(*ENDED)
def test_closing_what_has_ended_is_nothing(make):
    """In DONE, FAILED and CLOSED, as often as one likes."""
    conn = make()
    before = snapshot(conn)
    conn.close()
    conn.close()
    assert snapshot(conn) == before


def test_a_with_block_closes_it():
    """However the block ends; a result that was there stays."""
    with waiting() as conn:
        assert conn.state is State.RUNNING
    assert conn.state is State.CLOSED
    with pytest.raises(OSError, match="gone"), waiting() as conn:
        raise OSError("gone")
    assert conn.state is State.CLOSED
    with done() as conn:
        pass
    assert conn.get_result() == b"ok"


def test_an_error_while_closing_is_raised_and_it_is_closed_all_the_same():
    """The error is the `finally` block's, unchanged."""
    mine = KeyError("mine")

    @protocol
    def failing():
        try:
            yield from read(1)
        finally:
            raise mine

    conn = failing()
    conn.send(b"")
    with pytest.raises(KeyError) as caught:
        conn.close()
    assert caught.value is mine
    assert conn.state is State.CLOSED
    assert conn.error is None


# How it stands.


@protocol
def tour():
    """Stop in each kind of wait, one after the other."""
    yield from read(3)
    yield from until(b"\r\n")
    yield from until(b"]]>").label("data")
    yield from write(b"0123456789")
    yield from wait()
    yield from read_some(5)
    yield from at_eof()


def test_needed_waiting_and_wants_input_tell_how_it_stands():
    """In each kind of wait: the bytes that would wake it, a sentence, whether input helps."""
    conn = tour()
    seen = []

    def look():
        seen.append((conn.needed, conn.wants_input, conn.waiting))

    look()
    for chunk in (b"", b"a", b"bc", b"de\r", b"\n", b"x]]>", b""):
        conn.send(chunk)
        look()
    conn.read()
    look()
    conn.send(b"")
    look()
    conn.send(b"y")
    look()
    assert seen == [
        (0, True, "wait for its first call"),
        (3, True, "need 3 more bytes at offset 0"),
        (2, True, "need 2 more bytes at offset 1"),
        (1, True, r'need b"\r\n", not seen before the end at offset 3'),
        (1, True, r'need b"\r\n", not seen before the end at offset 6'),
        (1, True, 'need b"]]>", not seen before the end at offset 7 (in data)'),
        (0, False, "wait for 10 bytes of output to be read"),
        (0, False, "wait for 10 bytes of output to be read"),
        (0, True, "wait for the next call"),
        (1, True, "need 1 more byte at offset 11"),
        (1, True, "need 1 more byte at offset 12"),
    ]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (done, "it is done"),
        (failed, "it failed"),
        (failed_by_user, "it failed"),
        (closed, "it was closed"),
        (never_started, "it was closed"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_one_that_has_ended_waits_for_nothing(make, words):
    """No bytes would wake it, and no input helps."""
    conn = make()
    assert (conn.waiting, conn.needed, conn.wants_input) == (words, 0, False)


def test_wants_input_says_beforehand_what_send_will_refuse():
    """Blocked on output with more than max_buffered unread, `send` takes nothing."""
    conn = conversation()
    conn.send(b"12345678")
    assert not conn.wants_input
    conn.send(b"9")
    before = snapshot(conn)
    with pytest.raises(UsageError, match="blocked on output with more than 8 bytes unread"):
        conn.send(b"0")
    assert snapshot(conn) == before
    conn.send(b"")
    assert conn.read(6) == b"hello "
    assert conn.wants_input
    conn.send(b"0")
    assert conn.consumed == 2


def test_consumed_and_unconsumed_are_all_that_was_fed():
    """At every moment of every life."""
    fed = 0
    conn = conversation()
    for chunk in (b"", b"o", b"k", b"left", b"over"):
        conn.send(chunk)
        fed += len(chunk)
        assert conn.consumed + len(conn.unconsumed) == fed
        assert conn.pending_input == len(conn.unconsumed)
        conn.read()


def test_pending_output_is_what_was_written_and_not_read():
    """Read or not, it is told without letting the protocol go on."""
    conn = started()
    assert conn.pending_output == 6
    conn.read(2)
    assert conn.pending_output == 4


def test_error_is_a_new_copy_each_time():
    """None while there is none; never the object that was raised."""
    assert [make().error for make in (*RUNNING, done, *CLOSED)] == [None] * 6
    conn = failed()
    first, second = conn.error, conn.error
    assert first is not second
    assert (type(first), str(first)) == (ParseError, "bad command at offset 2")


@every(*RUNNING, *ENDED)
def test_its_repr_is_its_state_and_what_it_waits_for(make):
    """For a person at a prompt, or a log."""
    conn = make()
    assert repr(conn) == f"<Connection {conn.state.value}: {conn.waiting}>"


def test_looking_never_runs_the_protocol():
    """Only calls that pump do: lazy start holds until one comes."""
    ran = []

    @protocol
    def watched():
        ran.append(1)
        yield from read(1)

    conn = watched()
    snapshot(conn)
    conn.__enter__()
    assert ran == []
    conn.send(b"")
    assert ran == [1]


# The class.


def test_consumer_is_its_name_of_0_9():
    """An alias, not a subclass."""
    assert Consumer is Connection
    assert isinstance(started(), Consumer)


def test_states_are_their_names():
    """They compare with plain strings."""
    assert [state.value for state in State] == ["RUNNING", "DONE", "FAILED", "CLOSED"]
    assert started().state == "RUNNING"


def test_a_connection_takes_no_attributes_and_is_small():
    """A slip of the pen is an AttributeError."""
    conn = started()
    assert not hasattr(conn, "__dict__")
    with pytest.raises(AttributeError):
        conn.sent = 1


@pytest.mark.parametrize("how", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_connection_is_neither_copied_nor_pickled(how):
    """A generator cannot be: better an error now than two halves of one conversation."""
    with pytest.raises(TypeError, match="cannot be copied or pickled"):
        how(started())


def test_a_stream_is_a_connection_too():
    """Its events are the items, its result is None."""
    conn = stream(until(b"\n"))()
    conn.send(b"a\nb\n")
    assert conn.events() == [b"a", b"b"]
    conn.send_eof()
    assert conn.get_result() is None


def test_a_lane_may_take_what_is_sent():
    """Nobody is woken then; see `test_lanes`."""

    @protocol
    def sleeping():
        run = current()
        run.waiting, run.want, run.lane = Waiting.BYTES, 1, taking
        yield WAIT
        return "woken"

    def taking(given):
        run, chunk = given
        run.emitted.append(chunk)
        return True

    conn = sleeping()
    conn.send(b"")
    conn.send(b"ab")
    assert (conn.events(), conn.state) == ([b"ab"], State.RUNNING)
    conn.send(bytearray(b"c"))
    assert conn.get_result() == "woken"


def test_events_may_be_taken_while_an_alternative_is_open():
    """What comes behind it is emitted as usual."""

    @protocol
    def choosing():
        yield from emit(1)
        yield from choice(literal(b"ab"), literal(b"c"))
        yield from emit(2)

    conn = choosing()
    conn.send(b"a")
    assert conn.events() == [1]
    conn.send(b"b")
    assert conn.events() == [2]


# What is seen of staged code that pauses, beside the same without staging.


@wire
class Message:
    kind: int = field(uint8)
    body: bytes = field(label("text", length_prefixed(uint16)))


MESSAGE = record(Message)
WIRE = b"\1\0\3abc" + b"\2\0\1d"


def told(conn):
    """All that can be seen of a connection without a call that pumps, and then its events."""
    still = (conn.state, conn.needed, conn.waiting, conn.consumed, conn.unconsumed)
    return (*still, conn.pending_input, conn.wants_input, conn.has_result, conn.events())


def as_unstaged(use):
    """What *use* tells of a connection for messages, the same with staging and without."""
    with unstaged(MESSAGE):
        plain = use(Connection(lambda: items(MESSAGE)))
    with staged():
        assert use(Connection(lambda: items(MESSAGE))) == plain
    return plain


@pytest.mark.parametrize("fed", range(1, len(WIRE)))
def test_a_pause_shows_what_is_taken_and_where_it_is(fed):
    """As where each token was read when it was there."""

    def use(conn):
        conn.send(WIRE[:fed])
        before = told(conn)
        conn.send(b"")
        return before, told(conn)

    before, after = as_unstaged(use)
    assert before[:-1] == after[:-1]
    if fed == 5:
        assert before[1:6] == (1, "need 1 more byte at offset 5 (in body > text)", 3, b"ab", 2)


@pytest.mark.parametrize("fed", range(1, len(WIRE)))
@pytest.mark.parametrize("end", ["close", "send_eof"])
def test_the_end_in_a_pause_leaves_what_was_not_taken(fed, end):
    """It is closed, or fails on the token that was cut short."""

    def use(conn):
        conn.send(WIRE[:fed])
        with contextlib.suppress(IncompleteInput):
            getattr(conn, end)()
        return told(conn), str(conn.error)

    seen, _ = as_unstaged(use)
    assert seen[3] + seen[5] == fed


def test_events_are_taken_in_a_pause():
    """Those of the items before; what is emitted next is not lost."""

    def use(conn):
        conn.send(WIRE[:8])
        first = conn.events()
        conn.send(WIRE[8:])
        return first, conn.events(), conn.events()

    assert as_unstaged(use) == ([Message(1, b"abc")], [Message(2, b"d")], [])


def test_events_that_are_made_late_are_a_list_as_all_others():
    """Nobody sees the difference."""

    @protocol
    def giving():
        run = current()
        run.emitted = run.events = Later(iter("ab"))
        yield from emit("c")

    conn = giving()
    conn.send(b"")
    given = conn.events()
    assert (given, type(given)) == (["a", "b", "c"], list)
    assert conn.events() == []


def test_what_a_lane_leaves_over_is_for_the_protocol():
    """In the same call; and it is shown it as well before anybody looks how it stands."""

    @protocol
    def sleeping():
        run = current()
        for _ in range(2):
            run.waiting, run.want, run.lane = Waiting.BYTES, 1, taking
            yield WAIT
            run.emitted.append((yield from read(1)))

    def taking(given):
        run, chunk = given
        run.input.data = chunk
        if chunk == b"a":
            run.leave_lane()
        return True

    conn = sleeping()
    conn.send(b"")
    conn.send(b"a")
    assert conn.events() == [b"a"]
    conn.send(b"bc")
    assert conn.events() == []
    assert (conn.pending_input, conn.events()) == (1, [b"b"])


@pytest.mark.parametrize("interrupted", [False, True])
def test_a_lane_that_has_ended_leaves_the_chunk_to_the_protocol(interrupted):
    """It has left; or an interruption has ended it, before it took anything."""

    @protocol
    def sleeping():
        run = current()
        for _ in range(3):
            run.waiting, run.want, run.lane = Waiting.BYTES, 1, lane.send
            yield WAIT
            run.emitted.append((yield from read(2)))

    def taking():
        run, chunk = yield True
        if interrupted:
            raise KeyboardInterrupt
        run.input.data = chunk
        run.leave_lane()

    lane = taking()
    next(lane)
    conn = sleeping()
    conn.send(b"")
    with pytest.raises(KeyboardInterrupt) if interrupted else contextlib.nullcontext():
        conn.send(b"ab")
    conn.send(b"cd")
    assert conn.events() == ([b"cd"] if interrupted else [b"ab", b"cd"])


def test_nobody_inside_of_a_lane_is_shown_more_than_there_is():
    """The protocol cannot be asked there."""
    shown = []

    @protocol
    def sleeping():
        run = current()
        run.waiting, run.want, run.lane = Waiting.BYTES, 1, taking
        yield WAIT

    def taking(given):
        run, chunk = given
        run.input.data = chunk
        shown.append((conn.needed, conn.consumed, conn.unconsumed))
        return True

    conn = sleeping()
    conn.send(b"")
    conn.send(b"ab")
    assert shown == [(0, 0, b"ab")]


class Interrupting(list):
    """A key that is taken, and then somebody presses Ctrl-C."""

    def pop(self):
        super().pop()
        raise KeyboardInterrupt


@pytest.mark.parametrize("call", [lambda conn: conn.send(b"a;"), lambda conn: conn.events()])
def test_an_interruption_at_the_door_leaves_it_open(call):
    """Whoever is interrupted there has not been inside."""
    conn = stream(until(b";"))()
    conn._key = Interrupting([None])
    with pytest.raises(KeyboardInterrupt):
        call(conn)
    conn._key = [*conn._key]
    conn.send(b"b;")
    assert conn.events() == [b"b"]


@pytest.mark.parametrize("left", [False, True])
def test_what_interrupts_a_lane_is_raised(left):
    """Where the lane has taken the chunk, the protocol has failed with it."""
    conn = stream(until(b";"))()
    conn.send(b"")

    def interrupted(given):
        if left:
            conn._run.leave_lane()
        raise KeyboardInterrupt

    conn._run.lane = interrupted
    with pytest.raises(KeyboardInterrupt):
        conn.send(b"a;")
    assert conn.state is (State.FAILED if left else State.RUNNING)
