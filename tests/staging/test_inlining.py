"""Functions of a grammar's author, written into the code instead of being called."""

# ruff: noqa: RET503, RET504  # as authors write

import builtins
import enum
import functools
import inspect
import sys
from types import SimpleNamespace

import pytest

from ohneio import Parser, exactly, field, record, seq, uint8, wire
from ohneio import many as items
from ohneio.staging import _inlining, stage
from ohneio.staging._code import Code
from ohneio.staging._inlining import Names, Shown, said
from ohneio.staging._saying import Natural, spelled

NUMBER, DATA = frozenset({Natural}), frozenset({bytes})
LIMIT = 5
NOWHERE = None
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


def half(it):
    """Two of these are one."""
    return it // 2


def deeper(it):
    return deeper(it - 1) if it else 0


def two(it, other):
    return it + other


def odd(it):
    names = [it]
    return names


def many(*them):
    return them


def as_one(m):
    """The compiler would warn of it where the number itself is written."""
    one = 1
    return m.a is one


def with_lambda(it):
    first = it.a
    again = lambda: first  # noqa: E731
    first = 2
    return again


def says(function, **kinds):
    """Return what a function says of an object with fields of these types."""
    names = Names(Code())
    fields = {name: spelled(name, one) for name, one in kinds.items()}
    found = said(function, [Shown(fields)], names, "target")
    return found and str(found.value)


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
        with_lambda,
        lambda: 1,
        len,
        functools.partial(half),
    ],
)
def test_what_is_not_understood_is_called(function):
    """What sees more than its fields, makes something, or has no source."""
    assert says(function, a=NUMBER, b=DATA) is None


def test_statements_are_said():  # noqa: C901  # they are many
    """Locals and early ends; what changes in one way only, or does something, is not."""

    def locals_of(m):
        one = m.a + 1
        return one

    def ends(m):
        if m.a:
            return 1

    def nothing(m):
        return

    def goes_on(m):
        if m.a:
            one = 1
        return one

    def changes(m):
        m.a = 1

    def unpacks(m):
        one, other = m.b
        return one + other

    def adds(m):
        m.a.append(1)
        return 1

    def both(m):
        one = other = m.a
        return one + other

    def later(m):
        return late

    def too_early(m):
        if m.a:
            return one  # noqa: F823
        one = 1
        return one

    assert says(locals_of, a=NUMBER) == "one"
    assert says(ends, a=NUMBER) == "target"
    assert says(nothing) == "None"
    assert says(later) is None  # there is nothing yet
    late = 1
    assert says(later) == "LATE"
    for one in (goes_on, changes, unpacks, adds, both, too_early):
        assert says(one, a=NUMBER, b=DATA) is None


def test_nothing_is_written_in_while_somebody_watches(monkeypatch):
    """A debugger or a coverage tool: it would miss the function."""
    monkeypatch.undo()
    for trace in (lambda *_: None, None):
        before = sys.gettrace()
        sys.settrace(trace)
        try:
            watched = _inlining.watched()
        finally:
            sys.settrace(before)
        assert watched or trace is None
    for tool in ("debugger", None):
        asked = SimpleNamespace(DEBUGGER_ID=0, COVERAGE_ID=1, get_tool=lambda _, tool=tool: tool)
        monkeypatch.setattr(sys, "monitoring", asked, raising=False)
        monkeypatch.setattr(sys, "gettrace", lambda: None)
        assert _inlining.watched() is (tool is not None)
    monkeypatch.delattr(sys, "monitoring")
    assert not _inlining.watched()
    monkeypatch.setattr(_inlining, "watched", lambda: True)
    assert says(half) is None


# What they look up.


@wire
class Bounded:
    size: int = field(uint8, verify=lambda m: m.size < LIMIT)
    body: bytes = field(lambda m: exactly(half(m.size)))


def test_names_that_mean_something_else_are_asked_again(monkeypatch):
    """When a connection begins: then the functions are called."""
    one: Parser[Bounded] = stage(record(Bounded))
    assert one.parse(b"\4ab") == Bounded(4, b"ab")
    monkeypatch.setitem(globals(), "LIMIT", 9)
    assert one.parse(b"\7abc") == Bounded(7, b"abc")
    assert [*one.parse_stream([b"\7abc"])] == [Bounded(7, b"abc")]
    monkeypatch.setitem(globals(), "half", lambda it: 1)
    assert one.parse_prefix(b"\7abc") == (Bounded(7, b"a"), b"bc")


def test_a_name_that_is_gone_means_nothing(monkeypatch):
    """Not even None, which it meant."""
    one = stage(uint8.map(lambda _: NOWHERE is None))
    assert one.parse(b"\1") is True
    monkeypatch.delitem(globals(), "NOWHERE")
    with pytest.raises(NameError):
        one.parse(b"\1")


def test_an_underscore_of_everybodys_is_not_the_codes_own(monkeypatch):
    """As `gettext.install` puts it there."""
    monkeypatch.setattr(builtins, "_", str, raising=False)
    one = seq(uint8.map(lambda n: _(n)), items(exactly(1)))  # noqa: F821, PLW0108
    assert stage(one).parse_prefix(b"\1\2") == (("1", [b"\2"]), b"")


def test_what_stands_around_a_function_may_change():
    """A variable of the function that it was made in, or a builtin's name."""
    limit = 3
    one = stage(uint8.verify(lambda it: it < limit))
    assert one.parse_prefix(b"\2") == (2, b"")
    limit = 9
    assert one.parse_prefix(b"\7") == (7, b"")
