"""What decides against a parser before it runs: tokens of a fixed size that it begins with.

A branch of a choice whose first byte is there may fail all the same, at a later one.  Where
enough bytes are there that is asked before, and the next branch is gone to as if the first byte
had not been there: nothing is raised, and no node runs.

What the node would have left behind is the same then:

*   Where nobody is told of a failure by this code, as in a lane and in what takes a whole
    input, only what was read again is counted, rather too much of it than too little.
*   Else it is left to the node if anything was taken before.  What fails at its beginning is
    a parser that was *skipped*: it is tried again where something fails at the same place.
    That a value will not do counts as a failure at its end.  So whatever is tried instead must
    go on at least to there, and at once, before it can fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast

import attrs

from ..combinators._bytes import Exactly, Literal
from ..combinators._choice import Choice, Optional
from ..combinators._classes import OneOf
from ..combinators._example import Example
from ..combinators._notes import Label, Recognize, Span
from ..combinators._numbers import Number, StructUnpack
from ..combinators._packets import Packet
from ..combinators._records import Record
from ..combinators._repetition import Skip
from ..combinators._sequence import Before, Seq, Then
from ..combinators._text import Text
from ..combinators._transform import Map, TryMap, Verify
from ..combinators._values import Value
from ._answers import kinds_of, verdict
from ._saying import spelled
from ._tokens import member
from ._writing import Node

if TYPE_CHECKING:
    from ._emitter import Emitter

__all__ = ["ENDLESS", "Check", "Decision", "begun_by", "checks", "counted", "decision"]
__all__ += ["first_size", "overlap", "rooms_in", "taken_again"]

#: As much room as anybody asks for.
ENDLESS = 1 << 62


@attrs.frozen
class Check:
    """What must be so of some bytes.

    Attributes:
        node: The token that takes them, or what judges its value.
        at: Where they begin, from the beginning of the whole.
        size: How many they are.
    """

    node: Node
    at: int
    size: int

    @property
    def end(self) -> int:
        return self.at + self.size

    @property
    def reach(self) -> int:
        """How far it got where that is not so, as errors are compared."""
        return self.end if type(self.node) is Verify else self.at


@attrs.frozen
class Decision:
    """What decides against a parser.

    Attributes:
        condition: What must hold if *size* bytes are there.
        size: How many are looked at.
        again: How many have been taken, at most, where it does not hold.
        asked: How many things that can be wrong it is about.
    """

    condition: str
    size: int
    again: int
    asked: int

    def unless_short(self, *, at_end: bool) -> str:
        """Return the condition that it is not decided: where bytes are missing, only *at_end*."""
        end = f"pos + {self.size}"
        if at_end:
            return f"{end} <= stop and {self.condition}"
        return f"({end} > stop or {self.condition})"


# What a parser begins with.


def checks(node: Node) -> list[Check]:
    """Return what must be so of the bytes that *node* begins with, in order."""
    found: list[Check] = []
    walk(node, 0, found)
    return found


def walk(node: Node, at: int, found: list[Check]) -> int | None:
    """Find what must be so of *node*, which begins *at*; return where it ends, if that is known."""
    whole: Any = node
    if size := token_size(node):
        if type(node) in (Literal, OneOf):
            found.append(Check(whole, at, size))
        return at + size
    if type(node) in JUDGES and type(whole.parser) in (Number, Exactly, OneOf):
        end = walk(whole.parser, at, found) or at
        found.append(Check(whole, at, end - at))
        return end
    if type(node) in ALIKE:
        return walk(whole.parser, at, found)
    return walk_all(whole, at, found)


def walk_all(node: Node, at: int, found: list[Check]) -> int | None:
    """Find what must be so of parsers in a row."""
    end: int | None = at
    for one in in_a_row(node):
        end = None if one is None or end is None else walk(one, end, found)
        if end is None:
            return None
    return end if type(node) in ROWS else None


def in_a_row(node: Node) -> list[Node | None]:
    """Return the parsers in *node* that run one after the other, as far as nothing is between."""
    whole: Any = node
    if type(node) is Seq:
        return [*whole.parts]
    if type(node) is Then:
        return [whole.dropped, whole.kept]
    if type(node) is Before:
        return [whole.kept, whole.dropped]
    if type(node) in (Record, Packet):
        return [whole._plan[0][1]]
    return [whole.parser] if type(node) in (Map, TryMap, Verify, Text) else []


#: Parsers that take what the one in them takes, and ask nobody.
ALIKE = frozenset({Label, Value, Skip, Example, Span, Recognize})
ROWS = frozenset({Seq, Then, Before})
JUDGES = frozenset({Verify})


def token_size(node: Node) -> int:
    """Return how many bytes *node* takes, if it is a token of which that is known, or 0."""
    size = SIZES.get(type(node))
    return size(node) if size else 0


#: How each class of tokens says its size; a subclass may be anything.
SIZES: dict[type[Node], Callable[[Any], int]] = {
    Literal: lambda node: len(node.data),
    Exactly: lambda node: node.n,
    OneOf: lambda _: 1,
    **dict.fromkeys((Number, StructUnpack), lambda node: node._size),
}


def first_size(node: Node) -> int:
    """Return how many bytes *node* takes before it can fail for any but that they are missing."""
    if size := token_size(node):
        return size
    whole: Any = node
    first: Node | None = whole.parser if type(node) in ALIKE else next(iter(in_a_row(node)), None)
    return first_size(first) if first is not None else 0


def overlap(first: frozenset[int] | None, others: list[frozenset[int] | None]) -> bool:
    """Tell whether what begins with one of the *first* bytes may begin otherwise as well."""
    return first is not None and any(one is None or first & one for one in others)


# How it is asked.


def decision(e: Emitter, node: Node, room: int = 0) -> Decision | None:
    """Return what decides against *node*, if more does than its first byte.

    Where it is told what has failed, whatever comes instead takes *room* bytes at once.
    """
    asked, conditions = list[Check](), list[str]()
    for one, condition in said(e, node):
        if e.form.resumes and (one.at or one.reach > max(room, 1) or unsure(e, one)):
            break
        asked.append(one)
        conditions.append(condition)
    if not any(one.end > 1 or one.reach > one.at for one in asked):
        return None
    last = asked[-1]
    e.decided.add(id(node))
    return Decision(" and ".join(conditions), last.end, last.at, len(asked))


def rooms_in(e: Emitter, node: Choice[Any]) -> list[int]:
    """Return how far each branch goes on at once; the last one may fail anywhere behind that."""
    last = node.branches[-1]
    size = first_size(last)
    if e.form.emits and node is e.outermost and size == last.facts.greatest:
        size = ENDLESS
    return [*(branch.facts.least for branch in node.branches[:-1]), size]


def unsure(e: Emitter, one: Check) -> bool:
    """Tell whether more may be held while *one* is judged than this code knows of."""
    return one.reach > one.at and (bool(e.marks) or e.recursion is not None)


def said(e: Emitter, node: Node) -> Iterator[tuple[Check, str]]:
    """Yield what must be so with the condition for it, as far as that is an expression."""
    for one in checks(node):
        condition = condition_of(e, one)
        if not condition:
            return
        if condition != "True":
            yield one, condition


def condition_of(e: Emitter, one: Check) -> str:
    """Return the condition that the bytes of *one*, all of which are there, are as they must be."""
    node, here = one.node, e.at(one.at)
    if isinstance(node, OneOf):
        return member(e, f"data[{here}]", node.set)
    if not isinstance(node, Literal):
        return judged(e, cast("Verify[Any]", node), one)
    if one.size > 1:
        return f"data.startswith({e.constant(node.data, 'literal')}, {here})"
    return f"data[{here}] == {node.data[0]}"


def judged(e: Emitter, node: Verify[Any], one: Check) -> str:
    """Return the condition that a value will do, unless its function is to be called for that."""
    value = e.code.fresh("number" if isinstance(node.parser, Number) else "it")
    asked = verdict(e, node.predicate, spelled(value, kinds_of(node.parser)), value)
    if asked.said is None:
        return ""
    taken = f"({value} := {taken_at_once(e, node.parser, one)}) is not None"
    unless = "marks or " if e.form.resumes else ""
    return f"({unless}{taken} and ({asked.said}))"


def taken_at_once(e: Emitter, node: Node, one: Check) -> str:
    """Return how the code says the value of a token."""
    here = e.at(one.at)
    if not isinstance(node, Number):
        return f"data[{here}:{e.at(one.end)}]"
    if node.format[-1] == "B":
        return f"data[{here}]"
    return f"{e.constant(node._unpack, 'unpack_' + node.name)}(data, {here})[0]"


def begun_by(e: Emitter, byte: str, first: frozenset[int], decided: Decision | None) -> str:
    """Return the condition that what begins with a *byte* is not decided against."""
    test = member(e, byte, first)
    if decided is None:
        return test
    whole = decided.unless_short(at_end=e.at_end == "True")
    return whole if test == "True" else f"{test} and {whole}"


# What was read again.


def counted(node: Node) -> bool:
    """Tell whether a part of *node* may fail with something taken, as is asked before it runs."""
    if type(node) not in (Choice, Optional):
        return False
    return any(check.at for one in node.children() for check in checks(one))


def taken_again(e: Emitter, passed: list[Decision | None]) -> None:
    """Count what was read again where some were *passed*, and leave where that is too much."""
    if again := sum(one.again for one in passed if one):
        e.read_again(str(again))
