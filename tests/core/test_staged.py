"""Functions of grammars: who makes them, when they are wanted, and where they are kept."""

import pytest

from ohneio import Limits, UsageError, exactly, forward, seq, until
from ohneio.core import _staged
from ohneio.core._staged import is_usual, set_staged, source_of, stage_with, staged

FIELD = until(b";")


@pytest.fixture
def stager(monkeypatch):
    """Nobody makes functions of grammars, until it is said who does."""
    monkeypatch.setattr(_staged, "_stager", [])
    return stage_with


def test_without_staging_there_is_no_source(stager):
    """And all is parsed node by node."""
    field = until(b"!")
    assert field.source == ""
    for _ in range(3):
        assert field.parse(b"a!") == b"a"
    assert staged(field, "once") is None


def test_a_function_is_made_on_second_use_and_kept(stager):
    """By form: one for `parse` is none for a stream."""
    made = []

    def make(parser, form):
        made.append(form)
        return lambda data, limits: b"made"

    stager(make, lambda parser: "the source", uses=1)
    field = until(b"!")
    assert (field.source, source_of(field)) == ("the source", "the source")
    assert [field.parse(b"a!") for _ in range(3)] == [b"a", b"made", b"made"]
    assert made == ["once"]


def test_what_goes_wrong_when_one_is_made_is_nobodys_business(stager):
    """A fault in a class of a user's is raised when it runs, if it ever does."""

    def make(parser, form):
        raise ZeroDivisionError

    stager(make, repr, uses=0)
    field = until(b"!")
    assert [field.parse(b"a!") for _ in range(2)] == [b"a", b"a"]


def test_a_grammar_that_is_not_whole_is_staged_when_it_is(stager):
    """As long as a forward in it is not tied nobody knows what it will be."""
    made = []
    stager(lambda parser, form: made.append(form), repr, uses=0)
    loop = forward()
    grammar = seq(exactly(1), loop)
    with pytest.raises(UsageError):
        grammar.parse(b"a;")
    assert made == []
    loop.become(FIELD)
    assert grammar.parse(b"xa;") == (b"x", b"a")
    assert made == ["once", "item"]  # and what the forward stands for is a grammar of its own


def test_what_is_noted_of_one_form_says_nothing_of_another(stager):
    """A function, that there is none, or how often one was wanted."""
    stager(lambda parser, form: form.upper, repr, uses=1)
    field = until(b"!")
    set_staged(field, "once", None)
    assert [staged(field, "once") for _ in range(3)] == [None, None, None]
    assert staged(field, "item") is None
    assert staged(field, "item")() == "ITEM"
    set_staged(field, "once", len)
    assert staged(field, "once") is len


def test_a_function_is_given_whole_inputs_whose_tokens_are_short_for_sure():
    """Bytes and limits as they are made here, and no more of them than may be held."""
    limits = Limits(max_buffered=3)
    assert is_usual(b"abc", limits)
    assert not is_usual(b"abcd", limits)
    assert not is_usual(bytearray(b"abc"), limits)
    assert not is_usual(b"abc", None)
