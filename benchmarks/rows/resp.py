"""Replies of Redis, version 2: mixed, and nested arrays among them.

The clients of Redis give a simple string as bytes and an error as an exception,
redis-py without its code where that is known: all replies are compared in this
poorer form.  That ours and the limit's are of the same classes is tested apart.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from examples.resp import Error, Reply, Simple, reply2

from .._driving import calling, collecting, in_connection, streaming
from .._rows import Competitor, Job, Row, Runner, ahead, within
from ..limits import resp as limits

__all__ = ["ROWS"]

ERRORS = (b"ERR unknown command 'FOO'", b"WRONGTYPE Operation against a key holding the wrong kind")


def mixed(source: random.Random, depth: int = 0) -> Reply:
    """Return a reply: half of them strings, and arrays in arrays at most three deep."""
    kinds = ["bulk", "bulk", "bulk", "bulk", "number", "number", "simple", "null", "error", "array"]
    kind = source.choice(kinds[:-1] if depth == 3 else kinds)
    if kind == "array":
        return [mixed(source, depth + 1) for _ in range(source.randrange(8))]
    return {
        "bulk": source.randbytes(source.randrange(48)),
        "number": source.choice([source.randrange(100), source.randrange(-10_000, 1_000_000)]),
        "simple": Simple(source.choice([b"OK", b"PONG", b"QUEUED"])),
        "null": None,
        "error": Error(source.choice(ERRORS)),
    }[kind]


def replies(items: int) -> bytes:
    source = random.Random(2)
    return b"".join(reply2.build(mixed(source)) for _ in range(items))


# sansproto.


def read_reply(reader):
    line = yield from reader.read_until(b"\r\n")
    kind, text = line[:1], line[1:]
    if kind == b"$":
        return (yield from read_string(reader, int(text)))
    if kind == b":":
        return int(text)
    if kind == b"*":
        return (yield from read_array(reader, int(text)))
    if kind in (b"+", b"-"):
        return Simple(text) if kind == b"+" else Error(text)
    raise ValueError(f"no type of reply: {kind!r}")


def read_string(reader, size):
    if size < 0:
        return None
    return (yield from reader.read(size + 2))[:-2]


def read_array(reader, count):
    if count < 0:
        return None
    items = []
    for _ in range(count):
        items.append((yield from read_reply(reader)))  # noqa: PERF401  # no comprehension yields
    return items


def sansproto_replies() -> Runner:
    import sansproto

    @sansproto.receiver
    def receive(emit):
        reader = sansproto.Reader()
        while True:
            reader.begin_event()
            emit((yield from read_reply(reader)))

    return collecting(receive)


# redis-py: its parser asks a socket, which here has one chunk after the other.


class Ended(Exception):
    """There is no other chunk."""


class Socket:
    """Hand out chunks, as a blocking socket does; `asked` tells whether it did so."""

    def __init__(self, chunks: Sequence[bytes]) -> None:
        self.chunks = iter(chunks)
        self.asked = False

    def recv(self, _: int) -> bytes:
        self.asked = True
        for chunk in self.chunks:
            return chunk
        raise Ended


class Connected:
    """What the parser wants to know of a connection."""

    socket_timeout = None

    def __init__(self, chunks: Sequence[bytes], encoder: object) -> None:
        self._sock = Socket(chunks)
        self.encoder = encoder


def redis_replies() -> Runner:
    from redis._parsers import Encoder, _RESP2Parser

    encoder = Encoder("utf-8", "strict", decode_responses=False)

    def run(chunks: Sequence[bytes]) -> Iterator[list[Any]]:
        parser = _RESP2Parser(64 * 1024)
        connected = Connected(chunks, encoder)
        parser.on_connect(connected)
        yield from batches(parser.read_response, connected._sock)

    return run


def batches(read: Callable[[], Any], socket: Socket) -> Iterator[list[Any]]:
    """Yield the replies of each chunk: those read until the socket was asked again."""
    values: list[Any] = []
    try:
        while True:
            values.append(read())
            if socket.asked:
                socket.asked = False
                yield values
                values = []
    except Ended:
        yield values


# hiredis: C.


def hiredis_replies() -> Runner:
    import hiredis

    def make() -> Callable[[bytes], list[Any]]:
        reader = hiredis.Reader(notEnoughData=Ended)

        def feed(chunk: bytes) -> list[Any]:
            reader.feed(chunk)
            return list(iter(reader.gets, Ended))

        return feed

    return calling(make)


# What all of them can say.


def poorer(reply: Any) -> Any:
    """Return what a client of Redis makes of a reply."""
    if isinstance(reply, list):
        return [poorer(one) for one in reply]
    if isinstance(reply, (Error, Exception)):
        text = reply.text.decode() if isinstance(reply, Error) else str(reply)
        return "error", text.removeprefix("ERR ")
    return reply.text if isinstance(reply, Simple) else reply


REPLIES = Row(
    Job("RESP2 replies, mixed, nested arrays", replies, items=4096),
    ours=(Competitor("stream(reply2)", lambda: streaming(reply2), poorer),),
    peers=(
        Competitor("redis-py", redis_replies, poorer),
        Competitor("sansproto", sansproto_replies, poorer),
        Competitor("hiredis (C)", hiredis_replies, poorer),
    ),
    limits=(Competitor("limit", lambda: calling(limits.replies), poorer),),
    targets={"limit": within(1.2), "redis-py": ahead(1.5), "sansproto": ahead(1.8)},
)

ROWS = [REPLIES, *REPLIES.in_small_chunks(in_connection)]
