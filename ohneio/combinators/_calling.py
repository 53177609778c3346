"""Calling the functions that users hand in.

While parsing, whatever one raises goes to the embedder unchanged: a bug in it
is never read as "no match".  While building it is the other way round, since
only so can `choice` ask one branch after the other: see `answered`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..core._errors import BuildError, ParseError
from ..core._parser import Parser
from ._checks import BelowZero, parser_of

__all__ = ["answered", "called", "name_of", "parser_from", "text_of"]

T = TypeVar("T")


def called(function: Callable[..., T], *args: object, **kwargs: object) -> T:
    """Call a user's *function*; a `ParseError` out of it is no failure to match."""
    try:
        return function(*args, **kwargs)
    except ParseError as error:
        error._foreign = True
        raise


def parser_from(function: Callable[..., Parser[T]], *args: object) -> Parser[T]:
    """Return the parser that a user's *function* makes of what was parsed.

    A size below 0 that it gives to a parser is the peer's fault.
    """
    try:
        return parser_of(called(function, *args))
    except BelowZero as error:
        reason = str(error)
    raise ParseError(reason)


def answered(function: Callable[..., T], *args: object) -> T:
    """Call a user's *function* on a value to build; what it cannot take does not fit.

    Only so can `choice` ask one branch after the other, whose functions expect
    values of their own kind.
    """
    try:
        return function(*args)
    except BuildError:
        raise
    except Exception as error:
        kind = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
        raise BuildError(kind + text_of(error)) from error


def text_of(error: Exception) -> str:
    """Return the text of a user's exception, which may have none."""
    try:
        return str(error)
    except Exception:
        return "an exception without a text"


def name_of(function: object) -> str:
    """Return what to call a user's function in a `repr`."""
    return getattr(function, "__qualname__", None) or repr(function)
