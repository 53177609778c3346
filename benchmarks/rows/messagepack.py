"""MessagePack documents of some forty values: maps in arrays in maps, and all that is common."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from examples.messagepack import Value, value

from .._driving import calling, in_connection, streaming
from .._rows import Competitor, Job, Row, Runner, ahead, within
from ..limits import messagepack as limits

__all__ = ["ROWS"]

WORDS = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hôtel", "índia"]


def document(source: random.Random) -> Value:
    def words(most: int) -> list[Value]:
        return list(source.choices(WORDS, k=source.randrange(most)))

    orders: list[Value] = [
        {"sku": source.choice(WORDS), "count": source.randrange(200), "price": source.random()}
        for _ in range(source.randrange(4))
    ]
    return {
        "id": source.getrandbits(32),
        "name": " ".join(source.choices(WORDS, k=2)),
        "note": " ".join(source.choices(WORDS, k=10)),
        "active": source.random() < 0.5,
        "score": source.uniform(-1, 1),
        "balance": source.randrange(-10_000, 10_000),
        "tags": words(6),
        "address": {"street": source.choice(WORDS), "geo": [source.random(), source.random()]},
        "orders": orders,
        "key": source.randbytes(source.randrange(24)),
        "parent": None,
    }


def documents(items: int) -> bytes:
    source = random.Random(6)
    return b"".join(value.build(document(source)) for _ in range(items))


def unpacking(unpacker: Callable[[], Any]) -> Runner:
    def make() -> Callable[[bytes], list[Any]]:
        one = unpacker()

        def feed(chunk: bytes) -> list[Any]:
            one.feed(chunk)
            return list(one)

        return feed

    return calling(make)


def fallback() -> Runner:
    from msgpack.fallback import Unpacker

    return unpacking(Unpacker)


def in_c() -> Runner:
    from msgpack._cmsgpack import Unpacker

    return unpacking(Unpacker)


DOCUMENTS = Row(
    Job("MessagePack documents, nested", documents, items=256),
    ours=(Competitor("stream(value)", lambda: streaming(value)),),
    peers=(
        Competitor("msgpack in Python", fallback),
        Competitor("msgpack (C)", in_c),
    ),
    limits=(Competitor("limit", lambda: calling(limits.documents)),),
    targets={"limit": within(1.3), "msgpack in Python": ahead(2)},
)

ROWS = [DOCUMENTS, *DOCUMENTS.in_small_chunks(in_connection)]
