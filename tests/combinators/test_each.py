"""What holds for each parser that the package exports: it is a value, and its own expression."""

import copy
import pickle
import re
import zlib

import pytest

import ohneio
from ohneio import Forward, Parser, UsageError

# One or more of each; those that are parsers stand for themselves.
EXPRESSIONS = [
    *(name for name in ohneio.__all__ if isinstance(getattr(ohneio, name), Parser)),
    "bind(exactly, uint8)",
    "bits(Flags)",
    "checksummed(exactly(2), crc32)",
    "checksummed(exactly(2), crc32, uint32le)",
    "choice(uint8, uint16)",
    "count_prefixed(uint8, uint16)",
    "delimited(b';', decimal)",
    "delimited(b';', decimal, max=3)",
    "dispatch(uint8, {1: uint8, 2: uint16})",
    "dispatch(uint8, {1: uint8}, default=rest)",
    "dispatch(uint8, {1: uint8}, key=len)",
    "exactly(3)",
    "fail('no')",
    "integer(10, signed=True)",
    "integer(16, digits=2)",
    "label('size', uint8)",
    "length_prefixed(uint8, rest)",
    "length_prefixed(uint8, decimal)",
    "line(max=3)",
    "literal(b'a')",
    "lookahead(uint8)",
    "many(uint8)",
    "many(uint8, min=1, max=3)",
    "many_until(uint8, literal(b'x'))",
    "map(chr, uint8)",
    "map(chr, uint8, ord)",
    "none_of(b'abc')",
    "not_followed_by(uint8)",
    "one_of(b'abc')",
    "optional(uint8)",
    "optional(uint8, default=3)",
    "by_hand(2)",
    "recognize(uint8)",
    "record(Point)",
    "sep_by(uint8, literal(b','))",
    "sep_by(uint8, literal(b','), min=1, max=2)",
    "seq(uint8, uint16)",
    "sized(3, rest)",
    "skip(literal(b'a'))",
    "span(uint8)",
    "struct_unpack('>BH')",
    "success(3)",
    "take_while(b'abc')",
    "take_while(b'abc', min=1, max=2)",
    "text(rest)",
    "text(rest, 'ascii')",
    "try_map(int, rest)",
    "try_map(int, rest, str)",
    "until(b'x')",
    "until(b'x', include=True, max=3)",
    "value(3, literal(b'a'))",
    "verify(bool, uint8)",
    "verify(bool, uint8, 'truthy')",
    "(uint8 >> uint16)",
    "(uint8 << uint16)",
    "((uint8 >> uint16) << rest)",
]
# What makes no parsers, or parts of parsers only: classes, primitives, connections.
OTHERS = {
    *("Buffer", "Connection", "Consumer", "Forward", "Limits", "Parser", "State", "Steps"),
    *("BuildError", "IncompleteInput", "LimitExceeded", "NoResult", "ParseError", "UsageError"),
    *("at_eof", "emit", "peek", "position", "read", "read_some", "wait", "write"),
    *("bit", "field", "wire", "parser", "protocol", "stream"),
    "forward",  # compared by identity: see below
}


@ohneio.wire
class Flags:
    on: bool = ohneio.bit(1, bool)
    rest: int = ohneio.bit(7, int)


@ohneio.wire
class Point:
    x: int = ohneio.field(ohneio.int16)
    y: int = ohneio.field(ohneio.int16)


@ohneio.parser
def by_hand(size: int):
    return (yield from ohneio.exactly(size))


NAMES = {**vars(ohneio), "crc32": zlib.crc32, "Flags": Flags, "Point": Point, "by_hand": by_hand}


def made(expression: str) -> Parser[object]:
    return eval(expression, dict(NAMES))


def test_each_exported_name_is_here():
    """What is new has to be added."""
    names = set(re.findall(r"\w+", " ".join(EXPRESSIONS)))
    missing = set(ohneio.__all__) - names - OTHERS
    assert missing == set()


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_it_shows_as_the_expression_that_made_it(expression):
    """What is printed can be pasted, and is the same parser again."""
    assert repr(made(expression)) == expression


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_it_equals_another_one_made_the_same_way_and_no_other(expression):
    """It can be a key, too."""
    one, other = made(expression), made(expression)
    assert one == other
    assert hash(one) == hash(other)
    assert [text for text in EXPRESSIONS if made(text) == one] == [expression]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_it_pickles_and_copies(expression, protocol):
    """What comes back is equal, has the same hash and shows the same."""
    one = made(expression)
    for again in (
        pickle.loads(pickle.dumps(one, protocol)), copy.copy(one), copy.deepcopy(one),
    ):  # fmt: skip
        assert again == one
        assert hash(again) == hash(one)
        assert repr(again) == expression


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_it_cannot_be_changed(expression):
    """It may be shared by any number of connections and threads."""
    one = made(expression)
    for name in ("colour", *getattr(type(one), "__annotations__", {})):
        with pytest.raises((AttributeError, UsageError)):
            setattr(one, name, None)


def test_a_forward_is_only_itself():
    """Nothing else could tell two recursive parsers apart without following them for ever."""
    one, other = Forward(), Forward()
    assert one == one
    assert one != other
