"""The tree of a grammar: the parsers that one is made of, and all that are below it.

A class of parsers says nothing of its children: they are whatever parsers its attrs
fields hold, also in tuples, lists and dictionaries.  A tree may lead back into itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import FunctionType
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    import attrs

    from ._parser import Parser

__all__ = ["below", "nodes"]

P = TypeVar("P")

#: What no parser is in.
SIMPLE = frozenset({int, bool, bytes, str, frozenset, FunctionType, type(None)})


def below(node: object, kind: type[P]) -> tuple[P, ...]:
    """Return what is of this *kind* in the fields of *node*, in order."""
    # As `attrs.fields` says, which takes longer; of every node this is asked several times.
    known: tuple[attrs.Attribute[object], ...] = getattr(node, "__attrs_attrs__", ())
    found: list[P] = []
    for one in known:
        field = getattr(node, one.name)
        if isinstance(field, kind):
            found.append(field)
        elif type(field) not in SIMPLE:
            found.extend(_within(field, kind))
    return tuple(found)


def _within(field: object, kind: type[P]) -> Iterator[P]:
    if isinstance(field, kind):
        yield field
    elif isinstance(field, (tuple, list)):
        for one in cast("tuple[object, ...]", field):
            yield from _within(one, kind)
    elif isinstance(field, Mapping):
        yield from _within(tuple(cast("Mapping[object, object]", field).values()), kind)


def nodes(parser: Parser[object]) -> Iterator[Parser[object]]:
    """Yield *parser* and all parsers below it, each once, in order."""
    seen: set[int] = set()
    todo = [parser]
    while todo:
        node = todo.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            todo.extend(reversed(node.children()))
