"""Frames: sizes, lengths, counts and delimiters around other parsers."""

import pickle

import pytest

from ohneio import (
    BuildError,
    IncompleteInput,
    LimitExceeded,
    Limits,
    ParseError,
    UsageError,
    at_eof,
    count_prefixed,
    delimited,
    eof,
    exactly,
    forward,
    int8,
    length_prefixed,
    literal,
    many,
    optional,
    parser,
    rest,
    seq,
    sized,
    success,
    take_while,
    try_map,
    uint8,
    uint16,
    uint32,
    until,
)
from ohneio.combinators._framing import CountPrefixed, Delimited, LengthPrefixed, Sized
from ohneio.core._facts import ANY
from tests.combinators.cuts import failed, given, told

AB = literal(b"ab")
ALL = [
    sized(4, many(uint16)),
    length_prefixed(uint8),
    length_prefixed(uint16, many(AB)),
    count_prefixed(uint8, exactly(2)),
    delimited(b";", rest),
    delimited(b"\r\n", uint16, max=9),
]
total = seq(int8, int8).map(sum)


# A frame of a given size.


def test_a_frame_gives_what_its_parser_gives_and_leaves_what_is_behind():
    """`sized` ends where it says, and waits for nothing behind it."""
    assert given(sized(4, many(uint16)), b"\0\1\0\2xy") == ([1, 2], b"xy", 4)


def test_an_empty_frame_is_parsed_without_a_byte():
    """A frame of 0 bytes is the end of input for its parser, and needs none."""
    assert given(sized(0, rest), b"ab") == (b"", b"ab", 0)
    assert given(sized(0, eof), b"ab") == (None, b"ab", 0)


def test_the_end_of_a_frame_is_the_end_of_input_for_its_parser():
    """What goes on to the end, or looks for it, finds it there."""
    assert given(sized(3, rest), b"abcd") == (b"abc", b"d", 3)
    assert given(sized(2, exactly(2) << eof), b"abcd") == (b"ab", b"cd", 2)
    assert given(sized(2, optional(AB)), b"abab") == (b"ab", b"ab", 2)


def test_nothing_behind_a_frame_is_seen():
    """A delimiter or a literal that is complete only behind the end is none."""
    assert failed(sized(3, until(b";")), b"abc;") == (
        'expected b";" at offset 3, where the frame ends', 0, 3,
    )  # fmt: skip
    for data in (b"ab", b"x"):
        assert failed(sized(1, AB), data) == (
            'expected b"ab" at offset 1, where the frame ends', 0, 0,
        )  # fmt: skip


def test_shortage_in_a_frame_fails_at_its_end_as_soon_as_it_is_known():
    """A token that the frame has no room for never waits for its bytes."""
    outcome = told(seq(uint8, sized(3, seq(uint8, exactly(5)))), b"abcdefgh")

    assert type(outcome.error) is ParseError
    assert str(outcome.error) == "need more bytes at offset 4, where the frame ends"
    assert (outcome.error.offset, outcome.error.found) == (4, None)
    assert (outcome.consumed, outcome.after) == (2, 2)


def test_the_end_of_the_input_inside_a_frame_is_incomplete_input():
    """`IncompleteInput` is what it is without a frame: the input ended first."""
    outcome = told(sized(5, exactly(5)), b"abc")

    assert type(outcome.error) is IncompleteInput
    assert (outcome.error.needed, outcome.error.have, outcome.error.offset) == (2, 3, 3)


@pytest.mark.parametrize(
    "inner", [eof, rest, many(uint8), many(uint8) << eof, many(AB | literal(b"c"))], ids=repr
)
def test_the_end_of_the_input_is_never_the_end_of_a_frame(inner):
    """What goes on to the end of its input is cut short with the frame."""
    outcome = told(sized(5, inner), b"" if inner is eof else b"abc")

    assert type(outcome.error) is IncompleteInput
    assert outcome.after is None


def test_a_truncated_frame_is_told_by_at_eof_too():
    """`at_eof()` in a frame says True at the frame's end, and fails where the input ends first."""

    @parser
    def until_end():
        found = []
        while not (yield from at_eof()):
            found.append((yield from exactly(1)))
        return found

    assert given(sized(2, until_end), b"abc") == ([b"a", b"b"], b"c", 2)
    assert failed(sized(3, until_end), b"ab") == (
        "need 1 more byte at offset 2 when the input ended", 2, None,
    )  # fmt: skip


def test_bytes_left_over_are_a_mismatch_where_the_parser_stopped():
    """A frame is filled by its parser, and that it is not shows before the next byte."""
    assert failed(sized(4, exactly(2)), b"abcd") == ("expected end of frame at offset 2", 2, 2)


def test_what_was_left_over_says_why_a_loop_stopped():
    """The loop's reason and the end of the frame are one failure."""
    assert failed(sized(6, many(AB)), b"abacab") == (
        'expected b"ab" or end of frame at offset 2, found b"ac"', 2, 4,
    )  # fmt: skip


def test_what_was_left_over_says_which_item_was_cut():
    """An item that the frame has no room for is what went wrong, further on."""
    assert failed(sized(5, many(uint16)), b"\0\1\0\2\0") == (
        "need more bytes at offset 5, where the frame ends", 4, 4,
    )  # fmt: skip


def test_what_was_left_over_says_what_a_function_refused():
    """The words of a `ValueError` that stopped a loop are told."""
    assert failed(sized(2, many(try_map(int, exactly(1)))), b"1x")[0].startswith(
        "invalid literal for int"
    )


def test_what_was_left_over_names_no_end_of_the_frame_where_the_input_ended():
    """With the input at its end nothing else is to blame."""
    assert failed(sized(6, many(AB)), b"abab") == (
        'need 2 more bytes at offset 4 when the input ended, expected b"ab"', 4, None,
    )  # fmt: skip


def test_the_end_of_a_full_frame_is_forgotten():
    """What a frame had no room for is no help where something behind it fails."""
    assert failed(sized(4, many(AB)) << literal(b"x"), b"ababy") == (
        'expected b"x" at offset 4, found b"y"', 4, 5,
    )  # fmt: skip


def test_an_earlier_failure_outlives_a_frame():
    """Only what the frame's end caused is forgotten, not what failed before it."""
    long = seq(exactly(3), literal(b"z")).map(bytes)
    grammar = optional(long) >> sized(2, many(AB)) >> literal(b"x")

    assert failed(grammar, b"abcd")[0] == 'expected b"z" at offset 3, found b"d"'


def test_a_frame_in_a_frame_must_fit():
    """A frame that the one around it has no room for fails before its first byte."""
    outcome = told(sized(4, seq(uint8, sized(4, rest))), b"abcdef")

    assert type(outcome.error) is ParseError
    assert str(outcome.error) == "need more bytes at offset 4, where the frame ends"
    assert (outcome.consumed, outcome.after) == (1, 1)
    assert given(sized(4, seq(uint8, sized(3, rest))), b"abcdef") == ((97, b"bcd"), b"ef", 4)


def test_a_frame_that_is_too_small_got_no_further_than_its_first_byte():
    """Its end may lie ahead: another branch that the input cut short got further."""
    either = length_prefixed(uint8, uint16) | exactly(4)

    assert given(either, b"\1abc") == (b"\1abc", b"", 4)
    assert failed(either, b"\1") == ("need 3 more bytes at offset 1 when the input ended", 0, None)


def test_a_frame_is_left_when_its_parser_fails():
    """An alternative behind a frame that failed sees past the frame's end."""
    assert given(sized(2, AB) | exactly(4), b"acde") == (b"acde", b"", 4)


def test_a_frame_can_be_longer_than_any_token():
    """Items that come one by one need not be held: only tokens are bounded by max_buffered."""
    assert given(sized(8, many(uint16)), bytes(8), max_buffered=2) == ([0] * 4, b"", 8)


def test_a_token_of_a_frame_is_refused_before_its_bytes_arrive():
    """`rest` of a frame above max_buffered trips at limit + 1 exactly, with no byte of it there."""
    assert given(sized(5, rest), b"abcde", max_buffered=5) == (b"abcde", b"", 5)
    assert failed(sized(6, rest), b"abcdef", max_buffered=5) == (
        "more than the 5 bytes allowed (max_buffered) at offset 0", 0, 0,
    )  # fmt: skip


def test_a_sized_value_is_built_only_at_its_size():
    """A body of another size would move all that stands behind it."""
    assert sized(4, many(uint16)).build([1, 2]) == b"\0\1\0\2"
    with pytest.raises(BuildError, match="expected 4 bytes, not 6"):
        sized(4, many(uint16)).build([1, 2, 3])


@pytest.mark.parametrize(
    "wrong", [lambda: sized(-1, rest), lambda: sized(1.0, rest), lambda: sized(1, b"")]
)
def test_misuse_of_sized_is_found_at_once(wrong):
    """A size is a number of 0 or more, and what is in the frame is a parser."""
    with pytest.raises(UsageError):
        wrong()


# A length in front.


def test_a_length_says_how_many_bytes_follow():
    """Without an inner parser the value is the bytes."""
    assert given(length_prefixed(uint8), b"\2abc") == (b"ab", b"c", 3)
    assert given(length_prefixed(uint8), b"\0ab") == (b"", b"ab", 1)


def test_a_length_frames_its_inner_parser():
    """Left over, too few, out of input: each as in a frame of that size."""
    pairs = length_prefixed(uint8, many(uint16))

    assert given(pairs, b"\4\0\1\0\2ab") == ([1, 2], b"ab", 5)
    assert failed(pairs, b"\3\0\1\0") == ("need more bytes at offset 4, where the frame ends", 3, 3)
    assert failed(pairs, b"\4\0\1\0") == (
        "need 1 more byte at offset 4 when the input ended",
        3,
        None,
    )


def test_an_inner_parser_fails_before_the_frame_is_there():
    """Frames stream: the first wrong byte decides, however long the length says it is."""
    assert failed(length_prefixed(uint32, AB), b"\0\0\1\0ax") == (
        'expected b"ab" at offset 4, found b"ax"', 4, 6,
    )  # fmt: skip


def test_a_negative_length_is_a_mismatch_at_its_first_byte():
    """It is wrong as it stands; what follows is not looked at."""
    assert failed(length_prefixed(total), b"\1\xf0") == (
        'expected a number of 0 or more at offset 0, found b"\\x01\\xf0"', 0, 2,
    )  # fmt: skip


def test_a_length_that_announces_too_much_is_refused_before_it_comes():
    """The peer's word alone makes nobody wait, or keep room, for a gigabyte."""
    outcome = told(length_prefixed(uint32), b"\xff\xff\xff\xff")

    assert type(outcome.error) is LimitExceeded
    assert (outcome.error.name, outcome.error.offset, outcome.after) == ("max_buffered", 4, 4)


def test_a_length_without_bound_is_a_frame_all_the_same():
    """A textual length may be longer than any machine number."""
    huge = length_prefixed(until(b":").map(int), many(exactly(1)))

    assert failed(huge, b"9" * 30 + b":ab") == (
        "need 1 more byte at offset 33 when the input ended",
        33,
        None,
    )


def test_a_length_that_is_no_number_is_misuse():
    """The grammar is wrong, whatever the bytes are."""
    with pytest.raises(UsageError, match=r"exactly\(1\) gives bytes, and not a number"):
        length_prefixed(exactly(1)).parse(b"\1a")


def test_what_a_length_announces_is_built_first():
    """The length is computed from the bytes of the value, never passed."""
    assert length_prefixed(uint8, many(uint16)).build([1, 2]) == b"\4\0\1\0\2"
    inclusive = length_prefixed(uint8.map(lambda n: n - 1, lambda n: n + 1), rest)
    assert inclusive.build(b"ab") == b"\3ab"
    assert inclusive.parse(b"\3ab") == b"ab"


def test_a_body_too_long_for_its_length_is_a_build_error():
    """It says how long the body was, and what cannot hold that."""
    with pytest.raises(BuildError) as caught:
        length_prefixed(uint8).build(bytes(256))

    assert str(caught.value) == (
        "256 bytes are more than uint8 can announce: expected a number from 0 to 255, not 256"
    )


# A count in front.


def test_a_count_says_how_many_items_follow():
    """It waits for no byte behind the last item."""
    assert given(count_prefixed(uint8, exactly(2)), b"\2abcde") == ([b"ab", b"cd"], b"e", 5)
    assert given(count_prefixed(uint8, exactly(2)), b"\0ab") == ([], b"ab", 1)


def test_an_item_that_fails_fails_the_whole():
    """A count is a promise: there is no stopping early."""
    assert failed(count_prefixed(uint8, AB), b"\2abac") == (
        'expected b"ab" at offset 3, found b"ac"', 3, 5,
    )  # fmt: skip


def test_a_negative_count_is_a_mismatch_at_its_first_byte():
    """As a negative length is."""
    assert failed(count_prefixed(int8, uint8), b"\xff") == (
        'expected a number of 0 or more at offset 0, found b"\\xff"', 0, 1,
    )  # fmt: skip


def test_a_count_above_max_items_is_refused_before_the_first_item():
    """It trips at limit + 1 exactly, and nothing was made room for."""
    items = count_prefixed(uint8, uint8)

    assert given(items, b"\2ab", max_items=2) == ([97, 98], b"", 3)
    outcome = told(items, b"\3", max_items=2)
    assert type(outcome.error) is LimitExceeded
    assert str(outcome.error) == "more than the 2 items allowed (max_items) at offset 1"
    assert outcome.after == 1


def test_items_that_take_nothing_are_refused():
    """A count of four bytes could announce any amount of work."""
    with pytest.raises(UsageError, match="can succeed on nothing"):
        count_prefixed(uint8, success(1))
    with pytest.raises(UsageError, match="an item took nothing"):
        count_prefixed(uint8, nothing).parse(b"\1")


@parser
def nothing():
    """Take nothing, which nobody can know beforehand."""
    yield from exactly(0)


def test_an_item_that_is_tied_later_is_refused_then():
    """A `forward` shows only when tied that it can succeed on nothing."""
    item = forward()
    assert count_prefixed(uint8, item).children()[1] is item
    with pytest.raises(UsageError, match="can succeed on nothing"):
        item.become(optional(count_prefixed(uint8, item)))


def test_counted_items_are_built_with_their_count():
    """The count is computed; an item that does not fit says which it is."""
    assert count_prefixed(uint8, uint16).build([1, 2]) == b"\2\0\1\0\2"
    with pytest.raises(BuildError) as caught:
        count_prefixed(uint8, uint16).build([1, "x"])
    assert caught.value.path == (1,)


def test_more_items_than_can_be_parsed_again_are_a_build_error():
    """What the count cannot say, or the limits do not allow, is not built."""
    with pytest.raises(BuildError, match="256 items are more than uint8 can announce"):
        count_prefixed(uint8, uint8).build([0] * 256)
    with pytest.raises(BuildError, match="expected at most 2 items"):
        count_prefixed(uint8, uint8).build([0] * 3, limits=Limits(max_items=2))
    with pytest.raises(BuildError, match="expected a list, not bytes"):
        count_prefixed(uint8, uint8).build(b"abc")


# A delimiter behind.


def test_a_delimited_parser_gets_all_the_bytes_before_the_end():
    """The delimiter is taken and dropped."""
    assert given(delimited(b";", many(uint8)), b"ab;c") == ([97, 98], b"c", 3)
    assert given(delimited(b"\r\n", rest), b"\r\r\nab") == (b"\r", b"ab", 3)
    assert given(delimited(b";", rest), b";") == (b"", b"", 1)
    assert delimited(b";", rest).parse(b"ab;") == b"ab"


def test_a_delimited_parser_runs_when_the_end_is_there():
    """It waits for the delimiter first, and its failure is found only then."""
    assert failed(delimited(b";", AB), b"ac;") == ('expected b"ab" at offset 0, found b"ac"', 0, 3)


def test_what_a_delimited_parser_leaves_is_a_mismatch():
    """The delimiter was expected where it stopped."""
    assert failed(delimited(b";", AB), b"abc;") == ('expected b";" at offset 2, found b"c"', 2, 4)


def test_what_a_delimited_parser_lacks_is_a_failure_at_the_delimiter():
    """The delimiter is the end of its input."""
    assert failed(delimited(b";", uint16), b"a;bc") == (
        "need more bytes at offset 1, where the frame ends", 0, 2,
    )  # fmt: skip


def test_a_delimiter_that_never_comes_is_incomplete_input():
    """Or a shortage, where a frame around it ends first."""
    assert failed(delimited(b";", rest), b"abc") == (
        'need 1 more byte at offset 3 when the input ended, expected b";"', 0, None,
    )  # fmt: skip
    assert failed(sized(3, delimited(b";", rest)), b"abc;") == (
        'expected b";" at offset 3, where the frame ends', 0, 3,
    )  # fmt: skip


def test_what_is_before_a_delimiter_is_bounded():
    """`max` and max_buffered trip at limit + 1 exactly."""
    bounded = delimited(b";", rest, max=2)

    assert given(bounded, b"ab;") == (b"ab", b"", 3)
    assert failed(bounded, b"abc;") == ("more than the 2 bytes allowed (max) at offset 0", 0, 3)
    assert failed(delimited(b";", rest), b"abc;", max_buffered=2) == (
        "more than the 2 bytes allowed (max_buffered) at offset 0", 0, 3,
    )  # fmt: skip


def test_a_delimited_value_is_built_with_its_end():
    """A value whose bytes have the delimiter inside, or are too many, is refused."""
    bounded = delimited(b"aa", rest, max=2)

    assert bounded.build(b"xy") == b"xyaa"
    with pytest.raises(BuildError, match='b"aa" belongs at the end and nowhere before'):
        bounded.build(b"a")
    with pytest.raises(BuildError, match="expected at most 2 bytes, not 3"):
        bounded.build(b"xyz")


def test_misuse_of_delimited_is_found_at_once():
    """An end has a byte at least."""
    with pytest.raises(UsageError):
        delimited(b"", rest)


# As data.


@pytest.mark.parametrize("frame", ALL, ids=repr)
def test_frames_are_data(frame):
    """They pickle, hash, compare, and their repr is the expression that made them."""
    assert pickle.loads(pickle.dumps(frame)) == frame
    assert hash(eval(repr(frame))) == hash(frame)
    assert eval(repr(frame)) == frame


def test_the_tree_is_open():
    """What a frame is made of can be walked."""
    assert [len(frame.children()) for frame in ALL] == [1, 2, 2, 2, 1, 1]
    assert {type(frame) for frame in ALL} == {Sized, LengthPrefixed, CountPrefixed, Delimited}


# What is known beforehand.


def test_the_facts_of_sized():
    """Its size is its size, and it ends by itself, whatever is in it."""
    facts = sized(4, many(AB)).facts

    assert (facts.least, facts.greatest, facts.nullable) == (4, 4, False)
    assert facts.first == frozenset(b"a")
    assert all([facts.self_delimiting, facts.unambiguous, facts.buildable])
    assert sized(0, rest).facts.nullable
    assert sized(0, rest).facts.first == frozenset()


def test_the_facts_of_length_prefixed():
    """A body that would go on for ever ends by itself once a length is in front."""
    facts = length_prefixed(uint8, rest).facts

    assert (facts.least, facts.greatest, facts.nullable) == (1, None, False)
    assert all([facts.self_delimiting, facts.unambiguous, facts.canonical, facts.buildable])
    assert length_prefixed(uint8, exactly(2)).facts.greatest == 3


def test_the_facts_of_count_prefixed():
    """It ends by itself if its items do."""
    facts = count_prefixed(uint8, exactly(2)).facts

    assert (facts.least, facts.greatest, facts.nullable) == (1, None, False)
    assert all([facts.self_delimiting, facts.unambiguous])


def test_the_facts_of_delimited():
    """What is before the end cannot be mistaken, since the end is not in it."""
    facts = delimited(b"\r\n", many(AB)).facts

    assert (facts.least, facts.greatest, facts.nullable) == (2, None, False)
    assert facts.first == ANY  # it fails on no byte before it has seen the end
    assert all([facts.self_delimiting, facts.unambiguous])


def test_what_frames_build_from_nothing():
    """What is announced is computed, so it is the body alone that matters."""
    assert (length_prefixed(uint8, AB) >> uint8).build(1) == b"\2ab\1"
    assert (count_prefixed(uint8, uint16) >> uint8).build(1) == b"\0\1"
    assert (delimited(b";", AB) >> uint8).build(1) == b"ab;\1"
    assert (sized(2, AB) >> uint8).build(1) == b"ab\1"
    with pytest.raises(BuildError, match="cannot build from nothing"):
        (sized(2, uint16) >> uint8).build(1)
    assert sized(2, rest).facts.silent is None


def test_another_form_of_a_value_may_be_too_long_for_its_frame():
    """So nobody promises that what a frame gave can be built."""
    two = sized(2, take_while(b"0123456789").map(int, b"%d".__mod__))

    assert two.facts.buildable is None
    with pytest.raises(BuildError, match="expected 2 bytes, not 1"):
        two.build(two.parse(b"07"))
    assert not sized(2, exactly(2).map(len)).facts.buildable


# Depth.


def wrapped(value):
    return (value,)


def unwrapped(value):
    return value[0]


def test_frames_nest_as_deep_as_is_allowed():
    """A recursive grammar of frames uses the driver's stack, in both directions."""
    node = forward()
    length = until(b":").map(int, b"%d".__mod__)
    node.become(length_prefixed(length, literal(b".") | node.map(wrapped, unwrapped)))
    deep = Limits(max_depth=5_000)
    value = b"."
    for _ in range(2_000):
        value = (value,)

    data = node.build(value, limits=Limits(max_depth=5_000, max_backtrack=1 << 30))
    assert data.endswith(b"5:3:1:.")
    parsed = node.parse(data, limits=deep)
    for _ in range(2_000):
        (parsed,) = parsed
    assert parsed == b"."
    with pytest.raises(LimitExceeded):
        node.parse(data)
    with pytest.raises(BuildError, match="nested more than 256 levels deep"):
        node.build(value)
