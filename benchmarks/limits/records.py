"""Records: `struct.Struct.iter_unpack` where all have one size, a flat loop where not.

An object of a frozen class is made by filling its slots: an `__init__` that
sets them through `object.__setattr__` takes twice as long.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct, error
from typing import Any

from .lines import MAX

__all__ = ["messages", "one_by_one", "together", "writing_message"]

HEADER = Struct("!BIH")


def together(layout: Struct) -> Callable[[bytes], list[tuple[Any, ...]]]:
    """Return a function from a chunk to the records that it completes."""
    rest = b""
    size = layout.size
    unpack = layout.iter_unpack

    def feed(chunk: bytes) -> list[tuple[Any, ...]]:
        nonlocal rest
        data = rest + chunk if rest else chunk
        over = len(data) % size
        rest = data[-over:] if over else b""
        return [*unpack(data[:-over] if over else data)]

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


def messages(cls: Any, limit: int = MAX) -> Callable[[bytes], list[Any]]:
    """Likewise, for records with a body: a *cls* has a kind, an id and a body."""
    rest = b""
    unpack = HEADER.unpack_from
    new = object.__new__
    set_kind, set_id, set_body = cls.kind.__set__, cls.id.__set__, cls.body.__set__

    def feed(chunk: bytes) -> list[Any]:
        nonlocal rest
        data = rest + chunk if rest else chunk
        values: list[Any] = []
        end = len(data)
        start = 0
        while (body := start + 7) <= end:
            kind, ident, size = unpack(data, start)
            if size > limit:
                raise ValueError(f"a body of more than {limit} bytes")
            if (stop := body + size) > end:
                break
            one = new(cls)
            set_kind(one, kind)
            set_id(one, ident)
            set_body(one, data[body:stop])
            values.append(one)
            start = stop
        rest = data[start:]
        return values

    return feed


def writing_message(cls: Any) -> Callable[[Any], bytes]:
    """Return a function that writes an object of *cls*."""
    pack = HEADER.pack

    def write(one: Any) -> bytes:
        body = one.body
        if type(one) is not cls or type(body) is not bytes:
            raise ValueError("a message with a body of bytes")
        try:
            return pack(one.kind, one.id, len(body)) + body
        except error:
            raise ValueError("a number that fits") from None

    return write
