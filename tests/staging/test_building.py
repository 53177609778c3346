"""What a staged grammar builds is what its nodes build, and what it refuses they refuse."""

import enum

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ohneio import UsageError
from ohneio.core._limits import DEFAULT_LIMITS
from ohneio.testing import values
from tests.staging.building import outcome
from tests.staging.differing import staged, unstaged
from tests.staging.grammars import grammars, small

SEARCH = settings(
    max_examples=3 * settings().max_examples,
    suppress_health_check=[
        HealthCheck.filter_too_much,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)

# Values that nobody would build, or that are nearly of the right type.


class Number(enum.IntEnum):
    ONE = 1


class Bytes(bytes): ...


class List(list): ...


class Index:
    def __index__(self):
        return 1


class Like:
    """Something that is equal to everything."""

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0


ODD = st.sampled_from(
    [
        None, True, False, Number.ONE, Index(), Like(), object(), 0, 1, 7, 97, -1, 255, 256,
        1 << 14, 1 << 64, 1 << 200, 10**700, 1.0, 0.1, 1e300, float("nan"), float("inf"),
        b"", b"a", b"b", b";", b"ab;", b"\r\n", b"a" * 300, Bytes(b"a"), bytearray(b"a"),
        memoryview(b"a"), "", "a", "\ud800", [], (), {}, List([b"a"]), [b"a", b"b"],
        (b"a", b"b"), [[]], [None],
    ]
)  # fmt: skip
odd = st.recursive(
    ODD,
    lambda some: st.one_of(st.lists(some, max_size=3), st.lists(some, max_size=3).map(tuple)),
    max_leaves=4,
)


@st.composite
def mangled(draw, value):
    """A value of which some part is another one."""
    if type(value) in (list, tuple) and value and draw(st.booleans()):
        items = [*value]
        at = draw(st.integers(0, len(items) - 1))
        how = draw(st.sampled_from(["change", "drop", "double"]))
        if how == "change":
            items[at] = draw(mangled(items[at]))
        else:
            items[at : at + 1] = [items[at]] * 2 if how == "double" else []
        return type(value)(items)
    if type(value) is bytes:
        near = [value + b"a", value[:-1], value + b";", value * 2, bytearray(value), Bytes(value)]
        return draw(st.one_of(odd, st.sampled_from(near)))
    if type(value) is int:
        near = [value + 1, -value, value << 20, bool(value)]
        return draw(st.one_of(odd, st.sampled_from(near)))
    return draw(odd)


@st.composite
def cases(draw):
    """A grammar, some values, and limits."""
    grammar = draw(grammars)
    try:
        fitting = draw(values(grammar))
    except (RuntimeError, ValueError, KeyError, TypeError, StopIteration):  # a user's functions
        fitting = draw(odd)
    some = [fitting, draw(mangled(fitting)), draw(odd)]
    return grammar, some, draw(st.one_of(st.just(DEFAULT_LIMITS), small))


@SEARCH
@given(cases())
def test_staged_and_unstaged_build_the_same(case):
    """The same bytes, or the same error, of values that fit and of others, under any limits."""
    grammar, some, limits = case
    with unstaged(grammar):
        expected = [outcome(grammar, value, limits) for value in some]
    assume(not any(one[0] is UsageError for one in expected if isinstance(one, tuple)))
    with staged() as seen:
        found = [outcome(grammar, value, limits) for value in some]
    assert found == expected, [one.source for one in seen[:1]]
