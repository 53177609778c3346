"""Short decimal numbers, looked up together with the literal behind them."""

import pytest

from ohneio import (
    Limits,
    choice,
    count_prefixed,
    decimal,
    exactly,
    hexadecimal,
    integer,
    label,
    length_prefixed,
    literal,
    many,
    many_until,
    seq,
    sized,
    success,
    uint8,
    uint16,
)
from ohneio.staging._code import Code
from ohneio.staging._emitter import Emitter
from ohneio.staging._forms import ITEMS, ONCE
from ohneio.staging._lookup import (
    AHEAD,
    Found,
    decimals,
    is_near,
    is_short,
    leading,
    looked_up,
    number_and_end,
)
from tests.staging.parsing import agrees, code_of

end = literal(b"\r\n")
number = decimal << end


@pytest.mark.parametrize(
    ("node", "short"),
    [
        (decimal, True),
        (hexadecimal, False),
        (integer(10), False),
        (integer(10, digits=3), False),
        (uint8, False),
    ],
)
def test_only_decimal_numbers_are_looked_up(node, short):
    """Each of them is written in one way only."""
    assert is_short(node) is short


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (number, end),
        (decimal << literal(b"a0"), literal(b"a0")),
        (decimal << literal(b"0a"), None),
        (decimal << uint8, None),
        (hexadecimal << end, None),
        (decimal, None),
        (number << end, None),
        (end >> decimal, None),
    ],
)
def test_a_number_ends_with_a_literal_that_no_digit_begins(node, expected):
    """Anything else could be more of it, or is not known."""
    assert number_and_end(node) == expected


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (length_prefixed(number), number),
        (length_prefixed(number) << end, number),
        (length_prefixed(number, uint8) << end << uint8, number),
        (count_prefixed(number, uint16), number),
        (length_prefixed(decimal), None),
        (length_prefixed(uint8) << end, None),
        (count_prefixed(uint8, uint8), None),
        (label("size", length_prefixed(number)), None),
        (end >> length_prefixed(number), None),
        (number, None),
    ],
)
def test_a_length_or_a_count_is_looked_up_where_it_comes_first(node, expected):
    """Before all that is dropped behind it, and inside of nothing else."""
    assert leading(node) == expected


def written(form, found=None):
    """Return what is written for a number, what is known of it then, and what is needed first."""
    e = Emitter(form, Code())
    e.taken(2)
    known = looked_up(e, end, found)
    return known, e.code.source.splitlines(), e.needs


@pytest.mark.parametrize(
    ("form", "limits", "inside"),
    [(ITEMS, "run.limits", " if end <= stop else None"), (ONCE, "limits", "")],
)
def test_a_number_is_looked_up_by_the_last_byte_behind_it(form, limits, inside):
    """No further ahead than it may be, in a table that is empty where so many digits may not be."""
    found, lines, needs = written(form)
    assert lines == [
        "pos += 2",
        f"{found.end} = data.find(b'\\n', pos, pos + 5) + 1",
        f"{found.number} = decimals(data[pos:{found.end}]){inside}",
    ]
    assert needs == {"decimals": f"(DECIMALS if {limits}.max_digits >= 3 else {{}}).get"}


def test_it_is_looked_up_once_more_into_the_same_variables():
    """When more bytes are there."""
    known = Found("n", "e")
    found, lines, _ = written(ONCE, known)
    assert found is known
    assert lines[1:] == ["e = data.find(b'\\n', pos, pos + 5) + 1", "n = decimals(data[pos:e])"]


def test_the_table_has_all_numbers_of_three_digits_with_what_is_behind_them():
    """As they are written, and nothing that begins with a 0 but that itself."""
    table = decimals(b";")
    assert len(table) == 1000
    assert (table[b"0;"], table[b"42;"], table[b"999;"]) == (0, 42, 999)
    assert not table.keys() & {b"1000;", b"007;", b"00;", b";", b"", b"1"}
    assert decimals(b";") is table


#: What is behind a number; of some the last byte stands in it twice.
BEHIND = [b";", b"\r\n", b"\n\n", b"ab a", b"aba", b";1", b"a0a0"]


@pytest.mark.parametrize("behind", BEHIND)
def test_what_is_not_in_the_table_is_looked_at_by_its_nodes(behind):
    """Also where the last byte comes sooner than all of it, or not at all."""
    one = decimal << literal(behind)
    for digits in (b"7", b"999", b"1000", b"01", b"", b"-1"):
        agrees(one, digits + behind + b"1" + behind, digits + behind[:-1])
    bodies = length_prefixed(one) << literal(behind)
    inputs = [b"2" + behind + b"xy" + behind, b"1" + behind[-1:] + behind, b"0" + behind * 2]
    agrees(choice(literal(b"-"), bodies), *inputs, b"-", b"x")
    agrees(sized(5, seq(one, many(uint8))), b"1" + behind + b"xyzxyz", b"12345")


@pytest.mark.parametrize("most", [0, 1, 2, 3, 4, 9])
def test_where_few_digits_are_allowed_nothing_is_looked_up(most):
    """A node refuses what is too much."""
    for limits in (Limits(max_digits=most), Limits(max_buffered=most), Limits(max_items=most)):
        for grammar in (length_prefixed(number, exactly(2)), count_prefixed(number, uint8)):
            agrees(grammar, b"2\r\nab", b"10\r\n0123456789", b"100\r\n", b"1000\r\n", limits=limits)


# Numbers of any size, with signs perhaps.


@pytest.mark.parametrize(
    ("node", "near"),
    [
        (integer(10), True),
        (integer(10, signed=True), True),
        (integer(10, digits=3), False),
        (integer(16), False),
        (decimal, False),
        (uint8, False),
    ],
)
def test_a_number_in_decimal_digits_may_be_read_at_once(node, near):
    """Any number of them: what is strict is looked up instead."""
    assert is_near(node) is near


@pytest.mark.parametrize("behind", [b";", b"\r\n", b"--"])
@pytest.mark.parametrize("signed", [False, True])
def test_a_number_is_what_is_before_the_literal(behind, signed):
    """Digits only, and a sign: all else is looked at by the nodes."""
    one = integer(10, signed=signed) << literal(behind)
    assert f"data.find({behind!r}, pos, pos + ahead)" in code_of(one, "once")
    for digits in (b"7", b"-7", b"+007", b"", b"-", b"--1", b"1_0", b" 1", b"1 ", b"\xb2"):
        agrees(one, (digits + behind) * 2, digits + behind[:-1], digits)
    agrees(sized(4, seq(one, many(uint8))), b"12" + behind + b"34" + behind, b"1234" + behind)
    agrees(many(seq(one, one)), (b"5" + behind) * 4)


@pytest.mark.parametrize("size", [*range(AHEAD - 3, AHEAD + 3), 100])
def test_what_is_not_near_is_not_looked_for(size):
    """As many digits as are allowed may be read; here there is no difference to be seen."""
    one = integer(10, signed=True) << end
    for digits in (b"1" * size, b"-" + b"2" * (size - 1)):
        for most in (AHEAD - 2, AHEAD - 1, AHEAD, AHEAD + 1, 640):
            agrees(one, digits + b"\r\n", limits=Limits(max_digits=most))


def test_a_number_that_was_looked_up_for_a_node_is_for_nobody_else():
    """Where the node itself runs after all, the same parser may stand somewhere else."""
    unknown = success(1).bind(lambda _: literal(b"c"))  # it may be nothing, for all that is known
    grammar = seq(choice(literal(b"b"), count_prefixed(number, unknown)), length_prefixed(number))
    agrees(grammar, b"2\r\ncc3\r\nabc" * 2, b"b3\r\nabc" * 2, b"2\r\n3\r\nabc")


def test_a_number_is_looked_up_for_the_branch_that_begins_with_it():
    """Not for the same parser inside of another branch, where it may come again and again."""
    key = length_prefixed(decimal << literal(b":"))
    for some in (many(key), many_until(key, literal(b".")), seq(key, key)):
        grammar = choice(literal(b"l") >> some << literal(b"e"), key)
        first = code_of(grammar, "item").split("== 108:")[1].split("except")[0]
        assert "number2" not in first
        agrees(many(grammar), b"l1:a2:bce3:abc", b"l1:a.e1:b", b"l1:a2:bc.e3:abc", b"l2:abx")
        agrees(grammar, b"l1:a2:bc3:abc.e3:abc" * 2, b"l1:a2:bce3:abc" * 2)
