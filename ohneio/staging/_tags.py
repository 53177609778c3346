"""One or another by a tag: found in a table, or by questions that halve what is left."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable
from typing import Any, TypeAlias, cast

import attrs

from ..combinators._classes import OneOf
from ..combinators._dispatch import Dispatch
from ..combinators._looking import Lookahead
from ..combinators._numbers import Number
from ..combinators._transform import Map
from ..combinators._values import Success
from ..core._facts import ANY, Set
from ._answers import kinds_of
from ._emitter import Emitter, rule
from ._families import Branches, Range, by_range, constants_of
from ._inlining import said
from ._names import Given
from ._pausing import pause, pausing
from ._saying import Text
from ._tokens import core_of, is_number, is_plain, member
from ._writing import Node

__all__ = ["tagged"]

#: What a tag may be.
Tags: TypeAlias = frozenset[Any]

#: So few branches that only give a constant are no table.
FEW = 6
#: So many branches are asked one after the other.
SOME = 4


@rule(Dispatch)
def dispatch(e: Emitter, node: Dispatch[Any], wanted: bool) -> str:
    target = e.fresh("value")

    def keep(value: str) -> None:
        e.settle()
        e.line(f"{target} = {value if wanted else None}")

    tagged(e, node, lambda branch: keep(e.value(branch, wanted=wanted)), keep)
    return target


def tagged(
    e: Emitter, node: Dispatch[Any], take: Callable[[Node], None], go_on: Callable[[str], None]
) -> None:
    """Write the tag, and the branches by *take*; constants are given to *go_on*."""
    skipped = [*e.skipped]
    tag, branches, possible = chosen_tag(e, node)
    before = e.off
    e.consumed(node.tag)

    def begun(branch: Node) -> None:
        another()
        e.off = before
        take(branch)

    def none() -> None:
        if node.default is not None:
            begun(node.default)
        elif e.leaving:
            e.refuse()
        else:
            another()
            e.skipped, e.off = [*skipped], 0
            e.late(f"{e.node(node)}._tagged_by()", "")
            e.skipped = []

    def constant(value: str) -> None:
        another()
        e.off = before
        go_on(value)

    branches = by_range(tag, branches, f"{e.node(node)}._table[{tag}]")
    numbered = all(type(key) in (int, Range) for key, _ in branches)
    ordered = numbered and (possible is not None or number_by(e, node.tag))
    with e.ways() as another:
        ladder(e, Turns(tag, begun, none, ordered), branches, constant, possible)
    e.off = 0


def chosen_tag(e: Emitter, node: Dispatch[Any]) -> tuple[str, Branches, Tags | None]:
    """Write the tag; return it, the branches by it, and which it may be, where that is known."""
    keys = [key for key, _ in node.branches]
    if type(node.tag) is OneOf and all(type(key) is bytes for key in keys):
        allowed = node.tag.set if node.default is not None else ANY
        byte = first_byte(e, f"{e.node(node)}._tagged_by()", "[0]", allowed)
        by_byte = [(cast("bytes", key), one) for key, one in node.branches]
        there = [(key[0], one) for key, one in by_byte if len(key) == 1 and key[0] in node.tag.set]
        return byte, there, ANY
    tag: Any = node.tag
    small = all(type(key) is int and 0 <= key < 256 for key in keys)
    if type(tag) is Number and tag.format[-1] == "B" and small:
        byte = first_byte(e, f"{e.node(node)}._tagged_by()", "")
        return byte, [*node.branches], ANY
    # Where it has none, its node looks at it again: not where that counts once more.
    ahead = isinstance(tag, Lookahead) and e.leaving
    compared = small and bool(ahead) and number_by(e, node.tag)
    tag = any_tag(e, node, compared=compared)
    return tag, [*node.branches], None if node.default or compared else frozenset(keys)


def first_byte(e: Emitter, steps: str, of_value: str, allowed: Set = ANY) -> str:
    """Write a tag of one byte, as a number."""
    byte = e.code.fresh("byte")
    among = member(e, f"data[{e.here}]", allowed)
    with pausing(e) as may_pause:
        there = f"{e.here} < stop" + ("" if among == "True" else f" and {among}")
        with e.regular(there, refusing=True):
            e.line(f"{byte} = data[{e.here}]")
        if may_pause:
            pause(e, 1, sure=among == "True")
        if not e.leaving:
            with e.block("else:"):
                e.late(steps, byte, after=e.off + 1)
                if of_value:
                    e.line(f"{byte} = {byte}{of_value}")
    e.settle()
    e.off = 1
    return byte


def any_tag(e: Emitter, node: Dispatch[Any], *, compared: bool) -> str:
    """Write a tag of any kind; without a default it is one that has a branch, or *compared*."""

    def known() -> str:
        tag, known = e.value(node.tag), f"in {e.constant(node._table, 'branches')}"
        if not is_plain(node.tag) and not compared:
            with e.block("try:"):
                e.line(f"{tag} {known}")
            with e.block("except TypeError:"):
                e.leave()
        if node.default is None and not compared:
            e.refuse_unless(f"{tag} {known}")
        return tag

    tag = e.region(node.tag, True, known, steps=f"{e.node(node)}._tagged_by()")
    e.settle()
    return tag


def number_by(e: Emitter, node: Node) -> bool:
    """Tell whether *node* gives a number, perhaps by a function that is written in."""
    core: Any = core_of(node)
    if type(core) is not Map:
        return is_number(core)
    given: list[Given] = [Text(ast.Name("it"), kinds_of(core.parser))]
    found = said(core.function, given, e.names, "it")
    return found is not None and found.value.number


@attrs.frozen
class Turns:
    """What is written for each branch, and where there is none.

    Attributes:
        tag: How the code says the tag.
        take: Writes a branch.
        otherwise: Writes what happens where no branch has the tag.
        ordered: Whether all tags are numbers.
    """

    tag: str
    take: Callable[[Node], None]
    otherwise: Callable[[], None]
    ordered: bool


def ladder(
    e: Emitter,
    turns: Turns,
    branches: Branches,
    constant: Callable[[str], None],
    possible: Tags | None,
) -> None:
    """Write one branch after the other, each behind the question whether it is its turn.

    Those that only give a constant are looked up; where there are many numbers
    each question halves them.
    """
    table = constants_of(branches)
    head = "if"
    if len(table) > FEW:
        branches = [(key, one) for key, one in branches if type(one) is not Success]
        possible = possible - table.keys() if possible is not None else None
        name = e.constant(table, "table")
        with e.block(f"if {turns.tag} in {name}:"):
            constant(f"{name}[{turns.tag}]")
        head = "elif"
    if turns.ordered and len(branches) > SOME:
        with e.block("else:") if head == "elif" else contextlib.nullcontext():
            halves(e, turns, sorted(branches, key=lambda pair: lowest(pair[0])), possible)
        return
    steps(e, turns, branches, possible, head)


def lowest(key: int | Range) -> int:
    return key.low if isinstance(key, Range) else key


def tags_of(key: object) -> frozenset[Any]:
    """Return the tags of a branch."""
    return frozenset(range(key.low, key.high + 1) if isinstance(key, Range) else [key])


def halves(e: Emitter, turns: Turns, branches: Branches, possible: Tags | None) -> None:
    """Ask for the half of the tags that it is one of, then for the half of that."""
    if len(branches) <= 2:
        steps(e, turns, branches, possible, "if")
        return
    middle = half(branches)
    bound = lowest(branches[middle][0])
    below = above = possible
    if possible is not None:
        below = frozenset(tag for tag in possible if tag < bound)
        above = possible - below
    with e.block(f"if {turns.tag} < {bound}:"):
        halves(e, turns, branches[:middle], below)
    with e.block("else:"):
        halves(e, turns, branches[middle:], above)


def half(branches: Branches) -> int:
    """Return where there are about as many tags on both sides."""
    sizes = [len(tags_of(key)) for key, _ in branches]
    return min(range(1, len(sizes)), key=lambda index: abs(sum(sizes[:index]) - sum(sizes[index:])))


def steps(e: Emitter, turns: Turns, branches: Branches, possible: Tags | None, head: str) -> None:
    """Write branch after branch; behind the last what else is *possible*."""
    for key, branch in branches:
        test = is_turn(e, turns.tag, key, possible)
        if possible is not None:
            possible -= tags_of(key)
        if not test and head == "if":
            turns.take(branch)
            return
        with e.block(f"{head} {test}:" if test else "else:"):
            turns.take(branch)
        if not test:
            return
        head = "elif"
    with e.block("else:") if head == "elif" else contextlib.nullcontext():
        turns.otherwise()


def is_turn(e: Emitter, tag: str, key: object, possible: Tags | None) -> str:
    """Return the condition that *key* has the tag, if some *possible* one is not among its."""
    others = None if possible is None else possible - tags_of(key)
    if others is not None and not others:
        return ""
    if not isinstance(key, Range):
        return f"{tag} == {e.constant(key, 'tag')}"
    if others is not None and max(others) < key.low:
        return f"{tag} >= {key.low}"
    if others is not None and min(others) > key.high:
        return f"{tag} <= {key.high}"
    return f"{key.low} <= {tag} <= {key.high}"
