"""Building what has parts: sequences, records, loops, frames; and what stands for other values."""

from __future__ import annotations

import struct
from functools import partial
from typing import Any

from ..combinators._bytes import Exactly, Until, UntilMax
from ..combinators._checksums import Checksummed
from ..combinators._digits import Integer
from ..combinators._example import Example
from ..combinators._fields import Field
from ..combinators._framing import CountPrefixed, Delimited, LengthPrefixed, Sized
from ..combinators._lines import CRLF, Line
from ..combinators._looking import Commit, Eof, Lookahead, NotFollowedBy
from ..combinators._notes import Label, Recognize
from ..combinators._numbers import Number
from ..combinators._packets import Group, Packet, members
from ..combinators._records import Record
from ..combinators._repetition import Many, ManyUntil, SepBy, Skip
from ..combinators._sequence import Before, Seq, Then
from ..combinators._transform import Bind, Map, TryMap, Verify
from ..combinators._values import Fail, Success, Value
from ..combinators._varints import Base128, QuicVarint
from ..core._building import NOTHING
from ..core._run import UNBOUNDED
from ._build_pieces import MOST, Constant, Plain
from ._build_tokens import WHOLE, has_inside
from ._building import Builder, Node, alone, builds, constant, unknown
from ._code import DEEP, LONG
from ._families import ManyBy, SizedBy

__all__: list[str] = []


# One after the other.


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
        b.refuse(f"{there}not {b.constant(one.verify, name_of(one.verify))}({whole})")


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
    return b.local(f"{b.constant(one.make, name_of(one.make))}({whole})", "parser")


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


# Loops.


def is_list(b: Builder, value: str, least: int = 0, most: int = UNBOUNDED) -> None:
    """Refuse what is no list, or has too many items."""
    b.exact(value, list)
    if least:
        b.refuse(f"len({value}) < {least}")
    if most != UNBOUNDED:
        b.refuse(f"len({value}) > {most}")
    b.refuse(f"len({value}) > {b.need('max_items', 'limits.max_items')}")


def items(b: Builder, item: Node, value: str) -> None:
    """Build the items of a list."""
    if numbers_at_once(b, item, value):
        return
    end = shared_end(b, item)
    b.flush()
    one = b.code.fresh("item")
    with b.block(f"for {one} in {value}:"):
        b.put(Constant(end))
        b.build(item, one)
        b.drop(end)
        b.flush()
    b.put(Constant(end))


def separated(b: Builder, item: Node, value: str, separator: bytes) -> None:
    """Build the items of a list, with something between them."""
    b.flush()
    between, one = b.local("b''", "between"), b.code.fresh("item")
    with b.block(f"for {one} in {value}:"):
        b.put(Plain(between))
        b.build(item, one)
        b.flush()
        b.line(f"{between} = {b.constant(separator, 'separator')}")


def shared_end(b: Builder, item: Node) -> bytes:
    """Return what all items end with, if that stands before the first one as well.

    Then it goes with the beginning of the next one: a piece less for each.
    """
    end = ending(item)
    lines, depth = b.code.place
    roomy = depth + 1 < DEEP and lines + 10 < LONG
    if roomy and end and begins_with_one_of_few(item) and b.ends_with(end):
        b.drop(end)
        return end
    return b""


def ending(node: Node) -> bytes:
    """Return the constant that all that *node* builds ends with, as far as that is sure."""
    match node:
        case Before() if type(node) is Before and node.dropped.facts.silent is True:
            return constant(node.dropped, NOTHING) or b""
        case Then() if type(node) is Then:
            return ending(node.kept)
        case Line() if type(node) is Line:
            return CRLF
        case Until() if type(node) in (Until, UntilMax) and not node.include:
            return node.delimiter
        case _:
            return b""


def begins_with_one_of_few(node: Node) -> bool:
    """Tell whether it begins with a constant, or with what is looked up in a table."""
    match node:
        case Then():
            return True
        case Before():
            return begins_with_one_of_few(node.kept)
        case LengthPrefixed():
            return begins_with_one_of_few(node.length)
        case _:
            return isinstance(node, Integer | Base128 | QuicVarint)


def numbers_at_once(b: Builder, item: Node, value: str) -> bool:
    """Pack a list of whole numbers, if it is one."""
    number: Any = item
    if type(item) is not Number or number.format[-1] not in WHOLE:
        return False
    b.refuse(f"not {{*map(type, {value})}} <= {{int}}")
    b.put(Plain(b.local(many_numbers(b, number, value), "data")))
    return True


def many_numbers(b: Builder, item: Number[Any], value: str) -> str:
    if item.format[-1] == "B":
        return f"bytes({value})"
    order, code = item.format[0].replace("!", ">"), item.format[-1]
    return f"{b.constant(struct.pack, 'pack')}(f'{order}{{len({value})}}{code}', *{value})"


@builds(Many)
def many(b: Builder, node: Many[Any], value: str) -> None:
    is_list(b, value, node.min, node.max)
    items(b, node.item, value)


@builds(SepBy)
def sep_by(b: Builder, node: SepBy[Any], value: str) -> None:
    is_list(b, value, node.min, node.max)
    silent = node.separator.facts.silent is True
    separator = constant(node.separator, NOTHING) if silent else None
    if separator is None:
        b.refuse(f"len({value}) > 1")
    separated(b, node.item, value, separator or b"")


@builds(ManyUntil)
def many_until(b: Builder, node: ManyUntil[Any], value: str) -> None:
    is_list(b, value)
    items(b, node.item, value)
    b.nothing(node.end)


@builds(ManyBy, plain=False)
def many_by(b: Builder, node: ManyBy, value: str) -> None:
    is_list(b, value)
    b.refuse(f"len({value}) != {node.count}")
    items(b, node.item, value)


@builds(CountPrefixed)
def count_prefixed(b: Builder, node: CountPrefixed[Any], value: str) -> None:
    is_list(b, value)
    b.build(node.count, b.size(f"len({value})", "count"))
    items(b, node.item, value)


@builds(Skip)
def skip(b: Builder, node: Skip, value: str) -> None:
    b.refuse(f"{value} is not None")
    b.nothing(node.parser)


# Frames.


@builds(Sized)
def sized(b: Builder, node: Sized[Any], value: str) -> None:
    pieces = b.apart(node.parser, value)
    size = b.measured(pieces)
    if size != str(node.size):
        b.refuse(f"{size} != {node.size}")
    b.put(*pieces)


@builds(SizedBy, plain=False)
def sized_by(b: Builder, node: SizedBy, value: str) -> None:
    pieces = b.apart(node.parser, value)
    b.refuse(f"{b.measured(pieces)} != {node.size}")
    b.put(*pieces)


@builds(LengthPrefixed)
def length_prefixed(b: Builder, node: LengthPrefixed[Any], value: str) -> None:
    pieces = b.apart(node.inner, value)
    announce(b, node.length, b.measured(pieces))
    b.put(*pieces)


def announce(b: Builder, node: Node, size: str) -> None:
    """Build a length or a count."""
    data = constant(node, int(size)) if size.isdigit() else None
    if data is None:
        b.build(node, size)
    else:
        b.put(Constant(data))


@builds(Delimited)
def delimited(b: Builder, node: Delimited[Any], value: str) -> None:
    body = b.bytes_of(node.parser, value, "body")
    if node.max != UNBOUNDED:
        b.refuse(f"len({body}) > {node.max}")
    b.refuse(has_inside(body, node.end))
    b.put(Plain(body), Constant(node.end))


@builds(Checksummed, plain=False)
def checksummed(b: Builder, node: Checksummed[Any], value: str) -> None:
    body = b.bytes_of(node.parser, value, "body")
    b.put(Plain(body))
    stored = b.local(f"{b.constant(node.algorithm, name_of(node.algorithm))}({body})", "stored")
    b.build(node.stored, stored)


# Other values for the same bytes.


def name_of(function: object) -> str:
    """Return what to call a user's function in the code."""
    name = getattr(function, "__name__", "function")
    return name if name.isidentifier() else "function"


@builds(Map, TryMap, plain=False)
def map_(b: Builder, node: Map[Any] | TryMap[Any], value: str) -> None:
    if node.inverse is None:
        b.give_up()
        return
    inverse = b.constant(node.inverse, name_of(node.inverse))
    b.build(node.parser, b.local(f"{inverse}({value})", "part"))


@builds(Verify, plain=False)
def verify(b: Builder, node: Verify[Any], value: str) -> None:
    if node.predicate is bool:
        b.refuse(f"not {value}")
    else:
        b.refuse(f"not {b.constant(node.predicate, name_of(node.predicate))}({value})")
    b.build(node.parser, value)


@builds(Bind, plain=False)
def bind(b: Builder, node: Bind[Any], value: str) -> None:
    if node.inverse is None or b.left:
        b.give_up()
        return
    first = b.local(f"{b.constant(node.inverse, name_of(node.inverse))}({value})", "first")
    b.build(node.parser, first)
    second = b.local(f"{b.constant(node.function, name_of(node.function))}({first})", "second")
    b.put(Plain(b.local(alone(b, second, value), "data")))


@builds(Recognize, plain=False)
def recognize(b: Builder, node: Recognize, value: str) -> None:
    b.exact(value, bytes)
    b.line(f"{b.constant(node.parser.parse, 'parse')}({value}, limits=limits)")
    b.put(Plain(value))


@builds(Value, Success)
def given(b: Builder, node: Value[Any] | Success[Any], value: str) -> None:
    if value not in b.compared:
        b.refuse(is_other(b, value, node.given))
    if isinstance(node, Value):
        b.nothing(node.parser)


def is_other(b: Builder, value: str, known: object) -> str:
    """Return the condition that a value is not the one that is known."""
    if known is None or known is True or known is False:
        return f"{value} is not {known}"
    name = b.constant(known, "given")
    if type(known) in (int, bytes, str):
        return f"not {value} == {name}"
    return f"{value} is not {name} and not {value} == {name}"


@builds(Label, Example)
def label(b: Builder, node: Label[Any] | Example[Any], value: str) -> None:
    b.build(node.parser, value)


@builds(Eof, Commit, NotFollowedBy)
def nothing_at_all(b: Builder, _: Node, value: str) -> None:
    b.refuse(f"{value} is not None")


@builds(Lookahead)
def lookahead(b: Builder, node: Lookahead[Any], value: str) -> None:
    """What it looks at is built by what stands behind it."""


@builds(Fail)
def fail(b: Builder, _node: Fail, _value: str) -> None:
    b.give_up()
