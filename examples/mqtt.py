"""MQTT 3.1.1: all fourteen control packets, for clients and for servers.

A packet is its type and four flags, how many bytes remain, and these bytes.

Source: MQTT Version 3.1.1, OASIS Standard, 2014; its sections are named below.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TypeAlias, TypeVar

from attrs import frozen

from ohneio import (
    Parser,
    bit,
    dispatch,
    field,
    length_prefixed,
    literal,
    lookahead,
    many,
    mqtt_varint,
    record,
    rest,
    seq,
    text,
    uint8,
    uint16,
    wire,
)

# 1.5 Data representations; 2.3.1 Packet identifier; 4.7 Topic names and topic filters.

binary = length_prefixed(uint16)
string = text(binary).verify(lambda it: "\0" not in it, "text without U+0000")
topic_filter = string.verify(bool, "a character at least")
topic_name = topic_filter.verify(
    lambda it: "+" not in it and "#" not in it, "a name without wildcards"
)
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


@frozen
class Will:
    """3.1.2.5: what is to be published when the connection is lost."""

    topic: str
    message: bytes
    qos: QoS = QoS.AT_MOST_ONCE
    retain: bool = False


def will(it: Connect) -> Parser[Will]:
    """Topic and message, in the payload; the rest is in the flags."""
    return seq(topic_name, binary).map(
        lambda parts: Will(*parts, it.will_qos, it.will_retain), lambda it: (it.topic, it.message)
    )


@wire
class Connect:
    """3.1: its flags say what the payload has."""

    has_username: bool = bit(1, bool, computed=lambda it: it.username is not None)
    has_password: bool = bit(
        1, bool, computed=lambda it: it.password is not None,
        verify=lambda it: it.has_username or not it.has_password, expected="no password alone",
    )  # fmt: skip
    will_retain: bool = bit(1, bool, computed=lambda it: it.will is not None and it.will.retain)
    will_qos: QoS = bit(2, QoS, computed=lambda it: it.will.qos if it.will else QoS.AT_MOST_ONCE)
    has_will: bool = bit(
        1, bool, computed=lambda it: it.will is not None,
        verify=lambda it: it.has_will or not (it.will_qos or it.will_retain), expected="a will",
    )  # fmt: skip
    clean: bool = bit(1, bool, default=True, kw_only=True)
    reserved: int = bit(1, always=0)
    keep_alive: int = field(uint16, default=0, kw_only=True)
    client_id: str = field(
        string, verify=lambda it: it.client_id or it.clean, expected="whose session to keep"
    )
    will: Will | None = field(will, when=lambda it: it.has_will, default=None)
    username: str | None = field(string, when=lambda it: it.has_username, default=None)
    password: bytes | None = field(binary, when=lambda it: it.has_password, default=None)


@wire
class Connack:
    """3.2."""

    reserved: int = bit(7, always=0)
    session_present: bool = bit(1, bool)
    code: Accepted = field(uint8.try_map(Accepted, int))


@wire
class Publish:
    """3.3: flags in its first byte say what stands behind the topic."""

    type: int = bit(4, always=3)
    dup: bool = bit(
        1, bool, default=False, kw_only=True,
        verify=lambda it: it.qos or not it.dup, expected="flags as in 3.3.1",
    )  # fmt: skip
    qos: QoS = bit(2, QoS, default=QoS.AT_MOST_ONCE, kw_only=True)
    retain: bool = bit(1, bool, default=False, kw_only=True)
    remaining: int = field(mqtt_varint, frames=True)
    topic: str = field(topic_name)
    packet_id: int | None = field(identifier, when=lambda it: it.qos, default=None, kw_only=True)
    payload: bytes = field(rest)


@wire
class Identified:
    """2.3.1: what has a packet identifier, as all of the others but the last three do."""

    packet_id: int = field(identifier)


class Puback(Identified): ...


class Pubrec(Identified): ...


class Pubrel(Identified): ...


class Pubcomp(Identified): ...


@wire
class Subscribe(Identified):
    filters: list[tuple[str, QoS]] = field(many(seq(topic_filter, qos), min=1))


@wire
class Suback(Identified):
    granted: list[Granted] = field(many(uint8.try_map(Granted, int), min=1))


@wire
class Unsubscribe(Identified):
    filters: list[str] = field(many(topic_filter, min=1))


class Unsuback(Identified): ...


@wire
class Pingreq: ...


@wire
class Pingresp: ...


@wire
class Disconnect: ...


publish = record(Publish)

# 2.2.1 Control packet types: the high half of the first byte.

Packet: TypeAlias = (
    Connect | Connack | Publish | Puback | Pubrec | Pubrel | Pubcomp | Subscribe | Suback
    | Unsubscribe | Unsuback | Pingreq | Pingresp | Disconnect
)  # fmt: skip

control_packet: Parser[Packet] = dispatch(
    lookahead(uint8.map(lambda first: first >> 4, lambda number: number << 4)),
    {
        1: packet(0x10, literal(b"\x00\x04MQTT\x04") >> record(Connect)),
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
)
