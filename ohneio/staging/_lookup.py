"""Short decimal numbers, taken together with the literal behind them.

Of three digits at most, as nearly all sizes have in text protocols, both are
found in a table: that is their check and the value at once.  Other numbers are
what is before the literal, if it is near: to look for a literal takes a third of
what a regular expression takes.  No search goes further than the number may, so
that where a number is tried in vain nobody looks at all that is there.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import attrs

from ..combinators._bytes import Literal
from ..combinators._digits import Integer
from ..combinators._framing import CountPrefixed, LengthPrefixed
from ..combinators._sequence import Before

if TYPE_CHECKING:
    from ._emitter import Emitter
    from ._writing import Node

__all__ = [
    "Found",
    "ends_digits",
    "framed",
    "is_near",
    "is_short",
    "leading",
    "looked_up",
    "number_and_end",
    "read_at_once",
]

#: How many digits the numbers have that are looked up.
DIGITS = 3
#: How many bytes are looked at for a number and what is behind it.
AHEAD = 24


@attrs.frozen
class Found:
    """The variable for a number, or None, and where the literal behind it ends."""

    number: str
    end: str


def is_short(node: Node) -> bool:
    """Tell whether *node* is a decimal number, such as a length in a text protocol."""
    return type(node) is Integer and node.strict and node.base == 10


def number_and_end(node: Node) -> Literal | None:
    """Return the literal of what is a decimal number and a literal that ends it."""
    whole: Any = node
    if type(node) is not Before or not is_short(whole.kept):
        return None
    end: Any = whole.dropped
    return end if ends_digits(end) else None


def ends_digits(node: Node) -> bool:
    """Tell whether *node* is a literal that no digit begins, where a number ends."""
    return type(node) is Literal and not node.data[:1].isdigit()


def leading(node: Node) -> Node | None:
    """Return the length or count that *node* begins with, if it is to be looked up."""
    whole: Any = node
    if type(node) is Before:
        return leading(whole.kept)
    first: Any = None
    if type(node) is LengthPrefixed:
        first = whole.length
    elif type(node) is CountPrefixed:
        first = whole.count
    return first if first is not None and number_and_end(first) else None


def looked_up(e: Emitter, literal: Literal, found: Found | None = None) -> Found:
    """Write the look-up of a number and the literal behind it, into new variables or known ones."""
    found = found or Found(end=e.code.fresh("end"), number=e.fresh("number"))
    given: bytes = literal.data
    table = e.constant(decimals(given), "decimals")
    most = f"{e.limits}.max_digits >= {DIGITS}"
    known = e.need(e.table(table, "decimals"), f"({table} if {most} else {{}}).get")
    e.settle()
    # Its last byte is sooner found than all of it; whether it is there the table says.
    e.line(f"{found.end} = data.find({given[-1:]!r}, pos, pos + {DIGITS + len(given)}) + 1")
    inside = f" if {found.end} <= stop else None" if framed(e) else ""
    e.line(f"{found.number} = {known}(data[pos:{found.end}]){inside}")
    return found


def framed(e: Emitter) -> bool:
    """Tell whether there may be bytes behind ``stop``."""
    return e.form.resumes or bool(e.frames)


def is_near(node: Node) -> bool:
    """Tell whether *node* is a number in decimal digits that may have any number of them."""
    return type(node) is Integer and node.base == 10 and not node.strict and not node.digits


def read_at_once(e: Emitter, node: Integer, literal: Literal) -> Found:
    """Write how a number is read of what is before the literal, if that is near."""
    size, end, number = len(literal.data), e.code.fresh("end"), e.fresh("number")
    ahead = e.need("ahead", f"{AHEAD} if {e.limits}.max_digits >= {AHEAD} else 0")
    digits = f"{number}.isdigit()"
    if node.signed:
        digits = f"({digits} or {number}[:1] in (b'+', b'-') and {number}[1:].isdigit())"
    inside = f"0 <= {end} <= stop - {size}" if framed(e) else f"{end} > 0"
    e.settle()
    e.line(f"{end} = data.find({literal.data!r}, pos, pos + {ahead})")
    e.line(f"{number} = data[pos:{end}] if {inside} else b''")
    e.line(f"{number} = int({number}) if {digits} else None")
    return Found(number, f"{end} + {size}")


@functools.lru_cache(maxsize=16)
def decimals(behind: bytes) -> dict[bytes, int]:
    """Return short numbers by their digits and what is *behind* them: without that it is none."""
    return {b"%d%b" % (number, behind): number for number in range(10**DIGITS)}
