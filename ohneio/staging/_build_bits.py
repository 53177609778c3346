"""Building bits: fields that share bytes become one number."""

from __future__ import annotations

import enum
import inspect
from typing import Any

from ..combinators._bit import Always
from ..combinators._bits import Bits
from ..combinators._enums import usual
from ..combinators._packets import Group
from ..combinators._packing import Packed as Field
from ..combinators._packing import Packing
from ._build_pieces import Counted, Packed
from ._building import Builder, builds, unknown

__all__: list[str] = []


@builds(Bits)
def bits(b: Builder, node: Bits[Any], value: str) -> None:
    b.exact(value, node.cls)
    packed_bits(b, node, value)


@builds(Group)
def group(b: Builder, node: Group, value: str) -> None:
    """Some fields of a record share bytes; the value is the record."""
    packed_bits(b, node, value)


def packed_bits(b: Builder, node: Packing[Any], value: str) -> None:
    """Put the bytes that some fields of *value* share."""
    if not all(is_simple(one) for one in node.fields):
        unknown(b, node, value)
        return
    parts = [bits_of(b, one, value) for one in node.fields]
    whole, size = " | ".join(one for one in parts if one) or "0", node._size
    code = {1: "B", 2: "H", 4: "I", 8: "Q"}.get(size)
    if code:
        b.put(Packed(code, b.size(whole, "bits"), ">" * (size > 1), is_size=True))
    else:
        b.put(Counted(b.local(f"({whole}).to_bytes({size})", "bits"), size))


def is_simple(one: Field) -> bool:
    """Tell whether the bits of a field's value are known without asking its class."""
    kind = one.kind
    if kind in (int, bool) or isinstance(kind, Always):
        return True
    if not isinstance(kind, type) or not issubclass(kind, enum.Enum) or issubclass(kind, enum.Flag):
        return False
    plain = all(type(member._value_) is int for member in kind)
    plain = plain and inspect.getattr_static(kind, "value") is vars(enum.Enum)["value"]
    return plain and usual(kind, enum.Enum) and kind.__eq__ in (object.__eq__, int.__eq__)


def bits_of(b: Builder, one: Field, whole: str) -> str:
    """Return how the code says a field's bits, where they belong; nothing if there are none."""
    if isinstance(one.kind, Always):
        return str(one.kind.number << one.shift) if one.kind.number else ""
    part = b.local(f"{whole}.{one.name}", one.name)
    if one.kind is int:
        b.whole(part)
        b.refuse(f"not 0 <= {part} <= {one.mask}")
    else:
        b.exact(part, one.kind)  # type: ignore[arg-type]
    number = part if one.kind in (int, bool) else f"{part}._value_"
    return f"{number} << {one.shift}" if one.shift else number
