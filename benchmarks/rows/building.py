"""Building: commands for Redis, MQTT packets and records, each value on its own.

Values come in batches, so that what is timed is building and not asking for the
next value.  Construct takes dicts, which are made outside of what is timed; it
knows no sizes in decimal, and so no commands.  All of MQTT's packets together are
not known to be unambiguous, so that what is built is parsed again to be compared:
they are shown aside.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from examples.mqtt import Publish, control_packet, publish
from examples.resp import command
from ohneio import Parser, record

from .._rows import Competitor, Job, Row, Runner, ahead, within
from ..limits.mqtt import write_publish
from ..limits.records import writing_message
from ..limits.resp import write_command
from . import mqtt, records
from .records import Message

__all__ = ["ROWS"]

BATCH = 64


def in_batches(values: Callable[[int], list[Any]]) -> Callable[[int], list[list[Any]]]:
    def make(items: int) -> list[list[Any]]:
        made = values(items)
        return [made[start : start + BATCH] for start in range(0, items, BATCH)]

    return make


def each(build: Callable[[Any], Any]) -> Runner:
    def run(batches: Sequence[list[Any]]) -> Iterator[list[Any]]:
        for batch in batches:
            yield [build(value) for value in batch]

    return run


def ours(name: str, parser: Parser[Any], *, aside: bool = False) -> Competitor:
    return Competitor(f"{name}.build", lambda: each(parser.build), aside=aside)


def limit(write: Callable[[Any], bytes]) -> Competitor:
    return Competitor("limit", lambda: each(write))


# Commands.


def commands(items: int) -> list[list[bytes]]:
    source = random.Random(7)

    def one() -> list[bytes]:
        key = b"user:%d:name" % source.randrange(10**6)
        if source.random() < 0.5:
            return [b"GET", key]
        return [b"SET", key, source.randbytes(source.randrange(60)), b"EX", b"3600"]

    return [one() for _ in range(items)]


def redis_packer() -> Runner:
    from redis._parsers import Encoder
    from redis.connection import PythonRespSerializer

    encoder = Encoder("utf-8", "strict", decode_responses=False)
    pack = PythonRespSerializer(6000, encoder.encode).pack
    return each(lambda one: pack(*one))


COMMANDS = Row(
    Job("building RESP commands", in_batches(commands), items=4096, chunk=None),
    ours=(ours("command", command),),
    peers=(Competitor("redis-py", redis_packer, same=b"".join),),
    limits=(limit(write_command),),
    targets={"limit": within(1.3), "redis-py": ahead(1)},
)


# MQTT.


def construct_publish() -> Any:
    import construct
    from construct import BitsInteger, BitStruct, Flag, If, Int16ub, Nibble, Prefixed, VarInt, this

    flags = BitStruct("type" / Nibble, "dup" / Flag, "qos" / BitsInteger(2), "retain" / Flag)
    body = construct.Struct(
        "topic" / construct.PascalString(Int16ub, "utf8"),
        "packet_id" / If(this._.flags.qos > 0, Int16ub),
        "payload" / construct.GreedyBytes,
    )
    return construct.Struct("flags" / flags, "body" / Prefixed(VarInt, body))


def as_dicts(batch: list[Publish]) -> list[dict[str, Any]]:
    return [
        {
            "flags": {"type": 3, "dup": one.dup, "qos": int(one.qos), "retain": one.retain},
            "body": {"topic": one.topic, "packet_id": one.packet_id, "payload": one.payload},
        }
        for one in batch
    ]


PACKETS = Row(
    Job("building MQTT PUBLISH packets", in_batches(mqtt.messages), items=2048, chunk=None),
    ours=(ours("publish", publish), ours("control_packet", control_packet, aside=True)),
    peers=(
        Competitor("construct", lambda: each(construct_publish().build), given=as_dicts),
        Competitor(
            "construct, compiled",
            lambda: each(construct_publish().compile().build),
            given=as_dicts,
        ),
    ),
    limits=(limit(write_publish),),
    targets={"limit": within(1.3), "construct": ahead(1), "construct, compiled": ahead(1)},
)


# Records.


def construct_message() -> Any:
    import construct
    from construct import GreedyBytes, Int8ub, Int16ub, Int32ub, Prefixed

    return construct.Struct(
        "kind" / Int8ub, "id" / Int32ub, "body" / Prefixed(Int16ub, GreedyBytes)
    )


def as_fields(batch: list[Message]) -> list[dict[str, Any]]:
    return [{"kind": one.kind, "id": one.id, "body": one.body} for one in batch]


MESSAGES = Row(
    Job("building attrs records with a body", in_batches(records.messages), 4096, chunk=None),
    ours=(ours("record(Message)", record(Message)),),
    peers=(
        Competitor("construct", lambda: each(construct_message().build), given=as_fields),
        Competitor(
            "construct, compiled",
            lambda: each(construct_message().compile().build),
            given=as_fields,
        ),
    ),
    limits=(limit(writing_message(Message)),),
    targets={"limit": within(1.3), "construct": ahead(1), "construct, compiled": ahead(1)},
)

ROWS = [COMMANDS, PACKETS, MESSAGES]
