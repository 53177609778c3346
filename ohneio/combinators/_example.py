"""A hint for those who draw samples of a grammar."""

from __future__ import annotations

from typing import TypeVar

import attrs

from ..core._facts import Facts
from ..core._parser import Parser
from ..core._steps import Steps

__all__ = ["Example", "example"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@attrs.frozen(repr=False)
class Example(Parser[T_co]):
    """See `Parser.example`: the parser itself, with a strategy for its values."""

    strategy: object = attrs.field(eq=False)
    parser: Parser[T_co]

    def __repr__(self) -> str:
        return f"{self.parser!r}.example({self.strategy!r})"

    def _parse(self) -> Steps[T_co]:
        return self.parser._parse()

    def _build(self, value: object) -> Steps[None]:
        return self.parser._build(value)

    def _facts(self) -> Facts:
        return self.parser.facts


def example(strategy: object, parser: Parser[T]) -> Parser[T]:
    """Return *parser* with *strategy* for the values that tests should draw."""
    return Example(strategy, parser)
