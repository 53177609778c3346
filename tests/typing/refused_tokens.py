"""What must not pass with tokens: each `ignore` is needed, as in `refused`."""

from ohneio import (
    bit,
    bits,
    integer,
    line,
    one_of,
    struct_unpack,
    take_while,
    text,
    uint8,
    uint16,
    wire,
)


@wire
class Start:
    fin: bool = bit(1)
    rest: int = bit(7)


@wire
class Mistyped:
    kind: bytes = bit(8, int)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]


def arguments() -> None:
    """Sets are of bytes, formats are text, bounds are numbers."""
    _ = one_of("+-")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = take_while([1, 2])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = take_while(b"a", min="1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = struct_unpack(b"H")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = integer("10")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = text(uint8)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = line(max="5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def values() -> None:
    """What is built has the parser's type."""
    uint16.build("5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    line.build("text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    bits(Start).build((True, 0))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Start(True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Start(1.5, 0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
