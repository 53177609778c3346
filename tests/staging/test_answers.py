"""What a function of a grammar says of values: written into the code, or called."""

# ruff: noqa: RET504  # as authors write

import pytest

from ohneio import (
    decimal,
    delimited,
    exactly,
    int16,
    length_prefixed,
    literal,
    rest,
    seq,
    sized,
    text,
    uint8,
    until,
)
from ohneio.staging._answers import kinds_of
from ohneio.staging._saying import BYTES, STR, Natural
from tests.staging.parsing import agrees, code_of


def early(it):
    """Return early."""
    if it > 100:
        return None
    if it == 5:
        half = it // 2
        return half
    double = it * 2
    more = double + 1
    return more


def raising(it):
    top = 10 // it
    return top


@pytest.mark.parametrize(
    ("node", "kinds"),
    [
        (until(b";"), BYTES),
        (rest, BYTES),
        (exactly(2).verify(bool), BYTES),
        (text(rest), STR),
        (length_prefixed(uint8), BYTES),
        (sized(2, text(rest)), STR),
        (delimited(b";", uint8), {Natural}),
        (uint8, {Natural}),
        (int16, {int}),
        (decimal, {Natural}),
        (seq(uint8), None),
        (uint8.map(str), None),
    ],
)
def test_types_of_values_are_known(node, kinds):
    """Where the parser has no choice."""
    assert kinds_of(node) == kinds


def test_what_a_function_says_is_written_into_the_code():
    """An expression, or statements of which each way ends in a value."""
    assert "= number2 >> 4" in code_of(uint8.map(lambda it: it >> 4))
    source = code_of(uint8.map(early))
    assert "if number2 > 100:" in source
    assert "EARLY(" not in source
    agrees(uint8.map(early), bytes([3, 5, 200, 6]))


def test_what_is_raised_is_raised_by_the_function():
    """So that its own lines are in the traceback."""
    source = code_of(uint8.map(raising))
    assert "except Exception:" in source
    assert "= RAISING(number2)" in source
    agrees(uint8.map(raising), b"\1\2\0")


def test_a_value_that_is_not_simple_is_said_once():
    """It gets a name of its own first."""
    pair = seq(uint8, uint8).map(lambda it: it[0] + it[1])
    assert "it = (number2, number3)" in code_of(pair) or "it = (" in code_of(pair)
    agrees(pair, b"\1\2\3")


def test_truth_is_asked_of_the_value():
    """Where it is a number or a string; of other values by the function."""
    assert "if not number2:" in code_of(uint8.verify(bool)) or "if not (number2):" in code_of(
        uint8.verify(bool)
    )
    assert "= bool(number2)" in code_of(uint8.map(bool)) or "BOOL(number2)" in code_of(
        uint8.map(bool)
    )
    agrees(uint8.map(bool), b"\0\1\2")
    agrees(uint8.verify(bool), b"\1\0")
    agrees(seq(uint8, literal(b"a")).verify(bool), b"\1a\0b")
