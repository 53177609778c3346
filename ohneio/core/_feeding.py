"""Bytes that are at hand, fed to a connection that nobody else sees.

What is wrong with them is raised to whoever gave them, and never before the values
that were complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from ._buffer import Bytes
from ._connection import Connection
from ._input import Input
from ._limits import Limits
from ._steps import Steps

__all__ = ["fed", "outcome"]

T = TypeVar("T")


def outcome(
    start: Callable[[], Steps[T]], data: Bytes, limits: Limits, source: Input | None = None
) -> T:
    """Return what *start* makes of all of *data*, or raise what it fails with."""
    conn: Connection[T, object] = Connection(start, limits, source)
    conn.send(data)
    conn.send_eof()
    return conn.get_result()


def fed(conn: Connection[None, T], feed: Callable[[], None]) -> Iterator[T]:
    """Yield what *conn* emits when *feed* feeds it, and then raise what that has raised."""
    error: Exception | None = None
    try:
        try:
            feed()
        except Exception as raised:  # raised below, behind the items before it
            error = raised
        yield from conn.events()
        if error is not None:
            raise error
    finally:
        del error  # its traceback holds this frame
