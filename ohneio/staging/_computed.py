"""What is computed of a record's object, and has to be what was parsed."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from types import FunctionType
from typing import Any, cast

import attrs

from ..combinators._fields import Field
from ..combinators._fields import _getter as getter
from ._answers import lines, say
from ._inlining import Lines, Said, said
from ._making import maker
from ._names import Shown
from ._saying import PLAIN, Kinds, Natural, Text, without_none
from ._views import View

__all__ = ["certain", "conditions"]

#: What a property that `wire` makes runs.
GETTER: object = cast("FunctionType", getter(bool, None)).__code__


@attrs.frozen
class Computed:
    """What is computed of a field, in the code: lines, and the condition that the field is it.

    Attributes:
        same: Whether the field can be said for it, once that holds.
    """

    lines: Lines
    condition: Text
    same: bool = False


def certain(view: View) -> str | None:
    """Write what is computed; return the condition that the fields are that.

    None where it has to be asked for, or something may be raised by it.
    """
    found = [each for _, each in every(view)]
    if not all(each and each.condition.safe for each in found):
        return None
    some = [each for each in found if each]
    for each in some:
        lines(view.emitter, each.lines)
    return " and ".join(f"({each.condition})" for each in some)


def conditions(view: View, target: str) -> Iterator[str]:
    """Write what is computed of the object; yield the conditions that the fields are that."""
    e = view.emitter
    for one, each in every(view):
        local = e.code.fresh("expected")
        if each is None:
            e.call(local, f"{target}.{one.name}")
            yield f"{local} == {view.values[one.name]}"
        else:
            found = Said(each.lines, each.condition, each.condition.safe)
            yield str(say(e, found, local, never))


def never(_: str) -> None:
    """Write nothing: where objects are compared the code leaves where something is raised."""


def every(view: View) -> Iterator[tuple[Field, Computed | None]]:
    """Yield the fields that are computed, and what is, where that is known; not the certain."""
    whole = fields_of_object(view)
    for _, one in view.record._compared:
        each = computed(view, one, Shown({**whole}))
        if each is not None and each.same:
            whole[one.name] = view.given.fields[one.name]
        if each is None or each.lines or not view.known.proves(each.condition.tree):
            yield one, each


def fields_of_object(view: View) -> dict[str, Text]:
    """Return the arguments of the object, if it does nothing but to show them."""
    cls, given = view.record.cls, view.given.fields
    if not maker(cls):
        return {}
    return {one.name: given[one.name] for one in view.record.fields if one.argued}


def computed(view: View, one: Field, whole: Shown) -> Computed | None:
    """Return what is computed of a field, if that is understood."""
    e, value = view.emitter, view.given.fields[one.name]
    local = e.code.fresh(one.name)
    found = said(one.computed, [whole], e.names, local) if is_computed(view, one) else None
    if found is None:
        return None
    if one.when is None:
        same = interchangeable(found.value.kinds, value.kinds)
        condition = equal(found.value, value, safe=found.safe and same)
        return Computed(found.lines, condition, same)
    there = said(one.when, [whole], e.names, local)
    if there is None or not all(each.safe and not each.lines for each in (found, there)):
        return None
    # It says what it said when the field was parsed: where that is off both are None.
    kinds = without_none(value.kinds)
    condition = equal(found.value, value, safe=interchangeable(found.value.kinds, kinds))
    either = ast.BoolOp(ast.Or(), [ast.UnaryOp(ast.Not(), there.value.tree), condition.tree])
    return Computed([], attrs.evolve(condition, tree=either))


def equal(one: Text, other: Text, *, safe: bool) -> Text:
    return Text(ast.Compare(one.tree, [ast.Eq()], [other.tree]), safe=safe)


def interchangeable(one: Kinds, other: Kinds) -> bool:
    """Tell whether values of these types that are equal are the same to whoever sees them."""
    if one is None or other is None or not one | other <= PLAIN:
        return False
    both = {int if kind is Natural else kind for kind in one | other}
    return len(both & {int, bool}) < 2


def is_computed(view: View, one: Field) -> bool:
    """Tell whether objects compute a field as `field` said, and in no other way."""
    cls = view.record.cls
    found = inspect.getattr_static(cls, one.name, None)
    get: Any = found.fget if type(found) is property else None
    if get is None or getattr(get, "__code__", None) is not GETTER:
        return False
    known = [cell.cell_contents for cell in get.__closure__]
    names = view.emitter.names
    name = names.constant(cls, cls.__name__)
    names.still(f"{name}.{one.name} is {names.constant(found, one.name)}")
    return known == [one.computed, one.when]
