"""Frames: sizes, lengths, delimiters and checksums around other parsers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..combinators._bytes import Literal
from ..combinators._checksums import Checksummed
from ..combinators._framing import Delimited, LengthPrefixed, Sized
from ..combinators._lines import Rest, rest
from ..combinators._text import Text
from ..core._facts import Facts
from ..core._frames import within
from ..core._input import NO_END
from ..core._run import UNBOUNDED
from ._emitter import Emitter, rule
from ._families import SizedBy
from ._late import end_of_frame, refuse_frame
from ._pausing import pause_behind, pause_to, pausing
from ._tokens import is_number, is_unsigned
from ._writing import Node

__all__ = ["all_of", "frame", "known_or", "size_of"]


@rule(Sized)
def sized(e: Emitter, node: Sized[Any], wanted: bool) -> str:
    e.settle()
    return frame(e, node.parser, f"pos + {node.size}", wanted)


@rule(SizedBy)
def sized_by(e: Emitter, node: SizedBy, wanted: bool) -> str:
    e.settle()
    return frame(e, node.parser, f"pos + {node.size}", wanted)


@rule(LengthPrefixed)
def length_prefixed(e: Emitter, node: LengthPrefixed[Any], wanted: bool) -> str:
    size = size_of(e, node)
    e.settle()
    return frame(e, node.inner, f"pos + {size}", wanted)


def size_of(e: Emitter, node: LengthPrefixed[Any]) -> str:
    """Write the length."""
    if node._unsigned:
        return e.value(node.length)
    steps = f"{e.node(node)}._announced()"
    return known_or(
        e,
        node.length,
        lambda: e.region(node.length, True, lambda: announced(e, node.length), steps),
    )


def known_or(e: Emitter, node: Node, otherwise: Callable[[], str], most: str = "") -> str:
    """Take a number that was looked up already, and is no more than *most*; or write it."""
    found = e.found.pop(id(node), None)
    if found is None:
        return otherwise()
    bound = f" or {found.number} > {most}" if most else ""
    with e.block(f"if {found.number} is None{bound}:"):
        value = otherwise()
        e.settle()
        e.line(f"{found.number} = {value}")
    with e.block("else:"):
        e.moved(found.end)
    return found.number


def announced(e: Emitter, length: Node) -> str:
    """Write a length, a number of 0 or more."""
    size = e.value(length)
    if not is_unsigned(length):
        number = "" if is_number(length) else f"type({size}) is int and "
        e.leave_unless(f"{number}{size} >= 0") if number else e.refuse_unless(f"{size} >= 0")
    return size


def frame(e: Emitter, inner: Node, end: str, wanted: bool) -> str:
    """Run *inner* on the bytes up to *end*, all of them."""
    place = e.code.fresh("end")
    e.line(f"{place} = {end}")
    if type(inner) is Rest:
        return all_of(e, place, wanted)
    if type(inner) is Text and type(inner.parser) is Rest and inner.encoding == "utf-8":
        return text_of(e, inner, place)
    begun(e, place)
    skipped = [*e.skipped]
    with e.in_frame(place):
        value = e.value(inner, wanted=wanted)
        e.settle()
        filled(e, place)  # in here: what could have gone on is tried again, with no more room
    # What there was no room for in a frame is no help behind it.
    e.skipped = [] if inner.facts.nullable is False else skipped
    return value


def begun(e: Emitter, place: str) -> None:
    """Refuse a frame that ends at *place* if there is no room for it."""
    if e.form.lane:  # what is there of it is looked at
        if e.frames:
            e.refuse_unless(f"{place} <= {e.frames[-1][0]}")
        return
    if e.leaving:
        e.regular(f"{place} <= stop", refusing=bool(e.frames))
        return
    # A frame that this code has not begun is known to the input.
    unless = "" if e.frames else f" and base + {place} > source.end"
    with e.block(f"if {place} > stop{unless}:"):
        function = e.constant(refuse_frame, "refuse_frame")
        e.ends.append(place)
        e.late(f"{function}(run, base + {place})", "")
        e.ends.remove(place)


def framed_as(
    e: Emitter, end: str, write: Callable[[], None], names: tuple[str, str], facts: Facts
) -> None:
    """Write some fields in a frame that ends at *end*.

    *names* are the field that says so, and the last one.
    """
    place = e.code.fresh("end")
    e.line(f"{place} = {end}")
    with e.named(names[0]):
        begun(e, place)
    skipped = [*e.skipped]
    with e.in_frame(place):
        write()
        e.settle()
        with e.named(names[1]):
            filled(e, place)
    e.skipped = [] if facts.nullable is False else skipped  # as in `frame`


def all_of(e: Emitter, place: str, wanted: bool, behind: Literal | None = None) -> str:
    """Take all the bytes up to *place*, and the literal *behind* them if there is one."""
    target = e.fresh("data") if wanted else ""
    steps = f"{e.constant(within, 'within')}({e.constant(rest, 'rest')}, base + {place})"
    there = f"data.startswith({behind.data!r}, {place}, stop)" if behind else f"{place} <= stop"
    with pausing(e) as may_pause:
        if behind and e.branch and e.at_end == "True" and not e.frames:
            e.leave_unless(f"{place} <= stop")
        with e.regular(there, refusing=bool(e.frames or behind)):
            if target:
                e.line(f"{target} = data[pos:{place}]")
            e.moved(f"{place} + {len(behind.data)}" if behind else place)
        if may_pause:
            pause_to(e, place)
            if behind:
                pause_behind(e, place, behind.data)
        if not e.leaving:
            with e.block("else:"):
                e.late_all([(steps, target), *([(e.steps(behind), "")] if behind else [])])
    return target


def text_of(e: Emitter, node: Text, place: str) -> str:
    """Take all the bytes up to *place* as text."""
    target = e.fresh("text")
    if not e.leaving:
        e.line(f"{target} = LATE")
    with pausing(e) as may_pause:
        with e.regular(f"{place} <= stop", refusing=bool(e.frames)):
            with e.block("try:"):
                e.line(f"{target} = data[pos:{place}].decode()")
            with e.block("except ValueError:"):
                e.refuse() if e.leaving else e.line("pass  # the parser itself says why")
        if may_pause:
            pause_to(e, place)
    if e.leaving:
        e.moved(place)
        return target
    with e.block(f"if {target} is LATE:"):
        e.late(f"{e.constant(within, 'within')}({e.node(node)}, base + {place})", target)
    with e.block("else:"):
        e.moved(place)
    return target


def filled(e: Emitter, place: str) -> None:
    """Refuse what is left over."""
    if e.leaving:
        line, depth = e.full
        if line is not e.code.lines[-1] or depth != e.code.place[1]:  # it took the rest
            e.refuse_unless(f"pos == {place}")
        return
    with e.block(f"if pos != {place}:"):
        function = e.constant(end_of_frame, "end_of_frame")
        e.late(f"{function}(run, 'end of frame', 0)", "")


@rule(Delimited)
def delimited(e: Emitter, node: Delimited[Any], wanted: bool) -> str:
    return e.region(node, wanted, lambda: up_to(e, node, wanted))


def up_to(e: Emitter, node: Delimited[Any], wanted: bool) -> str:
    """Run the inner parser on all the bytes before the delimiter, which is in this block."""
    e.settle()
    end, outer = e.code.fresh("end"), e.code.fresh("outer")
    bound = "" if node.max == UNBOUNDED else f" and {end} - pos <= {node.max}"
    e.line(f"{end} = data.find({node.end!r}, pos, stop)")
    e.leave_unless(f"{end} >= 0{bound}")
    e.line(f"{outer}, stop = stop, {end}")
    with e.inside(end):
        value = e.value(node.parser, wanted=wanted)
        e.settle()
    e.line(f"stop = {outer}")  # before: what is tried instead has no such end
    e.refuse_unless(f"pos == {end}")
    e.taken(len(node.end))
    return value


@rule(Checksummed)
def checksummed(e: Emitter, node: Checksummed[Any], wanted: bool) -> str:
    return e.region(node, wanted, lambda: summed(e, node, wanted))


def summed(e: Emitter, node: Checksummed[Any], wanted: bool) -> str:
    """Compare the checksum of what was taken with the one behind it."""
    if e.frames:
        e.leave()
        return "None"
    e.settle()
    if e.form.resumes:
        e.leave_unless(f"source.end == {NO_END}")
    begins, expected = e.code.fresh("begins"), e.code.fresh("expected")
    e.line(f"{begins} = pos")
    with e.held(begins):
        value = e.value(node.parser, wanted=wanted)
        e.settle()
    e.call(expected, f"{e.constant(node.algorithm, 'algorithm')}(data[{begins}:pos])")
    stored = e.value(node.stored)
    e.leave_unless(f"{stored} == {expected}")
    return value
