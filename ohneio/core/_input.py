"""The input of one running protocol: a buffer that can search and go back.

A search goes on from where it stopped: each chunk is looked at once, when it
arrives, together with the few bytes before it that could begin a delimiter.
The generator that waits for it is not woken until it is over.

While an alternative is open, blocks that were read are held, in order, in
front of the current one.  Going back moves them behind it again; no byte is
copied for that.

A token is never longer than ``max_buffered``, however much is there, and in a
sized frame it does not go beyond the frame: `stop` cuts the current block
there, so that the fast paths need no comparison but the one with `stop`.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TypeAlias

from ._buffer import LARGE, SLACK, Buffer, Bytes
from ._errors import UsageError

__all__ = ["NO_END", "Blocks", "Input", "Search", "block_at"]

Blocks: TypeAlias = "Sequence[bytes | bytearray]"

#: The end of an input that is in no frame.
NO_END = 1 << 62
#: So few bytes are looked at one by one sooner than they are searched.
FEW = 8
#: So few unread bytes are joined with a small chunk: they are not worth a block of their own.
SMALL = 64
#: So few are sooner copied twice on that way than looked at through a `memoryview`.
TINY = 32


class Search:
    """Look for a delimiter in bytes that are still arriving.

    It is over when the delimiter was found, or when no delimiter can begin
    within *limit* bytes any more: for that it does not wait for bytes which
    could not change it, so the moment is the same however the input is cut.

    Each byte is looked at once; those at the end of a block that could begin a
    delimiter, fewer than it has, once more.
    """

    __slots__ = ("_begun", "_last", "_width", "delimiter", "exceeded", "found", "over", "reach")

    def __init__(self, delimiter: bytes, start: int, limit: int) -> None:
        self.delimiter = delimiter
        self.found = -1
        # Whether more bytes would change nothing; and whether that is for the limit.
        self.over = self.exceeded = False
        # Where the next block begins, how many bytes of a delimiter stand
        # before that, and the greatest place where one may begin.
        self.reach = start
        self._begun = 0
        self._last = start + limit
        self._width = len(delimiter)

    @property
    def missing(self) -> int:
        """The least number of bytes that would complete a delimiter."""
        return self._width - self._begun

    def feed(self, block: bytes | bytearray, start: int = 0) -> bool:
        """Go on into *block*, whose byte at *start* is at `reach`; tell whether it is over."""
        if self.over:
            return True
        if self._width > 1:
            self._follow(block, start)
        else:
            # Never further than the limit lets a delimiter begin.
            at = block.find(self.delimiter, start, start + self._last - self.reach + 1)
            if at >= 0:
                self.found = self.reach + at - start
        self.reach += len(block) - start
        if 0 <= self.found <= self._last:
            self.over = True
        elif self.reach - self._begun > self._last:
            self.found, self.exceeded, self.over = -1, True, True
        return self.over

    def skip(self, block: bytes | bytearray, start: int) -> None:
        """Begin with *block*, from *start* on, where no whole delimiter is."""
        if self._width > 1:
            self._begin(block, max(start, len(block) - self._width + 1))
        self.reach += len(block) - start
        if self.reach - self._begun > self._last:
            self.exceeded = self.over = True

    def _follow(self, block: bytes | bytearray, start: int) -> None:
        few = len(block) - start < FEW
        at = self._go_on(block, start, few=few) if few or self._begun else start
        if self.found < 0 and at < len(block):
            self._look(block, at, start)

    def _go_on(self, block: bytes | bytearray, start: int, *, few: bool) -> int:
        """Follow what began before *block*; return where else one could begin."""
        at = start
        while at < len(block) and (few or self._begun > at - start):
            self._step(block[at])
            at += 1
            if self._begun == self._width:
                self.found = self.reach + at - start - self._width
                return at
        return at - self._begun if at < len(block) else at

    def _look(self, block: bytes | bytearray, at: int, start: int) -> None:
        # Never further than the limit lets a delimiter begin.
        stop = start + max(self._last - self.reach + self._width, 0)
        found = block.find(self.delimiter, at, stop)
        if found >= 0:
            self.found = self.reach + found - start
        else:
            self._begin(block, max(at, len(block) - self._width + 1))

    def _begin(self, block: bytes | bytearray, at: int) -> None:
        """See how much of a delimiter stands at the end of *block*, from *at* on."""
        first = block.find(self.delimiter[0], at)
        self._begun = int(first >= 0)
        for index in range(first + 1, len(block) if first >= 0 else 0):
            self._step(block[index])

    def _step(self, byte: int) -> None:
        begun = self._begun
        while begun and self.delimiter[begun] != byte:
            begun = borders(self.delimiter)[begun - 1] if begun > 1 else 0
        self._begun = begun + (self.delimiter[begun] == byte)


@functools.lru_cache(maxsize=32)
def borders(delimiter: bytes) -> list[int]:
    """Tell how much is begun anew where the byte behind each prefix does not fit.

    That is the longest end of the prefix, but for itself, that is a prefix too
    (Knuth, Morris and Pratt).
    """
    found, size = [0], 0
    for byte in delimiter[1:]:
        while size and delimiter[size] != byte:
            size = found[size - 1]
        size += delimiter[size] == byte
        found.append(size)
    return found


def block_at(blocks: Blocks, size: int, start: int) -> tuple[int, int]:
    """Return which of *blocks*, of *size* together, holds *start*, and where it begins.

    From the nearer end: a scan is either new, or goes on with what came last.
    """
    index, first = 0, 0
    if start < size // 2:
        while first + len(blocks[index]) <= start:
            first += len(blocks[index])
            index += 1
        return index, first
    index, first = len(blocks), size
    while start < first:
        index -= 1
        first -= len(blocks[index])
    return index, first


class Input(Buffer):
    """Hold a protocol's unread bytes, and the read ones that may come back."""

    # `free` is the current block where nothing but its end bounds a token, else
    # empty: a search in it needs no `stop`, and so takes an argument less.
    __slots__ = ("_held", "_since", "end", "eof", "free", "limit", "search")

    eof: bool
    end: int
    free: bytes
    limit: int
    search: Search | None
    _held: list[bytes | memoryview] | None
    _since: int

    def __init__(self, limit: int) -> None:
        # Where the innermost frame ends.
        self.end = NO_END
        # No token is longer than this, however many bytes are there.
        self.limit = limit
        self.free = b""
        super().__init__()
        self.eof = False
        self.search = None
        # A list while what is read may have to come back, and from where on.
        self._held = None
        self._since = 0

    def _add(self, data: bytes) -> None:
        pos = self.pos
        rest = len(self.data) - pos
        if self._behind or rest > SMALL or rest > len(data):
            super()._add(data)
        elif rest and len(data) >= LARGE:
            self._append(data)
        else:
            block = self._joined_with(data, rest) if rest else data
            if self._held is not None:
                self._hold_view(pos)
            self.base += pos
            self.data = self.free = block
            self.pos = 0
            size = self.stop = len(block)
            if size > self.limit or self.end != NO_END:
                self._show(block, 0)
        if self.search is not None and (self.search.over or self.search.feed(data)):
            self.search = None

    def _hold_view(self, pos: int) -> None:
        """Keep what is held of the current block, up to *pos*, without a copy."""
        view = memoryview(self.data)[:pos]
        if self._held is not None and (kept := view if self._held else view[self._gone(view) :]):
            self._held.append(kept)

    def _joined_with(self, data: bytes, rest: int) -> bytes:
        """Return the *rest*, which is little, and *data*, which is not large, as one block.

        What begins in one small chunk and ends in the next is then taken as
        fast as any other.
        """
        if rest <= TINY:
            return self.data[self.pos :] + data
        return b"".join((memoryview(self.data)[self.pos :], data))

    @property
    def visible(self) -> int:
        """How many unread bytes are there, up to the end of the frame."""
        return min(len(self), self.end - self.base - self.pos)

    def enter(self, end: int) -> int:
        """Let the input end where a frame does; return where it ended so far."""
        # A peer may name any size, but no frame is none.
        return self.frame(end + (end == NO_END))

    def frame(self, end: int) -> int:
        """Let the input end at *end*; return where it ended so far."""
        before, self.end = self.end, end
        self._show(self.data, self.pos)
        return before

    def _show(self, block: bytes, pos: int) -> None:
        self.data = block
        self.pos = pos
        self.free = self.data
        size = self.stop = len(block)
        if size - pos > self.limit or self.end != NO_END:
            self.stop = min(size, max(self.end - self.base, 0), pos + self.limit)
            if self.stop < size:
                self.free = b""

    def refresh(self) -> None:
        """Let as much be read from here as a token may be long.

        Parsers call it on their slow path: `stop` does not move with `pos`.
        """
        self._show(self.data, self.pos)

    def here(self) -> tuple[bytes, int, int, int]:
        """Return the current block, where it is read, up to where, and its offset."""
        return self.data, self.pos, self.stop, self.base

    def advance(self) -> None:
        """Let the current block have bytes to read, if there are any."""
        if self.pos == len(self.data) and self._behind:
            self._turn(b"")
            block = self._waiting().popleft()
            self._behind -= len(block)
            self._enter(block, 0)
            self._blocks = self._blocks or None
        self.refresh()

    def since(self, position: int) -> bytes:
        """Return the bytes from *position*, which are held, to here."""
        if position >= self.base:
            return self.data[position - self.base : self.pos]
        size = self.base - position
        parts: list[bytes | memoryview] = [self.data[: self.pos]]
        for block in reversed(self._held or ()):
            if not size:
                break
            parts.append(block[-size:])
            size -= len(parts[-1])
        return b"".join(reversed(parts))

    def seek(self, delimiter: bytes, limit: int, *, seen: bool = False) -> Search:
        """Begin a search at the first unread byte, through all that is there.

        *seen* says that the current block was looked at already, in vain.
        """
        search = Search(delimiter, self.base + self.pos, limit)
        if seen:
            search.skip(self.data, self.pos)
        else:
            search.feed(self.data, self.pos)
        if self._behind:
            any(search.feed(block) for block in self._blocks or ())
        return search

    def window(self, offset: int, size: int) -> bytes:
        """Return at most *size* contiguous bytes, *offset* past the first unread one.

        Empty only where nothing more is visible.
        """
        start, size = self.pos + offset, min(size, self.visible - offset)
        if size <= 0:
            return b""
        if start < len(self.data):
            return self.data[start : start + size]
        start, blocks = start - len(self.data), self._blocks or ()
        index, first = block_at(blocks, self._behind, start)
        return bytes(memoryview(blocks[index])[start - first : start - first + size])

    def settle(self) -> None:
        if self._held is not None:
            self._drop_what_is_not_held()
        elif self.pos >= SLACK:
            super().settle()
        elif self.pos == len(self.data):  # nearly always, and so without a detour
            self.base += self.pos
            self._show(b"", 0)

    def _drop_what_is_not_held(self) -> None:
        if not self._held and (gone := self._gone(self.data)):
            self.base += gone
            self._show(self.data[gone:], self.pos - gone)

    def _gone(self, block: Bytes) -> int:
        """Return how much of *block*, which begins at `base`, is not held, if it is most of it."""
        gone = self._since - self.base
        return gone if gone >= SLACK and gone > len(block) - gone else 0

    def hold(self, position: int | None = None) -> None:
        """Keep what is read from here on, or from a *position* in the current block."""
        if self._held is None:
            self._held = []
            self._since = self.base + self.pos if position is None else position

    def let_go(self) -> None:
        """Forget what was held."""
        self._held = None

    def move_to(self, position: int) -> None:
        """Go to an absolute offset: back into what is held, or on into what is there."""
        while position < self.base:
            self._step_back()
        self.skip(position - self.position)
        if self.stop - self.pos > self.limit:
            self.refresh()  # it was as far as a token could reach from further on

    def _step_back(self) -> None:
        if not self._held:
            raise UsageError("what was read there is not held")
        if self.data:
            self._push_front(self.data)
        block = bytes(self._held.pop())
        self.base -= len(block)
        self._show(block, len(block))

    def _push_front(self, block: bytes) -> None:
        if self._blocks is None:
            self._append(block)
        else:
            self._blocks.appendleft(block)
            self._behind += len(block)

    def _pass(self, piece: Bytes) -> None:
        if self._held is not None:
            block = piece if isinstance(piece, bytes) else bytes(piece)
            if kept := block if self._held else block[self._gone(block) :]:
                self._held.append(kept)
        self.base += len(piece)
