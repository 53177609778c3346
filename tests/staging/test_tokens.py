"""Tokens: what is taken as usual, and what is left to the nodes."""

import pytest

from ohneio import (
    Limits,
    any_byte,
    choice,
    decimal,
    exactly,
    fail,
    float32,
    hexadecimal,
    int16le,
    integer,
    label,
    leb128,
    line,
    literal,
    lookahead,
    mqtt_varint,
    none_of,
    one_of,
    optional,
    quic_varint,
    rest,
    seq,
    sized,
    skip,
    sleb128,
    struct_unpack,
    success,
    take_while,
    uint8,
    uint32,
    until,
    zigzag,
)
from ohneio.staging._code import Code
from ohneio.staging._emitter import Emitter
from ohneio.staging._forms import ITEMS
from ohneio.staging._tokens import NEAR, is_number, is_plain, is_unsigned, member
from tests.staging.parsing import agrees, code_of, once

#: A token, bytes for it, and what its code says.
TOKENS = {
    "exactly": (exactly(3), b"abcd", "data2 = data[pos:pos + 3]"),
    "exactly one": (exactly(1), b"ab", "if pos < stop:"),
    "exactly none": (exactly(0), b"ab", ""),
    "until": (until(b";"), b"ab;c;", "end2 = data.find(b';', pos, stop)"),
    "until of two": (until(b"\r\n"), b"a\r\r\nb", "find(b'\\r\\n', pos, stop)"),
    "until, included": (until(b"ab", include=True), b"abcab", "data[pos:end2 + 2]"),
    "until, bounded": (until(b";", max=2), b"ab;abc;", "find(b';', pos, min(stop, pos + 3))"),
    "until, included and bounded": (
        until(b"xy", max=1, include=True),
        b"axybbxy",
        "data[pos:end2 + 2]",
    ),
    "literal": (literal(b"ab"), b"abac", "if data.startswith(b'ab', pos, stop):"),
    "literal of one": (literal(b"a"), b"ab", "if pos < stop and data[pos] == 97:"),
    "one_of": (one_of(b"abc"), b"ax", "97 <= data[pos] <= 99"),
    "one_of one": (one_of(b"a"), b"ab", "data[pos] == 97"),
    "one_of a few": (one_of(b"ace"), b"eb", "data[pos] in {97, 99, 101}"),
    "one_of many": (one_of(bytes(range(0, 256, 7))), b"\7\6", "data[pos] in ALLOWED"),
    "none_of": (none_of(b"a"), b"ba", "data[pos] in ALLOWED"),
    "any_byte": (any_byte, b"a", "if pos < stop:"),
    "take_while": (take_while(b"ab", min=1), b"abca", "RUN_OF(data, pos, stop).end()"),
    "take_while, bounded": (take_while(b"a", max=2), b"aaab", "end2 - pos == 2"),
    "take_while of none": (take_while(b"a", max=0), b"a", ""),
    "line": (line, b"ab\r\n\r\na\rb\r\n", "data.startswith(b'\\r\\n', end2, stop)"),
    "line, bounded": (line(max=1), b"a\r\nab\r\n", "end2 - pos <= 1"),
    "rest": (seq(uint8, rest), b"abc", ""),
    "uint8": (uint8, b"\xff", "number2 = data[pos]"),
    "uint32": (uint32, b"abcde", "UNPACK_UINT32(data, pos)[0]"),
    "int16le": (int16le, b"\xff\xfe", "UNPACK_INT16LE(data, pos)[0]"),
    "float32": (float32, b"\x3f\0\0\0a", "UNPACK_FLOAT32(data, pos)[0]"),
    "struct_unpack": (struct_unpack("<HxB"), b"abcde", "fields = UNPACK(data, pos)"),
    "decimal": (decimal, b"12,012,x", "int(digits[0])"),
    "hexadecimal": (hexadecimal, b"fF;", "int(digits[0], 16)"),
    "integer of digits": (integer(2, digits=3), b"01011", "int(digits[0], 2)"),
    "integer, signed": (integer(signed=True), b"-5,+5,--5", "int(digits[0])"),
    "leb128": (leb128, b"\x7f\x80\x01\x80\x80", "if number2 < 128:"),
    "mqtt_varint": (mqtt_varint, b"\x7f\x80\x01\xff\xff\xff\xff", "if number2 < 128:"),
    "sleb128": (sleb128, b"\x7f\x3f\x80\x01", "number2 = MEANING(number2, 1)"),
    "zigzag": (zigzag, b"\1\2\x80\1", "number2 = MEANING(number2, 1)"),
    "quic_varint": (quic_varint, b"\x25\x7b\xbd\x9d\x7f\x3e\x7d", "end2 = pos + (1 << (data[pos] "),
    "success": (seq(uint8, success([])), b"a", "GIVEN"),
}


@pytest.mark.parametrize("name", TOKENS)
def test_a_token_is_taken_as_by_its_node(name):
    """Alone, dropped, behind others, where it is tried, and in a frame."""
    token, data, shape = TOKENS[name]
    if token.facts.nullable is False:
        agrees(token, data, data[:1])
        assert shape in code_of(token)
    agrees(seq(uint8, skip(token), optional(token)), b"x" + data * 2)
    agrees(choice(seq(token, literal(b"!")), any_byte), data + b"!")
    agrees(sized(2, token), data[:2], data[:1])


@pytest.mark.parametrize("name", ["exactly", "until", "take_while", "line", "decimal", "leb128"])
@pytest.mark.parametrize("most", [0, 1, 2])
def test_limits_hold_for_tokens(name, most):
    """Of digits, and of bytes that are looked at."""
    token, data, _ = TOKENS[name]
    agrees(optional(token), data[:4], limits=Limits(max_digits=most, max_buffered=most + 1))


def test_what_is_known_to_fail_fails():
    """As a branch among others it is passed by."""
    agrees(seq(uint8, fail("no")), b"ab")
    agrees(choice(seq(literal(b"a"), fail("no")), any_byte), b"ab")


def test_a_rest_is_one_slice_where_its_end_is_known():
    """In a frame, or of a whole input; else the node waits for the end."""
    assert "data[pos:end2]" in code_of(sized(3, rest))
    assert "data[pos + 1:stop]" in code_of(seq(uint8, rest), "once")
    agrees(sized(4, seq(uint8, skip(rest))), b"abcde")
    agrees(sized(4, seq(uint8, rest)), b"abcde", b"ab")
    agrees(optional(sized(4, seq(literal(b"a"), rest))), b"abcde")


# What is known of them.


class Own(type(exactly(1))):
    """A class that is nearly ours."""


@pytest.mark.parametrize(
    ("node", "plain", "number"),
    [
        (uint8, True, True),
        (float32, True, False),
        (decimal, True, True),
        (leb128, True, True),
        (quic_varint, True, True),
        (literal(b"a"), True, False),
        (label("l", uint8).verify(bool).example(None), True, True),
        (lookahead(uint8), True, True),
        (literal(b"a") >> uint8, True, True),
        (uint8 << literal(b"a"), True, True),
        (struct_unpack("B"), False, False),
        (uint8.map(str), False, False),
        (Own(1), False, False),
    ],
)
def test_what_values_are_numbers(node, plain, number):
    """Or bytes, that can be looked up without asking; a subclass may give anything."""
    assert (is_plain(node), is_number(node)) == (plain, number)


@pytest.mark.parametrize(
    "allowed", [range(256), range(97, 123), b"a", b"ac", b"acegikmoqs", range(0, 256, 2)]
)
def test_a_byte_is_one_of_some(allowed):
    """However the question is put."""
    code = Code()
    condition = member(Emitter(ITEMS, code), "byte", frozenset(allowed))
    for byte in range(256):
        assert eval(condition, {**code.namespace, "byte": byte}) == (byte in allowed)


def test_a_whole_input_that_does_not_fit_is_late():
    """Then the nodes say what is wrong."""
    assert once(uint32, b"abcd") == 0x61626364
    assert "return LATE" in code_of(uint32, "once")


def test_numbers_of_0_or_more_are_known():
    """Unsigned ones, those in base 128 that have no sign, and what is around them."""
    for one in (uint8, uint32, leb128, mqtt_varint, quic_varint, decimal, uint8.verify(bool)):
        assert is_unsigned(one)
    for one in (int16le, float32, sleb128, zigzag, integer(signed=True), exactly(1)):
        assert not is_unsigned(one)


@pytest.mark.parametrize("size", [0, *range(NEAR - 3, NEAR + 1)])
@pytest.mark.parametrize("most", [0, NEAR - 2, None])
def test_a_line_that_is_near_is_one_like_any_other(size, most):
    """With nothing but its own CR and LF, within its bound, and within a frame."""
    one = line(max=most) if most is not None else line
    assert "data.find(b'\\r', pos, end2 + 1) != end2" in code_of(one, "once")
    assert "data.find(b'\\r'" not in code_of(one)
    text = b"x" * size
    for end in (b"\r\n", b"\n", b"\r", b"\r\r\n", b"\n\r\n", b""):
        agrees(one, (text + end) * 2)
    agrees(sized(size + 1, one), text + b"\r\n")
    agrees(choice(literal(b"-"), seq(one, uint8)), text + b"\r\n!", text + b"\n!")
