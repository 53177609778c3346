"""Grammars made of other parsers: sequences, choices, loops, functions, recursion."""

from typing import Never, assert_type

import ohneio
from ohneio import (
    Forward,
    Parser,
    any_byte,
    bind,
    choice,
    commit,
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
    rest,
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


# One of each kind of value.
A: Parser[int] = uint8
B: Parser[bytes] = any_byte
C: Parser[str] = rest.map(bytes.decode)
D: Parser[float] = uint8.map(float)
E: Parser[bool] = uint8.map(bool)
F: Parser[complex] = uint8.map(complex)
G: Parser[list[int]] = many(uint8)
H: Parser[None] = skip(uint8)


def sequences() -> None:
    """A tuple of what each part gives, up to eight; then of what they have in common."""
    kept(assert_type(seq(), Parser[tuple[()]]))
    kept(assert_type(seq(A), Parser[tuple[int]]))
    kept(assert_type(seq(A, B), Parser[tuple[int, bytes]]))
    kept(assert_type(seq(A, B, C), Parser[tuple[int, bytes, str]]))
    kept(assert_type(seq(A, B, C, D), Parser[tuple[int, bytes, str, float]]))
    kept(assert_type(seq(A, B, C, D, E), Parser[tuple[int, bytes, str, float, bool]]))
    kept(assert_type(seq(A, B, C, D, E, F), Parser[tuple[int, bytes, str, float, bool, complex]]))
    seven = seq(A, B, C, D, E, F, G)
    eight = seq(A, B, C, D, E, F, G, H)
    _ = assert_type(seven, Parser[tuple[int, bytes, str, float, bool, complex, list[int]]])
    _ = assert_type(eight, Parser[tuple[int, bytes, str, float, bool, complex, list[int], None]])
    kept(assert_type(seq(A, A, A, A, A, A, A, A, A), Parser[tuple[int, ...]]))
    kept(assert_type(seq(A, seq(B, C)).parse(b"abc")[1], tuple[bytes, str]))


def sides() -> None:
    """The arrow points to what is kept."""
    kept(assert_type(A >> B, Parser[bytes]))
    kept(assert_type(A << B, Parser[int]))
    kept(assert_type(literal(b"(") >> A << literal(b")"), Parser[int]))


def choices() -> None:
    """The union of what the branches give, up to eight; then what they have in common."""
    kept(assert_type(choice(A), Parser[int]))
    kept(assert_type(choice(A, B), Parser[int | bytes]))
    kept(assert_type(choice(A, B, C), Parser[int | bytes | str]))
    kept(assert_type(choice(A, B, C, D), Parser[int | bytes | str | float]))
    kept(assert_type(choice(A, B, C, D, E), Parser[int | bytes | str | float | bool]))
    kept(assert_type(choice(A, B, C, D, E, F), Parser[int | bytes | str | float | bool | complex]))
    seven = choice(A, B, C, D, E, F, G)
    eight = choice(A, B, C, D, E, F, G, H)
    _ = assert_type(seven, Parser[int | bytes | str | float | bool | complex | list[int]])
    _ = assert_type(eight, Parser[int | bytes | str | float | bool | complex | list[int] | None])
    kept(assert_type(choice(A, A, A, A, A, A, A, A, A), Parser[int]))
    kept(assert_type(A | B, Parser[int | bytes]))
    kept(assert_type(A | B | C, Parser[int | bytes | str]))
    kept(assert_type(A | uint8, Parser[int]))


def options() -> None:
    """None stands for what is missing, or the default that was given."""
    kept(assert_type(optional(A), Parser[int | None]))
    kept(assert_type(optional(A, b"x"), Parser[int | bytes]))
    kept(assert_type(optional(A, default=0), Parser[int]))


def looks() -> None:
    """A lookahead gives a value, all else that only looks gives None."""
    kept(assert_type(lookahead(A), Parser[int]))
    kept(assert_type(not_followed_by(A), Parser[None]))
    kept(assert_type(commit, Parser[None]))
    kept(assert_type(eof, Parser[None]))


def loops() -> None:
    """A list of what the items give; of separators and ends nothing is kept."""
    kept(assert_type(many(A), Parser[list[int]]))
    kept(assert_type(many(A, min=1, max=3), Parser[list[int]]))
    kept(assert_type(sep_by(A, B), Parser[list[int]]))
    kept(assert_type(sep_by(B, literal(b","), min=1, max=3), Parser[list[bytes]]))
    kept(assert_type(many_until(A, eof), Parser[list[int]]))
    kept(assert_type(skip(A), Parser[None]))


def size_of(number: int) -> str:
    """Make something of a number."""
    return str(number)


def body(size: int) -> Parser[bytes]:
    """Make a parser of a number."""
    return exactly(size)


def functions() -> None:
    """What a function returns is what comes out; a test changes nothing."""
    kept(assert_type(ohneio.map(size_of, A), Parser[str]))
    kept(assert_type(ohneio.map(size_of, A, int), Parser[str]))
    kept(assert_type(try_map(size_of, A), Parser[str]))
    kept(assert_type(try_map(size_of, A, int), Parser[str]))
    kept(assert_type(verify(bool, A), Parser[int]))
    kept(assert_type(verify(lambda number: number > 5, A, "more than five"), Parser[int]))
    kept(assert_type(bind(body, A), Parser[bytes]))
    kept(assert_type(bind(body, A, len), Parser[bytes]))


def methods() -> None:
    """The same with the parser in front."""
    kept(assert_type(A.map(size_of), Parser[str]))
    kept(assert_type(A.map(lambda number: [number], lambda one: one[0]), Parser[list[int]]))
    kept(assert_type(A.try_map(size_of, int), Parser[str]))
    kept(assert_type(A.verify(bool, "no zero"), Parser[int]))
    kept(assert_type(A.bind(body), Parser[bytes]))
    kept(assert_type(A.bind(body, len), Parser[bytes]))
    kept(assert_type(A.value("x"), Parser[str]))
    kept(assert_type(A.label("number"), Parser[int]))
    kept(assert_type(A.example(object()), Parser[int]))


def values() -> None:
    """What is given is what comes out; what fails gives nothing at all."""
    kept(assert_type(value("x", A), Parser[str]))
    kept(assert_type(success(3), Parser[int]))
    kept(assert_type(fail("no"), Parser[Never]))
    kept(assert_type(A | fail("no"), Parser[int]))
    kept(assert_type(choice(A, B, fail("no")), Parser[int | bytes]))
    kept(assert_type(bind(lambda size: exactly(size) if size else fail("none"), A), Parser[bytes]))


def notes() -> None:
    """A name, the bytes, or the place beside the value."""
    kept(assert_type(label("number", A), Parser[int]))
    kept(assert_type(recognize(A), Parser[bytes]))
    kept(assert_type(span(A), Parser[tuple[int, int, int]]))
    kept(assert_type(span(until(b";")).parse(b"a;")[2], bytes))


def recursion() -> None:
    """A forward is told what it will give; it gives back what it was tied to."""
    tree: Forward[list[object]] = forward()
    branch = literal(b"(") >> many(tree) << literal(b")")
    kept(assert_type(branch, Parser[list[list[object]]]))
    number: Forward[int] = forward()
    kept(assert_type(number.become(A), Parser[int]))
    kept(assert_type(number.target, Parser[int]))
    kept(assert_type(number.parse(b"a"), int))


def variance(items: Parser[list[bool]]) -> Parser[object]:
    """What is made of special parts may stand for what is made of general ones."""
    part: Parser[tuple[object, object]] = seq(A, B)
    either: Parser[object] = A | B
    numbers: Parser[int | str] = choice(E, A)
    _ = part, either, numbers
    return items
