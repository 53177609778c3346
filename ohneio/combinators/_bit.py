"""One field of a class whose objects are packed into bits."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any, TypeVar, overload

import attrs

from ..core._errors import UsageError
from ..core._parser import Parser
from ..core._steps import Steps
from ._checks import index_of, size_of

__all__ = ["Bit", "Kind", "bit", "check_kind"]

T = TypeVar("T")
Kind = Callable[[int], Any]


@attrs.frozen(repr=False)
class Bit(Parser[Any]):
    """See `bit`: no parser by itself, but what `bits` makes one of."""

    n: int
    kind: Kind | None = None

    def __repr__(self) -> str:
        kind = f", {self.kind.__name__}" if isinstance(self.kind, type) else ""
        return f"bit({self.n}{kind})"

    def _parse(self) -> Steps[Any]:
        yield from ()
        raise self._alone()

    def _build(self, value: object) -> Steps[None]:
        yield from ()
        raise self._alone()

    def _alone(self) -> UsageError:
        return UsageError(f"{self!r} is a part of a byte: use bits() of its class, not record()")


def check_kind(name: str, kind: object, width: int) -> None:
    """Refuse what cannot be made of *width* bits."""
    if kind is int or (kind is bool and width == 1):
        return
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        values = [index_of(one.value) for one in kind]
        if all(value is not None and 0 <= value < 1 << width for value in values):
            return
        raise UsageError(f"{name}: the values of {kind.__name__} do not fit into {width} bits")
    said = kind.__name__ if isinstance(kind, type) else repr(kind)
    raise UsageError(f"{name}: expected int, bool of one bit or an enum, not {said} of {width}")


@overload
def bit(n: int) -> T: ...  # type: ignore[type-var]  # whatever the field is
@overload
def bit(n: int, kind: Callable[[int], T]) -> T: ...
@overload
def bit(n: int, kind: Callable[[int], T] | None = None, *, default: T) -> T: ...


def bit(n: int, kind: Kind | None = None, **default: Any) -> Any:
    """Say that a field of a class for `bits` has *n* bits.

    Args:

        n: How many bits, one or more.

        kind: What the field is, where its annotation does not say so (in a
            class inside a function, say): `int`, `bool` for one bit, or an
            enum, whose values are the numbers.

        default: The default of the class's argument.

    Raises:
        UsageError: *n* is 0 or less.

    Also known as: ``BitsInteger``, ``Flag`` (Construct), ``bits`` (nom, binrw).

    Example:
        >>> from ohneio import bit, bits, wire
        >>> @wire
        ... class Half:
        ...     high: int = bit(4, int)
        ...     low: int = bit(4, int)
        >>> bits(Half).parse(b"\\xa5")
        Half(high=10, low=5)
    """
    from ._fields import field  # which has to know `bit`, for type checkers

    if not size_of(n):
        raise UsageError("a field has one bit or more")
    return field(Bit(n, kind), **default)
