"""Building alternatives: by the type of the value, as far as that tells them apart.

The nodes build with the first branch that can.  Here a branch is passed by where
its refusal is certain: by the exact type of the value, or by comparing it with
the only one there is.  A branch that is begun and then refuses leaves all of it
to the nodes.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from types import FunctionType, NoneType
from typing import Any, TypeAlias

import attrs

from ..combinators._bits import Bits
from ..combinators._bytes import Exactly, Literal, Until, UntilMax
from ..combinators._checksums import Checksummed
from ..combinators._choice import Choice, Optional
from ..combinators._classes import OneOf, TakeWhile
from ..combinators._digits import Integer
from ..combinators._dispatch import Dispatch, class_of
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
from ..core._likeness import alike
from ..core._parser import Parser, nodes
from ._build_pieces import Constant
from ._building import Builder, Node, builds, constant, rules, unknown
from ._families import Range, by_range, constants_of

__all__: list[str] = []

#: Types of which is known what every parser makes of their objects.
KNOWN: frozenset[type] = frozenset({NoneType, bool, int, float, bytes, str, list, tuple, dict})
#: How many branches are written side by side, and how many there may be at all.
ABREAST = 8
MOST = 64


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


# One of several.


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
    written = [(test(b, arm, value, "" if known else kind), body(b, arm, value)) for arm in arms]
    if written[-1][0]:
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
        return "" if not kind and arm.given is None else f"{value} is {arm.given}"
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
        return f"{value} is not None"
    given = b.constant(default, "default")
    if type(default) in (NoneType, bool, int, bytes, str):
        return f"not {value} == {given}"
    return f"not {b.constant(alike, 'alike')}({value}, {given})"


def compares_plainly(kind: type) -> bool:
    """Tell whether no object of this class is equal to None."""
    return kind in KNOWN or "generated by attrs" in (kind.__eq__.__doc__ or "")


# By a tag.


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
            b.build(parser, b.constant(tag, "tag"))
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
