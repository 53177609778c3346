"""Fields of some bits in a number: where each is, and what becomes of it.

The bytes are one number, the first byte its highest, and the fields follow
each other from its highest bit on: as RFCs draw them.  What the bytes seen so
far show to be wrong fails before the others arrive.
"""

from __future__ import annotations

import enum
import sys
from collections.abc import Iterable
from types import SimpleNamespace
from typing import TypeVar, cast, get_type_hints

import attrs

from ..core._building import builder, put
from ..core._errors import BuildError, ParseError, UsageError, capped
from ..core._facts import Facts
from ..core._likeness import alike
from ..core._parser import Parser
from ..core._run import Run
from ..core._scanning import reach
from ..core._steps import Steps, current
from ._bit import Always, Bit, Kind, check_kind
from ._bytes import fixed
from ._calling import answered, called, text_of
from ._checks import described, index_of
from ._enums import faithful, may_begin
from ._fields import Field

__all__ = ["Packed", "Packing", "packed", "size_of_packed"]

T_co = TypeVar("T_co", covariant=True)


@attrs.frozen
class Packed:
    """Say where in the number a field is, and what becomes of it.

    Attributes:
        name: What the field is called.
        argument: What the class calls it.
        width: How many bits it has.
        shift: How many bits are behind it.
        begins: How many of the bytes must be there to know some of it.
        bytes: How many of the bytes must be there to know it.
        kind: What makes its value of a number: `int`, `bool` or an enum, or
            what knows the only one it may be.
    """

    name: str
    argument: str
    width: int
    shift: int
    begins: int
    bytes: int
    kind: Kind

    def of(self, number: int) -> object:
        """Return the field's value; a `ValueError` if it has none for these bits."""
        return self.kind(number >> self.shift & self.mask)

    def may_be(self, number: int, unseen: int) -> bool:
        """Tell whether it may have a value, where so many bits at its end are *unseen* and 0."""
        if unseen:
            return may_begin(self.kind, number >> self.shift & self.mask, unseen)
        try:
            self.of(number)
        except ParseError:
            raise
        except ValueError:
            return False
        return True

    def number(self, value: object) -> int:
        """Return the field's bits, for a value that they stand for."""
        number = index_of(value.value if isinstance(value, enum.Enum) else value)
        if number is not None and 0 <= number <= self.mask and self._stands_for(number, value):
            return number
        raise BuildError(f"expected {self.phrase}, not {described(value)}")

    def _stands_for(self, number: int, value: object) -> bool:
        try:
            return alike(self.kind(number), value)
        except Exception:  # an enum may have a mind of its own
            return False

    @property
    def mask(self) -> int:
        """The greatest number it can be."""
        return (1 << self.width) - 1

    @property
    def phrase(self) -> str:
        """What is expected of it."""
        if isinstance(self.kind, Always):
            return str(self.kind.number)
        if self.kind in (int, bool):
            return f"a number from 0 to {self.mask}"
        return f"one of {cast('type', self.kind).__name__}"


class Packing(Parser[T_co]):
    """Take some bytes and make an object of the fields in them."""

    __slots__ = ()

    fields: tuple[Packed, ...]
    _size: int

    def _made(self, number: int) -> T_co:
        """Return the object; a `ValueError` where there is none for these bits."""
        raise NotImplementedError

    def _blame(self, run: Run, one: Packed, there: int) -> ParseError:
        """Return the error for a field, of which so many bytes are *there*."""
        run.path.append(one.name)
        try:
            return run.mismatch(one.phrase, found=there)
        finally:
            run.path.pop()

    def _parse(self) -> Steps[T_co]:
        source = current().input
        pos = source.pos
        end = pos + self._size
        if end <= source.stop:
            value = self._tried(source.data[pos:end])
            if not isinstance(value, str):
                source.pos = end
                return value
        return (yield from self._wait())

    __iter__ = _parse
    __await__ = _parse

    def _wait(self) -> Steps[T_co]:
        run = current()
        if run.building:
            return (yield from run.steps(self))
        source, size = run.input, self._size
        if size > source.limit or source.position + size > source.end:
            yield from run.need(size)
        for there in range(1, size + 1):
            if not (yield from reach(run, there)):
                raise run.ended(size - there + 1)
            self._check_byte(run, there)
        value = self._tried(source.peek(size))
        if isinstance(value, str):
            raise self._refused(run, value)
        source.take(size)
        return value

    def _tried(self, data: bytes) -> T_co | str:
        """Return the object, or why there is none for these bytes."""
        try:
            return called(self._made, int.from_bytes(data))
        except ParseError:
            raise
        except ValueError as error:
            return text_of(error) or "a value that fits"

    def _check_byte(self, run: Run, there: int) -> None:
        """Fail on a field that the last byte that is *there* shows to be wrong."""
        wrong = self._wrong(int.from_bytes(run.input.peek(there)), there)
        if wrong is not None:
            raise self._blame(run, wrong, there)

    def _wrong(self, number: int, there: int) -> Packed | None:
        """Return the first field that has no value, as the last of *there* bytes shows."""
        missing = 8 * (self._size - there)
        for one in self.fields:
            if one.begins <= there <= one.bytes:
                unseen = max(missing - one.shift, 0)
                if not called(one.may_be, number << missing, unseen):
                    return one
        return None

    def _refused(self, run: Run, reason: str) -> ParseError:
        source = run.input
        found, path = source.peek(self._size), capped(run.path)
        return ParseError(reason, offset=source.position, found=found, path=path)

    def _put(self, whole: object) -> Steps[None]:
        """Build the bytes of an object that has all the fields."""
        number, place = 0, builder().place_of_value
        for one in self.fields:
            place.append(one.name)
            number |= one.number(answered(getattr, whole, one.name)) << one.shift
            place.pop()  # not after an error, which happened here
        yield from put(number.to_bytes(self._size))

    def _facts(self) -> Facts:
        return attrs.evolve(
            fixed(self._size),
            first=frozenset(byte for byte in range(256) if self._wrong(byte, 1) is None),
            canonical=all(faithful(one.kind) for one in self.fields) or None,
            silent=False,
        )


def size_of_packed(parser: Packing[object]) -> int:
    """Return how many bytes the fields have together."""
    return sum(one.width for one in parser.fields) // 8


def packed(cls: type, fields: Iterable[Field]) -> tuple[Packed, ...]:
    """Return *fields* of *cls* with their places, checked."""
    fields = tuple(fields)
    parts = [_bit(cls, one.name, one.parser) for one in fields]
    total, done = sum(part.n for part in parts), 0
    if total % 8 or not total:
        raise UsageError(f"{cls.__name__} has {total} bits, and should have 8, 16, 24 and so on")
    plan: list[Packed] = []
    for one, part in zip(fields, parts, strict=True):
        kind = part.kind or _annotated(cls, one.name)
        check_kind(f"{cls.__name__}.{one.name}", kind, part.n)
        begins, done = done // 8 + 1, done + part.n
        there = -(-done // 8)
        plan.append(Packed(one.name, one.argument, part.n, total - done, begins, there, kind))
    return tuple(plan)


def _bit(cls: type, name: str, parser: object) -> Bit:
    if isinstance(parser, Bit):
        return parser
    raise UsageError(f"{cls.__name__}.{name} is no bit(n), and bits() knows nothing else")


def _annotated(cls: type, name: str) -> Kind:
    """Return what a field is by its annotation."""
    said = SimpleNamespace(__annotations__={name: _annotation(cls, name)})
    try:
        return cast("Kind", get_type_hints(said, vars(sys.modules[cls.__module__]))[name])
    except NameError as error:
        reason = str(error)
    raise UsageError(f"{cls.__name__}.{name}: {reason}; say what it is as in bit(4, int)")


def _annotation(cls: type, name: str) -> object:
    attribute = attrs.fields_dict(cls).get(name)
    # What is computed is no field of its class any more.
    kinds = (vars(base).get("__annotations__", {}) for base in cls.__mro__)
    return attribute.type if attribute else next(kind[name] for kind in kinds if name in kind)
