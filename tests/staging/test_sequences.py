"""One after the other, neighbours fused where they can be."""

import re

import pytest

from ohneio import (
    Limits,
    any_byte,
    choice,
    count_prefixed,
    decimal,
    field,
    int8,
    label,
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
    uint8,
    uint16,
    until,
    wire,
)
from tests.staging.parsing import agrees, code_of

word, crlf = take_while(b"ab", min=1), literal(b"\r\n")


@wire
class Head:
    kind: int = field(uint8)
    size: int = field(length_prefixed(uint16, uint8))
    name: bytes = field(word)
    end: bytes = field(literal(b";"))
    length: int = field(decimal)
    last: bytes = field(literal(b":"))


@wire
class Sizes:
    data: bytes = field(length_prefixed(decimal << literal(b";")))
    end: bytes = field(literal(b"b"))


#: A grammar and bytes for it.
SEQUENCES = {
    "none": (seq(uint8, seq()), [b"ab"]),
    "one": (seq(uint8), [b"ab"]),
    "dropped": (skip(seq(uint8, until(b";"))) >> uint8, [b"xa;bxc", b"x;"]),
    "a length in front": (seq(length_prefixed(uint8, many(uint8)), uint8), [b"\2abc\0d\3a"]),
    "a length, dropped": (uint8 >> length_prefixed(uint8) >> uint8, [b"a\1bca\0d"]),
    "lengths beside each other": (
        seq(length_prefixed(uint8), length_prefixed(uint8)),
        [b"\1a\1b\0"],
    ),
    "a length of a length": (
        seq(uint8, length_prefixed(uint8, length_prefixed(uint8))),
        [b"a\2\1ba\1\1"],
    ),
    "a number and a literal": (
        seq(decimal << literal(b"\r\n"), uint8),
        [b"12\r\na1234\r\nb", b"1x"],
    ),
    "a number that is dropped": (decimal >> literal(b":") >> uint8, [b"1:a1234:b12"]),
    "a number in front of others": (seq(decimal, literal(b";"), uint16), [b"7;abx"]),
    "a number, and what looks like more of it": (
        seq(decimal, literal(b"0a")),
        [b"00a", b"10a", b"0a", b"0"],
    ),
    "only a number": (seq(decimal, literal(b";")), [b"1;1000;;"]),
    "a size and what ends its bytes": (
        seq(length_prefixed(decimal << crlf), crlf, uint8),
        [b"2\r\nab\r\nx12\r\nab", b"1\r\na\rx", b"1\r\nab", b"01\r\n"],
    ),
    "a size that may be anything, and what ends its bytes": (
        skip(length_prefixed(int8) << literal(b"aba")) >> uint8,
        [b"\2ababaxy\0abax", b"\xff", b"\1aabx"],
    ),
    "sizes in fields": (record(Sizes), [b"1;ab", b"1;ax", b"x"]),
    "labels": (label("all", seq(label("a", uint8), label("b", word), uint8)), [b"xay", b"xx"]),
    "values": (seq(literal(b"a").value([]), any_byte.value(None), uint8), [b"axyb"]),
    "a record": (record(Head), [b"a\0\1ba;12:a\0\1bx", b"a\0\1ba;12;", b"a\0"]),
    "in an alternative": (
        choice(seq(uint8, uint16, literal(b";")), seq(word, literal(b"=")), any_byte),
        [b"abc;a=abcd", b"a"],
    ),
    "short numbers in an alternative": (
        choice(seq(decimal, literal(b";"), length_prefixed(uint8)), any_byte),
        [b"12;\1a1234;\0x"],
    ),
    "behind a part that may be skipped": (
        seq(optional(literal(b"x")), decimal, literal(b";"), optional(literal(b"y")), uint16),
        [b"x1;yab2;cd", b";"],
    ),
    "and the rest": (seq(uint8, literal(b"a"), rest), [b"xab", b"xb"]),
}


@pytest.mark.parametrize("name", SEQUENCES)
def test_a_sequence_is_taken_as_by_its_node(name):
    """Fused or not, however it is cut, and whatever is wrong in it."""
    grammar, inputs = SEQUENCES[name]
    agrees(grammar, *inputs)


@pytest.mark.parametrize("most", [0, 1, 2, 9])
def test_limits_hold_in_sequences(most):
    """Of digits, and of what is behind a length."""
    for name in ("a number and a literal", "a length in front"):
        grammar, inputs = SEQUENCES[name]
        agrees(grammar, inputs[0], limits=Limits(max_digits=most, max_buffered=most + 1))


def test_a_length_is_taken_with_its_neighbours():
    """And the body behind it is one slice."""
    source = code_of(seq(uint8, length_prefixed(uint16)), "once")
    assert source.count("UNPACK(data, pos)") == 1
    assert "size" in source


def test_a_short_number_is_looked_up():
    """Its digits are its check and its value at once."""
    source = code_of(seq(decimal, literal(b"\r\n")))
    assert "decimals(data[pos:end2])" in source


@pytest.mark.parametrize("digits", [b"7", b"12", b"999", b"1000", b"00", b"", b"-1", b"+1"])
def test_a_short_number_is_looked_up_with_what_is_behind_it(digits):
    """Whatever is not in the table is looked at by its nodes, also at the end of a frame."""
    number = decimal << literal(b"\r\n")
    agrees(number, digits + b"\r\n", digits + b"\r")
    agrees(sized(4, number) << literal(b"\n"), digits + b"\r\n")


def test_bytes_and_what_ends_them_are_one_question():
    """A field of a record stands for itself."""
    source = code_of(SEQUENCES["a size and what ends its bytes"][0])
    assert "data.startswith(b'\\r\\n', end3, stop)" in source
    assert "data.startswith(b'b'" not in code_of(record(Sizes))


def test_what_is_dropped_is_passed_by_and_not_sliced():
    """Only where it ends is known: of bytes up to a delimiter, of a size, of some kind."""
    parts = until(b";"), length_prefixed(uint16), take_while(b"xyz"), sized(3, rest)
    kept, dropped = seq(*parts), skip(seq(*parts))
    for form in ("once", "items", "lane"):
        assert len(re.findall(r"= data\[\w+:", code_of(kept, form))) == 4
        assert not re.findall(r"= data\[\w+:", code_of(dropped, form))
    for grammar in (kept, dropped):
        agrees(grammar, b"ab;\0\2abxyabc", b";\0\0abc", b"ab;\0\3abc", b"ab")


def test_each_literal_has_a_table_of_its_own():
    """A number is known by both; one that counts is no less than 0."""
    grammar = seq(
        length_prefixed(decimal << literal(b":")), count_prefixed(decimal << literal(b";"), uint8)
    )
    agrees(grammar, b"2:ab3;xyz", b"0:0;", b"10:abcdefghij0;", b"2;ab", b"1:a1;", b"1:a12:a")
    assert "decimals2(data[pos:" in code_of(grammar)
    assert " >= 0" not in code_of(grammar)


def test_a_loop_ends_in_a_whole_input_where_what_comes_behind_it_may_begin_alike():
    """Then an item that fails is that; behind any other loop it could only be wrong."""
    items = many(seq(word, uint8, crlf))
    assert "begins = -1" in code_of(seq(items.map(len), word), "once")
    for one in (seq(items, crlf), items, seq(many(uint8), word)):
        assert "begins" not in code_of(one, "once")
    assert "begins = -1" not in code_of(seq(items, word), "lane")
    agrees(seq(items.map(len), word), b"a1\r\nb2\r\nab", b"a1\r\nb2\r", b"a1\r\n")
