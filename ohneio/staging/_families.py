"""Branches that differ in a number only, which the tag tells: written once for all.

MessagePack, say, has sixteen formats of small arrays, of 0 to 15 items.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, TypeAlias

import attrs

from ..combinators._framing import Sized
from ..combinators._repetition import Many
from ..combinators._transform import TryMap
from ..combinators._values import Success
from ..core._parser import Parser

__all__ = ["Branches", "ManyBy", "Range", "SizedBy", "by_range", "constants_of"]

OURS = (Sized, Many, TryMap)
#: So few alike are not worth it.
FEW = 4


@attrs.frozen(eq=False)
class ManyBy(Parser[Any]):
    """As many items as an expression of the code says; *steps* are those of the node."""

    count: str
    item: Parser[Any]
    steps: str


@attrs.frozen(eq=False)
class SizedBy(Parser[Any]):
    """A frame of a size that an expression of the code says."""

    size: str
    parser: Parser[Any]


@attrs.frozen
class Range:
    """The tags of a family: all numbers from *low* to *high*."""

    low: int
    high: int


Branches: TypeAlias = "list[tuple[Any, Parser[Any]]]"


def by_range(tag: str, branches: Branches, steps: str) -> Branches:
    """Return *branches*, each family as one; *steps* are those of the node by its tag."""
    groups: dict[Hashable, list[tuple[int, Parser[Any], int]]] = {}
    for key, branch in branches:
        if type(key) is int and (kind := family(branch)) is not None:
            groups.setdefault((kind[0], kind[1] - key), []).append((key, branch, kind[1]))
    found = [group for group in groups.values() if in_a_row([key for key, _, _ in group])]
    taken = {key for group in found for key, _, _ in group}
    others = [(key, branch) for key, branch in branches if type(key) is not int or key not in taken]
    return [*others, *(as_one(tag, group, steps) for group in found)]


def in_a_row(keys: list[int]) -> bool:
    return len(keys) >= FEW and sorted(keys) == list(range(min(keys), max(keys) + 1))


def family(node: Parser[Any]) -> tuple[Hashable, int] | None:
    """Return what a node has in common with others, and the number in which it differs."""
    if type(node) not in OURS:  # a subclass may be anything
        return None
    whole: Any = node  # type checkers lose the parameter of a class that was looked at
    match node:
        case Sized():
            return ("sized", id(node.parser)), node.size
        case Many() if node.min == node.max:
            return ("many", id(whole.item)), node.max
        case TryMap() if (kind := family(node.parser)) is not None:
            return ("try_map", node.function, kind[0]), kind[1]
        case _:
            return None


def as_one(
    tag: str, group: list[tuple[int, Parser[Any], int]], steps: str
) -> tuple[Range, Parser[Any]]:
    keys = [key for key, _, _ in group]
    key, branch, number = group[0]
    expression = f"{tag} - {key - number}" if key > number else tag
    return Range(min(keys), max(keys)), generalised(branch, expression, steps)


def generalised(node: Parser[Any], expression: str, steps: str) -> Parser[Any]:
    """Return one of a `family` with *expression* for the number in which they differ."""
    whole: Any = node
    if isinstance(node, Sized):
        return SizedBy(expression, whole.parser)
    if isinstance(node, Many):
        return ManyBy(expression, whole.item, steps)
    return attrs.evolve(whole, parser=generalised(whole.parser, expression, steps))


def constants_of(branches: Branches) -> dict[Any, Any]:
    """Return the values of the branches that only give one, by their tags."""
    found: dict[Any, Any] = {}
    for key, branch in branches:
        whole: Any = branch
        if type(branch) is Success:
            found[key] = whole.given
    return found
