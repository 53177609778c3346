"""How a parser begins to wait: for how many bytes first, and in which fields."""

from __future__ import annotations

import contextlib
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
from ._partial import form_of
from ._pausing import may_pause, pause_form, when_paused, while_cut

if TYPE_CHECKING:
    from ._emitter import Emitter

__all__ = ["begun", "byte_or_pause", "more_or_end", "opening", "room_for"]


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
    TakeWhile: of_one,
    Seq: lambda node: opening(node.parts[0]),
    Choice: lambda node: opening(node.branches[0]),
    Label: lambda node: in_field(node.name, node.parser),
    Record: of_record,
    Packet: of_record,
}


def byte_or_pause(
    e: Emitter, node: Parser[Any], unless: str = "", again: Callable[[], object] | None = None
) -> None:
    """Write the pause for the first bytes of *node*, unless one is there; *again* writes on."""
    found = opening(node)
    if found and may_pause(e):
        with nothing_there(e, found, unless):
            _ = again and again()


def more_or_end(e: Emitter, *nodes: Parser[Any]) -> None:
    """Leave where no byte is there, unless none can come.

    In a lane wait for it, if each of the *nodes* would, one of which may begin there.
    """
    if e.form.lane:
        while_cut(e, room_for(*nodes), f" and stop < {e.frames[-1][0]}" if e.frames else "")
    elif e.at_end != "True":
        e.leave_unless(e.or_end("pos < stop"))


def room_for(*nodes: Parser[Any]) -> str | None:
    """Return how the code says up to where there must be room for any of *nodes*, if each waits."""
    found = [opening(node) for node in nodes]
    sizes = [one.least for one in found if one is not None]
    return f"pos + {max(sizes)}" if sizes and len(sizes) == len(found) else None


def nothing_there(
    e: Emitter, found: Opening, unless: str = ""
) -> contextlib.AbstractContextManager[None]:
    room = f" and source.limit >= {found.least}" if found.least > found.size else ""
    end, size = f"pos + {found.least}", str(found.size)
    return when_paused(e, "if", f"{unless}pos >= stop{room}", end, size, *found.names)


def begun(e: Emitter, node: Parser[Any], found: Opening) -> None:
    """Write the pause for the first bytes of *node*, and for more where that is known."""
    with nothing_there(e, found):
        e.line("continue")
    if form := form_of([(node, ())]):
        pause_form(e, form, "if")
