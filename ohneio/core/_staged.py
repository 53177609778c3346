"""Functions that grammars become when they are used again, and who makes them.

A grammar is run node by node until somebody says otherwise: `ohneio.staging` hands in
what makes functions of grammars, and a parser asks for the one that it needs each time
it is used.  How often that was, and then the function, is remembered in the parser
itself, so that both go when it does.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from ._limits import Limits

if TYPE_CHECKING:
    from ._parser import Parser

__all__ = ["LATE", "Late", "is_usual", "set_staged", "source_of", "stage_with", "staged"]


class Late(enum.Enum):
    """The type of `LATE`."""

    LATE = "late"


#: What a staged function returns, or calls a value, where the nodes have to run.
LATE: Final[Literal[Late.LATE]] = Late.LATE

#: What makes functions of grammars, by the form they should have: see `ohneio.staging`.
Stager: TypeAlias = "Callable[[Parser[Any], str], Callable[..., Any] | None]"
_stager: list[tuple[Stager, Callable[[Parser[Any]], str], int]] = []


def stage_with(stager: Stager, source: Callable[[Parser[Any]], str], *, uses: int) -> None:
    """Let *stager* make functions of grammars that were used so often; *source* shows them."""
    _stager[:] = [(stager, source, uses)]


def source_of(parser: Parser[Any]) -> str:
    """Return what *parser* becomes as whoever makes its functions shows it, if there is one."""
    return _stager[0][1](parser) if _stager else ""


def is_usual(data: object, limits: object) -> bool:
    """Tell whether a whole input is such that every token in it is short enough."""
    usual = type(data) is bytes and type(limits) is Limits
    return usual and len(data) <= limits.max_buffered  # type: ignore[arg-type,attr-defined]


def staged(parser: Parser[Any], form: str) -> Callable[..., Any] | None:
    """Return the function that *parser* became, if it was used before."""
    try:
        known = parser._staged[form]
    except (AttributeError, KeyError):
        known = 0
    if not isinstance(known, int):
        return known
    return _used_again(parser, form, known)


def _used_again(parser: Parser[Any], form: str, uses: int) -> Callable[..., Any] | None:
    if not _stager:
        return None
    stager, _, least = _stager[0]
    if uses < least:
        set_staged(parser, form, uses + 1)
        return None
    try:
        if parser.facts is not getattr(parser, "_known", None):
            return None  # a forward() in it is not tied yet
        function = stager(parser, form)
    except Exception:
        function = None  # what is wrong with a node is wrong when it runs, if it ever does
    set_staged(parser, form, function)
    return function


def set_staged(parser: Parser[Any], form: str, value: Callable[..., Any] | int | None) -> None:
    """Note the function of one form, that there is none, or how often one was wanted."""
    try:
        parser._staged[form] = value
    except AttributeError:
        object.__setattr__(parser, "_staged", {form: value})
