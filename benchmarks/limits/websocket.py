"""WebSocket frames: a flat loop, and a payload unmasked as one large number."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct

from examples.websocket import Frame, Opcode

from .lines import MAX

__all__ = ["frames"]

#: What the first byte may be: no reserved bit, a known opcode, no part of a control frame.
OPCODES: list[Opcode | None] = [None] * 256
for _one in Opcode:
    OPCODES[0x80 | _one] = _one
    OPCODES[_one] = None if _one.control else _one


def frames(limit: int = MAX) -> Callable[[bytes], list[Frame]]:
    """Return a function from a chunk to the frames that it completes."""
    rest = b""
    new, number = object.__new__, int.from_bytes
    short, long = Struct("!H").unpack_from, Struct("!Q").unpack_from
    set_opcode, set_payload = Frame.opcode.__set__, Frame.payload.__set__
    set_fin, set_mask = Frame.fin.__set__, Frame.mask.__set__

    def feed(chunk: bytes) -> list[Frame]:
        nonlocal rest
        data = rest + chunk if rest else chunk
        found: list[Frame] = []
        end = len(data)
        start = 0
        while start + 2 <= end:
            first, second = data[start], data[start + 1]
            opcode = OPCODES[first]
            size = second & 0x7F
            pos = start + 2
            if opcode is None or (size > 125 and opcode > 7):
                raise ValueError("a frame head as in RFC 6455")
            if size > 125:
                pos += 2 if size == 126 else 8
                if pos > end:
                    break
                least = 126 if size == 126 else 0x10000
                (size,) = short(data, start + 2) if size == 126 else long(data, start + 2)
                if not least <= size <= limit:
                    raise ValueError(f"a length of {least} to {limit}")
            one = new(Frame)
            if second > 0x7F:
                body = pos + 4
                stop = body + size
                if stop > end:
                    break
                key = data[pos:body]
                stream = (key * (size + 3 >> 2))[:size] if size & 3 else key * (size >> 2)
                payload = (number(data[body:stop]) ^ number(stream)).to_bytes(size)
                set_payload(one, payload)
                set_mask(one, key)
            else:
                stop = pos + size
                if stop > end:
                    break
                set_payload(one, data[pos:stop])
                set_mask(one, None)
            set_opcode(one, opcode)
            set_fin(one, first > 0x7F)
            found.append(one)
            start = stop
        rest = data[start:]
        return found

    return feed
