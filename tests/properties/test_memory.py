"""What connections keep: bounded, small when idle, and nothing when they are gone."""

import gc
import sys
import textwrap
import tracemalloc

import pytest

from ohneio import (
    LimitExceeded,
    ParseError,
    at_eof,
    exactly,
    literal,
    many,
    protocol,
    seq,
    stream,
    take_while,
    until,
    write,
)
from ohneio.staging import stage, unstaged
from tests.processes import python

KIB = 1024
MIB = 1024 * KIB

on_unix = pytest.mark.skipif(sys.platform == "win32", reason="needs `resource`, which is Unix")


def in_a_process(script):
    """Run a script in a fresh Python of the same version; its output."""
    done = python("-c", textwrap.dedent(script))
    assert done.returncode == 0, (done.returncode, done.stderr[-4000:])
    return done.stdout


def traced(function):
    """What *function* returns, and the bytes that are allocated for as long as it is kept."""
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        kept = function()
        gc.collect()
        return kept, tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()


# Streams.

STREAMING = """
    import resource, sys
    from ohneio import at_eof, emit, exactly, protocol, read_some, stream, until, write

    chunk = (b"x" * 16383 + b"\\n") * 4

    @protocol
    def echo():
        while not (yield from at_eof()):
            yield from write((yield from until(b"\\n")))

    @protocol
    def body():
        while not (yield from at_eof()):
            yield from emit(len((yield from read_some(1 << 20))))

    connections = {
        "lines": stream(until(b"\\n")),
        "records that straddle chunks": stream(exactly(100_000)),
        "echo": echo,
        "body in pieces": body,
    }

    def feed(conn, chunks):
        for _ in range(chunks):
            conn.send(chunk)
            conn.read()
            conn.events()

    def peak():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (
            1 if sys.platform == "darwin" else 1024
        )

    conn = connections[NAME]()
    feed(conn, 256)
    before = peak()
    feed(conn, CHUNKS)
    print(peak() - before, conn.consumed + conn.pending_input)
"""


@on_unix
@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["lines", "records that straddle chunks", "body in pieces", "echo"]
)
def test_a_gigabyte_streamed_through_leaves_memory_as_it_is(name):
    """1 GiB in chunks of 64 KiB grows the process by 2 MiB at most."""
    script = STREAMING.replace("NAME", repr(name)).replace("CHUNKS", "16384")
    grown, fed = map(int, in_a_process(script).split())

    assert fed == (16384 + 256) * 64 * KIB
    assert grown <= 2 * MIB


@on_unix
@pytest.mark.slow
def test_a_million_tiny_chunks_cost_no_more_than_twice_their_payload():
    """2 MB in chunks of two bytes that must be kept take at most 4 MB and 64 KiB."""
    grown, kept = in_a_process(
        """
        import resource, sys
        from ohneio import exactly, stream

        def feed(chunks):
            conn = stream(exactly(3_000_000))()
            for _ in range(chunks):
                conn.send(b"ab")
            return conn

        feed(1000)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        conn = feed(1_000_000)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, conn.pending_input)
        """
    ).split()

    assert int(kept) == 2_000_000
    assert int(grown) * (1 if sys.platform == "darwin" else 1024) <= 2 * 2_000_000 + 64 * KIB


@pytest.mark.parametrize("size", [1, 2, 10, 63, 64, 100, 1460, 4095, 4096, 5000, 65536])
@pytest.mark.parametrize("item", [exactly(1_000_000), until(b";")], ids=["count", "search"])
def test_chunks_of_any_size_cost_no_more_than_twice_their_payload(size, item):
    """However the payload came, what is kept is bounded by it."""
    number = min(100_000 // size + 1, 20_000)
    # Chunks that are there only once, as if they had come from a socket.
    chunks = [bytes([n % 100]) * size for n in range(number)]

    def feed():
        conn = stream(item)()
        for chunk in chunks:
            conn.send(bytearray(chunk))
        return conn

    _, cost = traced(feed)
    assert cost <= 2 * size * number + 64 * KIB


@pytest.mark.parametrize("pattern", [(1, 4096), (4095, 1), (1, 65536, 1, 1), (2, 4096, 3000)])
def test_chunks_of_mixed_sizes_cost_no_more_than_twice_their_payload(pattern):
    """Large chunks between small ones do not keep the small ones from coalescing for long."""
    sizes = pattern * (200_000 // sum(pattern))

    def feed():
        conn = stream(exactly(1_000_000))()
        for size in sizes:
            conn.send(bytearray(size))
        return conn

    _, cost = traced(feed)
    assert cost <= 2 * sum(sizes) + 64 * KIB


def test_input_behind_a_write_costs_no_more_than_twice_its_payload():
    """Also what piles up while output is owed."""

    @protocol
    def echo():
        while not (yield from at_eof()):
            yield from write((yield from exactly(1)))

    def feed():
        conn = echo()
        for _ in range(20_000):
            conn.send(b"ab")
        return conn

    _, cost = traced(feed)
    assert cost <= 2 * 40_000 + 64 * KIB


@pytest.mark.parametrize("left", [1, 100, 1000])
def test_a_small_rest_does_not_keep_a_large_chunk(left):
    """Of a chunk of 10 MB the last few bytes are kept, and not the chunk."""

    def feed():
        conn = stream(exactly(10_000))()
        conn.send(bytes(10_000_000 + left))
        conn.events()
        return conn

    conn, cost = traced(feed)
    assert conn.pending_input == left
    assert cost <= 64 * KIB


WORD_AND_REST = seq(take_while(b"abc", min=1), literal(b" "), until(b";"))


@pytest.mark.parametrize(
    ("grammar", "data"),
    [
        (exactly(200_000), bytes(200_000)),
        (until(b";"), b"x" * 200_000 + b";"),
        (seq(until(b";"), until(b"!")), b"x" * 100_000 + b";" + b"x" * 100_000 + b"!"),
        (WORD_AND_REST, b"a x;" * 20_000),
        (many(WORD_AND_REST, max=1) << literal(b"!"), b"a x;!" * 20_000),
    ],
)
@pytest.mark.parametrize("way", [stage, unstaged])
def test_what_was_taken_is_kept_by_nobody(grammar, data, way):
    """Neither the last item, nor its parts, nor the chunk that it came in: staged or not."""
    grammar = way(grammar)

    def feed():
        conn = stream(grammar)()
        conn.send(data[:7] if len(data) > 7 else data)
        conn.send(data[7:])
        conn.events()
        return conn

    conn, cost = traced(feed)
    assert conn.pending_input == 0
    assert cost <= 64 * KIB


def test_small_values_do_not_keep_large_chunks():
    """A value that somebody keeps is its own bytes, and no view of the chunk that it came in."""

    def feed():
        conn = stream(until(b";"))()
        kept = []
        for _ in range(100):
            conn.send(b"abc;" + bytes(65_000) + b";")
            kept.append(conn.events()[0])
        return kept

    kept, cost = traced(feed)
    assert kept == [b"abc"] * 100
    assert cost <= 64 * KIB


def test_output_that_was_read_is_not_kept():
    """Neither after all of it was read, nor much more than what is left of it."""

    @protocol
    def generous():
        yield from write(bytes(10_000_000))
        yield from exactly(1)

    def read_all(left):
        conn = generous()
        conn.send(b"")
        while conn.pending_output > left:
            conn.read(65536)
        return conn

    for left in (0, 50_000):
        conn, cost = traced(lambda left=left: read_all(left))
        assert conn.pending_output <= left
        assert cost <= 2 * left + 64 * KIB


def test_an_announced_length_costs_nothing_until_it_arrives():
    """Sixteen mebibytes from a few bytes of a peer: memory grows with what is there only."""

    @protocol
    def sized():
        size = int((yield from until(b"\n")))
        return (yield from exactly(size))

    def announce():
        conn = sized()
        conn.send(b"%d\n" % (16 * MIB))
        conn.send(b"the first few")
        return conn

    conn, cost = traced(announce)
    assert conn.needed == 16 * MIB - 13
    assert cost <= 4 * KIB


@pytest.mark.parametrize("item", [until(b"\n", max=100_000), until(b"\r\n\r\n", max=100_000)])
@pytest.mark.parametrize("size", [10, 65536])
def test_a_search_that_never_ends_keeps_no_more_than_its_limit(item, size):
    """A peer that sends no delimiter fills memory up to the limit, and a chunk."""
    conn = stream(item)()
    with pytest.raises(LimitExceeded):
        for _ in range(1_000_000):
            conn.send(bytes(size))

    assert conn.pending_input <= 100_000 + size + 3


# Idle.

line = until(b"\n", include=True)


@protocol
def line_echo():
    while not (yield from at_eof()):
        yield from write((yield from line))


@protocol
async def async_line_echo():
    while not await at_eof():
        await write(await line)


IDLE = {
    "never used": (line_echo, []),
    "waits for a byte": (line_echo, [b""]),
    "waits for the rest of a line": (line_echo, [b"half a li"]),
    "waits for the rest of a body": (stream(exactly(100)), [b"half a body"]),
    "has echoed lines": (line_echo, [b"a line\n", b"and another\nwith", b" more\n"]),
    "async": (async_line_echo, [b"half a li"]),
    "stream": (stream(until(b"\n")), [b"a line\n", b"half a li"]),
}


@pytest.mark.parametrize("how", IDLE)
def test_an_idle_connection_costs_no_more_than_two_kibibytes(how):
    """Ten thousand of them (a thousand of each kind here), whatever they have done before."""
    factory, fed = IDLE[how]
    number = 10_000 if how == "waits for the rest of a line" else 1_000

    def make():
        connections = [factory() for _ in range(number)]
        for conn in connections:
            for chunk in fed:
                conn.send(chunk)
                conn.read()
                conn.events()
        return connections

    _, cost = traced(make)
    assert cost <= number * 2 * KIB


# Gone.


EXPECTED = literal(b"expected")


def fail_and_drop(data):
    conn = stream(EXPECTED)()
    try:
        conn.send(data)
    except ParseError:
        return conn.error
    raise AssertionError("should have failed")


def fail_by_hand():
    @protocol
    def body():
        try:
            yield from exactly(2)
        finally:
            yield from exactly(1)
        raise ParseError("no")

    conn = body()
    try:
        conn.send(b"abc")
    except ParseError as error:
        return conn.error, str(error)
    raise AssertionError("should have failed")


def fail_in_read():
    @protocol
    def body():
        yield from write(b"x")
        yield from literal(b"y")

    conn = body()
    conn.send(b"z")
    conn.read()
    conn.events()
    assert not conn.has_result
    return conn.error


#: Made once: a grammar that was staged refers to itself, and is left to the collector.
BOUNDED, LETTER, THREE, WORD = until(b";", max=3), literal(b"a"), exactly(3), until(b";")

DROPPED = {
    "failed": lambda: fail_and_drop(b"exceptional"),
    "failed in parse": lambda: failing(lambda: BOUNDED.parse(b"abcd;")),
    "failed in parse_prefix": lambda: failing(lambda: LETTER.parse_prefix(b"b")),
    "failed in parse_stream": lambda: failing(lambda: list(LETTER.parse_stream([b"aab"]))),
    "failed at the end": lambda: failing(lambda: THREE.parse(b"ab")),
    "failed by hand": fail_by_hand,
    "failed in read": fail_in_read,
    "parsed": lambda: WORD.parse(b"abc;"),
    "suspended": lambda: line_echo().send(b"half a li"),
}


def failing(call):
    try:
        call()
    except ParseError as error:
        return str(error)
    raise AssertionError("should have failed")


@pytest.mark.parametrize("how", DROPPED)
def test_what_is_dropped_leaves_nothing_for_the_collector(how):
    """A thousand connections that ended so: without a collector not one object stays behind."""
    use = DROPPED[how]
    for _ in range(4):  # what is staged is so by then
        use()
    gc.collect()
    gc.disable()
    try:
        before = len(gc.get_objects())
        for _ in range(1000):
            use()
        assert len(gc.get_objects()) - before < 20
        assert gc.collect() == 0
    finally:
        gc.enable()


@on_unix
@pytest.mark.slow
def test_a_hundred_thousand_failed_connections_leave_nothing_behind():
    """Made, failed with a `ParseError` and dropped, with the collector off: memory stays."""
    grown = in_a_process(
        """
        import gc, resource, sys
        from ohneio import ParseError, literal, stream

        factory = stream(literal(b"expected"))

        def fail(times):
            for _ in range(times):
                conn = factory()
                try:
                    conn.send(b"exceptional")
                except ParseError as error:
                    str(error)
                try:
                    conn.send_eof()
                except ParseError:
                    pass

        gc.disable()
        fail(1000)
        before, objects = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, len(gc.get_objects())
        fail(100_000)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
        print(len(gc.get_objects()) - objects)
        """
    )
    kibibytes, objects = map(int, grown.split())
    if sys.platform == "darwin":
        kibibytes //= 1024

    assert kibibytes <= 1024
    assert objects < 100
