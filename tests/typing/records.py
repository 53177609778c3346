"""Records, frames and dispatch."""

import enum
import zlib
from typing import Generic, TypeVar, assert_type

import attrs

from ohneio import (
    Parser,
    bit,
    checksummed,
    count_prefixed,
    delimited,
    dispatch,
    exactly,
    field,
    length_prefixed,
    many,
    record,
    rest,
    sized,
    uint8,
    uint16,
    uint32,
    until,
    wire,
)


class Kind(enum.IntEnum):
    """A number with a name."""

    POINT = 1
    LINE = 2


@wire
class Point:
    """Two numbers, one of which may be left out."""

    x: int = field(uint8)
    y: int = field(uint16, default=0)


@wire
class Message:
    """Every kind of field."""

    kind: Kind = field(uint8.try_map(Kind, int))
    size: int = field(uint16, computed=lambda m: len(m.body))
    check: int | None = field(uint8, computed=lambda m: m.size & 255, when=lambda m: m.size)
    number: int | None = field(uint8, when=lambda m: m.kind is Kind.LINE)
    body: bytes = field(lambda m: exactly(m.size))
    points: list[Point] = field(count_prefixed(uint8, record(Point)), factory=list[Point])
    last: int | None = field(uint8, when=lambda m: m.points, default=None)
    named: int = field(uint8, kw_only=True)

    def half(self) -> int:
        """Methods keep their types."""
        return self.size // 2


@wire
class Packet:
    """Fields of bits beside others, some of which no one gives."""

    version: int = bit(4, always=2)
    urgent: bool = bit(1, bool, default=False, kw_only=True)
    long: bool = bit(1, bool, computed=lambda m: len(m.body) > 9)
    kind: Kind = bit(2, Kind, verify=lambda m: m.kind or not m.urgent, expected="another")
    size: int = field(uint16, frames=True)
    number: int | None = field(uint8, when=lambda m: m.long, verify=lambda m: m.number)
    body: bytes = field(rest, verify=lambda m: m.body, expected="something")


T = TypeVar("T")


@wire
class Pair(Generic[T]):
    """A class that says what it is of."""

    one: T = field(uint8)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]


@attrs.frozen
class Plain:
    """A class of attrs: its fields are known, their defaults are not."""

    first: int = field(uint8)
    second: bytes = field(rest)


def records() -> None:
    """What is no argument is an attribute all the same."""
    message = Message(Kind.POINT, None, b"abc", named=5)
    _ = assert_type(message.kind, Kind)
    _ = assert_type(message.size, int)
    _ = assert_type(message.check, int | None)
    _ = assert_type(message.number, int | None)
    _ = assert_type(message.body, bytes)
    _ = assert_type(message.points, list[Point])
    _ = assert_type(message.half(), int)
    _ = Message(kind=Kind.LINE, number=1, body=b"", points=[Point(1)], last=2, named=3)
    messages = record(Message)
    plain = record(Plain)
    points = many(record(Point))
    pairs = record(Pair[int])
    _ = assert_type(messages, Parser[Message])
    _ = assert_type(messages.parse(b""), Message)
    _ = assert_type(messages.build(message), bytes)
    _ = assert_type(plain, Parser[Plain])
    _ = assert_type(points, Parser[list[Point]])
    _ = assert_type(pairs, Parser[Pair[int]])


def packets() -> None:
    """Arguments are what is left when constants, sizes and what is computed are taken away."""
    packet = Packet(Kind.LINE, None, b"abc", urgent=True)
    _ = assert_type(packet.version, int)
    _ = assert_type(packet.urgent, bool)
    _ = assert_type(packet.long, bool)
    _ = assert_type(packet.kind, Kind)
    packets = record(Packet)
    _ = assert_type(packets, Parser[Packet])


def frames() -> None:
    """A frame gives what is in it."""
    number = sized(3, uint8)
    data = length_prefixed(uint8)
    numbers = length_prefixed(uint8, many(uint16))
    parts = count_prefixed(uint8, exactly(2))
    token = delimited(b";", uint8)
    line = delimited(b";", rest, max=9)
    point = checksummed(record(Point), zlib.crc32)
    body = checksummed(rest, zlib.crc32, stored=uint32)
    _ = assert_type(number, Parser[int])
    _ = assert_type(data, Parser[bytes])
    _ = assert_type(numbers, Parser[list[int]])
    _ = assert_type(parts, Parser[list[bytes]])
    _ = assert_type(token, Parser[int])
    _ = assert_type(line, Parser[bytes])
    _ = assert_type(point, Parser[Point])
    _ = assert_type(body, Parser[bytes])


def kind_of(value: Point | bytes) -> int:
    """Give the tag of a value."""
    return 1 if isinstance(value, Point) else 2


def branches() -> None:
    """One of the branches' values; mypy wants to be told a union of them."""
    numbers = dispatch(uint8, {1: uint16, 2: uint8})
    others = dispatch(uint8, {1: uint16}, default=rest)
    members = dispatch(uint8.map(Kind, int), {Kind.POINT: uint8, Kind.LINE: uint16})
    of_a_number = dispatch(uint8, {Kind.POINT: uint8, Kind.LINE: uint16})
    words = dispatch(until(b" "), {b"one": uint8, b"two": uint16})
    either: Parser[Point | bytes] = dispatch(uint8, {1: record(Point), 2: rest})
    keyed: Parser[Point | bytes] = dispatch(uint8, {1: record(Point), 2: rest}, key=kind_of)
    _ = assert_type(numbers, Parser[int])
    _ = assert_type(others, Parser[int | bytes])
    _ = assert_type(members, Parser[int])
    _ = assert_type(of_a_number, Parser[int])
    _ = assert_type(words, Parser[int])
    _ = (either, keyed)
