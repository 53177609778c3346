"""Errors, told with their place in the input."""

import pytest

from ohneio import (
    IncompleteInput,
    Limits,
    ParseError,
    choice,
    emit,
    exactly,
    literal,
    parser,
    protocol,
    read,
    stream,
)
from tests.core.running import error_of, started


def test_an_error_is_told_where_the_input_is_read():
    """With the labels and fields around."""
    run = started(max_depth=7)
    run.input.skip(2)
    run.path.append("size")
    assert [str(error) for error in (run.mismatch("x"), run.mismatch("x", found=0))] == [
        'expected x at offset 2 (in size), found b"c"',
        "expected x at offset 2 (in size)",
    ]
    assert [str(error) for error in (run.over_limit(3, "max"), run.too_deep())] == [
        "more than the 3 bytes allowed (max) at offset 2 (in size)",
        "more than the 7 levels allowed (max_depth) at offset 2 (in size)",
    ]
    assert run.over_limit(3, "max", start=1).offset == 1


def test_where_the_input_or_the_frame_ends_that_is_the_place():
    """Though the token that was cut short began before."""
    run = started()
    run.input.skip(2)
    run.input.end = 4
    for error in (run.frame_ended(), run.frame_ended("x")):
        assert (error.offset, error._start, error._at_frame_end) == (4, 2, True)
    ended = run.ended(5)
    assert (ended.offset, ended._start, ended.needed, ended.have) == (6, 2, 5, 4)
    run.item = 1
    assert run.ended(5).have == 5


def test_an_error_raised_by_hand_is_placed_unless_it_is_somebody_elses():
    """Or knows its place already."""
    run = started()
    run.input.skip(2)
    run.path.append("size")
    errors = [ParseError("bad"), ParseError("bad", offset=1), ParseError("theirs")]
    errors[2]._foreign = True
    for error in errors:
        run.place(error)
    assert [str(error) for error in errors] == [
        "bad at offset 2 (in size)",
        "bad at offset 1 (in size)",
        "theirs",
    ]


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


def test_too_many_levels_are_told_where_the_last_one_began():
    """In levels, not in bytes."""

    @parser
    def endless():
        yield from read(1)
        yield from endless

    error = error_of(endless, b"abcdef", limits=Limits(max_depth=3), end=False)
    assert str(error) == "more than the 3 levels allowed (max_depth) at offset 3"
