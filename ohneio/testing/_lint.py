"""Looking at a grammar for what only hurts on a live connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs

from ..combinators._bytes import Literal
from ..combinators._choice import Choice, Optional
from ..combinators._repetition import Many
from ..core import Parser
from ..core._nodes import nodes

__all__ = ["Finding", "lint"]


@attrs.frozen
class Finding:
    """Say one thing about one node of a grammar.

    Attributes:
        kind: ``"waits"``, ``"unreachable"`` or ``"ambiguous"``.
        node: The node in question.
        message: What is the matter, for a person.
    """

    kind: str
    node: Parser[object]
    message: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"


def lint(parser: Parser[object]) -> list[Finding]:
    """List what may surprise the users of *parser* on a live connection.

    Three kinds of findings:

    * ``waits``: the item is complete, but the parser waits for a byte that the
      peer may never send (an optional tail, an open-ended loop);
    * ``unreachable``: an alternative that can never be reached, since an
      earlier one matches whatever it would;
    * ``ambiguous``: what this node builds may parse to another value; `build`
      checks its output there, at the cost of parsing it.

    Example:
        >>> from ohneio import exactly, many
        >>> [finding.kind for finding in lint(many(exactly(2)))]
        ['waits']
    """
    findings = list(_waits(parser))
    for node in nodes(parser):
        for rule in _RULES:
            findings.extend(rule(node))
    return findings


def _waits(parser: Parser[object]) -> Iterator[Finding]:
    more = parser.facts.more
    if more is None or not more:
        return
    last = _open_end(parser)
    yield Finding(
        "waits",
        last,
        f"{last!r} at the end waits for a byte that the peer may never send: "
        "end the item with a delimiter, a length or a count",
    )


def _open_end(parser: Parser[object]) -> Parser[object]:
    """Return the innermost node at the end of *parser* that makes it wait."""
    node, seen = parser, {id(parser)}
    while below := _prolonged(node, seen):
        node = below[-1]
        seen.add(id(node))
    return node


def _prolonged(node: Parser[object], seen: set[int]) -> list[Parser[object]]:
    if isinstance(node, (Many, Optional)):
        return []  # these are what one can do something about
    return [child for child in node.children() if child.facts.more and id(child) not in seen]


def _unreachable(node: Parser[object]) -> Iterator[Finding]:
    if not isinstance(node, Choice):
        return
    branches = node.branches
    for index, branch in enumerate(branches):
        for earlier in branches[:index]:
            if _hides(earlier, branch):
                text = f"{branch!r} is never reached: {earlier!r} before it always matches there"
                yield Finding("unreachable", branch, text)
                break


def _hides(earlier: Parser[object], later: Parser[object]) -> bool:
    """Tell whether *earlier* matches wherever *later* would."""
    if isinstance(earlier, Literal) and isinstance(later, Literal):
        return later.data.startswith(earlier.data)
    if isinstance(earlier, (Many, Optional)):
        return earlier.facts.nullable is True
    return earlier == later


def _ambiguous(node: Parser[object]) -> Iterator[Finding]:
    facts = node.facts
    below = node.children()
    here = below and all(child.facts.unambiguous for child in below)
    if here and facts.buildable and facts.unambiguous is not True:
        text = f"what {node!r} builds may parse to another value: see the first bytes of its parts"
        yield Finding("ambiguous", node, text)


_RULES: tuple[Callable[[Parser[object]], Iterator[Finding]], ...] = (_unreachable, _ambiguous)
