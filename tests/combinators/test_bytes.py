"""Runs of bytes: counted, delimited, given."""

import itertools

import pytest

from ohneio import (
    BuildError,
    IncompleteInput,
    LimitExceeded,
    Limits,
    ParseError,
    State,
    UsageError,
    exactly,
    literal,
    parser,
    protocol,
    read,
    seq,
    sized,
    until,
)
from tests.combinators.cuts import cuts, fed

LARGE = 10_000


def told(parser, data, limits=None):
    """What comes of the data, which must not depend on how it is cut."""
    outcomes = [fed(parser, chunks, limits or Limits()) for chunks in cuts(data)]
    assert len({str(one.details()) for one in outcomes}) == 1
    return outcomes[0]


def error_of(parser, data, limits=None):
    """The error that comes of the data."""
    outcome = told(parser, data, limits)
    assert outcome.state is State.FAILED
    return outcome.error


# exactly.


@pytest.mark.parametrize("n", [0, 1, 3, 7])
def test_exactly_takes_so_many_bytes(n):
    """However they are cut, and at the very byte."""
    outcome = told(exactly(n), b"abcdefg")
    assert (outcome.value, outcome.consumed, outcome.after) == (b"abcdefg"[:n], n, n)


def test_exactly_fails_only_where_the_input_ends_before():
    """Nothing is taken then."""
    error = error_of(exactly(5), b"abc")
    assert type(error) is IncompleteInput
    assert (error.offset, error.needed, error.have) == (3, 2, 3)
    assert told(exactly(5), b"abc").consumed == 0


@pytest.mark.parametrize("data", [b"", b"abcd", b"abcdefgh"], ids=repr)
def test_exactly_more_than_the_limit_is_refused_before_it_arrives(data):
    """And the limit itself is not."""
    limits = Limits(max_buffered=4)
    assert told(exactly(4), b"abcdef", limits).value == b"abcd"
    error = error_of(exactly(5), data, limits)
    assert type(error) is LimitExceeded
    assert (error.name, error.limit, error.offset) == ("max_buffered", 4, 0)


def test_a_large_count_is_joined_from_its_chunks():
    """Whatever their sizes."""
    data = bytes(range(250)) * 80
    for size in (1, 999, 4096, 4097, 100_000):
        conn = protocol(exactly(len(data) - 1))()
        for start in range(0, len(data), size):
            conn.send(data[start : start + size])
        assert conn.get_result() == data[:-1]
        assert conn.unconsumed == data[-1:]


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_exactly_builds_a_value_of_that_size(kind):
    """Of anything bytes-like."""
    assert exactly(3).build(kind(b"abc")) == b"abc"
    assert exactly(0).build(kind(b"")) == b""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"ab", "expected exactly 3 bytes, not 2"),
        (b"abcd", "expected exactly 3 bytes, not 4"),
        ("abc", "expected bytes, not str"),
        (None, "expected bytes, not NoneType"),
    ],
    ids=repr,
)
def test_exactly_builds_no_other(value, text):
    """A size that does not fit, or no bytes."""
    with pytest.raises(BuildError) as caught:
        exactly(3).build(value)
    assert str(caught.value) == text


@pytest.mark.parametrize("n", [-1, 1.5, "3", None, True], ids=repr)
def test_exactly_wants_a_number_of_0_or_more(n):
    """When it is made."""
    with pytest.raises(UsageError, match=r"^expected a number of 0 or more, not "):
        exactly(n)


# until.


@pytest.mark.parametrize("delimiter", [b";", b"\r\n", b"aab", b"abab", b"-----"])
def test_until_takes_the_bytes_before_the_delimiter_and_the_delimiter_too(delimiter):
    """Also where pieces of one stand before it, and wherever it is cut."""
    for before in (b"", b"x", delimiter[:-1], b"ab" + delimiter[:-1] + b"x", b"\r\r", b"a" * 9):
        data = before + delimiter + b"rest" + delimiter
        size = data.index(delimiter)
        for token, value in (
            (until(delimiter), data[:size]),
            (until(delimiter, include=True), data[: size + len(delimiter)]),
            (until(delimiter, max=99), data[:size]),
        ):
            outcome = told(token, data)
            assert outcome.value == value
            assert outcome.consumed == outcome.after == size + len(delimiter)


@pytest.mark.parametrize("delimiter", [b"ab", b"aab"])
def test_until_finds_what_the_built_in_finds(delimiter):
    """In all strings of six letters."""
    for letters in itertools.product(b"ab", repeat=6):
        data = bytes(letters)
        outcome = told(until(delimiter), data)
        if delimiter in data:
            assert outcome.value == data.partition(delimiter)[0]
        else:
            assert type(outcome.error) is IncompleteInput


def test_until_at_the_end_of_input_tells_what_is_missing():
    """The least: what had begun of a delimiter counts."""
    for data, needed in ((b"", 2), (b"abc", 2), (b"abc\r", 1), (b"\r\r", 1)):
        error = error_of(until(b"\r\n"), data)
        assert type(error) is IncompleteInput
        assert (error.offset, error.needed, error.have) == (len(data), needed, len(data))
        assert error.expected == (r'b"\r\n"',)
        assert told(until(b"\r\n"), data).consumed == 0


@pytest.mark.parametrize("include", [False, True])
@pytest.mark.parametrize("size", [0, 1, 5])
def test_max_counts_the_value_without_its_delimiter_and_trips_at_one_more(size, include):
    """Whatever the cuts, and without waiting for bytes that could change nothing."""
    parser = until(b"\r\n", include=include, max=size)
    inside = b"x" * size + b"\r\n"
    assert told(parser, inside).value == (inside if include else b"x" * size)
    error = error_of(parser, b"x" + inside)
    assert type(error) is LimitExceeded
    assert (error.name, error.limit, error.offset) == ("max", size, 0)
    conn = protocol(parser)()
    conn.send(b"x" * size + b"\r")
    assert conn.state is State.RUNNING
    conn = protocol(parser)()
    with pytest.raises(LimitExceeded):
        conn.send(b"x" * (size + 1))


@pytest.mark.parametrize(("size", "name"), [(2, "max"), (3, "max"), (4, "max_buffered")])
def test_the_smaller_of_max_and_max_buffered_holds(size, name):
    """And is named."""
    error = error_of(until(b";", max=size), b"abcdef;", Limits(max_buffered=3))
    assert (error.name, error.limit) == (name, min(size, 3))


def test_a_delimiter_behind_the_limit_is_not_found_though_it_is_there():
    """In one chunk, with the bytes behind it."""
    for data in (b"abcd;ef", b"abcd;" + b"x" * LARGE):
        error = error_of(until(b";"), data, Limits(max_buffered=3)) if len(data) < 99 else None
        conn = protocol(until(b";"), limits=Limits(max_buffered=3))()
        with pytest.raises(LimitExceeded):
            conn.send(data)
        assert error is None or error.offset == 0


@pytest.mark.parametrize("value", [b"", b"ab", b"\r", b"\n", b"a\rb"], ids=repr)
def test_until_builds_the_value_and_the_delimiter(value):
    """Which parse to the value again."""
    assert until(b"\r\n").build(value) == value + b"\r\n"
    assert until(b"\r\n").parse(value + b"\r\n") == value
    included = until(b"\r\n", include=True)
    assert included.build(value + b"\r\n") == value + b"\r\n"
    assert included.parse(value + b"\r\n") == value + b"\r\n"


@pytest.mark.parametrize(
    ("parser", "value"),
    [
        (until(b"\r\n"), b"a\r\nb"),
        (until(b"\r\n"), b"\r\n"),
        (until(b"aa"), b"xa"),
        (until(b"\r\n", include=True), b"ab"),
        (until(b"\r\n", include=True), b""),
        (until(b"\r\n", include=True), b"\n"),
        (until(b"\r\n", include=True), b"a\r\nb\r\n"),
        (until(b"\r\n", include=True), b"a\r\nb"),
    ],
    ids=repr,
)
def test_until_builds_nothing_that_would_end_elsewhere(parser, value):
    """A delimiter inside, or one that the value and the delimiter make together."""
    with pytest.raises(BuildError, match=r"belongs at the end and nowhere before$"):
        parser.build(value)


def test_until_builds_at_most_max_bytes():
    """As many as it parses."""
    parser = until(b";", max=3)
    assert parser.build(b"abc") == b"abc;"
    with pytest.raises(BuildError, match=r"^expected at most 3 bytes, not 4$"):
        parser.build(b"abcd")
    with pytest.raises(BuildError, match=r"^expected bytes, not int$"):
        parser.build(5)


@pytest.mark.parametrize(
    ("args", "text"),
    [
        ((b"",), "expected at least one byte"),
        (("x",), "expected bytes, not str"),
        ((5,), "expected bytes, not int"),
        ((b";", False, -1), "expected a number of 0 or more, not -1"),
        ((b";", False, None), "expected a number of 0 or more, not None"),
    ],
)
def test_until_wants_a_delimiter_and_a_number(args, text):
    """When it is made."""
    with pytest.raises(UsageError) as caught:
        until(*args)
    assert str(caught.value) == text


def test_a_delimiter_cannot_be_changed_from_outside():
    """What is not bytes is copied."""
    delimiter = bytearray(b";")
    parsers = until(delimiter), literal(delimiter)
    delimiter[:] = b"x"
    assert [parser.parse_prefix(b";")[1] for parser in parsers] == [b"", b""]


# literal.


def test_literal_takes_exactly_the_given_bytes():
    """And gives them."""
    outcome = told(literal(b"GET "), b"GET /")
    assert (outcome.value, outcome.consumed, outcome.after) == (b"GET ", 4, 4)


@pytest.mark.parametrize("at", range(4))
def test_literal_fails_on_its_first_wrong_byte(at):
    """Without waiting for another; what was found runs to that byte and no further."""
    data = b"GET "[:at] + b"?" + b"behind"
    outcome = told(literal(b"GET "), data)
    assert type(outcome.error) is ParseError
    assert outcome.error.offset == 0
    assert outcome.error.found == data[: at + 1]
    assert outcome.error.expected == ('b"GET "',)
    assert (outcome.consumed, outcome.after) == (0, at + 1)


def test_a_long_literal_shows_32_bytes_of_what_was_found():
    """However far it got."""
    expected = bytes(range(97, 123)) * 4
    error = error_of(literal(expected), expected[:-1] + b"?")
    assert error.found == expected[:32]


def test_literal_waits_only_while_all_that_is_there_is_right():
    """At the end of the input it tells how much is missing."""
    for size in range(4):
        error = error_of(literal(b"GET "), b"GET "[:size])
        assert type(error) is IncompleteInput
        assert (error.needed, error.have, error.offset) == (4 - size, size, size)


def test_a_literal_over_the_limit_is_refused():
    """As a count would be: before its first byte, however many are there."""
    limits = Limits(max_buffered=3)
    assert told(literal(b"abc"), b"abc", limits).value == b"abc"
    for data in (b"", b"abcd", b"x"):
        assert error_of(literal(b"abcd"), data, limits).name == "max_buffered"


def test_a_literal_that_a_frame_has_no_room_for_is_refused_at_once():
    """It could not be there, whatever came."""
    for data in (b"abcd", b"aXcd", b""):
        outcome = told(sized(3, literal(b"abcd")), data)
        assert (type(outcome.error), outcome.error.offset, outcome.after) == (ParseError, 3, 0)
    assert told(sized(3, literal(b"abc")), b"abc").value == b"abc"


def test_a_literal_builds_itself():
    """From its own bytes, or from nothing."""
    assert literal(b"OK").build(b"OK") == b"OK"
    assert literal(b"OK").build(bytearray(b"OK")) == b"OK"
    assert (literal(b"OK") >> exactly(1)).build(b"!") == b"OK!"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"NO", 'expected b"OK", not b"NO"'),
        (b"", 'expected b"OK", not b""'),
        (b"x" * 100, f'expected b"OK", not b"{"x" * 32}"'),
        ("OK", "expected bytes, not str"),
    ],
    ids=repr,
)
def test_a_literal_builds_nothing_else(value, text):
    """And shows no more than 32 bytes of it."""
    with pytest.raises(BuildError) as caught:
        literal(b"OK").build(value)
    assert str(caught.value) == text


@pytest.mark.parametrize("data", [b"", "x", 5, None], ids=repr)
def test_a_literal_is_at_least_one_byte(data):
    """When it is made."""
    with pytest.raises(UsageError):
        literal(data)


# All of them.


@pytest.mark.parametrize(
    ("parser", "text"),
    [
        (exactly(5), "exactly(5)"),
        (until(b"\n"), "until(b'\\n')"),
        (until(b"\n", include=True), "until(b'\\n', include=True)"),
        (until(b"\n", max=5), "until(b'\\n', max=5)"),
        (until(b"\n", True, 5), "until(b'\\n', include=True, max=5)"),
        (literal(b"OK"), "literal(b'OK')"),
    ],
)
def test_a_parser_reads_as_it_was_written(parser, text):
    """And is equal to any other that was written so."""
    assert repr(parser) == text
    again = eval(text, {"exactly": exactly, "until": until, "literal": literal})
    assert again == parser
    assert hash(again) == hash(parser)


@pytest.mark.parametrize("token", [exactly(1), until(b";"), until(b";", max=3)], ids=repr)
def test_what_has_a_choice_cannot_be_built_from_nothing(token):
    """Where its value is dropped, in a combinator or by hand; a literal has none."""

    @parser
    def by_hand():
        yield from literal(b"<")
        yield from token
        return 1

    message = r"^\w+\(.*\) cannot build from nothing"
    with pytest.raises(BuildError, match=message):
        by_hand.build(1)
    with pytest.raises(BuildError, match=message):
        (token >> literal(b"x")).build(b"x")


def test_tokens_follow_one_another_across_chunks():
    """Each leaves the input where the next begins."""
    parser = seq(literal(b"<"), exactly(3), until(b"--"), literal(b">"), exactly(0))
    data = b"<abcde-f-->"
    assert told(parser, data).value == (b"<", b"abc", b"de-f", b">", b"")


def test_tokens_are_found_in_blocks_that_piled_up():
    """While the protocol was waiting for its output to be read, or for many bytes."""

    @protocol
    def slow():
        first = yield from read(2 * LARGE)
        return (
            first[-1:],
            (yield from until(b"\r\n")),
            (yield from literal(b"abc")),
            (yield from exactly(LARGE)),
            (yield from until(b";", max=9)),
            (yield from until(b";", include=True)),
        )

    conn = slow()
    data = (
        b"x" * 2 * LARGE + b"y" * LARGE + b"\r\nabc" + b"z" * LARGE + b"12;" + b"w" * LARGE + b";"
    )
    for size in (LARGE, LARGE - 1, 2, 3 * LARGE, len(data)):
        conn.send(data[:size])
        data = data[size:]
    last, line, word, body, short, long = conn.get_result()
    assert (last, line, word, body) == (b"x", b"y" * LARGE, b"abc", b"z" * LARGE)
    assert (short, long) == (b"12", b"w" * LARGE + b";")
