"""The functions behind operators and methods, by name: each makes a parser of others.

A parser can be joined to another by ``|``, though the base of all parsers knows none of
those that would come of it.  The combinators hand them in when they are imported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from ._parser import Parser

__all__ = ["install", "made"]

#: Filled by ``ohneio.combinators``.
_algebra: dict[str, Callable[..., object]] = {}


def install(functions: Mapping[str, Callable[..., object]]) -> None:
    """Hand in the functions behind the operators and methods of `Parser`."""
    _algebra.update(functions)


def made(name: str, *args: object) -> Parser[Any]:
    """Return what the function of this *name* makes."""
    return cast("Parser[Any]", _algebra[name](*args))
