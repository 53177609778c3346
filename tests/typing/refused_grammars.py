"""What must not pass with grammars: each `ignore` is needed, as in `refused`."""

import ohneio
from ohneio import (
    Forward,
    Parser,
    bind,
    choice,
    eof,
    exactly,
    fail,
    forward,
    label,
    literal,
    lookahead,
    many,
    many_until,
    not_followed_by,
    optional,
    recognize,
    sep_by,
    seq,
    skip,
    span,
    success,
    try_map,
    uint8,
    until,
    value,
    verify,
)


def kept(_: object) -> None:
    """Keep what mypy takes for forgotten, and ask for no type of it."""


def parts() -> None:
    """Grammars are made of parsers."""
    kept(seq(uint8, b"x"))  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue, reportUnknownArgumentType]
    kept(choice(uint8, b"x"))  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue, reportUnknownArgumentType]
    kept(uint8 | b"x")  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnknownArgumentType]
    kept(uint8 >> b"x")  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnknownArgumentType]
    kept(uint8 << b"x")  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnknownArgumentType]
    kept(optional(b"x"))  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    kept(lookahead(b"x"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportUnknownArgumentType]
    kept(not_followed_by(b"x"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    kept(many(b"x"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportUnknownArgumentType]
    kept(sep_by(uint8, b","))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    kept(many_until(uint8, b","))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    kept(skip(b"x"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    kept(recognize(b"x"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    kept(span(b"x"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportUnknownArgumentType]
    kept(label("x", b"x"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportUnknownArgumentType]
    kept(value(5, b"x"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def values() -> None:
    """What comes out is what the parts give, and so is what is built."""
    pair: Parser[tuple[int, str]] = seq(uint8, until(b";"))  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    either: Parser[int] = choice(uint8, until(b";"))  # type: ignore[arg-type]  # pyright: ignore[reportAssignmentType]
    right: Parser[int] = uint8 >> until(b";")  # type: ignore[operator]  # pyright: ignore[reportAssignmentType]
    missing: Parser[int] = optional(uint8)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    texts: Parser[list[str]] = many(uint8)  # type: ignore[arg-type]  # pyright: ignore[reportAssignmentType]
    nothing: Parser[int] = eof  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    number: Parser[int] = success("x")  # type: ignore[arg-type]  # pyright: ignore[reportAssignmentType]
    place: Parser[tuple[int, int, str]] = span(uint8)  # type: ignore[arg-type]  # pyright: ignore[reportAssignmentType]
    seq(uint8, until(b";")).build((1, "x"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    seq(uint8, until(b";")).build([1, b"x"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    many(uint8).build((1, 2))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    many(uint8).build(["1"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    optional(uint8).build("x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    (uint8 | until(b";")).build("x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    recognize(uint8).build(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = pair, either, right, missing, texts, nothing, number, place


def bounds() -> None:
    """They are numbers, and given by their names."""
    kept(many(uint8, min="1"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    kept(many(uint8, most=5))  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue, reportUnknownArgumentType]
    kept(sep_by(uint8, literal(b","), max=None))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    kept(many_until(uint8, eof, max=5))  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue, reportUnknownArgumentType]


def size_of(number: int) -> str:
    """Make something of a number."""
    return str(number)


def functions() -> None:
    """A function takes what its parser gives; the inverse takes what the function returns."""
    kept(ohneio.map(bytes.decode, uint8))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    kept(ohneio.map(size_of, uint8, bytes.decode))  # type: ignore[misc]  # pyright: ignore[reportArgumentType]
    kept(try_map(bytes.decode, uint8))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    kept(verify(bytes.isdigit, uint8))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    kept(verify(bool, uint8, 5))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    kept(bind(size_of, uint8))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportUnknownArgumentType]
    kept(bind(exactly, until(b";")))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    kept(ohneio.map(uint8, size_of))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportUnknownArgumentType]
    kept(uint8.map(bytes.decode))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    kept(uint8.bind(size_of))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportUnknownArgumentType]
    kept(uint8.label(5))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    kept(fail(5))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def recursion() -> None:
    """What a forward is tied to gives what was said."""
    tree: Forward[list[int]] = forward()
    kept(tree.become(uint8))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    kept(tree.become(b"x"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    tree.target = many(uint8)  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
