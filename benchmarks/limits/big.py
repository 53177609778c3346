"""One body behind its length: pieces, and a join of exactly its bytes."""

from __future__ import annotations

from collections.abc import Callable

from .lines import MAX

__all__ = ["bodies"]


def bodies(limit: int = MAX) -> Callable[[bytes], list[bytes]]:
    """Return a function from a chunk to the bodies that it completes; four bytes tell a length."""
    pieces: list[bytes] = []
    there = 0
    size = -1  # not known yet

    def feed(chunk: bytes) -> list[bytes]:
        nonlocal there, size
        pieces.append(chunk)
        there += len(chunk)
        found: list[bytes] = []
        while there >= (4 if size < 0 else size):
            if size < 0:
                data = b"".join(pieces)
                size = int.from_bytes(data[:4])
                if size > limit:
                    raise ValueError(f"a body of at most {limit} bytes")
                pieces[:] = [data[4:]]
                there -= 4
            else:
                rest = there - size
                last = pieces.pop()
                cut = len(last) - rest
                found.append(b"".join([*pieces, last[:cut]]))
                pieces[:] = [last[cut:]]
                there, size = rest, -1
        return found

    return feed
