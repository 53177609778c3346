"""The bounds of a connection."""

import attrs
import pytest

from ohneio import Limits, UsageError, exactly

NAMES = ["max_buffered", "max_depth", "max_items", "max_digits", "max_backtrack"]


def test_every_limit_is_finite_by_default():
    """A limit that has to be switched on is off on the day it is needed."""
    assert attrs.asdict(Limits()) == {
        "max_buffered": 16 * 1024 * 1024,
        "max_depth": 256,
        "max_items": 1_000_000,
        "max_digits": 640,
        "max_backtrack": 1024 * 1024,
    }


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [-1, 1.5, None, "1", True, float("inf")])
def test_a_limit_is_a_number_of_0_or_more(name, value):
    """Anything else is refused by name, also infinity and what only looks like a number."""
    with pytest.raises(UsageError, match=f"^{name} must be a number of 0 or more, not "):
        Limits(**{name: value})


@pytest.mark.parametrize("name", NAMES)
def test_each_limit_is_set_by_its_name_and_nothing_else_changes(name):
    """Limits are given by keyword; the others keep their defaults."""
    limits = Limits(**{name: 0})
    assert getattr(limits, name) == 0
    assert attrs.evolve(limits, **{name: getattr(Limits(), name)}) == Limits()


def test_limits_are_values():
    """Frozen, compared by what they hold, hashable, not made from positions."""
    limits = Limits(max_depth=3)
    assert limits == Limits(max_depth=3)
    assert hash(limits) == hash(Limits(max_depth=3))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        limits.max_depth = 4
    with pytest.raises(TypeError):
        Limits(1)


@pytest.mark.parametrize("limits", [5, None, "64 KiB"])
def test_limits_are_limits(limits):
    """What is no `Limits` is misuse, found before any byte is taken."""
    with pytest.raises(UsageError, match="expected Limits"):
        exactly(1).parse(b"a", limits=limits)
    assert exactly(1).parse(b"a", limits=Limits(max_buffered=1)) == b"a"
