"""The limits are honest: they check what ours checks."""

from struct import Struct

import pytest

from benchmarks.limits import lines, records
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
