"""What one running protocol has: what the driver asks, and what runs a parser."""

import pytest

from ohneio import (
    IncompleteInput,
    ParseError,
    State,
    exactly,
    literal,
    one_of,
    parser,
    protocol,
    read,
    until,
    wait,
    write,
)
from ohneio.core._gathering import Gathering
from ohneio.core._waiting import Waiting
from tests.core.running import error_of, started

# Wake conditions.


@pytest.mark.parametrize(
    ("grammar", "data", "needs"),
    [
        (exactly(3), b"abc", [3, 2, 1]),
        (one_of(b"a"), b"a", [1]),
        (until(b"\r\n"), b"a\rb\r\n", [1, 1, 1, 1, 1]),
        (literal(b"abc"), b"abc", [1, 1, 1]),
        (literal(b"ab") | literal(b"cd"), b"cd", [1, 1]),
    ],
    ids=repr,
)
def test_needed_is_the_least_that_would_wake_it(grammar, data, needs):
    """Of a counted token what is missing; of a delimiter or a literal one byte."""
    conn = protocol(grammar)()
    seen = []
    for byte in data:
        conn.send(b"")
        seen.append(conn.needed)
        conn.send(bytes([byte]))
    assert seen == needs
    assert conn.has_result
    assert conn.needed == 0


def test_a_wait_is_said_in_the_words_of_its_kind():
    """What would have to come, or to be taken."""

    @protocol
    def stopping():
        yield from read(2)
        yield from until(b"\r\n")
        yield from write(b"abc")
        yield from wait()
        yield from wait()

    conn = stopping()
    words = [conn.waiting]
    for chunk in (b"a", b"b", b"\r\n"):
        conn.send(chunk)
        words.append(conn.waiting)
    conn.read()
    conn.send(b"")
    assert [*words, conn.waiting] == [
        "wait for its first call",
        "need 1 more byte at offset 1",
        r'need b"\r\n", not seen before the end at offset 2',
        "wait for 3 bytes of output to be read",
        "wait for the next call",
    ]


def test_a_wait_is_said_with_its_path_and_never_at_length():
    """Where a person looks who wonders why nothing happens."""
    grammar = exactly(5)
    for n in range(100):
        grammar = grammar.label(f"level {n}")
    conn = protocol(grammar)()
    conn.send(b"ab")
    start = "need 3 more bytes at offset 2 (in level 99 > level 98 > "
    assert conn.waiting.startswith(start)
    assert "… > level 15 > " in conn.waiting
    assert conn.waiting.endswith("level 0)")


def test_one_that_runs_waits_for_nothing():
    """Seen from inside."""

    @protocol
    def looking():
        yield from read(1)
        return conn.waiting, conn.needed

    conn = looking()
    conn.send(b"a")
    assert conn.get_result() == ("wait for nothing", 0)


def test_output_that_was_all_read_is_not_waited_for():
    """Though the protocol has not been told yet."""

    @protocol
    def writing():
        yield from write(b"abc")

    conn = writing()
    assert conn.read(3) == b"abc"
    assert (conn.state, conn.waiting) == (State.RUNNING, "wait for the next call")


# What runs a parser.


def test_a_parser_inside_a_parser_is_no_item_of_its_own():
    """Also where it is a hand-written one that runs it."""

    @parser
    def inner():
        yield from exactly(2)
        yield from (literal(b"x") | exactly(5))

    error = error_of(exactly(1) >> inner, b"abcd")
    assert isinstance(error, IncompleteInput)
    assert error.have == 4


def test_all_of_the_input_means_all():
    """What is left over is an error, told at its first byte."""
    assert exactly(3).parse(b"abc") == b"abc"
    with pytest.raises(ParseError) as caught:
        exactly(2).parse(b"abc")
    assert str(caught.value) == 'expected end of input at offset 2, found b"c"'


# What staged code does by itself.


def test_a_node_goes_on_where_the_code_was():
    """In the item that the code has begun."""
    run = started()
    run.hand_over(1, 3)
    assert (run.item, run.input.pos) == (1, 3)
    assert run.input.take(2) == b"de"


def test_code_learns_where_the_input_is_and_what_emits():
    """After each wait; an alternative of a node's is over by then."""
    run = started()
    run.input.skip(2)
    data, pos, stop, base, emit = run.here()
    emit("event")
    assert (data, pos, stop, base, run.emitted) == (b"abcdef", 2, 6, 0, ["event"])


def test_of_what_is_unread_a_pause_has_taken_some():
    """And it is in fields of its own; once it goes on that is so no longer."""
    run = started()
    run.path.append("outer")
    run.waiting, run.want, run.ahead, run.inside = Waiting.PAUSE, 9, 4, ("one", "two")
    assert (run.ready(), run.needed(), run.taken) == (False, 3, 4)
    assert run.describe() == "need 3 more bytes at offset 6 (in outer > one > two)"
    run.input.write(b"ghi")
    assert run.ready()
    run.waiting = Waiting.BYTES
    assert (run.taken, run.describe()) == (0, "need 0 more bytes at offset 9 (in outer)")


def test_the_end_of_the_input_ends_a_pause():
    """The code that pauses has to see it."""
    run = started()
    run.waiting, run.want = Waiting.PAUSE, 9
    run.input.eof = True
    assert run.ready()


# Lanes.


def test_between_two_items_of_a_lane_it_waits_for_a_byte():
    """Inside of one for its end; without the lane for that in any case."""
    run = started()
    run.waiting, run.input.search = Waiting.DELIMITER, run.input.seek(b";", 100)
    run.lane = lambda given: False
    assert run.describe() == 'need b";", not seen before the end at offset 6'
    run.input.skip(6)
    assert (run.needed(), run.describe()) == (1, "need 1 more byte at offset 6")
    run.leave_lane()
    assert run.lane is None
    assert run.describe() == 'need b";", not seen before the end at offset 6'


def test_what_a_lane_has_taken_of_an_item_is_unseen():
    """It stands before the rest again where the lane is left."""
    run = started()
    run.input.skip(6)
    run.input.settle()
    run.waiting, run.want, run.lane = Waiting.BYTES, 1, lambda given: True
    assert not run.unseen
    run.aside = [b"ab", b"c"]
    assert run.unseen
    assert run.needed() == 1
    assert not run._is_idle()
    run.leave_lane()
    assert (run.input.peek(), run.input.position, run.aside) == (b"abc", 3, None)
    assert not run.unseen
    run.waiting, run.lane = Waiting.DELIMITER, lambda given: True
    assert not run.unseen


def test_who_leaves_a_lane_has_all_that_came_meanwhile():
    """Also what was put aside."""
    run = started()
    run.input.data = b"a"
    run.lane = Gathering(len, 9)
    run.lane((run, b"bc"))
    run.leave_lane()
    assert (run.lane, run.input.peek()) == (None, b"abc")


def test_what_was_cut_is_forgotten_where_code_pauses():
    """One place has both: where items began that are not all there, or the fields it waits in."""
    run = started()
    assert (run.cut, run.inside) == (frozenset(), ())
    run.cut = frozenset({4, 7})
    assert (run.cut, run.inside) == ({4, 7}, ())
    run.inside = ("one",)
    assert (run.cut, run.inside) == (frozenset(), ("one",))
