"""HTTP/1.1 request heads with eight fields, as a browser sends them.

h11 is told of each request's end and sends a response before it takes the next
one, as its documentation has it; its reader alone, which is no part of what it
offers, is shown aside.  Its requests are made ours outside of what is timed.
httptools has no class for a request: its callbacks make ours.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from examples.http1 import Request, request

from .._driving import calling, in_connection, streaming
from .._rows import Competitor, Job, Row, Runner, ahead, within
from ..limits import http1 as limits

__all__ = ["ROWS"]

HEAD = b"""\
GET /articles/%d?page=%d HTTP/1.1
Host: www.example.org
User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0
Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8
Accept-Language: en-US,en;q=0.5
Accept-Encoding: gzip, deflate, br
Connection: keep-alive
Cookie: session=%032x
Cache-Control: no-cache

""".replace(b"\n", b"\r\n")


def requests(items: int) -> bytes:
    source = random.Random(3)
    numbers = [
        (source.randrange(10**6), source.randrange(1, 100), source.getrandbits(128))
        for _ in range(items)
    ]
    return b"".join(HEAD % some for some in numbers)


# h11.


def h11_requests() -> Runner:
    import h11

    response = h11.Response(status_code=204, headers=[])
    end = h11.EndOfMessage()

    def make() -> Callable[[bytes], list[Any]]:
        conn = h11.Connection(h11.SERVER)

        def feed(chunk: bytes) -> list[Any]:
            conn.receive_data(chunk)
            found = []
            while (event := conn.next_event()) is not h11.NEED_DATA:
                if event is h11.PAUSED:
                    conn.send(response)
                    conn.send(end)
                    conn.start_next_cycle()
                elif type(event) is h11.Request:
                    found.append(event)
            return found

        return feed

    return calling(make)


def h11_reader() -> Runner:
    from h11._readers import maybe_read_from_IDLE_client as read
    from h11._receivebuffer import ReceiveBuffer

    def make() -> Callable[[bytes], list[Any]]:
        buffer = ReceiveBuffer()

        def feed(chunk: bytes) -> list[Any]:
            buffer.__iadd__(chunk)
            return list(iter(lambda: read(buffer), None))

        return feed

    return calling(make)


def from_h11(event: Any) -> Request:
    minor = int(event.http_version.removeprefix(b"1."))
    return Request(event.method, event.target, minor, event.headers.raw_items())


# httptools: C, with a callback for each field, and for each piece of a target.


class Collecting:
    """Put together what httptools calls back for."""

    def __init__(self) -> None:
        import httptools

        self.parser = httptools.HttpRequestParser(self)
        self.found: list[Request] = []

    def on_message_begin(self) -> None:
        self.target = b""
        self.headers: list[tuple[bytes, bytes]] = []

    def on_url(self, url: bytes) -> None:
        self.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        parser = self.parser
        minor = MINORS[parser.get_http_version()]
        self.found.append(Request(parser.get_method(), self.target, minor, self.headers))


MINORS = {"1.0": 0, "1.1": 1}


def httptools_requests() -> Runner:
    import httptools  # noqa: F401  # here, so that who lacks it is told

    def run(chunks: Sequence[bytes]) -> Iterator[list[Any]]:
        collecting = Collecting()
        for chunk in chunks:
            collecting.parser.feed_data(chunk)
            yield collecting.found
            collecting.found = []

    return run


REQUESTS = Row(
    Job("HTTP/1.1 request heads, 8 headers", requests, items=1024),
    ours=(Competitor("stream(request)", lambda: streaming(request)),),
    peers=(
        Competitor("h11", h11_requests, from_h11),
        Competitor("h11's reader alone", h11_reader, from_h11, aside=True),
        Competitor("httptools (C)", httptools_requests),
    ),
    limits=(Competitor("limit", lambda: calling(limits.requests)),),
    targets={"limit": within(1.2), "h11": ahead(7), "httptools (C)": within(2.3)},
)

ROWS = [REQUESTS, *REQUESTS.in_small_chunks(in_connection)]
