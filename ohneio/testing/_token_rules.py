"""How tokens are drawn: bytes of a set, numbers, text, bits."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from ..combinators import (
    _bit,
    _bits,
    _classes,
    _digits,
    _lines,
    _numbers,
    _packing,
    _text,
    _varints,
)
from ..core import BuildError
from ._walk import Child, Node, Strategy, beside, register

#: Most bytes, or digits, of a run that is drawn.
RUN = 20
DIGITS = 6


def built(node: Node, values: Strategy) -> Strategy:
    """Draw the bytes of the values that *node* can build."""
    return values.map(lambda value: built_or_none(node, value)).filter(
        lambda data: data is not None
    )


def built_or_none(node: Node, value: object) -> bytes | None:
    """Return the bytes of *value*, or None where *node* refuses it."""
    try:
        return node.build(value)
    except BuildError:
        return None


def of_set(members: frozenset[int], least: int, most: int) -> Strategy:
    """Draw a run of bytes of a set."""
    one = st.sampled_from(sorted(members)) if members else st.nothing()
    return st.lists(one, min_size=least, max_size=most).map(bytes)


# Bytes of a set, lines, whatever is left.


def _one(node: _classes.OneOf, _: Child) -> Strategy:
    return of_set(node.set, 1, 1)


def _run(node: _classes.TakeWhile, _: Child) -> Strategy:
    return of_set(node.set, node.min, min(node.max, node.min + RUN))


def _text_of_line(node: _lines.Line, _: Child) -> Strategy:
    return st.binary(max_size=min(node.max, RUN)).map(lambda data: data.translate(None, b"\r\n"))


def _rest(node: Node, child: Child) -> Strategy:  # noqa: ARG001  # all rules are called alike
    return st.binary(max_size=RUN)


register(_classes.OneOf, values=_one, wire=_one)
register(_classes.TakeWhile, values=_run, wire=_run)
register(_lines.Rest, values=_rest, wire=_rest)
register(
    _lines.Line,
    values=_text_of_line,
    wire=lambda node, child: _text_of_line(node, child).map(lambda data: data + b"\r\n"),
)


# Numbers.


def _fixed(node: Node, _: Child) -> Strategy:
    size = node.facts.least
    return st.binary(min_size=size, max_size=size)


def _digits_of(node: _digits.Integer, _: Child) -> Strategy:
    most = node.base ** (node.digits or DIGITS) - 1
    return st.integers(min_value=-most if node.signed else 0, max_value=most)


def _written(node: _digits.Integer, child: Child) -> Strategy:
    plain = built(node, _digits_of(node, child))
    if node.strict or node.digits or node.signed:
        return plain
    return st.tuples(st.sampled_from([b"", b"0", b"000"]), plain).map(b"".join)


def _base128(node: _varints.Base128, _: Child) -> Strategy:
    return st.integers(min_value=node.least_value, max_value=node.greatest_value)


def _quic(node: Node, child: Child) -> Strategy:  # noqa: ARG001
    return st.integers(min_value=0, max_value=(1 << 62) - 1)


for kind in (_numbers.Number, _numbers.StructUnpack):
    register(
        kind,
        values=lambda node, child: _fixed(node, child).map(node.parse),
        wire=_fixed,
    )
register(_digits.Integer, values=_digits_of, wire=_written)
register(
    _varints.Base128,
    values=_base128,
    wire=lambda node, child: _base128(node, child).map(node.build),
)
register(
    _varints.QuicVarint,
    values=_quic,
    wire=lambda node, child: _quic(node, child).map(node.build),
)


# Text and bits.


def _texts(node: _text.Text, child: Child) -> Strategy:
    """Draw text that fits: any at all, or the parser's own bytes made ASCII."""
    below = beside(child, "values")(node.parser)
    ascii_only = below.map(lambda data: bytes(byte & 0x7F for byte in data).decode())
    drawn = st.one_of(st.text(max_size=RUN // 2), ascii_only)
    return drawn.filter(lambda text: built_or_none(node, text) is not None)


def bits_of(field: _packing.Packed) -> Strategy:
    """Draw what some bits can be."""
    numbers = st.integers(min_value=0, max_value=(1 << field.width) - 1)
    kind: Callable[[int], Any] = field.kind
    if isinstance(kind, _bit.Always):
        return st.just(kind.number)
    if isinstance(kind, enum.EnumType):
        return st.sampled_from(list[Any](kind))
    return numbers.map(kind)


def _packed(node: _bits.Bits[Any], _: Child) -> Strategy:
    some = [one for one in node.fields if not isinstance(one.kind, _bit.Always)]
    made = st.builds(node.cls, **{one.argument: bits_of(one) for one in some})
    return made.filter(lambda value: built_or_none(node, value) is not None)


register(_text.Text, values=_texts, wire=lambda node, child: built(node, _texts(node, child)))
register(_bits.Bits, values=_packed, wire=lambda node, child: built(node, _packed(node, child)))
