"""Building what has a tag: by the class of the value, by its key, or by its type."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeAlias

import attrs

from ..combinators._dispatch import Dispatch, class_of
from ..combinators._transform import TryMap
from ..core._nodes import nodes
from ..core._parser import Parser
from ._build_choices import MOST, Candidate, switch
from ._build_pieces import Constant
from ._build_taken import ANYTHING, HARMLESS, Taken, in_vain, pieces, taken
from ._building import Builder, Node, builds, constant, unknown
from ._families import Range, by_range, constants_of

__all__: list[str] = []

#: How many branches are written side by side.
ABREAST = 8


@builds(Dispatch, plain=False)
def dispatch(b: Builder, node: Dispatch[Any], value: str) -> None:
    if node.key is not None:
        by_key(b, node, value)
    elif len(node.branches) > MOST:
        unknown(b, node, value)
    else:
        switch(b, by_class(node), value)


def by_class(node: Dispatch[Any]) -> list[Candidate]:
    """Return the branches, those of which the class is known first: no other builds its objects."""
    known: list[Candidate] = []
    others: list[Candidate] = []
    for tag, branch in node.branches:
        cls = class_of(branch)
        before = tag_of(node.tag, tag)
        if cls is not None:
            known.append(Candidate(branch, of_class(cls), before, 0))
        else:
            vain = pieces(node.tag, tag) + in_vain(branch)
            others.append(Candidate(branch, taken(branch), before, vain))
    if node.default is not None:
        before = nothing_of(node.tag)
        cls = class_of(node.default)
        one = of_class(cls) if cls is not None else taken(node.default)
        (others if cls is None else known).append(Candidate(node.default, one, before, 0))
    if not all(type(one) in HARMLESS for one in nodes(node.tag)):
        # Nobody knows what a tag that is not built raises.
        others = [attrs.evolve(one, taken=None) for one in others]
    return [*known, *others]


def of_class(cls: type) -> Taken:
    return Taken({cls: ANYTHING}, frozenset({cls}), alone=True)


def tag_of(parser: Node, tag: object) -> Callable[[Builder], None]:
    """Return what writes a tag that is known."""

    def write(b: Builder) -> None:
        data = constant(parser, tag)
        if data is None:
            b.build(parser, b.code.named(tag, "tag"))  # written out, much of it would be no Python
        else:
            b.put(Constant(data))

    return write


def nothing_of(parser: Node) -> Callable[[Builder], None]:
    return lambda b: b.nothing(parser)


def by_key(b: Builder, node: Dispatch[Any], value: str) -> None:
    """Choose by what the key function gives, which is built as the tag."""
    tag = b.local(f"{b.constant(node.key, 'key')}({value})", "tag")
    kinds = {type(one) for one, _ in node.branches}
    if len(kinds) == 1 and kinds <= {int, bytes, str}:
        b.exact(tag, *kinds)
        some = by_number(node, tag)
    else:

        def written(b: Builder) -> None:
            b.build(node.tag, tag)

        some = [(written, [one], branch) for one, branch in node.branches]
    if len(some) > MOST:
        unknown(b, node, value)
        return
    numbers = {one: number for number, (_, tags, _) in enumerate(some) for one in tags}
    branch = b.local(f"{b.constant(numbers, 'branches')}.get({tag})", "branch")
    arms = [
        (f"{branch} == {number}", in_order(b, before, one, value))
        for number, (before, _, one) in enumerate(some)
    ]
    if node.default is None:
        b.refuse(f"{branch} is None")
        halved(b, branch, arms)
    else:
        other = in_order(b, lambda b: b.build(node.tag, tag), node.default, value)
        b.branches([(f"{branch} is None", other), ("", lambda: halved(b, branch, arms))])


Tagged: TypeAlias = "tuple[Callable[[Builder], None], list[Any], Node]"


def by_number(node: Dispatch[Any], tag: str) -> list[Tagged]:
    """Return the branches with what writes their tag, and their tags; those alike as one."""
    given = constants_of([*node.branches])
    others = [(one, branch) for one, branch in node.branches if one not in given]
    found: list[Tagged] = []
    if given:
        found.append((lambda b: b.build(node.tag, tag), [*given], GivenBy(tag, given)))
    for one, branch in by_range(tag, others, ""):
        tags = [*range(one.low, one.high + 1)] if isinstance(one, Range) else [one]
        family = [each for key in tags for known, each in others if known == key]
        if isinstance(one, Range) and all(inverse_alike(family[0], each) for each in family):
            found.append((lambda b: b.build(node.tag, tag), tags, branch))
        else:
            some = zip(tags, family, strict=True)
            found += [(tag_of(node.tag, key), [key], each) for key, each in some]
    return found


def inverse_alike(one: Node, other: Node) -> bool:
    """Tell whether two of a family undo their functions alike."""
    while isinstance(one, TryMap) and isinstance(other, TryMap):
        if not same_function(one.inverse, other.inverse):
            return False
        one, other = one.parser, other.parser
    return True


def same_function(one: object, other: object) -> bool:
    """Tell whether two functions are one, or were made alike and refer to nothing."""
    if not isinstance(one, FunctionType) or not isinstance(other, FunctionType):
        return one is other
    parts = ("__code__", "__defaults__", "__kwdefaults__", "__closure__")
    alike = all(getattr(one, part) == getattr(other, part) for part in parts)
    return one is other or (alike and one.__globals__ is other.__globals__)


@attrs.frozen(eq=False)
class GivenBy(Parser[Any]):
    """Nothing, for the value that belongs to a tag."""

    tag: str
    given: dict[Any, object]


@builds(GivenBy, plain=False)
def given_by(b: Builder, node: GivenBy, value: str) -> None:
    given = b.local(f"{b.constant(node.given, 'given')}[{node.tag}]", "given")
    b.refuse(f"not ({value} is {given} or {value} == {given})")


def in_order(
    b: Builder, before: Callable[[Builder], None], node: Node, value: str
) -> Callable[[], None]:
    def write() -> None:
        before(b)
        b.build(node, value)

    return write


def halved(
    b: Builder, branch: str, arms: list[tuple[str, Callable[[], None]]], first: int = 0
) -> None:
    """Write the arms, whose numbers begin with *first*; many of them in halves."""
    if len(arms) > ABREAST:
        half = len(arms) // 2
        low, high = arms[:half], arms[half:]
        b.branches(
            [
                (f"{branch} < {first + half}", lambda: halved(b, branch, low, first)),
                ("", lambda: halved(b, branch, high, first + half)),
            ]
        )
    else:
        last = arms[-1][1]
        b.branches([*arms[:-1], ("", last)])
