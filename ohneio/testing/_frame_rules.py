"""How frames, records, loops with ends and tagged branches are drawn."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from hypothesis import strategies as st

from ..combinators import (
    _bit,
    _checksums,
    _dispatch,
    _fields,
    _framing,
    _looking,
    _packets,
    _records,
    _repetition,
)
from ..core import BuildError
from ._rules import MANY, RUN, joined, none, only_parsed, same_below
from ._token_rules import bits_of, built, built_or_none
from ._walk import Child, Node, Strategy, beside, register

# Frames.


def buildable(node: Node, values: Strategy) -> Strategy:
    """Draw only values that *node* can build."""
    return values.filter(lambda value: built_or_none(node, value) is not None)


def _sized(node: _framing.Sized[Any], child: Child) -> Strategy:
    """Draw what fills the frame: any bytes or ASCII that it takes, or what is drawn inside."""
    whole = st.binary(min_size=node.size, max_size=node.size)
    plain = whole.map(lambda data: bytes(byte & 0x7F for byte in data))
    inside = child(node.parser).filter(lambda data: len(data) == node.size)
    facts = node.parser.facts
    if facts.least == facts.greatest == node.size:
        return inside
    return st.one_of(whole, plain, inside).filter(only_parsed(node))


def _announced(node: _framing.LengthPrefixed[Any], child: Child) -> Strategy:
    bodies = child(node.inner)
    return bodies.map(lambda body: node.length.build(len(body)) + body)


def _counted(node: _framing.CountPrefixed[Any], child: Child) -> Strategy:
    items = st.lists(child(node.item), max_size=MANY)
    return items.map(lambda some: node.count.build(len(some)) + b"".join(some))


def _ended(node: _framing.Delimited[Any], child: Child) -> Strategy:
    return child(node.parser).map(lambda body: body + node.end).filter(only_parsed(node))


def _summed(node: _checksums.Checksummed[Any], child: Child) -> Strategy:
    return child(node.parser).map(lambda body: body + node.stored.build(node.algorithm(body)))


register(
    _framing.Sized,
    values=lambda node, child: beside(child, "wire")(node).map(node.parse),
    wire=_sized,
)
register(
    _framing.LengthPrefixed,
    values=lambda node, child: buildable(node, child(node.inner)),
    wire=_announced,
)
register(
    _framing.CountPrefixed,
    values=lambda node, child: st.lists(child(node.item), max_size=MANY),
    wire=_counted,
)
register(
    _framing.Delimited,
    values=lambda node, child: buildable(node, child(node.parser)),
    wire=_ended,
)
register(_checksums.Checksummed, values=same_below, wire=_summed)


# Loops.


def _separated(node: _repetition.SepBy[Any], child: Child) -> Strategy:
    least, most = max(node.min - 1, 0), max(min(node.max, node.min + MANY) - 1, 0)
    others = st.lists(
        joined([child(node.separator), child(node.item)]), min_size=least, max_size=most
    )
    some = st.tuples(child(node.item), others.map(b"".join)).map(b"".join)
    return some if node.min else st.one_of(st.just(b""), some)


def _up_to(node: _repetition.ManyUntil[Any], child: Child) -> Strategy:
    items = st.lists(child(node.item), max_size=MANY).map(b"".join)
    return joined([items, child(node.end)]).filter(only_parsed(node))


register(
    _repetition.SepBy,
    values=lambda node, child: st.lists(
        child(node.item), min_size=node.min, max_size=min(node.max, node.min + MANY)
    ),
    wire=_separated,
)
register(
    _repetition.ManyUntil,
    values=lambda node, child: buildable(node, st.lists(child(node.item), max_size=MANY)),
    wire=_up_to,
)
register(_repetition.Skip, values=none, wire=same_below)


# Branches with a tag.


def _tagged(node: _dispatch.Dispatch[Any], child: Child) -> Strategy:
    known = [
        child(branch) if looked(node) else child(branch).map(_behind(node, tag))
        for tag, branch in node.branches
    ]
    if node.default is None:
        return st.one_of(known)
    tags = child(node.tag).filter(lambda data: node.tag.parse(data) not in dict(node.branches))
    return st.one_of(*known, joined([tags, child(node.default)]))


def looked(node: _dispatch.Dispatch[Any]) -> bool:
    """Tell whether the tag is only looked at: then the branch takes it."""
    return isinstance(node.tag, _looking.Lookahead)


def _behind(node: _dispatch.Dispatch[Any], tag: object) -> Callable[[bytes], bytes]:
    data: bytes = node.tag.build(tag)
    return data.__add__


register(
    _dispatch.Dispatch,
    values=lambda node, child: st.one_of([child(branch) for _, branch in node.branches]),
    wire=_tagged,
)


# Records: a field may depend on those before it, also on one that is computed.


@st.composite
def _drawn(draw: st.DrawFn, node: _records.Record[Any], child: Child) -> object:
    known: dict[str, Any] = {}
    for one in node.fields:
        if not one.frames:
            known[one.name] = draw(_of_field(node, one, SimpleNamespace(**known), child))
    return node.cls(**{one.argument: known[one.name] for one in node.fields if one.argued})


def _of_field(
    node: _records.Record[Any], one: _fields.Field, before: object, child: Child
) -> Strategy:
    if isinstance(one.parser, _bit.Bit):
        return _of_bits(node, one)
    if one.when is not None and not one.when(before):
        return st.none()
    parser = one.make(before) if one.parser is None else one.parser
    values = child(parser) if one.parser is not None else beside(child, "values")(parser)
    return _small(parser, values) if one.computed else values


def _of_bits(node: _records.Record[Any], one: _fields.Field) -> Strategy:
    groups = [child for child in node.children() if isinstance(child, _packets.Group)]
    found = next(bits for group in groups for bits in group.fields if bits.name == one.name)
    if one.computed and found.kind is int:  # a size perhaps, as in `_small`
        return st.integers(min_value=0, max_value=min(RUN, found.mask))
    return bits_of(found)


def _small(parser: Node, values: Strategy) -> Strategy:
    """Draw a computed field, a size perhaps, so that what depends on it stays small."""
    try:
        number = parser.parse(parser.build(RUN))
    except BuildError:
        return values
    return st.integers(min_value=0, max_value=RUN) if type(number) is int else values


def _record(node: _records.Record[Any], child: Child) -> Strategy:
    return buildable(node, _drawn(node, child))


register(
    _records.Record,
    values=_record,
    wire=lambda node, child: built(node, _drawn(node, beside(child, "values"))),
)
