"""MQTT 3.1.1: all fourteen control packets, for clients and for servers.

A packet is its type and four flags, how many bytes remain, and these bytes.

Source: MQTT Version 3.1.1, OASIS Standard, 2014; its sections are named below.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TypeAlias, TypeVar, get_args

from attrs import frozen

from ohneio import (
    ParseError,
    Parser,
    Steps,
    bit,
    bits,
    dispatch,
    field,
    length_prefixed,
    literal,
    lookahead,
    many,
    mqtt_varint,
    parser,
    record,
    rest,
    seq,
    text,
    uint8,
    uint16,
    wire,
)

# 1.5 Data representations; 2.3.1 Packet identifier; 4.7 Topic names and topic filters.

string = text(length_prefixed(uint16)).verify(lambda it: "\0" not in it, "text without U+0000")
topic_filter = string.verify(bool, "a character at least")
topic_name = topic_filter.verify(lambda it: not set("+#") & set(it), "a name without wildcards")
identifier = uint16.verify(bool, "an identifier other than 0")


class QoS(IntEnum):
    """4.3 Quality of service levels."""

    AT_MOST_ONCE = 0
    AT_LEAST_ONCE = 1
    EXACTLY_ONCE = 2


class Accepted(IntEnum):
    """3.2.2.3 Connect return codes."""

    ACCEPTED = 0
    BAD_VERSION = 1
    BAD_IDENTIFIER = 2
    UNAVAILABLE = 3
    BAD_CREDENTIALS = 4
    NOT_AUTHORIZED = 5


class Granted(IntEnum):
    """3.9.3 Return codes of SUBACK."""

    AT_MOST_ONCE = 0
    AT_LEAST_ONCE = 1
    EXACTLY_ONCE = 2
    FAILURE = 0x80


qos = uint8.try_map(QoS, int)
T = TypeVar("T")


def packet(first: int, body: Parser[T]) -> Parser[T]:
    """2.2 Fixed header: type and flags, and the remaining length."""
    return literal(bytes([first])) >> length_prefixed(mqtt_varint, body)


# 3.1 CONNECT: the variable header's flags say what the payload has.


@wire
class ConnectFlags:
    username: bool = bit(1, bool)
    password: bool = bit(1, bool)
    will_retain: bool = bit(1, bool)
    will_qos: QoS = bit(2, QoS)
    will: bool = bit(1, bool)
    clean: bool = bit(1, bool)
    reserved: bool = bit(1, bool)

    def are_allowed(self) -> bool:
        will = self.will or not (self.will_qos or self.will_retain)
        return will and self.username >= self.password and not self.reserved


@frozen
class Will:
    topic: str
    message: bytes
    qos: QoS = QoS.AT_MOST_ONCE
    retain: bool = False


@frozen
class Connect:
    client_id: str
    keep_alive: int = 0
    clean: bool = True
    will: Will | None = None
    username: str | None = None
    password: bytes | None = None

    @property
    def flags(self) -> ConnectFlags:
        will = self.will or Will("", b"")
        named, secret = self.username is not None, self.password is not None
        return ConnectFlags(
            named, secret, will.retain, will.qos, self.will is not None, self.clean, False
        )


connect_flags = bits(ConnectFlags).verify(ConnectFlags.are_allowed, "flags as in 3.1.2.3")


@parser
def connect() -> Steps[Connect]:
    yield from literal(b"\x00\x04MQTT\x04")
    flags = yield from connect_flags.of(lambda it: it.flags)
    keep_alive = yield from uint16.of(lambda it: it.keep_alive)
    client_id = yield from string.of(lambda it: it.client_id)
    will = username = password = None
    if flags.will:
        topic = yield from topic_name.of(lambda it: it.will.topic)
        message = yield from length_prefixed(uint16).of(lambda it: it.will.message)
        will = Will(topic, message, flags.will_qos, flags.will_retain)
    if flags.username:
        username = yield from string.of(lambda it: it.username)
    if flags.password:
        password = yield from length_prefixed(uint16).of(lambda it: it.password)
    if not (client_id or flags.clean):
        raise ParseError("a session that is kept needs a client identifier")
    return Connect(client_id, keep_alive, flags.clean, will, username, password)


# 3.2 CONNACK.


@wire
class Connack:
    session_present: bool = field(literal(b"\0").value(False) | literal(b"\1").value(True))
    code: Accepted = field(uint8.try_map(Accepted, int))


# 3.3 PUBLISH: the fixed header's flags say what the variable header has.


@wire
class PublishFlags:
    type: int = bit(4, int)
    dup: bool = bit(1, bool)
    qos: QoS = bit(2, QoS)
    retain: bool = bit(1, bool)


@frozen
class Publish:
    topic: str
    payload: bytes
    qos: QoS = QoS.AT_MOST_ONCE
    retain: bool = False
    dup: bool = False
    packet_id: int | None = None


def are_publish(flags: PublishFlags) -> bool:
    return flags.type == 3 and bool(flags.qos or not flags.dup)


publish_flags = bits(PublishFlags).verify(are_publish, "type and flags as in 3.3.1")


@parser
def publish() -> Steps[Publish]:
    flags = yield from publish_flags.of(lambda it: PublishFlags(3, it.dup, it.qos, it.retain))
    return (yield from length_prefixed(mqtt_varint, message(flags)).of(lambda it: it))


@parser
def message(flags: PublishFlags) -> Steps[Publish]:
    topic = yield from topic_name.of(lambda it: it.topic)
    packet_id = None
    if flags.qos:
        packet_id = yield from identifier.of(lambda it: it.packet_id)
    payload = yield from rest.of(lambda it: it.payload)
    return Publish(topic, payload, flags.qos, flags.retain, flags.dup, packet_id)


# 3.4 to 3.14: the others.


@wire
class Puback:
    packet_id: int = field(identifier)


@wire
class Pubrec:
    packet_id: int = field(identifier)


@wire
class Pubrel:
    packet_id: int = field(identifier)


@wire
class Pubcomp:
    packet_id: int = field(identifier)


@wire
class Subscribe:
    packet_id: int = field(identifier)
    filters: list[tuple[str, QoS]] = field(many(seq(topic_filter, qos), min=1))


@wire
class Suback:
    packet_id: int = field(identifier)
    granted: list[Granted] = field(many(uint8.try_map(Granted, int), min=1))


@wire
class Unsubscribe:
    packet_id: int = field(identifier)
    filters: list[str] = field(many(topic_filter, min=1))


@wire
class Unsuback:
    packet_id: int = field(identifier)


@wire
class Pingreq: ...


@wire
class Pingresp: ...


@wire
class Disconnect: ...


# 2.2.1 Control packet types: the high half of the first byte.

Packet: TypeAlias = (
    Connect | Connack | Publish | Puback | Pubrec | Pubrel | Pubcomp | Subscribe | Suback
    | Unsubscribe | Unsuback | Pingreq | Pingresp | Disconnect
)  # fmt: skip

TYPES: dict[type, int] = {kind: number for number, kind in enumerate(get_args(Packet), start=1)}

control_packet: Parser[Packet] = dispatch(
    lookahead(uint8.map(lambda first: first >> 4, lambda number: number << 4)),
    {
        1: packet(0x10, connect),
        2: packet(0x20, record(Connack)),
        3: publish,
        4: packet(0x40, record(Puback)),
        5: packet(0x50, record(Pubrec)),
        6: packet(0x62, record(Pubrel)),
        7: packet(0x70, record(Pubcomp)),
        8: packet(0x82, record(Subscribe)),
        9: packet(0x90, record(Suback)),
        10: packet(0xA2, record(Unsubscribe)),
        11: packet(0xB0, record(Unsuback)),
        12: packet(0xC0, record(Pingreq)),
        13: packet(0xD0, record(Pingresp)),
        14: packet(0xE0, record(Disconnect)),
    },
    key=lambda it: TYPES.get(type(it)),
)
