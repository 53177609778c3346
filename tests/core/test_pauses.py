"""Waits of code that goes on where it was, with what it has taken still unread."""

import re

import pytest

from ohneio import Connection, Limits, State
from ohneio.core._buffer import LARGE
from ohneio.core._input import SMALL
from ohneio.core._pauses import Form, pauses, pauses_at, pauses_in
from ohneio.core._steps import WAIT, current
from ohneio.core._waiting import Waiting


def running(data, limits=None):
    """The state of a connection that has not begun, with *data* in one block."""
    run = Connection(lambda: iter(()), limits or Limits())._run
    run.input.write(data)
    return run


def state(run):
    """What a pause has left: where the input is, what is taken and wanted, and the fields."""
    return run.input.pos, run.ahead, run.want, run.inside


# Whether it pauses.


def test_a_pause_leaves_what_is_wanted_unread():
    """It waits for the rest of the token, in the item; what stands before is as if read."""
    run = running(b"abcdef")
    assert pauses(run, 1, 2, 4, 5, ("one",))
    assert (run.waiting, run.item) == (Waiting.PAUSE, 1)
    assert state(run) == (2, 2, 7, ("one",))
    assert (run.taken, run.needed()) == (2, 3)


def test_a_token_may_begin_behind_where_the_code_goes_on():
    """Those before it are taken with it, and so are still wanted."""
    run = running(b"abcdef")
    assert pauses(run, 0, 1, 1, 4, (), 3)
    assert state(run) == (1, 3, 7, ())
    assert (run.taken, run.needed()) == (3, 2)


def test_an_item_that_is_under_way_is_not_begun_again():
    """What has failed in it so far is remembered."""
    run = running(b"abc")
    run.begin(0)
    run._again = 7
    assert pauses(run, 0, 0, 1, 5)
    assert run._again == 7
    assert pauses(run, 1, 1, 1, 5)
    assert (run.item, run._again) == (1, 0)


def test_more_than_is_joined_is_for_the_caller_to_keep():
    """From where the code goes on there must be little all the same."""
    run = running(b"a" * (SMALL + 2))
    assert pauses(run, 0, 2, 40, 90)
    assert state(run) == (2, 38, 128, ())
    assert pauses(run, 0, 1, 40, 90)
    assert state(run) == (40, 0, 90, ())
    assert not pauses(run, 0, 0, 1, 90)


@pytest.mark.parametrize(("most", "does"), [(9, False), (10, True)])
def test_no_pause_comes_near_the_bound(most, does):
    """From what is wanted to the end of the token; in frames and blocks the nodes know better."""
    run = running(b"abcdef", Limits(max_buffered=most))
    assert pauses(run, 0, 1, 4, 7) is does
    run = running(b"abcdef", Limits(max_buffered=most))
    assert pauses(run, 0, 1, 1, 7, (), 3) is does


def cut_short(run):
    run.input.eof = True


def in_a_frame(run):
    run.input.enter(5)


def in_blocks(run):
    run.input.write(b"g" * LARGE)


@pytest.mark.parametrize("happens", [cut_short, in_a_frame, in_blocks])
def test_where_more_than_bytes_are_missing_it_does_not_pause(happens):
    """It has touched nothing then."""
    run = running(b"abcdef")
    happens(run)
    assert not pauses(run, 0, 0, 4, 5)
    assert (run.waiting, run.item, run.input.pos) == (Waiting.START, None, 0)


@pytest.mark.parametrize(("most", "does"), [(8, False), (9, True)])
def test_what_is_kept_already_is_not_left_unread(most, does):
    """It counts for the bound."""
    run = running(b"abcdef", Limits(max_buffered=most))
    run.input.skip(1)
    run.mark(keeps=True)
    assert pauses(run, 1, 2, 4, 6) is does
    if does:
        assert state(run) == (4, 0, 6, ())


def test_an_alternative_is_not_paused_in():
    """There is another way to try, which is for the nodes."""
    run = running(b"abcdef")
    run.mark()
    assert not pauses(run, 0, 0, 4, 5)


# Tokens in a row.


def test_of_some_parts_it_waits_for_the_first_that_is_not_there():
    """In the fields of that one."""
    parts = (2, ("a",)), (2, ("none",)), (5, ("b",)), (9, ("c",))
    for there, wanted in [(1, (0, 2, ("a",))), (3, (2, 5, ("b",))), (5, (5, 9, ("c",)))]:
        run = running(b"." + bytes(there))
        assert pauses_in(run, 0, 1, 1, parts)
        assert state(run) == (1, *wanted)
        assert pauses_in(run, 0, 1, 1, parts, ("record",))
        assert run.inside == ("record", *wanted[-1])
    assert not pauses_in(running(bytes(10)), 0, 1, 1, parts)


def word_and_number(**given):
    """A word, two colons and a number, in fields of these names."""
    tokens = [(b"[a-z]++", b"[a-z]*+"), (b"::", b":?"), (b"[0-9](?![0-9])", b"[0-9]?")]
    given = {"calls": [], "longest": 2, "digits": 3, **given}
    return Form(tokens, [("word",), ("colons",), ("number",)], **given)


@pytest.mark.parametrize(
    ("there", "wanted"),
    [
        (b"", (0, 1, ("word",))),
        (b"ab", (0, 3, ("word",))),
        (b"ab:", (2, 4, ("colons",))),
        (b"ab::", (4, 5, ("number",))),
        (b"ab::1", (4, 6, ("number",))),
        (b"a:b", None),
        (b"ab::12", None),
    ],
)
def test_of_a_form_it_waits_for_a_byte_more_of_the_token_that_is_not_whole(there, wanted):
    """Where what is there is no beginning of a form it does not wait."""
    run, form = running(b"." + there), word_and_number()
    assert pauses_at(run, 0, 1, 1, len(there) + 1, form) is bool(wanted)
    if wanted:
        assert state(run) == (1, *wanted)
        assert pauses_at(run, 0, 1, 1, len(there) + 1, form, ("record",))
        assert run.inside == ("record", *wanted[-1])
    assert form.begun is form.begun


@pytest.mark.parametrize("limits", [Limits(max_buffered=4), Limits(max_digits=2)])
def test_a_form_is_not_waited_for_where_a_bound_may_be_near(limits):
    """No token of it is longer than what there may be, and no number has so many digits."""
    form = word_and_number(longest=5)
    assert pauses_at(running(b"ab"), 0, 0, 0, 2, form)
    assert not pauses_at(running(b"ab", limits), 0, 0, 0, 2, form)


def test_a_function_that_raises_is_left_to_the_node():
    """It is asked when the token behind which it is called is there, and not before."""
    form = word_and_number(calls=[(1, 0, int)])
    assert form.calls == [(1, 0, int)]
    assert pauses_at(running(b"ab:"), 0, 0, 0, 3, form)
    assert not pauses_at(running(b"ab::"), 0, 0, 0, 4, form)
    asked = []
    form = word_and_number(calls=[(1, 0, asked.append)])
    assert pauses_at(running(b"ab::1"), 0, 0, 0, 5, form)
    assert asked == [b"ab"]


@pytest.mark.parametrize(
    ("calls", "seen"),
    [([], [b"", b"ab", b"ab:", b"ab::", b"ab::1"]), ([(0, 0, bytes.upper)], [b"", b"ab"])],
)
def test_a_form_says_what_may_be_there_while_nothing_was_to_be_called(calls, seen):
    """Behind a token with a function it does not say so."""
    begun = re.compile(word_and_number(calls=calls).silent).fullmatch
    there = [b"", b"ab", b"ab:", b"ab::", b"ab::1", b"a:b", b"ab::12"]
    assert [one for one in there if begun(one)] == seen


def test_a_dot_of_a_form_is_any_byte():
    """Also a line's end."""
    form = Form([(b".", b""), (b";", b"")], [(), ()], [], 1)
    found = form.begun(b"\n", 0, 1)
    assert isinstance(found, re.Match)
    assert found.start(found.lastindex) == 1


# In a connection.


def test_what_is_seen_of_a_pause_is_as_if_it_had_been_read():
    """It goes on with all the bytes that it has left unread."""

    def code():
        run = current()
        assert pauses(run, 0, 0, 2, 4, ("field",))
        yield WAIT
        return run.input.take(6)

    conn = Connection(code)
    conn.send(b"abc")
    assert (conn.consumed, conn.unconsumed, conn.pending_input) == (2, b"c", 1)
    assert (conn.needed, conn.waiting) == (3, "need 3 more bytes at offset 3 (in field)")
    conn.send(b"de")
    assert (conn.state, conn.consumed, conn.needed) == (State.RUNNING, 2, 1)
    conn.send(b"fg")
    assert conn.get_result() == b"abcdef"
    assert (conn.consumed, conn.unconsumed) == (6, b"g")


def test_a_form_has_nothing_but_what_it_is_made_of():
    """What says what is there of it is made when it is asked for, and then there."""
    form = Form([(b"a", b""), (b"bc", b"b?")], [(), ()], [], 2)
    assert form.begun is form.begun
    with pytest.raises(AttributeError, match="__wrapped__"):
        _ = form.__wrapped__
