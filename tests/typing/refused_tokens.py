"""What must not pass with tokens: each `ignore` is needed, as in `refused`."""

from ohneio import (
    any_byte,
    bit,
    bits,
    commit,
    decimal,
    eof,
    float32,
    float64,
    hexadecimal,
    int64le,
    integer,
    leb128,
    line,
    mqtt_varint,
    none_of,
    one_of,
    quic_varint,
    rest,
    sleb128,
    struct_unpack,
    take_while,
    text,
    uint8,
    uint16,
    wire,
    zigzag,
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
    _ = none_of("+-")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = one_of("+-")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = take_while([1, 2])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = take_while(b"a", min="1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = struct_unpack(b"H")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = integer("10")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = text(uint8)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = line(max="5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def results() -> None:
    """What is parsed has the parser's type."""
    small: bytes = uint8.parse(b"a")  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    big: str = int64le.parse(b"a")  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    real: int = float64.parse(b"a")  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    one: int = any_byte.parse(b"a")  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    written: str = decimal.parse(b"5")  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    varint: bytes = leb128.parse(b"a")  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    words: bytes = text(rest).parse(b"a")  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    _ = small, big, real, one, written, varint, words


def values() -> None:
    """What is built has the parser's type."""
    uint16.build("5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    float32.build("5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    decimal.build(b"5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    hexadecimal.build("ff")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    for varint in (leb128, sleb128, zigzag, mqtt_varint, quic_varint):
        varint.build("5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    any_byte.build(97)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    rest.build("text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    commit.build(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    eof.build(b"")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    text(rest).build(b"text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    line.build("text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    bits(Start).build((True, 0))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Start(True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Start(1.5, 0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
