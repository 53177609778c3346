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
__all__ += ["node_of"]

OURS = (Sized, Many, TryMap)
#: How the code says what a node converts.
CONVERTED = ".parser"
#: So few alike are not worth it.
FEW = 4


@attrs.frozen(eq=False)
class ManyBy(Parser[Any]):
    """As many items as an expression of the code says; *node* is how it says the branch."""

    count: str
    item: Parser[Any]
    node: str


@attrs.frozen(eq=False)
class SizedBy(Parser[Any]):
    """A frame of a size that an expression of the code says; *node* is how it says the branch."""

    size: str
    parser: Parser[Any]
    node: str


@attrs.frozen
class Range:
    """The tags of a family: all numbers from *low* to *high*."""

    low: int
    high: int


Branches: TypeAlias = "list[tuple[Any, Parser[Any]]]"


def node_of(one: Parser[Any]) -> str:
    """Return how the code says the node by its tag, if *one* stands for those of a family."""
    if isinstance(one, (ManyBy, SizedBy)):
        return one.node
    whole: Any = one
    return node_of(whole.parser).removesuffix(CONVERTED) if type(one) is TryMap else ""


def by_range(tag: str, branches: Branches, node: str) -> Branches:
    """Return *branches*, each family as one; *node* is how the code says that of the tag."""
    groups: dict[Hashable, list[tuple[int, Parser[Any], int]]] = {}
    for key, branch in branches:
        if type(key) is int and (kind := family(branch)) is not None:
            groups.setdefault((kind[0], kind[1] - key), []).append((key, branch, kind[1]))
    found = [group for group in groups.values() if in_a_row([key for key, _, _ in group])]
    taken = {key for group in found for key, _, _ in group}
    others = [(key, branch) for key, branch in branches if type(key) is not int or key not in taken]
    return [*others, *(as_one(tag, group, node) for group in found)]


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
    tag: str, group: list[tuple[int, Parser[Any], int]], node: str
) -> tuple[Range, Parser[Any]]:
    keys = [key for key, _, _ in group]
    key, branch, number = group[0]
    expression = f"{tag} - {key - number}" if key > number else tag
    return Range(min(keys), max(keys)), generalised(branch, expression, node)


def generalised(one: Parser[Any], expression: str, node: str) -> Parser[Any]:
    """Return *one* of a `family` with *expression* for the number in which they differ."""
    whole: Any = one
    if isinstance(one, Sized):
        return SizedBy(expression, whole.parser, node)
    if isinstance(one, Many):
        return ManyBy(expression, whole.item, node)
    return attrs.evolve(whole, parser=generalised(whole.parser, expression, node + CONVERTED))


def constants_of(branches: Branches) -> dict[Any, Any]:
    """Return the values of the branches that only give one, by their tags."""
    found: dict[Any, Any] = {}
    for key, branch in branches:
        whole: Any = branch
        if type(branch) is Success:
            found[key] = whole.given
    return found
