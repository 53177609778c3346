"""To the end: of a line, or of all there is."""

import copy
import pickle

import pytest

from ohneio import (
    BuildError,
    IncompleteInput,
    LimitExceeded,
    UsageError,
    any_byte,
    exactly,
    length_prefixed,
    line,
    literal,
    many,
    optional,
    parser,
    protocol,
    rest,
    seq,
    sized,
    stream,
    uint8,
    uint16,
)
from ohneio.testing import check
from tests.combinators.cuts import failed, given, told

CRLF = 'expected b"\\r\\n"'

# Lines.


def test_a_line_ends_in_crlf_which_it_drops():
    """It is there as soon as its LF is, whatever follows."""
    assert given(line, b"ab\r\ncd") == (b"ab", b"cd", 4)
    assert given(line, b"\r\n\r\n") == (b"", b"\r\n", 2)
    assert given(many(line), b"a\r\n\r\nbc\r\n")[0] == [b"a", b"", b"bc"]


def test_a_bare_lf_is_a_mismatch_at_its_own_offset():
    """As soon as it is there; what is left begins with the line."""
    assert failed(seq(uint8, line), b"!ab\ncd\r\n") == (
        f'{CRLF} at offset 3, found b"\\n"', 1, 4,
    )  # fmt: skip
    assert failed(line, b"\n") == (f'{CRLF} at offset 0, found b"\\n"', 0, 1)


def test_a_bare_cr_is_a_mismatch_at_its_own_offset():
    """As soon as the byte behind it is there."""
    assert failed(line, b"ab\rcd\r\n") == (f'{CRLF} at offset 2, found b"\\rc"', 0, 4)
    assert failed(line, b"ab\r\r\n") == (f'{CRLF} at offset 2, found b"\\r\\r"', 0, 4)


def test_a_bare_line_end_leaves_the_line_to_the_next_alternative():
    """The line begins where it began."""
    assert given(line | exactly(3), b"a\nb") == (b"a\nb", b"", 3)


@pytest.mark.parametrize(("data", "needed"), [(b"", 2), (b"ab", 2), (b"ab\r", 1)])
def test_a_line_that_the_input_cuts_short_is_missing_its_end(data, needed):
    """One byte of it, or both."""
    outcome = told(line, data)
    assert isinstance(outcome.error, IncompleteInput)
    assert (outcome.error.needed, outcome.error.offset) == (needed, len(data))
    assert outcome.error.expected == ('b"\\r\\n"',)


@pytest.mark.parametrize(
    ("size", "data", "after"),
    [
        (0, b"\r\n", 0),
        (1, b"\r\n", 0),
        (2, b"a\r\n", 1),
        (4, b"abc\r\n", 3),
        (4, b"ab\r\n", None),
        (4, b"a\r\n", None),
    ],
)
def test_a_line_that_its_frame_has_no_room_for_fails_as_early_as_that_is_clear(size, data, after):
    """The CR has to stand two bytes before the frame's end, at the latest."""
    lines = sized(size, many(line, min=1) << rest)
    if after is None:
        assert given(lines, data + b"\r\n")[0]
    else:
        text = f"{CRLF} at offset {size}, where the frame ends"
        assert failed(lines, data + b"\r\n") == (text, 0, after)


def test_a_line_that_a_frame_cuts_short_still_says_what_is_wrong_before():
    """A bare line end in front of the frame's end is the mismatch."""
    assert failed(sized(4, line), b"a\nbc\r\n")[::2] == (f'{CRLF} at offset 1, found b"\\n"', 2)
    assert failed(sized(3, line), b"a\rb\r\n")[::2] == (f'{CRLF} at offset 1, found b"\\rb"', 3)


def test_max_bounds_the_bytes_before_the_crlf():
    """The first byte that can be no CR any more is the one that trips."""
    assert given(line(max=3), b"abc\r\nd") == (b"abc", b"d", 5)
    outcome = told(line(max=3), b"abcd\r\n")
    assert isinstance(outcome.error, LimitExceeded)
    assert (outcome.error.limit, outcome.error.name, outcome.after) == (3, "max", 4)
    assert given(line(max=0), b"\r\n") == (b"", b"", 2)


def test_max_buffered_bounds_a_line_as_well():
    """The smaller of the two holds."""
    assert given(line, b"abc\r\n", max_buffered=3)[0] == b"abc"
    outcome = told(line(max=5), b"abcd\r\n", max_buffered=3)
    assert isinstance(outcome.error, LimitExceeded)
    assert (outcome.error.limit, outcome.error.name, outcome.after) == (3, "max_buffered", 4)


def test_lines_follow_each_other_under_a_small_limit():
    """A limit bounds each line, not all of them together."""
    assert given(seq(line, line, line), b"abc\r\n\r\nabc\r\n", max_buffered=3)[0] == (
        b"abc", b"", b"abc",
    )  # fmt: skip


def test_a_long_line_may_come_in_any_chunks():
    """Also where CR and LF are in different blocks."""
    text = b"x" * 20_000
    for size in (4999, 5000, 20_000, 20_001):
        conn = stream(line)()
        data = text + b"\r\n" + text + b"\r\n"
        for at in range(0, len(data), size):
            conn.send(data[at : at + size])
        assert conn.events() == [text, text]


@pytest.mark.parametrize("value", [b"a\rb", b"a\nb", b"a\r\nb", b"\n", "a", None])
def test_a_value_that_would_be_two_lines_is_not_built(value):
    """No header is smuggled in by a value."""
    with pytest.raises(BuildError):
        line.build(value)


def test_a_line_is_built_with_its_crlf():
    """If it is not too long."""
    assert line.build(b"ab") == b"ab\r\n"
    assert line(max=2).build(bytearray(b"ab")) == b"ab\r\n"
    with pytest.raises(BuildError, match="at most 2 bytes, not 3"):
        line(max=2).build(b"abc")
    with pytest.raises(BuildError):
        (line >> exactly(1)).build(b"a")


def test_a_line_is_no_step_that_builds_by_itself():
    """A hand-written parser has to say where its value lives."""

    @parser
    def one():
        return (yield from line)

    assert one.parse(b"ab\r\n") == b"ab"
    with pytest.raises(BuildError):
        one.build(b"ab")


@pytest.mark.parametrize("bound", [-1, "1", 1.0])
def test_a_bound_is_a_number(bound):
    """Misuse is found when the parser is made."""
    with pytest.raises(UsageError):
        line(max=bound)


@pytest.mark.parametrize(
    ("one", "text"), [(line, "line"), (line(max=80), "line(max=80)"), (rest, "rest")]
)
def test_a_line_is_shown_as_what_makes_it(one, text):
    """The representation, evaluated, is an equal parser; so are copies."""
    assert repr(one) == text
    assert eval(text) == one == pickle.loads(pickle.dumps(one)) == copy.deepcopy(one)
    assert hash(eval(text)) == hash(one)


def test_what_is_known_of_a_line():
    """It ends by itself, and begins with anything but LF."""
    assert (line.facts.least, line.facts.greatest) == (2, None)
    assert line(max=3).facts.greatest == 5
    assert line.facts.first == frozenset(range(256)) - {10}
    assert line(max=0).facts.first == {13}
    assert (line.facts.self_delimiting, line.facts.canonical, line.facts.silent) == (
        True, True, False,
    )  # fmt: skip


# The rest.


def test_the_rest_is_all_there_is():
    """It takes the end to know it."""
    assert given(rest, b"abc") == (b"abc", b"", None)
    assert given(rest, b"") == (b"", b"", None)
    assert given(seq(uint8, rest), b"abc") == ((97, b"bc"), b"", None)


def test_the_rest_waits_for_the_end_and_says_so():
    """Not for so many bytes."""
    conn = protocol(rest)()
    conn.send(b"abc")
    assert conn.waiting == "wait for the end of the input"
    conn.send(b"d" * 10_000)
    conn.send_eof()
    assert conn.get_result() == b"abc" + b"d" * 10_000


def test_the_rest_of_a_frame_ends_with_it():
    """It is there with the frame's last byte."""
    assert given(sized(2, rest), b"abc") == (b"ab", b"c", 2)
    assert given(sized(3, seq(any_byte, rest)), b"abcd") == ((b"a", b"bc"), b"d", 3)
    assert given(sized(0, rest), b"abc") == (b"", b"abc", 0)
    assert given(sized(1, seq(any_byte, rest)), b"ab") == ((b"a", b""), b"b", 1)


def test_the_rest_of_a_frame_that_the_input_cuts_short_is_missing_bytes():
    """A frame's size is a promise."""
    outcome = told(sized(5, rest), b"ab")
    assert isinstance(outcome.error, IncompleteInput)
    assert outcome.error.needed == 3


def test_the_rest_is_bounded_by_max_buffered():
    """One byte more than that trips."""
    assert given(rest, b"abcd", max_buffered=4)[0] == b"abcd"
    outcome = told(rest, b"abcde", max_buffered=4)
    assert isinstance(outcome.error, LimitExceeded)
    assert (outcome.error.name, outcome.error.offset, outcome.after) == ("max_buffered", 0, 5)


def test_the_rest_is_refused_when_a_frame_announces_too_much():
    """Before a byte of it arrives."""
    outcome = told(length_prefixed(uint16, rest), b"\0\5abcde", max_buffered=4)
    assert isinstance(outcome.error, LimitExceeded)
    assert (outcome.error.offset, outcome.after) == (2, 2)
    assert given(sized(5, seq(uint8, rest)), b"abcde", max_buffered=4)[0] == (97, b"bcde")


def test_the_rest_is_built_as_it_is():
    """And is empty where nobody says what it is."""
    assert rest.build(bytearray(b"ab")) == b"ab"
    assert (exactly(1) << rest).build(b"a") == b"a"
    with pytest.raises(BuildError):
        rest.build("ab")

    @parser
    def ignoring():
        first = yield from uint8.of(lambda value: value)
        yield from rest
        return first

    assert ignoring.build(1) == b"\1"
    assert ignoring.parse(b"\1abc") == 1


def test_what_is_known_of_the_rest():
    """It can be empty, and whatever follows would be part of it."""
    assert (rest.facts.least, rest.facts.greatest, rest.facts.nullable) == (0, None, True)
    assert rest.facts.more == rest.facts.first == frozenset(range(256))
    assert (rest.facts.canonical, rest.facts.unambiguous, rest.facts.silent) == (True, True, True)


@pytest.mark.parametrize(
    "one", [line, line(max=2), many(line), optional(line) << rest, rest, sized(3, rest)]
)
def test_the_laws_hold(one):
    """The kit finds nothing."""
    check(one, [b"", b"\r\n", b"a\r\nb\r\n", b"abc\r\n", b"a\nb", b"a\rb", b"a\r"])


def test_a_literal_is_found_behind_a_line():
    """Tokens follow each other without a gap."""
    assert given(line >> literal(b"!"), b"a\r\n!")[0] == b"!"
