"""What is known beforehand of the numbers that an enum has members for."""

from __future__ import annotations

import enum
from collections.abc import Iterator

from ._bit import Always, Kind
from ._checks import index_of

__all__ = ["faithful", "may_begin"]


def faithful(kind: Kind) -> bool:
    """Tell whether no two numbers become the same value."""
    if not (isinstance(kind, type) and issubclass(kind, enum.Enum)):
        return True
    if issubclass(kind, enum.Flag):
        conforms = getattr(kind, "_boundary_", None) is enum.CONFORM
        return not conforms and usual(kind, enum.Flag)
    return usual(kind, enum.Enum)


def may_begin(kind: Kind, head: int, unseen: int) -> bool:
    """Tell whether *kind* may have a value for *head*, whose last *unseen* bits are not known.

    An enum of its own mind about numbers without a member has to be asked, with all of them.
    """
    if isinstance(kind, Always):
        return head >> unseen == kind.number >> unseen
    if not (isinstance(kind, type) and issubclass(kind, enum.Enum)):
        return True
    if issubclass(kind, enum.Flag):
        return not strict(kind) or not head & ~together(bits_of(kind))
    known = usual(kind, enum.Enum)
    return not known or any(one >> unseen == head >> unseen for one in numbers_of(kind))


def strict(kind: type[enum.Flag]) -> bool:
    """Tell whether *kind* has values for numbers of bits that it names alone, and no others."""
    bits = bits_of(kind)
    alone = {one for one in bits if one.bit_count() == 1}
    bounded = getattr(kind, "_boundary_", None) is enum.STRICT
    return bounded and usual(kind, enum.Flag) and sum(alone) == together(bits)


def usual(kind: type[enum.Enum], base: type[enum.Enum]) -> bool:
    """Tell whether *kind* is called as all enums are, and treats unknown numbers as its *base*."""
    missing = kind._missing_.__func__ is base._missing_.__func__  # type: ignore[attr-defined]
    return missing and type(kind) is enum.EnumMeta


def numbers_of(kind: type[enum.Enum]) -> Iterator[int]:
    """Yield the numbers that *kind* has members for, by whatever name."""
    for value in kind._value2member_map_:
        number = index_of(value)
        if number is not None:
            yield number


def bits_of(kind: type[enum.Flag]) -> list[int]:
    """Return the numbers of the flags that have names."""
    return [one.value for one in kind.__members__.values()]


def together(bits: list[int]) -> int:
    """Return the number that has all of these bits."""
    number = 0
    for one in bits:
        number |= one
    return number
