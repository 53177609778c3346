"""Grammars that refer to themselves."""

from __future__ import annotations

from typing import Generic, TypeVar, cast

from ..core._building import builder
from ..core._errors import UsageError
from ..core._facts import UNKNOWN, Facts
from ..core._parser import Parser
from ..core._steps import Steps, current

__all__ = ["Forward", "forward"]

T = TypeVar("T")


class Forward(Parser[T], Generic[T]):
    """See `forward`. Compared by identity."""

    __slots__ = ("__weakref__", "_target")

    _target: Parser[T] | None

    def __init__(self) -> None:
        self._target = None

    def __repr__(self) -> str:
        return "forward()"

    @property
    def target(self) -> Parser[T]:
        """The parser that this one was tied to."""
        if self._target is None:
            raise UsageError("a forward() was used before become() tied it to a parser")
        return self._target

    def become(self, parser: Parser[T]) -> Parser[T]:
        """Tie this to *parser*, once, and return *parser*.

        Raises:
            UsageError: It is tied already, or *parser* would call it again
                before it takes a byte (left recursion).
        """
        if self._target is not None:
            raise UsageError("this forward() is tied already")
        self._target = parser
        return parser

    def children(self) -> tuple[Parser[object], ...]:
        return () if self._target is None else (cast("Parser[object]", self._target),)

    @property
    def _tied(self) -> bool:
        return self._target is not None

    def _parse(self) -> Steps[T]:
        # On the driver's stack: see `ohneio.core._machine`.
        return current().call(self.target._parse())

    def _build(self, value: object) -> Steps[None]:
        return builder().call(self.target._build(value))

    def _facts(self) -> Facts:
        return UNKNOWN if self._target is None else self._target.facts


def forward() -> Forward[T]:  # pyright: ignore[reportInvalidTypeVarUse]
    """Return a parser that will be tied to another by ``become``."""
    return Forward()
