"""The limits are honest: they check what ours checks."""

import random
from struct import Struct

import pytest

from benchmarks._rows import Row
from benchmarks.limits import lines, records
from benchmarks.rows import ROWS
from benchmarks.rows.records import Message


@pytest.mark.parametrize("make", [lines.by_split, lines.by_find])
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_a_line_of_the_limit_passes_and_one_byte_more_does_not(make, size):
    def fed(data):
        feed = make(5)
        return [line for at in range(0, len(data), size) for line in feed(data[at : at + size])]

    assert fed(b"\n12345\n\n1\n") == [b"", b"12345", b"", b"1"]
    with pytest.raises(ValueError, match="more than 5"):
        fed(b"1\n123456\n")


@pytest.mark.parametrize("make", [records.together, records.one_by_one])
def test_records_wait_for_their_last_byte(make):
    feed = make(Struct("!H"))
    assert feed(b"\0") == []
    assert feed(b"\1\0") == [(1,)]
    assert feed(b"\2") == [(2,)]


def test_a_message_waits_for_its_body_and_is_bounded_before_it_comes():
    feed = records.messages(Message, limit=2)
    assert feed(b"\1\0\0\0\2\0\2a") == []
    assert feed(b"b\1\0\0\0\3\0\0\1") == [Message(1, 2, b"ab"), Message(1, 3, b"")]
    with pytest.raises(ValueError, match="more than 2"):
        feed(b"\0\0\0\4\0\3")


STREAMED = [
    pytest.param(row, limit, id=f"{row.name}, {limit.name}")
    for row in ROWS
    if isinstance(row, Row) and row.chunk == 64 * 1024
    for limit in row.limits
]


def outcome(one, data):
    """All values of *data*, byte by byte, and whether it was refused."""
    runner, values = one.load(), []
    try:
        for some in runner([data[at : at + 1] for at in range(len(data))]):
            values += some
    except ValueError:
        return repr(values), True
    return repr(values), False


def spoiled(data, source):
    """One byte is another, is missing, or is there once more."""
    at = source.randrange(len(data))
    byte = bytes([source.choice([*data, source.randrange(256)])])
    return data[:at] + source.choice([byte, b"", byte + data[at : at + 1]]) + data[at + 1 :]


@pytest.mark.parametrize(("row", "limit"), STREAMED)
def test_a_limit_gives_the_very_values_that_ours_gives(row, limit):
    data = row.job.make(20)
    assert outcome(limit, data) == outcome(row.ours[0], data)


@pytest.mark.parametrize(("row", "limit"), STREAMED)
def test_a_limit_takes_no_bytes_that_ours_refuses(row, limit):
    source = random.Random(1)
    for _ in range(50):
        data = spoiled(row.job.make(4), source)
        values, refused = outcome(row.ours[0], data)
        theirs, theirs_refused = outcome(limit, data)
        assert theirs == values, data
        assert refused or not theirs_refused, data
