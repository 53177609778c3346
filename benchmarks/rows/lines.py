"""Lines, which end in a byte: streamed, and all of them in one input."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

from ohneio import Parser, many, stream, until

from .._driving import calling, connecting, in_connection
from .._rows import ALL, Competitor, Job, Row, Runner, ahead, within
from ..limits import lines as limits
from .by_hand import iofree_lines, lines_of_40, original_lines, sansproto_lines

__all__ = ["ROWS"]


def ours() -> Runner:
    return connecting(stream(until(b"\n")))


class Loop:
    """What a `asyncio.StreamReader` needs of an event loop: nothing else is to be timed."""

    def get_debug(self) -> bool:
        return False

    def create_future(self) -> asyncio.Future[None]:
        return asyncio.Future(loop=self)


def stream_reader() -> Runner:
    """The coroutine is driven by hand, which is faster than any event loop.

    Its lines have their newline, which is taken off when they are compared.
    """

    async def lines(reader: asyncio.StreamReader, values: list[bytes]) -> None:
        while True:
            values.append(await reader.readuntil(b"\n"))

    def run(chunks: Sequence[bytes]) -> Iterator[list[bytes]]:
        reader = asyncio.StreamReader(limit=limits.MAX, loop=Loop())
        values: list[bytes] = []
        task = lines(reader, values)
        task.send(None)
        for chunk in chunks:
            reader.feed_data(chunk)
            task.send(None)
            yield values[:]
            values.clear()
        task.close()

    return run


def without_newline(line: bytes) -> bytes:
    return line[:-1]


STREAMED = Row(
    Job("lines of 40 bytes, streamed", lines_of_40, items=32768),
    ours=(Competitor('stream(until(b"\\n"))', ours),),
    peers=(
        Competitor("sansproto", sansproto_lines),
        Competitor("iofree", iofree_lines),
        Competitor("ohneio of 2016", original_lines),
        Competitor("asyncio.StreamReader", stream_reader, same=without_newline),
    ),
    limits=(Competitor("limit (split)", lambda: calling(limits.by_split)),),
    targets={"limit (split)": within(1.15), ALL: ahead(4)},
)


# All in one input.


def whole(items: int) -> list[bytes]:
    return [lines_of_40(items)]


def parsing(parser: Parser[Any]) -> Runner:
    return lambda inputs: ([parser.parse(data)] for data in inputs)


def splitting(inputs: Sequence[bytes]) -> Iterator[list[list[bytes]]]:
    for data in inputs:
        lines = data.split(b"\n")
        lines.pop()
        yield [lines]


def whole_row(name: str, max: int | None, target: float) -> Row:
    """Return the row for lines of at most *max* bytes, or of any size."""
    line = until(b"\n") if max is None else until(b"\n", max=max)
    return Row(
        Job(name, whole, items=8192, chunk=None, single=True),
        ours=(Competitor("many(until(...)).parse", lambda: parsing(many(line))),),
        limits=(Competitor("bytes.split", lambda: splitting),),
        targets={"bytes.split": within(target)},
    )


ROWS = [
    STREAMED,
    *STREAMED.in_small_chunks(in_connection),
    whole_row("lines of 40 bytes, whole input", None, 1.3),
    whole_row("lines of 40 bytes, whole input, each within max", 64, 2),
]
