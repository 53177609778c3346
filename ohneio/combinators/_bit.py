"""One field of a class whose objects are packed into bits."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any, Literal, TypeVar, overload

import attrs

from ..core._errors import UsageError
from ..core._parser import Parser
from ..core._steps import Steps
from ._checks import index_of, size_of

__all__ = ["Bit", "Kind", "bit", "check_kind"]

T = TypeVar("T")
Kind = Callable[[int], Any]


@attrs.frozen
class Always:
    """Know the only number that some bits may be."""

    number: int

    def __call__(self, number: int) -> int:
        if number != self.number:
            raise ValueError(f"expected {self.number}")
        return number


@attrs.frozen(repr=False)
class Bit(Parser[Any]):
    """See `bit`: no parser by itself, but what `bits` makes one of."""

    n: int
    kind: Kind | None = None

    def __repr__(self) -> str:
        kind = f", {self.kind.__name__}" if isinstance(self.kind, type) else ""
        kind = f", always={self.kind.number}" if isinstance(self.kind, Always) else kind
        return f"bit({self.n}{kind})"

    def _parse(self) -> Steps[Any]:
        yield from ()
        raise self._alone()

    def _build(self, value: object) -> Steps[None]:
        yield from ()
        raise self._alone()

    def _alone(self) -> UsageError:
        return UsageError(f"{self!r} is a part of a byte: use bits() or record() of its class")


def check_kind(name: str, kind: object, width: int) -> None:
    """Refuse what cannot be made of *width* bits."""
    if kind is int or isinstance(kind, Always) or (kind is bool and width == 1):
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
def bit(
    n: int,
    kind: Callable[[int], T] | None = None,
    *,
    default: T,
    kw_only: bool = False,
    verify: Callable[[Any], object] | None = None,
    expected: str = "",
) -> T: ...
@overload
def bit(
    n: int,
    kind: Callable[[int], T],
    *,
    kw_only: bool = False,
    verify: Callable[[Any], object] | None = None,
    expected: str = "",
) -> T: ...
@overload
def bit(
    n: int,
    kind: Callable[[int], T],
    *,
    computed: Callable[[Any], T],
    init: Literal[False] = False,
    verify: Callable[[Any], object] | None = None,
    expected: str = "",
) -> T: ...
@overload
def bit(n: int, *, always: int, init: Literal[False] = False) -> int: ...


def bit(n: int, kind: Kind | None = None, *, always: int | None = None, **options: Any) -> Any:
    """Say that a field of a class has *n* bits.

    Fields of bits stand beside each other, in whole bytes; see `bits` for a
    class of nothing else, and `record` for one that has other fields too.

    Args:

        n: How many bits, one or more.

        kind: What the field is, where its annotation does not say so (in a
            class inside a function, say): `int`, `bool` for one bit, or an
            enum, whose values are the numbers.

        always: The only number that the bits may be. The field is then no
            argument of the class.

        **options: *default*, *kw_only*, *computed*, *verify* and *expected*, as
            in `field`.

    Raises:
        UsageError: *n* is 0 or less, or *always* has more bits.

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
    if always is None:
        return field(Bit(n, kind), **options)
    if size_of(always) >> n:
        raise UsageError(f"{always} has more than {n} bits")
    return field(Bit(n, Always(always)), computed=lambda _: always, **options)
