"""Bytes that were given and not yet taken.

Operations we want:

* add a chunk of any size, also one byte at a time
* take exactly n bytes, as `bytes`
* look at what is there without taking it
* search for a delimiter while it arrives (see `_input`)
* go back to a place that an open alternative still holds (see `_input`)

What they may cost: each byte is copied at most once on its way in (only small
chunks are), once on its way out, and looked at once by a search.  A result
that spans chunks is joined straight from them.  Nothing depends on how much
else is waiting.

Plan: the block being read is an immutable `bytes` with an offset, so that the
parsers' fast path is `data.find(...)` and `data[a:b]` on plain attributes.
What came after it waits in a deque of blocks.  Chunks of 4 KiB and more are
kept as they are; smaller ones coalesce in a `bytearray`, since a million
two-byte `bytes` objects would cost twenty times their payload.  A bytearray
is never read in place: when its turn comes the part that stays is copied into
a new `bytes`, which is at most one small chunk where a wake condition is
exact.

Doubts: a protocol blocked on output lets small chunks pile up, and then pays
one more copy for them.  A chain of `bytearray` blocks of 64 KiB was as fast as
one large one in the cases tried, and its growth never moves more than 64 KiB.
"""

from __future__ import annotations

from collections import deque
from typing import TypeAlias, TypeGuard

from ._errors import UsageError

__all__ = ["Buffer", "Bytes", "checked", "is_bytes", "owned"]

Bytes: TypeAlias = "bytes | bytearray | memoryview[int]"

#: Chunks of at least this many bytes are kept as they came.
LARGE = 4096
#: A coalescing block that has reached this many bytes takes no more.
FULL = 64 * 1024
#: Consumed bytes in front of the unread ones that are not worth a copy.
SLACK = 1024


class Buffer:
    """Hold a queue of bytes: written at one end, read at the other.

    Reading and peeking never wait. As in 0.9, ``n = 0`` means all there is.

    Example:
        >>> buffer = Buffer(b"Hello ", b"World")
        >>> buffer.read(5), buffer.peek(), len(buffer)
        (b'Hello', b' World', 6)
    """

    # The block being read, the first unread byte in it, the end of what may be
    # read of it, and the absolute offset of its first byte.  Parsers read these
    # directly, and move `pos`.
    __slots__ = ("_behind", "_blocks", "base", "data", "pos", "stop")

    data: bytes
    pos: int
    stop: int
    base: int
    _blocks: deque[bytes | bytearray] | None
    _behind: int

    def __init__(self, *chunks: Bytes) -> None:
        self.data = b""
        self.pos = 0
        self.stop = 0
        self.base = 0
        # Made when first needed: an empty deque is as large as all the rest.
        self._blocks = None
        self._behind = 0
        for chunk in chunks:
            self.write(chunk)

    # For everybody.

    def __len__(self) -> int:
        return len(self.data) - self.pos + self._behind

    def __bool__(self) -> bool:
        return self.pos < len(self.data) or self._behind > 0

    def __repr__(self) -> str:
        return f"<Buffer of {len(self)} bytes at offset {self.position}>"

    @property
    def position(self) -> int:
        """The absolute offset of the first unread byte."""
        return self.base + self.pos

    def write(self, chunk: Bytes) -> None:
        """Add *chunk* at the end; what is not `bytes` is copied.

        Raises:
            UsageError: When *chunk* is not bytes-like; nothing is added.
        """
        data = owned(chunk)
        if data:
            self._add(data)

    def read(self, n: int = 0) -> bytes:
        """Take at most *n* bytes, or all of them without *n*."""
        there = len(self)
        taken = self.take(min(checked(n), there) if n else there)
        self.settle()
        return taken

    def peek(self, n: int = 0) -> bytes:
        """Return at most *n* bytes, or all of them, and leave them there."""
        pos = self.pos
        missing = (checked(n) or len(self)) - (len(self.data) - pos)
        if missing <= 0 or not self._behind:
            return self.data[pos : pos + n] if n else self.data[pos:]
        return self._joined(missing)

    # For the runtime.

    def take(self, n: int) -> bytes:
        """Take exactly *n* bytes, which must be there."""
        pos = self.pos
        end = pos + n
        if end <= len(self.data):
            self.pos = end
            return self.data[pos:end]
        return self._gather(n)

    def skip(self, n: int) -> None:
        """Leave *n* bytes behind, which must be there."""
        missing = n - (len(self.data) - self.pos)
        if missing <= 0:
            self.pos += n
            return
        self._turn(b"")
        while missing:
            blocks = self._waiting()
            taken = min(len(blocks[0]), missing)
            self._enter(blocks[0], taken)
            self._behind -= len(blocks.popleft())
            missing -= taken
        if not self._blocks:
            self._blocks = None

    def settle(self) -> None:
        """Let go of consumed bytes; called whenever the reader goes to sleep."""
        pos, size = self.pos, len(self.data)
        if pos == size:
            self._turn(b"")
        elif pos >= SLACK and pos > size - pos:
            self.base += pos
            self._show(self.data[pos:], 0)

    def _add(self, data: bytes) -> None:
        if self._behind or self.pos < len(self.data):
            self._append(data)
        else:
            self._turn(data)

    def _append(self, chunk: bytes) -> None:
        blocks = self._blocks
        if blocks is None:
            blocks = self._blocks = deque()
        last = blocks[-1] if blocks else None
        full = FULL if isinstance(last, bytearray) else LARGE
        if last is None or len(chunk) >= LARGE or len(last) >= full:
            blocks.append(chunk)
        else:
            if not isinstance(last, bytearray):
                last = blocks[-1] = bytearray(last)
            last += chunk
        self._behind += len(chunk)

    def _turn(self, block: bytes) -> None:
        """Leave the current block, all of which is consumed, for *block*."""
        self._pass(self.data)
        self._show(block, 0)

    def _show(self, block: bytes, pos: int) -> None:
        """Let *block* be read from *pos* on; `base` was set before."""
        self.data = block
        self.pos = pos
        self.stop = len(block)

    def _pass(self, piece: Bytes) -> None:
        """Count *piece* as gone by; `Input` keeps it while it is held."""
        self.base += len(piece)

    def _waiting(self) -> deque[bytes | bytearray]:
        if not self._blocks:
            raise UsageError("no more bytes are there")
        return self._blocks

    def _gather(self, n: int) -> bytes:
        """Take *n* bytes across blocks: joined once, straight from them."""
        token = self._joined(n - (len(self.data) - self.pos))
        self.skip(n)
        return token

    def _enter(self, block: bytes | bytearray, taken: int) -> None:
        """Make *block* the current one, *taken* bytes of it already consumed."""
        if taken == len(block):
            self._pass(block)
        elif isinstance(block, bytes):
            self._show(block, taken)
        else:
            rest = bytes(memoryview(block)[taken:])
            self._pass(memoryview(block)[:taken])
            self._show(rest, 0)

    def _joined(self, missing: int) -> bytes:
        parts: list[Bytes] = [memoryview(self.data)[self.pos :]]
        for block in self._blocks or ():
            parts.append(memoryview(block)[:missing])
            missing -= len(parts[-1])
            if not missing:
                break
        return b"".join(parts)


def owned(chunk: Bytes) -> bytes:
    """Return *chunk* as `bytes` that nobody else can change."""
    if type(chunk) is bytes:
        return chunk
    if is_bytes(chunk):
        return bytes(chunk)
    raise UsageError(f"expected bytes, not {type(chunk).__name__}")


def is_bytes(value: object) -> TypeGuard[Bytes]:
    """Tell whether *value* is bytes-like."""
    return isinstance(value, (bytes, bytearray, memoryview))


def checked(n: object) -> int:
    """Return *n*, which must be a number of 0 or more."""
    if not isinstance(n, int) or n < 0:
        raise UsageError(f"expected a number of bytes, not {n!r}")
    return n
