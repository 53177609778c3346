"""Waits, for primitives and parsers."""

import pytest

from ohneio import (
    IncompleteInput,
    LimitExceeded,
    Limits,
    ParseError,
    Parser,
    UsageError,
    at_eof,
    choice,
    exactly,
    literal,
    one_of,
    parser,
    protocol,
    read,
    seq,
    sized,
    until,
    wait,
    write,
)
from ohneio.core._steps import current
from tests.core.running import error_of, outcomes, started

# Bounds.


@pytest.mark.parametrize("grammar", [exactly(5), literal(b"abcde"), until(b";")], ids=repr)
@pytest.mark.parametrize("data", [b"abcd;xyz", b"abcde;xyz"], ids=repr)
def test_max_buffered_trips_at_limit_plus_1_whatever_the_cuts(grammar, data):
    """A count is refused before its bytes arrive, a search as soon as it has passed."""
    limits = Limits(max_buffered=4)
    told = outcomes(grammar, data, limits=limits, end=False)
    if grammar == until(b";") and data == b"abcd;xyz":
        assert told == {("b'abcd'", 5)}
    else:
        text = "more than the 4 bytes allowed (max_buffered) at offset 0"
        assert told == {(LimitExceeded, text, 0, 0)}


def test_a_count_over_the_limit_is_refused_with_nothing_there():
    """Before its first byte."""
    conn = protocol(limits=Limits(max_buffered=4))(exactly(5))()
    with pytest.raises(LimitExceeded):
        conn.send(b"")


class Before(Parser):
    """The bytes before a delimiter, which stays where it is."""

    def _parse(self):
        run = current()
        size = yield from run.find(b"\r\n", 5)
        return run.input.take(size)


def test_a_delimiter_can_be_waited_for_without_taking_it():
    """Its place is told, however the input is cut; behind the limit it is not looked for."""
    assert outcomes(Before(), b"ab\rc\r\nd") == {("b'ab\\rc'", 4)}
    assert isinstance(error_of(Before(), b"abcdef\r\n"), LimitExceeded)
    assert isinstance(error_of(Before(), b"abc\r"), IncompleteInput)


@pytest.mark.parametrize(("max_", "name"), [(3, "max"), (4, "max"), (5, "max_buffered")])
def test_of_two_bounds_the_smaller_holds_and_is_named(max_, name):
    """The parser's own and the connection's."""
    grammar, limits = until(b";", max=max_), Limits(max_buffered=4)
    bound = min(max_, 4)
    assert outcomes(grammar, b"abcdefg"[:bound] + b";", limits=limits) == {
        (repr(b"abcdefg"[:bound]), bound + 1)
    }
    error = error_of(grammar, b"abcdefg"[: bound + 1] + b";", limits=limits)
    assert isinstance(error, LimitExceeded)
    assert (error.limit, error.name, error.offset) == (bound, name, 0)


def test_an_alternative_that_waits_holds_no_more_than_is_allowed():
    """It is asked before it goes to sleep."""
    limits, two = Limits(max_buffered=4), exactly(2)
    grammar = choice(seq(two, until(b";")), literal(b"x"))
    assert outcomes(grammar, b"aab;", limits=limits) == {("(b'aa', b'b')", 4)}
    grammar = choice(seq(two, exactly(3), until(b";")), literal(b"x"))
    error = error_of(grammar, b"aabbbc", limits=limits, end=False)
    assert isinstance(error, LimitExceeded)
    assert error.offset == 0


def test_so_many_bytes_are_waited_for_as_are_not_there():
    """However they come."""
    pair = seq(one_of(b"ab"), one_of(b"ab"))
    assert outcomes(pair, b"ab") == {("(b'a', b'b')", 2)}
    assert str(error_of(pair, b"a")) == "need 1 more byte at offset 1 when the input ended"


def test_a_search_that_was_begun_is_gone_on_with():
    """By the first who seeks, and by nobody else."""
    run = started()
    run.begun = begun = run.input.seek(b";", 100)
    assert run.seek(b";", 100, seen=True) is begun
    assert run.seek(b";", 100, seen=True) is not begun


# Ends.


@pytest.mark.parametrize(
    ("grammar", "data", "needed", "have", "text"),
    [
        (exactly(5), b"ab", 3, 2, "need 3 more bytes at offset 2 when the input ended"),
        (exactly(5), b"", 5, 0, "need 5 more bytes at offset 0 when the input ended"),
        (
            until(b"\r\n"),
            b"ab\r",
            1,
            3,
            r'need 1 more byte at offset 3 when the input ended, expected b"\r\n"',
        ),
        (
            literal(b"abcde"),
            b"ab",
            3,
            2,
            'need 3 more bytes at offset 2 when the input ended, expected b"abcde"',
        ),
        (
            exactly(3) >> exactly(5),
            b"abcde",
            3,
            5,
            "need 3 more bytes at offset 5 when the input ended",
        ),
    ],
    ids=repr,
)
def test_the_end_of_input_tells_what_was_missing_and_what_was_there(
    grammar, data, needed, have, text
):
    """Of the outermost parser: also where its first part was complete."""
    error = error_of(grammar, data)
    assert isinstance(error, IncompleteInput)
    assert (error.needed, error.have, str(error)) == (needed, have, text)


@pytest.mark.parametrize(
    ("grammar", "text"),
    [
        (exactly(5), "need more bytes at offset 3, where the frame ends"),
        (literal(b"abcde"), 'expected b"abcde" at offset 3, where the frame ends'),
        (until(b";"), 'expected b";" at offset 3, where the frame ends'),
    ],
    ids=repr,
)
def test_shortage_in_a_frame_is_an_error_and_no_wait(grammar, text):
    """Told as soon as the frame is known to be too small; the leftover begins with the token."""
    error = error_of(sized(3, grammar), b"abcdef;", end=False)
    assert type(error) is ParseError
    assert str(error) == text


def test_the_end_of_input_may_be_waited_for():
    """With bytes there it is no end; inside a frame the frame's end counts."""

    @parser
    def count():
        n = 0
        while not (yield from at_eof()):
            yield from read(1)
            n += 1
        return n

    assert count.parse(b"abc") == 3
    assert sized(2, count).parse(b"ab") == 2
    assert seq(sized(2, count), count).parse(b"abcde") == (2, 3)
    with pytest.raises(IncompleteInput) as caught:
        sized(5, count).parse(b"ab")
    assert caught.value.needed == 3


# wait.


def test_a_wait_that_takes_nothing_while_the_input_grows_has_failed():
    """With more than max_buffered unread, where it stands."""

    @protocol(limits=Limits(max_buffered=2))
    def idle():
        yield from read(1)
        while True:
            yield from wait()

    conn = idle()
    conn.send(b"abc")
    with pytest.raises(LimitExceeded, match=r"^more than the 2 bytes allowed \(max_buffered\)"):
        conn.send(b"d")
    assert conn.error.offset == 1


def test_a_wait_after_the_end_of_input_is_an_end_of_input():
    """With no output owed nothing will ever come."""

    @protocol
    def late():
        yield from read(1)
        while True:
            yield from wait()

    conn = late()
    conn.send(b"a")
    with pytest.raises(IncompleteInput) as caught:
        conn.send_eof()
    assert (caught.value.have, caught.value.needed) == (0, 1)


def test_a_write_is_over_when_its_output_is_and_not_before():
    """And at once while the connection is being closed, where waiting is refused."""

    @protocol
    def writing():
        try:
            yield from write(b"ab")
            yield from read(1)
        finally:
            yield from write(b"bye")
            yield from read(1)

    conn = writing()
    assert conn.read() == b"ab"
    with pytest.raises(UsageError, match="cannot wait while the connection is being closed"):
        conn.close()
    assert conn.read() == b"bye"


def test_a_wait_that_makes_progress_may_see_more_than_the_limit():
    """Only one that takes nothing and waits again has failed."""

    @protocol(limits=Limits(max_buffered=2))
    def slow():
        for _ in range(5):
            yield from wait()
            yield from read(1)
        return "done"

    conn = slow()
    conn.send(b"abcdefgh")
    for _ in range(4):
        conn.send(b"")
    assert conn.get_result() == "done"
