"""Records of one size: `struct.Struct.iter_unpack`, and one record a time."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Any

__all__ = ["one_by_one", "together"]


def together(layout: Struct) -> Callable[[bytes], list[tuple[Any, ...]]]:
    """Return a function from a chunk to the records that it completes."""
    rest = b""
    size = layout.size
    unpack = layout.iter_unpack

    def feed(chunk: bytes) -> list[tuple[Any, ...]]:
        nonlocal rest
        data = rest + chunk if rest else chunk
        end = len(data) - len(data) % size
        rest = data[end:]
        return list(unpack(data[:end] if rest else data))

    return feed


def one_by_one(layout: Struct) -> Callable[[bytes], list[tuple[Any, ...]]]:
    """Likewise: what a hand-written protocol might do without any library."""
    rest = b""
    size = layout.size
    unpack_from = layout.unpack_from

    def feed(chunk: bytes) -> list[tuple[Any, ...]]:
        nonlocal rest
        data = rest + chunk if rest else chunk
        records: list[tuple[Any, ...]] = []
        end = len(data)
        start = 0
        while start + size <= end:
            records.append(unpack_from(data, start))
            start += size
        rest = data[start:]
        return records

    return feed
