"""WebSocket frames, masked and not.

Source: RFC 6455, section 5.2 (Base Framing Protocol) and 5.3 (masking).
"""

from __future__ import annotations

from enum import IntEnum

from attrs import frozen

from ohneio import Parser, Steps, bit, bits, exactly, parser, success, uint16, uint64, wire

__all__ = ["Frame", "Opcode", "frame", "masked"]


class Opcode(IntEnum):
    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10

    @property
    def control(self) -> bool:
        """5.5: the frames that are not part of a message, but about the connection."""
        return self >= Opcode.CLOSE


@frozen
class Frame:
    """A frame, its payload unmasked; *mask* is the key that a client chose."""

    opcode: Opcode
    payload: bytes
    fin: bool = True
    mask: bytes | None = None


@wire
class Head:
    fin: bool = bit(1, bool)
    reserved: int = bit(3, int)
    opcode: Opcode = bit(4, Opcode)
    masked: bool = bit(1, bool)
    size: int = bit(7, int)


def allowed(head: Head) -> bool:
    """No extension is negotiated; a control frame is whole and has 125 bytes at most."""
    return not head.reserved and (not head.opcode.control or (head.fin and head.size <= 125))


head = bits(Head).verify(allowed, "a frame head as in RFC 6455, 5.2 and 5.5")


def extended(size: int) -> Parser[int]:
    """The payload length, in as few bytes as it needs; 64 bits with the highest off."""
    if size == 126:
        return uint16.verify(lambda it: it > 125, "a length of more than 125")
    if size == 127:
        return uint64.verify(lambda it: 0xFFFF < it < 1 << 63, "a length of more than 65535")
    return success(size)


def announced(payload: bytes) -> int:
    """What stands in the seven bits for a payload of this size."""
    return min(len(payload), 126 + (len(payload) > 0xFFFF)) if len(payload) > 125 else len(payload)


def masked(data: bytes, key: bytes | None) -> bytes:
    """5.3: each byte xor the byte of the key whose turn it is; its own inverse."""
    if key is None:
        return data
    size = len(data)
    stream = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(data) ^ int.from_bytes(stream)).to_bytes(size)


@parser
def frame() -> Steps[Frame]:
    start = yield from head.of(
        lambda it: Head(it.fin, 0, it.opcode, it.mask is not None, announced(it.payload))
    )
    size = yield from extended(start.size).of(lambda it: len(it.payload))
    key = (yield from exactly(4).of(lambda it: it.mask)) if start.masked else None
    data = yield from exactly(size).of(lambda it: masked(it.payload, it.mask))
    return Frame(start.opcode, masked(data, key), start.fin, key)
