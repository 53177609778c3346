"""Bytes that are at hand: all of them are parsed, and what is wrong is raised last."""

import pytest

from ohneio import (
    IncompleteInput,
    LimitExceeded,
    Limits,
    NoResult,
    UsageError,
    literal,
    many,
    parser,
    span,
    stream,
    until,
    write,
)
from ohneio.core._feeding import fed, outcome
from ohneio.core._input import Input

FIELD = until(b";")


def test_all_of_the_bytes_are_fed_and_then_their_end():
    """What comes of them is returned, or raised; where they are may be given, too."""
    assert outcome(FIELD.__iter__, b"ab;", Limits()) == b"ab"
    elsewhere = Input(10)
    elsewhere.base = 100
    assert outcome(span(FIELD).__iter__, b"ab;", Limits(), elsewhere) == (100, 103, b"ab")
    with pytest.raises(IncompleteInput):
        outcome(FIELD.__iter__, b"ab", Limits())


def test_what_is_emitted_comes_before_what_is_raised():
    """Both of one call."""
    conn = stream(FIELD.map(int))()
    given, got = fed(conn, lambda: conn.send(b"1;2;x;")), []
    with pytest.raises(ValueError, match="invalid literal"):
        got.extend(iter(lambda: next(given), None))
    assert got == [1, 2]
    assert [*fed(stream(FIELD)(), lambda: None)] == []


def test_an_end_that_decides_is_an_end():
    """What could have gone on ends with the data, in `parse` and in `parse_prefix`."""
    items = many(literal(b"ab"))
    assert items.parse(b"abab") == [b"ab", b"ab"]
    assert items.parse_prefix(b"ababa") == ([b"ab", b"ab"], b"a")


def test_one_who_writes_has_no_result_when_parsed():
    """There is nobody to take the output."""

    @parser
    def writing():
        yield from write(b"abc")

    with pytest.raises(NoResult, match="wait for 3 bytes of output to be read"):
        writing.parse(b"")


@pytest.mark.parametrize(
    ("chunks", "error"),
    [
        ([b"a;b;c"], IncompleteInput),
        ([b"a;b;", b"c"], IncompleteInput),
        ([b"a;b;toolong;"], LimitExceeded),
        ([b"a;b;too", b"long;"], LimitExceeded),
        ([b"a;b;", "text"], UsageError),
    ],
)
def test_the_items_before_a_failure_are_given_first(chunks, error):
    """However the input was cut."""
    items, got = until(b";", max=3).parse_stream(chunks), []
    with pytest.raises(error):
        got.extend(iter(lambda: next(items), None))
    assert got == [b"a", b"b"]


def test_the_items_before_a_users_exception_are_given_first():
    """As before any other failure."""
    items, got = FIELD.map(int).parse_stream([b"1;2;x;"]), []
    with pytest.raises(ValueError, match="invalid literal"):
        got.extend(iter(lambda: next(items), None))
    assert got == [1, 2]
