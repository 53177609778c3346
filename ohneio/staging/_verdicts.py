"""What a function says of the first byte of a parser, before that parser is asked.

Where ``uint8.verify(lambda size: 0 < size < 64)`` comes first one byte decides, as it does
of a literal: what the function says of each is found out when the code is written.  Only
functions that could be written into the code are asked, which do nothing but say.

That such a parser fails is known no further than behind its first byte, where whatever
comes behind has taken that, and fails further on.  So it need not be asked either.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from ..combinators._bytes import Exactly
from ..combinators._choice import Choice
from ..combinators._classes import OneOf
from ..combinators._example import Example
from ..combinators._framing import CountPrefixed, LengthPrefixed
from ..combinators._notes import Label, Recognize, Span
from ..combinators._numbers import Number
from ..combinators._records import Record
from ..combinators._repetition import Skip
from ..combinators._sequence import Before, Seq, Then
from ..combinators._text import Text
from ..combinators._transform import Map, TryMap, Verify
from ..combinators._values import Value
from ..core._facts import ANY, NO_BYTES, Set
from ._answers import kinds_of
from ._inlining import said
from ._names import Names
from ._saying import PLAIN, spelled

if TYPE_CHECKING:
    from ._writing import Node

__all__ = ["judged_first"]

#: The local that a byte's value is in where a function is asked.
IT = "it"


def judged_first(node: Node, names: Names) -> Set:
    """Return the bytes that *node* can begin with, as far as one byte decides against others.

    It is one that must take something, and does nothing before that: see `begins_with`.
    """
    first = node.facts.first
    known = ANY if first is None else first
    heads: Sequence[Node | None] = HEADS[type(node)](node) if type(node) in HEADS else [None]
    inside = known
    if all(one is not None and one.facts.nullable is False for one in heads):
        inside &= NO_BYTES.union(*(judged_first(one, names) for one in heads if one))
    whole: Any = node
    return frozenset(approved(whole, inside, names)) if type(node) is Verify else inside


def approved(node: Verify[Any], some: Set, names: Names) -> Iterable[int]:
    """Return those of *some* bytes of which a predicate approves, where it judges only a byte."""
    value = value_of(node.parser)
    asks = asked(node, names) if value else None
    if value is None or asks is None:
        return some
    try:
        return [byte for byte in some if asks(value(byte))]
    except Exception:  # which the function may raise as well
        return some


def value_of(node: Node) -> Callable[[int], object] | None:
    """Return what makes the value of *node* of a byte, if it takes just that."""
    whole: Any = node
    if type(node) in (Verify, Label, Example):
        return value_of(whole.parser)
    if type(node) is OneOf or (type(node) is Exactly and whole.n == 1):
        return lambda byte: bytes([byte])
    if type(node) is Number and node.facts.greatest == 1:
        return lambda byte: whole._unpack(bytes([byte]))[0]
    return None


def asked(node: Verify[Any], names: Names) -> Callable[[object], object] | None:
    """Return a predicate, if it is known to look at nothing else but constants."""
    if node.predicate is bool:
        return bool
    before = {**names.conditions}
    found = said(node.predicate, [spelled(IT, kinds_of(node.parser))], names, IT)
    known = constants_in(found.value.tree, names) if found else None
    if found is None or found.lines or known is None:
        names.conditions = before
        return None
    whole = compile(str(found.value), "<verdict>", "eval")
    return lambda value: eval(whole, {**known, IT: value})  # noqa: S307  # a comparison, or a few


def constants_in(tree: ast.expr, names: Names) -> dict[str, object] | None:
    """Return what stands beside the byte's value, if all of it is a constant that never changes."""
    used = {one.id for one in ast.walk(tree) if isinstance(one, ast.Name)} - {IT}
    known = {name: names.code.namespace.get(name, ...) for name in used}
    return known if all(map(is_constant, known.values())) else None


def is_constant(value: object) -> bool:
    if type(value) in (tuple, frozenset):
        return all(map(is_constant, cast("Iterable[object]", value)))
    return type(value) in PLAIN


def parser_in(node: Any) -> Sequence[Node]:  # noqa: ANN401  # one of several classes
    return [node.parser]


#: What is asked first by parsers of each class; a subclass may be anything.
HEADS: dict[type[Node], Callable[[Any], Sequence[Node | None]]] = {
    **dict.fromkeys(
        (Verify, Label, Span, Recognize, Example, Map, TryMap, Text, Value, Skip), parser_in
    ),
    Before: lambda node: [node.kept],
    Then: lambda node: [node.dropped],
    Seq: lambda node: node.parts[:1],
    Record: lambda node: [node._plan[0][1]],
    LengthPrefixed: lambda node: [node.length],
    CountPrefixed: lambda node: [node.count],
    Choice: lambda node: node.branches,
}
