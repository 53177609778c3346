"""Building lists: each item, in a loop; numbers at once."""

from __future__ import annotations

import struct
from typing import Any

from ..combinators._bytes import Until, UntilMax
from ..combinators._digits import Integer
from ..combinators._framing import CountPrefixed, LengthPrefixed
from ..combinators._lines import CRLF, Line
from ..combinators._numbers import Number
from ..combinators._repetition import Many, ManyUntil, SepBy, Skip
from ..combinators._sequence import Before, Then
from ..combinators._varints import Base128, QuicVarint
from ..core._building import NOTHING
from ..core._run import UNBOUNDED
from ._build_pieces import Constant, Plain
from ._build_tokens import WHOLE
from ._building import Builder, Node, builds, constant
from ._code import DEEP, LONG, is_not
from ._families import ManyBy

__all__: list[str] = []


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
    b.refuse(is_not(value, None))
    b.nothing(node.parser)
