"""A failure stays, tells the truth, and costs nobody what came before it."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ohneio import (
    IncompleteInput,
    LimitExceeded,
    Limits,
    NoResult,
    ParseError,
    State,
    UsageError,
    at_eof,
    emit,
    exactly,
    literal,
    parser,
    protocol,
    read,
    stream,
    until,
    wait,
    write,
)
from tests.properties.outcomes import EAGER, LATE, error_of, outcome, told
from tests.properties.protocols import SAMPLES
from tests.strategies import bytes_of, chunked, mutated

BY_NAME = {sample.name: sample for sample in SAMPLES}
OTHERS = (0x00, 0x0A, 0x30, 0x39, 0x5B, 0xFF)


def mutations(data):
    """The data with each of its bytes changed in some ways, and cut off before each."""
    for at, byte in enumerate(data):
        for other in {*OTHERS, byte ^ 1} - {byte}:
            yield data[:at] + bytes([other]) + data[at + 1 :]
        yield data[:at]


def run_into_it(factory, data):
    """A connection that was fed *data* and its end, whatever came of it."""
    conn = factory()
    for call in (lambda: conn.send(data), conn.read, conn.send_eof, conn.read):
        if conn.state is State.RUNNING:
            error_of(call)
    return conn


def assert_failure_stays(conn, fed):
    """Each call that would need the protocol raises an equal error, five times over."""
    first = told(conn.error)
    stands = (conn.consumed, conn.unconsumed)
    assert fed[conn.consumed :] == conn.unconsumed
    for _ in range(5):
        for call in (
            lambda: conn.send(b"more"),
            lambda: conn.send(b""),
            conn.send_eof,
            conn.get_result,
        ):
            again = error_of(call)
            assert told(again) == first
            assert again is not conn.error
        assert not conn.has_result
        assert not conn.wants_input
        assert conn.waiting == "it failed"
        assert (conn.consumed, conn.unconsumed, conn.state) == (*stands, State.FAILED)
    conn.close()
    assert (conn.consumed, conn.unconsumed, conn.state) == (*stands, State.FAILED)


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_NAME)
def test_every_byte_of_the_corpus_changed(name):
    """Whatever byte is wrong: a `ParseError` or a value, the failure stays, no byte is lost."""
    sample, failed = BY_NAME[name], 0
    for data in [sample.short, *sample.tiny, sample.medium]:
        for wrong in mutations(data):
            conn = run_into_it(sample.factory, wrong)
            if conn.state is State.FAILED:
                failed += 1
                assert isinstance(conn.error, ParseError)
                assert 0 <= conn.error.offset <= len(wrong)
                assert_failure_stays(conn, wrong)
            else:
                assert conn.state is State.DONE
                assert wrong[conn.consumed :] == conn.unconsumed
    assert failed


@pytest.mark.nightly
@pytest.mark.parametrize("name", BY_NAME)
def test_every_byte_of_the_long_corpus_changed(name):
    """The same with each byte changed to each other."""
    sample = BY_NAME[name]
    for at in range(len(sample.long)):
        for byte in range(256):
            wrong = sample.long[:at] + bytes([byte]) + sample.long[at + 1 :]
            conn = run_into_it(sample.factory, wrong)
            assert wrong[conn.consumed :] == conn.unconsumed
            if conn.state is State.FAILED:
                assert isinstance(conn.error, ParseError)
                assert_failure_stays(conn, wrong)


@pytest.mark.parametrize("name", BY_NAME)
@given(draw=st.data())
def test_any_bytes_fail_for_good(name, draw):
    """In any chunks; what was fed is what was consumed and what was not."""
    sample = BY_NAME[name]
    data = draw.draw(mutated(sample.corpus) | bytes_of(sample.alphabet))
    conn, fed = sample.factory(), b""
    for chunk in draw.draw(chunked(data)):
        if conn.state is State.FAILED:
            break
        fed += chunk
        error_of(conn.send, chunk)
        conn.read()
        assert conn.consumed + len(conn.unconsumed) == len(fed)
    if conn.state is State.FAILED:
        assert_failure_stays(conn, fed)


# What came before it.


@parser
def picky():
    """A line that must not be `bad`."""
    line = yield from until(b"\n", max=20)
    if line == b"bad":
        raise ParseError("bad line")
    return line


@protocol
def echo_and_emit():
    while not (yield from at_eof()):
        line = yield from picky
        yield from emit(line)
        yield from write(line + b"\n")


@pytest.mark.parametrize("pull", [EAGER, LATE], ids=repr)
@pytest.mark.parametrize("cut", [1, 3, 100])
def test_what_came_before_a_failure_is_still_there(pull, cut):
    """Output and events from before, and nothing from after, whichever call ran into it."""
    data = b"one\ntwo\nbad\nthree\n"
    chunks = [data[at : at + cut] for at in range(0, len(data), cut)]

    seen = outcome(echo_and_emit, chunks, pull=pull)

    assert (seen.output, seen.events) == (b"one\ntwo\n", (b"one", b"two"))
    assert seen.state is State.FAILED


@pytest.mark.parametrize(
    "run_into",
    [lambda c: c.read(), lambda c: c.read(5), lambda c: c.read(4) + c.read(1) + c.read()],
    ids=["all", "some", "in pieces"],
)
def test_a_read_that_runs_into_a_failure_gives_what_there_is(run_into):
    """`read` never raises it; `send`, `send_eof` and `get_result` do afterwards."""
    conn = echo_and_emit()
    conn.send(b"one\nbad\n")
    assert conn.state is State.RUNNING  # blocked on its output

    assert run_into(conn) == b"one\n"
    assert conn.state is State.FAILED
    assert conn.events() == [b"one"]
    assert_failure_stays(conn, b"one\nbad\n")


@pytest.mark.parametrize("ask", ["events", "has_result", "read"])
def test_only_some_calls_raise_the_failure(ask):
    """`events`, `has_result` and `read` hand over what there is, also when they ran into it."""

    @protocol
    def after_a_turn():
        yield from emit(1)
        yield from wait()
        yield from wait()
        yield from emit(2)
        raise ParseError("no")

    conn = after_a_turn()
    conn.send(b"")
    given = {
        "events": conn.events,
        "has_result": lambda: conn.has_result,
        "read": conn.read,
    }[ask]()
    assert conn.state is State.FAILED
    assert given == {"events": [1, 2], "has_result": False, "read": b""}[ask]
    assert conn.events() == ([] if ask == "events" else [1, 2])
    with pytest.raises(ParseError, match="no"):
        conn.get_result()


def test_output_of_a_failing_protocol_is_there_in_full():
    """A last word, written just before it failed, can be read afterwards, in pieces too."""

    @protocol
    def last_word():
        try:
            yield from literal(b"hello")
        except ParseError:
            conn_output = b"go away" * 1000
            yield from write(conn_output)
            raise

    conn = last_word()
    conn.send(b"howdy")
    assert conn.state is State.RUNNING
    pieces = []
    while piece := conn.read(999):
        pieces.append(piece)
    assert b"".join(pieces) == b"go away" * 1000
    with pytest.raises(ParseError):
        conn.send(b"")


# Where it stands.


@pytest.mark.parametrize(
    ("item", "data", "consumed", "offset"),
    [
        (literal(b"abc"), b"abx", 0, 0),
        (exactly(2), b"ab" + b"c", 2, 3),
        (until(b";"), b"a;" + b"bc", 2, 4),
        (until(b";", max=2), b"a;" + b"bcd;", 2, 2),
        (literal(b"ab"), b"ab" + b"a", 2, 3),
    ],
)
def test_unconsumed_begins_with_the_token_that_failed(item, data, consumed, offset):
    """The first byte of the token; the offset is that too, but where the input ended."""
    for end in (True, False):
        seen = outcome(stream(item), [data], eof=end)
        if seen.error is None:
            continue
        assert seen.consumed == consumed
        assert seen.error[2]["offset"] == offset


def test_a_users_exception_leaves_what_the_last_token_left():
    """It has no offset of its own: consumed is what the protocol took before it."""

    @protocol
    def careless():
        yield from exactly(3)
        raise KeyError("oops")

    conn = careless()
    with pytest.raises(KeyError, match="oops"):
        conn.send(b"abcdef")
    assert (conn.consumed, conn.unconsumed) == (3, b"def")
    for call in (lambda: conn.send(b"x"), conn.send_eof, conn.get_result):
        with pytest.raises(KeyError, match="oops"):
            call()


@pytest.mark.parametrize("data", [b"", b"4:ab", b"2:ab,3", b"2:ab,3:abc"])
def test_the_end_inside_an_item_says_how_much_was_there(data):
    """`.have` counts the item's bytes, `.needed` the least missing, `.offset` is the end."""

    @parser
    def netstring():
        size = int((yield from until(b":")))
        body = yield from exactly(size)
        yield from literal(b",")
        return body

    conn = stream(netstring)()
    conn.send(data)
    items = b"".join(b"%d:%s," % (len(one), one) for one in conn.events())
    if len(items) == len(data):
        conn.send_eof()
        assert conn.has_result
        return
    with pytest.raises(IncompleteInput) as caught:
        conn.send_eof()
    assert caught.value.offset == len(data)
    assert caught.value.have == len(data) - len(items)
    assert caught.value.needed >= 1


@pytest.mark.parametrize(
    ("delimiter", "data", "needed"),
    [(b"\n", b"abc", 1), (b"\r\n", b"abc", 2), (b"\r\n", b"abc\r", 1), (b"aab", b"aaa", 1)],
)
def test_the_end_before_a_delimiter_says_how_much_of_it_is_missing(delimiter, data, needed):
    """What has begun of it counts, however it came."""
    for at in range(len(data) + 1):
        error = outcome(stream(until(delimiter)), [data[:at], data[at:]]).error
        assert error[0] is IncompleteInput
        assert error[2]["needed"] == needed


# Equal errors.


ERRORS = {
    "mismatch": (stream(literal(b"abc")), b"abd"),
    "short": (stream(exactly(3)), b"ab"),
    "limit": (stream(until(b";", max=2)), b"abc"),
    "depth": (stream(picky, limits=Limits(max_depth=0)), b"a"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_equal_error_is_made_anew(name):
    """Same class, text and offset, another object, no traceback that grows, no context."""
    factory, data = ERRORS[name]
    conn = run_into_it(factory, data)
    seen = [conn.error, conn.error]
    for _ in range(3):
        with pytest.raises(ParseError) as caught:
            conn.get_result()
        assert len(caught.traceback) <= 4
        assert caught.value.__context__ is None
        assert caught.value.__cause__ is None
        seen.append(caught.value)
    assert len({id(error) for error in seen}) == len(seen)
    assert len({str(error) for error in seen}) == 1
    assert len({type(error) for error in seen}) == 1


@pytest.mark.parametrize("name", ERRORS)
def test_errors_survive_being_copied_and_pickled(name):
    """For a process pool, or a log of errors."""
    factory, data = ERRORS[name]
    error = run_into_it(factory, data).error

    assert told(copy.copy(error)) == told(error)
    assert told(copy.deepcopy(error)) == told(error)
    assert told(pickle.loads(pickle.dumps(error))) == told(error)


def test_notes_do_not_pile_up():
    """A note that an embedder adds to what it caught is on that error alone."""

    @protocol
    def noted():
        try:
            yield from literal(b"x")
        except ParseError as error:
            error.add_note("from inside")
            raise

    conn = noted()
    for _ in range(3):
        with pytest.raises(ParseError) as caught:
            conn.send(b"y")
        assert caught.value.__notes__ == ["from inside"]
        caught.value.add_note("from outside")


# Failures of the caller.


def test_what_the_caller_does_wrong_does_not_fail_the_connection():
    """A `UsageError` leaves it as it was: nothing taken, still running."""
    conn = echo_and_emit()
    conn.send(b"on")
    for wrong in ("text", None, 3, [b"x"], {1: 2}):
        with pytest.raises(UsageError):
            conn.send(wrong)
    for wrong in (-1, 1.5, "1", None):
        with pytest.raises(UsageError):
            conn.read(wrong)
    with pytest.raises(NoResult):
        conn.get_result()

    conn.send(b"e\n")
    assert conn.read() == b"one\n"
    assert conn.state is State.RUNNING


def test_limits_are_checked_when_made():
    """A bound is a number of 0 or more."""
    for wrong in (-1, 1.5, None, "1", True):
        with pytest.raises(UsageError):
            Limits(max_buffered=wrong)


def test_a_limit_that_is_caught_is_over():
    """Who catches a `LimitExceeded` goes on from where the token began."""

    @protocol
    def lenient():
        try:
            yield from until(b";", max=2)
        except LimitExceeded:
            return (yield from read(3))

    conn = lenient()
    conn.send(b"abc")
    assert conn.get_result() == b"abc"
