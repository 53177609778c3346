"""What an embedder sees of a connection."""

import math

import pytest

from ohneio import Connection, State, UsageError, emit, literal, protocol, read, uint8, write
from ohneio.testing import LawBroken, Outcome, play
from ohneio.testing._outcome import same, shown


@protocol
def echo():
    one = yield from read(1)
    yield from emit(one)
    yield from write(one * 2)
    return (yield from uint8)


def test_play_tells_all_that_is_seen():
    """Of one that is done, whatever the chunks."""
    expected = Outcome((b"a",), b"aa", State.DONE, 98, None, 2)
    assert play(echo, [b"abc"]) == play(echo, [b"", b"a", b"bc"]) == expected


def test_play_tells_of_a_failure():
    """Class, text and offset; what was emitted and written before is there."""

    @protocol
    def failing():
        yield from emit(1)
        yield from literal(b"ab")

    outcome = play(failing, [b"ax", b"more"])
    assert (outcome.events, outcome.state, outcome.consumed) == ((1,), State.FAILED, 0)
    kind, text, offset = outcome.failure
    assert (kind.__name__, offset) == ("ParseError", 0)
    assert "expected" in text


def test_an_error_that_is_no_parse_error_has_no_offset():
    """Whatever the protocol raised is told."""

    @protocol
    def failing():
        yield from read(1)
        raise KeyError("k")

    assert play(failing, [b"a"]).failure == (KeyError, "'k'", None)


def test_play_may_leave_the_end_open():
    """Then it is still running."""
    outcome = play(echo, [b"a"], eof=False)
    assert (outcome.state, outcome.result, outcome.failure) == (State.RUNNING, None, None)


def test_feeding_ends_at_the_first_failure():
    """As an embedder's would."""
    sent = []

    class Watched(Connection):
        def send(self, data):
            sent.append(data)
            super().send(data)

    play(lambda: Watched(literal(b"a").__iter__), [b"x", b"y"])
    assert sent == [b"x"]


def test_differences_are_a_line_each():
    """An outcome agrees with one that nobody could tell from it."""
    one, other = play(echo, [b"ab"]), play(echo, [b"ac"])
    assert one.agrees(one)
    assert not one.agrees(other)
    assert one.differences(other) == ["result: 98 became 99"]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (1, 1, True), (1, 2, False), (math.nan, float("nan"), True),
        ([math.nan], [-math.nan], True),
        (b"a", "a", False),
    ],
)  # fmt: skip
def test_same(one, other, is_same):
    """Equal, or not equal even to itself."""
    assert same(one, other) is is_same


def test_what_is_long_is_shown_in_part():
    """Its beginning, its end and its length."""
    assert shown(b"abc") == "b'abc'"
    text = shown("x" * 198)
    assert len(text) == 200
    long = shown("x" * 300)
    assert long.startswith("'xxx")
    assert long.endswith("xxx' (302 characters)")
    assert len(long) < 220


def test_a_broken_law_names_itself_and_the_input():
    """It is an assertion, for any test runner."""
    error = LawBroken("some law", b"data", "the story")
    assert isinstance(error, AssertionError)
    assert (error.law, error.data) == ("some law", b"data")
    assert str(error) == "some law: the story\n  input: b'data'"


def test_chunks_are_bytes():
    """Others are refused, and not taken for input that the connection refused."""
    with pytest.raises(UsageError, match="expected bytes, not str"):
        play(protocol(uint8), ["a"])
