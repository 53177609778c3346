"""Comparing a value with what its own bytes parse to.

Equality is Python's, but for three things.  A NaN is like a NaN: what came back
is as good as what went in.  Nesting may be deeper than Python compares: tuples,
lists, dictionaries and attrs objects are looked into one by one.  And what
cannot be compared, since its `==` raises, is like nothing but itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count
from typing import Any, TypeAlias

import attrs

__all__ = ["alike", "alike_but_for", "difference"]

#: The name or index of a part, and the part in the one and the other value.
Part: TypeAlias = "tuple[str | int, object, object]"


def alike(one: object, other: object) -> bool:
    """Tell whether two values are equal, a NaN to a NaN.

    Raises:
        RecursionError: Objects of unknown classes are nested too deep.
    """
    try:
        if one is other or one == other:
            return True
    except Exception:  # noqa: S110  # too deep, or something inside cannot be compared
        pass
    try:
        return _alike_inside(one, other)
    except RecursionError:
        raise
    except Exception:
        return False


def alike_but_for(one: object, other: object, third: object) -> bool:
    """Tell whether *one* differs from *other* only where that differs from *third* as well.

    Raises:
        RecursionError: As `alike`.
    """
    todo = [(one, other, third)]
    while todo:
        first, second, last = todo.pop()
        if first is second:
            continue
        parts, others = _named(first, second), _named(second, last)
        if parts is None or others is None:
            if alike(second, last) and not alike(first, second):
                return False
        elif parts.keys() == others.keys():
            todo.extend((*parts[name], others[name][1]) for name in parts)
        else:  # of another length, though in both places it has the same one
            return False
    return True


def _named(one: object, other: object) -> dict[str | int, tuple[object, object]] | None:
    parts = _parts(one, other)
    return None if parts is None else {name: (left, right) for name, left, right in parts}


def difference(one: object, other: object) -> Part | None:
    """Return the first part in which two values differ, if parts do: its name, and both."""
    try:
        parts = _parts(one, other) or ()
        return next((part for part in parts if not alike(*part[1:])), None)
    except Exception:  # its parts cannot be had
        return None


def _alike_inside(one: object, other: object) -> bool:
    todo: list[tuple[object, object]] = [(one, other)]
    while todo:
        first, second = todo.pop()
        if first is second:
            continue
        parts = _parts(first, second)
        if parts is not None:
            todo.extend((left, right) for _, left, right in parts)
        elif not (first == second or (first != first and second != second)):
            return False
    return True


def _parts(one: object, other: object) -> Iterable[Part] | None:
    """Return the parts by which two values are compared, unless it is by `==`."""
    kind: type[object] = type(one)
    if kind is not type(other):
        return None
    if attrs.has(kind):
        names = [field.name for field in attrs.fields(kind) if field.eq]
        return [(name, getattr(one, name), getattr(other, name)) for name in names]
    look_inside = _CONTAINERS.get(kind.__eq__)
    return look_inside(one, other) if look_inside else None


def _of_rows(one: Any, other: Any) -> Iterable[Part]:  # noqa: ANN401
    if len(one) != len(other):
        return [("len()", len(one), len(other))]
    return zip(count(), one, other)


def _of_dicts(one: Any, other: Any) -> Iterable[Part]:  # noqa: ANN401
    if one.keys() != other.keys():
        return [("keys()", sorted(map(repr, one)), sorted(map(repr, other)))]
    return [(repr(key), value, other[key]) for key, value in one.items()]


#: By what compares them, so for those subclasses too that did not change it.
_CONTAINERS: dict[object, Callable[[Any, Any], Iterable[Part]]] = {
    getattr(kind, "__eq__"): look_inside  # noqa: B009  # whose types nobody knows
    for kind, look_inside in ((tuple, _of_rows), (list, _of_rows), (dict, _of_dicts))
}
