"""Numbers of a fixed size, and what `struct` can say."""

import copy
import math
import pickle
import struct

import pytest

import ohneio
from ohneio import (
    BuildError,
    IncompleteInput,
    LimitExceeded,
    Limits,
    ParseError,
    UsageError,
    exactly,
    float32,
    float32le,
    float64,
    float64le,
    int8,
    int16,
    many,
    protocol,
    seq,
    sized,
    struct_unpack,
    uint8,
    uint16,
    uint16le,
    uint32,
    uint64,
    uint64le,
)
from ohneio.testing import check
from tests.combinators.cuts import failed, given, told

INTEGERS = {
    f"{sign}int{bits}{order}": (sign, bits, order)
    for sign in ("u", "")
    for bits in (8, 16, 32, 64)
    for order in ("", "le")
    if bits > 8 or not order
}
FLOATS = {"float32": ">f", "float64": ">d", "float32le": "<f", "float64le": "<d"}


def bounds(name):
    """The least and the greatest number that a type can hold."""
    sign, bits, _ = INTEGERS[name]
    return (0, 2**bits - 1) if sign else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


# Numbers.


@pytest.mark.parametrize("name", INTEGERS)
def test_a_number_has_its_sign_its_size_and_its_order(name):
    """What Python's own conversion makes of the bytes, a number's name says too."""
    number, (sign, bits, order) = getattr(ohneio, name), INTEGERS[name]
    for value in {*bounds(name), 0, 1, bounds(name)[1] // 3, bounds(name)[0] // 3}:
        data = value.to_bytes(bits // 8, "little" if order else "big", signed=not sign)
        assert given(number, data + b"xy") == (value, b"xy", bits // 8)
        assert number.build(value) == data


@pytest.mark.parametrize("name", FLOATS)
@pytest.mark.parametrize("value", [0.0, -0.0, 1.5, -math.inf, 2.0**-149])
def test_a_float_is_that_of_ieee_754(name, value):
    """Floats have the bytes that IEEE 754 gives them, the sign of a zero included."""
    number, data = getattr(ohneio, name), struct.pack(FLOATS[name], value)
    back, left, after = given(number, data + b"x")
    assert (back, math.copysign(1, back), left, after) == (
        value, math.copysign(1, value), b"x", len(data),
    )  # fmt: skip
    assert number.build(value) == data


@pytest.mark.parametrize("name", INTEGERS)
def test_a_number_out_of_range_is_not_built(name):
    """The error says which numbers there are."""
    least, most = bounds(name)
    for value in (least - 1, most + 1):
        with pytest.raises(BuildError) as raised:
            getattr(ohneio, name).build(value)
        assert str(raised.value) == f"expected a number from {least} to {most}, not {value}"


@pytest.mark.parametrize("value", ["1", b"1", None, 1.0, 1j, [1]])
def test_what_is_no_number_is_not_built(value):
    """A wrong type is a `BuildError`, and is not converted."""
    with pytest.raises(BuildError, match="expected a number from 0 to 65535, not "):
        uint16.build(value)


def test_a_number_without_a_repr_is_refused_in_words():
    """Python refuses to write 5000 digits; the error does without."""
    with pytest.raises(BuildError, match="not an unprintable int"):
        uint16.build(10**5000)


@pytest.mark.parametrize("number", [float32, float32le])
@pytest.mark.parametrize("value", [0.1, 1e300, 2**24 + 1, "1", 10**400])
def test_a_float_that_would_be_rounded_is_not_built(number, value):
    """What is built parses to the same number, or is not built."""
    with pytest.raises(BuildError, match=f"a number that {number} can hold exactly, not "):
        number.build(value)


@pytest.mark.parametrize("number", [float32, float64, float64le])
def test_nan_is_built_and_parsed(number):
    """Not a number is a value like any other, though it does not equal itself."""
    assert math.isnan(number.parse(number.build(math.nan)))


def test_a_whole_number_builds_a_float_that_equals_it():
    """3 and 3.0 are equal, so either will do."""
    assert float64.parse(float64.build(3)) == 3


def test_a_truth_value_builds_the_number_that_it_is():
    """True is 1 in Python."""
    assert uint8.build(True) == b"\x01"


def test_a_number_waits_for_all_its_bytes():
    """The bytes that are missing are what is needed, until they can no longer come."""
    conn = protocol(uint32)()
    conn.send(b"\0\0")
    assert conn.needed == 2
    conn.send(b"\0")
    with pytest.raises(IncompleteInput) as raised:
        conn.send_eof()
    assert (raised.value.needed, raised.value.have, raised.value.offset) == (1, 3, 3)


def test_a_number_does_not_fit_into_a_shorter_frame():
    """Shortage in a frame is an error at its end, told before the bytes are there."""
    assert failed(sized(1, uint16), b"abc") == (
        "need more bytes at offset 1, where the frame ends", 0, 0,
    )  # fmt: skip


def test_a_number_longer_than_may_be_buffered_is_refused_at_once():
    """`max_buffered` bounds every token, however much is there."""
    outcome = told(uint64, b"12345678", max_buffered=7)
    assert isinstance(outcome.error, LimitExceeded)
    assert outcome.after == 0
    assert given(uint64, b"12345678", max_buffered=8)[2] == 8


def test_numbers_follow_each_other_under_a_small_limit():
    """A limit bounds each number, not all of them together."""
    assert given(many(uint16, max=3), b"\0\1\0\2\0\3", max_buffered=2)[0] == [1, 2, 3]


def test_there_is_one_object_of_each_name():
    """Pickling and copying give the very same object back."""
    for name in [*INTEGERS, *FLOATS]:
        number = getattr(ohneio, name)
        assert pickle.loads(pickle.dumps(number)) is number
        assert copy.deepcopy(number) is number
        assert repr(number) == name
    assert len({getattr(ohneio, name) for name in [*INTEGERS, *FLOATS]}) == 18


def test_what_is_known_of_a_number():
    """Sizes are exact; a float of 4 bytes has more than one form, since NaN has."""
    facts = uint64le.facts
    assert (facts.least, facts.greatest, facts.nullable) == (8, 8, False)
    assert (facts.canonical, facts.unambiguous, facts.silent) == (True, True, False)
    assert (float32.facts.canonical, float64.facts.canonical) == (False, True)


def test_nothing_is_no_number():
    """A number whose value is dropped cannot be built."""
    with pytest.raises(BuildError):
        (uint8 >> exactly(1)).build(b"a")


def test_a_step_of_a_function_that_builds_needs_a_number():
    """Inside a hand-written parser a number without a projection has no value."""

    @ohneio.parser
    def both():
        return (yield from uint8)

    with pytest.raises(BuildError):
        both.build(1)


# Struct.


def test_a_format_gives_the_tuple_of_its_fields():
    """`struct_unpack` is `struct.unpack` on as many bytes as there should be."""
    record = struct_unpack("IH5s")
    assert given(record, b"\0\0\0\1\0\2helloxy") == ((1, 2, b"hello"), b"xy", 11)
    assert record.build((1, 2, b"hello")) == b"\0\0\0\1\0\2hello"


@pytest.mark.parametrize(
    ("format", "value"), [("H", 258), ("!H", 258), (">H", 258), ("<H", 513), ("! H", 258)]
)
def test_without_a_prefix_a_format_is_in_network_order(format, value):
    """Nothing depends on the machine."""
    assert struct_unpack(format).parse(b"\1\2") == (value,)


@pytest.mark.parametrize("format", ["@H", "=H", "n", "H!", "\xe9", "5", 3, b"H", None])
def test_a_format_that_is_none_is_refused_when_it_is_made(format):
    """Misuse is found before any byte is."""
    with pytest.raises(UsageError):
        struct_unpack(format)


@pytest.mark.parametrize(
    ("format", "values", "index"),
    [
        ("IHH", (1, 2, 70000), 2),
        ("2H", (1, -1), 1),
        ("3s", (b"ab",), 0),
        ("3s", (b"abcd",), 0),
        ("H3p", (1, b"abc"), 1),
        ("2xc", (b"ab",), 0),
        ("?", ("yes",), 0),
        ("df", (0.1, 0.1), 1),
        ("e", (1e10,), 0),
        ("H", ("1",), 0),
    ],
)
def test_a_value_that_would_not_come_back_is_not_built(format, values, index):
    """Struct would cut, pad, round or refuse it; the error has its place."""
    with pytest.raises(BuildError) as raised:
        struct_unpack(format).build(values)
    assert raised.value.path == (index,)
    assert str(raised.value).startswith(f"[{index}]: expected what struct calls ")


def test_values_that_come_back_are_built():
    """What fits is built: shorter pascal strings, truth, exact floats and NaN."""
    values = (b"ab", True, 0.5, math.nan, b"abc", b"x")
    back = struct_unpack("5p?fd3sc").parse(struct_unpack("5p?fd3sc").build(values))
    assert back[:3] + back[4:] == values[:3] + values[4:]
    assert math.isnan(back[3])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1], "expected a tuple, not [1]"),
        (1, "expected a tuple, not 1"),
        ((1, 2), "expected 1 values, not 2"),
        ((), "expected 1 values, not 0"),
    ],
)
def test_only_a_tuple_of_as_many_values_is_built(values, message):
    """What parses to a tuple builds from a tuple."""
    with pytest.raises(BuildError) as raised:
        struct_unpack("H").build(values)
    assert str(raised.value) == message


def test_a_value_that_is_equal_to_nothing_is_not_built():
    """Where no field can be blamed, all of them are."""

    class Moody(int):
        asked = 0

        def __eq__(self, other):
            Moody.asked += 1
            return Moody.asked > 2

        __hash__ = int.__hash__

    with pytest.raises(BuildError, match="expected what fits"):
        struct_unpack("H").build((Moody(1),))


def test_pad_bytes_may_be_anything_and_are_built_as_zeros():
    """So a format with some is not canonical; of them alone it builds from nothing."""
    padded = struct_unpack("B2xB")
    assert padded.parse(b"a\1\2b") == (97, 98)
    assert padded.build((97, 98)) == b"a\0\0b"
    assert padded.facts.canonical is False
    assert (uint8 << struct_unpack("3x")).build(1) == b"\1\0\0\0"
    assert struct_unpack("3x").facts.silent


def test_pad_bytes_are_a_step_that_builds():
    """A hand-written parser that builds has nothing to say about them."""

    @ohneio.parser
    def padded():
        yield from struct_unpack("2x")
        return (yield from uint8.of(lambda value: value))

    assert padded.build(7) == b"\0\0\x07"


def test_a_format_of_no_bytes_is_told_what_to_build_like_any_other():
    """A value of no bytes is a value all the same."""

    @ohneio.parser
    def empty():
        return (yield from struct_unpack("0s"))

    assert empty.parse(b"") == (b"",)
    with pytest.raises(BuildError, match="cannot build from nothing"):
        empty.build((b"",))


def test_a_format_of_no_bytes_takes_none():
    """It is known to be nullable, so that no loop is made of it."""
    assert given(struct_unpack(""), b"ab") == ((), b"ab", 0)
    assert struct_unpack("").build(()) == b""
    assert struct_unpack("").facts.nullable
    with pytest.raises(UsageError):
        many(struct_unpack(""))


def test_fields_wait_for_all_their_bytes():
    """They are one token: none of it is taken before all of it is there."""
    assert failed(seq(uint8, struct_unpack("HH")), b"\1ab") == (
        "need 2 more bytes at offset 3 when the input ended", 1, None,
    )  # fmt: skip
    assert failed(struct_unpack("HH"), b"abcd", max_buffered=3)[2] == 0


def test_fields_taken_by_hand_end_with_their_frame():
    """Whatever is there behind it."""

    @ohneio.parser
    def pair():
        return (yield from struct_unpack("H")), (yield from struct_unpack("H"))

    assert given(sized(4, pair), b"\0\1\0\2more") == (((1,), (2,)), b"more", 4)
    assert failed(sized(3, pair), b"\0\1\0\2more")[0] == (
        "need more bytes at offset 3, where the frame ends"
    )


def test_a_format_is_what_it_compares_pickles_and_shows_as():
    """Equal formats are equal parsers."""
    record = struct_unpack("<HB")
    assert pickle.loads(pickle.dumps(record)) == record == copy.deepcopy(record)
    assert hash(record) == hash(struct_unpack("<HB"))
    assert record != struct_unpack(">HB")
    assert repr(record) == "struct_unpack('<HB')"
    assert record.parse(b"\1\0\2") == pickle.loads(pickle.dumps(record)).parse(b"\1\0\2")


@pytest.mark.parametrize(
    "parser", [uint8, int8, int16, uint16le, float64, struct_unpack("!IHH"), struct_unpack("2xb")]
)
def test_the_laws_hold(parser):
    """The kit finds nothing."""
    check(parser, [b"", b"\xff", b"\1\2\3\4\5\6\7\x08\x09"])


def test_a_parse_error_is_all_that_bytes_can_cause():
    """Every byte string of the right size is a number."""
    for data in (b"\xff" * 8, b"\x7f\xf8" + bytes(6), b"\x80" + bytes(7)):
        for parser in (uint64, float64, struct_unpack("?7x"), struct_unpack("8p")):
            parser.parse(data)
    with pytest.raises(ParseError):
        uint64.parse(b"123456789", limits=Limits(max_buffered=8))
