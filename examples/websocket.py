"""WebSocket frames, masked and not.

Source: RFC 6455, section 5.2 (Base Framing Protocol) and 5.3 (masking).
"""

from __future__ import annotations

from enum import IntEnum
from functools import partial

from ohneio import Parser, bit, exactly, field, record, uint16, uint64, wire

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


def masked(data: bytes, key: bytes | None) -> bytes:
    """5.3: each byte xor the byte of the key whose turn it is; its own inverse."""
    if key is None:
        return data
    size = len(data)
    stream = key * (size // 4) if size % 4 == 0 else (key * (size // 4 + 1))[:size]
    return (int.from_bytes(data) ^ int.from_bytes(stream)).to_bytes(size)


#: The payload length where seven bits do not hold it: in as few bytes as it needs.
medium = uint16.verify(lambda it: it > 125, "a length of more than 125")
large = uint64.verify(lambda it: 0xFFFF < it < 1 << 63, "a length of more than 65535")


def in_seven_bits(frame: Frame) -> int:
    """What stands for the length: itself, or 126 or 127 where it comes behind."""
    size = len(frame.payload)
    return size if size < 126 else 126 if size < 1 << 16 else 127


def allowed(frame: Frame) -> bool:
    """5.5: a control frame is whole and has 125 bytes at most."""
    return not frame.opcode.control or (frame.fin and frame.short <= 125)


def unmasked(frame: Frame) -> Parser[bytes]:
    """As many bytes as were announced, in clear."""
    turned = partial(masked, key=frame.mask)
    return exactly(frame.large or frame.medium or frame.short).map(turned, turned)


def size(frame: Frame) -> int:
    return len(frame.payload)


@wire
class Frame:
    """5.2: a frame, its payload unmasked; *mask* is the key that a client chose."""

    fin: bool = bit(1, bool, default=True, kw_only=True)
    reserved: int = bit(3, always=0)  # no extension is negotiated
    opcode: Opcode = bit(4, Opcode)
    masked: bool = bit(1, bool, computed=lambda it: it.mask is not None)
    short: int = bit(7, int, computed=in_seven_bits, verify=allowed, expected="a frame as in 5.5")
    medium: int | None = field(medium, when=lambda it: it.short == 126, computed=size)
    large: int | None = field(large, when=lambda it: it.short == 127, computed=size)
    mask: bytes | None = field(exactly(4), when=lambda it: it.masked, default=None, kw_only=True)
    payload: bytes = field(unmasked)


frame = record(Frame)
