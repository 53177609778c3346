"""Numbers written in digits.

What the peer sends is checked digit by digit before Python's `int` sees it,
and ``max_digits`` bounds it.  Beyond the 640 digits that `int` reads in any
case a number is put together from its halves.
"""

from __future__ import annotations

import re
from math import log2
from typing import cast

import attrs

from ..core._building import builder, put
from ..core._errors import BuildError, ParseError, UsageError, counted
from ..core._facts import NO_BYTES, Facts
from ..core._parser import Parser
from ..core._run import UNBOUNDED, Run
from ..core._scanning import Match, reach, run_of
from ..core._steps import Steps, current
from ._bytes import fixed
from ._checks import described, index_of, size_of
from ._classes import scan_of

__all__ = ["Integer", "decimal", "hexadecimal", "integer"]

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
SIGNS = frozenset(b"+-")
#: What `int` reads and `str` writes, however they were configured: 640 digits.
SAFE_DIGITS = 640
SAFE_BITS = 2120
NAMES = {2: "binary", 8: "octal", 10: "decimal", 16: "hexadecimal"}


def _allowed(parser: Integer) -> frozenset[int]:
    digits = DIGITS[: parser.base]
    return frozenset((digits + digits.upper()).encode())


def _scan(parser: Integer) -> Match:
    return scan_of(parser.allowed)


def _form(parser: Integer) -> re.Pattern[bytes]:
    digit = b"[%b]" % bytes(sorted(parser.allowed))
    sign = b"[+-]?" if parser.signed else b""
    if parser.digits:
        return re.compile(sign + digit + b"{%d}" % min(parser.digits, UNBOUNDED))
    if parser.strict:
        return re.compile(b"(?!0%b)%b+" % (digit, digit))
    return re.compile(sign + digit + b"+")


@attrs.frozen(repr=False)
class Integer(Parser[int]):
    """See `integer`, `decimal` and `hexadecimal`."""

    base: int
    signed: bool = False
    #: How many digits, or 0 for any number of them.
    digits: int = 0
    #: Whether leading zeros are refused.
    strict: bool = False
    allowed: frozenset[int] = attrs.field(
        init=False, eq=False, default=attrs.Factory(_allowed, takes_self=True)
    )
    _scan: Match = attrs.field(init=False, eq=False, default=attrs.Factory(_scan, takes_self=True))
    _form: re.Pattern[bytes] = attrs.field(
        init=False, eq=False, default=attrs.Factory(_form, takes_self=True)
    )

    def __repr__(self) -> str:
        if self.strict:
            return NAMES[self.base]
        signed = ", signed=True" if self.signed else ""
        digits = f", digits={self.digits}" if self.digits else ""
        return f"integer({self.base}{signed}{digits})"

    def _parse(self) -> Steps[int]:
        run = current()
        source = run.input
        found = self._form.match(source.data, source.pos, source.stop)
        if found is None or not (self.digits or found.end() < source.stop):
            return (yield from self._wait())
        size = found.end() - source.pos
        if size > SAFE_DIGITS or size > run.limits.max_digits:
            return (yield from self._wait())
        source.pos = found.end()
        return int(found[0], self.base)

    __iter__ = _parse
    __await__ = _parse

    def _wait(self) -> Steps[int]:
        run = current()
        if run.building:
            return (yield from run.steps(self))
        sign = yield from self._sign(run)
        size = yield from self._run(run, sign)
        bound, digits = run.input.limit, run.limits.max_digits
        if size > sign + digits <= bound:
            raise run.over_limit(digits, "max_digits", "digit")
        if size > bound:
            raise run.over_limit(bound, "max_buffered")
        if size < sign + (self.digits or 1):
            raise self._too_short(run, sign, size)
        data = run.input.take(size)
        number = number_of(data[sign:], self.base)
        return -number if data[:1] == b"-" else number

    def _sign(self, run: Run) -> Steps[int]:
        """Wait for the first byte; return 1 if it is a sign, else 0."""
        sign = 0
        self._check_room(run, sign)
        if self.signed and (yield from reach(run, 1)):
            sign = int(run.input.window(0, 1)[0] in SIGNS)
            self._check_room(run, sign)
        return sign

    def _check_room(self, run: Run, sign: int) -> None:
        if run.input.position + sign + (self.digits or 1) > run.input.end:
            raise run.frame_ended(self._kind())

    def _run(self, run: Run, sign: int) -> Steps[int]:
        """Wait for the end of the digits; return where that is."""
        most = min(sign + run.limits.max_digits, run.input.limit) + 1
        if self.digits:
            most = min(most, sign + self.digits)
        if not self.strict:
            return (yield from run_of(run, self._scan, sign, most))
        size = yield from run_of(run, self._scan, 0, 1)
        if size and run.input.window(0, 1) == b"0":
            size = yield from run_of(run, self._scan, 1, 2)
            if size == 2:
                raise run.mismatch(self._kind() + " without leading zeros", found=2)
            return size
        return (yield from run_of(run, self._scan, size, most))

    def _too_short(self, run: Run, sign: int, size: int) -> ParseError:
        if run.input.visible > size:
            return run.mismatch(self._kind(), found=size + 1)
        return run.ended(sign + (self.digits or 1) - size, self._kind())

    def _kind(self) -> str:
        name = NAMES.get(self.base)
        kind = f"{name} number" if name else f"number in base {self.base}"
        digits = f" of {counted(self.digits, 'digit')}" if self.digits else ""
        return f"a {'signed ' if self.signed else ''}{kind}{digits}"

    def _build(self, value: object) -> Steps[None]:
        number, most = index_of(value), builder().limits.max_digits
        most = min(self.digits or most, most)
        if number is None or (number < 0 and not self.signed):
            raise BuildError(f"expected a whole number{self._from()}, not {described(value)}")
        if not fits(abs(number), self.base, most):
            raise BuildError(f"expected at most {most} digits, not {described(value)}")
        digits = digits_of(abs(number), self.base).rjust(self.digits, "0")
        yield from put(("-" * (number < 0) + digits).encode())

    def _from(self) -> str:
        return "" if self.signed else " of 0 or more"

    def _facts(self) -> Facts:
        least = self.digits or 1
        return attrs.evolve(
            fixed(least),
            greatest=least + self.signed if self.digits else None,
            first=self.allowed | SIGNS if self.signed else self.allowed,
            more=NO_BYTES if self.digits else self.allowed,
            canonical=self.base <= 10 and not self.signed and (self.strict or self.digits > 0),
            silent=False,
        )


# Between digits and numbers.


def number_of(digits: bytes, base: int) -> int:
    """Return the number that *digits*, which were checked, are in *base*."""
    if len(digits) <= SAFE_DIGITS:
        return int(digits, base)
    half = len(digits) // 2
    high, low = number_of(digits[:-half], base), number_of(digits[-half:], base)
    return high * cast("int", base**half) + low


def fits(number: int, base: int, most: int) -> bool:
    """Tell whether *number* has at *most* so many digits."""
    return number.bit_length() <= most or number < cast("int", base**most)


def digits_of(number: int, base: int) -> str:
    """Return the digits of *number* in *base*."""
    if base in (2, 8, 16):
        return format(number, {2: "b", 8: "o", 16: "x"}[base])
    if number.bit_length() > SAFE_BITS:
        half = int(number.bit_length() / log2(base) / 2)
        high, low = divmod(number, cast("int", base**half))
        return digits_of(high, base) + digits_of(low, base).rjust(half, "0")
    return str(number) if base == 10 else "".join(_digits(number, base))[::-1]


def _digits(number: int, base: int) -> list[str]:
    digits = [DIGITS[number % base]]
    while number := number // base:
        digits.append(DIGITS[number % base])
    return digits


def integer(base: int = 10, signed: bool = False, digits: int = 0) -> Parser[int]:
    """Take a number written in digits, leading zeros and all.

    Waits until a byte that is no digit, or the end of the input or frame, is
    there; with *digits* it takes just so many and looks no further. Fails
    where there is no digit. Letters may be of either case. Its inverse writes
    the number without a plus sign, in lower case, and with leading zeros only
    where *digits* asks for them.

    ``max_digits`` bounds it: one digit more is a `LimitExceeded`.

    Args:

        base: 2 to 36.

        signed: Whether one ``+`` or ``-`` may stand before the digits.

        digits: How many digits; 0 for any number of them.

    Raises:
        UsageError: *base* or *digits* is out of range.

    Also known as: ``digit1`` with ``map_res`` (nom), ``dec_int``, ``hex_uint``
    (winnow), ``signed decimal`` (attoparsec).

    Example:
        >>> from ohneio import integer
        >>> integer(10, signed=True).parse(b"-007")
        -7
        >>> size = integer(16, digits=4)  # as git's pkt-line has it
        >>> size.parse_prefix(b"001eabc"), size.build(30)
        ((30, b'abc'), b'001e')
    """
    if type(base) is not int or not 2 <= base <= 36:
        raise UsageError(f"expected a base from 2 to 36, not {base!r}")
    return Integer(base, signed, size_of(digits))


decimal: Parser[int] = Integer(10, strict=True)
"""Take a decimal number: ASCII digits and nothing else.

Strict: no sign, blank or underscore, and no leading zero, so that each number
has one form only; a second digit behind a leading 0 is a mismatch at once. For
looser forms see `integer`. Waits until a byte that is no digit, or the end of
the input or frame, is there. ``max_digits`` bounds it: one digit more is a
`LimitExceeded`. Its inverse builds any number of 0 or more.

Also known as: ``decimal`` (attoparsec), ``dec_uint`` (winnow), ``digit1`` (nom).

Example:
    >>> from ohneio import decimal, literal
    >>> (decimal << literal(b"\\r\\n")).parse(b"1024\\r\\n")
    1024
    >>> decimal.build(1024)
    b'1024'
"""

hexadecimal: Parser[int] = Integer(16, strict=True)
"""Take a hexadecimal number: ASCII digits and letters of either case.

Strict as `decimal` is. Its inverse builds lower case.

Also known as: ``hexadecimal`` (attoparsec), ``hex_uint`` (winnow), ``hex_u32`` (nom).

Example:
    >>> from ohneio import hexadecimal
    >>> hexadecimal.parse(b"fF"), hexadecimal.build(255)
    (255, b'ff')
"""
