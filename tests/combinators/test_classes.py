"""Bytes of a set: one of them, or a run of them."""

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
    literal,
    many,
    none_of,
    one_of,
    parser,
    protocol,
    seq,
    sized,
    take_while,
    uint8,
)
from ohneio.combinators._classes import char_class
from ohneio.testing import check
from tests.combinators.cuts import failed, given, told

ALL = frozenset(range(256))
DIGITS = b"0123456789"


# One byte.


def test_any_byte_takes_one_whatever_it_is():
    """It gives the byte as bytes, and waits for no other."""
    for byte in range(256):
        assert given(any_byte, bytes([byte, 1])) == (bytes([byte]), b"\1", 1)
        assert any_byte.build(bytes([byte])) == bytes([byte])


def test_one_of_takes_a_byte_of_the_set_and_fails_on_another():
    """The mismatch says what was allowed."""
    sign = one_of(b"+-")
    assert given(sign, b"-5") == (b"-", b"5", 1)
    assert failed(sign, b"5-") == ('expected one of [+\\-] at offset 0, found b"5"', 0, 1)


def test_none_of_takes_a_byte_that_is_not_in_the_set():
    """It is `one_of` with all the others."""
    other = none_of(b"\r\n")
    assert given(other, b"ab") == (b"a", b"b", 1)
    assert failed(other, b"\n") == ('expected one of [^\\n\\r] at offset 0, found b"\\n"', 0, 1)
    assert none_of(ALL - {99}) == one_of(b"c")


@pytest.mark.parametrize("one", [any_byte, one_of(b"a"), none_of(b"b")])
def test_one_byte_at_the_end_is_missing(one):
    """Shortage is the end's fault, not the set's."""
    text, consumed, _ = failed(seq(uint8, one), b"a")
    assert (text, consumed) == ("need 1 more byte at offset 1 when the input ended", 1)
    assert failed(sized(0, one), b"a")[0] == "need more bytes at offset 0, where the frame ends"


def test_one_byte_is_more_than_nothing_may_be_buffered():
    """A limit of 0 bytes is exceeded by the first, which need not come."""
    outcome = told(any_byte, b"a", max_buffered=0)
    assert isinstance(outcome.error, LimitExceeded)
    assert outcome.after == 0


@pytest.mark.parametrize("value", [b"", b"ab", b"c", "a", 97, None, bytearray(b"xx")])
def test_only_one_byte_of_the_set_is_built(value):
    """Everything else is a `BuildError`."""
    with pytest.raises(BuildError):
        one_of(b"ab").build(value)
    assert one_of(b"ab").build(bytearray(b"b")) == b"b"


def test_the_only_byte_of_a_set_is_built_from_nothing():
    """Where there is a choice, there is none to make."""
    assert (one_of(b";") >> uint8).build(1) == b";\1"
    with pytest.raises(BuildError):
        (one_of(b";,") >> uint8).build(1)


@pytest.mark.parametrize("make", [one_of, none_of, take_while])
@pytest.mark.parametrize("given", [b"", frozenset(), {256}, {-1}, {"a"}, "a", 5, None, [97]])
def test_a_set_is_of_some_bytes(make, given):
    """Misuse is found when the parser is made."""
    with pytest.raises(UsageError):
        make(given)


def test_a_set_that_leaves_no_byte_is_refused():
    """`none_of` all bytes could never match."""
    with pytest.raises(UsageError):
        none_of(ALL)


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (any_byte, "any_byte"),
        (one_of(b"ba"), "one_of(b'ab')"),
        (one_of({97, 98}), "one_of(b'ab')"),
        (none_of(bytearray(b"\n\r")), "none_of(b'\\n\\r')"),
        (take_while(b"10"), "take_while(b'01')"),
        (take_while(b"01", 2), "take_while(b'01', min=2)"),
        (take_while(b"01", 2, 5), "take_while(b'01', min=2, max=5)"),
        (take_while(ALL - {10}, 1), "take_while(frozenset(range(256)) - frozenset(b'\\n'), min=1)"),
    ],
)
def test_a_set_is_shown_as_what_makes_it(one, text):
    """The representation, evaluated, is an equal parser; so are copies."""
    assert repr(one) == text
    assert eval(text) == one == pickle.loads(pickle.dumps(one)) == copy.deepcopy(one)
    assert hash(eval(text)) == hash(one)


@pytest.mark.parametrize(
    ("allowed", "text"),
    [
        (b"0123456789ABCDEF", "[0-9A-F]"),
        (b"abd", "[abd]"),
        (b"-]^\\", "[\\-\\\\-\\^]"),
        (b"\0\n\xff", "[\\x00\\n\\xff]"),
        (ALL - set(b"ab"), "[^ab]"),
        (ALL, "[\\x00-\\xff]"),
    ],
)
def test_a_set_is_described_as_regular_expressions_do(allowed, text):
    """Ranges are ranges, and what would be read otherwise is escaped."""
    assert char_class(frozenset(allowed)) == text


# Runs.


def test_a_run_is_as_long_as_it_can_be():
    """It takes one byte more to know that."""
    assert given(take_while(DIGITS), b"42;") == (b"42", b";", 3)
    assert given(take_while(DIGITS), b";42") == (b"", b";42", 1)
    assert given(take_while(DIGITS), b"42") == (b"42", b"", None)


def test_a_run_ends_with_its_frame():
    """Nothing behind the frame's end is looked at."""
    assert given(sized(2, take_while(DIGITS)), b"421") == (b"42", b"1", 2)
    assert given(sized(0, take_while(DIGITS)), b"421") == (b"", b"421", 0)


def test_a_run_stops_at_its_greatest_length():
    """It does not wait to see what follows, nor look."""
    assert given(take_while(DIGITS, max=2), b"421") == (b"42", b"1", 2)
    assert given(take_while(DIGITS, max=2), b"4;") == (b"4", b";", 2)
    assert given(take_while(DIGITS, max=0), b"4") == (b"", b"4", 0)


def test_a_run_that_is_too_short_fails_on_the_byte_that_ends_it():
    """Not before, and not after: the run begins at the offset."""
    three = seq(uint8, take_while(DIGITS, min=3))
    assert given(three, b"a123;") == ((97, b"123"), b";", 5)
    assert failed(three, b"a12;;;") == (
        'expected at least 3 of [0-9] at offset 1, found b"12;"', 1, 4,
    )  # fmt: skip
    assert failed(take_while(DIGITS, min=1), b";") == (
        'expected one of [0-9] at offset 0, found b";"', 0, 1,
    )  # fmt: skip


def test_a_run_that_the_input_cuts_short_is_missing_bytes():
    """As many as it needs at least."""
    outcome = told(take_while(DIGITS, min=3), b"1")
    assert isinstance(outcome.error, IncompleteInput)
    assert (outcome.error.needed, outcome.error.have) == (2, 1)
    assert str(outcome.error) == (
        "need 2 more bytes at offset 1 when the input ended, expected at least 3 of [0-9]"
    )


def test_a_run_that_its_frame_has_no_room_for_fails_at_once():
    """Whatever the bytes will be."""
    assert failed(sized(2, take_while(DIGITS, min=3)), b"1;;") == (
        "expected at least 3 of [0-9] at offset 2, where the frame ends", 0, 0,
    )  # fmt: skip


def test_a_run_is_bounded_by_max_buffered():
    """The byte that is one too many is the one that trips, however the input is cut."""
    assert given(take_while(DIGITS), b"1234;", max_buffered=4)[0] == b"1234"
    outcome = told(take_while(DIGITS), b"12345;", max_buffered=4)
    assert isinstance(outcome.error, LimitExceeded)
    assert (outcome.error.limit, outcome.error.name, outcome.after) == (4, "max_buffered", 5)
    assert given(take_while(DIGITS, max=4), b"12345", max_buffered=4) == (b"1234", b"5", 4)


def test_a_run_whose_least_length_is_over_the_limit_is_refused_before_its_first_byte():
    """It could never be kept, whatever the bytes will be."""
    assert failed(take_while(DIGITS, min=5), b"12345", max_buffered=4) == (
        "more than the 4 bytes allowed (max_buffered) at offset 0", 0, 0,
    )  # fmt: skip
    assert given(take_while(DIGITS, min=4), b"1234;", max_buffered=4)[0] == b"1234"


def test_runs_follow_each_other_under_a_small_limit():
    """A limit bounds each run, not all of them together."""
    word = take_while(b"ab", min=1) << one_of(b" ")
    assert given(seq(word, word, word), b"ab bb a ", max_buffered=2)[0] == (b"ab", b"bb", b"a")


def test_a_short_run_is_not_looked_for_in_all_that_is_there():
    """Many bounded runs in one large chunk are linear work."""
    conn = protocol(many(take_while(b"a", min=1, max=1)))()
    conn.send(b"a" * 20_000)  # would take minutes
    conn.send_eof()
    assert len(conn.get_result()) == 20_000


def test_a_run_may_be_longer_than_any_chunk():
    """It is joined once, at the end."""
    conn = protocol(take_while(b"a"))()
    for _ in range(100):
        conn.send(b"a" * 10_000)
    conn.send(b".")
    assert conn.get_result() == b"a" * 1_000_000
    assert conn.unconsumed == b"."


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (b"12a", "expected only [0-9], not b'12a'"),
        (b"1", "expected 2 to 3 bytes, not 1"),
        (b"1234", "expected 2 to 3 bytes, not 4"),
        ("12", "expected bytes, not str"),
    ],
)
def test_only_such_a_run_is_built(value, message):
    """What is built parses to the same run."""
    run = take_while(DIGITS, 2, 3)
    assert run.build(bytearray(b"12")) == b"12"
    with pytest.raises(BuildError) as raised:
        run.build(value)
    assert str(raised.value) == message


def test_the_shortest_run_is_built_from_nothing_if_there_is_only_one():
    """Blanks to be skipped are none, or as many as there must be."""
    assert (take_while(b" \t") >> uint8).build(1) == b"\1"
    assert (take_while(b" ", min=2) >> uint8).build(1) == b"  \1"
    assert (take_while(b" ", 3, 3) >> literal(b"x")).build(b"x") == b"   x"
    with pytest.raises(BuildError):
        (take_while(b" \t", min=1) >> uint8).build(1)


def test_a_run_is_a_step_that_builds():
    """A hand-written parser that builds has nothing to say about blanks."""

    @parser
    def indented():
        yield from take_while(b" ", min=1)
        yield from one_of(b"=")
        return (yield from uint8.of(lambda value: value))

    assert indented.build(7) == b" =\x07"
    assert indented.parse(b"  =\x07") == 7

    @parser
    def chosen():
        return (yield from take_while(b"ab", min=1))

    with pytest.raises(BuildError):
        chosen.build(b"a")


def test_a_run_that_would_go_on_is_not_built():
    """Building never changes where something ends."""
    pair = seq(take_while(b"a"), exactly(1))
    assert pair.build((b"aa", b"b")) == b"aab"
    with pytest.raises(BuildError):
        pair.build((b"aa", b"a"))


@pytest.mark.parametrize("bounds", [(2, 1), (-1, 5), (0, -1), ("1", 2), (1.0, 2)])
def test_bounds_that_cannot_be_are_refused(bounds):
    """Misuse is found when the parser is made."""
    with pytest.raises(UsageError):
        take_while(b"a", *bounds)


def test_what_is_known_of_a_run():
    """Sizes, what it can begin with, and what could prolong it."""
    facts = take_while(b"ab", 2, 5).facts
    assert (facts.least, facts.greatest, facts.nullable) == (2, 5, False)
    assert facts.first == facts.more == frozenset(b"ab")
    assert (facts.canonical, facts.unambiguous, facts.silent) == (True, True, False)
    facts = take_while(b"a").facts
    assert (facts.least, facts.greatest, facts.nullable, facts.silent) == (0, None, True, True)
    facts = take_while(b"a", 3, 3).facts
    assert (facts.self_delimiting, facts.constant) == (True, True)
    assert take_while(b"a", max=0).facts.first == frozenset()


def test_what_is_known_of_one_byte():
    """One byte, which is of the set."""
    facts = one_of(b"ab").facts
    assert (facts.least, facts.greatest, facts.nullable) == (1, 1, False)
    assert (facts.first, facts.self_delimiting) == (frozenset(b"ab"), True)
    assert (facts.silent, one_of(b"a").facts.constant) == (False, True)
    assert any_byte.facts.first == ALL


@pytest.mark.parametrize(
    "run",
    [
        any_byte,
        one_of(b"ab"),
        none_of(b"ab"),
        take_while(b"ab"),
        take_while(b"ab", 2),
        take_while(b"ab", 1, 2),
        take_while(b"ab", max=0),
        many(take_while(b"ab", 1, 2) << one_of(b"c")),
    ],
)
def test_the_laws_hold(run):
    """The kit finds nothing."""
    check(run, [b"", b"a", b"ab", b"abc", b"cab", b"aaaaa", b"acbcabc"])
