"""MessagePack: a flat loop over all formats, and a stack of what is still open.

A map is read as a list of twice as many items.  What is open stays open until
the next chunk; only a token that was cut is read again.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Any

from examples.messagepack import Ext, Value

from .lines import MAX
from .resp import MAX_DEPTH, MAX_ITEMS

__all__ = ["documents"]

# By first byte: values, numbers of a fixed width, and what has a size of a fixed width.
CONSTANTS = {0xC0: None, 0xC2: False, 0xC3: True}
NUMBERS = {
    byte: Struct(form)
    for byte, form in zip(
        range(0xCA, 0xD4), ("!f", "!d", "!B", "!H", "!I", "!Q", "!b", "!h", "!i", "!q"), strict=True
    )
}
SIZES = {
    first + at: Struct(form)
    for first, forms in ((0xC4, "BHI"), (0xC7, "BHI"), (0xD9, "BHI"), (0xDC, "HI"), (0xDE, "HI"))
    for at, form in enumerate(f"!{one}" for one in forms)
}
FIXED_EXT = {0xD4 + power: 1 << power for power in range(5)}


def dict_of(items: list[Any]) -> dict[Any, Any]:
    """Make a dict of keys and values that take turns; no key twice."""
    turns = iter(items)
    try:
        found = dict(zip(turns, turns, strict=True))
    except TypeError:
        raise ValueError("a key that is an array or a map") from None
    if 2 * len(found) != len(items):
        raise ValueError("a key that was there before")
    return found


def ext(kind: int, data: bytes) -> Ext:
    return Ext(kind - 0x100 if kind > 0x7F else kind, data)


def check(size: int, most: int) -> None:
    if size > most:
        raise ValueError(f"at most {most}, not {size}")


def documents(limit: int = MAX) -> Callable[[bytes], list[Value]]:
    """Return a function from a chunk to the values that it completes."""
    rest = b""
    stack: list[tuple[Any, int, bool]] = []
    open_items: Any = None
    open_left, open_mapping = 0, False
    double = NUMBERS[0xCB].unpack_from
    numbers, sizes, fixed_ext = NUMBERS.get, SIZES.get, FIXED_EXT.get

    def feed(chunk: bytes) -> list[Value]:
        nonlocal rest, open_items, open_left, open_mapping
        items, left, mapping = open_items, open_left, open_mapping
        data = rest + chunk if rest else chunk
        end = len(data)
        found: list[Value] = []
        value: Any
        pos = 0
        while pos < end:
            byte = data[pos]
            if 0xA0 <= byte < 0xC0:  # a short string
                stop = pos + byte - 0x9F
                if stop > end:
                    break
                value = data[pos + 1 : stop].decode()
                pos = stop
            elif byte < 0x80:
                value = byte
                pos += 1
            elif byte == 0xCB:
                stop = pos + 9
                if stop > end:
                    break
                (value,) = double(data, pos + 1)
                pos = stop
            elif byte >= 0xE0:
                value = byte - 0x100
                pos += 1
            elif byte < 0xA0:  # a short map or array
                pos += 1
                if count := byte & 0x0F:
                    stack.append((items, left, mapping))
                    mapping = byte < 0x90
                    items, left = [], 2 * count if mapping else count
                    if len(stack) > MAX_DEPTH:
                        raise ValueError(f"at most {MAX_DEPTH} deep")
                    continue
                value = {} if byte < 0x90 else []
            elif (number := numbers(byte)) is not None:
                stop = pos + 1 + number.size
                if stop > end:
                    break
                (value,) = number.unpack_from(data, pos + 1)
                pos = stop
            elif (size_of := sizes(byte)) is not None:
                body = pos + 1 + size_of.size
                if body > end:
                    break
                (size,) = size_of.unpack_from(data, pos + 1)
                if byte >= 0xDC:  # a map or an array
                    pos = body
                    check(size, MAX_ITEMS)
                    if size:
                        stack.append((items, left, mapping))
                        mapping = byte >= 0xDE
                        items, left = [], 2 * size if mapping else size
                        if len(stack) > MAX_DEPTH:
                            raise ValueError(f"at most {MAX_DEPTH} deep")
                        continue
                    value = {} if byte >= 0xDE else []
                else:
                    check(size, limit)
                    if 0xC7 <= byte < 0xCA:
                        body += 1
                    stop = body + size
                    if stop > end:
                        break
                    value = data[body:stop]
                    if byte >= 0xD9:
                        value = value.decode()
                    elif byte >= 0xC7:
                        value = ext(data[body - 1], value)
                    pos = stop
            elif (size := fixed_ext(byte)) is not None:
                stop = pos + 2 + size
                if stop > end:
                    break
                value = ext(data[pos + 1], data[pos + 2 : stop])
                pos = stop
            elif byte != 0xC1:
                value = CONSTANTS[byte]
                pos += 1
            else:
                raise ValueError("no format")
            if left > 1:
                items.append(value)
                left -= 1
                continue
            while items is not None:
                items.append(value)
                left -= 1
                if left:
                    break
                value = dict_of(items) if mapping else items
                items, left, mapping = stack.pop()
            else:
                found.append(value)
        rest = data[pos:]
        open_items, open_left, open_mapping = items, left, mapping
        return found

    return feed
