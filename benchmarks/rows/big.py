"""Big items: in how many pieces they come must not matter.

That the work is linear is counted and not timed: bytes that were scanned and
copied, see `ohneio.testing.count_work`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from examples.resp import reply2
from ohneio import Limits, Parser, length_prefixed, stream, uint32
from ohneio.testing import count_work

from .._driving import calling, streaming
from .._measuring import Outcome, Ratio, Special
from .._rows import Competitor, Job, Row, within
from ..limits import big as limits

__all__ = ["ROWS", "array", "body", "work"]

KIB = 1024
SMALL = 64
BODY = length_prefixed(uint32)


def body(kib: int) -> bytes:
    """Return a body of so many KiB behind its length."""
    return (kib * KIB).to_bytes(4) + random.Random(9).randbytes(KIB) * kib


def array(items: int) -> bytes:
    """Return a reply: an array of so many strings."""
    return b"*%d\r\n" % items + b"$8\r\na string\r\n" * items


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


# Work.


def work(parser: Parser[Any], data: bytes, chunk: int) -> float:
    """Return how many bytes were scanned and copied for each of *data*, which is one item."""
    conn = stream(parser)()
    counted = count_work(conn)
    events = 0
    for part in cut(data, chunk):
        conn.send(part)
        events += len(conn.events())
    if events != 1:
        raise ValueError(f"{events} items")
    return counted.total / len(data)


def counting(name: str, parser: Parser[Any], data: Callable[[], bytes]) -> Special:
    def measure(_: int) -> Outcome:
        wire = data()
        ways = {f"in chunks of {SMALL}": SMALL, "in one chunk": len(wire)}
        ratios = [
            Ratio(way, "bytes", *[1 / work(parser, wire, size)] * 3, within(3), "work")
            for way, size in ways.items()
        ]
        return Outcome(f"{name}: work", SMALL, rounds=1, ratios=tuple(ratios))

    return Special(f"{name}: work", measure, SMALL)


JOINED = Row(
    Job("a body of 100 MB", body, items=100 * KIB, single=True),
    ours=(
        Competitor(
            "stream(length_prefixed(uint32))",
            lambda: streaming(BODY, Limits(max_buffered=1 << 31)),
        ),
    ),
    limits=(Competitor('b"".join', lambda: calling(lambda: limits.bodies(1 << 31))),),
    targets={'b"".join': within(2)},
)

ROWS = [
    counting("a body of 1 MB", BODY, lambda: body(KIB)),
    counting("an array of 10,000 strings", reply2, lambda: array(10_000)),
    JOINED,
]
