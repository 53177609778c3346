"""The work is linear in the bytes fed: counted, not timed.

The law: at most three bytes scanned or copied for each byte fed, and 64 for
each message.  A delimiter of several bytes takes one more look at the end of
each chunk, where it could begin; a token without a size that is longer than a
chunk, and no longer than two, takes more in staged code.
"""

from collections import deque

import pytest

from ohneio import (
    LimitExceeded,
    Limits,
    any_byte,
    at_eof,
    choice,
    count_prefixed,
    decimal,
    dispatch,
    emit,
    exactly,
    field,
    forward,
    integer,
    length_prefixed,
    line,
    literal,
    many,
    many_until,
    parser,
    peek,
    protocol,
    read,
    record,
    sep_by,
    seq,
    stream,
    struct_unpack,
    take_while,
    text,
    uint8,
    uint16,
    uint32,
    until,
    wait,
    wire,
    write,
)
from ohneio.core._input import Input
from ohneio.testing._work import count_work, counted
from tests.staging.counting import counting
from tests.staging.differing import only

LARGE = 400_000

pytestmark = pytest.mark.slow


@pytest.fixture(params=["nodes", "functions"], autouse=True)
def way(request):
    """Everything here runs node by node, and as the functions of staging."""
    with only(None) if request.param == "nodes" else counting():
        yield request.param


@parser
def netstring():
    size = int((yield from until(b":", max=9)))
    data = yield from exactly(size)
    yield from literal(b",")
    return data


def cut(data, size):
    """The data in chunks of this size."""
    return [data[at : at + size] for at in range(0, len(data), size)]


def assert_linear(factory, chunks, *, a_chunk=0):
    """The law holds; `a_chunk` is what each chunk may cost besides."""
    fed = sum(map(len, chunks))
    work, messages = counted(factory, chunks)

    assert messages, "a test that parses nothing proves nothing"
    assert work <= 3 * fed + 64 * messages + a_chunk * len(chunks)


# The counter.


@protocol
def rescanning():
    """The getting-started of 2016: it looks at the whole line whenever a chunk arrives."""
    while not (yield from at_eof()):
        while (at := (yield from peek()).find(b"\n")) < 0:
            yield from wait()
        yield from emit((yield from read(at + 1)))


def test_the_counter_sees_quadratic_work():
    """A line that is looked at again with every byte costs the square of its length."""
    work, messages = counted(rescanning, cut(b"x" * 999 + b"\n", 1))

    assert messages == 1
    assert work > 1000 * 1000


def test_the_counter_changes_nothing():
    """A watched connection gives what another one gives."""
    watched, plain = stream(netstring)(), stream(netstring)()
    count_work(watched)
    for conn in (watched, plain):
        conn.send(b"3:abc,")
        conn.send(b"5:de")
        conn.send(b"fgh,0")

    assert watched.events() == plain.events() == [b"abc", b"defgh"]
    assert watched.unconsumed == plain.unconsumed == b"0"
    assert (watched.consumed, watched.waiting) == (plain.consumed, plain.waiting)


# Byte by byte.


@pytest.mark.parametrize(
    ("item", "wire"),
    [
        pytest.param(until(b"\n"), b"x" * 39 + b"\n", id="short lines"),
        pytest.param(until(b"\n"), b"x" * 4_999 + b"\n", id="long lines"),
        pytest.param(until(b"\r\n"), b"x" * 4_998 + b"\r\n", id="long lines with crlf"),
        pytest.param(until(b"\r\n", include=True), b"\r" * 4_999 + b"\n", id="nearly crlf"),
        pytest.param(until(b"\n", max=4_999), b"x" * 4_999 + b"\n", id="bounded lines"),
        pytest.param(until(b"-" * 70), b"-" * 69 + b"x" * 4_861 + b"-" * 70, id="boundary"),
        pytest.param(exactly(8), b"x" * 8, id="records"),
        pytest.param(exactly(5_000), b"x" * 5_000, id="bodies"),
        pytest.param(literal(b"ab" * 2_500), b"ab" * 2_500, id="literals"),
        pytest.param(netstring, b"5000:" + b"x" * 5_000 + b",", id="netstrings"),
    ],
)
def test_byte_by_byte(item, wire, way):
    """Feeding byte by byte costs no more than the law allows."""
    assert_linear(stream(item), cut(wire * (1 + 10_000 // len(wire)), 1))


# Small chunks of something large.


@pytest.mark.parametrize("size", [64, 1460, 65536])
@pytest.mark.parametrize(
    ("item", "end", "a_chunk"),
    [
        pytest.param(until(b"\n"), b"\n", 0, id="line"),
        pytest.param(until(b"\n", include=True, max=LARGE), b"\n", 0, id="bounded line"),
        pytest.param(until(b"\r\n"), b"\r\n", 1, id="line with crlf"),
        pytest.param(until(b"=" * 70), b"=" * 70, 69, id="boundary"),
        pytest.param(exactly(LARGE), b"", 0, id="body"),
        pytest.param(literal(b"x" * LARGE), b"", 0, id="literal"),
    ],
)
def test_something_large_in_small_chunks(item, end, a_chunk, size, way):
    """A long line, a large counted body: each chunk is looked at when it arrives, not again."""
    wire = b"x" * (LARGE - len(end)) + end

    assert_linear(stream(item), cut(wire, size), a_chunk=a_chunk)


@pytest.mark.parametrize("size", [2, 3, 7, 8, 100])
@pytest.mark.parametrize("delimiter", [b"\r\n", b"aab", b"a" * 20])
@pytest.mark.parametrize("filler", [b"x", b"\r", b"a", b"aax"])
def test_a_delimiter_that_nearly_comes(delimiter, filler, size, way):
    """What could begin a delimiter and does not is no reason to look again and again."""
    body = (filler * 10_000)[:10_000].replace(delimiter, b"x" * len(delimiter))
    wire = body.rstrip(delimiter) + b"x" + delimiter

    assert_linear(stream(until(delimiter)), cut(wire, size), a_chunk=2 * len(delimiter))


# Grammars with all that staging makes of them.


word = take_while(b"abc", min=1)
CRLF = literal(b"\r\n")


@wire
class Message:
    kind: int = field(uint8)
    flags: int = field(uint16)
    body: bytes = field(length_prefixed(uint32))


def replies():
    """The replies of Redis, in short."""
    reply = forward()
    bulk = length_prefixed(decimal << CRLF) << CRLF
    array = count_prefixed(decimal << CRLF, reply)
    return reply.become(dispatch(any_byte, {b"+": until(b"\r\n"), b"$": bulk, b"*": array}))


@pytest.mark.parametrize("size", [64, 1460, 65536])
@pytest.mark.parametrize(
    ("item", "wire"),
    [
        pytest.param(replies(), b"*10000\r\n" + b"$3\r\nabc\r\n" * 10_000, id="an array"),
        pytest.param(replies(), b"$1000000\r\n" + b"x" * 1_000_000 + b"\r\n", id="a bulk"),
        pytest.param(record(Message), b"\1\0\2\0\x0f\x42\x40" + b"x" * 1_000_000, id="a body"),
        pytest.param(
            length_prefixed(uint32, many(uint8)), b"\0\0\x27\x10" + b"x" * 10_000, id="bytes"
        ),
        pytest.param(count_prefixed(uint16, uint32), b"\x27\x10" + b"abcd" * 10_000, id="numbers"),
        pytest.param(many(word << CRLF) << literal(b"."), b"abc\r\n" * 10_000 + b".", id="lines"),
        pytest.param(sep_by(word, literal(b",")) << CRLF, b"abc," * 9_999 + b"abc\r\n", id="words"),
        pytest.param(many(record(Message), 99, 99), (b"\1\0\2\0\0\0\4abcd") * 99, id="messages"),
    ],
)
def test_a_large_item_in_small_chunks(item, wire, size):
    """A long body, an array of ten thousand: what was looked at is not looked at again."""
    assert_linear(stream(item), cut(wire * 2, size))


@pytest.mark.parametrize("size", [64, 1460, 65536])
@pytest.mark.parametrize(
    ("item", "wire"),
    [
        pytest.param(struct_unpack("!IHH"), b"abcdefgh", id="records"),
        pytest.param(uint16, b"ab", id="numbers"),
        pytest.param(until(b"\n"), b"x" * 39 + b"\n", id="lines"),
        pytest.param(until(b"\r\n", max=100), b"x" * 38 + b"\r\n", id="bounded lines"),
        pytest.param(seq(word << literal(b" "), word, line), b"abc cba rest\r\n", id="a run"),
        pytest.param(record(Message), b"\1\0\2\0\0\0\4abcd", id="messages"),
        pytest.param(
            choice(literal(b"a") >> uint16, literal(b"b") >> until(b";")), b"axybcd;", id="choice"
        ),
        pytest.param(text(until(b";")), b"abcdef;", id="text"),
        pytest.param(text(until(b";")).verify(len), b"abcdef;", id="verified"),
    ],
)
def test_many_small_items(item, wire, size):
    """Most of them in one chunk as a whole, and one cut by its end."""
    assert_linear(stream(item), cut(wire * (20_000 // len(wire)), size))


@pytest.mark.parametrize(
    ("item", "wire", "size"),
    [
        pytest.param(line, b"x" * 127 + b"\r\n", 64, id="lines"),
        pytest.param(many(line, 3, 3), (b"x" * 127 + b"\r\n") * 3, 64, id="lines in a row"),
        pytest.param(seq(uint8, line), b"1" + b"x" * 200 + b"\r\n", 100, id="numbered lines"),
        pytest.param(sep_by(word, literal(b",")) << CRLF, b"abc" * 42 + b"\r\n", 64, id="words"),
        pytest.param(
            many(word << CRLF) << literal(b"."), b"abc\r\n" * 9 + b".", 3, id="short ones"
        ),
    ],
)
def test_what_each_chunk_cuts_again(item, wire, size):
    """Twice as long as a chunk is the worst: it is looked at and copied once more with each.

    That is more than the law allows, but no more than this, however long the input is.
    """
    chunks = cut(wire * (20_000 // len(wire)), size)
    work, messages = counted(stream(item), chunks)
    assert messages == 20_000 // len(wire)
    assert work <= 8 * sum(map(len, chunks))


def in_itself(of):
    tree = forward()
    return tree.become(of(tree))


def nested(begin, leaf, end, between=b""):
    """Return what makes a tree so deep, with so many leaves before and behind what is inside."""

    def made(depth, width):
        inside = leaf
        for _ in range(depth):
            inside = between.join([*[leaf] * width, inside, *[leaf] * width])
            inside = (begin(inside) if callable(begin) else begin) + inside + end
        return inside

    return made


def listed(item):
    """Return a forward that stands for a list of *item*."""
    one = forward()
    one.become(literal(b"[") >> sep_by(item, literal(b",")) << literal(b"]"))
    return one


def listed_words():
    """Return a forward that stands for words, and lists of them as deep as they are."""
    one = forward()
    one.become(choice(word, listed(one)))
    return one


#: Grammars in themselves, and what makes bytes for them.
TREES = {
    "lists": (
        in_itself(
            lambda x: choice(literal(b"[") >> sep_by(x, literal(b",")) << literal(b"]"), word)
        ),
        nested(b"[", b"abc", b"]", b","),
    ),
    "lengths": (
        in_itself(
            lambda x: dispatch(
                uint8, {1: length_prefixed(uint32, many(x)), 2: length_prefixed(uint8)}
            )
        ),
        nested(lambda inside: b"\1" + len(inside).to_bytes(4), b"\2\3abc", b""),
    ),
    "up to an end": (
        in_itself(
            lambda x: dispatch(uint8, {1: many_until(x, literal(b".")), 2: length_prefixed(uint8)})
        ),
        nested(b"\1", b"\2\3abc", b"."),
    ),
    "leaves and lists": (
        in_itself(
            lambda x: literal(b"[") >> sep_by(choice(word, x), literal(b",")) << literal(b"]")
        ),
        nested(b"[", b"abc", b"]", b","),
    ),
    "two in each other": (
        in_itself(lambda x: choice(listed(x), word)),
        nested(b"[", b"abc", b"]", b","),
    ),
    "one in another": (
        in_itself(lambda x: choice(literal(b"<") >> listed(listed_words()) << literal(b">"), word)),
        lambda depth, width: b"<" + nested(b"[", b"abc", b"]", b",")(depth, width) + b">",
    ),
}


@pytest.mark.parametrize("size", [64, 1460])
@pytest.mark.parametrize(("depth", "width"), [(200, 0), (90, 1), (3, 2_000)])
@pytest.mark.parametrize("tree", TREES)
def test_a_tree_in_small_chunks(tree, depth, width, size):
    """However deep: what a chunk has cut is not looked at again by each of the levels it is in."""
    grammar, wire = TREES[tree]
    data = wire(depth, width)
    chunks = cut(data * (1 + 20_000 // len(data)), size)
    work, messages = counted(stream(grammar, limits=Limits(max_depth=1_000)), chunks)
    assert messages == 1 + 20_000 // len(data)
    assert work <= 8 * sum(map(len, chunks))


# Much at once.


@pytest.mark.slow
@pytest.mark.parametrize("item", [until(b"\n"), until(b"\r\n", max=9_998), exactly(10_000)])
def test_a_hundred_megabytes_in_one_send(item):
    """What stands behind a message costs it nothing."""
    assert_linear(stream(item), [(b"x" * 9_998 + b"\r\n") * 10_000])


def test_short_lines_in_one_large_send():
    """Many short lines in one send: each byte is scanned once and copied once."""
    work, messages = counted(stream(until(b"\n")), [b"short\n" * 20_000])

    assert messages == 20_000
    assert work <= 2 * 6 * 20_000


# What piled up.


@pytest.mark.parametrize("size", [1, 64, 1460, 4096, 65536])
@pytest.mark.parametrize(
    ("item", "wire"),
    [
        (until(b"\n"), b"x" * 2_999 + b"\n"),
        (until(b"\r\n"), b"x" * 2_998 + b"\r\n"),
        (exactly(3_000), b"x" * 3_000),
        (literal(b"ab" * 1_500), b"ab" * 1_500),
    ],
)
def test_input_that_waited_for_output_to_be_read(item, wire, size):
    """Chunks that piled up behind a `write` are joined once, piece by piece."""

    @protocol
    def greeting():
        yield from write(b"wait for me")
        while not (yield from at_eof()):
            yield from emit((yield from item))

    data = wire * (3 if size == 1 else 100)
    conn = greeting()
    work = count_work(conn)
    for chunk in cut(data, size):
        conn.send(chunk)
    assert work.scanned == 0
    conn.read()

    assert len(conn.events()) == len(data) // len(wire)
    # Chunks that coalesced are copied out of their block, once more.
    assert work.total <= 4 * len(data) + 64 * len(data) // len(wire)


def test_steps_over_many_blocks_that_piled_up():
    """No step goes through all the blocks that are waiting, only through those it needs."""
    blocks = 500

    @protocol
    def greeting():
        yield from write(b"wait for me")
        while not (yield from at_eof()):
            yield from literal(b"ab" * 2048)
            yield from until(b";")
            yield from exactly(4096)

    conn = greeting()
    seen = CountingBlocks()
    conn._run.input = seen.input
    for _ in range(blocks):
        conn.send(b"ab" * 2048)
        conn.send(b"x" * 4095 + b";")
        conn.send(b"y" * 4096)
    conn.read()

    assert conn.consumed == blocks * 3 * 4096
    assert seen.steps < 100 * blocks


class CountingBlocks:
    """An input whose deque of blocks counts the steps of those who go through it."""

    def __init__(self):
        counter = self
        self.steps = 0

        class Blocks(deque):
            def __iter__(self):
                for block in super().__iter__():
                    counter.steps += 1
                    yield block

            def __reversed__(self):
                for block in super().__reversed__():
                    counter.steps += 1
                    yield block

        class Counting(Input):
            def _append(self, chunk):
                if self._blocks is None:
                    self._blocks = Blocks()
                super()._append(chunk)

        self.input = Counting(1 << 24)


# What is tried in vain.


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(length_prefixed(decimal << literal(b";")), id="lengths"),
        pytest.param(integer(10, signed=True) << literal(b"--"), id="numbers"),
        pytest.param(literal(b"1;!"), id="literals"),
        pytest.param(line.map(len), id="lines"),
    ],
)
@pytest.mark.parametrize("size", [64, LARGE])
def test_what_is_tried_in_vain_looks_no_further_than_it_may_be(first, size):
    """An end that no item has is not looked for in all that is there, again for each item."""
    tried = stream(choice(first, literal(b"1\n")))
    work, messages = counted(tried, cut(b"1\n" * 20_000, size))

    assert messages == 20_000
    assert work <= (64 + 3 * 2) * messages


# Those who catch an error and go on.


@pytest.mark.parametrize("size", [1, 1000, LARGE])
def test_a_line_that_is_too_long_taken_in_pieces(size):
    """Who catches the limit and goes on does not pay for all that is there, each time."""
    line = until(b"\n", max=100)

    @protocol
    def pieces():
        while not (yield from at_eof()):
            try:
                yield from emit((yield from line))
            except LimitExceeded:
                yield from emit((yield from read(100)))

    data = b"x" * (20_000 if size == 1 else 200_000)
    work, messages = counted(pieces, cut(data, size))

    assert messages >= len(data) // 100 - 1
    assert work <= 4 * len(data) + 64 * messages


def test_a_search_does_not_look_behind_the_limit():
    """What comes after the limit is not searched for a delimiter that would come too late."""
    conn = stream(until(b"\n"), limits=Limits(max_buffered=1000))()
    work = count_work(conn)
    with pytest.raises(LimitExceeded):
        conn.send(b"x" * 1000)
        conn.send(b"x" * LARGE)

    assert work.total < 10_000
