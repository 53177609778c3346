"""The public `Buffer`: a queue of bytes that keeps little more than what is unread."""

import itertools
import random
import sys
import tracemalloc

import pytest

from ohneio import Buffer, UsageError
from ohneio.core._buffer import FULL, LARGE, SLACK


def filled(*sizes):
    """A buffer of chunks of these sizes, and all of their bytes."""
    pattern = itertools.cycle(range(251))
    chunks = [bytes(itertools.islice(pattern, size)) for size in sizes]
    return Buffer(*chunks), b"".join(chunks)


def kept(buffer):
    """How many bytes of payload the buffer holds, read or unread."""
    return len(buffer.data) + sum(map(len, buffer._blocks or ()))


SIZES = [
    (),
    (1,),
    (3, 3),
    (LARGE,),
    (LARGE - 1, 1, LARGE),
    (1, LARGE, 1, 1, LARGE, 2),
    (LARGE, LARGE, LARGE),
    (5,) * 40,
]


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_what_was_written_is_read_in_order(sizes):
    """All the bytes, once each, whatever the chunks they came in."""
    buffer, data = filled(*sizes)
    assert len(buffer) == len(data)
    assert bool(buffer) == bool(data)
    assert buffer.read() == data
    assert (buffer.read(), len(buffer), bool(buffer)) == (b"", 0, False)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("n", [70, 777, LARGE - 1, LARGE, LARGE + 1])
def test_read_n_gives_at_most_n_bytes_and_peek_the_same_without_taking_them(sizes, n):
    """`read(n)` is what `peek(n)` showed just before."""
    buffer, data = filled(*sizes)
    pieces = []
    while buffer:
        shown = buffer.peek(n)
        assert buffer.position == sum(map(len, pieces))
        assert buffer.peek() == data[buffer.position :]
        assert len(buffer) == len(data) - buffer.position
        pieces.append(buffer.read(n))
        assert pieces[-1] == shown
    assert b"".join(pieces) == data
    assert all(len(piece) == n for piece in pieces[:-1])


@pytest.mark.parametrize("seed", range(8))
def test_any_mixture_of_writes_and_reads_behaves_as_one_string(seed):
    """The blocks inside cannot be seen from outside."""
    rng = random.Random(seed)
    buffer, model, position = Buffer(), b"", 0
    for _ in range(100):
        if rng.random() < 0.5:
            chunk = rng.randbytes(rng.choice([0, 1, 2, 100, LARGE - 1, LARGE, FULL]))
            buffer.write(rng.choice([bytes, bytearray, memoryview])(chunk))
            model += chunk
        else:
            n = rng.choice([0, 1, 2, 150, LARGE, 3 * LARGE])
            wanted = model[:n] if n else model
            assert buffer.peek(n) == wanted
            assert buffer.read(n) == wanted
            model = model[len(wanted) :]
            position += len(wanted)
        assert len(buffer) == len(model)
        assert buffer.position == position
        assert kept(buffer) <= 2 * len(model) + 64 * 1024


def test_n_0_means_all_there_is():
    """As in 0.9, both where it is said and where it is left out."""
    buffer = Buffer(b"ab", b"cd")
    assert buffer.peek(0) == buffer.peek() == b"abcd"
    assert buffer.read(0) == b"abcd"


def test_results_are_bytes():
    """Also where a `bytearray` was written and where blocks are joined."""
    buffer = Buffer(bytearray(b"ab"), b"cd" * LARGE, memoryview(b"ef"))
    results = [buffer.peek(1), buffer.peek(5), buffer.peek(), buffer.read(3), buffer.read()]
    assert {type(one) for one in results} == {bytes}


def test_what_is_not_bytes_is_copied():
    """The writer may change its buffer as soon as `write` has returned."""
    data = bytearray(b"ab")
    buffer = Buffer(data, memoryview(data))
    data[:] = b"xy"
    assert buffer.read() == b"abab"


def test_a_large_chunk_of_bytes_is_kept_as_it_came():
    """It is not copied on its way in, nor where it alone is read."""
    chunk = bytes(LARGE)
    assert Buffer(b"a", chunk)._blocks[0] is chunk
    assert Buffer(chunk).read() is chunk


def test_every_view_of_bytes_will_do():
    """A view with steps or another format counts as the bytes that it stands for."""
    assert Buffer(memoryview(b"a-b-c-")[::2]).read() == b"abc"
    assert Buffer(memoryview(b"abcd").cast("I")).read() == b"abcd"


class Named(bytes):
    """A subclass, as a user may have one."""


def test_a_subclass_of_bytes_becomes_bytes():
    """Nothing of its own comes out again."""
    assert type(Buffer(Named(b"ab")).read()) is bytes


@pytest.mark.parametrize("chunk", ["text", None, 3, [1, 2], object()], ids=repr)
def test_what_is_not_bytes_like_is_refused_and_nothing_is_added(chunk):
    """A number in particular is not that many zeros."""
    buffer = Buffer(b"a")
    with pytest.raises(UsageError, match=f"^expected bytes, not {type(chunk).__name__}$"):
        buffer.write(chunk)
    assert buffer.read() == b"a"


@pytest.mark.parametrize("n", [-1, 1.5, "1"], ids=repr)
def test_a_size_that_is_none_is_refused_and_nothing_is_taken(n):
    """Neither reading nor peeking moves anything then."""
    buffer = Buffer(b"abc")
    for call in (buffer.read, buffer.peek):
        with pytest.raises(UsageError, match=r"^expected a number of bytes, not "):
            call(n)
    assert buffer.read() == b"abc"


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_what_is_skipped_is_as_good_as_taken(sizes):
    """Without a copy of it."""
    for n in {0, 1, 2, sum(sizes) // 2, sum(sizes)} & set(range(sum(sizes) + 1)):
        buffer, data = filled(*sizes)
        buffer.skip(n)
        assert (buffer.position, len(buffer)) == (n, len(data) - n)
        assert buffer.read() == data[n:]


def test_what_is_read_to_the_end_of_a_block_leaves_the_next():
    """Blocks are given back one by one."""
    buffer = Buffer(b"a", b"b" * LARGE, b"c" * LARGE)
    buffer.skip(1 + LARGE)
    assert len(buffer._blocks) == 1
    buffer.skip(LARGE)
    assert buffer._blocks is None


def test_take_wants_what_is_there():
    """The runtime asks first; if it did not, nothing is made up."""
    with pytest.raises(UsageError, match="no more bytes are there"):
        Buffer(b"abc").take(4)


def test_its_repr_tells_how_much_there_is_and_where():
    """For a person at a prompt."""
    buffer = Buffer(b"abc")
    buffer.read(1)
    assert repr(buffer) == "<Buffer of 2 bytes at offset 1>"


# What it costs.


def test_consumed_bytes_are_released():
    """What was read is no longer there, and of a long block at most half is dead weight."""
    buffer, data = filled(1_000_000)
    while buffer:
        buffer.read(5000)
        assert kept(buffer) <= max(2 * len(buffer), SLACK)
    assert kept(buffer) == 0
    assert buffer.position == len(data)


def test_small_chunks_coalesce():
    """Ten thousand two-byte chunks cost at most twice their payload and 64 KiB."""
    tracemalloc.start()
    try:
        buffer, before = Buffer(), tracemalloc.get_traced_memory()[0]
        for _ in range(10_000):
            buffer.write(b"ab")
        used = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert used <= 2 * 20_000 + 64 * 1024
    assert buffer.read() == b"ab" * 10_000


def test_an_empty_buffer_is_small():
    """Ten thousand idle connections have two each."""
    buffer = Buffer()
    assert sys.getsizeof(buffer) < 128
    assert buffer._blocks is None


class Counted(Buffer):
    """A buffer that counts the bytes it moves to a new block."""

    moved = 0

    def _show(self, block, pos):
        Counted.moved += 0 if block is getattr(self, "data", None) else len(block)
        super()._show(block, pos)


@pytest.mark.parametrize("piece", [1, 100, LARGE, 20_000])
@pytest.mark.parametrize("n", [1, 7, 1000, 10_000])
def test_its_work_is_linear_however_it_is_fed_and_read(piece, n):
    """Blocks are made again from at most three times the bytes that went through."""
    buffer, total = Counted(), 20_000
    Counted.moved = 0
    for start in range(0, total, piece):
        buffer.write(bytes(min(piece, total - start)))
    while buffer:
        buffer.read(n)
    assert Counted.moved <= 3 * total
