"""Protocols written by hand: lines and small records, each emitted.

Every library's protocol is written as its own documentation shows it, with
what it offers for the purpose.  The release of 2016 has neither a search nor
events: its lines are found as its tutorial does it, and its values go into a
list.  Ends of input play no part, so nobody looks for one.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from struct import Struct
from typing import Any

import ohneio
from ohneio import emit, protocol, read, struct_unpack, until

from .._peers import original
from .._rows import Competitor, Job, Row, Runner, ahead
from ..limits import lines as line_limits
from ..limits import records as record_limits

__all__ = ["ROWS"]

HEADER = Struct("!IHH")
Chunks = Sequence[bytes]


def lines_of_40(items: int) -> bytes:
    """Return lines of 40 bytes, the newline included."""
    letters = bytes(set(range(256)) - set(b"\n"))
    source = random.Random(40)
    return b"".join(bytes(source.choices(letters, k=39)) + b"\n" for _ in range(items))


def records_of_8(items: int) -> bytes:
    return random.Random(8).randbytes(8 * items)


# Ways to drive a competitor.


def connecting(connect: Callable[[], ohneio.Connection[Any, Any]]) -> Runner:
    def run(chunks: Chunks) -> Iterator[list[Any]]:
        conn = connect()
        for chunk in chunks:
            conn.send(chunk)
            yield conn.events()

    return run


def calling(make: Callable[[], Callable[[bytes], list[Any]]]) -> Runner:
    def run(chunks: Chunks) -> Iterator[list[Any]]:
        feed = make()
        for chunk in chunks:
            yield feed(chunk)

    return run


def appending(start: Callable[[list[Any]], Any]) -> Runner:
    """For those whose protocols are given a list, and have `send`."""

    def run(chunks: Chunks) -> Iterator[list[Any]]:
        values: list[Any] = []
        conn = start(values)
        for chunk in chunks:
            conn.send(chunk)
            yield values[:]
            values.clear()

    return run


# Ours.


def our_lines() -> Runner:
    line = until(b"\n")

    @protocol
    def lines():
        while True:
            yield from emit((yield from line))

    return connecting(lines)


def our_lines_awaited() -> Runner:
    line = until(b"\n")

    @protocol
    async def lines():
        while True:
            await emit(await line)

    return connecting(lines)


def our_reads() -> Runner:
    unpack = HEADER.unpack

    @protocol
    def records():
        while True:
            yield from emit(unpack((yield from read(8))))

    return connecting(records)


def our_structs() -> Runner:
    record = struct_unpack("!IHH")

    @protocol
    def records():
        while True:
            yield from emit((yield from record))

    return connecting(records)


# sansproto: a reader that is handed around, and a callback for events.


def sansproto_lines() -> Runner:
    import sansproto

    @sansproto.receiver
    def lines(emit):
        reader = sansproto.Reader()
        while True:
            emit((yield from reader.read_until(b"\n")))

    return collecting(lines)


def sansproto_reads() -> Runner:
    import sansproto

    unpack = HEADER.unpack

    @sansproto.receiver
    def records(emit):
        reader = sansproto.Reader()
        while True:
            emit(unpack((yield from reader.read(8))))

    return collecting(records)


def sansproto_structs() -> Runner:
    import sansproto

    @sansproto.receiver
    def records(emit):
        reader = sansproto.Reader()
        while True:
            emit((yield from reader.read_struct(HEADER)))

    return collecting(records)


def collecting(receiver: Any) -> Runner:
    import sansproto

    def run(chunks: Chunks) -> Iterator[list[Any]]:
        collector = sansproto.Collector(receiver)
        for chunk in chunks:
            yield collector.send(chunk)

    return run


# iofree: requests that its driver answers, and a queue of events.


def iofree_lines() -> Runner:
    import iofree

    @iofree.parser
    def lines():
        parser = yield from iofree.get_parser()
        while True:
            parser.respond(result=(yield from iofree.read_until(b"\n", return_tail=False)))

    return responding(lines)


def iofree_reads() -> Runner:
    import iofree

    unpack = HEADER.unpack

    @iofree.parser
    def records():
        parser = yield from iofree.get_parser()
        while True:
            parser.respond(result=unpack((yield from iofree.read(8))))

    return responding(records)


def iofree_structs() -> Runner:
    import iofree

    @iofree.parser
    def records():
        parser = yield from iofree.get_parser()
        while True:
            parser.respond(result=(yield from iofree.read_raw_struct(HEADER)))

    return responding(records)


def responding(protocol: Any) -> Runner:
    def run(chunks: Chunks) -> Iterator[list[Any]]:
        parser = protocol.parser()
        for chunk in chunks:
            parser.send(chunk)
            yield [result for _, _, _, result in parser]

    return run


# ohneio as it was in 2016.


def original_lines() -> Runner:
    then = original()

    def wait_for(delimiter):
        while True:
            data = yield from then.peek()
            at = data.find(delimiter)
            if at >= 0:  # its tutorial has `> 0`, and stops at an empty line
                return at
            yield from then.wait()

    @then.protocol
    def lines(values):
        while True:
            size = yield from wait_for(b"\n")
            values.append((yield from then.read(size + 1))[:size])

    return appending(lines)


def original_reads() -> Runner:
    then = original()
    unpack = HEADER.unpack

    @then.protocol
    def records(values):
        while True:
            values.append(unpack((yield from then.read(8))))

    return appending(records)


TARGETS = {"iofree": ahead(2.5), "ohneio of 2016": ahead(5)}
LINES = Job("lines of 40 bytes, by hand", lines_of_40, items=8192)
READS = Job("records of 8 bytes, by hand: read and unpack", records_of_8, items=8192)
STRUCTS = Job("records of 8 bytes, by hand: a struct at a time", records_of_8, items=8192)

ROWS = [
    Row(
        LINES,
        ours=(Competitor("yield from", our_lines), Competitor("await", our_lines_awaited)),
        peers=(
            Competitor("sansproto", sansproto_lines),
            Competitor("iofree", iofree_lines),
            Competitor("ohneio of 2016", original_lines),
        ),
        limits=(
            Competitor("flat loop", lambda: calling(line_limits.by_find)),
            Competitor("split", lambda: calling(line_limits.by_split)),
        ),
        targets={"sansproto": ahead(1.2), **TARGETS},
    ),
    Row(
        READS,
        ours=(Competitor("read(8)", our_reads),),
        peers=(
            Competitor("sansproto", sansproto_reads),
            Competitor("iofree", iofree_reads),
            Competitor("ohneio of 2016", original_reads),
        ),
        limits=(
            Competitor("flat loop", lambda: calling(lambda: record_limits.one_by_one(HEADER))),
        ),
        targets={"sansproto": ahead(1), **TARGETS},
    ),
    Row(
        STRUCTS,
        ours=(Competitor("struct_unpack", our_structs),),
        peers=(
            Competitor("sansproto", sansproto_structs),
            Competitor("iofree", iofree_structs),
            Competitor("ohneio of 2016", original_reads),
        ),
        limits=(
            Competitor("iter_unpack", lambda: calling(lambda: record_limits.together(HEADER))),
        ),
        targets={"sansproto": ahead(1), **TARGETS},
    ),
]
