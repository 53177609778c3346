"""Runs of bytes of one kind, while they arrive."""

import re

import pytest

from ohneio import IncompleteInput, Parser, exactly, protocol, seq, sized
from ohneio.core._buffer import LARGE
from ohneio.core._scanning import reach, run_of
from ohneio.core._steps import current

DIGITS = re.compile(rb"[0-9]*").match


class Digits(Parser):
    """At most so many digits, as one run."""

    def __init__(self, most=1 << 20):
        self.most = most

    def _parse(self):
        run = current()
        size = yield from run_of(run, DIGITS, 0, self.most)
        return run.input.take(size)


class Reach(Parser):
    """Whether so many bytes are there."""

    def __init__(self, n):
        self.n = n

    def _parse(self):
        return (yield from reach(current(), self.n))


def fed(grammar, *chunks, end=False):
    """A connection that was fed with the chunks."""
    conn = protocol(grammar)()
    for chunk in chunks:
        conn.send(chunk)
    if end:
        conn.send_eof()
    return conn


def cuts(data):
    """The data whole, byte by byte, and cut in two at each place."""
    yield [data]
    yield [data[at : at + 1] for at in range(len(data))]
    for at in range(1, len(data)):
        yield [data[:at], data[at:]]


@pytest.mark.parametrize("data", [b"123x", b"x", b"1x2", b"0000000000x"], ids=repr)
def test_a_run_ends_before_the_first_byte_of_another_kind(data):
    """However it is cut, and at that very byte."""
    run = data[: data.index(b"x")]
    for chunks in cuts(data):
        conn = fed(Digits(), *chunks)
        assert (conn.get_result(), conn.consumed) == (run, len(run))
        conn = fed(Digits(), run)
        assert not conn.has_result


def test_a_run_that_reaches_its_greatest_size_waits_for_no_more():
    """It looks no further, whatever comes."""
    for chunks in cuts(b"123"):
        assert fed(Digits(3), *chunks).get_result() == b"123"
    conn = fed(Digits(3), b"12345")
    assert (conn.get_result(), conn.unconsumed) == (b"123", b"45")
    assert fed(Digits(0)).get_result() == b""


def test_a_run_ends_with_the_input():
    """The end of it is an end as good as any byte."""
    for chunks in ([], [b"12"], [b"1", b"2"]):
        assert fed(Digits(), *chunks, end=True).get_result() == b"".join(chunks)


def test_a_run_ends_with_the_frame():
    """Known without another byte; but a frame that the input cuts short has no end."""
    for chunks in cuts(b"1234"):
        assert fed(sized(4, Digits()), *chunks).get_result() == b"1234"
    assert fed(seq(sized(2, Digits()), exactly(1)), b"123").get_result() == (b"12", b"3")
    with pytest.raises(IncompleteInput) as caught:
        fed(sized(4, Digits()), b"12", end=True)
    assert caught.value.needed == 2


@pytest.mark.parametrize(
    "sizes", [(1, 1), (3, LARGE), (LARGE, LARGE, LARGE), (5, 5, LARGE, 1, LARGE)]
)
def test_a_run_goes_through_all_blocks(sizes):
    """Also where it begins in the middle of one and stops in the middle of another."""
    chunks = [b"7" * size for size in sizes]
    total = sum(sizes)
    for start in (0, 1, 2):
        blocked = seq(exactly(start), Digits())
        conn = fed(blocked, b"", b"".join([b"__"[:0], *chunks]) + b"x")
        assert conn.get_result()[1] == b"7" * (total - start)
        conn = fed(blocked, *chunks, b"x")
        assert conn.get_result()[1] == b"7" * (total - start)


def test_a_run_looks_into_blocks_that_piled_up():
    """While the protocol was waiting for something else."""

    class Later(Parser):
        def _parse(self):
            yield from exactly(sum(self.sizes) + 1)._parse()
            return (yield from Digits()._parse())

        sizes = (1, 2)

    conn = protocol(seq(exactly(3 * LARGE), Digits(2 * LARGE + 3)))()
    conn.send(b"8")
    for _ in range(4):
        conn.send(b"9" * LARGE)
    conn.send(b"9" * (LARGE - 1))
    conn.send(b"999")
    assert conn.get_result()[1] == b"9" * (2 * LARGE + 3)


@pytest.mark.parametrize(
    ("chunks", "end", "answer"),
    [
        ([b"abc"], False, True),
        ([b"a", b"bc"], False, True),
        ([b"ab"], True, False),
        ([], True, False),
    ],
)
def test_reach_tells_whether_bytes_are_there_before_the_end(chunks, end, answer):
    """It waits for the one or the other."""
    conn = fed(Reach(3), *chunks[:-1])
    assert not conn.has_result
    assert fed(Reach(3), *chunks, end=end).get_result() is answer


def test_reach_knows_the_end_of_a_frame():
    """Before it is there; where the input ends first it is cut short."""
    assert fed(sized(2, seq(Reach(3), exactly(2))), b"").waiting.startswith("need 2 more bytes")
    with pytest.raises(IncompleteInput):
        fed(sized(4, seq(Reach(3), exactly(4))), b"ab", end=True)
