"""Ways to drive a competitor: from a protocol of its kind to a runner."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import attrs

import ohneio

from ._rows import Runner

__all__ = ["Calling", "appending", "calling", "collecting", "connecting", "in_connection"]
__all__ += ["responding", "streaming"]

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


@attrs.frozen
class Calling:
    """Feed a function of its own with the chunks of each run."""

    make: Callable[[], Callable[[bytes], list[Any]]]

    def __call__(self, chunks: Chunks) -> Iterator[list[Any]]:
        feed = self.make()
        for chunk in chunks:
            yield feed(chunk)


def calling(make: Callable[[], Callable[[bytes], list[Any]]]) -> Calling:
    """For functions from a chunk to the values that it completes: the limits."""
    return Calling(make)


def in_connection(limit: Calling) -> Runner:
    """For limits in the place of what is staged: of ours there are only `send` and `events`."""

    def run(chunks: Chunks) -> Iterator[list[Any]]:
        conn, feed = ohneio.stream(ohneio.until(b"\n"))(), limit.make()

        def take(given: tuple[Any, bytes]) -> bool:
            state, chunk = given
            values = feed(chunk)
            if state.emitted:
                state.emitted += values
            else:
                state.emitted = state.events = values
            return True

        conn.send(b"")
        conn._run.lane = take  # no part of what the library offers, as little as the limit is
        for chunk in chunks:
            conn.send(chunk)
            yield conn.events()

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
