"""RESP2 replies: a flat loop, and a stack of the arrays that are still open. Commands: a join.

The newline is looked for, which is one byte.  What is before it is looked up
with it: that `b"$12\\r\\n"` is in the table is the check of its type, of its
digits and of its line end, and gives the size.  What is in no table is looked
at more closely.  Arrays stay open until the next chunk; only a string or a
line that was cut is read again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from examples.resp import Error, Reply, Simple

from .lines import MAX

__all__ = ["MAX_DEPTH", "MAX_DIGITS", "MAX_ITEMS", "replies", "write_command"]

#: What ohneio's `Limits` are when nobody sets them.
MAX_ITEMS, MAX_DEPTH, MAX_DIGITS = 1_000_000, 256, 640

STRINGS = {b"$%d\r\n" % size: size for size in range(1024)}
NUMBERS = {b":%d\r\n" % number: number for number in range(-128, 1024)}
ARRAYS = {b"*%d\r\n" % size: size for size in range(1024)}
NULLS = (b"$-1\r\n", b"*-1\r\n")

#: How a command goes on: all but the first line end in front.
COUNTS = [b"*%d" % count for count in range(64)]
HEADS = [b"\r\n$%d\r\n" % size for size in range(1024)]

is_size = re.compile(rb"[$*](?:0|[1-9][0-9]{0,%d})\r\n" % (MAX_DIGITS - 1)).fullmatch
is_number = re.compile(rb":[+-]?[0-9]{1,%d}\r\n" % MAX_DIGITS).fullmatch


def size_of(head: bytes, most: int) -> int:
    if not is_size(head) or int(head[1:-2]) > most:
        raise ValueError(f"a size of at most {most}, not {head[:32]!r}")
    return int(head[1:-2])


def number_of(head: bytes) -> int:
    if not is_number(head):
        raise ValueError(f"a number, not {head[:32]!r}")
    return int(head[1:-2])


def text_of(head: bytes, limit: int) -> bytes:
    if head.find(b"\r") != len(head) - 2 or len(head) > limit + 3:
        raise ValueError(f"a line of at most {limit} bytes and CRLF")
    return head[1:-2]


def replies(limit: int = MAX) -> Callable[[bytes], list[Reply]]:
    """Return a function from a chunk to the replies that it completes."""
    rest = b""
    stack: list[tuple[Any, int]] = []
    open_items: Any = None
    open_left = 0
    new = object.__new__
    string_size, number, array_size = STRINGS.get, NUMBERS.get, ARRAYS.get
    set_simple, set_error = Simple.text.__set__, Error.text.__set__

    def feed(chunk: bytes) -> list[Reply]:
        nonlocal rest, open_items, open_left
        items, left = open_items, open_left
        data = rest + chunk if rest else chunk
        find = data.find
        last = len(data)
        found: list[Reply] = []
        value: Any
        pos = 0
        while (at := find(b"\n", pos) + 1) > 0:
            head = data[pos:at]
            kind = head[0]
            if kind == 0x24 and head[1] != 0x2D:  # $, no -
                if (size := string_size(head)) is None or size > limit:
                    size = size_of(head, limit)
                stop = at + size
                if stop + 2 > last:
                    break
                if data[stop] != 0x0D or data[stop + 1] != 0x0A:
                    raise ValueError("a CRLF behind a string")
                value = data[at:stop]
                pos = stop + 2
            elif kind == 0x2A and head[1] != 0x2D:  # *, no -
                pos = at
                if (size := array_size(head)) is None:
                    size = size_of(head, MAX_ITEMS)
                if size:
                    stack.append((items, left))
                    if len(stack) > MAX_DEPTH:
                        raise ValueError(f"at most {MAX_DEPTH} deep")
                    items, left = [], size
                    continue
                value = []
            else:
                pos = at
                if kind == 0x3A:  # :
                    if (value := number(head)) is None:
                        value = number_of(head)
                elif kind == 0x2B:  # +
                    value = new(Simple)
                    set_simple(value, text_of(head, limit))
                elif kind == 0x2D:  # -
                    value = new(Error)
                    set_error(value, text_of(head, limit))
                elif head in NULLS:
                    value = None
                else:
                    raise ValueError(f"no type of reply: {kind}")
            while items is not None:
                items.append(value)
                left -= 1
                if left:
                    break
                value = items
                items, left = stack.pop()
            else:
                found.append(value)
        if not at and last - pos > limit + 3:
            raise ValueError(f"a line of at most {limit} bytes")
        rest = data[pos:]
        open_items, open_left = items, left
        return found

    return feed


def write_command(command: list[bytes]) -> bytes:
    """Return the bytes of a command: an array of strings."""
    count = len(command)
    if type(command) is not list or count > MAX_ITEMS:
        raise ValueError("a list of strings")
    parts = [COUNTS[count] if count < 64 else b"*%d" % count]
    for one in command:
        if type(one) is not bytes:
            raise ValueError("bytes")
        size = len(one)
        parts.append(HEADS[size] if size < 1024 else b"\r\n$%d\r\n" % size)
        parts.append(one)
    parts.append(b"\r\n")
    return b"".join(parts)
