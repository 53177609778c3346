"""A conversation that is written down, and how it says that it went otherwise."""

import pytest

from ohneio import (
    ParseError,
    State,
    UsageError,
    at_eof,
    emit,
    literal,
    protocol,
    read,
    uint16,
    until,
    write,
)
from ohneio.testing import Dialogue, dialogue
from ohneio.testing._dialogue import parting


@protocol
def shout():
    while not (yield from at_eof()):
        word = yield from until(b".")
        yield from emit(word)
        yield from write(word.upper() + b"!")
    return "bye"


pair = protocol(uint16)


def story(step, *args, **kwargs):
    """What an expectation says that is not met."""
    with pytest.raises(AssertionError) as caught:
        step(*args, **kwargs)
    return str(caught.value)


def test_a_whole_conversation_is_one_expression():
    """Each step returns the dialogue."""
    told = (
        dialogue(shout())
        .expect(b"")
        .feed(b"he", b"llo.wor")
        .expect(b"HELLO!")
        .expect_events(b"hello")
        .expect_needed(1)
        .expect_state(State.RUNNING)
        .feed_bytewise(b"ld.")
        .expect(b"WORLD!")
        .expect_events(b"world")
        .eof()
        .expect_result("bye")
        .expect_unconsumed(b"")
    )
    assert isinstance(told, Dialogue)


def test_an_error_is_expected_by_class_offset_and_text():
    """Each of these is compared that was given."""

    def failed():
        return dialogue(protocol(literal(b"ab"))()).feed(b"ax")

    failed().expect_error(ParseError).expect_unconsumed(b"ax")
    failed().expect_error(ParseError, offset=0, text="found")
    assert "- error <class 'KeyError'>" in story(failed().expect_error, KeyError)
    assert "- error at offset 1\n+ error at offset 0" in story(
        failed().expect_error, ParseError, offset=1
    )
    assert "- error text 'other'\n+ error text \"" in story(
        failed().expect_error, ParseError, text="other"
    ).replace("'expected", '"expected')


def test_an_error_without_an_offset_is_not_at_the_expected_one():
    """One that is no parse error has none."""

    @protocol
    def failing():
        yield from read(1)
        raise KeyError("k")

    failed = dialogue(failing()).feed(b"a").expect_error(KeyError)
    assert "+ error at offset None" in story(failed.expect_error, KeyError, offset=0)


def test_no_error_where_one_was_expected():
    """A connection that did not fail is no failure."""
    assert "+ error <class 'NoneType'>" in story(dialogue(pair()).expect_error, ParseError)


def test_an_error_of_the_call_is_expected_too():
    """The connection itself has not failed."""
    conn = pair()
    conn.close()
    closed = dialogue(conn).feed(b"a")
    closed.expect_error(UsageError, text="was closed").expect_state(State.CLOSED)
    assert "NoneType" in story(closed.expect_error, UsageError)


@pytest.mark.parametrize(
    ("step", "args", "lines"),
    [
        ("expect", (b"HELP!",), ["- >> b'HELP!'", "+ >> b'HELLO!'", "they part at byte 3"]),
        ("expect_events", (b"a", b"b"), ["- events [b'a', b'b']", "+ events [b'hello']"]),
        ("expect_result", ("bye",), ["- state <State.DONE: 'DONE'>"]),
        ("expect_unconsumed", (b"wot",), ["- unconsumed b'wot'", "+ unconsumed b'wo'"]),
        ("expect_needed", (2,), ["- needed 2", "+ needed 0"]),
        ("expect_state", (State.DONE,), ["+ state <State.RUNNING: 'RUNNING'>"]),
    ],
)
def test_each_expectation_says_how_it_went_otherwise(step, args, lines):
    """Both versions, what was said before, and the connection."""
    text = story(getattr(dialogue(shout()).feed(b"hello.wo"), step), *args)
    assert text.startswith("the dialogue went otherwise:\n  << b'hello.wo'\n")
    assert all(line in text for line in lines)
    assert text.splitlines()[-1].startswith("  the connection: <Connection ")


def test_another_result():
    """Of one that is done."""
    told = dialogue(pair()).feed(b"\0\1")
    assert "- result 2\n+ result 1" in story(told.expect_result, 2)


def test_the_story_tells_of_ends_and_failures():
    """All that was said before is in it, in order."""
    text = story(dialogue(pair()).feed(b"a").eof().expect, b"x")
    assert "  << b'a'\n  << end of input\n  !! IncompleteInput: need 1 more byte" in text


@pytest.mark.parametrize(
    ("one", "other", "at"),
    [(b"abc", b"abd", 2), (b"ab", b"abc", 2), (b"", b"", 0), (b"a", b"b", 0)],
)
def test_where_two_part(one, other, at):
    """The first byte that differs, or the end of the shorter one."""
    assert parting(one, other) == at
