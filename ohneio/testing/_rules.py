"""How each class of the vocabulary is drawn: its values, and its bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from hypothesis import strategies as st

from ..combinators import (
    _bytes,
    _choice,
    _example,
    _looking,
    _notes,
    _recursion,
    _repetition,
    _sequence,
    _transform,
    _values,
)
from ..core import ParseError
from ._walk import Child, Node, Strategy, beside, register

#: Most items of a loop, and most bytes of a run, that are drawn.
MANY: Final = 5
RUN: Final = 20

_FAILED = object()


# Draws that several classes share.


def same_below(node: Any, child: Child) -> Strategy:  # noqa: ANN401  # whatever has a `parser`
    """Draw what the one parser below draws."""
    return child(node.parser)


def none(node: Node, child: Child) -> Strategy:  # noqa: ARG001  # all rules are called alike
    """Draw ``None``."""
    return st.none()


def no_bytes(node: Node, child: Child) -> Strategy:  # noqa: ARG001
    """Draw no bytes at all."""
    return st.just(b"")


def nothing(node: Node, child: Child) -> Strategy:  # noqa: ARG001
    """Draw nothing: there is no such value."""
    return st.nothing()


def joined(parts: list[Strategy]) -> Strategy:
    """Draw the parts and put their bytes one behind the other."""
    return st.tuples(*parts).map(b"".join)


def only_parsed(node: Node) -> Callable[[bytes], bool]:
    """Return whether bytes are such that *node* takes all of them."""

    def parses(data: bytes) -> bool:
        try:
            node.parse(data)
        except ParseError:
            return False
        return True

    return parses


# Bytes.


def _run(node: _bytes.Until) -> Strategy:
    """Draw what comes before the first delimiter."""
    ended = st.binary(max_size=min(node.max, RUN)).map(lambda data: data + node.delimiter)
    return ended.map(lambda data: data[: data.find(node.delimiter)])


register(
    _bytes.Exactly,
    values=lambda node, _: st.binary(min_size=node.n, max_size=node.n),
    wire=lambda node, _: st.binary(min_size=node.n, max_size=node.n),
)
register(
    _bytes.Literal,
    values=lambda node, _: st.just(node.data),
    wire=lambda node, _: st.just(node.data),
)
register(
    _bytes.Until,
    values=lambda node, _: _run(node).map(
        lambda data: data + node.delimiter if node.include else data
    ),
    wire=lambda node, _: _run(node).map(lambda data: data + node.delimiter),
)


# One after the other, one or another, again and again.


def _items(node: _repetition.Many[Any], child: Child) -> Strategy:
    return st.lists(child(node.item), min_size=node.min, max_size=min(node.max, node.min + MANY))


register(
    _sequence.Seq,
    values=lambda node, child: st.tuples(*map(child, node.parts)),
    wire=lambda node, child: joined([child(part) for part in node.parts]),
)
register(
    _sequence.Then,
    values=lambda node, child: child(node.kept),
    wire=lambda node, child: joined([child(node.dropped), child(node.kept)]),
)
register(
    _sequence.Before,
    values=lambda node, child: child(node.kept),
    wire=lambda node, child: joined([child(node.kept), child(node.dropped)]),
)
register(
    _choice.Choice,
    values=lambda node, child: st.one_of(*map(child, node.branches)),
    wire=lambda node, child: st.one_of(*map(child, node.branches)),
)
register(
    _choice.Optional,
    values=lambda node, child: st.one_of(st.just(node.default), child(node.parser)),
    wire=lambda node, child: st.one_of(st.just(b""), child(node.parser)),
)
register(
    _repetition.Many,
    values=_items,
    wire=lambda node, child: _items(node, child).map(b"".join),
)
register(_looking.Lookahead, values=same_below, wire=no_bytes)
register(_looking.NotFollowedBy, values=none, wire=no_bytes)
register(_looking.Commit, values=none, wire=no_bytes)
register(_looking.Eof, values=none, wire=no_bytes)
register(_recursion.Forward, values=lambda node, child: child(node.target),
         wire=lambda node, child: child(node.target))  # fmt: skip


# Functions.


def _attempt(function: Callable[[Any], Any], value: object) -> object:
    try:
        return function(value)
    except ValueError:
        return _FAILED


def _tried(node: _transform.TryMap[Any], child: Child) -> Strategy:
    made = child(node.parser).map(lambda value: _attempt(node.function, value))
    return made.filter(lambda value: value is not _FAILED)


def _bound(node: _transform.Bind[Any], child: Child) -> Strategy:
    return child(node.parser).flatmap(lambda first: beside(child, "values")(node.function(first)))


def _bound_wire(node: _transform.Bind[Any], child: Child) -> Strategy:
    def rest(data: bytes) -> Strategy:
        second = node.function(node.parser.parse(data))
        return beside(child, "wire")(second).map(lambda more: data + more)

    return child(node.parser).flatmap(rest)


def _spanned(node: _notes.Span[Any], child: Child) -> Strategy:
    return beside(child, "wire")(node.parser).map(node.parse)


register(
    _transform.Map,
    values=lambda node, child: child(node.parser).map(node.function),
    wire=same_below,
)
register(
    _transform.TryMap,
    values=_tried,
    wire=lambda node, child: child(node.parser).filter(only_parsed(node)),
)
register(
    _transform.Verify,
    values=lambda node, child: child(node.parser).filter(node.predicate),
    wire=lambda node, child: child(node.parser).filter(only_parsed(node)),
)
register(_transform.Bind, values=_bound, wire=_bound_wire)
register(_values.Value, values=lambda node, _: st.just(node.given), wire=same_below)
register(_values.Success, values=lambda node, _: st.just(node.given), wire=no_bytes)
register(_values.Fail, values=nothing, wire=nothing)
register(_notes.Label, values=same_below, wire=same_below)
register(
    _notes.Recognize,
    values=lambda node, child: beside(child, "wire")(node.parser),
    wire=same_below,
)
register(_notes.Span, values=_spanned, wire=same_below)
register(
    _example.Example,
    values=lambda node, _: node.strategy,
    wire=lambda node, _: node.strategy.map(node.parser.build),
)
