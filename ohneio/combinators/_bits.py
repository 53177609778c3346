"""Objects whose fields are packed into bits: flags, types, small numbers."""

from __future__ import annotations

from typing import TypeVar

import attrs

from ..core._errors import BuildError, UsageError
from ..core._facts import Facts
from ..core._parser import Parser
from ..core._steps import Steps
from ._bit import Kind
from ._checks import described
from ._fields import Field, fields_of, may_refuse
from ._packing import Packed, Packing, packed, size_of_packed

__all__ = ["Bits", "bits"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


def _fields(parser: Bits[object]) -> tuple[Packed, ...]:
    fields = fields_of(parser.cls)
    for one in fields:
        if depends(one):
            name = f"{parser.cls.__name__}.{one.name}"
            raise UsageError(f"{name} depends on other fields: that wants record(), not bits()")
    return packed(parser.cls, fields)


def depends(one: Field) -> bool:
    """Tell whether a field's value follows from others, or is judged beside them."""
    return one.verify is not None or (one.computed is not None and not one.constant)


def _plan(parser: Bits[object]) -> tuple[tuple[str, Kind, int, int], ...]:
    return tuple((one.argument, one.kind, one.shift, one.mask) for one in parser.fields)


def _constants(parser: Bits[object]) -> tuple[str, ...]:
    return tuple(one.argument for one in fields_of(parser.cls) if one.computed)


@attrs.frozen(repr=False)
class Bits(Packing[T_co]):
    """See `bits`."""

    cls: type[T_co]
    fields: tuple[Packed, ...] = attrs.field(
        init=False, eq=False, default=attrs.Factory(_fields, takes_self=True)
    )
    _size: int = attrs.field(
        init=False, eq=False, default=attrs.Factory(size_of_packed, takes_self=True)
    )
    # For speed: what `_made` needs of the fields, and which of them are no arguments.
    _plan: tuple[tuple[str, Kind, int, int], ...] = attrs.field(
        init=False, eq=False, default=attrs.Factory(_plan, takes_self=True)
    )
    _constants: tuple[str, ...] = attrs.field(
        init=False, eq=False, default=attrs.Factory(_constants, takes_self=True)
    )

    def __repr__(self) -> str:
        return f"bits({self.cls.__qualname__.rpartition('<locals>.')[2]})"

    def __reduce__(self) -> tuple[object, ...]:
        return bits, (self.cls,)

    def _made(self, number: int) -> T_co:
        values = {name: kind(number >> shift & mask) for name, kind, shift, mask in self._plan}
        for name in self._constants:
            del values[name]
        return self.cls(**values)

    def _build(self, value: object) -> Steps[None]:
        if type(value) is not self.cls:
            raise BuildError(f"expected a {self.cls.__name__}, not {described(value)}")
        return self._put(value)

    def _facts(self) -> Facts:
        facts = super()._facts()
        sure = None if may_refuse(self.cls) else True
        return attrs.evolve(facts, unambiguous=sure, canonical=sure and facts.canonical)


def bits(cls: type[T]) -> Parser[T]:
    """Take bytes whose bits are the fields of *cls*, high bit first; give the object.

    Waits for its bytes, but fails as soon as those that are there show a field
    to be wrong: a number for which its enum has no member, or with which none
    of its members begins. The mismatch has the offset of the first byte, and
    the field's name in its path. A `ValueError` out of the class is a mismatch
    too. Its inverse builds an object of exactly this class.

    Args:

        cls: A class of `wire` all of whose fields are `bit`, 8 or 16 or any
            multiple of 8 bits together. Where others stand behind them take
            `record`.

    Raises:
        UsageError: A field is not made by `bit`, is of another type than
            `int`, `bool` or an enum of numbers that fit, or the bits are no
            whole bytes.

    Also known as: ``BitStruct`` (Construct), ``bits`` (nom), ``bitfield`` (binrw).

    Example:
        >>> import enum
        >>> from ohneio import bit, bits, wire
        >>> class Opcode(enum.IntEnum):
        ...     TEXT = 1
        ...     CLOSE = 8
        >>> @wire
        ... class Start:
        ...     fin: bool = bit(1, bool)
        ...     reserved: int = bit(3, int)
        ...     opcode: Opcode = bit(4, Opcode)
        >>> bits(Start).parse(b"\\x81")
        Start(fin=True, reserved=0, opcode=<Opcode.TEXT: 1>)
        >>> bits(Start).build(Start(False, 0, Opcode.CLOSE))
        b'\\x08'
    """
    return Bits(cls)
