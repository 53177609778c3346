"""Records: of one size, and with a body behind its length.

Construct knows no input that comes in pieces.  It is given as many records as
are there in the way that is fastest for it; a record that was cut is read again.
Its objects, and tuples out of them, are made into ours outside of what is timed.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from typing import Any

from ohneio import field, length_prefixed, record, struct_unpack, uint8, uint16, uint32, wire

from .._driving import calling, collecting, in_connection, streaming
from .._rows import Competitor, Job, Row, Runner, ahead, within
from ..limits import records as limits
from .by_hand import HEADER, records_of_8

__all__ = ["ROWS", "Message", "messages"]


@wire
class Message:
    kind: int = field(uint8)
    id: int = field(uint32)
    body: bytes = field(length_prefixed(uint16))


HEAD = struct.Struct("!BIH")


def message(source: random.Random) -> Message:
    body = source.randbytes(source.randrange(80))
    return Message(source.randrange(256), source.getrandbits(32), body)


def messages(items: int) -> list[Message]:
    source = random.Random(1)
    return [message(source) for _ in range(items)]


def message_bytes(items: int) -> bytes:
    return b"".join(map(record(Message).build, messages(items)))


# sansproto.


def sansproto_messages() -> Runner:
    import sansproto

    @sansproto.receiver
    def receive(emit):
        reader = sansproto.Reader()
        while True:
            reader.begin_event()
            kind, ident, size = yield from reader.read_struct(HEAD)
            emit(Message(kind, ident, (yield from reader.read(size))))

    return collecting(receive)


# Construct.


def construct_records() -> Any:
    import construct
    from construct import Array, Int16ub, Int32ub, this

    one = construct.Struct("id" / Int32ub, "kind" / Int16ub, "flags" / Int16ub)
    return Array(this._params.count, one)


def construct_message() -> Any:
    import construct
    from construct import Bytes, Int8ub, Int16ub, Int32ub, this

    return construct.Struct(
        "kind" / Int8ub, "id" / Int32ub, "size" / Int16ub, "body" / Bytes(this.size)
    )


def in_arrays(array: Any) -> Runner:
    """Parse as many records as there are at once."""

    def make() -> Callable[[bytes], list[Any]]:
        rest = b""

        def feed(chunk: bytes) -> list[Any]:
            nonlocal rest
            data = rest + chunk
            count = len(data) // HEADER.size
            rest = data[count * HEADER.size :]
            return array.parse(data, count=count) if count else []

        return feed

    return calling(make)


def until_cut(layout: Any) -> Runner:
    """Parse messages until one is cut: compiled, it does not see that in the body."""
    import construct

    def make() -> Callable[[bytes], list[Any]]:
        rest = b""

        def feed(chunk: bytes) -> list[Any]:
            nonlocal rest
            stream = BytesIO(rest + chunk)
            values: list[Any] = []
            start = 0
            with suppress(construct.ConstructError, struct.error):
                while len((one := layout.parse_stream(stream)).body) == one.size:
                    values.append(one)
                    start = stream.tell()
            stream.seek(start)
            rest = stream.read()
            return values

        return feed

    return calling(make)


def as_tuple(one: Any) -> tuple[int, int, int]:
    return one.id, one.kind, one.flags


def as_message(one: Any) -> Message:
    return Message(one.kind, one.id, one.body)


RECORDS = Row(
    Job("records of 8 bytes, streamed", records_of_8, items=16384),
    ours=(Competitor('stream(struct_unpack("!IHH"))', lambda: streaming(struct_unpack("!IHH"))),),
    peers=(
        Competitor("construct", lambda: in_arrays(construct_records()), as_tuple),
        Competitor(
            "construct, compiled", lambda: in_arrays(construct_records().compile()), as_tuple
        ),
    ),
    limits=(Competitor("limit (iter_unpack)", lambda: calling(lambda: limits.together(HEADER))),),
    targets={
        "limit (iter_unpack)": within(1.15),
        "construct": ahead(25),
        "construct, compiled": ahead(8),
    },
)

MESSAGES = Row(
    Job("records with a body, into an attrs class", message_bytes, items=4096),
    ours=(Competitor("stream(record(Message))", lambda: streaming(record(Message))),),
    peers=(
        Competitor("construct", lambda: until_cut(construct_message()), as_message),
        Competitor(
            "construct, compiled", lambda: until_cut(construct_message().compile()), as_message
        ),
        Competitor("sansproto", sansproto_messages),
    ),
    limits=(Competitor("limit", lambda: calling(lambda: limits.messages(Message))),),
    targets={
        "limit": within(1.2),
        "construct": ahead(10),
        "construct, compiled": ahead(3.5),
        "sansproto": ahead(1.8),
    },
)

ROWS = [
    RECORDS,
    *RECORDS.in_small_chunks(in_connection),
    MESSAGES,
    *MESSAGES.in_small_chunks(in_connection),
]
