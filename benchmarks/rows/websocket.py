"""WebSocket frames with masked payloads of 40 bytes, as a client sends them.

The peers do not tell the mask, and their payloads may be of another class: what
is compared is opcode, payload and fin.  Both also know which frames make a
message, and websockets unmasks in C.  Its reader of frames, which is no part of
what it offers, is shown aside.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from examples.websocket import Frame, Opcode, frame

from .._driving import calling, in_connection, streaming
from .._rows import Competitor, Job, Row, Runner, ahead, within
from ..limits import websocket as limits

__all__ = ["ROWS"]


def frames(items: int) -> bytes:
    source = random.Random(4)
    return b"".join(
        frame.build(Frame(Opcode.BINARY, source.randbytes(40), mask=source.randbytes(4)))
        for _ in range(items)
    )


# wsproto.


def wsproto_frames() -> Runner:
    from wsproto.frame_protocol import FrameProtocol

    def make() -> Callable[[bytes], list[Any]]:
        protocol = FrameProtocol(client=False, extensions=[])
        pieces: list[Any] = []  # a frame that was cut is handed out in pieces

        def feed(chunk: bytes) -> list[Any]:
            protocol.receive_bytes(chunk)
            found = []
            for one in protocol.received_frames():
                if pieces or not one.frame_finished:
                    pieces.append(one)
                if one.frame_finished:
                    found.append(joined(pieces) if pieces else one)
            return found

        return feed

    return calling(make)


def joined(pieces: list[Any]) -> Any:
    payload = b"".join([one.payload for one in pieces])
    whole = pieces[-1]._replace(opcode=pieces[0].opcode, payload=payload)
    pieces.clear()
    return whole


def from_wsproto(one: Any) -> tuple[int, bytes, bool]:
    return int(one.opcode), bytes(one.payload), one.message_finished


# websockets.


def websockets_reader() -> Runner:
    from websockets.frames import Frame
    from websockets.streams import StreamReader

    def parse(reader, values):
        while True:
            values.append((yield from Frame.parse(reader.read_exact, mask=True, max_size=2**20)))

    def make() -> Callable[[bytes], list[Any]]:
        reader = StreamReader()
        values: list[Any] = []
        parsing = parse(reader, values)

        def feed(chunk: bytes) -> list[Any]:
            reader.feed_data(chunk)
            next(parsing)
            found = values[:]
            values.clear()
            return found

        return feed

    return calling(make)


def websockets_frames() -> Runner:
    from websockets.protocol import SERVER, Protocol

    def make() -> Callable[[bytes], list[Any]]:
        protocol = Protocol(SERVER)

        def feed(chunk: bytes) -> list[Any]:
            protocol.receive_data(chunk)
            return protocol.events_received()

        return feed

    return calling(make)


def from_websockets(one: Any) -> tuple[int, bytes, bool]:
    return int(one.opcode), bytes(one.data), one.fin


def without_mask(one: Frame) -> tuple[int, bytes, bool]:
    return int(one.opcode), one.payload, one.fin


FRAMES = Row(
    Job("WebSocket frames, masked payloads of 40 bytes", frames, items=4096),
    ours=(Competitor("stream(frame)", lambda: streaming(frame), without_mask),),
    peers=(
        Competitor("wsproto", wsproto_frames, from_wsproto),
        Competitor("websockets", websockets_frames, from_websockets),
        Competitor("websockets' reader alone", websockets_reader, from_websockets, aside=True),
    ),
    limits=(Competitor("limit", lambda: calling(limits.frames), without_mask),),
    targets={"limit": within(1.2), "wsproto": ahead(6), "websockets": ahead(2)},
)

ROWS = [FRAMES, *FRAMES.in_small_chunks(in_connection)]
