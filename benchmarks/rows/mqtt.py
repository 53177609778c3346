"""MQTT PUBLISH packets: of all qualities of service, with a topic of some levels."""

from __future__ import annotations

import random

from examples.mqtt import Publish, QoS, control_packet, publish
from ohneio import Steps, emit, protocol, read

from .._driving import calling, connecting, in_connection, streaming
from .._rows import Competitor, Job, Row, Runner, ahead, within
from ..limits import mqtt as limits
from ..limits.mqtt import FLAGS, Malformed

__all__ = ["ROWS", "messages"]


def message(source: random.Random) -> Publish:
    """Return a message; one in eight has more than the 127 bytes that a short length can tell."""
    qos = source.choice(list(QoS))
    return Publish(
        f"site/{source.randrange(100)}/room/{source.randrange(1000)}/temperature",
        source.randbytes(200 if source.randrange(8) == 0 else source.randrange(60)),
        qos=qos,
        retain=source.random() < 0.1,
        dup=bool(qos) and source.random() < 0.1,
        packet_id=source.randrange(1, 0x10000) if qos else None,
    )


def messages(items: int) -> list[Publish]:
    source = random.Random(5)
    return [message(source) for _ in range(items)]


def message_bytes(items: int) -> bytes:
    return b"".join(map(publish.build, messages(items)))


# What one would write by hand, on the primitives.


def by_hand() -> Runner:
    @protocol
    def packets():
        while True:
            flags = FLAGS.get((yield from read(1))[0])
            if flags is None:
                raise Malformed
            size = yield from remaining_length()
            yield from emit(publish_of(flags, (yield from read(size))))

    return connecting(packets)


def remaining_length() -> Steps[int]:
    size = 0
    for shift in (0, 7, 14, 21):
        byte = (yield from read(1))[0]
        size |= (byte & 0x7F) << shift
        if byte < 0x80:
            if shift and not byte:
                raise Malformed
            return size
    raise Malformed


def publish_of(flags: tuple[QoS, bool, bool], packet: bytes) -> Publish:
    qos, retain, dup = flags
    size = int.from_bytes(packet[:2])
    name, body = packet[2 : 2 + size], packet[2 + size :]
    if not name or len(name) < size:
        raise Malformed
    topic = name.decode()
    if "\0" in topic or "+" in topic or "#" in topic:
        raise Malformed
    if not qos:
        return Publish(topic, body, qos=qos, retain=retain, dup=dup)
    packet_id = int.from_bytes(body[:2])
    if not packet_id or len(body) < 2:
        raise Malformed
    return Publish(topic, body[2:], qos=qos, retain=retain, dup=dup, packet_id=packet_id)


PUBLISHES = Row(
    Job("MQTT PUBLISH packets", message_bytes, items=2048),
    ours=(
        Competitor("publish", lambda: streaming(publish)),
        Competitor("control_packet", lambda: streaming(control_packet)),
    ),
    peers=(Competitor("by hand, on primitives", by_hand),),
    limits=(Competitor("limit", lambda: calling(limits.publishes)),),
    targets={"limit": within(1.2), "by hand, on primitives": ahead(1.5)},
)

ROWS = [PUBLISHES, *PUBLISHES.in_small_chunks(in_connection)]
