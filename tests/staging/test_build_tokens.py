"""Building tokens: what is taken as usual, and what is left to the nodes."""

import enum

import pytest

from ohneio import (
    Limits,
    any_byte,
    choice,
    decimal,
    exactly,
    float32,
    float64,
    float64le,
    hexadecimal,
    int8,
    int64,
    integer,
    leb128,
    length_prefixed,
    line,
    literal,
    mqtt_varint,
    none_of,
    one_of,
    quic_varint,
    rest,
    seq,
    sleb128,
    struct_unpack,
    take_while,
    text,
    uint8,
    uint16,
    uint16le,
    uint32,
    uint64,
    until,
    zigzag,
)
from tests.staging.building import is_left, source_of, takes

NAN, INFINITE = float("nan"), float("inf")


class Level(enum.IntEnum):
    ONE = 1
    TWO = 2


class Stubborn(enum.IntEnum):
    """Numbers that are equal to none."""

    ONE = 1

    def __eq__(self, other):
        return False

    __hash__ = int.__hash__


class Whole(int): ...


class Bytes(bytes): ...


class Index:
    def __index__(self):
        return 1


#: A token, values that it takes, and values that it leaves.
TOKENS = {
    "exactly": (exactly(3), [b"abc"], [b"ab", b"abcd", bytearray(b"abc"), Bytes(b"abc"), "abc", 3]),
    "exactly none": (exactly(0), [b""], [b"a", None]),
    "until": (until(b";"), [b"", b"ab"], [b";", b"a;b", Bytes(b"a"), None]),
    "until of two": (until(b"\r\n"), [b"", b"\r", b"\n", b"a\n\r"], [b"a\r\n", b"\r\nb"]),
    "until what may begin in itself": (until(b"aa"), [b"", b"ab"], [b"a", b"ba", b"aab"]),
    "until, included": (until(b"ab", include=True), [b"ab", b"cab"], [b"", b"b", b"abab", b"abc"]),
    "until, bounded": (until(b";", max=2), [b"", b"ab"], [b"abc"]),
    "until, included and bounded": (until(b";", include=True, max=1), [b";", b"a;"], [b"ab;"]),
    "literal": (literal(b"a"), [b"a"], [b"b", bytearray(b"a"), None]),
    "one_of": (one_of(b"ab"), [b"a", b"b"], [b"c", b"", b"ab", 97, bytearray(b"a")]),
    "one_of one": (one_of(b"a"), [b"a"], [b"b", b"aa"]),
    "none_of": (none_of(b"\r\n"), [b"a"], [b"\r", b"\n", b""]),
    "any_byte": (any_byte, [b"a", b"\xff"], [b"", b"ab", bytearray(b"a")]),
    "take_while": (take_while(b"01", min=1), [b"0", b"0110"], [b"", b"2", b"012", [48]]),
    "take_while, bounded": (take_while(b"01", max=2), [b"", b"01"], [b"011"]),
    "take_while so many": (take_while(b"01", min=2, max=2), [b"01"], [b"0", b"011"]),
    "take_while of nearly all": (take_while(bytes(range(254))), [b"", b"a"], [b"\xfe", b"a\xff"]),
    "take_while of all": (take_while(bytes(range(256)), min=1), [b"\xff"], [b""]),
    "line": (line, [b"", b"ab"], [b"a\r", b"\na", b"\r\n", "ab"]),
    "line, bounded": (line(max=2), [b"ab"], [b"abc"]),
    "rest": (rest, [b"", b"ab"], [bytearray(b"ab"), memoryview(b"ab"), Bytes(b""), None]),
    "uint8": (uint8, [0, 255, True, Level.TWO], [-1, 256, 1.0, Whole(1), Index(), Stubborn.ONE]),
    "int8": (int8, [-128, 127], [-129, 128, "1"]),
    "uint16": (uint16, [0, 65535], [-1, 65536, None]),
    "uint16le": (uint16le, [1, 258], [65536]),
    "int64": (int64, [-1 << 63, (1 << 63) - 1], [1 << 63]),
    "uint64": (uint64, [(1 << 64) - 1], [1 << 64]),
    "float32": (float32, [0.5, -0.0, INFINITE, NAN], [0.1, 1e300, 1, True, "1"]),
    "float64": (float64, [0.1, 1e300, NAN, INFINITE], [1, None]),
    "float64le": (float64le, [0.1], [1]),
    "struct_unpack": (struct_unpack("<Hx3s"), [(1, b"abc")], [(1, b"ab"), (1,), [1, b"abc"], 1]),
    "struct_unpack of one": (struct_unpack("B"), [(1,)], [(1, 2), (), (256,), 1]),
    "struct_unpack of many": (
        struct_unpack("3BdfQ"),
        [(1, 2, 3, 0.1, 0.5, 4)],
        [(1, 2, 3, 4, 5, 6)],
    ),
    "struct_unpack of others": (
        struct_unpack("?c4pe"),
        [(True, b"a", b"bc", 0.5)],
        [(1.5, b"a", b"", 0.5)],
    ),
    "struct_unpack of too many": (struct_unpack("40B"), [(7,) * 40], [(7,) * 39, (256,) * 40]),
    "struct_unpack of nothing": (struct_unpack("2x"), [()], [(0,), None]),
    "decimal": (decimal, [0, 7, 255, 256, (1 << 64) - 1, True], [-1, 1 << 64, 10**700, 1.0, b"1"]),
    "hexadecimal": (hexadecimal, [0, 255, 256, 0xABCDEF], [-1, "ff"]),
    "integer": (integer(signed=True), [-1, -255, 300], [1 << 64, None]),
    "integer of digits": (integer(digits=3), [0, 7, 999], [1000, -1]),
    "integer of digits, signed": (integer(16, signed=True, digits=2), [0, -1, 255, -255], [256]),
    "octal": (integer(8), [8, 511], [-1]),
    "binary": (integer(2, digits=3), [0, 7], [8]),
    "base 36": (integer(36, signed=True), [35, 36, -1295], ["z"]),
    "leb128": (leb128, [0, 127, 128, 16383, 16384, (1 << 64) - 1], [-1, 1 << 64, 1.0]),
    "sleb128": (sleb128, [0, 63, 64, -1, -64, -65, (1 << 63) - 1, -1 << 63], [1 << 63]),
    "zigzag": (zigzag, [0, -1, 63, -64, 64, (1 << 63) - 1], [1 << 63]),
    "mqtt_varint": (mqtt_varint, [0, 127, 128, 16383, 16384, (1 << 28) - 1], [-1, 1 << 28]),
    "quic_varint": (quic_varint, [0, 63, 64, 1 << 14, 1 << 30, (1 << 62) - 1], [-1, 1 << 62]),
    "text": (text(rest), ["", "a", "\u00eb"], ["\ud800", b"a", None]),
    "text in latin-1": (text(until(b";"), "latin-1"), ["\u00eb"], ["\u20ac", ";"]),
    "text in an encoding of its own": (text(rest, "utf-16"), ["a\u20ac"], ["\ud800", b""]),
}


@pytest.mark.parametrize("name", TOKENS)
def test_a_token_is_built_and_all_else_is_left_to_it(name):
    """A value of exactly the right type that fits is built; what does not, or is odd, is left."""
    token, fitting, others = TOKENS[name]
    assert takes(token, *fitting)
    assert is_left(token, *others)


def test_a_byte_is_looked_up_only_where_it_is_known_to_be_one():
    """A size is 0 or more, and one above 255 is no index; a number of somebody's may be below 0."""
    assert "[" not in source_of(uint8)
    assert is_left(uint8, -1)


def test_digits_are_left_where_few_are_allowed():
    """With a limit on digits that is near, the nodes count them."""
    assert is_left(decimal, 12, 1234, limits=Limits(max_digits=3))
    assert is_left(seq(integer(2), integer(8)), (1, 1), limits=Limits(max_digits=63))


def test_what_no_delimiter_can_overlap_is_searched_without_a_copy():
    """Only where a delimiter may begin with its own end is it put behind the value first."""
    assert "b'\\r\\n' in value" in source_of(until(b"\r\n"))
    assert "(value + b'aba').find(b'aba')" in source_of(until(b"aba"))


def test_text_in_utf_8_is_not_decoded_again():
    """Only of encodings that say two things alike it is asked whether the text comes back."""
    assert "decode" not in source_of(text(rest))
    assert "decode('utf-16')" in source_of(text(rest, "utf-16"))


def test_numbers_beside_each_other_are_packed_together():
    """Neighbours of a fixed size in one order are one `Struct`, whatever they are."""
    grammar = seq(uint8, uint16, literal(b"ab"), uint32, exactly(2), any_byte)
    assert takes(grammar, (1, 2, b"ab", 3, b"cd", b"e"))
    assert source_of(grammar).count("PACK") == 1
    assert "return PACK(part, part2, b'ab', part4, part5, part6)" in source_of(grammar)
    assert is_left(grammar, (1, 2, b"ab", 1 << 32, b"cd", b"e"), (1, 2, b"ac", 3, b"cd", b"e"))


def test_a_length_of_few_digits_has_a_bound():
    """It is known to be 0 or more, but not to have so few digits."""
    grammar = length_prefixed(integer(digits=2))
    assert takes(grammar, b"", bytes(99))
    assert is_left(grammar, bytes(100))
    assert takes(length_prefixed(decimal << literal(b":")), b"", bytes(300))


def test_a_literal_that_was_compared_already_is_not_compared_again():
    """One of several is told from the others by its value."""
    grammar = choice(literal(b"a"), literal(b"b"))
    assert takes(grammar, b"a", b"b")
    assert source_of(grammar).count("b'a'") == 2
