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
    HELD,
    MOST,
    Lane,
    Whole,
    ends,
    idles,
    idles_in,
    idles_with,
    leaves,
    opened,
    opened_alone,
    rests,
    rests_at,
    rests_in,
)
from ohneio.core._pauses import Form
from ohneio.core._steps import NOBODY, WAIT, current, host

LIMITS = Limits(max_buffered=100)


class Taking:
    """Takes lines of lower-case letters, and counts the chunks that it took."""

    def __init__(self):
        self.took = 0

    def __call__(self, given):
        run, chunk = given
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
        assert idles_in(current(), Lane(lambda given: False, size=4))
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

    def take(given):
        taken.append(given[1])
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
    lane = Lane(lambda given: True, size=7)
    assert rests_in(run, 0, lane) is rests


def test_what_is_over_the_limit_gets_no_lane():
    """It fails as soon as it begins, whatever its bytes are."""
    run = started()
    run.input.skip(6)
    run.input.limit = 6
    assert idles_in(run, Lane(lambda given: True, size=7))
    assert run.lane is None
    assert idles_in(run, Lane(lambda given: True, size=6))
    assert run.lane is not None


def test_an_item_that_rests_begins_where_the_input_does():
    """What is before it is dropped."""
    run = started()
    assert rests_in(run, 2, Lane(lambda given: True, search=ends(b";")))
    source = run.input
    assert (source.data, source.pos, source.base, run.item) == (b"cdef", 0, 2, 2)
    assert isinstance(source, Input)


# Lanes of whole items.


class Numbers:
    """A stream of digits, each with so many bytes behind it, in a lane that counts its chunks."""

    def __init__(self, limits=LIMITS, lane=True):
        self.calls = self.woken = 0
        self.whole = Whole(lambda: (lambda limits: opened(self.take())) if lane else None)
        self.conn = Connection(self.run, limits)

    def take(self):
        while True:
            run, chunk = yield True
            self.calls += 1
            data, pos = chunk, run.input.pos
            while pos < len(data):
                start = pos
                if not data[pos : pos + 1].isdigit():
                    return leaves(run, data, start)
                size, pos = int(data[pos : pos + 1]), pos + 1
                while pos + size > len(data):
                    gone = rests(run, data, start, pos, pos + size, chunk, True)
                    if gone < 0:
                        return leaves(run, data, start)
                    start, pos, run, data = start - gone, pos - gone, None, None
                    run, chunk = yield True
                    self.calls += 1
                    data = run.input.data + chunk
                run.emitted.append(data[pos : pos + size])
                pos += size
            run.input.base += len(data)
            run.input.data, run.input.pos = b"", 0
            run.aside = None

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


def test_items_are_taken_and_the_last_one_gone_on_with():
    """In the first chunk as well; nobody is woken, nor the lane while much is missing."""
    numbers = Numbers()
    for chunk in (b"1a2bc3", b"def", b"0", b"2g", b"h", b"9", b"ijklmn", b"opq"):
        numbers.conn.send(chunk)
    assert numbers.conn.events() == [b"a", b"bc", b"def", b"", b"gh", b"ijklmnopq"]
    assert (numbers.calls, numbers.woken) == (7, 0)


@pytest.mark.parametrize(
    "cuts", [[b"1a", b"9bcdef", b"gh", b"ij", b"2kl"], [b"1a9b", b"cdefghij2kl"]]
)
def test_whoever_looks_sees_what_a_lane_has_taken_of_an_item(cuts):
    """It is read again, by the protocol; the lane is not asked before the next item."""
    for looks in range(1, 2 ** len(cuts)):
        numbers = Numbers()
        fed = 0
        for index, chunk in enumerate(cuts):
            numbers.conn.send(chunk)
            fed += len(chunk)
            if looks >> index & 1:
                conn = numbers.conn
                assert conn.consumed + conn.pending_input == fed
                assert conn.unconsumed == b"".join(cuts)[conn.consumed : fed]
        assert numbers.conn.events() == [b"a", b"bcdefghij", b"kl"]
        assert (numbers.conn.consumed, numbers.conn.unconsumed) == (15, b"")


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


def test_what_is_long_is_for_the_protocol():
    """Then the lane rests for some items, the longer the more often that happens."""
    numbers = Numbers(Limits())
    run = numbers.conn._run
    numbers.whole.made = lambda: lambda limits: opened(long(numbers))
    for _ in range(5):
        numbers.conn.send(b"9")
        for _ in range(9):
            numbers.conn.send(b"x")
    assert numbers.conn.events() == [b"x" * 9] * 5
    assert (run.patience, run.losses) == (1, 7)
    numbers.conn.send(b"1y" * 3)
    assert (run.patience, run.losses) == (0, 7)


def long(numbers):
    """A lane that looks at an item from its beginning on with each chunk."""
    run, chunk = yield True
    data, start = chunk, run.input.pos
    while (gone := rests(run, data, start, start, len(data) + 1, chunk)) >= 0:
        start -= gone
        run, chunk = yield True
        data = run.input.data + chunk
    leaves(run, data, start)


def waiting(there, start=0, limit=10_000):
    """The state of a connection with a block of which a lane has taken something."""
    run = started()
    run.lane, run.input.pos, run.input.limit, run.losses = len, min(start, 0), limit, 7
    run.input.base = 1000
    return run, bytes(range(there))


@pytest.mark.parametrize(
    ("start", "pos", "size", "gone", "aside"),
    [
        (0, 0, 10, 0, b""),  # all of it is little
        (0, 5, 10, 0, b""),
        (4, 6, 14, 4, b""),
        (0, 5, 11, 5, b"\0\1\2\3\4"),
        (4, 6, 15, 6, b"\4\5"),
        (-3, 0, 10, 0, b"|"),
        (-3, 4, 11, 4, b"|\0\1\2\3"),
        (-3, 0, 11, 0, b"|"),
    ],
)
def test_what_is_taken_of_an_item_is_put_aside_unless_it_is_little(start, pos, size, gone, aside):
    """As much as a chunk is sooner copied; what is aside belongs to what is in the block."""
    run, data = waiting(size, start)
    run.aside = [b"|"] if start < 0 else None
    assert rests(run, data, start, pos, size + 1, bytes(10)) == gone
    assert (run.input.data, run.input.base) == (data[gone:], 1000 + gone)
    assert b"".join(run.aside or ()) == aside


def test_behind_a_whole_item_nothing_is_aside():
    """Though it may have ended where the block begins; and the lane is as good as new."""
    for start, losses in ((8, 0), (0, 7)):
        run, data = waiting(20)
        run.aside = [b"of one before"]
        assert rests(run, data, start, start, 21, bytes(12)) == start
        assert (run.aside, run.losses) == (None, losses)


@pytest.mark.parametrize(
    ("start", "pos", "size", "end", "stays"),
    [
        (0, 0, 20, 21, True),
        (0, 0, 21, 22, False),  # it would be looked at too often
        (0, 1, 21, 22, True),
        (10 - MOST, 0, 10, 11, True),
        (9 - MOST, 0, 10, 11, True),  # it is copied
        (11 - MOST, 5, 11, 12, True),
        (10 - MOST, 5, 11, 12, False),  # it would be read once more where the lane is left
    ],
)
def test_a_lane_keeps_little_of_an_item(start, pos, size, end, stays):
    """Of a token twice of what has come; of an item what is read once more in no time."""
    run, data = waiting(size, start)
    assert (rests(run, data, start, pos, end, bytes(10)) >= 0) is stays
    assert (run.patience, run.losses) == ((0, 7) if stays else (7, 15))
    assert run.input.base == 1000 + (pos if stays and size > 10 else 0)


def test_a_token_that_is_over_the_limit_is_told_of_at_once():
    """Its lane is left, before its bytes come; and that is no reason not to open it again."""
    for end, stays in ((100, True), (101, False)):
        run, data = waiting(50, limit=100)
        assert (rests(run, data, 0, 0, end, bytes(50)) >= 0) is stays
        assert run.losses == 7


@pytest.mark.parametrize(
    ("end", "start", "lane"),
    [
        (50, 0, "rests"),  # as much as is in two chunks
        (51, 0, "gathers"),
        (MOST, 0, "gathers"),
        (MOST + 1, 0, None),
        (MOST + 5, 5, "gathers"),
        (MOST + 6, 5, None),
    ],
)
def test_what_is_far_is_gathered(end, start, lane):
    """Up to where it ends, if that is neither near nor too far."""
    run, data = waiting(30, start)
    run.input.pos = start
    gone = rests(run, data, start, 12, end, bytes(10), True)
    assert (gone >= 0) is (lane is not None)
    assert (type(run.lane) is Gathering) is (lane == "gathers")
    if lane == "gathers":
        assert (run.lane.take, run.lane.lacks, gone) == (len, end - 30, 12)
        assert run.aside == [data[start:12]]


def test_what_may_have_begun_is_waited_for_in_the_lane():
    """What cannot have is for the protocol."""
    form = Form([(b"a", b""), (b"bc", b"b?")], [(), ()], [], 2)
    for data, stays in ((b"ab", True), (b"ac", False)):
        run, _ = waiting(0)
        assert (rests_at(run, data, 0, 0, b"xy", 0, 2, form) >= 0) is stays


def test_what_an_item_began_with_is_left_to_the_generator_as_well():
    """All that is aside stands before the block again."""
    run, data = waiting(5)
    run.aside = [b"ab", b"c"]
    leaves(run, data, -3)
    assert (run.input.data, run.input.pos, run.input.base) == (b"abc" + data, 0, 997)
    assert (run.aside, run.lane) == (None, None)
    run.aside, run.lane = [b"of one before"], len
    leaves(run, data, 2)
    assert (run.input.data, run.input.pos, run.input.base) == (data, 2, 997)
    assert (run.aside, run.lane) == (None, None)


@pytest.mark.parametrize("outside", [None, Connection(exactly(1)._parse)._run])
def test_what_a_lane_calls_finds_no_host(outside):
    """Not even one that has sent the chunk from inside of another protocol."""
    hosts = []

    def take():
        while True:
            yield True
            hosts.append(host.get())

    run = started()
    run.outer = outside or host.get()
    tokens = [host.set(run)]
    send = opened_alone(take())
    tokens.append(host.set(run.outer))
    assert send((run, b"")) is True
    while tokens:
        host.reset(tokens.pop())
    assert hosts == [NOBODY]


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
    numbers.take = refusing
    assert not idles_with(run, numbers.whole)
    assert (run.lane, run.input.peek()) == (None, b"1b")
    run.input.eof = True
    assert not idles_with(run, numbers.whole)


def refusing():
    """A lane that ends with its first chunk, which it has not taken."""
    yield True


def test_an_interruption_in_a_lane_loses_nothing():
    """What was taken before it is there; the protocol fails with it, as if it had been at work."""
    numbers = Numbers()
    numbers.conn.send(b"1a")

    def interrupted(given):
        leaves(*given, 0)
        raise KeyboardInterrupt

    numbers.conn._run.lane = interrupted
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            numbers.conn.send(b"1b")
    assert numbers.conn.events() == [b"a"]
    assert (numbers.conn.state, numbers.conn.unconsumed) == (State.FAILED, b"1b")


def test_an_interruption_before_anything_was_taken_changes_nothing():
    """The lane has ended, and the protocol takes the chunk when it is sent again."""
    numbers = Numbers()
    numbers.conn.send(b"1a")

    def interrupted():
        yield
        raise KeyboardInterrupt

    numbers.conn._run.lane = opened(interrupted())
    with pytest.raises(KeyboardInterrupt):
        numbers.conn.send(b"1b")
    assert numbers.conn.state is State.RUNNING
    numbers.conn.send(b"1b")
    assert numbers.conn.events() == [b"a", b"b"]


def test_an_interruption_while_a_lane_takes_what_is_there_changes_nothing():
    """Where nothing was taken by then."""
    run = started()
    run.patience = 0

    def interrupted():
        yield
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        idles_with(run, Whole(lambda: lambda limits: opened(interrupted())))
    assert (run.input.data, run.input.pos, run.lane) == (b"abcdef", 0, None)


def test_a_lane_holds_no_more_than_a_small_item():
    """Behind a larger one the generator waits, which holds nothing."""
    run = started()
    data = bytes(HELD + 10)
    for start, gone in ((HELD, HELD), (HELD + 1, -1)):
        run.input._show(b"", 0)
        assert rests(run, data, start, start, len(data) + 1, data) == gone
