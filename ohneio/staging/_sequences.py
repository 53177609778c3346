"""One after the other, neighbours fused where they can be."""

from __future__ import annotations

import contextlib
import itertools
from typing import Any, cast

from ..combinators._bytes import Literal
from ..combinators._framing import LengthPrefixed
from ..combinators._lines import Rest
from ..combinators._notes import Label
from ..combinators._repetition import Many, Skip
from ..combinators._sequence import Before, Seq, Then
from ..combinators._transform import Map, TryMap, Verify
from ..combinators._values import Value
from ._beginning import begins_with
from ._emitter import Emitter, rule
from ._frames import all_of, frame, size_of
from ._fused import Part, matched, regular_or_not, runs, tuple_of, unpacked
from ._lookup import ends_digits, is_near, is_short, looked_up, read_at_once
from ._writing import Node

__all__ = ["flat", "in_order"]


@rule(Seq)
def seq(e: Emitter, node: Seq, wanted: bool) -> str:
    parts = [Part(one, wanted) for one in node.parts]
    in_order(e, parts)
    return tuple_of([part.value for part in parts]) if wanted else "None"


@rule(Then)
def then(e: Emitter, node: Then[Any], wanted: bool) -> str:
    return kept_of(e, flat(node, wanted))


@rule(Before)
def before(e: Emitter, node: Before[Any], wanted: bool) -> str:
    return kept_of(e, flat(node, wanted))


def kept_of(e: Emitter, parts: list[Part]) -> str:
    in_order(e, parts)
    return next((part.value for part in parts if part.wanted), "None")


def flat(node: Node, wanted: bool) -> list[Part]:
    """Return what ``a >> b << c`` has, in order; at most one of them is wanted."""
    whole: Any = node
    if type(node) is Then:
        return [*flat(whole.dropped, False), *flat(whole.kept, wanted)]
    if type(node) is Before:
        return [*flat(whole.kept, wanted), *flat(whole.dropped, False)]
    return [Part(node, wanted)]


@rule(Value)
def value(e: Emitter, node: Value[Any], wanted: bool) -> str:
    e.value(node.parser, wanted=False)
    return e.constant(node.given, "given")


@rule(Skip)
def skip(e: Emitter, node: Skip, wanted: bool) -> str:
    e.value(node.parser, wanted=False)
    return "None"


@rule(Label)
def label(e: Emitter, node: Label[Any], wanted: bool) -> str:
    with e.labelled(node, node.name), e.called(node.name):
        return e.value(node.parser, wanted=wanted)


# Parts, one by one or fused.

#: Parsers that take what the one in them takes.
ALIKE = frozenset({Label, Map, TryMap, Verify, Value, Skip})


def in_order(e: Emitter, parts: list[Part]) -> None:
    """Write the code for *parts*, each of which then knows its value."""
    for one, behind in itertools.pairwise(parts):
        followed(e, one.node, behind.node)
    for kind, some in regular_or_not(parts) if e.fuses else [(None, parts)]:
        if kind is None:
            by_form(e, some)
        else:
            matched(e, some, kind)


def followed(e: Emitter, node: Node, behind: Node) -> None:
    """Note of a loop in a whole input that what comes *behind* it may begin as its items do."""
    whole: Any = node
    while type(whole) in ALIKE:
        whole = whole.parser
    if cast("object", type(whole)) is not Many or e.form.resumes or e.form.lane:
        return
    first, other = begins_with(whole.item), begins_with(behind)
    if first and (other is None or first & other):
        e.followed.add(id(whole))


def by_form(e: Emitter, parts: list[Part]) -> None:
    """Write *parts*, neighbours of a fixed form together."""
    pieces = [*runs([lengths_apart(part) for part in parts])]
    for run, behind in zip(pieces, [*pieces[1:], []], strict=True):
        if not run:
            continue
        last = run[-1]
        if is_decimal(last) and behind and ends_number(behind[0]):
            short_number(e, last, behind.pop(0))
            continue
        if is_body(last) and behind and is_end(behind[0]):
            body_and_end(e, last, behind.pop(0))
            continue
        if len(run) > 1:
            unpacked(e, run)
        elif last.of is None:
            one_part(e, last)
        else:
            one_part(e, last.of)
            continue
        if last.of is not None:
            body(e, last.of, last.value)


def is_decimal(part: Part) -> bool:
    return (is_short(part.node) or is_near(part.node)) and not part.name


def ends_number(part: Part) -> bool:
    return ends_digits(part.node) and not part.name


def short_number(e: Emitter, part: Part, behind: Part) -> None:
    """Take a number and the literal behind it: at once, or one after the other."""
    node: Any = part.node
    literal: Any = behind.node
    found = looked_up(e, literal) if is_short(node) else read_at_once(e, node, literal)
    skipped = [*e.skipped]
    with e.block(f"if {found.number} is None:"):
        one_part(e, part)
        one_part(e, behind)
        e.settle()
        e.line(f"{found.number} = {part.value or None}")
    e.skipped = skipped
    with e.block("else:"):
        e.moved(found.end)
    e.skipped.clear()
    part.value = found.number


def lengths_apart(part: Part) -> Part:
    """Return the length of a part that has one in front, to be taken with its neighbours."""
    node = part.node
    if type(node) is LengthPrefixed and node._unsigned and node.length.facts.least:
        return Part(node.length, True, part.name, of=part)
    return part


def body(e: Emitter, part: Part, size: str) -> None:
    """Write what has the length *size*."""
    e.settle()
    node: LengthPrefixed[Any] = part.node  # type: ignore[assignment]
    with contextlib.ExitStack() as stack:
        if part.name:
            stack.enter_context(e.named(part.name))
            stack.enter_context(e.called(part.name))
        part.value = frame(e, node.inner, f"pos + {size}", part.wanted)


def is_body(part: Part) -> bool:
    """Tell whether a part is so many bytes as a number before them says."""
    whole: Any = part.node
    return type(part.node) is LengthPrefixed and type(whole.inner) is Rest and not part.name


def is_end(part: Part) -> bool:
    return type(part.node) is Literal and not part.name


def body_and_end(e: Emitter, part: Part, behind: Part) -> None:
    """Take some bytes and the literal behind them at once."""
    node: Any = part.node
    size = size_of(e, node)
    e.settle()
    place = e.code.fresh("end")
    e.line(f"{place} = pos + {size}")
    part.value = all_of(e, place, part.wanted, behind.node)  # type: ignore[arg-type]
    behind.value = e.constant(behind.node.data, "literal")  # type: ignore[attr-defined]
    e.skipped.clear()


def one_part(e: Emitter, part: Part) -> None:
    if not part.name:
        part.value = e.value(part.node, wanted=part.wanted)
        return
    with e.named(part.name), e.called(part.name):
        part.value = e.value(part.node, wanted=part.wanted)
