"""Feed the docs' examples byte by byte; also a pytest plugin that does."""

from collections.abc import Callable
from functools import wraps

import pytest

from ohneio import Connection

Send = Callable[[Connection, bytes], None]


def byte_by_byte(send: Send) -> Send:
    """A `send` that takes the same bytes, one call a byte."""

    @wraps(send)
    def send_by_bytes(conn: Connection, data: bytes) -> None:
        if not isinstance(data, (bytes, bytearray, memoryview)) or len(data) < 2:
            return send(conn, data)
        for position in range(len(data)):
            send(conn, data[position : position + 1])
        return None

    return send_by_bytes


def feed_byte_by_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Connection, "send", byte_by_byte(Connection.send))


def pytest_configure() -> None:
    """As a plugin (`-p tests.docs.feeding`): byte by byte from the beginning to the end."""
    feed_byte_by_byte(pytest.MonkeyPatch())
