"""What a parser builds, by the exact type of the value: as far as that is known.

Of some types it is sure that a parser builds their objects, of others only that
it may; a value of any other type it is certain to refuse.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from types import NoneType
from typing import Any

import attrs

from ..combinators._bits import Bits
from ..combinators._bytes import Exactly, Literal, Until, UntilMax
from ..combinators._checksums import Checksummed
from ..combinators._choice import Choice, Optional
from ..combinators._classes import OneOf, TakeWhile
from ..combinators._digits import Integer
from ..combinators._dispatch import Dispatch
from ..combinators._example import Example
from ..combinators._framing import CountPrefixed, Delimited, LengthPrefixed, Sized
from ..combinators._lines import Line, Rest
from ..combinators._looking import Commit, Eof, NotFollowedBy
from ..combinators._notes import Label, Recognize
from ..combinators._numbers import Number, StructUnpack
from ..combinators._records import Record
from ..combinators._repetition import Many, ManyUntil, SepBy, Skip
from ..combinators._sequence import Before, Seq, Then
from ..combinators._text import Text
from ..combinators._transform import Bind, Map, TryMap, Verify
from ..combinators._values import Fail, Success, Value
from ..combinators._varints import Base128, QuicVarint
from ..core._building import NOTHING
from ..core._nodes import nodes
from ._building import Node, constant, rules

__all__ = ["ANYTHING", "HARMLESS", "KNOWN", "Taken", "in_vain", "pieces", "taken"]

#: Types of which is known what every parser makes of their objects.
KNOWN: frozenset[type] = frozenset({NoneType, bool, int, float, bytes, str, list, tuple, dict})


class Anything(enum.Enum):
    """The type of `ANYTHING`."""

    ANYTHING = "anything"


ANYTHING = Anything.ANYTHING


@attrs.frozen
class Taken:
    """What a parser builds, by the exact type of the value.

    Attributes:
        sure: The types that are built here: `ANYTHING` of one, or only the value given.
        maybe: The types that are not certain to be refused.
        alone: Whether all other types are, those that nobody knows as well.
    """

    sure: dict[type, object]
    maybe: frozenset[type]
    alone: bool = False


NOTHING_TAKEN = Taken({}, frozenset(), alone=True)


def of_type(kind: type, *others: type) -> Taken:
    return Taken({kind: ANYTHING}, frozenset({kind, *others}))


def taken(node: Node) -> Taken | None:  # noqa: C901  # a table
    """Return what *node* builds, as far as that is known."""
    if type(node) not in rules:
        return None
    match node:
        case Exactly() | Until() | UntilMax() | OneOf() | TakeWhile() | Line() | Rest():
            return of_type(bytes)
        case Recognize():
            return of_type(bytes)
        case Literal():
            return Taken({bytes: node.data}, frozenset({bytes}))
        case Number() if node.format[-1] in "fd":
            return of_type(float, int, bool)
        case Number() | Integer() | Base128() | QuicVarint():
            return of_type(int, bool)
        case StructUnpack() | Seq():
            return of_type(tuple)
        case Many() | SepBy() | ManyUntil() | CountPrefixed():
            return of_type(list)
        case Text():
            return of_type(str)
        case Record() | Bits():
            return Taken({node.cls: ANYTHING}, frozenset({node.cls}), alone=True)
        case Skip() | Eof() | Commit() | NotFollowedBy():
            return only(None)
        case Value() | Success():
            return only(node.given)
        case Label() | Example() | Verify() | Sized() | Delimited() | Checksummed():
            return taken(node.parser)
        case LengthPrefixed():
            return taken(node.inner)
        case Then() | Before():
            return taken(node.kept) if is_certain(node.dropped) else None
        case Map() | TryMap() | Bind():
            return NOTHING_TAKEN if node.inverse is None else None
        case Fail():
            return NOTHING_TAKEN
        case Choice():
            return any_of([taken(branch) for branch in node.branches])
        case Optional():
            return any_of([only(node.default), taken(node.parser)])
        case Dispatch():
            return tagged(node)
        case _:
            return None


def only(given: object) -> Taken | None:
    """Return what is taken where it must be equal to *given*."""
    kind = type(given)
    if kind in (int, bool):
        return Taken({kind: given}, frozenset({int, bool, float}))
    if kind is float:
        return Taken({}, frozenset({int, bool, float}))
    if kind in (NoneType, bytes, str):
        return Taken({kind: given}, frozenset({kind}))
    return Taken({}, frozenset({kind})) if kind in KNOWN else None


def any_of(some: Iterable[Taken | None]) -> Taken | None:
    """Return what one of several takes."""
    known = [one for one in some if one is not None]
    if len(known) < len([*some]):
        return None
    sure = {kind: ANYTHING for one in known for kind in one.sure}
    maybe = frozenset[type]().union(*(one.maybe for one in known))
    return Taken({**sure}, maybe, alone=all(one.alone for one in known))


def tagged(node: Dispatch[Any]) -> Taken | None:
    if not all(type(one) in HARMLESS for one in nodes(node.tag)):
        return None
    branches = [branch for _, branch in node.branches]
    return any_of([taken(one) for one in [*branches, *([node.default] if node.default else [])]])


#: Classes whose values are tags, and which never raise anything but a `BuildError`.
HARMLESS = (Number, OneOf, Literal, Exactly, TakeWhile, Integer, Base128, QuicVarint, Label)


def is_certain(dropped: Node) -> bool:
    """Tell whether it is known that *dropped* builds of nothing."""
    return dropped.facts.silent is True and constant(dropped, NOTHING) is not None


def in_vain(node: Node) -> int:
    """Return how many pieces at most *node* puts before it refuses a type."""
    match node:
        case Then():
            return pieces(node.dropped, NOTHING) + in_vain(node.kept)
        case Before():
            return in_vain(node.kept)
        case Label() | Example() | Verify() | Sized() | Delimited() | Checksummed() | Optional():
            return in_vain(node.parser)
        case LengthPrefixed():
            return in_vain(node.inner)
        case Choice():
            return sum(map(in_vain, node.branches))
        case Dispatch():
            some = [branch for _, branch in node.branches]
            some += [] if node.default is None else [node.default]
            return len(some) + sum(map(in_vain, some))
        case _:
            return 0


def pieces(node: Node, value: object) -> int:
    """Return how many pieces at most *node* puts for what is the same each time."""
    count = len([*nodes(node)])
    return 1 if count == 1 else count * (1 + len(constant(node, value) or b""))
