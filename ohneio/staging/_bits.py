"""Fields of bits: those in one byte are looked up, or taken apart one by one."""

from __future__ import annotations

import contextlib
import enum
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

import attrs

from ..combinators._bit import Always, Kind
from ..combinators._bits import Bits
from ..combinators._fields import may_refuse
from ..combinators._packing import Packed
from ._emitter import Emitter, rule
from ._saying import FROM_BYTES
from ._tokens import room

__all__ = ["Apart", "taken_apart"]

#: How many numbers an enum is asked about beforehand.
MOST_MEMBERS = 1024


@rule(Bits)
def bits(e: Emitter, node: Bits[Any], wanted: bool) -> str:
    return e.region(node, wanted, lambda: bits_of(e, node))


def bits_of(e: Emitter, node: Bits[Any]) -> str:
    """Take the bits apart, and make the object."""
    some = taken_apart(e, node.fields, node._size)
    e.leave_unless(some.condition)
    some.write(e)
    e.taken(node._size)
    fields = [one for one in node.fields if one.argument not in node._constants]
    given = {one.argument: some.values[one.name] for one in fields}
    return e.make(node.cls, given, refusing=may_refuse(node.cls))


#: Of the fields in a byte, and their values.
Certain: TypeAlias = Callable[[list[Packed], tuple[object, ...]], bool]
#: The values of the fields in a byte, for each number that it may be.
Known: TypeAlias = "list[tuple[object, ...] | None]"


@attrs.define
class Apart:
    """Bits that are taken apart.

    Attributes:
        conditions: That they are there, and that each may be what it is.
        lines: What is written then.
        values: The variables of the fields.
        certain: What tells of some fields whether all that must hold of them does.
        unsure: The variable for that it may not, where a table knows.
    """

    conditions: list[str]
    lines: list[str] = attrs.Factory(list[str])
    values: dict[str, str] = attrs.Factory(dict[str, str])
    certain: Certain | None = None
    unsure: str = ""

    @property
    def condition(self) -> str:
        """All conditions, in order."""
        return " and ".join(self.conditions)

    def write(self, e: Emitter) -> None:
        """Write what is not in the condition."""
        for line in self.lines:
            e.line(line)


def taken_apart(
    e: Emitter, fields: Iterable[Packed], size: int, certain: Certain | None = None
) -> Apart:
    """Take the bits of *fields* apart, byte by byte as far as these have no field in common."""
    found = Apart([room(e, size)], certain=certain)
    for at, width, together in apart(fields, size):
        here, shift = e.at(at), 8 * (size - at) - width
        several = f"{e.constant(FROM_BYTES, 'from_bytes')}(data[{here}:{e.at(at + width // 8)}])"
        some = [attrs.evolve(one, shift=one.shift - shift) for one in together]
        taken = f"data[{here}]" if width == 8 else several
        if width == 8 and len(some) > 1 and not all(one.kind in (int, bool) for one in some):
            looked_up(e, found, taken, some)
        else:
            one_by_one(e, found, taken, some, width)
    return found


def apart(fields: Iterable[Packed], size: int) -> Iterator[tuple[int, int, list[Packed]]]:
    """Yield for each byte, or for some that share a field: where, how many bits, the fields."""
    at, some = 0, list[Packed]()
    for one in fields:
        some.append(one)
        if not one.shift % 8:
            end = size - one.shift // 8
            yield at, 8 * (end - at), some
            at, some = end, []


# Looked up.


def looked_up(e: Emitter, found: Apart, taken: str, some: list[Packed]) -> None:
    """Look all fields of a byte up at once: that they are there is the check."""
    wanted = [one for one in some if not always(one)]
    known = [known_of(number, some, wanted) for number in range(256)]
    for one in some:
        found.values[one.name] = always(one) or e.code.fresh(one.name)
    names = [found.values[one.name] for one in wanted]
    if found.certain is not None and not found.unsure:
        judged = judged_by(found.certain, wanted, known)
        if True in judged:
            found.unsure = e.code.fresh("unsure")
            names.append(found.unsure)
            known = [
                values and (*values, not sure) for values, sure in zip(known, judged, strict=True)
            ]
    table, name = e.constant(tuple(known), "known"), e.code.fresh("known")
    if not names:
        found.conditions.append(f"{table}[{taken}] is not None")
        return
    found.conditions.append(f"({name} := {table}[{taken}]) is not None")
    found.lines.append(f"{', '.join(names)}{',' if len(names) == 1 else ''} = {name}")


def judged_by(certain: Certain, some: list[Packed], known: Known) -> list[bool]:
    """Return what is *certain* of each, asking once for what is there more than once."""
    asked: dict[tuple[int, ...], bool] = {}
    keys = [tuple(map(id, values or ())) for values in known]
    for key, values in zip(keys, known, strict=True):
        if key not in asked:
            asked[key] = values is not None and certain(some, values)
    return [asked[key] for key in keys]


def known_of(number: int, some: list[Packed], wanted: list[Packed]) -> tuple[object, ...] | None:
    """Return the values that a byte stands for, or None for one that may not be."""
    try:
        for one in some:
            one.of(number)
        return tuple(one.of(number) for one in wanted)
    except Exception:  # the node raises it
        return None


# One by one.


def one_by_one(e: Emitter, found: Apart, taken: str, some: list[Packed], width: int) -> None:
    """Take a number apart, which the first condition names if there is any."""
    number = e.code.fresh("bits")
    said = f"({number} := {taken})"
    for one in some:
        name = found.values[one.name] = e.code.fresh(one.name)
        if constant := always(one):
            found.values[one.name] = constant
            found.conditions.append(f"{part(one, said, width)} == {constant}")
        elif one.kind not in (int, bool):
            table = e.constant(members(one.kind, one.mask), one.name)
            found.conditions.append(
                f"({name} := {table}.get({part(one, said, width)})) is not None"
            )
        else:
            continue
        said = number
    if said != number:
        found.lines.append(f"{number} = {taken}")
    for one in some:
        if one.kind is bool:
            highest, bit = one.shift + 1 == width, 1 << one.shift
            is_set = f"{number} > {bit - 1}" if highest else f"{number} & {bit} != 0"
            found.lines.append(f"{found.values[one.name]} = {is_set}")
        elif one.kind is int:
            found.lines.append(f"{found.values[one.name]} = {part(one, number, width)}")


def always(one: Packed) -> str:
    """Return the only number that a field may be, if there is only one."""
    return repr(one.kind.number) if isinstance(one.kind, Always) else ""


def part(one: Packed, number: str, width: int) -> str:
    """Return how the bits of a field are said, in a number of *width* bits."""
    said = f"{number} >> {one.shift}" if one.shift else number
    return said if one.shift + one.width == width else f"{said} & {one.mask}"


def members(kind: Kind, mask: int) -> dict[int, enum.Enum]:
    """Return the members of an enum by their numbers, as far as they are few."""
    found: dict[int, enum.Enum] = {}
    for number in range(min(mask, MOST_MEMBERS) + 1):
        with contextlib.suppress(Exception):  # the node raises it
            found[number] = kind(number)
    return found
