"""Checks of what a combinator is made with: misuse is found before any byte is."""

from __future__ import annotations

import operator
from typing import TypeVar, cast

from ..core._buffer import Bytes, is_bytes, owned
from ..core._building import NOTHING
from ..core._errors import BuildError, UsageError
from ..core._parser import Parser

__all__ = [
    "BelowZero",
    "bytes_of",
    "check_none",
    "described",
    "index_of",
    "int_of",
    "parser_of",
    "size_of",
    "some_bytes",
]

T = TypeVar("T")


class BelowZero(UsageError):
    """Report a size below 0. One that was computed from input is the peer's fault."""


def parser_of(value: Parser[T]) -> Parser[T]:
    """Return *value*, which must be a parser."""
    if isinstance(value, Parser):
        return value
    raise UsageError(f"expected a parser, not {type(value).__name__}")


def size_of(n: int) -> int:
    """Return *n*, which must be a number of 0 or more."""
    if type(n) is int and n < 0:
        raise BelowZero(f"expected a number of 0 or more, not {described(n)}")
    if type(n) is not int:
        raise UsageError(f"expected a number of 0 or more, not {described(n)}")
    return n


def some_bytes(data: Bytes) -> bytes:
    """Return *data* as `bytes`, at least one of them."""
    if not owned(data):
        raise UsageError("expected at least one byte")
    return owned(data)


def bytes_of(value: object) -> bytes:
    """Return a value that is being built as `bytes`."""
    if type(value) is bytes:
        return value
    if is_bytes(value):
        try:
            return bytes(memoryview(value))  # not what a subclass says that it is
        except ValueError:  # a view that was released
            pass
    raise BuildError(f"expected bytes, not {type(value).__name__}")


def int_of(value: object, least: int, greatest: int) -> int:
    """Return a value that is being built as an `int` from *least* to *greatest*."""
    number = index_of(value)
    if number is not None and least <= number <= greatest:
        return number
    raise BuildError(f"expected a number from {least} to {greatest}, not {described(value)}")


def index_of(value: object) -> int | None:
    """Return a value that is being built as an `int`, or ``None`` if it is no whole number."""
    try:
        return operator.index(cast("int", value))
    except Exception:  # a TypeError, or whatever a class of somebody's raises
        return None


def check_none(value: object) -> None:
    """Refuse to build any value but None, of a parser that gives no other."""
    if value is not None and value is not NOTHING:
        raise BuildError(f"expected None, not {described(value)}")


def described(value: object) -> str:
    """Render a value that does not fit, for an error: whatever it is, and in short."""
    if value is NOTHING:
        return "nothing"
    if isinstance(value, (bytes, bytearray)):
        value = value[:64]  # a megabyte need not be rendered
    try:
        text = repr(value)
    except Exception:  # an int of 5000 digits has none, and users' classes vary
        text = f"an unprintable {type(value).__name__}"
    return text if len(text) <= 64 else text[:63] + "…"
