"""Lines: `bytes.split`, and a list of pieces while a long one arrives."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["MAX", "by_find", "by_split"]

#: What ohneio's `Limits.max_buffered` is when nobody sets it.
MAX = 16 * 1024 * 1024
#: From here on the start of a line is worth a list of pieces.
LONG = 4096


def by_split(limit: int = MAX) -> Callable[[bytes], list[bytes]]:
    """Return a function from a chunk to the lines that it completes."""
    rest = b""
    pieces: list[bytes] = []  # of a line that is long already, and is not to be copied again
    held = 0

    def feed(chunk: bytes) -> list[bytes]:
        nonlocal rest, held
        data = rest + chunk if rest else chunk
        if pieces:
            pieces.append(chunk)
            held += len(chunk)
            if held <= limit and b"\n" not in chunk:
                return []
            data = b"".join(pieces)
            pieces.clear()
        lines = data.split(b"\n")
        rest = lines.pop()
        # No line is longer than all that is there.
        if len(data) > limit and max([len(rest), *map(len, lines)]) > limit:
            raise ValueError(f"a line of more than {limit} bytes")
        if len(rest) > LONG:
            pieces.append(rest)
            held, rest = len(rest), b""
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
