"""Count the bytes that are scanned and copied, instead of timing them.

A clock says how busy this machine was; a count says whether the work is
linear, and says the same tomorrow.

Plan: the blocks of a connection's input are kept as `bytes` (and, where small
chunks coalesce, as `bytearray`) that count what is done to them and to what is
cut from them.  All else is the runtime that everybody runs.  Joining cannot be
watched from inside: a plain `bytes` that comes out of a method of the input, or
is put in the place of its current block, was copied to get there.

Doubts: what C moves on its own when a `bytearray` grows cannot be seen, nor what
a regular expression or a struct looks at in a block that it is given.  What
a protocol computes from its tokens is its own affair; only slicing them and
searching in them is counted too.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator
from operator import eq
from types import FunctionType
from typing import TYPE_CHECKING, Any, Self, SupportsIndex, TypeAlias, cast

from ..core import Connection, State, UsageError
from ..core._buffer import Buffer, Bytes
from ..core._input import Input
from ..core._waiting import Waiting

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["Work", "count_work", "counted"]

#: What `bytes.find` takes.
Sought: TypeAlias = "ReadableBuffer | SupportsIndex"
Place: TypeAlias = SupportsIndex | None


class Work:
    """Count bytes that were scanned and bytes that were copied.

    Attributes:
        scanned: Bytes that a search or a comparison looked at.
        copied: Bytes that were copied: on the way in, out, or in between.
    """

    __slots__ = ("copied", "scanned")

    def __init__(self) -> None:
        self.scanned = 0
        self.copied = 0

    def __repr__(self) -> str:
        return f"<Work: {self.scanned} bytes scanned, {self.copied} copied>"

    @property
    def total(self) -> int:
        """Both together."""
        return self.scanned + self.copied


def count_work(conn: Connection[object, object]) -> Work:
    """Count, from now on, what *conn* does with the bytes that it is sent.

    Parsers keep to three times the bytes fed and 64 a message. A delimiter of
    several bytes may begin at the end of any chunk: where chunks are neither
    few nor tiny, that takes another look at up to its length in each. Staged,
    a token without a size that is longer than a chunk and no longer than two
    takes up to seven times its bytes.

    Args:

        conn: A connection that nobody has used yet.

    Raises:
        UsageError: Somebody has.

    Example:
        >>> from ohneio import stream, until
        >>> conn = stream(until(b";"))()
        >>> work = count_work(conn)
        >>> for byte in b"a long word, byte by byte;":
        ...     conn.send(bytes([byte]))
        >>> conn.events()
        [b'a long word, byte by byte']
        >>> work.total <= 3 * 26 + 64
        True
    """
    run = conn._run
    if run.waiting is not Waiting.START:
        raise UsageError("the connection was used: its work is counted from the beginning")
    work = Work()
    run.input = WatchedInput(run.input.limit, work)
    return work


def counted(
    factory: Callable[[], Connection[object, object]], chunks: Iterable[bytes]
) -> tuple[int, int]:
    """Feed *chunks* to a new connection; return the work in bytes, and the number of events.

    Feeding ends at the first failure, which the connection remembers.
    """
    conn = factory()
    work, events = count_work(conn), 0
    for chunk in chunks:
        if conn.state is State.FAILED:
            break
        with contextlib.suppress(Exception):  # a failure that is asked for above
            conn.send(chunk)
        events += len(conn.events())
        conn.read()
    return work.total, events


class Watched(bytes):
    """A block of bytes, or a piece of one, that counts what is done to it."""

    work: Work

    def __new__(cls, data: Bytes, work: Work) -> Self:
        self = super().__new__(cls, data)
        self.work = work
        return self

    def find(self, sub: Sought, start: Place = None, end: Place = None, /) -> int:
        at = super().find(sub, start, end)
        self.work.scanned += scanned(len(self), sub, at, slice(start, end))
        return at

    def split(self, sep: ReadableBuffer | None = None, maxsplit: SupportsIndex = -1) -> list[bytes]:
        self.work.scanned += len(self)
        pieces = super().split(sep, maxsplit)
        # Where there is none, the one piece of a `bytes` is the object itself.
        return [copied(piece, self.work) for piece in pieces] if len(pieces) > 1 else [self]

    def startswith(
        self,
        prefix: ReadableBuffer | tuple[ReadableBuffer, ...],
        start: Place = None,
        end: Place = None,
        /,
    ) -> bool:
        self.work.scanned += compared(memoryview(self)[start:end], prefix)
        return super().startswith(prefix, start, end)

    def __iter__(self) -> Iterator[int]:
        for byte in super().__iter__():
            self.work.scanned += 1
            yield byte

    def __getitem__(self, key: SupportsIndex | slice, /) -> Any:  # noqa: ANN401  # a byte or some
        piece = super().__getitem__(key)
        if not isinstance(piece, bytes):
            self.work.scanned += 1
            return piece
        # A slice of all of a `bytes` is the object itself.
        return self if len(piece) == len(self) else copied(piece, self.work)

    def __add__(self, other: ReadableBuffer, /) -> bytes:
        return copied(super().__add__(other), self.work)

    def __radd__(self, other: object, /) -> bytes:
        if not isinstance(other, bytes):
            return NotImplemented  # a `bytearray` that grows counts by itself
        return copied(other.__add__(self), self.work)


class WatchedArray(bytearray):
    """A block of coalesced chunks that counts what is done to it."""

    work: Work

    def __init__(self, data: Bytes, work: Work) -> None:
        super().__init__(data)
        self.work = work
        work.copied += len(data)

    def __iadd__(self, other: ReadableBuffer, /) -> Self:  # type: ignore[override]  # as typeshed
        self.work.copied += memoryview(other).nbytes
        return super().__iadd__(other)

    def find(self, sub: Sought, start: Place = None, end: Place = None, /) -> int:
        at = super().find(sub, start, end)
        self.work.scanned += scanned(len(self), sub, at, slice(start, end))
        return at

    def __getitem__(self, key: SupportsIndex | slice, /) -> Any:  # noqa: ANN401  # a byte or some
        piece = super().__getitem__(key)
        if isinstance(piece, bytearray):
            return copied(piece, self.work)
        self.work.scanned += 1
        return piece


class WatchedInput(Input):
    """The input of a connection whose work is counted."""

    __slots__ = ("_current", "work")

    def __init__(self, limit: int, work: Work) -> None:
        self.work = work
        super().__init__(limit)

    @property
    def data(self) -> bytes:  # pyright: ignore[reportIncompatibleVariableOverride]
        return self._current

    @data.setter
    def data(self, block: bytes) -> None:
        self._current: bytes = self.keep(block)

    def keep(self, block: bytes) -> bytes:
        """Return *block* watched; one that was not was copied just now."""
        return block if isinstance(block, Watched) else copied(block, self.work)

    def _add(self, data: bytes) -> None:
        super()._add(Watched(data, self.work))

    def _append(self, chunk: bytes) -> None:
        super()._append(chunk)
        blocks = self._blocks
        if blocks and type(blocks[-1]) is bytearray:
            blocks[-1] = WatchedArray(blocks[-1], self.work)


def _counting(method: Callable[..., object]) -> Callable[..., object]:
    """Return a method of `Input` that counts the joined bytes that it returns."""

    @functools.wraps(method)
    def call(self: WatchedInput, *args: object, **kwargs: object) -> object:
        result = method(self, *args, **kwargs)
        return self.keep(result) if isinstance(result, bytes) else result

    return call


for _name, _method in {**vars(Buffer), **vars(Input)}.items():
    if isinstance(_method, FunctionType) and _name not in vars(WatchedInput):
        setattr(WatchedInput, _name, _counting(_method))


def copied(data: Bytes, work: Work) -> Watched:
    """Count *data* as a copy, and return it watched."""
    work.copied += len(data)
    return Watched(data, work)


def scanned(size: int, sub: Sought, at: int, where: slice) -> int:
    """Return how many of *size* bytes a search for *sub* looked at."""
    width = 1 if isinstance(sub, SupportsIndex) else memoryview(sub).nbytes
    start, stop, _ = where.indices(size)
    if at >= 0:
        return at + width - start
    return stop - start if stop - start >= width else 0


def compared(there: memoryview[int], wanted: object) -> int:
    """Return how many bytes are looked at until the first wrong one."""
    if there[: len(cast("bytes", wanted))] == wanted:
        return len(cast("bytes", wanted))
    same = [*map(eq, there, cast("bytes", wanted))]
    return same.index(False) + 1 if False in same else len(same)
