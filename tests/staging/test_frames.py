"""Frames: sizes, lengths, delimiters and checksums around other parsers."""

import zlib

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
    fail,
    field,
    int8,
    length_prefixed,
    literal,
    many,
    optional,
    record,
    rest,
    seq,
    sized,
    skip,
    take_while,
    text,
    uint8,
    uint16,
    until,
    wire,
)
from tests.staging.parsing import agrees, code_of


def first_byte(data):
    return data[:1]


def refuse(data):
    raise KeyError("no")


@wire
class Framed:
    """A record with a frame inside, of whatever size."""

    size: int = field(uint8, frames=True)
    body: bytes = field(any_byte)
    more: list = field(many(any_byte))


byte_and_rest = seq(any_byte, rest)
shifted = uint8.map(lambda n: n - 1, lambda n: n + 1)
summed = checksummed(length_prefixed(uint8), first_byte, stored=any_byte)
sums = checksummed(seq(uint8, exactly(2)), zlib.crc32)

end = literal(b"\r\n")
in_digits = decimal << end

#: A grammar and bytes for it.
FRAMES = {
    "sized": (sized(3, seq(uint8, rest)), [b"abcde", b"ab"]),
    "sized, too small": (sized(2, exactly(3)), [b"abcd", b"a"]),
    "sized, too large": (sized(4, uint16), [b"abcde"]),
    "sized by what may be nothing": (sized(2, many(literal(b"a"))) << literal(b"!"), [b"aa!ab!"]),
    "sized in sized": (sized(4, seq(sized(2, rest), sized(3, rest))), [b"abcdef"]),
    "families of sizes": (
        dispatch(uint8, {n: sized(n, byte_and_rest) for n in range(5)}),
        [b"\2ab\1a\4abcd\0", b"\3ab"],
    ),
    "length_prefixed": (length_prefixed(uint8), [b"\3abc\0\2ab", b"\4abc"]),
    "length_prefixed, dropped": (skip(length_prefixed(uint8)) >> uint8, [b"\2abc\0d"]),
    "length_prefixed in digits": (
        length_prefixed(decimal << literal(b":"), many(uint16)),
        [b"4:abcd0:3:abc", b"4x"],
    ),
    "a length in digits, or a literal": (
        choice((literal(b"-1") >> end).value(None), length_prefixed(in_digits) << end),
        [b"2\r\nab\r\n-1\r\n1234\r\nx", b"0\r\n\r\n", b"2\r\nab\rx", b"2\r\nabc", b"02", b"-2"],
    ),
    "a count in digits, or a literal": (
        choice(literal(b"-"), count_prefixed(in_digits, any_byte)),
        [b"2\r\nab-0\r\n", b"12\r\n"],
    ),
    "a body and what is behind it": (
        seq(length_prefixed(in_digits), literal(b";"), length_prefixed(shifted), end),
        [b"2\r\nab;\1\r\n0\r\n;\2a\r\n", b"1\r\nab", b"0\r\n;\2a\rx", b"0\r\n;\0\r\n"],
    ),
    "a body and what is behind it, dropped": (
        skip(length_prefixed(in_digits) << end) >> uint8,
        [b"2\r\nab\r\nx0\r\n\r\ny", b"1\r\nabc"],
    ),
    "a body and what is behind it, in an alternative": (
        choice(length_prefixed(in_digits) << end, any_byte),
        [b"2\r\nab\r\n1\r\na\rx"],
    ),
    "a body and what is behind it, in a frame": (
        sized(6, length_prefixed(in_digits) << end),
        [b"1\r\na\r\n2\r\nab\r", b"0\r\n\r\na", b"5\r\nabc"],
    ),
    "a length that may be below 0": (length_prefixed(int8), [b"\2ab\xffa"]),
    "a length that is mapped": (length_prefixed(shifted, rest), [b"\3ab\1\0a"]),
    "a length that is no number": (
        length_prefixed(uint8.map(lambda n: "1" if n > 4 else n)),
        [b"\1a\5abcde"],
    ),
    "a length in an alternative": (
        choice(length_prefixed(int8) << literal(b";"), any_byte),
        [b"\2ab;\xff\2abc"],
    ),
    "a frame in an alternative": (
        choice(seq(literal(b"a"), sized(2, many(take_while(b"b", min=1))), uint8), any_byte),
        [b"abbcabcd", b"ab"],
    ),
    "a frame in a larger one": (
        length_prefixed(uint8, length_prefixed(uint8, rest)),
        [b"\3\2ab\2\2a"],
    ),
    "an empty frame where something failed before": (
        seq(optional(until(b";")), length_prefixed(uint8, optional(literal(b"a"))), any_byte),
        [b"\0", b"\0\0", b"\1a", b"\1", b"\1b"],
    ),
    "an empty frame in one that is cut": (
        seq(optional(until(b";")), sized(4, length_prefixed(uint8, many(literal(b"a"))))),
        [b"\0", b"\1a", b"\1aab", b"\3aaa\3aaaa"],
    ),
    "a frame in which something fails in any case": (
        seq(sized(2, many(choice(literal(b"a"), fail("no a")))), sized(0, optional(fail("no")))),
        [b"aab", b"aa", b"ab", b"a"],
    ),
    "a count in a frame": (sized(3, count_prefixed(uint8, uint8)), [b"\2ab\3ab"]),
    "delimited": (delimited(b";", many(uint16)), [b"abcd;;abc;", b"ab"]),
    "delimited, bounded": (delimited(b"\r\n", rest, max=2), [b"ab\r\nabc\r\n"]),
    "delimited, in an alternative": (
        choice(delimited(b";", literal(b"a")), any_byte),
        [b"a;b;a", b"aa;"],
    ),
    "delimited, dropped": (skip(delimited(b";", rest)) >> uint8, [b"ab;cd;"]),
    "delimited, with a choice": (delimited(b";", optional(seq(uint8, uint8))), [b"ab;;a;"]),
    "checksummed": (sums, [b"abc" + zlib.crc32(b"abc").to_bytes(4) * 2, b"ab"]),
    "checksummed by a byte": (summed, [b"\2ab\2\1a\1\0\0\1ab"]),
    "checksummed in a frame": (sized(4, summed), [b"\2ab\2", b"\2ab\3"]),
    "checksummed in an alternative": (choice(summed, any_byte), [b"\1a\1\1b\2"]),
    "the rest of a record": (record(Framed), [b"\3abcd\0\1a", b"\2a", b"\1a\1"]),
    "the rest of a record that is tried": (choice(record(Framed), any_byte), [b"\3abcd\1"]),
    "checksummed by a function that raises": (checksummed(uint8, refuse), [b"abcdef"]),
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_is_taken_as_by_its_node(name):
    """Filled or not, cut or not, alone and inside of others."""
    grammar, inputs = FRAMES[name]
    agrees(grammar, *inputs)
    agrees(seq(uint8, grammar), b"x" + inputs[0][:5])


@pytest.mark.parametrize("most", [0, 1, 2, 3])
def test_limits_hold_in_frames(most):
    """A frame may be longer than a token."""
    names = ("sized", "length_prefixed", "delimited", "sized in sized")
    names += ("a length in digits, or a literal", "a body and what is behind it")
    for name in names:
        grammar, inputs = FRAMES[name]
        agrees(grammar, inputs[0], limits=Limits(max_buffered=most))
    grammar, inputs = FRAMES["a count in digits, or a literal"]
    agrees(grammar, *inputs, limits=Limits(max_items=most))


def test_a_body_and_what_is_behind_it_are_there_together():
    """One question, and one way on."""
    source = code_of(length_prefixed(in_digits) << end)
    assert "data.startswith(b'\\r\\n', end3, stop)" in source
    assert "pos = end3 + 2" in source


def test_a_number_that_was_found_is_not_read_again():
    """What was not found, or is too much, is read by its node."""
    source = code_of(FRAMES["a length in digits, or a literal"][0])
    assert "if number2 is None:" in source
    assert "pos = end2" in source
    source = code_of(FRAMES["a count in digits, or a literal"][0])
    assert "if number2 is None or number2 > max_items:" in source


def test_a_body_is_one_slice():
    """Its length is compared with what is there, and nothing else."""
    source = code_of(length_prefixed(uint8))
    assert "end2 = pos + number" in source
    assert "data2 = data[pos:end2]" in source


def test_what_is_in_a_frame_ends_where_it_does():
    """The end of the block is the frame's for as long as it lasts."""
    source = code_of(sized(4, seq(uint8, many(uint8))))
    assert "stop = end2" in source
    assert "if pos != end2:" in source


def test_a_delimiter_is_searched_once():
    """What is inside is taken from what was found."""
    assert "outer, stop = stop, end2" in code_of(delimited(b";", many(uint16)))
    assert code_of(delimited(b";", rest), "once").count("find(") == 1
    assert code_of(until(b";"), "once").count("find(") == 1


def test_text_in_a_frame_is_decoded_at_once():
    """What is no text, or not there yet, its own parser says; other encodings go the long way."""
    for encoding in ("utf-8", "utf-16-le"):
        inner = text(rest, encoding)
        for grammar in (sized(3, inner), length_prefixed(uint8, inner), optional(sized(2, inner))):
            agrees(
                grammar,
                b"",
                b"\2abc",
                b"abcdef",
                "\3x\u00e9y".encode(),
                b"a\xc3\xa9",
                b"\xff\xff\xff",
            )
    assert "= data[pos:end2].decode()" in code_of(length_prefixed(uint8, text(rest)))


def test_in_a_lane_a_frame_need_not_be_whole():
    """What is there of it is looked at, and waits where it is cut; one in another has to fit."""
    source = code_of(sized(9, length_prefixed(uint8, seq(uint8, uint16))), "lane")
    assert "if not (end3 <= end2):" in source
    assert "<= stop and" not in source
    agrees(sized(4, length_prefixed(uint8, seq(uint8, uint16))), b"\3abc\3def\4ghij", b"\3abc\5")


def test_who_took_the_rest_of_a_frame_has_filled_it():
    """If it was taken in any case: in a branch it is not."""
    whole = length_prefixed(uint8, seq(uint8, rest))
    assert "pos == end2" not in code_of(whole, "lane")
    agrees(whole, b"\1a\3abc", b"\0")
    branch = skip(length_prefixed(uint8, choice(literal(b"a"), rest)))
    assert "pos == end2" in code_of(branch >> uint8, "lane")
    agrees(branch >> uint8, b"\1a!\2xb!", b"\2ab!")
