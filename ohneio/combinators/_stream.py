"""Connections that emit item after item."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..core._connection import Connection
from ..core._items import items
from ..core._limits import DEFAULT_LIMITS, Limits
from ..core._parser import Parser
from ._checks import parser_of
from ._loops import refuse_endless

__all__ = ["stream"]

T = TypeVar("T")


def stream(
    parser: Parser[T], *, limits: Limits = DEFAULT_LIMITS
) -> Callable[[], Connection[None, T]]:
    """Return a factory of connections that emit every item that *parser* parses.

    Each connection emits until the end of the input, which must not fall
    inside an item; its result is then ``None``.

    Args:

        parser: What one item is; it must consume something.

        limits: The bounds of each connection.

    Raises:
        UsageError: *parser* is no parser, or can succeed on nothing. Where
            that cannot be known, an item that consumed nothing is one.

    Example:
        >>> from ohneio import until
        >>> conn = stream(until(b"\\n"))()
        >>> conn.send(b"one\\ntwo\\nthr")
        >>> conn.events(), conn.unconsumed
        ([b'one', b'two'], b'thr')
    """
    refuse_endless(parser_of(parser))

    def connect() -> Connection[None, T]:
        return Connection(lambda: items(parser), limits)

    return connect
