"""Functions of a grammar's author, written into the code instead of being called."""

# ruff: noqa: RET503, RET504  # as authors write

import functools
import sys
from types import SimpleNamespace

import pytest

from ohneio.staging import _inlining
from tests.staging.saying import DATA, NUMBER, says


def half(it):
    """Two of these are one."""
    return it // 2


def with_lambda(it):
    first = it.a
    again = lambda: first  # noqa: E731
    first = 2
    return again


@pytest.mark.parametrize("function", [lambda: 1, len, functools.partial(half), with_lambda])
def test_what_is_not_understood_is_called(function):
    """What takes something else, has no source, or has a lambda that sees it change."""
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
