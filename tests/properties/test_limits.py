"""A limit trips at limit + 1 exactly, however the input is cut.

Where a length is known beforehand it trips before what is too long arrives.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ohneio import (
    LimitExceeded,
    Limits,
    ParseError,
    State,
    UsageError,
    at_eof,
    emit,
    exactly,
    literal,
    parser,
    peek,
    protocol,
    read,
    read_some,
    stream,
    until,
    wait,
    write,
)
from ohneio.testing._chunkings import chunkings
from tests.properties.outcomes import error_of, outcome
from tests.strategies import chunked

DELIMITERS = [b"\n", b"\r\n", b"aa", b"aab", b"abab"]


def moment_of(factory, data):
    """Feed *data* byte by byte; give the limit that tripped, and after how many bytes."""
    conn = factory()
    for fed in range(len(data) + 1):
        if error := error_of(conn.send, data[:1] if fed else b""):
            assert isinstance(error, LimitExceeded)
            return error, fed
        data = data[1:] if fed else data
    return None, None


# Delimiters.


@pytest.mark.parametrize("delimiter", DELIMITERS)
@pytest.mark.parametrize("limit", [0, 1, 2, 5])
@pytest.mark.parametrize("of", ["max", "max_buffered"])
def test_a_value_of_limit_bytes_passes_and_one_more_trips(delimiter, limit, of):
    """The delimiter does not count; the error stands at the value's first byte."""
    bound = {"max": limit} if of == "max" else {}
    limits = Limits(max_buffered=limit) if of == "max_buffered" else Limits()
    lines = stream(until(delimiter, **bound), limits=limits)
    fits, too_long = b"x" * limit + delimiter, b"x" * (limit + 1) + delimiter

    for chunks in chunkings(fits + too_long):
        told = outcome(lines, chunks)
        assert told.events == (b"x" * limit,)
        assert told.error[0] is LimitExceeded
        assert told.error[2]["offset"] == told.consumed == len(fits)
        assert (told.error[2]["limit"], told.error[2]["name"]) == (limit, of)


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_a_search_trips_as_soon_as_no_delimiter_can_come_in_time(delimiter):
    """Not a byte later, and not while one may still begin within the limit."""
    limit = 4
    lines = stream(until(delimiter, max=limit))

    assert moment_of(lines, b"x" * 10) == (ANY_LIMIT, limit + 1)
    # All but the last byte of a delimiter, begun at the last place: one more byte decides.
    begun = b"x" * limit + delimiter[:-1]
    _, fed = moment_of(lines, begun + b"xxxxxxxx")
    assert fed == len(begun) + 1


class _AnyLimit:
    def __eq__(self, other):
        return isinstance(other, LimitExceeded)

    __hash__ = None


ANY_LIMIT = _AnyLimit()


@given(st.data())
def test_any_line_against_any_limit(data):
    """A line passes exactly if it is no longer than the limit, however it is cut."""
    delimiter = data.draw(st.sampled_from(DELIMITERS))
    limit = data.draw(st.integers(0, 12))
    letters = st.sampled_from([b"a", b"b", b"\r", b"\n"])
    wire = b"".join(data.draw(st.lists(letters, max_size=20)))
    at = wire.find(delimiter)

    told = outcome(stream(until(delimiter, max=limit)), data.draw(chunked(wire)), eof=False)

    first = told.events[:1]
    assert first == ((wire[:at],) if 0 <= at <= limit else ())
    if at > limit:
        assert told.error[0] is LimitExceeded
        assert told.consumed == 0


@pytest.mark.parametrize(("most", "buffered", "name"), [(5, 9, "max"), (9, 5, "max_buffered")])
def test_the_smaller_of_two_limits_holds(most, buffered, name):
    """The parser's own and the connection's: the error names the one that held."""
    lines = stream(until(b"\n", max=most), limits=Limits(max_buffered=buffered))
    for chunks in chunkings(b"x" * 10):
        error = outcome(lines, chunks).error
        assert (error[2]["limit"], error[2]["name"]) == (5, name)


def test_a_delimiter_found_behind_the_limit_is_not_found():
    """Also where all of it is there at once: the same bytes, the same error."""
    lines = stream(until(b"\n", max=3))
    for chunks in chunkings(b"xxxx\nab\n"):
        assert outcome(lines, chunks).error[0] is LimitExceeded
        assert outcome(lines, chunks).events == ()


# Counts.


@pytest.mark.parametrize("how", ["read", "exactly"])
def test_a_count_over_the_limit_is_refused_before_its_first_byte_arrives(how):
    """`max_buffered` bytes are waited for, one more is not, with none of them there."""
    take = {"read": read, "exactly": exactly}[how]

    @protocol(limits=Limits(max_buffered=200))
    def sized():
        while not (yield from at_eof()):
            size = (yield from read(1))[0]
            yield from emit((yield from take(size)))

    error, fed = moment_of(sized, bytes([200]) + bytes(200) + bytes([201]) + bytes(5))
    assert fed == 202
    assert (error.offset, error.limit, error.name) == (202, 200, "max_buffered")


@pytest.mark.parametrize("extra", [0, 1, 10_000])
def test_a_count_over_the_limit_is_refused_even_when_all_of_it_is_there(extra):
    """What happens to be buffered decides nothing."""

    @protocol(limits=Limits(max_buffered=100))
    def body():
        return (yield from exactly(101))

    conn = body()
    with pytest.raises(LimitExceeded):
        conn.send(bytes(101 + extra))
    assert conn.consumed == 0


@pytest.mark.parametrize("n", [2**31 - 1, 2**31, 2**32, 2**63 - 1, 2**63, 2**64, 10**100])
@pytest.mark.parametrize("how", ["read", "exactly"])
def test_an_enormous_count_is_refused_at_once(n, how):
    """No arithmetic overflows, nothing is allocated, and no byte is waited for."""
    take = {"read": read, "exactly": exactly}[how]

    @protocol
    def body():
        yield from take(n)

    conn = body()
    with pytest.raises(LimitExceeded) as caught:
        conn.send(b"")
    assert caught.value.offset == 0
    assert len(str(caught.value)) < 512


@pytest.mark.parametrize("n", [-1, -(2**63), -(10**100)])
@pytest.mark.parametrize("make", [read, exactly, peek, read_some, lambda n: until(b";", max=n)])
def test_a_negative_count_is_the_callers_mistake(make, n):
    """It is refused where it is made, and nothing is read backwards."""
    with pytest.raises(UsageError):
        make(n)


def test_a_literal_over_the_limit_is_refused():
    """A literal is a token like any other."""
    fits = stream(literal(b"12345678"), limits=Limits(max_buffered=8))
    refused = stream(literal(b"123456789"), limits=Limits(max_buffered=8))
    for chunks in chunkings(b"123456789"):
        assert outcome(fits, chunks, eof=False).events == (b"12345678",)
        assert outcome(refused, chunks, eof=False).error[0] is LimitExceeded


def test_what_is_taken_in_pieces_may_be_larger_than_the_limit():
    """`read_some` waits for one byte only."""

    @protocol(limits=Limits(max_buffered=1))
    def body():
        total = 0
        while not (yield from at_eof()):
            total += len((yield from read_some(1_000_000)))
        return total

    conn = body()
    conn.send(bytes(100_000))
    conn.send(bytes(1))
    conn.send_eof()
    assert conn.get_result() == 100_001


def test_looking_without_taking_is_bounded_too():
    """Who waits again and again and takes nothing trips when more than the limit is there."""

    @protocol(limits=Limits(max_buffered=10))
    def looking():
        while b"\n" not in (yield from peek()):
            yield from wait()

    conn = looking()
    for _ in range(10):
        conn.send(b"x")
    with pytest.raises(LimitExceeded):
        conn.send(b"x")
        conn.send(b"")
    assert conn.pending_input <= 12


# Depth.


@parser
def nested():
    """``((()))``, as deep as it goes."""
    yield from literal(b"(")
    while (yield from exactly(1)) == b"<":
        yield from nested
    return True


@parser
def deep(levels):
    """A parser within a parser within a parser, without a byte."""
    if levels > 1:
        return (yield from deep(levels - 1))
    return (yield from exactly(1))


@pytest.mark.parametrize("limit", [0, 1, 2, 10, 256])
def test_so_many_levels_pass_and_one_more_trips(limit):
    """`max_depth` counts the passages that are open at once."""
    limits = Limits(max_depth=limit)
    if limit:
        assert deep(limit).parse(b"x", limits=limits) == b"x"
    with pytest.raises(LimitExceeded) as caught:
        deep(limit + 1).parse(b"x", limits=limits)
    assert (caught.value.limit, caught.value.name, caught.value.offset) == (limit, "max_depth", 0)


def test_depth_trips_at_the_byte_that_opens_one_level_too_many():
    """The same byte, however the input is cut."""
    factory = stream(nested, limits=Limits(max_depth=4))
    for chunks in chunkings(b"(<(<(<(<(<(<"):
        told = outcome(factory, chunks, eof=False)
        assert told.error[0] is LimitExceeded
        assert told.consumed == told.error[2]["offset"] == 8
    assert moment_of(factory, b"(<(<(<(<(<(<") == (ANY_LIMIT, 8)


def test_levels_that_were_left_do_not_count():
    """A million passages one after the other are one level."""

    @protocol(limits=Limits(max_depth=1))
    def flat():
        for _ in range(10_000):
            yield from deep(1)
        return True

    conn = flat()
    conn.send(b"x" * 10_000)
    assert conn.get_result()


# What one call may bring.


@pytest.mark.parametrize("item", [until(b"\n"), exactly(10), literal(b"123456789\n")])
def test_a_send_larger_than_the_limit_that_is_consumed_as_it_goes_is_fine(item):
    """The limit is for what is waited for, not for what comes in at once."""
    conn = stream(item, limits=Limits(max_buffered=10))()
    conn.send(b"123456789\n" * 10_000)

    assert len(conn.events()) == 10_000
    assert conn.pending_input == 0


def test_input_is_refused_while_output_is_owed_and_too_much_is_waiting():
    """At limit + 1 unread bytes `send` takes nothing; `wants_input` said so; reading helps."""

    @protocol(limits=Limits(max_buffered=10))
    def echo():
        while not (yield from at_eof()):
            yield from write((yield from exactly(1)))

    conn = echo()
    conn.send(b"a")
    assert not conn.wants_input
    for _ in range(11):
        conn.send(b"b")  # a loop that does not look at `wants_input` may go so far
    for _ in range(3):
        with pytest.raises(UsageError, match="wants_input"):
            conn.send(b"c")
    assert (conn.pending_input, conn.consumed, conn.state) == (11, 1, State.RUNNING)
    conn.send(b"")  # which brings nothing is no harm

    assert conn.read() == b"a" + b"b" * 11
    assert conn.wants_input
    conn.send(b"c")
    assert conn.read() == b"c"


def test_reading_exactly_what_is_owed_makes_it_want_input_again():
    """What `wants_input` promises `send` keeps, also before the protocol has gone on."""

    @protocol(limits=Limits(max_buffered=4))
    def echo():
        while True:
            yield from write((yield from exactly(1)))

    conn = echo()
    conn.send(b"abcdefgh")
    assert not conn.wants_input
    assert conn.read(1) == b"a"
    assert conn.wants_input
    conn.send(b"i")
    assert conn.read() == b"bcdefghi"


def test_what_is_left_over_is_bounded():
    """A protocol that is done keeps `max_buffered` bytes for the next one, and refuses one more."""

    @protocol(limits=Limits(max_buffered=10))
    def greeting():
        return (yield from exactly(1))

    conn = greeting()
    conn.send(b"x")
    for _ in range(10):
        conn.send(b"y")
    with pytest.raises(UsageError):
        conn.send(b"z")
    assert conn.unconsumed == b"y" * 10


@given(st.data())
def test_no_limit_depends_on_the_cuts(data):
    """Lengths, lines and levels around their limits, in any order and any chunks."""
    limits = Limits(max_buffered=8, max_depth=3)

    @parser
    def item():
        kind = yield from exactly(1)
        match kind:
            case b"l":
                return (yield from until(b";", max=5))
            case b"L":
                return (yield from until(b";;"))
            case b"n":
                return (yield from exactly((yield from exactly(1))[0] % 12))
            case b"d":
                return [(yield from item)]
            case _:
                raise ParseError("what is it?")

    pieces = st.sampled_from([b"l", b"L", b"n", b"d", b"\x08", b"\x09", b";", b"xxx", b"ab;"])
    wire = b"".join(data.draw(st.lists(pieces, max_size=12)))

    expected = outcome(stream(item, limits=limits), [wire])
    assert outcome(stream(item, limits=limits), data.draw(chunked(wire))) == expected
