"""Ways to drive a competitor: from a protocol of its kind to a runner."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import ohneio

from ._rows import Runner

__all__ = ["appending", "calling", "collecting", "connecting", "responding", "streaming"]

Chunks = Sequence[bytes]
LIMITS = ohneio.Limits()


def connecting(connect: Callable[[], ohneio.Connection[Any, Any]]) -> Runner:
    """For protocols on ohneio."""

    def run(chunks: Chunks) -> Iterator[list[Any]]:
        conn = connect()
        for chunk in chunks:
            conn.send(chunk)
            yield conn.events()

    return run


def streaming(parser: ohneio.Parser[Any], limits: ohneio.Limits = LIMITS) -> Runner:
    """For grammars of one item."""
    return connecting(ohneio.stream(parser, limits=limits))


def calling(make: Callable[[], Callable[[bytes], list[Any]]]) -> Runner:
    """For functions from a chunk to the values that it completes: the limits."""

    def run(chunks: Chunks) -> Iterator[list[Any]]:
        feed = make()
        for chunk in chunks:
            yield feed(chunk)

    return run


def appending(start: Callable[[list[Any]], Any]) -> Runner:
    """For what is given a list for its values, and has `send`: ohneio as it was in 2016."""

    def run(chunks: Chunks) -> Iterator[list[Any]]:
        values: list[Any] = []
        conn = start(values)
        for chunk in chunks:
            conn.send(chunk)
            yield values[:]
            values.clear()

    return run


def collecting(receiver: Any) -> Runner:
    """For receivers of sansproto."""
    import sansproto

    def run(chunks: Chunks) -> Iterator[list[Any]]:
        collector = sansproto.Collector(receiver)
        for chunk in chunks:
            yield collector.send(chunk)

    return run


def responding(protocol: Any) -> Runner:
    """For parsers of iofree."""

    def run(chunks: Chunks) -> Iterator[list[Any]]:
        parser = protocol.parser()
        for chunk in chunks:
            parser.send(chunk)
            yield [result for _, _, _, result in parser]

    return run
