"""Regular runs: tokens that one regular expression takes at once.

Possessive quantifiers (of Python 3.11) never give back what they took, so a run
of bytes of one kind ends where it ends without staging.  A match says all; where
there is none, which is irregular, the nodes run one by one and say why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import attrs

from ..combinators._bytes import Literal
from ..combinators._classes import OneOf, TakeWhile
from ..combinators._lines import NO_CRLF, Line
from ..combinators._notes import Label
from ..combinators._repetition import Skip
from ..combinators._sequence import Before, Seq, Then
from ..combinators._transform import Map
from ..core._facts import ANY
from ..core._run import UNBOUNDED

if TYPE_CHECKING:
    from ._writing import Node

__all__ = ["Regular", "char_set", "open_end", "regular", "without_groups"]

#: Writes a value of those of the groups, each of which is the name of a variable.
Template = Callable[[list[str]], str]

#: Replaces what begins a group, and sees what only looks so.
GROUP = re.compile(rb"(\\.)|\((?!\?)", re.DOTALL).sub


@attrs.frozen
class Regular:
    """A pattern, how many groups it has, and what is made of them.

    Attributes:
        pattern: The pattern, with a group for each run of bytes that is wanted.
        groups: How many.
        calls: The functions that are called, in the order of their groups, and how many bytes
            behind its group what is called ends; if None, where the next group does.
        tokens: How many tokens it takes at once.
        size: How many bytes it takes, or None if that depends on them.
        after: How many of them are behind the last group, in the same way.
        ends: The bytes that could prolong it, where it ends with a run.
        value: What the value is; None where nothing is wanted.
        alone: The bytes of a single run, which this is.
        begins: What it begins with, if that is always so.
        loose: A pattern that takes the same of what is known to match, and looks less closely.
    """

    pattern: bytes
    groups: int
    tokens: int
    size: int | None
    ends: frozenset[int]
    value: Template
    calls: tuple[tuple[Any, int | None], ...] = ()
    after: int | None = 0
    alone: frozenset[int] | None = None
    begins: bytes = b""
    loose: bytes = attrs.field(default=attrs.Factory(lambda self: self.pattern, takes_self=True))

    def before(self, behind: Regular | None) -> bytes:
        """Return the loose pattern, where *behind* comes next: a run goes on up to that."""
        if self.alone is None or behind is None or not behind.begins:
            return self.loose
        if behind.begins[0] in self.alone:
            return self.loose
        run = rb"[^\x%02x]*+" % behind.begins[0]
        return b"(%b)" % run if self.groups else run


def nothing(_: list[str]) -> str:
    return "None"


def char_set(allowed: frozenset[int]) -> bytes:
    """Write a set of bytes as a regular expression does.

    What is not one byte is found fastest; but what is not in a set takes twice as long as
    what is in one, so that the other sets say what is in them.
    """
    if len(allowed) == len(ANY) - 1:
        return rb"[^\x%02x]" % min(ANY - allowed)
    if len(allowed) <= len(ANY) // 2:
        return b"[%b]" % b"".join(rb"\x%02x" % byte for byte in sorted(allowed))
    return b"[%b]" % b"".join(rb"\x%02x-\x%02x" % ends for ends in ranges(allowed))


def ranges(some: frozenset[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of those numbers that follow each other, in order."""
    firsts = sorted(one for one in some if one - 1 not in some)
    lasts = sorted(one for one in some if one + 1 not in some)
    return zip(firsts, lasts, strict=True)


def regular(node: Node, *, wanted: bool = True) -> Regular | None:
    """Return the pattern of *node*, if one says all of it."""
    rule = PATTERNS.get(type(node))
    return rule(node, wanted) if rule else None


def of_literal(node: Literal, _: bool) -> Regular:
    said = repr(node.data)

    def value(_: list[str]) -> str:
        return said

    pattern, size = re.escape(node.data), len(node.data)
    return Regular(pattern, 0, 1, size, frozenset(), value, begins=node.data)


def of_one(node: OneOf, wanted: bool) -> Regular:
    return grouped(char_set(node.set), 1, frozenset(), wanted, size=1)


def of_line(node: Line, wanted: bool) -> Regular | None:
    if node.max != UNBOUNDED:
        return None
    line = grouped(b"%b*+" % char_set(NO_CRLF), 1, frozenset(), wanted)
    pattern = line.pattern + rb"\r\n"
    return attrs.evolve(line, pattern=pattern, loose=pattern, after=2)


def of_then(node: Then[Any], wanted: bool) -> Regular | None:
    first, second = regular(node.dropped, wanted=False), regular(node.kept, wanted=wanted)
    return together([first, second], 1)


def of_before(node: Before[Any], wanted: bool) -> Regular | None:
    first, second = regular(node.kept, wanted=wanted), regular(node.dropped, wanted=False)
    return together([first, second], 0)


def skipped(node: Skip) -> Regular | None:
    """Return the pattern of what is skipped: a literal says its value even where nobody asks."""
    inner = regular(node.parser, wanted=False)
    return inner and attrs.evolve(inner, value=nothing)


def grouped(
    pattern: bytes, tokens: int, ends: frozenset[int], wanted: bool, size: int | None = None
) -> Regular:
    if wanted:
        return Regular(b"(%b)" % pattern, 1, tokens, size, ends, lambda names: names[0])
    return Regular(pattern, 0, tokens, size, ends, nothing)


def run_of(node: TakeWhile, wanted: bool) -> Regular | None:
    if not node.max:  # it ends where the run before it may go on
        return None
    most = b"" if node.max == UNBOUNDED else b"%d" % node.max
    pattern = b"%b{%d,%b}+" % (char_set(node.set), node.min, most)
    ends = node.set if node.min < node.max else frozenset[int]()
    return attrs.evolve(grouped(pattern, 1, ends, wanted), alone=node.set)


def together(parts: list[Regular | None], kept: int | None) -> Regular | None:
    """Return one pattern for *parts* in order; the value is that of one, or all in a tuple."""
    known = [part for part in parts if part is not None]
    if len(known) < len(parts) or not known:
        return None
    counts = [part.groups for part in known]
    starts = [sum(counts[:index]) for index in range(len(known))]

    def one(index: int, names: list[str]) -> str:
        return known[index].value(names[starts[index] : starts[index] + counts[index]])

    def all_of(names: list[str]) -> str:
        values = [one(index, names) for index in range(len(known))]
        return f"({', '.join(values)}{',' if len(values) == 1 else ''})"

    return Regular(
        b"".join(part.pattern for part in known),
        sum(counts),
        sum(part.tokens for part in known),
        size_of(known),
        known[-1].ends,
        all_of if kept is None else lambda names: one(kept, names),
        sum((part.calls for part in known), ()),
        after=size_after(known),
        begins=known[0].begins,
        loose=b"".join(
            one.before(behind) for one, behind in zip(known, [*known[1:], None], strict=True)
        ),
    )


def size_of(parts: list[Regular]) -> int | None:
    sizes = [part.size for part in parts if part.size is not None]
    return sum(sizes) if len(sizes) == len(parts) else None


def size_after(parts: list[Regular]) -> int | None:
    """Return how many bytes of *parts* are behind the last group, if there is one."""
    last = max((index for index, part in enumerate(parts) if part.groups), default=0)
    after, behind = parts[last].after, size_of(parts[last + 1 :])
    return None if after is None or behind is None else after + behind


def mapped(node: Map[Any]) -> Regular | None:
    """Return the pattern of a run of bytes that a function makes another value of.

    The function is called where all of it ends, and that may be known only by a group.
    """
    inner = regular(node.parser)
    if inner is None or inner.groups != 1 or inner.calls:
        return None
    after = inner.after
    if after is None:
        loose, pattern = inner.loose + b"()", inner.pattern + b"()"
        inner = attrs.evolve(inner, pattern=pattern, loose=loose, groups=2)

    def called(names: list[str]) -> str:
        return f"\0{names[0]}\0"

    return attrs.evolve(inner, calls=((node.function, after),), value=called)


def open_end(ends: frozenset[int], *, at_end: bool) -> bytes:
    """Return what must follow a run that could go on: a byte that is no more of it."""
    if not ends:
        return b""
    end = rb"|\Z" if at_end else b""
    return b"(?=%b%b)" % (char_set(ANY - ends) if ends != ANY else rb"(?!)", end)


def without_groups(pattern: bytes) -> bytes:
    """Return what matches the same and remembers nothing."""
    return GROUP(lambda found: found[1] or b"(?:", pattern)


PATTERNS: dict[type[Node], Callable[[Any, bool], Regular | None]] = {
    Literal: of_literal,
    OneOf: of_one,
    TakeWhile: run_of,
    Line: of_line,
    Label: lambda node, wanted: regular(node.parser, wanted=wanted),
    Skip: lambda node, _: skipped(node),
    Then: of_then,
    Before: of_before,
    Seq: lambda node, wanted: together([regular(one, wanted=wanted) for one in node.parts], None),
    Map: lambda node, wanted: mapped(node) if wanted else None,
}
