"""What one running protocol has: its wake conditions, its errors, its alternatives."""

import pytest

from ohneio import (
    IncompleteInput,
    LimitExceeded,
    Limits,
    ParseError,
    Parser,
    State,
    UsageError,
    at_eof,
    choice,
    commit,
    emit,
    exactly,
    fail,
    literal,
    lookahead,
    many,
    one_of,
    parser,
    protocol,
    read,
    recognize,
    seq,
    sized,
    stream,
    until,
    wait,
    write,
)
from ohneio.core._gathering import Gathering
from ohneio.core._run import Later, Waiting
from ohneio.core._steps import current


def cuts(data):
    """The data whole, byte by byte, and cut in two at each place."""
    yield [data]
    yield [data[at : at + 1] for at in range(len(data))]
    for at in range(1, len(data)):
        yield [data[:at], data[at:]]


def outcomes(grammar, data, *, limits=None, end=True):
    """All that can come of the data, however it is cut: value or error, and what is left."""
    told = set()
    for chunks in cuts(data):
        conn = protocol(limits=limits or Limits())(grammar)()
        try:
            for chunk in chunks:
                conn.send(chunk)
            if end:
                conn.send_eof()
            told.add((repr(conn.get_result()), conn.consumed))
        except ParseError as error:
            told.add((type(error), str(error), error.offset, conn.consumed))
    return told


def error_of(grammar, data, *, limits=None, end=True):
    """The one error that comes of the data, however it is cut."""
    seen = None
    for chunks in cuts(data):
        conn = protocol(limits=limits or Limits())(grammar)()
        with pytest.raises(ParseError) as caught:
            for chunk in chunks:
                conn.send(chunk)
            if end:
                conn.send_eof()
            conn.get_result()
        told = (type(caught.value), str(caught.value), conn.consumed)
        assert seen in (None, told)
        seen = told
    return caught.value


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


def test_every_kind_of_wait_can_be_said():
    """Each has its words."""
    assert {waiting.value for waiting in Waiting} >= {"bytes", "a delimiter", "the next call"}
    assert len({waiting.value for waiting in Waiting}) == len(Waiting)


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


# Bounds of a wake condition.


@pytest.mark.parametrize("grammar", [exactly(5), literal(b"abcde"), until(b";")], ids=repr)
@pytest.mark.parametrize("data", [b"abcd;xyz", b"abcde;xyz"], ids=repr)
def test_max_buffered_trips_at_limit_plus_1_whatever_the_cuts(grammar, data):
    """A count is refused before its bytes arrive, a search as soon as it has passed."""
    limits = Limits(max_buffered=4)
    told = outcomes(grammar, data, limits=limits, end=False)
    if grammar == until(b";") and data == b"abcd;xyz":
        assert told == {("b'abcd'", 5)}
    else:
        text = "more than the 4 bytes allowed (max_buffered) at offset 0"
        assert told == {(LimitExceeded, text, 0, 0)}


def test_a_count_over_the_limit_is_refused_with_nothing_there():
    """Before its first byte."""
    conn = protocol(limits=Limits(max_buffered=4))(exactly(5))()
    with pytest.raises(LimitExceeded):
        conn.send(b"")


class Before(Parser):
    """The bytes before a delimiter, which stays where it is."""

    def _parse(self):
        run = current()
        size = yield from run.find(b"\r\n", 5)
        return run.input.take(size)


def test_a_delimiter_can_be_waited_for_without_taking_it():
    """Its place is told, however the input is cut; behind the limit it is not looked for."""
    assert outcomes(Before(), b"ab\rc\r\nd") == {("b'ab\\rc'", 4)}
    assert isinstance(error_of(Before(), b"abcdef\r\n"), LimitExceeded)
    assert isinstance(error_of(Before(), b"abc\r"), IncompleteInput)


@pytest.mark.parametrize(("max_", "name"), [(3, "max"), (4, "max"), (5, "max_buffered")])
def test_of_two_bounds_the_smaller_holds_and_is_named(max_, name):
    """The parser's own and the connection's."""
    grammar, limits = until(b";", max=max_), Limits(max_buffered=4)
    bound = min(max_, 4)
    assert outcomes(grammar, b"abcdefg"[:bound] + b";", limits=limits) == {
        (repr(b"abcdefg"[:bound]), bound + 1)
    }
    error = error_of(grammar, b"abcdefg"[: bound + 1] + b";", limits=limits)
    assert isinstance(error, LimitExceeded)
    assert (error.limit, error.name, error.offset) == (bound, name, 0)


# Ends of the input.


@pytest.mark.parametrize(
    ("grammar", "data", "needed", "have", "text"),
    [
        (exactly(5), b"ab", 3, 2, "need 3 more bytes at offset 2 when the input ended"),
        (exactly(5), b"", 5, 0, "need 5 more bytes at offset 0 when the input ended"),
        (
            until(b"\r\n"),
            b"ab\r",
            1,
            3,
            r'need 1 more byte at offset 3 when the input ended, expected b"\r\n"',
        ),
        (
            literal(b"abcde"),
            b"ab",
            3,
            2,
            'need 3 more bytes at offset 2 when the input ended, expected b"abcde"',
        ),
        (
            exactly(3) >> exactly(5),
            b"abcde",
            3,
            5,
            "need 3 more bytes at offset 5 when the input ended",
        ),
    ],
    ids=repr,
)
def test_the_end_of_input_tells_what_was_missing_and_what_was_there(
    grammar, data, needed, have, text
):
    """Of the outermost parser: also where its first part was complete."""
    error = error_of(grammar, data)
    assert isinstance(error, IncompleteInput)
    assert (error.needed, error.have, str(error)) == (needed, have, text)


def test_have_is_counted_from_the_item_and_not_from_the_stream():
    """Between two items it is 0: the quiet goodbye of a loop."""
    conn = stream(exactly(2) >> exactly(2))()
    conn.send(b"abcdefg")
    with pytest.raises(IncompleteInput) as caught:
        conn.send_eof()
    assert (caught.value.have, caught.value.offset) == (3, 7)

    @protocol
    def endless():
        while True:
            yield from emit((yield from exactly(2)))

    conn = endless()
    conn.send(b"abcd")
    with pytest.raises(IncompleteInput) as caught:
        conn.send_eof()
    assert (caught.value.have, caught.value.offset) == (0, 4)


def test_the_end_of_input_may_be_waited_for():
    """With bytes there it is no end; inside a frame the frame's end counts."""

    @parser
    def count():
        n = 0
        while not (yield from at_eof()):
            yield from read(1)
            n += 1
        return n

    assert count.parse(b"abc") == 3
    assert sized(2, count).parse(b"ab") == 2
    assert seq(sized(2, count), count).parse(b"abcde") == (2, 3)
    with pytest.raises(IncompleteInput) as caught:
        sized(5, count).parse(b"ab")
    assert caught.value.needed == 3


# Frames.


@pytest.mark.parametrize(
    ("grammar", "text"),
    [
        (exactly(5), "need more bytes at offset 3, where the frame ends"),
        (literal(b"abcde"), 'expected b"abcde" at offset 3, where the frame ends'),
        (until(b";"), 'expected b";" at offset 3, where the frame ends'),
    ],
    ids=repr,
)
def test_shortage_in_a_frame_is_an_error_and_no_wait(grammar, text):
    """Told as soon as the frame is known to be too small; the leftover begins with the token."""
    error = error_of(sized(3, grammar), b"abcdef;", end=False)
    assert type(error) is ParseError
    assert str(error) == text


# Items, and errors raised by hand.


def test_the_furthest_failure_is_told_class_included():
    """Not the last alternative's, if another got further."""
    grammar = choice(seq(literal(b"a"), exactly(5)), literal(b"ax"), literal(b"b"))
    error = error_of(grammar, b"ab")
    assert type(error) is IncompleteInput
    assert (error.offset, error.needed) == (2, 4)
    error = error_of(grammar, b"cd", end=False)
    assert str(error) == 'expected b"a", b"ax" or b"b" at offset 0, found b"c"'


def test_what_an_item_had_tried_is_forgotten_with_it():
    """The next item's failure is told by itself."""

    @protocol
    def two():
        first = yield from choice(literal(b"abcx"), exactly(1))
        try:
            yield from literal(b"z")
        except ParseError as error:
            return first, error.offset, error.expected

    conn = two()
    conn.send(b"abcd")
    assert conn.get_result() == (b"a", 1, ('b"z"',))


def test_a_parser_inside_a_parser_is_no_item_of_its_own():
    """Also where it is a hand-written one that runs it."""

    @parser
    def inner():
        yield from exactly(2)
        yield from (literal(b"x") | exactly(5))

    error = error_of(exactly(1) >> inner, b"abcd")
    assert isinstance(error, IncompleteInput)
    assert error.have == 4


def test_an_error_raised_by_hand_in_a_branch_makes_the_next_one_be_tried():
    """It has its place, and counts among the furthest."""

    @parser
    def version():
        number = yield from read(1)
        if number != b"1":
            raise ParseError("bad version")

    grammar = choice(version.label("version"), literal(b"!!"))
    assert grammar.parse(b"!!") == b"!!"
    error = error_of(grammar, b"2x", end=False)
    assert str(error) == "bad version at offset 1 (in version)"


def test_an_error_of_a_users_function_is_no_mismatch():
    """A ParseError that it raises ends the item as any exception of its own would."""

    def function(value):
        raise ParseError("mine")

    grammar = choice(exactly(1).map(function), literal(b"a"))
    conn = protocol(grammar)()
    with pytest.raises(ParseError) as caught:
        conn.send(b"ab")
    assert (str(caught.value), caught.value.offset) == ("mine", None)
    assert (conn.consumed, conn.unconsumed) == (1, b"b")


def test_all_of_the_input_means_all():
    """What is left over is an error, told at its first byte."""
    with pytest.raises(ParseError) as caught:
        exactly(2).parse(b"abc")
    assert str(caught.value) == 'expected end of input at offset 2, found b"c"'


def test_a_value_that_will_not_do_is_told_at_its_first_byte():
    """With all of its bytes as what was found; nothing of it is consumed."""
    grammar = exactly(1) >> exactly(3).try_map(int)
    error = error_of(grammar, b"x12y", end=False)
    assert (error.offset, error.found) == (1, b"12y")


def test_too_many_levels_are_told_where_the_last_one_began():
    """In levels, not in bytes."""

    @parser
    def endless():
        yield from read(1)
        yield from endless

    error = error_of(endless, b"abcdef", limits=Limits(max_depth=3), end=False)
    assert str(error) == "more than the 3 levels allowed (max_depth) at offset 3"


# Alternatives.


def test_a_failure_goes_back_and_a_success_does_not():
    """Input is taken back, and only input."""
    grammar = many(choice(literal(b"ab") >> literal(b"c"), exactly(2)), max=2)
    assert outcomes(grammar, b"abcabd", end=False) == {("[b'c', b'ab']", 5)}


def test_a_limit_ends_the_whole_item():
    """No other alternative is tried."""
    grammar = choice(until(b";", max=1), exactly(3))
    error = error_of(grammar, b"abc")
    assert isinstance(error, LimitExceeded)


@pytest.mark.parametrize("limit", [3, 4])
def test_max_backtrack_trips_at_limit_plus_1(limit):
    """Bytes read again within one item, all alternatives together."""
    again = seq(exactly(2), fail("no"))
    grammar = choice(again, again, exactly(3))
    limits = Limits(max_backtrack=limit)
    told = outcomes(grammar, b"abc", limits=limits)
    if limit == 4:
        assert told == {("b'abc'", 3)}
    else:
        text = "more than the 3 bytes allowed (max_backtrack) at offset 0"
        assert told == {(LimitExceeded, text, 0, 0)}
    items = stream(grammar, limits=Limits(max_backtrack=4))()
    items.send(b"abc" * 10)
    assert len(items.events()) == 10


@pytest.mark.parametrize("inner", [None, literal(b"no")], ids=repr)
def test_what_alternatives_hold_is_bounded(inner):
    """From where the outermost began, whatever the cuts and however they are nested."""
    four = exactly(4)
    held = seq(four, four, exactly(1), literal(b"!"))
    grammar = choice(seq(exactly(1), choice(held, inner)) if inner else held, literal(b"x"))
    error = error_of(grammar, b"1aaaabbbbc?", limits=Limits(max_buffered=4))
    assert isinstance(error, LimitExceeded)
    assert (error.name, error.offset) == ("max_buffered", 0)


@pytest.mark.parametrize(
    "last",
    [exactly(9), until(b";", max=1), (exactly(1) >> literal(b"!")).label("last"), fail("no")],
    ids=repr,
)
def test_what_fails_when_too_much_is_held_is_that(last):
    """Had the bytes come one by one, it would never have got so far; the path is the same."""
    four = exactly(4)
    held = seq(four, four, exactly(1), last)
    for grammar in (choice(held, literal(b"x")), choice(seq(exactly(1), choice(held, four)), four)):
        error = error_of(grammar, b"1aaaabbbbc?!;", limits=Limits(max_buffered=4), end=False)
        assert isinstance(error, LimitExceeded)
        assert (error.name, error.offset, error.path) == ("max_buffered", 0, ())


def test_behind_commit_nothing_is_held():
    """Any number of bytes may follow; what went before is still bounded."""
    limits = Limits(max_buffered=4)
    four, x = exactly(4), literal(b"x")
    small = choice(seq(four, commit, four, four, exactly(1)), x)
    assert outcomes(small, b"aaaabbbbccccd", limits=limits) == {
        ("(b'aaaa', None, b'bbbb', b'cccc', b'd')", 13)
    }
    large = choice(seq(four, four, exactly(1), commit, four), x)
    error = error_of(large, b"aaaabbbbcdddd", limits=limits)
    assert isinstance(error, LimitExceeded)
    assert error.offset == 0


def test_behind_commit_a_failure_is_final():
    """The next alternative is not tried, also of those further out."""
    grammar = choice(choice(seq(exactly(1), commit, literal(b"b")), exactly(2)), exactly(2))
    assert grammar.parse(b"ab") == (b"a", None, b"b")
    error = error_of(grammar, b"ac", end=False)
    assert (error.offset, error.expected) == (1, ('b"b"',))


def test_commit_without_an_alternative_is_nothing():
    """There is nothing to close."""
    assert seq(exactly(1), commit).parse(b"a") == (b"a", None)


def test_what_is_kept_for_another_reason_outlives_commit():
    """A value that is checked when it is complete can still be told at its first byte."""
    inner = seq(exactly(2), commit, exactly(1)).try_map(lambda parts: int(b"".join((parts[0],))))
    grammar = choice(inner, exactly(3))
    assert grammar.parse(b"123") == 12
    error = error_of(grammar, b"xyz", end=False)
    assert (error.offset, error.found) == (0, b"xyz")


def test_what_cannot_be_taken_back_is_refused_until_commit():
    """By its name."""

    @parser
    def emitting(steps):
        for step in steps:
            yield from step
        yield from emit("done")
        yield from literal(b"b")

    for steps in ([exactly(1)], [exactly(1), commit]):
        conn = protocol(choice(emitting(steps), exactly(1)))()
        if len(steps) == 1:
            with pytest.raises(UsageError, match=r"^emit\(\) inside an alternative: "):
                conn.send(b"ab")
            assert conn.events() == []
        else:
            conn.send(b"ab")
            assert conn.events() == ["done"]


def test_what_is_only_kept_keeps_nobody_from_emitting():
    """Nothing would have to be taken back."""

    @parser
    def emitting():
        yield from emit("done")
        yield from exactly(2)

    conn = protocol(recognize(emitting))()
    conn.send(b"a")
    assert conn.events() == ["done"]
    conn.send(b"b")
    assert conn.get_result() == b"ab"


def test_events_may_be_taken_while_an_alternative_is_open():
    """And emitted again when it is closed."""

    @protocol
    def emitting():
        yield from emit("before")
        yield from choice(literal(b"ab"), literal(b"ac"))
        yield from emit("behind")

    conn = emitting()
    conn.send(b"a")
    assert conn.events() == ["before"]
    conn.send(b"c")
    assert conn.events() == ["behind"]


def test_commit_inside_a_lookahead_is_refused():
    """It always goes back; one made by hand is asked when it runs."""

    @parser
    def hidden():
        yield from commit

    with pytest.raises(UsageError, match="commit inside a lookahead"):
        lookahead(hidden).parse(b"a")


# wait.


def test_a_wait_that_takes_nothing_while_the_input_grows_has_failed():
    """With more than max_buffered unread, where it stands."""

    @protocol(limits=Limits(max_buffered=2))
    def idle():
        yield from read(1)
        while True:
            yield from wait()

    conn = idle()
    conn.send(b"abc")
    with pytest.raises(LimitExceeded, match=r"^more than the 2 bytes allowed \(max_buffered\)"):
        conn.send(b"d")
    assert conn.error.offset == 1


def test_a_wait_after_the_end_of_input_is_an_end_of_input():
    """With no output owed nothing will ever come."""

    @protocol
    def late():
        yield from read(1)
        while True:
            yield from wait()

    conn = late()
    conn.send(b"a")
    with pytest.raises(IncompleteInput) as caught:
        conn.send_eof()
    assert (caught.value.have, caught.value.needed) == (0, 1)


def test_a_write_is_over_when_its_output_is_and_not_before():
    """And at once while the connection is being closed, where waiting is refused."""

    @protocol
    def writing():
        try:
            yield from write(b"ab")
            yield from read(1)
        finally:
            yield from write(b"bye")
            yield from read(1)

    conn = writing()
    assert conn.read() == b"ab"
    with pytest.raises(UsageError, match="cannot wait while the connection is being closed"):
        conn.close()
    assert conn.read() == b"bye"


def test_a_wait_that_makes_progress_may_see_more_than_the_limit():
    """Only one that takes nothing and waits again has failed."""

    @protocol(limits=Limits(max_buffered=2))
    def slow():
        for _ in range(5):
            yield from wait()
            yield from read(1)
        return "done"

    conn = slow()
    conn.send(b"abcdefgh")
    for _ in range(4):
        conn.send(b"")
    assert conn.get_result() == "done"


# What staged code does by itself.


def started(**limits):
    """The state of a connection that waits for bytes, with some in it."""
    run = protocol(limits=Limits(**limits))(lambda: exactly(100)._parse())()._run
    run.input.write(b"abcdef")
    return run


def test_an_item_begins_once():
    """What failed in the one before is not of this one; what failed in this one is."""
    run = started()
    run._again, run._furthest = 5, ParseError("before")
    run.begin(2)
    assert (run.item, run._again, run._furthest) == (2, 0, None)
    run._again = 7
    run.begin(2)
    assert (run.item, run._again) == (2, 7)


def test_bytes_may_be_kept_from_a_place_before():
    """Who judges a value notices late that its bytes may be wanted; emitting is allowed."""
    run = started()
    run.input.skip(4)
    mark = run.keep_from(1)
    assert (mark.position, mark.keeps, run.input.since(1)) == (1, True, b"bcd")
    run.mark(keeps=True)
    run.unwind(1)
    assert run.marks == [mark]
    run.unwind(0)
    assert run.marks == []


def test_all_is_closed_where_too_much_was_held():
    """The outermost too, whichever of them has said so."""
    run = started(max_buffered=2)
    run.mark(keeps=True)
    run.mark(keeps=True)
    run.input.skip(4)
    with pytest.raises(LimitExceeded):
        unwound(run)
    assert run.marks == []


def unwound(run):
    try:
        raise ParseError("something")
    finally:
        run.unwind(0)


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


def test_a_search_that_was_begun_is_gone_on_with():
    """By the first who seeks, and by nobody else."""
    run = started()
    run.begun = begun = run.input.seek(b";", 100)
    assert run.seek(b";", 100, seen=True) is begun
    assert run.seek(b";", 100, seen=True) is not begun


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


def test_only_what_was_read_is_kept():
    """What is still unread will be there in any case."""
    run = started()
    run.input.skip(2)
    assert run.keep_before(2) is run.keep_before(5) is None
    assert run.marks == []
    mark = run.keep_before(1)
    assert mark is not None
    assert (mark.position, run.input.since(1)) == (1, b"b")


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


def test_events_may_be_made_when_somebody_asks():
    """Once, and before all that comes behind them."""
    made = []
    later = Later(made.append(one) or one for one in "ab")
    assert made == []
    assert later  # there is something
    later.append("c")
    assert made == ["a", "b"]
    later += ["d"]
    assert later.all() == ["a", "b", "c", "d"]
    again = Later(iter("ab"))
    again += "c"
    assert (again.all(), Later("ab").all()) == (["a", "b", "c"], ["a", "b"])


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
