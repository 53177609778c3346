"""How a parser begins to wait: for how many bytes first, and in which fields."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import attrs

from ..combinators._bits import Bits
from ..combinators._bytes import Exactly, Literal
from ..combinators._choice import Choice
from ..combinators._classes import OneOf, TakeWhile
from ..combinators._digits import Integer
from ..combinators._dispatch import Dispatch
from ..combinators._example import Example
from ..combinators._framing import CountPrefixed, LengthPrefixed
from ..combinators._lines import Line
from ..combinators._notes import Label, Recognize, Span
from ..combinators._numbers import Number, StructUnpack
from ..combinators._packets import Group, Packet
from ..combinators._records import Record
from ..combinators._repetition import Skip
from ..combinators._sequence import Before, Seq, Then
from ..combinators._text import Text
from ..combinators._transform import Map, TryMap, Verify
from ..combinators._values import Value
from ..combinators._varints import Base128, QuicVarint
from ..core._parser import Parser
from ..core._pauses import FEW_DIGITS, pauses_at
from ._pausing import may_pause, paused, when_paused

if TYPE_CHECKING:
    from ._emitter import Emitter

__all__ = ["begun", "byte_or_pause", "opening"]


@attrs.frozen
class Opening:
    """What is waited for first.

    Attributes:
        size: How many bytes.
        least: How many there must be room for.
        names: The fields and labels around them.
    """

    size: int
    least: int
    names: tuple[str, ...] = ()

    def inside(self, name: str) -> Opening:
        """Return the same, in a field or label."""
        return attrs.evolve(self, names=(name, *self.names))


def opening(node: Parser[Any]) -> Opening | None:
    """Return what *node* waits for where no byte is there, if that is always so."""
    if node.facts.nullable is not False:
        return None
    first = OPENINGS.get(type(node))
    return first(node) if first else None


def of_one(node: Parser[Any]) -> Opening:
    return Opening(1, node.facts.least)


def of_all(node: Parser[Any]) -> Opening:
    return Opening(node.facts.least, node.facts.least)


def as_first(name: str) -> Callable[[Any], Opening | None]:
    """Return what opens as the parser that is an attribute of this *name*."""
    return lambda node: opening(getattr(node, name))


def in_field(name: str, parser: Parser[Any] | None) -> Opening | None:
    found = opening(parser) if parser is not None else None
    return found and found.inside(name)


def of_record(node: Record[Any]) -> Opening | None:
    name, parser, _ = node._plan[0]
    return in_field(name, parser)


#: How each class of parsers opens; a subclass may be anything.
OPENINGS: dict[type[Parser[Any]], Callable[[Any], Opening | None]] = {
    **dict.fromkeys((Literal, OneOf, Integer, Line, Base128, QuicVarint, Group, Bits), of_one),
    **dict.fromkeys((Exactly, Number, StructUnpack), of_all),
    **dict.fromkeys(
        (Map, TryMap, Verify, Value, Skip, Example, Text, Span, Recognize), as_first("parser")
    ),
    Before: as_first("kept"),
    Then: as_first("dropped"),
    LengthPrefixed: as_first("length"),
    CountPrefixed: as_first("count"),
    Dispatch: as_first("tag"),
    TakeWhile: lambda node: Opening(1, 1) if node.min else None,
    Seq: lambda node: opening(node.parts[0]),
    Choice: lambda node: opening(node.branches[0]),
    Label: lambda node: in_field(node.name, node.parser),
    Record: of_record,
    Packet: of_record,
}


def byte_or_pause(e: Emitter, node: Parser[Any]) -> None:
    """Write the pause for the first bytes of *node*, unless one is there."""
    found = opening(node)
    if found and may_pause(e):
        with nothing_there(e, found):
            pass


def nothing_there(e: Emitter, found: Opening) -> contextlib.AbstractContextManager[None]:
    room = f" and source.limit >= {found.least}" if found.least > found.size else ""
    end = f"pos + {found.least}"
    return when_paused(e, "if", f"pos >= stop{room}", end, str(found.size), *found.names)


def begun(e: Emitter, node: Parser[Any]) -> None:
    """Write the pause for the first bytes of *node*, or in the middle of it where that is known."""
    found = opening(node)
    if found is None:
        return
    with nothing_there(e, found):
        e.line("continue")
    if literal := number_before(node):
        pattern = re.compile(
            rb"([1-9][0-9]{0,%d}|0)(%b)\Z" % (FEW_DIGITS - 1, prefixes(literal.data))
        )
        match = e.constant(pattern.match, "digits_so_far")
        given = [f"{match}(data, pos, stop)", *map(repr, e.path)]
        with paused(e, "if", "pos < stop", "stop + 1", pauses_at, given):
            e.line("continue")


def number_before(node: Parser[Any]) -> Literal | None:
    """Return the literal of a grammar that is a decimal number and a literal behind it."""
    if type(node) is not Before or type(node.kept) is not Integer:
        return None
    number, literal = node.kept, node.dropped
    if not number.strict or number.base != 10 or type(literal) is not Literal:
        return None
    return None if literal.data[:1].isdigit() else literal


def prefixes(data: bytes) -> bytes:
    """Return the pattern of what may be there of *data*, but not all."""
    pattern = b""
    for byte in reversed(data[:-1]):
        pattern = b"(?:%b%b)?" % (re.escape(bytes([byte])), pattern)
    return pattern
