"""Expressions of a function, as the code says them: by the fields, and what is called in them."""

# ruff: noqa: RET504  # as authors write

import enum
import functools
import inspect
import sys

import pytest

from tests.staging.saying import DATA, NUMBER, says

LIMIT = 5
TABLE = {1: 2}


class Kind(enum.IntEnum):
    LOW = 1
    HIGH = 2

    @property
    def high(self):
        return self >= Kind.HIGH

    @property
    def long(self):
        found = self.value
        return found

    @property
    def other(self):
        return [self]

    @functools.cached_property
    def cached(self):
        return 1


def to(it):
    return fro(it)


def fro(it):
    return to(it)


def two(it, other):
    return it + other


def odd(it):
    names = [it]
    return names


def nothing(it):
    """No statement at all."""


def raises(it):
    raise ValueError(it)


def many(*them):
    return them


def as_one(m):
    """The compiler would warn of it where the number itself is written."""
    one = 1
    return m.a is one


def half(it):
    """Two of these are one."""
    return it // 2


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda m: m.a, "a"),
        (lambda m: m.a + 1, "a + 1"),
        (lambda m: -m.a, "-a"),
        (lambda m: not m.a, "not a"),
        (lambda m: (m.a and m.b) or m.c, "a and b or c"),
        (lambda m: 1 < m.a <= LIMIT, "1 < a <= LIMIT"),
        (lambda m: m.a if m.b else None, "a if b else None"),
        (lambda m: m.b[1], "b[1]"),
        (lambda m: m.b[1 : m.a], "b[1:a]"),
        (lambda m: (m.a, m.b), "(a, b)"),
        (lambda m: len(m.b), "len(b)"),
        (lambda m: half(m.a), "a // 2"),
        (lambda m: half(m.a + 1), "HALF(a + 1)"),
        (lambda m: two(m.a, m.c), "a + c"),
        (lambda m: two(m.a, other=m.c), "TWO(a, other=c)"),
        (lambda m: odd(m.a), "ODD(a)"),
        (lambda m: many(m.a), "MANY(a)"),
        (lambda m: nothing(m.a), "NOTHING(a)"),
        (lambda m: raises(m.a), "RAISES(a)"),
        (lambda m: to(m.a), "TO(a)"),  # when it is deep enough
        (lambda m: m.k.high, "k >= HIGH2"),
        (lambda m: m.k.long, "k.long"),
        (lambda m: m.k.other, "k.other"),
        (lambda m: m.k.cached, "k.cached"),
        (lambda m: m.k is Kind.LOW, "k is LOW"),
        (lambda m: Kind.nothing, "KIND.nothing"),
        (lambda m: m.b.upper(), "b.upper()"),
        (lambda m: m.a in TABLE, "a in TABLE"),
        (lambda m: int.from_bytes(m.b) & 3, "FROM_BYTES(b) & 3"),
    ],
)
def test_an_expression_is_said_by_the_fields(function, expected):
    """Whatever stands in it; what it calls is written in, too, if it is an expression."""
    kinds = {"a": NUMBER, "b": DATA, "c": NUMBER, "k": frozenset({Kind})}
    assert says(function, **kinds) == expected


@pytest.mark.parametrize(
    "function",
    [
        lambda m: m,
        lambda m: m.other,
        lambda m: [m.a],
        lambda m: {m.a},
        lambda m: f"{m.a}",
        lambda m: m.b[::2],
        lambda m: m.a + 1.5,
        lambda m: (lambda it: it)(m.a),
        lambda m: len(*m.b),
        lambda m: two(**m.b),
        lambda m: two(m, 1),
        lambda m: locals(),
        lambda m: globals()["LIMIT"],
        lambda m: nowhere,  # noqa: F821
        lambda m: sys._getframe(),
        lambda m: inspect.currentframe(),
        as_one,
        lambda m: [one for one in m.b],  # noqa: C416
    ],
)
def test_what_is_not_understood_is_called(function):
    """What sees more than its fields, or makes something."""
    assert says(function, a=NUMBER, b=DATA) is None
