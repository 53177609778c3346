"""Frames: pieces of the input whose size is known before they arrive."""

import pytest

from ohneio import (
    IncompleteInput,
    ParseError,
    Parser,
    UsageError,
    choice,
    eof,
    exactly,
    fail,
    literal,
    many,
    not_followed_by,
    optional,
    protocol,
    seq,
    sized,
    success,
    until,
)
from ohneio.core._frames import framed, within


class Framed(Parser):
    """A frame of any kind, as a parser."""

    def __init__(self, frame):
        self.frame = frame

    def _parse(self):
        return self.frame()


def frame(inner, size, *filled):
    """A frame of *size* bytes that must be filled."""
    return Framed(lambda: framed(inner, size, *filled))


def outcome(grammar, data, *, end=True):
    """Value or error, and where it stopped: the same whole and byte by byte."""
    told = set()
    for chunks in ([data], [data[at : at + 1] for at in range(len(data))]):
        conn = protocol(grammar)()
        try:
            for chunk in chunks:
                conn.send(chunk)
            if end:
                conn.send_eof()
            told.add((repr(conn.get_result()), conn.consumed))
        except ParseError as error:
            told.add((type(error), str(error), conn.consumed))
    (one,) = told
    return one


def test_a_frame_gives_the_value_of_what_is_in_it():
    """And takes exactly its size."""
    assert outcome(frame(exactly(3), 3), b"abcdef") == ("b'abc'", 3)
    assert outcome(frame(many(exactly(1)), 3), b"abcdef", end=False) == (
        "[b'a', b'b', b'c']",
        3,
    )
    assert outcome(frame(many(exactly(1)), 0), b"abc", end=False) == ("[]", 0)


def test_what_is_left_over_in_a_frame_is_an_error():
    """Told as the end of the frame, or in the caller's own words."""
    assert outcome(frame(exactly(2), 3), b"abcd", end=False) == (
        ParseError,
        "expected end of frame at offset 2",
        2,
    )
    assert outcome(frame(exactly(2), 3, b";"), b"abcd", end=False) == (
        ParseError,
        'expected b";" at offset 2',
        2,
    )


def test_without_the_wish_to_be_filled_a_frame_may_leave_something_over():
    """What is behind is then parsed by whoever comes next."""
    grammar = seq(Framed(lambda: within(exactly(2), 3)), exactly(2))
    assert outcome(grammar, b"abcd") == ("(b'ab', b'cd')", 4)


def test_a_frame_sees_nothing_behind_its_end():
    """An open end ends there, and a token that does not fit is an error."""
    assert outcome(frame(many(literal(b"a")), 2), b"aaaa", end=False) == ("[b'a', b'a']", 2)
    text = "need more bytes at offset 2, where the frame ends"
    assert outcome(frame(exactly(3), 2), b"aaaa", end=False) == (ParseError, text, 0)


def test_a_frame_inside_a_frame_must_fit():
    """It is refused before a byte of it is read; the outer end comes back behind it."""
    inner = frame(exactly(2), 2)
    grammar = sized(5, seq(exactly(1), inner, many(exactly(1))))
    assert outcome(grammar, b"abcdefg", end=False) == ("(b'a', b'bc', [b'd', b'e'])", 5)
    grammar = sized(2, seq(exactly(1), inner))
    assert outcome(grammar, b"abcd", end=False) == (
        ParseError,
        "need more bytes at offset 2, where the frame ends",
        1,
    )


def test_an_end_that_lies_behind_us_is_no_frame():
    """What was read went beyond it."""
    grammar = seq(exactly(3), Framed(lambda: within(exactly(1), 2)))
    kind, _text, consumed = outcome(grammar, b"abcd", end=False)
    assert (kind, consumed) == (ParseError, 3)


def test_the_end_of_the_input_inside_a_frame_cuts_it_short():
    """That is an end of input, not of the frame."""
    kind, text, _ = outcome(frame(many(exactly(2)), 6), b"abc")
    assert kind is IncompleteInput
    assert text.startswith("need 1 more byte at offset 3")


def test_a_frame_that_ended_because_the_input_did_blames_the_input():
    """The parser in it stopped early for no other reason."""
    kind, text, _ = outcome(frame(choice(seq(exactly(1), exactly(5)), exactly(1)), 6), b"ab")
    assert kind is IncompleteInput
    assert text == "need 4 more bytes at offset 2 when the input ended"


def test_what_failed_inside_a_frame_that_was_filled_may_still_be_the_furthest():
    """Where it is no matter of room."""
    grammar = seq(sized(2, choice(literal(b"ax"), exactly(2))), literal(b"!"))
    assert outcome(grammar, b"ab!", end=False) == ("(b'ab', b'!')", 3)
    grammar = choice(sized(2, choice(literal(b"xa"), exactly(2))) >> literal(b"!"), literal(b"yy"))
    assert outcome(grammar, b"ab?", end=False)[1] == 'expected b"!" at offset 2, found b"?"'


def test_a_frame_of_which_the_input_ended_too_early_is_short_of_bytes():
    """Not left over, though the parser in it was content with less."""
    grammar = frame(choice(seq(exactly(1), literal(b"bc")), exactly(2)), 6)
    kind, text, _ = outcome(grammar, b"ab")
    assert kind is IncompleteInput
    assert text == 'need 1 more byte at offset 2 when the input ended, expected b"bc"'


def test_a_failure_leaves_the_frame():
    """The next alternative sees what is behind it."""
    grammar = choice(sized(2, literal(b"xy")), exactly(4))
    assert outcome(grammar, b"abcd") == ("b'abcd'", 4)


def test_what_a_filled_frame_had_no_room_for_is_forgotten():
    """Behind it, it is no help to know what could have stood there."""
    items = sized(2, many(literal(b"ab")))
    grammar = seq(items, literal(b"!"))
    assert outcome(grammar, b"ab?", end=False) == (
        ParseError,
        'expected b"!" at offset 2, found b"?"',
        2,
    )


def test_what_a_filled_frame_had_no_room_for_is_forgotten_whatever_failed_there_before():
    """Also where the input ended there, for what was tried in front of the frame."""
    no_room = sized(0, optional(literal(b"a")))
    grammar = seq(optional(until(b";")), no_room, exactly(1))
    assert outcome(grammar, b"")[1] == (
        'need 1 more byte at offset 0 when the input ended, expected b";"'
    )
    grammar = seq(optional(until(b";")), exactly(1), sized(2, no_room << exactly(1)))
    assert outcome(grammar, b"x")[1] == (
        'need 1 more byte at offset 1 when the input ended, expected b";"'
    )


def test_what_would_have_failed_at_the_end_of_a_filled_frame_in_any_case_is_forgotten_too():
    """It says nothing of what is behind the frame."""
    for nothing in (fail("no more"), not_followed_by(eof), success(0).verify(bool, "no")):
        grammar = seq(sized(1, exactly(1) << optional(nothing)), literal(b"!"))
        assert outcome(grammar, b"a?", end=False)[1] == 'expected b"!" at offset 1, found b"?"'
    grammar = sized(2, exactly(1) << optional(fail("no more")))
    assert outcome(grammar, b"ab", end=False)[1] == "no more at offset 1"


def test_what_failed_in_a_frame_that_is_not_filled_is_told_with_what_failed_before():
    """It may be why it was not."""
    grammar = seq(optional(literal(b"abc")), sized(2, seq(literal(b"a"), literal(b"x"))))
    grammar = choice(seq(exactly(1), literal(b"y")), grammar)
    assert outcome(grammar, b"abb", end=False)[1] == (
        'expected b"y" or b"x" at offset 1, found b"b"'
    )


def test_what_failed_before_a_frame_is_not_forgotten_with_it():
    """Only what the frame itself had no room for."""
    grammar = seq(
        choice(literal(b"abcd"), literal(b"ab")), sized(1, many(literal(b"x"))), literal(b"!")
    )
    assert outcome(grammar, b"abx?", end=False) == (
        ParseError,
        'expected b"!" at offset 3, found b"?"',
        3,
    )
    grammar = seq(sized(2, choice(literal(b"abc"), until(b"b"))), literal(b"!"))
    assert outcome(grammar, b"ab?", end=False)[:2] == (
        ParseError,
        'expected b"!" at offset 2, found b"?"',
    )


def test_a_frame_around_no_parser_is_refused():
    """When it is made."""
    with pytest.raises(UsageError):
        sized(2, b"ab")
