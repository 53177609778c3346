"""Runs of bytes of one kind, looked at once however they are cut."""

import re
from collections.abc import Iterator

import attrs
import pytest

from ohneio import (
    IncompleteInput,
    Limits,
    Parser,
    Steps,
    exactly,
    protocol,
    read,
    seq,
    sized,
    write,
)
from ohneio.core._input import Input
from ohneio.core._scanning import reach, run_of
from ohneio.core._steps import current

LETTERS = re.compile(rb"[a-z]*")


@attrs.frozen
class Letters(Parser[bytes]):
    """Take a run of letters, and write down which stretches were looked at."""

    most: int = 1 << 30
    looked: list[tuple[int, int]] = attrs.field(factory=list, eq=False)

    def _parse(self) -> Steps[bytes]:
        run = current()
        size = yield from run_of(run, self._match, 0, self.most)
        return run.input.take(size)

    def _match(self, block: bytes, start: int, stop: int) -> re.Match[bytes]:
        found = LETTERS.match(block, start, stop)
        self.looked.append((found.end() - start, stop - start))
        return found

    @property
    def seen(self) -> int:
        """How many bytes of the run were looked at, a byte as often as it was."""
        return sum(size for size, _ in self.looked)


@attrs.frozen
class Reach(Parser[bool]):
    """Tell whether so many bytes are there."""

    n: int

    def _parse(self) -> Steps[bool]:
        return (yield from reach(current(), self.n))


def in_chunks(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def letters(data: bytes, size: int, most: int = 1 << 30) -> tuple[bytes, bytes, Letters]:
    """What a run is, what is left, and what was looked at, fed in chunks."""
    parser = Letters(most)
    conn = protocol(parser)()
    for chunk in in_chunks(data, size):
        conn.send(chunk)
    conn.send_eof()
    return conn.get_result(), conn.unconsumed, parser


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000, 4096, 5000, 20_000])
def test_a_run_is_looked_at_once_however_it_is_cut(size):
    """Small chunks coalesce and large ones do not; no byte is looked at twice."""
    value, left, parser = letters(b"a" * 10_000 + b".b", size)
    assert (value, left, parser.seen) == (b"a" * 10_000, b".b", 10_000)


@pytest.mark.parametrize("size", [1, 3, 5000])
def test_a_run_ends_where_the_input_does(size):
    """The end of the input is known only when it is told."""
    assert letters(b"a" * 10_000, size)[:2] == (b"a" * 10_000, b"")


@pytest.mark.parametrize("size", [1, 3, 5000])
@pytest.mark.parametrize("most", [0, 1, 6000])
def test_a_run_of_at_most_so_many_bytes_looks_no_further(size, most):
    """What stands behind the last byte allowed is not looked at, and not waited for."""
    parser = Letters(most)
    conn = protocol(parser)()
    for chunk in in_chunks(b"a" * most, size):
        conn.send(chunk)
    assert conn.get_result() == b"a" * most
    assert letters(b"a" * 10_000, size, most)[2].seen == most


def test_blocks_that_came_before_the_scan_are_looked_at_in_order():
    """A protocol that was blocked on output finds many blocks, and walks through them once."""
    data = b"".join(bytes([97 + at % 26]) * 4500 for at in range(20))
    parser = Letters()

    @protocol
    def blocked():
        yield from write(b"!")
        yield from read(1)
        return (yield from parser)

    conn = blocked()
    for chunk in in_chunks(b"?" + data + b".", 4500):
        conn.send(chunk)
    conn.read()
    assert conn.get_result() == data
    assert parser.seen == len(data)


def test_a_scan_begins_in_the_block_behind():
    """The current block may be read to its end when a run begins."""
    parser = seq(exactly(5), Letters())
    conn = protocol(parser)()
    conn.send(b"1234")
    conn.send(b"5")
    conn.send(b"ab.")
    assert conn.get_result() == (b"12345", b"ab")


def test_a_scan_that_goes_on_goes_on_at_the_end_of_many_blocks():
    """Where it stopped is found from the nearer end, not from the first block."""
    parser = Letters()
    conn = protocol(parser)()
    for _ in range(50):
        conn.send(b"a" * 5000)
    before = len(parser.looked)
    conn.send(b"b.")
    assert len(parser.looked) == before + 1
    assert conn.get_result() == b"a" * 250_000 + b"b"


@pytest.mark.parametrize("size", [1, 2, 9])
def test_a_scan_sees_nothing_behind_the_frame(size):
    """The frame's end is an end like the input's."""
    parser = Letters()
    conn = protocol(sized(3, parser))()
    for chunk in in_chunks(b"abcdef", size):
        conn.send(chunk)
    assert (conn.get_result(), conn.unconsumed, parser.seen) == (b"abc", b"def", 3)


def test_a_frame_that_the_input_cuts_short_has_no_end():
    """What is missing is what is missing of the frame."""
    conn = protocol(sized(5, Letters()))()
    conn.send(b"ab")
    with pytest.raises(IncompleteInput) as raised:
        conn.send_eof()
    assert (raised.value.needed, raised.value.offset) == (3, 2)


def test_reach_waits_for_just_so_many_bytes():
    """It wakes when they are there, and not before."""
    conn = protocol(Reach(3))()
    conn.send(b"a")
    assert conn.needed == 2
    conn.send(b"bc")
    assert conn.get_result() is True
    assert conn.unconsumed == b"abc"


def test_reach_tells_that_the_end_is_nearer():
    """The end of the input and the end of the frame are the same to it."""
    assert Reach(3).parse_prefix(b"ab") == (False, b"ab")
    conn = protocol(sized(2, seq(Reach(3), exactly(2))))()
    conn.send(b"ab")
    assert conn.get_result() == (False, b"ab")


def test_a_slow_path_lets_as_much_be_read_as_a_token_may_be_long():
    """After it the fast paths work again, however far the protocol has come."""
    seen: list[int] = []

    @attrs.frozen
    class Looking(Parser[None]):
        def _parse(self) -> Steps[None]:
            source: Input = current().input
            yield from reach(current(), 1)
            seen.append(source.stop - source.pos)

    parser = seq(*[part for _ in range(3) for part in (exactly(4), Looking())])
    conn = protocol(parser, limits=Limits(max_buffered=4))()
    conn.send(b"abcdefghijklm")
    assert seen == [4, 4, 1]
