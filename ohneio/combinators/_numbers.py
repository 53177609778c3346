"""Numbers of a fixed size: integers, floats, and whatever `struct` can say.

Building proves itself: what was packed is unpacked again and compared, so that
a float that was rounded, or a string that was cut or padded, is refused.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import Any, TypeVar, cast

import attrs

from ..core._building import NOTHING, builder, put
from ..core._errors import BuildError, UsageError
from ..core._facts import Facts
from ..core._parser import Parser
from ..core._steps import WAIT, Steps, current
from ._bytes import fixed
from ._checks import described

__all__ = [
    "Number",
    "StructUnpack",
    "float32",
    "float32le",
    "float64",
    "float64le",
    "int8",
    "int16",
    "int16le",
    "int32",
    "int32le",
    "int64",
    "int64le",
    "struct_unpack",
    "uint8",
    "uint16",
    "uint16le",
    "uint32",
    "uint32le",
    "uint64",
    "uint64le",
]

T_co = TypeVar("T_co", covariant=True)
Unpack = Callable[[bytes, int], tuple[Any, ...]]

#: Codes that have several forms for one value: padding, any byte that is not
#: 0 for true, what stands behind a short string, and the kinds of NaN, which
#: become one when the processor widens a float.
LOOSE = frozenset("x?pef")


def _size(parser: Number[Any] | StructUnpack) -> int:
    return struct.calcsize(parser.format)


def _unpack(parser: Number[Any] | StructUnpack) -> Unpack:
    return struct.Struct(parser.format).unpack_from


def _network(parser: StructUnpack) -> str:
    return parser.given if parser.given[:1] in tuple("<>!") else "!" + parser.given


@attrs.frozen(repr=False)
class Number(Parser[T_co]):
    """One number, see `uint8` and its like: there is one object of each name."""

    name: str
    format: str
    _size: int = attrs.field(init=False, eq=False, default=attrs.Factory(_size, takes_self=True))
    _unpack: Unpack = attrs.field(
        init=False, eq=False, default=attrs.Factory(_unpack, takes_self=True)
    )

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> str:
        return self.name

    def _parse(self) -> Steps[T_co]:
        source, unpack = current().input, self._unpack
        while True:
            pos = source.pos
            end = pos + self._size
            if end <= source.stop:
                source.pos = end
                return unpack(source.data, pos)[0]  # type: ignore[no-any-return]
            run = current()
            if run.building:
                return (yield from run.steps(self))
            if not run.lacks(self._size):
                return unpack(source.take(self._size), 0)[0]  # type: ignore[no-any-return]
            yield WAIT

    __iter__ = _parse
    __await__ = _parse

    def _build(self, value: object) -> Steps[None]:
        data = packed(self.format, value)
        if data is None:
            raise BuildError(f"expected {self._kind()}, not {described(value)}")
        yield from put(data)

    def _kind(self) -> str:
        if self.format[-1] in "fd":
            return f"a number that {self.name} can hold exactly"
        bits = 8 * self._size
        signed = self.format[-1].islower()
        least, most = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
        return f"a number from {least} to {most}"

    def _facts(self) -> Facts:
        return attrs.evolve(fixed(self._size), canonical=self.format[-1] not in LOOSE, silent=False)


@attrs.frozen(repr=False)
class StructUnpack(Parser[tuple[Any, ...]]):
    """See `struct_unpack`."""

    given: str
    format: str = attrs.field(
        init=False, eq=False, default=attrs.Factory(_network, takes_self=True)
    )
    _size: int = attrs.field(init=False, eq=False, default=attrs.Factory(_size, takes_self=True))
    _unpack: Unpack = attrs.field(
        init=False, eq=False, default=attrs.Factory(_unpack, takes_self=True)
    )

    def __repr__(self) -> str:
        return f"struct_unpack({self.given!r})"

    def __reduce__(self) -> tuple[object, ...]:
        return StructUnpack, (self.given,)

    def _parse(self) -> Steps[tuple[Any, ...]]:
        source, unpack = current().input, self._unpack
        while True:
            pos = source.pos
            end = pos + self._size
            if end <= source.stop:
                source.pos = end
                return unpack(source.data, pos)
            run = current()
            if run.building:
                return (yield from run.steps(self))
            if not run.lacks(self._size):
                return unpack(source.take(self._size), 0)
            yield WAIT

    def __iter__(self) -> Steps[tuple[Any, ...]]:
        source = current().input
        unpack = self._unpack
        pos = source.pos
        try:  # instead of asking first, which would cost more than all else here
            source.pos = pos + self._size
            return unpack(source.free, pos)
        except struct.error:
            source.pos = pos
        return (yield from self._parse())

    __await__ = __iter__

    def _build(self, value: object) -> Steps[None]:
        values = self._values(value)
        data = packed(self.format, *values)
        if data is None:
            raise self._blame(values)
        yield from put(data)

    def _values(self, value: object) -> tuple[object, ...]:
        count = len(self._codes())
        if value is NOTHING and count == 0:
            return ()
        if not isinstance(value, tuple):
            raise BuildError(f"expected a tuple, not {described(value)}")
        values = cast("tuple[object, ...]", value)
        if len(values) != count:
            raise BuildError(f"expected {count} values, not {len(values)}")
        return values

    def _codes(self) -> list[str]:
        """Return the code of each value: ``["I", "H", "H", "5s"]`` for ``I2H5s``."""
        codes: list[str] = []
        for count, code in re.findall(r"(\d*)([a-zA-Z?])", self.format):
            if code in "sp":
                codes.append(count + code)
            elif code != "x":
                codes += [code] * int(count or 1)
        return codes

    def _blame(self, values: tuple[object, ...]) -> BuildError:
        order = self.format[0]
        for index, (code, one) in enumerate(zip(self._codes(), values, strict=True)):
            if packed(order + code, one) is None:
                builder().place_of_value.append(index)
                return BuildError(f"expected what struct calls {code!r}, not {described(one)}")
        return BuildError(f"expected what fits {self!r}, not {described(values)}")

    def _facts(self) -> Facts:
        return attrs.evolve(
            fixed(self._size),
            canonical=LOOSE.isdisjoint(self.format),
            silent=not self._codes(),
        )


def packed(format: str, *values: object) -> bytes | None:
    """Return *values* as bytes, or ``None`` if they would not come back as they are."""
    try:
        data = struct.pack(format, *values)
        back = struct.unpack(format, data)
        return data if back == values or all(map(_same, back, values)) else None
    except Exception:  # `struct.error` and its like, or what a class of somebody's raises
        return None


def _same(one: object, other: object) -> bool:
    # Not a number is a value like any other here.
    return one == other or (one != one and other != other)


def struct_unpack(format: str) -> Parser[tuple[Any, ...]]:
    """Take a run of fixed-size fields, as `struct` describes them, and give their tuple.

    Waits until all of its bytes are there; fails only where the input ends
    before. Its inverse builds a tuple of as many values, and refuses one that
    would not come back as it is: a string to be cut or padded, a float to be
    rounded. Pad bytes (``x``) may be anything when parsing, and are built as
    zeros; of these alone it builds from nothing.

    Args:

        format: As for `struct.unpack`, in network order without a prefix;
            ``<`` is little-endian, ``>`` and ``!`` are network order.

    Raises:
        UsageError: *format* is none, or begins with ``@`` or ``=``, whose
            sizes or order depend on the machine.

    Also known as: ``struct`` (iofree), ``FormatField`` (Construct), ``bin_unpack``.

    Example:
        >>> from ohneio import struct_unpack
        >>> record = struct_unpack("IH5s")
        >>> record.parse(b"\\x00\\x00\\x00\\x01\\x00\\x02hello")
        (1, 2, b'hello')
        >>> record.build((1, 2, b"hello"))
        b'\\x00\\x00\\x00\\x01\\x00\\x02hello'
    """
    if not isinstance(format, str):
        raise UsageError(f"expected a format as text, not {type(format).__name__}")
    if format[:1] in tuple("@="):
        raise UsageError(f"{format!r} depends on the machine: begin with !, > or <")
    try:
        return StructUnpack(format)
    except (struct.error, ValueError) as error:
        reason = str(error)
    raise UsageError(f"no format for struct: {format!r} ({reason})")


uint8: Parser[int] = Number("uint8", "!B")
"""Take a byte and give its number, 0 to 255.

Like all numbers of a fixed size it waits until its bytes are there, and fails
only where the input ends before. Its inverse builds any number in its range.

Also known as: ``u8``, ``be_u16`` and so on (nom, winnow), ``Int8ub`` (Construct).

Example:
    >>> from ohneio import uint16
    >>> uint16.parse(b"\\x01\\x02"), uint16.build(258)
    (258, b'\\x01\\x02')
"""

uint16: Parser[int] = Number("uint16", "!H")
uint32: Parser[int] = Number("uint32", "!I")
uint64: Parser[int] = Number("uint64", "!Q")
int8: Parser[int] = Number("int8", "!b")
int16: Parser[int] = Number("int16", "!h")
int32: Parser[int] = Number("int32", "!i")
int64: Parser[int] = Number("int64", "!q")
uint16le: Parser[int] = Number("uint16le", "<H")
uint32le: Parser[int] = Number("uint32le", "<I")
uint64le: Parser[int] = Number("uint64le", "<Q")
int16le: Parser[int] = Number("int16le", "<h")
int32le: Parser[int] = Number("int32le", "<i")
int64le: Parser[int] = Number("int64le", "<q")

float32: Parser[float] = Number("float32", "!f")
"""Take an IEEE 754 number of four bytes; `float64` one of eight.

Its inverse refuses a number that it cannot hold exactly: 0.1 is no `float32`.
NaN is built, as one of its many forms.
"""

float64: Parser[float] = Number("float64", "!d")
float32le: Parser[float] = Number("float32le", "<f")
float64le: Parser[float] = Number("float64le", "<d")
