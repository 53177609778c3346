"""What generated code calls where something is not as usual."""

import pytest

from ohneio import (
    Limits,
    ParseError,
    any_byte,
    choice,
    dispatch,
    exactly,
    field,
    forward,
    label,
    length_prefixed,
    literal,
    many,
    not_followed_by,
    optional,
    parser,
    protocol,
    read,
    record,
    seq,
    sized,
    take_while,
    uint8,
    uint16,
    until,
    verify,
    wire,
)
from ohneio.core._steps import current
from ohneio.staging import _late
from ohneio.staging._late import (
    behind,
    end_of_frame,
    framed,
    keep_all,
    keep_all_before,
    labelled,
    named,
    nothing,
    refuse_frame,
    rereads,
)
from tests.staging.parsing import agrees

a, b, c = literal(b"a"), literal(b"b"), literal(b"c")
d = optional(seq(any_byte, b)) << c


@wire
class Pair:
    first: bytes = field(a)
    second: list = field(many(b))


#: A grammar and bytes for it, of which something is late.
LATE = {
    "in a field": (record(Pair), [b"abbab", b"x"]),
    "in fields of fields": (seq(uint8, record(Pair)), [b"xax"]),
    "in labels": (label("one", label("two", seq(a, until(b";")))), [b"ax;b", b"a"]),
    "in a frame": (sized(4, seq(uint16, many(a))), [b"xyaaxyab"]),
    "in a frame that ends with what could go on": (
        length_prefixed(uint8, seq(uint8, many(a))) << b,
        [b"\3xaab\2xac", b"\1xa"],
    ),
    "in a frame that goes on": (
        length_prefixed(uint8, many(a) << optional(b) << c),
        [b"\1a\3abc\2ab"],
    ),
    "in frames that end together": (
        length_prefixed(uint8, seq(uint8, length_prefixed(uint8, many(a)))) << b,
        [b"\4x\2aab\3x\1ac"],
    ),
    "in a frame that ends with what is no piece": (
        length_prefixed(uint8, optional(seq(any_byte, a)) << c) << b,
        [b"\1cb\1cx", b"\1c", b"\2xac"],
    ),
    "in a frame in which something was tried in another": (
        length_prefixed(
            uint8, seq(optional(seq(any_byte, any_byte, a)), length_prefixed(uint8, d))
        ),
        [b"\2\1c", b"\2\1b", b"\2\1", b"\3\1cx"],
    ),
    "in a frame in a label": (
        label("one", length_prefixed(uint8, many(label("two", uint16)))),
        [b"\4abcd\5abcdx", b"\5ab", b"\5", b"\1a"],
    ),
    "in a frame in a label, and then nothing": (
        label("one", length_prefixed(uint8, optional(label("two", a)))),
        [b"\1a\0\1b", b"\2a", b"\5"],
    ),
    "a frame that is too large": (sized(3, length_prefixed(uint8)), [b"\3ab", b"\1abc"]),
    "a frame that is not filled": (sized(3, seq(uint8, many(a))), [b"xabc"]),
    "a frame of which nobody knows": (sized(3, uint8 >> take_while(b"a")), [b"xab", b"xaa"]),
    "behind what was skipped": (seq(optional(a), optional(b), c), [b"ad", b"bd", b"d", b"abd"]),
    "behind a field that was skipped": (
        seq(label("l", seq(uint8, optional(a))), c),
        [b"xd", b"xad"],
    ),
    "behind what was skipped at the end": (many(seq(b, optional(a))) << c, [b"babbx", b"bx"]),
    "what is judged": (verify(lambda one: one != b"n", until(b";")), [b"a;n;", b"n;"]),
}


@pytest.mark.parametrize("name", LATE)
def test_what_is_late_is_as_without_staging(name):
    """Errors tell the same of what stands around it."""
    grammar, inputs = LATE[name]
    agrees(grammar, *inputs)
    agrees(seq(uint8, grammar), *(b"x" + one for one in inputs))


def driven(make, data, *chunks, limits=None):
    """Return the connection of a protocol that runs what *make* makes of its run."""

    @protocol(limits=limits or Limits())
    def running():
        run = current()
        return (yield from run._as_item(make(run)))

    conn = running()
    for chunk in (data, *chunks):
        try:
            conn.send(chunk)
        except Exception:
            break
    return conn


def test_fields_are_named_while_they_run():
    """And no longer: also where they fail."""
    conn = driven(lambda run: named(run, a._parse(), "x", "y"), b"b")
    assert conn.error.path == ("x", "y")
    assert conn._run.path == []
    assert driven(lambda run: named(run, read(1).__iter__(), "x"), b"a").get_result() == b"a"


def test_a_label_is_around_what_runs_in_it():
    """With the place where it began."""
    outer = label("the label", a)
    conn = driven(lambda run: labelled(run, a._parse(), outer, 0, "here"), b"b")
    assert "the label" in str(conn.error)


def odd(data):
    """Refuse some of what fits, in words of its own."""
    if data == b"b":
        raise ValueError("b is odd")
    return data


@pytest.mark.parametrize("item", [uint8.verify(lambda it: 0 < it < 4), seq(a, c)])
@pytest.mark.parametrize("rep", [optional, many])
def test_what_fails_in_the_pieces_of_a_label_is_one_failure(item, rep):
    """Which has a message or is called by the label's name, and not both."""
    words = optional(take_while(b"ab").try_map(odd))
    grammar = label("out", seq(rep(item), label("in", seq(words, optional(c))), literal(b";")))
    agrees(grammar, b"b\3\0;", b"bc;", b"ab;b;", b"x", b"ac;")
    agrees(seq(uint8, many(grammar)), b"1bc;", b"1a;ac;b")


def test_a_frame_is_put_up_for_as_long_as_something_runs_in_it():
    """What is behind its end is there afterwards."""

    def both(run):
        first = yield from framed(run, exactly(2)._parse(), 2, "end")
        return first, (yield from exactly(2)._parse())

    assert driven(both, b"ab", b"cd").get_result() == (b"ab", b"cd")
    conn = driven(lambda run: framed(run, exactly(3)._parse(), 2, "end"), b"abc")
    assert "where the frame ends" in str(conn.error)


def test_what_there_was_no_room_for_is_told_in_the_frame_only():
    """By the next piece of it, but not by what comes behind."""

    def pieces(run, place):
        yield from framed(run, many(a)._parse(), 2, "end")
        yield from framed(run, b._parse(), 2, place)

    assert 'b"a" or b"b"' in str(driven(lambda run: pieces(run, "end"), b"aa").error)
    assert str(driven(lambda run: pieces(run, "end2"), b"aa").error) == (
        'expected b"b" at offset 2, where the frame ends'
    )


def test_what_failed_in_a_frame_is_joined_with_what_failed_before_it():
    """But for what there was no room for, whatever failed at the same place before."""

    def with_frame(run, size):
        yield from optional(until(b";"))._parse()
        yield from framed(run, optional(a)._parse(), size, "end")
        yield from exactly(1)._parse()

    for size, expected in ((0, 'b";"'), (1, 'b";" or b"a"')):
        conn = driven(lambda run: with_frame(run, size), b"")  # noqa: B023
        with pytest.raises(ParseError, match=f"expected {expected}$"):
            conn.send_eof()


def test_what_was_tried_in_a_frame_is_known_as_long_as_it_lasts():
    """Also what was tried in frames around it; of frames that are over nothing is."""

    def pieces(run):
        yield from framed(run, optional(seq(a, b, c))._parse(), 3, "outer")
        inside = framed(run, optional(seq(a, b))._parse(), 1, "inner")
        yield from framed(run, inside, 3, "outer")
        assert sorted(run._forgotten) == [("inner", 1), ("outer", 3)]
        yield from framed(run, exactly(2)._parse(), 3, "outer")
        yield from framed(run, optional(seq(any_byte, c))._parse(), 3, "outer")
        assert sorted(run._forgotten) == [("outer", 3)]
        yield from framed(run, b._parse(), 3, "outer")

    assert str(driven(pieces, b"axx").error) == 'expected b"c" at offset 3, where the frame ends'


def test_a_frame_that_does_not_fit_is_refused():
    """Into the one around it, or behind where it begins; any other is none of its business."""

    def inside(end):
        def run_in(run):
            yield from exactly(1)._parse()
            outer = run.input.enter(3)
            try:
                yield from refuse_frame(run, end)
            finally:
                run.input.frame(outer)
            return "fits"

        return driven(run_in, b"abcd")

    assert inside(3).get_result() == "fits"
    assert inside(4).error is not None
    assert inside(0).error is not None


def test_what_is_left_over_in_a_frame_is_refused():
    """It tells what should have been there."""
    conn = driven(lambda run: end_of_frame(run, "end of frame", 0), b"a")
    assert str(conn.error) == "expected end of frame at offset 0"


def test_what_was_skipped_here_is_tried_for_what_it_expects():
    """In the fields and labels that it stood in; somewhere else it is not."""
    around = label("around", a)
    conn = driven(lambda run: behind(run, c._parse(), a, 0), b"x")
    assert str(conn.error) == 'expected b"a" or b"c" at offset 0, found b"x"'
    conn = driven(lambda run: behind(run, c._parse(), a, 0, "field", (around, 0, "here")), b"x")
    assert "around" in str(conn.error)
    conn = driven(lambda run: behind(run, c._parse(), a, 1), b"x")
    assert str(conn.error) == 'expected b"c" at offset 0, found b"x"'
    assert driven(lambda run: nothing(), b"x").get_result() is None


def test_what_was_kept_is_let_go_when_it_was_judged():
    """Whatever the verdict is."""
    word = verify(lambda one: one != b"n", until(b";"))

    def judged(run, value):
        mark = run.keep_from(0)
        yield from until(b";")._parse()
        return (yield from _late.settled(run, mark, word._judged, value))

    for data, value in ((b"a;", b"a"), (b"n;", b"n")):
        conn = driven(lambda run, value=value: judged(run, value), data)
        assert conn._run.marks == []
    assert conn.error.offset == 0


@parser
def either():
    return (yield from choice(a, b))


def test_nodes_run_in_functions_and_functions_in_nodes():
    """Wherever the one ends and the other begins."""
    agrees(seq(either, until(b";"), either, any_byte), b"ax;bc", b"ax;cb", b"c")


@wire
class Twice:
    """A number that has to come twice: what it is judged by is kept."""

    first: int = field(uint8, computed=lambda it: it.second)
    second: int = field(uint8)


@wire
class Within:
    size: int = field(uint8, computed=lambda it: it.inner.first)
    inner: Twice = field(record(Twice))


@pytest.mark.parametrize("limits", [Limits(), Limits(max_buffered=1), Limits(max_buffered=2)])
@pytest.mark.parametrize("grammar", [record(Twice), record(Within)])
def test_an_object_that_is_refused_is_looked_at_again_by_its_node(grammar, limits):
    """On what was kept of it, and where more is held than may be."""
    agrees(grammar, b"\1\1\1\2\2\2", b"\1\1\2", b"\1\2\2", b"\1", limits=limits)


@pytest.mark.parametrize(("keep", "places"), [(keep_all, [0, 1, 2, 3]), (keep_all_before, [0, 1])])
def test_all_that_may_be_wanted_is_kept_once(keep, places):
    """Where the code pauses only what was read by then: the rest will be there."""

    def keeping(run):
        yield from exactly(2)._parse()
        kept = []
        for _ in range(2):
            keep(run, kept, [0, 1, 2, 3])
        assert run.marks == kept
        found = [mark.position for mark in kept]
        run.unwind(())
        return found

    assert driven(keeping, b"abcd").get_result() == places


def test_what_was_kept_in_a_pause_and_what_was_not_is_kept_later():
    """From outside to inside, where a node runs then."""

    def keeping(run):
        kept = []
        yield from exactly(2)._parse()
        keep_all_before(run, kept, [1, 2])
        yield from exactly(1)._parse()
        keep_all(run, kept, [1, 2])
        found = [mark.position for mark in kept], run.input.since(1)
        run.unwind(())
        return found

    assert driven(keeping, b"abcd").get_result() == ([1, 2], b"bc")


def test_what_was_tried_in_a_frame_is_not_known_to_that_of_another_function():
    """Which may end at the same place, and have a variable of the same name for that."""
    inner = forward()
    frame = length_prefixed(uint8, many(not_followed_by(literal(b"zz")) >> c))
    inner.become(dispatch(uint8, {98: frame, 97: length_prefixed(uint8, inner)}))
    agrees(seq(uint8, length_prefixed(uint8, seq(inner, uint8))), b"x\3b\1c", b"x\4b\1ccx\3b\1c")


def test_what_is_read_again_is_counted_for_the_item_that_is_under_way():
    """Unless that is more than may be: then it is left to the nodes, which count it anew."""

    def counting(run):
        yield from exactly(2)._parse()
        found = [rereads(run, 3, 0), rereads(run, 2), rereads(run, 3), rereads(run, 1)]
        return found, run._again, rereads(run, 6, 2), run._again

    conn = protocol(limits=Limits(max_backtrack=6))(lambda: counting(current()))()
    conn.send(b"ab")
    assert conn.get_result() == ([True, True, False, True], 6, True, 6)
