"""Calling users' functions: what they raise is a bug when parsing, and no fit when building."""

import functools
import traceback

import pytest

from ohneio import (
    BuildError,
    IncompleteInput,
    LimitExceeded,
    ParseError,
    UsageError,
    choice,
    exactly,
    label,
    literal,
    optional,
    rest,
    seq,
    uint8,
)
from ohneio.combinators._calling import answered, called, name_of, parser_from
from ohneio.combinators._checks import BelowZero
from tests.combinators.cuts import failed

FAULTS = [
    ValueError("v"), ZeroDivisionError("z"), StopIteration(5), GeneratorExit(), BuildError("b"),
    UsageError("u"), KeyError("k"), RecursionError("r"), KeyboardInterrupt(),
]  # fmt: skip


def raises(error):
    """A function that raises it, whatever it is given."""

    def function(*args):
        raise error

    return function


# While parsing.


def test_a_function_is_called_with_what_it_is_given():
    """And what it returns is returned."""
    assert called(int, "ff", 16) == called(int, "ff", base=16) == 255


@pytest.mark.parametrize("fault", FAULTS, ids=repr)
def test_what_it_raises_comes_out_as_it_is(fault):
    """The same object, so that nothing of it is lost."""
    with pytest.raises(type(fault)) as caught:
        called(raises(fault))
    assert caught.value is fault


@pytest.mark.parametrize("kind", [ParseError, IncompleteInput, LimitExceeded])
def test_a_parse_error_out_of_it_is_marked_as_somebody_elses(kind):
    """So it gets no place in our input, and no alternative is tried for it."""
    with pytest.raises(kind) as caught:
        called(raises(kind("mine")))
    assert caught.value._foreign
    for grammar in (uint8.map(raises(kind("mine"))), label("x", uint8.map(raises(kind("mine"))))):
        with pytest.raises(kind) as caught:
            seq(uint8, choice(grammar, rest)).parse(b"ab")
        assert (caught.value.message, caught.value.offset, caught.value.path) == ("mine", None, ())


def test_a_bug_shows_where_it_is():
    """The traceback ends in the user's own line."""
    with pytest.raises(ZeroDivisionError) as caught:
        uint8.map(raises(ZeroDivisionError("here"))).parse(b"a")
    assert traceback.extract_tb(caught.tb)[-1].name == "function"
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


# Parsers that functions make.


def test_a_function_that_makes_a_parser_has_to_make_one():
    """Anything else is a bug of its own."""
    assert parser_from(exactly, 3) == exactly(3)
    for wrong in (None, b"ab", exactly):
        with pytest.raises(UsageError, match="expected a parser, not "):
            parser_from(lambda value: value, wrong)


def test_a_size_below_0_that_was_parsed_is_the_peers_fault():
    """What it makes of the same size otherwise is misuse."""
    with pytest.raises(ParseError) as caught:
        parser_from(exactly, -1)
    assert str(caught.value) == "expected a number of 0 or more, not -1"
    assert not caught.value._foreign
    assert caught.value.__context__ is None
    with pytest.raises(UsageError):
        exactly(-1)


def test_such_a_size_is_no_match_and_has_its_place():
    """The next alternative is tried; without one it is told where it was read."""
    frame = uint8.map(lambda size: size - 2).bind(exactly)
    assert failed(frame, b"\0abc") == (
        "expected a number of 0 or more, not -2 at offset 1", 1, 1,
    )  # fmt: skip
    assert optional(frame).parse_prefix(b"\0abc") == (None, b"\0abc")
    assert choice(frame, rest).parse(b"\0abc") == b"\0abc"
    assert frame.parse(b"\3a") == b"a"


@pytest.mark.parametrize("wrong", [1.5, "3", None])
def test_any_other_size_is_misuse(wrong):
    """No peer can say that."""
    with pytest.raises(UsageError) as caught:
        uint8.bind(lambda _: exactly(wrong)).parse(b"a")
    assert not isinstance(caught.value, BelowZero)


@pytest.mark.parametrize("fault", FAULTS, ids=repr)
def test_what_a_maker_raises_comes_out_as_it_is(fault):
    """Like what any function raises."""
    with pytest.raises(type(fault)) as caught:
        parser_from(raises(fault), 1)
    assert caught.value is fault


# While building.


def test_an_inverse_is_asked_with_the_value():
    """And what it returns is built."""
    assert answered(ord, "a") == 97


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (ValueError("no number"), "no number"),
        (UnicodeEncodeError("ascii", "é", 0, 1, "why"), "'ascii' codec can't encode"),
        (ZeroDivisionError("by zero"), "ZeroDivisionError: by zero"),
        (AttributeError("no field"), "AttributeError: no field"),
        (KeyError("k"), "KeyError: 'k'"),
        (StopIteration(5), "StopIteration: 5"),
        (UsageError("misuse"), "UsageError: misuse"),
    ],
)
def test_what_it_cannot_take_does_not_fit(fault, text):
    """The reason is told, and kept: its class says something unless it is a `ValueError`."""
    with pytest.raises(BuildError) as caught:
        answered(raises(fault), 1)
    assert str(caught.value).startswith(text)
    assert caught.value.__cause__ is fault


class Mute(Exception):
    """One whose text cannot be had."""

    def __str__(self):
        raise RuntimeError


def test_one_without_a_text_does_not_take_the_place_of_the_error():
    """Its class is told; what went wrong with its text is nobody's question."""
    with pytest.raises(BuildError) as caught:
        answered(raises(Mute()), 1)
    assert str(caught.value) == "Mute: an exception without a text"
    assert type(caught.value.__cause__) is Mute


def test_a_build_error_of_its_own_is_kept():
    """It says already what is to be said."""
    fault = BuildError("mine", path=("size",))
    with pytest.raises(BuildError) as caught:
        answered(raises(fault), 1)
    assert caught.value is fault
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), SystemExit(3), GeneratorExit()], ids=repr)
def test_what_ends_the_program_ends_it(fault):
    """That is no matter of the value."""
    with pytest.raises(type(fault)) as caught:
        answered(raises(fault), 1)
    assert caught.value is fault


def test_so_a_choice_asks_one_branch_after_the_other():
    """Each has functions that expect values of their own kind."""
    number = literal(b"#") >> uint8.map(str, int)
    grammar = choice(number, seq(literal(b"!"), uint8), uint8.map(chr, ord))
    assert grammar.build("7") == b"#\x07"
    assert grammar.build("a") == b"a"
    assert grammar.build((b"!", 7)) == b"!\x07"
    reasons = r"TypeError: int.*; or expected a tuple.*; or TypeError: "
    with pytest.raises(BuildError, match=reasons):
        grammar.build(None)


# What to call them.


class Callable:
    """An object that can be called, and has no name."""

    def __call__(self, value):
        return value

    def __repr__(self):
        return "Callable()"


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (len, "len"),
        (bytes.decode, "bytes.decode"),
        (int, "int"),
        (Callable.__call__, "Callable.__call__"),
        (lambda value: value, "<lambda>"),
        (Callable(), "Callable()"),
        (functools.partial(int, base=16), "functools.partial(<class 'int'>, base=16)"),
    ],
)
def test_a_function_is_called_by_its_name(function, name):
    """By the one that leads to it from its module; without one it shows itself."""
    assert name_of(function) == name
