"""Building what has parts: one after the other, and the fields of records."""

from __future__ import annotations

from functools import partial
from typing import Any

from ..combinators._bytes import Exactly
from ..combinators._fields import Field
from ..combinators._packets import Group, Packet, members
from ..combinators._records import Record
from ..combinators._sequence import Before, Seq, Then
from ._build_frames import announce
from ._build_pieces import MOST, Plain
from ._building import Builder, alone, builds, unknown

__all__: list[str] = []


@builds(Seq)
def seq(b: Builder, node: Seq, value: str) -> None:
    count = len(node.parts)
    if count > MOST:  # too many to be read, and to have names
        unknown(b, node, value)
        return
    b.exact(value, tuple)
    b.refuse(f"len({value}) != {count}")
    parts = [b.code.fresh("part") for _ in range(count)]
    if parts:
        b.line(f"{', '.join(parts)}{',' * (count == 1)} = {value}")
    for one, part in zip(node.parts, parts, strict=True):
        b.build(one, part)


@builds(Then)
def then(b: Builder, node: Then[Any], value: str) -> None:
    b.nothing(node.dropped)
    b.build(node.kept, value)


@builds(Before)
def before(b: Builder, node: Before[Any], value: str) -> None:
    b.build(node.kept, value)
    b.nothing(node.dropped)


# Records.


@builds(Record)
def record(b: Builder, node: Record[Any], value: str) -> None:
    b.exact(value, node.cls)
    for one in node.fields:
        step(b, one, value)


@builds(Packet, plain=False)
def packet(b: Builder, node: Packet[Any], value: str) -> None:
    b.exact(value, node.cls)
    steps(b, node, 0, value)


def steps(b: Builder, node: Packet[Any], at: int, value: str) -> None:
    """Build the fields of a packet from the step *at* which on."""
    for _, _, one in node._plan[at:]:
        at += 1
        if one.frames:
            pieces = b.aside(partial(steps, b, node, at, value))
            size = b.measured(pieces)
            if one.parser is None:
                by_parser(b, made(b, one, value), size)
            else:
                announce(b, one.parser, size)
            b.put(*pieces)
            return
        if isinstance(one.parser, Group):
            b.build(one.parser, value)
        else:
            step(b, one, value)
        for each in members(one):
            judge(b, each, value)


def judge(b: Builder, one: Field, whole: str) -> None:
    """Ask what must hold of a field, if it is there."""
    if one.verify is not None:
        there = "" if one.when is None else f"{b.constant(one.when, 'when')}({whole}) and "
        b.refuse(f"{there}not {b.function(one.verify)}({whole})")


def step(b: Builder, one: Field, whole: str) -> None:
    """Build a field, if it is there."""
    part = b.local(f"{whole}.{one.name}", one.name)
    if one.when is None:
        built_field(b, one, whole, part)
    else:
        there = b.local(f"{b.constant(one.when, 'when')}({whole})", "there")
        built = partial(built_field, b, one, whole, part)
        b.branches([(there, built), ("", partial(b.refuse, f"{part} is not None"))])


def built_field(b: Builder, one: Field, whole: str, part: str) -> None:
    """Build a field with its parser, or with what the whole record makes of it."""
    if one.parser is not None:
        b.build(one.parser, part)
    else:
        by_parser(b, made(b, one, whole), part)


def made(b: Builder, one: Field, whole: str) -> str:
    """Write the call that makes a field's parser."""
    return b.local(f"{b.function(one.make)}({whole})", "parser")


def by_parser(b: Builder, made: str, part: str) -> None:
    """Build with a parser that is known only then; most of the time it is `exactly`."""
    data = b.code.fresh("data")
    with b.block(f"if type({made}) is {b.constant(Exactly, 'Exactly')}:"):
        b.exact(part, bytes)
        b.refuse(f"len({part}) != {made}.n")
        b.line(f"{data} = {part}")
    with b.block("else:"):
        if b.left:
            b.give_up()
        else:
            b.line(f"{data} = {alone(b, made, part)}")
    b.put(Plain(data))
