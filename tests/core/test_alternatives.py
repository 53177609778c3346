"""Trying a parser: the one place where input is taken back."""

import pytest

from ohneio import (
    BuildError,
    IncompleteInput,
    LimitExceeded,
    Limits,
    ParseError,
    Parser,
    commit,
    exactly,
    literal,
    parser,
    protocol,
    read,
    seq,
    until,
)
from ohneio.core import builder, put
from ohneio.core._alternatives import MISS, ahead, attempt, attempt_build, try_build
from ohneio.core._building import inside
from ohneio.core._facts import Facts

FIELD = until(b";")


class Try(Parser):
    """Try a parser; the value is its own, or that it did not match."""

    def __init__(self, inner):
        self.inner = inner

    def _parse(self):
        return attempt(self.inner)


class Look(Parser):
    """Look ahead with a parser."""

    def __init__(self, inner):
        self.inner = inner

    def _parse(self):
        return ahead(self.inner)


class BuildBy(Parser):
    """Build a value in some way, and then say how it went."""

    def __init__(self, way, inner):
        self.way = way
        self.inner = inner
        self.told = []

    def _build(self, value):
        outcome = yield from self.way(self.inner, value)
        self.told.append(outcome)
        yield from put(b"|")

    def _facts(self):
        return Facts(unambiguous=True)


def test_a_match_is_taken():
    """With its value."""
    assert Try(FIELD).parse_prefix(b"ab;cd") == (b"ab", b"cd")


def test_what_does_not_match_is_taken_back():
    """All of it, and the value says so."""
    assert Try(literal(b"ab")).parse_prefix(b"ac") == (MISS, b"ac")
    assert Try(seq(exactly(3), literal(b"x"))).parse_prefix(b"abcd") == (MISS, b"abcd")
    assert MISS.value == "no match"


def test_a_parser_that_is_short_of_bytes_has_not_failed():
    """It waits; at the end of the input it has."""
    conn = protocol(Try(literal(b"ab")))()
    conn.send(b"a")
    assert conn.needed == 1
    conn.send_eof()
    assert (conn.get_result(), conn.unconsumed) == (MISS, b"a")


@pytest.mark.parametrize("data", [b"abc;", b"abcd"], ids=repr)
def test_a_limit_is_no_mismatch(data):
    """It ends the whole item."""
    with pytest.raises(LimitExceeded):
        Try(until(b";", max=2)).parse_prefix(data)


def test_behind_commit_a_failure_is_one():
    """There is no way back; and what was held is let go."""
    with pytest.raises(ParseError) as caught:
        Try(seq(exactly(1), commit, literal(b"b"))).parse_prefix(b"ac")
    assert caught.value.offset == 1
    long = seq(exactly(2), commit, exactly(2), exactly(2), exactly(1))
    value, rest = Try(long).parse_prefix(b"aabbccd", limits=Limits(max_buffered=2))
    assert (value[-1], rest) == (b"d", b"")


def test_a_users_exception_is_no_mismatch():
    """It passes through, and the alternative is closed."""

    @parser
    def buggy():
        yield from read(2)
        raise KeyError("mine")

    @protocol
    def careful():
        try:
            yield from Try(buggy)
        except KeyError:
            return (yield from read())

    conn = careful()
    conn.send(b"abc")
    assert conn.get_result() == b"c"


def test_looking_ahead_takes_nothing():
    """Whether it matched or failed."""
    assert seq(Look(FIELD), exactly(1)).parse_prefix(b"ab;c") == ((b"ab", b"a"), b"b;c")
    assert Try(Look(literal(b"x"))).parse_prefix(b"ab") == (MISS, b"ab")
    with pytest.raises(IncompleteInput):
        Look(FIELD).parse_prefix(b"ab")


@pytest.mark.parametrize("wrap", [Try, Look])
def test_what_is_held_and_what_is_read_again_is_bounded(wrap):
    """By max_buffered the one, by max_backtrack the other."""
    inner = seq(exactly(2), exactly(2), literal(b"x"))
    with pytest.raises(LimitExceeded) as caught:
        wrap(inner).parse_prefix(b"aabbx", limits=Limits(max_buffered=4))
    assert (caught.value.name, caught.value.offset) == ("max_buffered", 0)
    with pytest.raises(LimitExceeded) as caught:
        wrap(seq(inner, literal(b"y")) if wrap is Try else inner).parse_prefix(
            b"aabbxz", limits=Limits(max_backtrack=4)
        )
    assert (caught.value.name, caught.value.offset) == ("max_backtrack", 0)


def test_an_attempt_to_build_gives_the_bytes_or_the_reason():
    """Apart from what is being built."""
    building = BuildBy(attempt_build, FIELD)
    assert building.build(b"ab") == b"|"
    assert building.build(5) == b"|"
    assert building.told[0] == b"ab;"
    assert isinstance(building.told[1], BuildError)
    assert building.told[1].__traceback__ is None


def test_trying_to_build_leaves_the_bytes_or_the_reason():
    """Where it fails nothing was built; else its bytes are there."""
    building = BuildBy(try_build, seq(FIELD, FIELD))
    assert building.build((b"a", b"b")) == b"a;b;|"
    assert building.build((b"a", 5)) == b"|"
    assert building.told[0] is None
    assert str(building.told[1]) == "[1]: expected bytes, not int"
    assert building.told[1].__traceback__ is None


class Deeper(Parser):
    """Go too deep."""

    def _build(self, value):
        yield from builder().call(self._build(value))


@pytest.mark.parametrize("way", [attempt_build, try_build])
def test_a_limit_is_no_reason_to_build_otherwise(way):
    """It ends the whole."""
    with pytest.raises(BuildError, match="max_depth"):
        BuildBy(way, Deeper()).build(1)


@pytest.mark.parametrize("way", [attempt_build, try_build])
def test_the_place_is_that_of_the_failure_and_then_as_before(way):
    """What fails later is told at its own place."""
    failing = BuildBy(way, seq(FIELD, FIELD))

    class Outer(Parser):
        def _build(self, value):
            yield from inside("outer", failing, value)
            yield from inside("last", FIELD, value)

    with pytest.raises(BuildError, match=r"^last: expected bytes, not tuple$"):
        Outer().build((b"a", 5))
    assert str(failing.told[0]) == "outer[1]: expected bytes, not int"
