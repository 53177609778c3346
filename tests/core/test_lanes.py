"""Chunks that are taken while the protocol sleeps."""

import pytest

from ohneio import (
    Connection,
    IncompleteInput,
    Limits,
    ParseError,
    State,
    any_byte,
    exactly,
    until,
)
from ohneio.core import _run
from ohneio.core._gathering import Gathering
from ohneio.core._input import SMALL, Input
from ohneio.core._lanes import (
    LITTLE,
    MOST,
    Lane,
    Whole,
    ends,
    gathers,
    idles,
    idles_in,
    idles_with,
    leaves,
    refuses,
    rests,
    rests_in,
)
from ohneio.core._pauses import Form
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


# Lanes of whole items.


class Numbers:
    """A stream of digits, each with so many bytes behind it, in a lane that counts its calls."""

    def __init__(self, limits=LIMITS, lane=True):
        self.calls = self.woken = 0
        self.whole = Whole(lambda: (lambda limits: self.take) if lane else None)
        self.conn = Connection(self.run, limits)

    def take(self, run, chunk, pos=0):
        self.calls += 1
        data = run.input.data
        if len(data) > 2 * len(chunk):
            return refuses(run)
        data += chunk
        while pos < len(data):
            if not data[pos : pos + 1].isdigit():
                return leaves(run, data, pos)
            end = pos + 1 + int(data[pos : pos + 1])
            if end > len(data):
                return rests(run, data, pos, end)
            run.emitted.append(data[pos + 1 : end])
            pos = end
        run.input.base += len(data)
        run.input.data = b""
        return True

    def run(self):
        run = current()
        while True:
            if idles_with(run, self.whole):
                yield WAIT
                self.woken += 1
            if not run.input:
                return "the end"
            size = yield from digit
            run.emitted.append((yield from exactly(size)))


digit = any_byte.verify(bytes.isdigit, "a digit").map(int)


@pytest.fixture(autouse=True)
def lanes_at_once(monkeypatch):
    """Let the first item be taken in a lane."""
    monkeypatch.setattr(_run, "FIRST", 0)


def test_whole_items_are_taken_and_the_last_one_begun_again():
    """In the first chunk as well; nobody is woken."""
    numbers = Numbers()
    for chunk in (b"1a2bc3", b"def", b"0", b"2g", b"h"):
        numbers.conn.send(chunk)
    assert numbers.conn.events() == [b"a", b"bc", b"def", b"", b"gh"]
    assert (numbers.calls, numbers.woken) == (5, 0)


def test_who_looks_how_it_stands_lets_the_protocol_look_at_the_rest():
    """Which then waits where it would without a lane; behind the item there is one again."""
    numbers = Numbers()
    numbers.conn.send(b"1a3b")
    assert numbers.conn._run.unseen
    assert (numbers.conn.consumed, numbers.conn.unconsumed, numbers.conn.pending_input) == (
        3,
        b"b",
        1,
    )
    assert (numbers.conn.needed, numbers.woken) == (2, 1)
    assert numbers.conn.waiting == "need 2 more bytes at offset 4"
    numbers.conn.send(b"cd1e")
    assert numbers.conn.events() == [b"a", b"bcd", b"e"]
    assert numbers.conn._run.lane is not None
    assert (numbers.conn.needed, numbers.woken) == (1, 1)


def test_what_a_lane_leaves_over_is_taken_where_it_stands():
    """What is wrong is told in the same call, and what was whole before it is delivered."""
    for before in ([], [b"1a"]):
        numbers = Numbers()
        for chunk in before:
            numbers.conn.send(chunk)
        with pytest.raises(ParseError, match="expected a digit"):
            numbers.conn.send(b"1bx1c")
        assert numbers.conn.events() == [*[b"a"] * len(before), b"b"]
        assert numbers.conn.unconsumed == b"x1c"
        assert numbers.conn._run.lane is None


@pytest.mark.parametrize("end", ["send_eof", "close"])
def test_the_rest_in_a_lane_is_seen_before_the_end(end):
    """It was begun, whoever has waited for it."""
    numbers = Numbers()
    numbers.conn.send(b"1a3b")
    if end == "close":
        numbers.conn.close()
        assert numbers.conn.state is State.CLOSED
        assert (numbers.conn.consumed, numbers.conn.unconsumed) == (3, b"b")
        return
    with pytest.raises(IncompleteInput) as caught:
        numbers.conn.send_eof()
    assert (caught.value.needed, caught.value.offset) == (2, 4)


def test_what_is_longer_than_chunks_is_for_the_protocol():
    """At first a little of it is begun again; then the lane rests, the longer the more often."""
    numbers = Numbers(Limits())
    run = numbers.conn._run
    for _ in range(5):
        numbers.conn.send(b"9")
        for _ in range(9):
            numbers.conn.send(b"x")
    assert numbers.conn.events() == [b"x" * 9] * 5
    assert (run.patience, run.losses) == (1, 7)
    numbers.conn.send(b"1y" * 3)
    assert (run.patience, run.losses) == (0, 7)
    numbers.conn.send(b"1y2")
    assert run.losses == 0


def test_a_lane_keeps_little_of_an_item():
    """Of one that is longer than its chunk, and of any other."""
    for taken, size, stays in (
        (0, LITTLE, True),
        (0, LITTLE + 1, False),
        (3, MOST, True),
        (3, MOST + 1, False),
    ):
        run = started()
        run.lane, run.input.pos = len, 0
        assert rests(run, bytes(taken + size), taken, 0)
        assert (run.lane is not None) is stays


def test_a_token_that_is_over_the_limit_is_told_of_at_once():
    """Its lane is left, before its bytes come."""
    for end, stays in ((100, True), (101, False)):
        run = started()
        run.lane, run.input.pos, run.input.limit = len, 0, 100
        rests(run, bytes(50), 0, end)
        assert (run.lane is not None) is stays


@pytest.mark.parametrize(
    ("end", "start", "there", "lane"),
    [
        (40, 0, 30, "rests"),  # as much as is in a chunk
        (41, 0, 30, "gathers"),
        (100, 0, 30, "gathers"),
        (101, 0, 30, None),  # over the limit
        (110, 10, 30, "gathers"),
        (MOST, 0, 30, None),
    ],
)
def test_what_is_far_is_gathered(end, start, there, lane):
    """Up to where it ends, if that is neither near nor too far, and within the limit."""
    run = started()
    run.lane, run.input.pos, run.input.limit, run.losses = len, 0, 100, 7
    base = run.input.base
    assert gathers(run, bytes(there), start, end, bytes(10))
    found = {Gathering: "gathers", type(len): "rests", type(None): None}[type(run.lane)]
    assert found == lane
    if lane == "gathers":
        assert (run.lane.take, run.lane.lacks) == (len, end - there)
        assert (run.input.data, run.input.base - base) == (bytes(there - start), start)
        assert run.losses == (0 if start else 7)


def test_what_is_too_far_is_not_gathered():
    """It would be copied once more: the protocol does better, and the lane rests."""
    run = started()
    run.lane, run.input.pos = len, 0
    gathers(run, bytes(LITTLE), 0, MOST, b"")
    assert type(run.lane) is Gathering
    run = started()
    run.lane, run.input.pos = len, 0
    gathers(run, bytes(LITTLE + 1), 0, MOST + 1, b"")
    assert (run.lane, run.losses) == (None, 1)


def test_what_may_have_begun_is_waited_for_in_the_lane():
    """What cannot have is for the protocol."""
    form = Form([(b"a", b""), (b"bc", b"b?")], [(), ()], [], 2)
    for data, stays in ((b"ab", True), (b"ac", False)):
        run = started()
        run.lane, run.input.pos = len, 0
        rests(run, data, 0, 3, 0, 2, form)
        assert (run.lane is not None) is stays


def test_who_gets_no_lane_asks_no_more():
    """And runs as without."""
    numbers = Numbers(lane=False)
    for _ in range(5):
        numbers.conn.send(b"1a1b")
    assert numbers.conn.events() == [b"a", b"b"] * 5
    assert not numbers.whole.open


def test_what_is_in_blocks_is_for_the_protocol():
    """As is what ends, and what the lane refuses."""
    numbers = Numbers()
    numbers.conn.send(b"")
    run = numbers.conn._run
    run.input.write(b"1a")
    run.input._append(b"1b")
    assert not idles_with(run, numbers.whole)
    run.input.skip(2)
    numbers.take = lambda run, data, pos: False
    assert not idles_with(run, numbers.whole)
    assert (run.lane, run.input.peek()) == (None, b"1b")
    run.input.eof = True
    assert not idles_with(run, numbers.whole)


def test_an_interruption_in_a_lane_loses_nothing():
    """What was taken before it is there, and the protocol goes on."""
    numbers = Numbers()
    numbers.conn.send(b"1a")
    taking = numbers.conn._run.lane

    def interrupted(run, chunk):
        leaves(run, chunk, 0)
        raise KeyboardInterrupt

    numbers.conn._run.lane = interrupted
    with pytest.raises(KeyboardInterrupt):
        numbers.conn.send(b"1b")
    numbers.conn.send(b"1c")
    assert taking is not interrupted
    assert numbers.conn.events() == [b"a", b"b", b"c"]
