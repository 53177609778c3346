"""What may be taken back, and what is remembered of that."""

import pytest

from ohneio import (
    IncompleteInput,
    LimitExceeded,
    Limits,
    ParseError,
    UsageError,
    choice,
    commit,
    emit,
    exactly,
    fail,
    literal,
    lookahead,
    many,
    parser,
    protocol,
    read,
    recognize,
    seq,
    stream,
    until,
)
from tests.core.running import error_of, outcomes, started

# Items.


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


def test_an_item_begins_once():
    """What failed in the one before is not of this one; what failed in this one is."""
    run = started()
    run._again, run._furthest = 5, ParseError("before")
    run.begin(2)
    assert (run.item, run._again, run._furthest) == (2, 0, None)
    run._again = 7
    run.begin(2)
    assert (run.item, run._again) == (2, 7)


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


def test_a_value_that_will_not_do_is_told_at_its_first_byte():
    """With all of its bytes as what was found; nothing of it is consumed."""
    grammar = exactly(1) >> exactly(3).try_map(int)
    error = error_of(grammar, b"x12y", end=False)
    assert (error.offset, error.found) == (1, b"12y")


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


def test_where_nothing_is_open_nothing_is_refused():
    """There would be nothing to take back."""
    run = started()
    run.refuse_in_alternative("emit()")
    assert run.marks == []


def test_commit_inside_a_lookahead_is_refused():
    """It always goes back; one made by hand is asked when it runs."""

    @parser
    def hidden():
        yield from commit

    with pytest.raises(UsageError, match="commit inside a lookahead"):
        lookahead(hidden).parse(b"a")


# What staged code does by itself.


def test_bytes_may_be_kept_from_a_place_before():
    """Who judges a value notices late that its bytes may be wanted; emitting is allowed."""
    run = started()
    run.input.skip(4)
    mark = run.keep_from(1)
    assert (mark.position, mark.keeps, run.input.since(1)) == (1, True, b"bcd")
    run.mark(keeps=True)
    run.unwind((mark,))
    assert run.marks == [mark]
    run.unwind(())
    assert run.marks == []


def test_only_what_was_read_is_kept():
    """What is still unread will be there in any case."""
    run = started()
    run.input.skip(2)
    assert run.keep_before(2) is run.keep_before(5) is None
    assert run.marks == []
    mark = run.keep_before(1)
    assert mark is not None
    assert (mark.position, run.input.since(1)) == (1, b"b")


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
        run.unwind(())
