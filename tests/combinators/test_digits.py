"""Numbers written in digits."""

import copy
import pickle
import sys

import pytest

from ohneio import (
    BuildError,
    IncompleteInput,
    LimitExceeded,
    Limits,
    UsageError,
    decimal,
    hexadecimal,
    integer,
    literal,
    many,
    parser,
    protocol,
    seq,
    sized,
    uint8,
)
from ohneio.combinators._digits import digits_of, number_of
from ohneio.testing import check
from tests.combinators.cuts import failed, given, told

SIGNED = integer(10, signed=True)
FOUR = integer(16, digits=4)
MANY_DIGITS = Limits(max_digits=10**6)

# Strict numbers.


def test_a_decimal_number_ends_before_the_first_byte_that_is_no_digit():
    """That byte, or the end, has to be there."""
    assert given(decimal, b"1024;") == (1024, b";", 5)
    assert given(decimal, b"7") == (7, b"", None)
    assert given(sized(2, decimal), b"423") == (42, b"3", 2)
    assert given(decimal, b"0;") == (0, b";", 2)
    assert given(sized(1, decimal), b"01") == (0, b"1", 1)


def test_a_hexadecimal_number_has_letters_of_either_case():
    """It is built in lower case."""
    assert given(hexadecimal, b"fF;") == (255, b";", 3)
    assert hexadecimal.build(0xABC) == b"abc"


@pytest.mark.parametrize(
    "data", [b"-1;", b"+1;", b" 1;", b"_1;", b"x;", b";", b"\xb2;", "٣;".encode()]
)
def test_anything_but_a_digit_is_a_mismatch_at_once(data):
    """No sign, no blank, no underscore, no digit of another script."""
    text, consumed, after = failed(seq(uint8, decimal), b"!" + data)
    assert text.startswith("expected a decimal number at offset 1, found ")
    assert (consumed, after) == (1, 2)


def test_an_underscore_ends_a_number():
    """Python's `int` would read on."""
    assert given(decimal, b"1_0") == (1, b"_0", 2)
    assert given(decimal, b"1 ") == (1, b" ", 2)


@pytest.mark.parametrize("number", [decimal, hexadecimal])
def test_a_leading_zero_is_a_mismatch_as_soon_as_a_digit_follows(number):
    """So that each number has but one form."""
    assert failed(number, b"007;") == (
        f'expected a {number} number without leading zeros at offset 0, found b"00"', 0, 2,
    )  # fmt: skip


def test_a_number_that_the_input_cuts_short_is_missing_a_digit():
    """One at least."""
    outcome = told(seq(uint8, decimal), b"!")
    assert isinstance(outcome.error, IncompleteInput)
    assert (outcome.error.needed, outcome.error.have) == (1, 1)
    assert failed(sized(0, decimal), b"1") == (
        "expected a decimal number at offset 0, where the frame ends", 0, 0,
    )  # fmt: skip


@pytest.mark.parametrize("number", [decimal, hexadecimal])
def test_a_strict_number_is_not_negative(number):
    """What is built parses to the same number, or is not built."""
    assert number.build(0) == b"0"
    assert number.build(True) == b"1"
    for value in (-1, 1.0, "1", b"1", None):
        with pytest.raises(BuildError, match="expected a whole number of 0 or more, not "):
            number.build(value)
    with pytest.raises(BuildError):
        (number >> uint8).build(1)


# Looser numbers.


@pytest.mark.parametrize(
    ("number", "data", "value"),
    [
        (SIGNED, b"-007", -7),
        (SIGNED, b"+5", 5),
        (SIGNED, b"-0", 0),
        (SIGNED, b"12", 12),
        (integer(), b"007", 7),
        (integer(2), b"0101", 5),
        (integer(8), b"755", 0o755),
        (integer(16), b"00fF", 255),
        (integer(36), b"zZ", 35 * 36 + 35),
        (integer(16, signed=True), b"-fF", -255),
    ],
)
def test_an_integer_may_have_leading_zeros_and_a_sign(number, data, value):
    """If a sign was asked for."""
    assert given(number, data + b";") == (value, b";", len(data) + 1)


@pytest.mark.parametrize(
    ("number", "data", "message", "after"),
    [
        (integer(2), b"2;", "a binary number", 1),
        (integer(3), b"-1;", "a number in base 3", 1),
        (SIGNED, b"-;", "a signed decimal number", 2),
        (SIGNED, b"--1", "a signed decimal number", 2),
        (SIGNED, b";", "a signed decimal number", 1),
    ],
)
def test_what_is_no_integer_fails_on_the_byte_that_shows_it(number, data, message, after):
    """The mismatch begins with the sign, if there is one."""
    text, _, moment = failed(number, data)
    assert text.startswith(f"expected {message} at offset 0, found ")
    assert moment == after


def test_a_sign_alone_is_missing_a_digit():
    """The end may come at any place."""
    assert told(SIGNED, b"-").error.needed == 1
    assert told(SIGNED, b"").error.needed == 1
    kind = "expected a signed decimal number"
    assert failed(sized(1, SIGNED), b"-1") == (f"{kind} at offset 1, where the frame ends", 0, 1)
    assert failed(sized(0, SIGNED), b"-1") == (f"{kind} at offset 0, where the frame ends", 0, 0)
    assert given(sized(2, SIGNED), b"-12") == (-1, b"2", 2)


def test_so_many_digits_are_taken_and_no_more():
    """Nothing behind them is waited for, or looked at."""
    assert given(FOUR, b"001e0") == (30, b"0", 4)
    assert given(integer(10, True, 2), b"-123") == (-12, b"3", 3)
    assert given(many(integer(10, digits=2)), b"0102")[0] == [1, 2]
    assert failed(FOUR, b"01;") == (
        'expected a hexadecimal number of 4 digits at offset 0, found b"01;"', 0, 3,
    )  # fmt: skip
    assert told(FOUR, b"01").error.needed == 2
    assert failed(sized(3, FOUR), b"0123")[2] == 0


@pytest.mark.parametrize(
    ("number", "value", "data"),
    [
        (SIGNED, -7, b"-7"),
        (SIGNED, 7, b"7"),
        (FOUR, 30, b"001e"),
        (integer(10, True, 3), -7, b"-007"),
        (integer(2), 5, b"101"),
        (integer(8), 8, b"10"),
        (integer(3), 5, b"12"),
        (integer(36), 0, b"0"),
        (integer(36), 36**3 - 1, b"zzz"),
    ],
)
def test_an_integer_is_built_in_its_plain_form(number, value, data):
    """No plus sign, lower case, and leading zeros where they were asked for."""
    assert number.build(value) == data
    assert number.parse(data) == value


def test_an_integer_with_too_many_digits_is_not_built():
    """A field of 4 digits has room for 4."""
    with pytest.raises(BuildError, match="expected at most 4 digits, not 65536"):
        FOUR.build(65536)
    with pytest.raises(BuildError, match="expected a whole number, not 'x'"):
        SIGNED.build("x")
    with pytest.raises(BuildError, match="of 0 or more"):
        FOUR.build(-1)


@pytest.mark.parametrize(
    "arguments", [(1,), (37,), (0,), ("10",), (10.0,), (True,), (10, False, -1), (10, False, "4")]
)
def test_what_makes_no_sense_is_refused_when_it_is_made(arguments):
    """Bases go from 2 to 36."""
    with pytest.raises(UsageError):
        integer(*arguments)


# Bounds.


@pytest.mark.parametrize("number", [decimal, integer(10), SIGNED])
def test_the_digit_that_is_one_too_many_trips(number):
    """Leading zeros count; a sign does not."""
    assert given(number, b"123;", max_digits=3)[0] == 123
    outcome = told(number, b"1234;", max_digits=3)
    assert isinstance(outcome.error, LimitExceeded)
    assert (outcome.error.limit, outcome.error.name, outcome.after) == (3, "max_digits", 4)
    assert str(outcome.error) == "more than the 3 digits allowed (max_digits) at offset 0"


def test_a_sign_is_no_digit():
    """It counts for `max_buffered`, not for `max_digits`."""
    assert given(SIGNED, b"-123;", max_digits=3)[0] == -123
    assert told(SIGNED, b"-1234;", max_digits=3).after == 5
    outcome = told(SIGNED, b"-123;", max_buffered=3)
    assert (outcome.error.name, outcome.after) == ("max_buffered", 4)


def test_max_buffered_bounds_a_number_as_well():
    """The smaller of the two holds."""
    assert given(decimal, b"123;", max_buffered=3)[0] == 123
    assert told(decimal, b"1234;", max_buffered=3).error.name == "max_buffered"
    assert told(FOUR, b"1234", max_digits=3).error.name == "max_digits"
    assert given(FOUR, b"12345", max_digits=4, max_buffered=4)[1] == b"5"


def test_numbers_follow_each_other_under_a_small_limit():
    """A limit bounds each number, not all of them together."""
    one = decimal << literal(b";")
    assert given(seq(one, one, one), b"12;0;34;", max_buffered=2)[0] == (12, 0, 34)


def test_640_digits_are_allowed_and_no_more():
    """The least that Python's own bound can be set to."""
    data = b"9" * 640
    assert decimal.parse(data) == 10**640 - 1
    assert decimal.build(10**640 - 1) == data
    assert decimal.parse_prefix(data + b";") == (10**640 - 1, b";")
    for longer in (data + b"9", data + b"9;"):
        with pytest.raises(LimitExceeded):
            decimal.parse_prefix(longer)
    for value in (10**640, 10**9999):
        with pytest.raises(BuildError, match="expected at most 640 digits, not "):
            decimal.build(value)


@pytest.mark.parametrize("base", [2, 3, 10, 16, 36])
def test_a_raised_limit_is_all_it_takes_for_more(base):
    """Python's own bound on digits does not matter, nor what it was set to."""
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(640)
    try:
        for value in (base**5000, base**5000 - 1, 7**4321, base**641 // 2):
            data = integer(base).build(value, limits=MANY_DIGITS)
            assert integer(base).parse(data, limits=MANY_DIGITS) == value
            assert number_of(digits_of(value, base).encode(), base) == value
    finally:
        sys.set_int_max_str_digits(before)


def test_a_long_number_may_come_in_any_chunks():
    """It is looked at once, and put together at the end."""
    for size in (1, 700, 5000):
        conn = protocol(decimal, limits=MANY_DIGITS)()
        for _ in range(0, 10_000, size):
            conn.send(b"7" * size)
        conn.send(b";")
        assert conn.get_result() % 10**50 == int("7" * 50)


# Parsers like any other.


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (decimal, "decimal"),
        (hexadecimal, "hexadecimal"),
        (integer(), "integer(10)"),
        (SIGNED, "integer(10, signed=True)"),
        (FOUR, "integer(16, digits=4)"),
        (integer(8, True, 3), "integer(8, signed=True, digits=3)"),
    ],
)
def test_a_number_is_shown_as_what_makes_it(number, text):
    """The representation, evaluated, is an equal parser; so are copies."""
    assert repr(number) == text
    assert eval(text) == number == pickle.loads(pickle.dumps(number)) == copy.deepcopy(number)
    assert hash(eval(text)) == hash(number)
    assert pickle.loads(pickle.dumps(number)).parse(b"0001"[-number.facts.least :]) == 1


def test_what_is_known_of_a_number():
    """Its digits would prolong it, unless there are just so many."""
    digits = frozenset(b"0123456789")
    assert (decimal.facts.first, decimal.facts.more) == (digits, digits)
    assert (decimal.facts.least, decimal.facts.greatest) == (1, None)
    assert (decimal.facts.canonical, hexadecimal.facts.canonical) == (True, False)
    assert SIGNED.facts.first == digits | frozenset(b"+-")
    assert (FOUR.facts.least, FOUR.facts.greatest, FOUR.facts.self_delimiting) == (4, 4, True)
    assert integer(10, True, 4).facts.greatest == 5
    assert (integer().facts.canonical, integer(10, digits=4).facts.canonical) == (False, True)
    assert (FOUR.facts.canonical, decimal.facts.unambiguous, decimal.facts.silent) == (
        False, True, False,
    )  # fmt: skip


@pytest.mark.parametrize("number", [decimal, SIGNED])
def test_a_number_is_no_step_that_builds_by_itself(number):
    """A hand-written parser has to say where its value lives."""

    @parser
    def one():
        return (yield from number)

    assert one.parse(b"0") == 0
    with pytest.raises(BuildError):
        one.build(0)


@pytest.mark.parametrize(
    "number", [decimal, hexadecimal, integer(), SIGNED, FOUR, integer(10, True, 2)]
)
def test_the_laws_hold(number):
    """The kit finds nothing."""
    check(number, [b"", b"0", b"0;", b"00;", b"12;", b"-1;", b"+", b"12345;", b"ff ", b"x"])
    check(many(number << literal(b";")), [b"1;2;10;", b"1;;"])
