"""Pieces of what is built: which become one, and how the code says them."""

import struct

import pytest

from ohneio import (
    BuildError,
    count_prefixed,
    decimal,
    exactly,
    leb128,
    length_prefixed,
    literal,
    mqtt_varint,
    rest,
    seq,
    uint8,
    uint16,
    uint16le,
    zigzag,
)
from ohneio.staging._build_pieces import (
    BYTE,
    Constant,
    Counted,
    Form,
    Packed,
    Plain,
    Written,
    expressions,
    joined,
    packed,
    size_of,
    table_of,
)
from ohneio.staging._code import Code
from tests.staging.building import is_left, source_of, takes

DIGITS = Form("number", lambda number: b"%d" % number, 256, b"%d")
SLOW = Form("odd", lambda number: b"x" * number, 4)


def said(*pieces):
    """Return the expressions, and the values of the names in them."""
    code = Code()
    return expressions(code, pieces), code.namespace


def evaluated(*pieces, **values):
    """Return the bytes that the expressions make, with these values of their variables."""
    parts, namespace = said(*pieces)
    return eval(joined(parts), {**namespace, **values})


def test_constants_beside_each_other_are_one():
    """However many there are; and none that is empty is there at all."""
    pieces = Constant(b"a"), Constant(b""), Constant(b"b"), Plain("x"), Constant(b"")
    assert said(*pieces)[0] == ["b'ab'", "x"]


def test_nothing_is_no_bytes():
    """No pieces are a constant as well."""
    assert joined(said()[0]) == "b''"
    assert size_of([]) == "0"


def test_numbers_and_short_bytes_are_packed_at_once():
    """With the constants between and around them."""
    pieces = [
        Constant(b"<"), Packed("B", "a"), Packed("H", "b", ">"), Constant(b"="),
        Counted("c", 2), Packed("I", "d", ">"), Constant(b">"),
    ]  # fmt: skip
    parts, _ = said(*pieces)
    assert parts == ["PACK(b'<', a, b, b'=', c, d, b'>')"]
    data = evaluated(*pieces, a=1, b=2, c=b"xy", d=3)
    assert data == struct.pack("!cBHc2sIc", b"<", 1, 2, b"=", b"xy", 3, b">")


def test_one_order_at_a_time():
    """Numbers of the other order begin another run; what has no order belongs to any."""
    pieces = [Packed("H", "a", ">"), Packed("B", "b"), Packed("H", "c", "<"), Packed("B", "d")]
    assert said(*pieces)[0] == ["PACK(a, b)", "PACK2(c, d)"]
    assert evaluated(*pieces, a=1, b=2, c=3, d=4) == b"\0\1\2\3\0\4"


def test_bytes_alone_are_not_packed():
    """A copy would be all that comes of it; so would it be of long ones."""
    assert said(Counted("a", 2), Constant(b"b"), Counted("c", 1))[0] == ["a", "b'b'", "c"]
    assert said(Packed("B", "a"), Counted("b", 1000))[0] == ["PACK(a)", "b"]


def test_a_run_has_a_bound():
    """So that no line is longer than anybody reads."""
    parts, _ = said(*(Packed("B", "a") for _ in range(40)))
    assert [part.count("a") for part in parts] == [32, 8]


def test_a_size_of_one_byte_is_looked_up():
    """With the constants around it, where nothing else has to be packed."""
    pieces = Constant(b"<"), Packed("B", "n", is_size=True), Constant(b">"), Plain("x")
    assert said(*pieces)[0] == ["BYTES_OF[n]", "x"]
    assert evaluated(*pieces, n=255, x=b"abc") == b"<\xff>abc"
    with pytest.raises(IndexError):
        evaluated(*pieces, n=256, x=b"")


@pytest.mark.parametrize("number", [0, 1, 255, 256, 10**30, -1, -300])
def test_a_number_is_written_with_what_stands_around_it(number):
    """From a table if it is small, else by one format; per cent signs and all."""
    pieces = Constant(b"50%"), Written("n", DIGITS), Constant(b"\r\n%d")
    assert evaluated(*pieces, n=number) == b"50%%%d\r\n%%d" % number
    assert len(said(*pieces)[0]) == 1


@pytest.mark.parametrize("number", [0, 3, 4, 9])
def test_a_number_without_a_format_is_written_by_a_function(number):
    """With the constants around what it returns."""
    pieces = Constant(b"<"), Written("n", SLOW, is_size=True), Constant(b">")
    assert evaluated(*pieces, n=number) == b"<" + b"x" * number + b">"


def test_a_constant_belongs_to_one_number_only():
    """Between two of them it is said once."""
    pieces = Written("a", DIGITS), Constant(b","), Written("b", DIGITS), Constant(b";")
    assert evaluated(*pieces, a=1, b=300) == b"1,300;"
    assert evaluated(*pieces, a=300, b=2) == b"300,2;"


def test_no_table_of_what_is_long():
    """Two hundred copies of a long constant would be no saving."""
    pieces = Constant(b"a" * 70), Written("n", DIGITS)
    assert said(*pieces)[0] == ["FORMAT % n"]
    assert evaluated(*pieces, n=7) == b"a" * 70 + b"7"


def test_tables_are_made_once():
    """For all grammars that say the same around the same numbers."""
    assert table_of(BYTE, b"<", b">") is table_of(BYTE, b"<", b">")
    assert table_of(BYTE, b"", b"") == tuple(bytes([byte]) for byte in range(256))


def test_a_size_is_a_sum_of_what_is_known_and_what_is_not():
    """Numbers and constants need not be measured."""
    pieces = [Constant(b"ab"), Packed("I", "a", ">"), Counted("b", 3), Plain("c"), Plain("d")]
    assert size_of(pieces) == "len(c) + len(d) + 9"
    with pytest.raises(TypeError):
        size_of([Written("n", DIGITS)])
    with pytest.raises(TypeError):
        packed(Code(), [Plain("a")])


def test_two_pieces_are_added_and_more_are_joined():
    """What is a choice between two is put in brackets first."""
    assert joined(["a", "b if c else d"]) == "a + (b if c else d)"
    assert joined(["a", "b", "c"]) == "b''.join((a, b, c))"


# In grammars.


def test_a_length_is_part_of_the_run_before_its_body():
    """One `Struct` and one body: as by hand."""
    grammar = seq(uint8, uint16, length_prefixed(uint16))
    assert takes(grammar, (1, 2, b"abc"), (0, 0, b""), (0, 0, bytes(65535)))
    assert "return PACK(part, part2, size) + part3" in source_of(grammar)
    assert is_left(grammar, (0, 0, bytes(65536)))


def test_a_length_in_base_128_is_part_of_the_run_while_it_is_small():
    """Above that it has a size of its own."""
    grammar = seq(uint8, length_prefixed(mqtt_varint, seq(uint16, rest)))
    sizes = [0, 125, 126, 127, 128, 16381, 16382, 20000]
    assert takes(grammar, *((1, (2, b"a" * size)) for size in sizes))
    assert " if size < 128 else" in source_of(grammar)


def test_two_lengths_beside_each_other():
    """Only one of them can decide how a run is packed."""
    grammar = seq(length_prefixed(leb128), uint8, length_prefixed(leb128))
    assert takes(grammar, *((b"a" * size, 1, b"b" * size) for size in (0, 127, 128)))
    inner = length_prefixed(leb128, length_prefixed(leb128, seq(uint8, rest)))
    assert takes(inner, *((1, b"a" * size) for size in (0, 125, 126, 127, 300)))


def test_a_number_that_may_be_below_0_is_not_part_of_a_run():
    """Its one byte is another one."""
    grammar = seq(uint8, zigzag, leb128)
    assert takes(grammar, (1, 63, 127), (1, -64, 128), (1, 64, 0))
    assert is_left(grammar, (1, 0, -1))


def test_an_order_is_kept():
    """Little-endian numbers are packed beside those in network order."""
    assert takes(seq(uint16, uint16le, uint16), (1, 2, 3))


def test_a_value_that_is_constant_goes_with_its_neighbours():
    """So does a body that is always the same, with its length."""
    grammar = uint8 << literal(b"ab") << literal(b"cd")
    assert source_of(grammar).count("PACK") == 1
    assert takes(grammar, 7)
    fixed = length_prefixed(uint16, exactly(2) << literal(b"%"))
    assert takes(fixed, b"ab")
    assert "b'\\x00\\x03'" in source_of(fixed)


def test_counts_in_digits_with_their_lines():
    """What stands around a number is in its table."""
    grammar = count_prefixed(literal(b"%") >> decimal << literal(b"%\n"), exactly(1))
    assert takes(grammar, [], [b"a"] * 2, [b"b"] * 300)
    with pytest.raises(BuildError):
        grammar.build([b"ab"])
