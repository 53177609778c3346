"""The input of one running protocol: a buffer that can search and go back.

A search goes on from where it stopped: each chunk is looked at once, when it
arrives, together with the few bytes before it that could begin a delimiter.
The generator that waits for it is not woken until it is over.

While an alternative is open, blocks that were read are held, in order, in
front of the current one.  Going back moves them behind it again; no byte is
copied for that.

Inside a sized frame nothing behind the frame's end can be seen: `stop` cuts
the current block there, so that the fast paths need no second comparison.
"""

from __future__ import annotations

from ._buffer import Buffer, Bytes, owned

__all__ = ["NO_END", "Input", "Search"]

#: The end of an input that is in no frame.
NO_END = 1 << 62


class Search:
    """Look for a delimiter in bytes that are still arriving.

    It is over when the delimiter was found, or when no delimiter can begin
    within *limit* bytes any more: for that it does not wait for bytes which
    could not change it, so the moment is the same however the input is cut.
    """

    __slots__ = ("_carry", "_last", "delimiter", "exceeded", "found", "reach")

    def __init__(self, delimiter: bytes, start: int, limit: int) -> None:
        self.delimiter = delimiter
        self.found = -1
        self.exceeded = False
        # Where the next chunk begins, the greatest place where the delimiter
        # may begin, and the bytes before `reach` that could belong to one.
        self.reach = start
        self._last = start + limit
        self._carry = b""

    @property
    def over(self) -> bool:
        """Whether more bytes would change nothing."""
        return self.found >= 0 or self.exceeded

    def feed(self, block: bytes | bytearray, start: int = 0) -> None:
        """Go on into *block*, whose byte at *start* is the one at `reach`."""
        if self.over:
            return
        self._look(block, start)
        self.skip(block, start)

    def skip(self, block: bytes | bytearray, start: int) -> None:
        """Go on behind *block*, in which nothing else will be looked for."""
        self.reach += len(block) - start
        self._remember(block[max(start, len(block) - len(self.delimiter) + 1) :])
        if self.found > self._last or (self.found < 0 and self._earliest() > self._last):
            self.found, self.exceeded = -1, True

    def _look(self, block: bytes | bytearray, start: int) -> None:
        width = len(self.delimiter)
        seam = self._carry + block[start : start + width - 1]
        at = seam.find(self.delimiter) if self._carry else -1
        if at >= 0:
            self.found = self.reach - len(self._carry) + at
            return
        # Never further than the limit lets a delimiter begin.
        stop = start + max(self._last - self.reach + width, 0)
        at = block.find(self.delimiter, start, stop)
        self.found = at if at < 0 else self.reach + at - start

    def _remember(self, tail: bytes | bytearray) -> None:
        keep = len(self.delimiter) - 1
        if keep:
            self._carry = (self._carry + tail)[-keep:]

    def _earliest(self) -> int:
        """Return the first place where the delimiter could still begin."""
        carry = self._carry
        for start in range(len(carry)):
            if self.delimiter.startswith(carry[start:]):
                return self.reach - len(carry) + start
        return self.reach


class Input(Buffer):
    """Hold a protocol's unread bytes, and the read ones that may come back."""

    __slots__ = ("_held", "_holding", "end", "eof", "limit", "search")

    eof: bool
    end: int
    limit: int
    search: Search | None
    _held: list[bytes]
    _holding: bool

    def __init__(self, limit: int) -> None:
        # Where the innermost frame ends.
        self.end = NO_END
        super().__init__()
        # No token is longer than this, however many bytes are there.
        self.limit = limit
        self.eof = False
        self.search = None
        self._holding = False
        self._held = []

    def write(self, chunk: Bytes) -> None:
        data = owned(chunk)
        super().write(data)
        if self.search is not None:
            self.search.feed(data)

    @property
    def visible(self) -> int:
        """How many unread bytes are there, up to the end of the frame."""
        return min(len(self), self.end - self.base - self.pos)

    def frame(self, end: int) -> int:
        """Let the input end at *end*; return where it ended so far."""
        before, self.end = self.end, end
        self._show(self.data, self.pos)
        return before

    def _show(self, block: bytes, pos: int) -> None:
        self.data = block
        self.pos = pos
        self.stop = min(len(block), max(self.end - self.base, 0))

    def since(self, position: int) -> bytes:
        """Return the bytes from *position*, which are held, to here."""
        if position >= self.base:
            return self.data[position - self.base : self.pos]
        parts, size = [self.data[: self.pos]], self.base - position
        for block in reversed(self._held):
            if not size:
                break
            parts.append(block[-size:])
            size -= len(parts[-1])
        return b"".join(reversed(parts))

    def seek(self, delimiter: bytes, limit: int, *, seen: bool = False) -> Search:
        """Begin a search at the first unread byte, through all that is there.

        *seen* says that the current block was looked at already, in vain.
        """
        search = Search(delimiter, self.position, limit)
        if seen:
            search.skip(self.data, self.pos)
        else:
            search.feed(self.data, self.pos)
        for block in self._blocks or ():
            search.feed(block)
        return search

    def window(self, offset: int, size: int) -> bytes:
        """Return at most *size* contiguous bytes, *offset* past the first unread one.

        Empty only where nothing more is visible.
        """
        start, size = self.pos + offset, max(min(size, self.visible - offset), 0)
        if start < len(self.data) or not self._behind:
            return self.data[start : start + size]
        return self._window_behind(start - len(self.data), size)

    def _window_behind(self, start: int, size: int) -> bytes:
        # From the end, since that is where a scan that goes on will look.
        blocks, first = reversed(self._blocks or ()), self._behind
        block: bytes | bytearray = b""
        while start < first:
            block = next(blocks)
            first -= len(block)
        return bytes(memoryview(block)[start - first : start - first + size])

    def settle(self) -> None:
        if not self._holding:
            super().settle()

    def hold(self) -> None:
        """Keep what is read from here on."""
        self._holding = True

    def let_go(self) -> None:
        """Forget what was held."""
        self._holding = False
        if self._held:
            self._held = []

    def move_to(self, position: int) -> None:
        """Go to an absolute offset: back into what is held, or on into what is there."""
        while position < self.base:
            self._step_back()
        ahead = position - self.position
        if ahead > len(self.data) - self.pos:
            self.take(ahead)
        else:
            self.pos = position - self.base

    def _step_back(self) -> None:
        if self.data:
            self._push_front(self.data)
        block = self._held.pop()
        self.base -= len(block)
        self._show(block, len(block))

    def _push_front(self, block: bytes) -> None:
        if self._blocks is None:
            self._append(block)
        else:
            self._blocks.appendleft(block)
            self._behind += len(block)

    def _pass(self, piece: Bytes) -> None:
        super()._pass(piece)
        if self._holding and piece:
            self._held.append(bytes(piece))
