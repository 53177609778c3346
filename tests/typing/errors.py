"""Errors, and what they tell."""

from typing import assert_type

from ohneio import (
    BuildError,
    IncompleteInput,
    LimitExceeded,
    NoResult,
    ParseError,
    Parser,
    UsageError,
)


def of_bytes(grammar: Parser[int]) -> None:
    """Where it was, what stood there, and what should have."""
    try:
        grammar.parse(b"bytes")
    except IncompleteInput as error:
        _ = assert_type(error.needed, int)
        _ = assert_type(error.have, int)
    except LimitExceeded as error:
        _ = assert_type(error.limit, int)
        _ = assert_type(error.name, str)
    except ParseError as error:
        _ = assert_type(error.offset, int | None)
        _ = assert_type(error.expected, tuple[str, ...])
        _ = assert_type(error.found, bytes | None)
        _ = assert_type(error.path, tuple[str, ...])
        _ = assert_type(error.message, str)


def of_values(grammar: Parser[int]) -> None:
    """The value's own place: names and indices."""
    try:
        grammar.build(5)
    except BuildError as error:
        _ = assert_type(error.path, tuple[str | int, ...])
        _ = assert_type(error.message, str)


def raised() -> tuple[Exception, ...]:
    """By hand with a message alone; the parser's with all that they tell."""
    return (
        ParseError("bad version"),
        ParseError(offset=5, expected=(b"OK", "a reply"), found=b"NO", path=("reply",)),
        IncompleteInput(needed=5, have=3, offset=9),
        LimitExceeded(limit=5, name="max_items", unit="item"),
        BuildError("expected bytes, not int", path=("properties", 3)),
    )


def kinds() -> tuple[list[ValueError], list[RuntimeError]]:
    """What the peer or a value is to blame for is a `ValueError`, misuse is none."""
    return [ParseError(), IncompleteInput(), LimitExceeded(), BuildError()], [
        UsageError("misuse"),
        NoResult("not yet"),
    ]
