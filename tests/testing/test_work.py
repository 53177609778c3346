"""The counter of work; that it sees what parsers do is in the tests of linear work."""

import pytest

from ohneio import (
    UsageError,
    decimal,
    exactly,
    literal,
    peek,
    protocol,
    read,
    stream,
    take_while,
    until,
    wait,
)
from ohneio.testing import Work, count_work
from ohneio.testing._work import Watched, WatchedArray, compared, counted, scanned


def worked(subject, *chunks):
    """The work of a connection that is fed these."""
    conn = subject()
    work = count_work(conn)
    for chunk in chunks:
        conn.send(chunk)
    return work


def test_a_used_connection_is_refused():
    """Its work is counted from the beginning."""
    conn = protocol(exactly(1))()
    conn.send(b"")
    with pytest.raises(UsageError, match="the connection was used"):
        count_work(conn)


def test_scanned_and_copied_are_apart():
    """The total is both together."""
    work = Work()
    work.scanned, work.copied = 3, 4
    assert work.total == 7
    assert repr(work) == "<Work: 3 bytes scanned, 4 copied>"


def test_a_token_is_copied_once():
    """One that is there in one piece."""
    work = worked(protocol(exactly(4)), b"abcdef")
    assert (work.scanned, work.copied) == (0, 4)


def test_a_delimiter_is_searched_once():
    """However many chunks there are."""
    work = worked(protocol(until(b";")), b"abc", b"def", b"gh;")
    assert work.scanned == 9


@pytest.mark.parametrize(
    ("item", "data"),
    [
        (until(b";"), b"abc;"),
        (literal(b"abc"), b"abc"),
        (take_while(b"a"), b"aaa;"),
        (decimal, b"12;"),
    ],
    ids=repr,
)
@pytest.mark.parametrize("size", [1, 100])
def test_items_keep_to_their_bound(item, data, size):
    """Three times the bytes, and 64 a message."""
    whole = data * 20 if item.facts.self_delimiting else data
    chunks = [whole[at : at + size] for at in range(0, len(whole), size)]
    work, events = counted(stream(item) if item.facts.self_delimiting else protocol(item), chunks)
    assert work <= 3 * len(whole) + 64 * (events + 1)


def test_looking_again_is_counted_again():
    """A protocol that looks at everything for every byte is seen."""

    @protocol
    def rescanning():
        while b";" not in (yield from peek()):
            yield from wait()

    work, _ = counted(rescanning, [b"x"] * 100)
    assert work > 100 * 100 / 2


def test_counting_ends_at_the_first_failure():
    """Events before it are counted."""
    work, events = counted(stream(literal(b"a")), [b"aa", b"x", b"a" * 1000])
    assert events == 2
    assert work < 100


def test_a_protocol_works_as_it_does_uncounted():
    """The bytes that it gets are bytes."""

    @protocol
    def joining():
        return (yield from read(2)) + b"-" + (yield from read(2))

    conn = joining()
    count_work(conn)
    conn.send(b"a")
    conn.send(b"bcd")
    assert conn.get_result() == b"ab-cd"


def test_what_is_done_to_a_watched_block_is_counted():
    """Searches and comparisons are scans; pieces and sums are copies."""
    work = Work()
    block = Watched(b"abcdef", work)
    assert block.find(b"c") == 2
    assert work.scanned == 3
    assert block.startswith(b"abx") is False
    assert work.scanned == 6
    assert list(block) == list(b"abcdef")
    assert work.scanned == 12
    assert block[0] == 97
    assert work.scanned == 13
    assert block[:] is block
    assert work.copied == 0
    assert block[1:3] == b"bc"
    assert work.copied == 2
    assert type(block + b"gh") is Watched
    assert work.copied == 10
    assert b"12" + block == b"12abcdef"
    assert block.__radd__(bytearray(b"x")) is NotImplemented


def test_what_is_done_to_a_watched_array_is_counted():
    """As for a block; what is added is copied."""
    work = Work()
    array = WatchedArray(b"abc", work)
    assert work.copied == 3
    array += b"de"
    assert work.copied == 5
    assert array.find(b"e") == 4
    assert array[0] == 97
    assert work.scanned == 6
    assert array[1:3] == b"bc"
    assert work.copied == 7


@pytest.mark.parametrize(
    ("size", "sub", "at", "where", "looked"),
    [
        (10, b"ab", 3, slice(None), 5),
        (10, b"ab", -1, slice(None), 10),
        (10, b"ab", -1, slice(9, None), 0),
        (10, 7, 4, slice(2, None), 3),
        (10, b"a", -1, slice(2, 5), 3),
    ],
)
def test_how_far_a_search_looked(size, sub, at, where, looked):
    """To the end of what it found, or of where it may look, if there is room for it."""
    assert scanned(size, sub, at, where) == looked


@pytest.mark.parametrize(
    ("there", "wanted", "looked"),
    [(b"abc", b"ab", 2), (b"axc", b"ab", 2), (b"xbc", b"ab", 1), (b"a", b"ab", 1)],
)
def test_how_far_a_comparison_looked(there, wanted, looked):
    """To the first wrong byte, or to the end."""
    assert compared(memoryview(there), wanted) == looked
