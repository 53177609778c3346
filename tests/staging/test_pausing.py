"""Waits inside of an item, where nothing but so many bytes is missing."""

import pytest

from ohneio import (
    Limits,
    any_byte,
    checksummed,
    choice,
    count_prefixed,
    decimal,
    delimited,
    dispatch,
    exactly,
    field,
    forward,
    label,
    length_prefixed,
    line,
    literal,
    lookahead,
    many,
    optional,
    quic_varint,
    recognize,
    record,
    rest,
    seq,
    sized,
    span,
    take_while,
    text,
    try_map,
    uint8,
    uint16,
    uint32,
    verify,
    wire,
)
from ohneio.core._buffer import LARGE
from ohneio.core._input import SMALL
from tests.staging.differing import Case, compare
from tests.staging.parsing import code_of, pauses

LONG = SMALL + 10
number, several = decimal << literal(b";"), length_prefixed(uint8)


def is_the_same(grammar, *inputs, limits=None):
    """The same is seen with staging and without, in chunks of all kinds."""
    for data in inputs:
        sizes = 1, 2, 3, 7, SMALL // 2, SMALL, SMALL + 1
        cuts = [[data[at : at + size] for at in range(0, len(data), size)] for size in sizes]
        cuts += [[data[:at], b"", bytearray(data[at:])] for at in range(1, len(data), 2)]
        cuts += [[data[at : at + 1] for at in range(9)] + [data[9:]]]
        compare(Case(grammar, data, cuts, limits or Limits()))


@wire
class Message:
    kind: int = field(uint8)
    size: int = field(uint16, computed=lambda m: len(m.data))
    data: bytes = field(lambda m: exactly(m.size))
    more: int = field(uint16, when=lambda m: m.kind & 1)
    last: int = field(uint8, verify=lambda m: m.last != 9)


def refused(one):
    if one == [7]:
        raise ValueError("no seven")
    return one


def tree():
    """A grammar in which what is inside may be refused, and so is kept."""
    inner = forward()
    several = count_prefixed(uint8, inner)
    return inner.become(
        dispatch(
            any_byte,
            {
                b":": number,
                b"*": several,
                b"!": try_map(refused, several),
                b"$": length_prefixed(number),
                b"v": verify(lambda one: one != 7, inner),
                b"f": length_prefixed(uint8, inner),
                b"m": label("marked", verify(bool, seq(uint8, uint16))) << uint8,
            },
        )
    )


def message(kind, data, last=b"z"):
    """A message; of an odd kind it has two bytes more."""
    size = len(data).to_bytes(2)
    return bytes([kind]) + size + data + (b"--" if kind & 1 else b"") + last


def framed(data):
    """The same behind its length."""
    return len(data).to_bytes() + data


#: A grammar and bytes for it; of the first some places where its code pauses.
PAUSING = {
    "tokens": (
        seq(uint8, label("two", uint16), exactly(2), quic_varint, literal(b"abc"), number),
        [b".1122\x40\x01abc12;" * 2, b".1122\1abx", b".1122\x401", b".1122\5abc01"],
        {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
    ),
    "what ends where its bytes say so": (
        seq(uint8, take_while(b"ab"), take_while(b"cd", min=2), uint8, line),
        [b".aabcdd.xyz\r\n" * 2, b".aabc.", b".cd.x\rz", b"." + b"a" * LONG + b"cd..\r\n"],
        {1, 2, 4, 5, 9, 11, 12},
    ),
    "what ends some bytes": (
        seq(uint8, length_prefixed(number), literal(b"aba"), uint16),
        [b".3;xyzaba12.0;aba12", b".1;xaab", b".1;xabx", b".1;xy"],
        {1, 2, 3, 4, 6, 7, 8, 9, 10},
    ),
    "what ends some bytes in fields and frames": (
        length_prefixed(uint8, label("one", seq(uint8, length_prefixed(number), number))),
        [framed(b".2;xy12;") * 2],
        {1, 2, 3, 4, 5, 6, 7, 8},
    ),
    "what ends some bytes that are kept": (
        verify(bool, seq(uint8, length_prefixed(number) << literal(b"\r\n"), uint16)),
        [b".3;xyz\r\n12" * 2, b".70;" + b"q" * 70 + b"\r\n12", b".1;x\rx"],
        {1, 2, 3, 4, 5, 6, 7, 8, 9},
    ),
    "a record": (
        record(Message),
        [message(3, b"abc") + message(2, b"") + message(1, b"q" * LONG), message(2, b"ab", b"\t")],
        {1, 2, 3, 4, 7, 8},
    ),
    "frames in frames": (
        length_prefixed(uint8, seq(uint8, length_prefixed(uint8, seq(uint16, rest)), uint16)),
        [framed(b"." + framed(b"..abc") + b"..") * 2, framed(b"." + framed(b"..") + b".")],
        {1, 2, 3, 4, 5, 8, 9},
    ),
    "a text in a frame": (
        label("said", seq(length_prefixed(uint8, text(rest)), uint16)),
        [framed("héhé".encode()) + b"..", framed("é".encode()) + b".", framed(b"h\xc3") + b".."],
        {1, 2, 5},
    ),
    "a whole that ends in a frame": (
        length_prefixed(uint8, seq(uint8, many(seq(uint8, uint16)), optional(uint8))),
        [framed(b".abcdef") + framed(b"."), framed(b".ab"), framed(b".abcd")],
        {1, 2, 5},
    ),
    "what is verified": (
        seq(uint8, verify(bool, seq(uint8, length_prefixed(uint8))), uint32),
        [b".." + framed(b"abc") + b"1234", b".." + framed(b"q" * LONG) + b"1234"],
        {1, 2, 4, 7},
    ),
    "what is verified in what is verified": (
        verify(bool, seq(uint8, verify(lambda one: one[0] != 9, seq(uint8, several, uint16)))),
        [b"12" + framed(b"q" * LONG) + b"..", b"1\t" + framed(b"q" * LONG) + b".."],
        {1, 2, 60, 3 + LONG, 4 + LONG},
    ),
    "more than is joined": (
        seq(uint16, exactly(LONG), label("two", uint32)),
        [(b".." + b"q" * LONG + b"1234") * 2],
        {1, 2, 3, 50, LONG + 2, LONG + 5},
    ),
    "what comes back to itself": (
        tree(),
        [
            b"*\2:1;!\1$12;" + b"h" * 12 + b"!\1:8;m.\0\0.",
            b"*\2!\1$70;" + b"q" * 70 + b":1;",
            b"*\2:1;!\1:7;",
            b"!\1*\1v:7;",
            b"v*\1!\1f\3:8;",
            b"f\4:123;f\3:123;",
        ],
        {1, 2, 3, 4, 6, 7, 9, 14, 24, 25, 26, 29},
    ),
}


@pytest.mark.parametrize("name", PAUSING)
def test_what_is_seen_of_a_pause_is_what_is_seen_of_a_node_that_waits(name):
    """However the input is cut; and it is a pause where only bytes are missing."""
    grammar, inputs, places = PAUSING[name]
    is_the_same(grammar, *inputs)
    assert places <= pauses(grammar, inputs[0])


@pytest.mark.parametrize("most", [0, 1, 2, 4, 7, 12, 63, 64, 65, 80])
def test_near_a_bound_the_nodes_run(most):
    """They say what is too much, and when."""
    limits = Limits(max_buffered=most, max_digits=max(most, 1))
    for grammar, inputs, _ in PAUSING.values():
        compare(
            *(
                Case(grammar, data, [[data[:at], data[at:]] for at in cut(data)], limits)
                for data in inputs
            )
        )


def cut(data):
    """Some places to cut *data*."""
    return range(1, len(data), 1 + len(data) // 5)


def test_what_is_taken_from_blocks_is_for_the_nodes():
    """Behind them the code pauses again."""
    big = (LARGE + 1).to_bytes(2) + b"q" * (LARGE + 1)
    grammar = seq(uint8, length_prefixed(uint16), uint32)
    data = b"." + big + b"1234.\0\3abc1234"
    ends = 1, 2, 3, 9, LARGE + 3, LARGE + 6, len(data) - 7, len(data) - 2, len(data)
    chunks = [data[first:last] for first, last in zip((0, *ends), ends, strict=False)]
    compare(Case(grammar, data, [chunks, chunks[:4], chunks[:-1], chunks[:-1], chunks]))


def test_all_that_is_needed_afterwards_is_counted_from_where_the_input_is():
    """The ends of frames, and where something began that is kept."""
    source = code_of(
        length_prefixed(uint8, seq(uint8, verify(bool, seq(uint8, exactly(90))), rest))
    )
    pause = source.split("yield WAIT\n")[-1].split("continue")[0]
    assert "-= source.base - base" in pause
    assert "min(" in pause
    assert "run.keep_before(base + begins" in source


def test_it_is_written_in_the_form_that_gives_item_after_item_only():
    """And not in what may leave, but for its beginning."""
    grammar = seq(uint8, uint16)
    assert "PAUSES" in code_of(grammar)
    assert "PAUSES" not in code_of(grammar, "item")
    assert "PAUSES" not in code_of(grammar, "once")
    whole = recognize(seq(exactly(2), length_prefixed(uint8)))
    assert code_of(whole).count("PAUSES(") == 1


def test_a_lane_waits_where_a_stream_pauses():
    """Before it leaves: in a frame only if that has room for the token."""
    source = code_of(sized(4, seq(uint16, uint16.verify(bool))), "lane")
    assert "if pos + 2 <= end2 and (gone := rests(" in source
    moved = "start, end2, pos = start - gone, end2 - gone, pos - gone\n"
    assert moved in source
    assert "outer = stop\n" in source[source.index(moved) :]
    whole = code_of(seq(exactly(2), length_prefixed(uint8)), "lane")
    assert "rests(run, data, start, pos, end2, chunk, True)" in whole
    assert "rests(run, data, start, pos, pos + 3, chunk)" in whole
    either = code_of(seq(uint8, choice(literal(b"a"), literal(b"b"))), "lane")
    cut = (
        "while pos >= stop:\n                    if (gone := rests(run, data, start, pos, pos + 1,"
    )
    assert cut in either
    either = code_of(sized(2, seq(uint8, choice(literal(b"a"), literal(b"b")))), "lane")
    assert "if pos + 1 <= end2 and (gone := rests(run, data, start, pos, pos + 1," in either
    unknown = code_of(seq(uint8, choice(many(literal(b"a"), min=1), literal(b"b"))), "lane")
    assert "while pos >= stop:\n                    return leaves(run, data, start)\n" in unknown
    words = code_of(words_in_a_row(), "lane")
    assert "if (gone := rests_at(run, data, start, pos, chunk, pos, stop, FORM)) >= 0:" in words


def test_what_may_go_on_is_left_where_it_cannot_wait():
    """As in an alternative, at the end of a block; not in a lane, nor at the end of a frame."""
    several = seq(uint8, optional(seq(literal(b"?"), uint16)))
    tried = choice(seq(literal(b"a"), several), any_byte)
    assert "if not (pos < stop):\n" in code_of(tried)
    assert "while pos >= stop:\n" in code_of(tried, "lane")
    assert "while pos >= stop and stop < end2:\n" in code_of(sized(4, several), "lane")
    is_the_same(tried, b"abc?12", b"ab?12abaa", b"ab?1")
    is_the_same(sized(4, several), b"a?12b?34", b"a?1")


def test_what_ends_in_a_delimiter_is_there_before_it_is_looked_at():
    """Nothing in it waits; as little as in a frame in it."""
    for inner in (seq(uint8, uint16), sized(3, seq(uint8, uint16))):
        grammar = seq(uint8, delimited(b";", inner), uint8)
        assert code_of(grammar, "lane").count("yield True") == 2  # for a chunk, and behind it
        is_the_same(grammar, b"1abc;21ab;2", b"1abcd;2")


def summed(data):
    """A checksum that anybody can tell by heart."""
    return sum(data) % 256


@pytest.mark.parametrize(
    "grammar",
    [
        seq(uint8, recognize(seq(uint8, uint16)), uint8),
        seq(uint8, span(seq(uint8, uint16)), uint8),
        seq(uint8, lookahead(seq(uint8, uint16)), uint16, uint8),
        seq(uint8, lookahead(seq(uint8, length_prefixed(uint8))), uint16, uint8),
        seq(uint8, checksummed(seq(uint8, uint16), summed, uint8), uint8),
        sized(6, seq(uint8, sized(4, seq(uint16, sized(2, uint16))), uint8)),
    ],
    ids=str,
)
def test_what_a_lane_goes_back_to_is_there(grammar):
    """What is recognized or looked ahead at, where a frame ends: however a chunk has cut it."""
    is_the_same(grammar, bytes([1, 2, 0, 3, 5, 9, 7]) * 3, bytes(range(20)))


def words_in_a_row():
    return seq(take_while(b"a", min=1), literal(b";"), take_while(b"b", min=1), literal(b"\r\n"))


def test_what_begins_behind_whole_items_is_seen_with_them():
    """Where there is room for it, and no function would have been called by now."""
    heads = many(words_in_a_row()) << literal(b".")
    assert "lastindex == 2 and source.limit >= 2 and (gone := rests(" in code_of(heads, "lane")
    shouted = seq(take_while(b"a", min=1).map(bytes.upper), literal(b";"))
    data = b"aa;b\r\naa;bb\r\n." * 2
    for grammar in (heads, many(seq(shouted, literal(b"b\r\n"))) << literal(b".")):
        for limits in (Limits(), Limits(max_buffered=14), Limits(max_buffered=6)):
            is_the_same(grammar, data, data[:-3] + b"\n", data[:-1] + b"b", limits=limits)
