"""Many items at once: lines by `split`, records by ``iter_unpack``, in chunks and in one input."""

import struct

import pytest

from ohneio import IncompleteInput, Limits, many, stream, struct_unpack, uint8, uint16, until
from ohneio.core._events import Later
from ohneio.core._input import SMALL
from ohneio.staging._batches import MANY, batch
from ohneio.staging._forms import ITEMS, ONCE, function
from tests.staging.differing import Case, compare, staged

LONG = SMALL + 10


def is_the_same(grammar, *inputs, limits=None):
    """The same is seen with staging and without, in chunks of all kinds."""
    for data in inputs:
        sizes = 1, 2, 3, 7, SMALL, len(data) + 1
        cuts = [[data[at : at + size] for at in range(0, len(data), size)] for size in sizes]
        cuts += [[data[:at], b"", bytearray(data[at:])] for at in range(0, len(data), 3)]
        compare(Case(grammar, data, cuts, limits or Limits()))


@pytest.mark.parametrize("delimiter", [b"\n", b"\r\n", b"aab"])
def test_lines_in_any_chunks(delimiter):
    """Short ones and long ones, with a delimiter that was cut, and the start of one at the end."""
    data = delimiter.join([b"a", b"", b"b" * LONG, b"aa" * 3, b"c"])
    is_the_same(until(delimiter), data, data + delimiter, data + delimiter[:1])


@pytest.mark.parametrize("most", [0, 1, 3, 200])
def test_no_line_is_longer_than_allowed(most):
    """By the grammar or by the limits, at the same moment."""
    data = b"abc\nd\n" + b"e" * 100 + b"\nfg\nhijk"
    is_the_same(until(b"\n", max=most), data, b"ab\n", b"\n" * 9)
    is_the_same(until(b"\n"), data, limits=Limits(max_buffered=most))


def test_lines_that_keep_their_delimiter_are_taken_one_by_one():
    """As are those of a class that nobody knows."""
    assert batch(until(b"\n", include=True)) is None
    is_the_same(until(b"\n", include=True), b"ab\nc\n")


@pytest.mark.parametrize("grammar", [uint8, uint16, struct_unpack("!IHH"), struct_unpack("!100s")])
def test_records_in_any_chunks(grammar):
    """Numbers come without a tuple; a large record may be in more blocks than one."""
    is_the_same(grammar, bytes(range(250)), bytes(8), b"\0")
    is_the_same(grammar, bytes(12), limits=Limits(max_buffered=8))


def test_what_has_no_size_is_no_record():
    """It would be there for ever."""
    assert batch(struct_unpack("")) is None


def fed(grammar, chunks, limits=None):
    """What comes out of *chunks*, and how many of them no lane has taken."""
    with staged():
        conn = stream(grammar, limits=limits or Limits())()
        found, left_alone = [], 0
        for chunk in chunks:
            lane = conn._run.lane
            conn.send(chunk)
            left_alone += lane is None or conn._run.lane is None
            found.append(conn.events())
    return found, left_alone


def test_small_chunks_do_not_wake_the_function():
    """But for the first, before which there is nobody who could open a lane."""
    assert fed(until(b";"), [b"a", b"b;c;", b"", b"d", b";"]) == (
        [[], [b"ab", b"c"], [], [], [b"d"]],
        1,
    )
    assert fed(uint16, [b"\0", b"\1\0", b"\2"]) == ([[], [1], [2]], 1)
    assert fed(until(b";", max=2), [b"a", b";bc;d;", b"e"]) == ([[], [b"a", b"bc", b"d"], []], 1)


def test_a_long_line_is_taken_by_its_node():
    """Whose search goes on by itself; behind the line there is a lane again."""
    chunks = [b"a", b"b" * LONG, b"c", b"d", b"e;f", b"g;"]
    line = b"a" + b"b" * LONG + b"cde"
    assert fed(until(b";"), chunks) == ([[], [], [], [], [line], [b"fg"]], 5)


def test_what_begins_a_long_line_is_not_looked_at_again():
    """Lines before it are taken, and its search goes on; near a limit the nodes run."""
    start = b"b" * LONG
    chunks = [b"a;", b"c;" + start, start, b";d;e", b";"]
    assert fed(until(b";"), chunks) == ([[b"a"], [b"c"], [], [start * 2, b"d"], [b"e"]], 4)
    for most in (LONG - 1, LONG, LONG + 1, 2 * LONG):
        is_the_same(until(b";", max=most), b"a;c;" + start + b";d;" + start * 2 + b";")
        is_the_same(until(b";"), b"a;c;" + start * 2 + b";d", limits=Limits(max_buffered=most))


def test_lines_of_a_whole_input_are_split():
    """Of which only the nodes can say what is wrong with them."""
    for most in (None, 2, 5):
        line = until(b"\n") if most is None else until(b"\n", max=most)
        for grammar in (many(line), many(line, 2), many(line, 0, 2), many(line, 1, 3)):
            is_the_same(grammar, b"", b"\n", b"a\nb\n", b"a\nbcd\ne\n", b"a\nb", b"a\nb\nc\nd\n")
    is_the_same(many(until(b"\n")), b"a\nb\nc\n", limits=Limits(max_items=2))
    assert ".split(b'\\n')" in function(many(until(b"\n")), ONCE).source
    assert ".split(b'\\n')" not in function(many(until(b"\n")), ITEMS).source
    assert "split" not in function(many(until(b"\n", include=True)), ONCE).source


def test_lines_that_nobody_has_taken_yet_stay_in_front():
    """A lane hands over what `split` gave, unless there is something already."""
    with staged():
        conn = stream(until(b"\n"))()
        for chunk in (b"a\n", b"b\nc\n", b"d\ne", b"f\n"):
            conn.send(chunk)
        assert conn.events() == [b"a", b"b", b"c", b"d", b"ef"]
        conn.send(b"g\nh\n")
        conn.send(b"i\n")
        assert conn.events() == [b"g", b"h", b"i"]
        assert conn.events() == []


def test_many_records_are_made_when_they_are_taken():
    """In the first chunk as well; those that nobody has taken stay in front."""
    few, many = struct.pack("!3H", 1, 2, 3), bytes(2 * MANY + 2)
    zeros = [(0,)] * (MANY + 1)
    with staged():
        for chunks in ([many], [few, many], [many, few], [many, many[:-1], b"\0"], [few[:1], many]):
            data = b"".join(chunks)
            expected = [*struct.iter_unpack("!H", data[: len(data) // 2 * 2])]
            for taken in range(2 ** len(chunks)):
                conn = stream(struct_unpack("!H"))()
                found = []
                for index, chunk in enumerate(chunks):
                    conn.send(chunk)
                    if taken >> index & 1:
                        found += conn.events()
                assert found + conn.events() == expected
                assert conn.consumed == len(data) // 2 * 2
        conn = stream(struct_unpack("!H"))()
        conn.send(few)
        assert conn.events() == [(1,), (2,), (3,)]
        conn.send(many)
        assert type(conn._run.emitted) is Later
        with pytest.raises(IncompleteInput):
            conn.send(b"\0")
            conn.send_eof()
        assert conn.events() == zeros
