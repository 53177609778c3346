"""Chunks that are taken while the protocol sleeps."""

import pytest

from ohneio import Connection, IncompleteInput, Limits, State, until
from ohneio.core._input import SMALL, Input
from ohneio.core._lanes import Lane, ends, idles, idles_in, rests_in
from ohneio.core._steps import WAIT, current

LIMITS = Limits(max_buffered=100)


class Taking:
    """Takes lines of lower-case letters, and counts the chunks that it took."""

    def __init__(self):
        self.took = 0

    def __call__(self, run, chunk):
        source = run.input
        *lines, last = (source.data + chunk).split(b";")
        if not chunk.islower() and chunk != b";":
            return False
        self.took += 1
        source.base += len(source.data) + len(chunk) - len(last)
        source.data = last
        run.emitted += lines
        return True


class Lines:
    """A stream of lines with a lane, and how often it was woken."""

    def __init__(self, limits=LIMITS):
        self.taking = Taking()
        self.lane = Lane(self.taking, search=ends(b";"))
        self.woken = 0
        self.conn = Connection(self.run, limits)

    def run(self):
        run = current()
        while True:
            if idles_in(run, self.lane):
                yield WAIT
                self.woken += 1
            if not run.input:
                return "the end"
            while rests_in(run, run.input.pos, self.lane):
                yield WAIT
                self.woken += 1
            run.emitted.append((yield from until(b";")))


def started():
    """The state of a connection that waits for bytes, with some in it."""
    run = Connection(lambda: until(b";")._parse())._run
    run.input.write(b"abcdef")
    return run


def test_between_two_items_it_waits_for_a_byte_or_the_end():
    """Not at all where one is there."""
    run = started()
    assert not idles(run)
    run.input.skip(6)
    assert idles(run)
    run.input.eof = True
    assert not idles(run)


def test_a_lane_takes_chunks_and_nobody_is_woken():
    """What is left over of one is there for the next."""
    lines = Lines()
    lines.conn.send(b"")
    for chunk in (b"ab;c", b"d", b";"):
        lines.conn.send(chunk)
    assert lines.conn.events() == [b"ab", b"cd"]
    assert (lines.taking.took, lines.woken) == (3, 0)
    assert (lines.conn.consumed, lines.conn.unconsumed) == (6, b"")


def test_what_a_lane_leaves_alone_goes_the_usual_way():
    """So does what is not `bytes`; the next chunk is the lane's again."""
    lines = Lines()
    lines.conn.send(b"a")
    assert lines.woken == 0
    for chunk in (b"B;", bytearray(b"c"), b"d;e;"):
        lines.conn.send(chunk)
    assert lines.conn.events() == [b"aB", b"cd", b"e"]
    assert (lines.taking.took, lines.woken) == (1, 2)


def test_in_a_lane_it_tells_what_it_waits_for():
    """A byte between two items, and the rest of the item inside."""
    lines = Lines()
    lines.conn.send(b"")
    assert (lines.conn.needed, lines.conn.waiting) == (1, "need 1 more byte at offset 0")
    lines.conn.send(b"ab")
    assert lines.conn.needed == 1
    assert lines.conn.waiting == 'need b";", not seen before the end at offset 2'
    lines.conn.send(b";")
    assert lines.conn.waiting == "need 1 more byte at offset 3"


def test_a_lane_for_a_size_tells_how_many_bytes_are_missing():
    """One is enough while there is none: then the input may end."""

    def run():
        assert idles_in(current(), Lane(lambda run, chunk: False, size=4))
        yield WAIT

    conn = Connection(run)
    conn.send(b"")
    assert (conn.needed, conn.waiting) == (1, "need 1 more byte at offset 0")
    conn.send(b"ab")
    assert (conn.needed, conn.waiting) == (2, "need 2 more bytes at offset 2")


@pytest.mark.parametrize(
    ("fed", "state"), [(b"", State.DONE), (b"ab;", State.DONE), (b"ab;c", State.FAILED)]
)
def test_the_end_of_the_input_wakes_what_sleeps_in_a_lane(fed, state):
    """Behind an item it ends, inside of one it is cut short, as without a lane."""
    lines = Lines()
    lines.conn.send(fed)
    if state is State.FAILED:
        with pytest.raises(IncompleteInput, match="offset 4"):
            lines.conn.send_eof()
    else:
        lines.conn.send_eof()
        assert lines.conn.get_result() == "the end"
    assert lines.conn.state is state


def test_a_chunk_that_a_lane_leaves_alone_ends_it():
    """Though nobody is woken yet: the input may have more blocks than one now."""

    def run():
        assert idles_in(current(), Lane(take, size=6000))
        yield WAIT

    def take(run, chunk):
        taken.append(chunk)
        return False

    taken = []
    conn = Connection(run)
    conn.send(b"")
    conn.send(b"a")
    conn.send(b"b" * 5000)
    assert taken == [b"a"]
    assert (conn.needed, conn.pending_input) == (999, 5001)


def test_a_lane_ends_with_its_connection():
    """What comes then is refused."""
    lines = Lines()
    lines.conn.send(b"a")
    lines.conn.close()
    assert lines.conn._run.lane is None


@pytest.mark.parametrize(
    ("change", "rests"),
    [
        (lambda source: None, True),
        (lambda source: source.write(b"x" * (SMALL - 6)), True),
        (lambda source: source.write(b"x" * (SMALL - 5)), False),
        (lambda source: source.write(b"x" * 5000), False),
        (lambda source: setattr(source, "eof", True), False),
        (lambda source: source.enter(3), False),
        (lambda source: setattr(source, "limit", 7), True),
        (lambda source: setattr(source, "limit", 6), False),
    ],
)
def test_an_item_may_rest_in_a_lane_while_little_of_it_is_there(change, rests):
    """Not where a block is behind, at the end of the input, in a frame, or near a bound."""
    run = started()
    change(run.input)
    lane = Lane(lambda run, chunk: True, size=7)
    assert rests_in(run, 0, lane) is rests


def test_what_is_over_the_limit_gets_no_lane():
    """It fails as soon as it begins, whatever its bytes are."""
    run = started()
    run.input.skip(6)
    run.input.limit = 6
    assert idles_in(run, Lane(lambda run, chunk: True, size=7))
    assert run.lane is None
    assert idles_in(run, Lane(lambda run, chunk: True, size=6))
    assert run.lane is not None


def test_an_item_that_rests_begins_where_the_input_does():
    """What is before it is dropped."""
    run = started()
    assert rests_in(run, 2, Lane(lambda run, chunk: True, search=ends(b";")))
    source = run.input
    assert (source.data, source.pos, source.base, run.item) == (b"cdef", 0, 2, 2)
    assert isinstance(source, Input)
