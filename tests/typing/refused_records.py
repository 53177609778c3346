"""What must not pass with records and frames: each `ignore` is needed, as in `refused`."""

import zlib

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
    record,
    rest,
    sized,
    uint8,
    uint16,
    wire,
)


@wire
class Text:
    """Some bytes, their size in front."""

    size: int = field(uint8, computed=lambda m: len(m.data))
    data: bytes = field(lambda m: exactly(m.size))


@wire
class Wrong:
    """A field has the type of its parser, or None where it can be off."""

    text: str = field(uint8)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    off: int = field(uint8, when=lambda m: m.text)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    made: str = field(lambda m: exactly(m.off))  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    default: int = field(uint8, default="5")  # type: ignore[arg-type, assignment]  # pyright: ignore[reportAssignmentType]


@wire
class Bits:
    """Bits of one number, of which it is the only one."""

    one: int = bit(4, always=2)
    other: bool = bit(4, int)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]


def packets() -> None:
    """What is always the same is no argument."""
    Bits(2, True)  # type: ignore[call-arg, arg-type]  # pyright: ignore[reportCallIssue]
    bit(4, always="2")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    field(uint8, frames=True, default=1)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    field(rest, frames=True)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]


def records() -> None:
    """What is computed is no argument, and nothing can be changed."""
    text = Text(b"abc")
    Text(3, b"abc")  # type: ignore[call-arg, arg-type]  # pyright: ignore[reportCallIssue]
    Text("abc")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Text(size=3, data=b"abc")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    text.data = b"x"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    _ = record(text)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportUnknownVariableType]
    number: Parser[int] = record(Text)  # type: ignore[arg-type]  # pyright: ignore[reportAssignmentType]
    record(Text).build(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    field(uint8, computed=len, default=1)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    _ = number


def frames() -> None:
    """Lengths and counts are numbers, and what is framed is a parser."""
    _ = sized("3", rest)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = sized(3, b"x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportUnknownVariableType]
    _ = length_prefixed(exactly(2))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = count_prefixed(exactly(2), uint8)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = delimited(";", rest)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = checksummed(rest, zlib.crc32, 4)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def branches() -> None:
    """What comes out is one of the branches' values, and `key` takes it."""
    text: Parser[str] = dispatch(uint8, {1: uint16})  # type: ignore[dict-item]  # pyright: ignore[reportAssignmentType]
    keyed = dispatch(uint8, {1: uint16}, key=bytes.decode)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = text, keyed
