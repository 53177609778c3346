"""Building frames: sizes, lengths, delimiters and checksums around other parsers."""

from __future__ import annotations

from typing import Any

from ..combinators._checksums import Checksummed
from ..combinators._framing import Delimited, LengthPrefixed, Sized
from ..core._run import UNBOUNDED
from ._build_pieces import Constant, Plain
from ._build_tokens import has_inside
from ._building import Builder, Node, builds, constant
from ._families import SizedBy

__all__ = ["announce"]


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
    stored = b.local(f"{b.function(node.algorithm)}({body})", "stored")
    b.build(node.stored, stored)
