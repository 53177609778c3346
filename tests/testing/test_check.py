"""Each law of `check` can fail: something that breaks it and keeps the laws before it."""

from contextlib import suppress

import attrs
import pytest

from ohneio import (
    BuildError,
    Connection,
    IncompleteInput,
    ParseError,
    Parser,
    UsageError,
    at_eof,
    emit,
    exactly,
    hexadecimal,
    line,
    literal,
    lookahead,
    many,
    not_followed_by,
    optional,
    parser,
    peek,
    protocol,
    read,
    read_some,
    rest,
    seq,
    span,
    stream,
    take_while,
    uint8,
    uint16,
    until,
    wait,
)
from ohneio.core._building import put
from ohneio.core._facts import NO_BYTES, UNKNOWN
from ohneio.testing import LawBroken, check


@attrs.frozen
class Lying(Parser):
    """Parses and builds as another does, and says what is not true of it."""

    parser: Parser
    lies: dict = attrs.field(hash=False)

    def _parse(self):
        return self.parser._parse()

    def _build(self, value):
        return self.parser._build(value)

    def _facts(self):
        return attrs.evolve(self.parser.facts, **self.lies)


def lying(one, **lies):
    return Lying(one, lies)


@attrs.frozen
class Doing(Parser):
    """Does what it is given to do, for each direction."""

    steps: object
    backwards: object = None
    known: object = UNKNOWN

    def _parse(self):
        return self.steps()

    def _build(self, value):
        if self.backwards is None:
            raise BuildError("it has no inverse")
        return self.backwards(value)

    def _facts(self):
        return self.known


def broken(subject, data):
    """The error for the law that does not hold."""
    with pytest.raises(LawBroken) as caught:
        check(subject, [data])
    return caught.value


def law_of(subject, data):
    return broken(subject, data).law


# What keeps all of them.


@pytest.mark.parametrize(
    ("subject", "examples"),
    [
        (until(b";"), [b"", b"a;", b"ab;c;"]),
        (seq(uint8, exactly(2)), [b"abc", b"ab", b"abcd"]),
        (many(seq(literal(b"#"), uint8)), [b"#1#2", b"#1#", b"x"]),
        (hexadecimal, [b"0A;", b"a", b"g"]),
        (span(uint8), [b"a", b""]),
        (stream(line), [b"one\r\ntw", b"\n"]),
        (protocol(uint16), [b"ab", b"a", b"abc"]),
    ],
    ids=str,
)
def test_what_is_right_breaks_no_law(subject, examples):
    """Of parsers and protocols, on what is valid and what is not."""
    check(subject, examples)


@pytest.mark.parametrize("examples", [["ab;"], [3], b"ab;"])
def test_an_example_is_bytes(examples):
    """Anything else is the caller's mistake, and breaks no law."""
    with pytest.raises(UsageError, match=r"expected bytes, not (str|int)"):
        check(until(b";"), examples)
    check(until(b";"), [bytearray(b"ab;"), memoryview(b"a;")])


class Incomparable:
    """What can be neither compared nor shown."""

    def __eq__(self, other):
        raise ZeroDivisionError("compared")

    __hash__ = None

    def __repr__(self):
        raise ZeroDivisionError("shown")


def test_values_that_cannot_be_compared_are_alike_if_they_are_one():
    """A law that is broken is told all the same."""
    one = Incomparable()
    check(uint8.map(lambda number: one), [b"a", b""])
    with pytest.raises(LawBroken, match="unprintable Incomparable"):
        check(uint8.map(lambda number: Incomparable()), [b"a"])


def test_what_is_neither_is_refused():
    """A usage error names what was given."""
    with pytest.raises(UsageError, match="a parser or a protocol, not int"):
        check(1, [b""])


def test_no_examples_no_laws():
    """A subject without examples is not run at all."""

    def never():
        raise AssertionError

    check(never, [])


# Laws of protocols.


@protocol
def greedy():
    yield from read_some(8)
    return (yield from read())


@protocol
def telling():
    """Emits each chunk as it comes."""
    while not (yield from at_eof()):
        yield from emit((yield from read()))


@protocol
def looking():
    yield from read(1)
    return (yield from peek())


@parser
def whatever_is_there():
    yield from read(1)
    return (yield from read())


@pytest.mark.parametrize("subject", [greedy, telling, looking, whatever_is_there], ids=str)
def test_chunk_invariance(subject):
    """What is seen must not depend on how the bytes were cut."""
    error = broken(subject, b"abcd")
    assert (error.law, error.data) == ("chunk invariance", b"abcd")
    assert "instead of whole\n    " in str(error)


def test_chunk_invariance_with_an_error_that_says_how_the_bytes_came():
    """The text of an error is seen too."""

    @protocol
    def failing():
        yield from read(1)
        raise ValueError((yield from peek()))

    assert law_of(failing, b"ab") == "chunk invariance"


@protocol
def seldom():
    """Depends on two cuts in the only wrong places."""
    pieces = []
    while not (yield from at_eof()):
        pieces.append((yield from read()))
    return pieces == [b"abc", b"defg", b"hij"]


def test_chunk_invariance_tries_every_way_where_these_are_few():
    """Two wrong cuts are found in a short example, unless some of the ways will do."""
    assert law_of(seldom, b"abcdefghij") == "chunk invariance"
    check(seldom, [b"abcdefghij"], every=False)


def test_moment_of_decision():
    """What is decided after some bytes does not depend on how they came.

    At the end of the input the outcome is the same: only before it the two differ.
    """

    @protocol
    def late():
        yield from read(1)
        if not (yield from peek()):
            with suppress(IncompleteInput):
                yield from lookahead(exactly(2))
        yield from emit("seen")
        while not (yield from at_eof()):
            yield from read(1)

    error = broken(late, b"abc")
    assert (error.law, error.data) == ("moment of decision", b"ab")


class Lossy(Connection):
    """Forgets a byte that was not consumed."""

    @property
    def unconsumed(self):
        return super().unconsumed[1:]


class Forgiving(Connection):
    """Forgets that it failed."""

    def send(self, data):
        if data:
            super().send(data)


def test_nothing_lost():
    """What was consumed and what was not are together what was fed."""
    error = broken(lambda: Lossy(literal(b"ab").__iter__), b"ax")
    assert (error.law, error.data) == ("nothing lost", b"ax")


def test_failure_stays():
    """A connection that failed fails alike ever after."""
    error = broken(lambda: Forgiving(literal(b"ab").__iter__), b"ax")
    assert error.law == "failure stays"
    assert str(error).startswith("failure stays: ParseError(")


def test_short_text():
    """What a log gets to see is short."""

    @protocol
    def verbose():
        yield from read(1)
        raise ValueError("x" * 513)

    assert str(broken(verbose, b"a")).startswith("short text: 513 characters")


def test_linear_work():
    """Looking again at everything, for each byte, is quadratic."""

    @protocol
    def rescanning():
        while (at := (yield from peek()).find(b";")) < 0:
            yield from wait()
        return (yield from read(at + 1))

    assert law_of(rescanning, b"x" * 199 + b";") == "linear work"


# Laws of parsers.


def raising(error):
    def steps():
        yield from ()
        raise error

    return Doing(steps)


def test_only_parse_error():
    """Nothing else comes out of a parser, whatever the peer sends."""

    @parser
    def looked_up():
        return {b"a": 1}[(yield from read(1))]

    error = broken(looked_up, b"b")
    assert (error.law, error.data) == ("only ParseError", b"b")
    assert "KeyError" in str(error)


def test_a_usage_error_is_for_the_author():
    """Who wrote the grammar gets it as it is."""
    with pytest.raises(UsageError, match="wrong"):
        check(raising(UsageError("wrong")), [b"a"])


@pytest.mark.parametrize("offset", [2, -1])
def test_offset_inside(offset):
    """An error is at a place of the input, or at its end."""
    assert law_of(raising(ParseError("no", offset=offset)), b"") == "offset inside"


def test_found_is_there():
    """What an error says that it found stands where it says."""
    assert law_of(raising(ParseError("no", offset=0, found=b"x")), b"ab") == "found is there"


def test_trailing_bytes():
    """What ends by itself takes nothing of what stands behind it."""
    assert law_of(lying(rest, more=NO_BYTES), b"ab") == "trailing bytes"


def test_trailing_bytes_make_no_failure():
    """Nor does it fail for what stands behind it."""
    alone = seq(uint8, not_followed_by(literal(b"\0")))
    error = broken(lying(alone, more=NO_BYTES), b"a")
    assert error.law == "trailing bytes"
    assert "it fails" in str(error)


def test_truncation():
    """What ends by itself misses every byte that is missing."""
    error = broken(lying(seq(literal(b"a"), optional(literal(b"b"))), more=NO_BYTES), b"ab")
    assert (error.law, error.data) == ("truncation", b"a")


def test_builds_what_it_parses():
    """What says that it builds, builds what it has parsed."""
    one_way = lying(uint8.map(lambda n: n + 1), buildable=True, unambiguous=True)
    assert law_of(one_way, b"a") == "builds what it parses"


def test_an_ambiguous_grammar_may_refuse_to_build():
    """It looks at what it builds."""
    check(lying(uint8.map(lambda n: n + 1), buildable=True, unambiguous=None), [b"a"])


def one_byte():
    return (yield from uint8._parse())


def test_round_trip():
    """What is built from a value parses to that value."""
    other = Doing(one_byte, lambda value: iter(put(bytes([value ^ 1]))), uint8.facts)
    error = broken(other, b"a")
    assert error.law == "round trip"
    assert "97 came back as 96" in str(error)


def test_round_trip_of_what_cannot_be_parsed():
    """What is built from a value parses at all."""
    empty = Doing(one_byte, lambda value: iter(put(b"")), uint8.facts)
    error = broken(empty, b"a")
    assert error.law == "round trip"
    assert "cannot be parsed" in str(error)


def test_values_with_places_make_no_round_trip():
    """A place is that in another stream."""
    check(seq(uint8, span(uint8)), [b"ab"])


def test_canonical():
    """A value of which there is one form builds that form."""
    parity = uint8.map(lambda n: n & 1, lambda n: n)
    error = broken(lying(parity, canonical=True), b"a")
    assert (error.law, error.data) == ("canonical", b"a")
    assert error.args[0].startswith("canonical: built again it is b'\\x01'")


@pytest.mark.parametrize(
    ("law", "liar", "data"),
    [
        ("fact least", lying(take_while(b"a"), least=2), b"a;"),
        ("fact greatest", lying(take_while(b"a"), greatest=2), b"aaa;"),
        ("fact nullable", lying(take_while(b"a"), nullable=False), b";"),
        ("fact first", lying(take_while(b"ab"), first=frozenset(b"a")), b"ba;"),
    ],
)
def test_facts(law, liar, data):
    """What is said of every item is true of each."""
    error = broken(liar, data)
    assert error.law == law
    assert law.removeprefix("fact ") + " is " in str(error)


def test_of_an_input_that_does_not_match_no_fact_is_asked():
    """Facts are of items."""
    check(lying(literal(b"a"), least=5), [b"b"])
