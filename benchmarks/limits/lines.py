"""Lines: `bytes.split`, and a list of pieces while a long one arrives."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["MAX", "by_find", "by_split"]

#: What ohneio's `Limits.max_buffered` is when nobody sets it.
MAX = 16 * 1024 * 1024


def by_split(limit: int = MAX) -> Callable[[bytes], list[bytes]]:
    """Return a function from a chunk to the lines that it completes."""
    pieces: list[bytes] = []
    held = 0

    def feed(chunk: bytes) -> list[bytes]:
        nonlocal held
        there = held + len(chunk)
        lines = chunk.split(b"\n")
        if len(lines) > 1 and pieces:
            pieces.append(lines[0])
            lines[0] = b"".join(pieces)
            pieces.clear()
            held = 0
        rest = lines.pop()
        if rest:
            pieces.append(rest)
            held += len(rest)
        # No line is longer than all that is there.
        if there > limit and max([held, *map(len, lines)]) > limit:
            raise ValueError(f"a line of more than {limit} bytes")
        return lines

    return feed


def by_find(limit: int = MAX) -> Callable[[bytes], list[bytes]]:
    """Likewise, a line at a time: what one might write without any library.

    Nothing is searched twice, but a line in very many chunks is copied as often.
    """
    rest = b""
    seen = 0

    def feed(chunk: bytes) -> list[bytes]:
        nonlocal rest, seen
        data = rest + chunk if rest else chunk
        lines: list[bytes] = []
        start = 0
        end = data.find(b"\n", seen)
        while end >= 0:
            if end - start > limit:
                raise ValueError(f"a line of more than {limit} bytes")
            lines.append(data[start:end])
            start = end + 1
            end = data.find(b"\n", start)
        rest = data[start:]
        seen = len(rest)
        return lines

    return feed
