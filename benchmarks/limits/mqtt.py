"""MQTT PUBLISH packets, read and written: a table of what the first byte may be."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct

from examples.mqtt import Publish, QoS

from .lines import MAX

__all__ = ["FLAGS", "Malformed", "publishes", "write_publish"]

#: By first byte: QoS, RETAIN and DUP; only a packet that is acknowledged comes twice.
FLAGS: dict[int, tuple[QoS, bool, bool]] = {
    0x30 | dup << 3 | qos << 1 | retain: (qos, bool(retain), bool(dup))
    for qos in QoS
    for retain in (0, 1)
    for dup in ((0, 1) if qos else (0,))
}
#: What may stand before the payload.
HEADER = 2 + 0xFFFF + 2


class Malformed(ValueError):
    """No PUBLISH packet as in MQTT 3.1.1, 3.3."""


def long_size(data: bytes, pos: int) -> tuple[int, int]:
    """Return a remaining length of two to four bytes and its end; an end of 0 if it is cut."""
    size, most = 0, pos + 4
    for index, byte in enumerate(data[pos:most]):
        size |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            if not byte:
                raise Malformed
            return size, pos + index + 1
    if len(data) >= most:
        raise Malformed
    return 0, 0


def publishes(limit: int = MAX) -> Callable[[bytes], list[Publish]]:
    """Return a function from a chunk to the packets that it completes."""
    rest = b""
    new, flags = object.__new__, FLAGS.get
    set_topic, set_payload = Publish.topic.__set__, Publish.payload.__set__
    set_qos, set_retain = Publish.qos.__set__, Publish.retain.__set__
    set_dup, set_id = Publish.dup.__set__, Publish.packet_id.__set__

    def feed(chunk: bytes) -> list[Publish]:
        nonlocal rest
        data = rest + chunk if rest else chunk
        found: list[Publish] = []
        end = len(data)
        start = 0
        while (pos := start + 2) <= end:
            known = flags(data[start])
            if known is None:
                raise Malformed
            size = data[start + 1]
            if size > 0x7F:
                size, pos = long_size(data, start + 1)
                if not pos:
                    break
            stop = pos + size
            if stop > end:
                if size > limit + HEADER:
                    raise Malformed
                break
            name = pos + 2
            if name > stop:
                raise Malformed
            body = name + (data[pos] << 8 | data[pos + 1])
            if body > stop:
                raise Malformed
            topic = data[name:body].decode()
            if not topic or "\0" in topic or "+" in topic or "#" in topic:
                raise Malformed
            qos, retain, dup = known
            packet_id = None
            if qos:
                if body + 2 > stop:
                    raise Malformed
                packet_id = data[body] << 8 | data[body + 1]
                if not packet_id:
                    raise Malformed
                body += 2
            if stop - body > limit:
                raise Malformed
            one = new(Publish)
            set_topic(one, topic)
            set_payload(one, data[body:stop])
            set_qos(one, qos)
            set_retain(one, retain)
            set_dup(one, dup)
            set_id(one, packet_id)
            found.append(one)
            start = stop
        rest = data[start:]
        return found

    return feed


PUBLISH = Struct("!BBH").pack


def write_publish(one: Publish) -> bytes:
    """Return the bytes of a packet."""
    topic, payload, qos, packet_id = one.topic, one.payload, one.qos, one.packet_id
    if type(one) is not Publish or type(qos) is not QoS or type(payload) is not bytes:
        raise Malformed
    if not topic or "\0" in topic or "+" in topic or "#" in topic:
        raise Malformed
    name = topic.encode()
    first = 0x30 | one.dup << 3 | qos << 1 | one.retain
    size = 2 + len(name) + len(payload)
    if len(name) > 0xFFFF or first not in FLAGS:
        raise Malformed
    ident = b""
    if qos:
        if packet_id is None or not 0 < packet_id < 0x10000:
            raise Malformed
        ident = packet_id.to_bytes(2)
        size += 2
    elif packet_id is not None:
        raise Malformed
    if size < 0x80:
        return b"".join((PUBLISH(first, size, len(name)), name, ident, payload))
    length = bytes([first]) + write_size(size) + len(name).to_bytes(2)
    return b"".join((length, name, ident, payload))


def write_size(size: int) -> bytes:
    """Return a remaining length of two to four bytes."""
    digits = []
    while size > 0x7F:
        digits.append(size & 0x7F | 0x80)
        size >>= 7
    if len(digits) > 3:
        raise Malformed
    return bytes([*digits, size])
