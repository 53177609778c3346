"""Building alternatives: by the type of the value, as far as that tells them apart.

The nodes build with the first branch that can.  Here a branch is passed by where
its refusal is certain: by the exact type of the value, or by comparing it with
the only one there is.  A branch that is begun and then refuses leaves all of it
to the nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import NoneType
from typing import Any

import attrs

from ..combinators._choice import Choice, Optional
from ..core._likeness import alike
from ._build_taken import ANYTHING, KNOWN, Taken, in_vain, taken
from ._building import Builder, Node, builds, unknown
from ._code import is_not, is_one

__all__ = ["MOST", "Candidate", "switch"]

#: How many branches there may be.
MOST = 64


@attrs.frozen
class Candidate:
    """A branch, what it takes, and what stands before it."""

    node: Node
    taken: Taken | None
    before: Callable[[Builder], None]
    vain: int


@attrs.frozen
class Arm:
    """A candidate for some values: of a type, or only the one *given*."""

    one: Candidate
    kind: type | None
    given: object
    vain: int


def nothing_before(_: Builder) -> None:
    pass


@builds(Choice)
def choice(b: Builder, node: Choice[Any], value: str) -> None:
    branches = node.branches
    if len(branches) > MOST:
        unknown(b, node, value)
        return
    switch(b, [Candidate(one, taken(one), nothing_before, in_vain(one)) for one in branches], value)


def switch(b: Builder, candidates: list[Candidate], value: str) -> None:
    """Write the candidates, each for the types that it is the first to take."""
    arms = arms_of(candidates)
    known = b.known.get(value)
    if known is not None:
        arms = [arm for arm in arms if arm.kind in (known, None)]
    if not arms:
        b.give_up()
        return
    several = len({arm.kind for arm in arms if not is_single(arm)}) > 1
    kind = b.local(f"type({value})", "kind") if several and known is None else f"type({value})"
    written: list[tuple[str, Callable[[], None]]] = []
    for arm in arms:
        written.append((test(b, arm, value, "" if known else kind), body(b, arm, value)))
        if not written[-1][0]:  # it takes all that is left
            break
    else:
        written.append(("", b.give_up))
    b.branches(written)


def arms_of(candidates: list[Candidate]) -> list[Arm]:
    """Return who builds what, in order."""
    known: dict[type, None] = {}
    for one in candidates:
        if one.taken is None:
            break
        known.update(dict.fromkeys(one.taken.sure))
    arms = [arm for kind in known for arm in arms_of_type(candidates, kind)]
    return [*arms, *arms_of_others(candidates)]


def arms_of_type(candidates: list[Candidate], kind: type) -> Iterable[Arm]:
    """Yield who builds values of a type: those that take but one, and one that takes all."""
    vain = 0
    for one in candidates:
        if one.taken is None:
            yield Arm(one, kind, ANYTHING, vain)
            return
        if kind in one.taken.maybe:
            if kind not in one.taken.sure:
                return
            yield Arm(one, kind, one.taken.sure[kind], vain)
            if one.taken.sure[kind] is ANYTHING:
                return
        vain += one.vain


def arms_of_others(candidates: list[Candidate]) -> Iterable[Arm]:
    """Yield who builds whatever it is, if all before it refuse all but a few types."""
    vain = 0
    for one in candidates:
        if one.taken is None:
            yield Arm(one, None, ANYTHING, vain)
            return
        if not one.taken.alone:
            return
        vain += one.vain


def is_single(arm: Arm) -> bool:
    return arm.given is None or arm.given is True or arm.given is False


def test(b: Builder, arm: Arm, value: str, kind: str) -> str:
    """Return the condition for an arm; *kind* is its type, if that is not known."""
    if is_single(arm):
        return "" if not kind and arm.given is None else is_one(value, arm.given)
    conditions: list[str] = []
    if kind and arm.kind is not None:
        known = arm.kind.__module__ == "builtins"
        name = arm.kind.__name__ if known else b.constant(arm.kind, arm.kind.__name__)
        conditions.append(f"{kind} is {name}")
    if arm.given is not ANYTHING:
        conditions.append(f"{value} == {b.constant(arm.given, 'given')}")
    return " and ".join(conditions)


def body(b: Builder, arm: Arm, value: str) -> Callable[[], None]:
    """Return what writes an arm."""

    def write() -> None:
        if arm.kind is not None:
            b.known[value] = arm.kind
        if arm.given is not ANYTHING:
            b.compared.add(value)
        if arm.vain:
            b.line(f"{b.need('vain', '[0]')}[0] += {arm.vain}")
        arm.one.before(b)
        b.build(arm.one.node, value)

    return write


@builds(Optional)
def optional(b: Builder, node: Optional[Any], value: str) -> None:
    there = other_than(b, node, value)
    if b.sink.out:
        b.flush()
        with b.block(f"if {there}:"):
            b.build(node.parser, value)
            b.flush()
    else:
        b.branches([(there, lambda: b.build(node.parser, value)), ("", lambda: None)])


def other_than(b: Builder, node: Optional[Any], value: str) -> str:
    """Return the condition that a value is not the default."""
    default, inner = node.default, taken(node.parser)
    if default is None and inner is not None and all(map(compares_plainly, inner.sure)):
        return is_not(value, None)
    given = b.constant(default, "default")
    if type(default) in (NoneType, bool, int, bytes, str):
        return f"not {value} == {given}"
    return f"not {b.constant(alike, 'alike')}({value}, {given})"


def compares_plainly(kind: type) -> bool:
    """Tell whether no object of this class is equal to None."""
    return kind in KNOWN or "generated by attrs" in (kind.__eq__.__doc__ or "")
