"""Short decimal numbers, looked up together with the literal behind them.

Of three digits at most, as nearly all sizes have in text protocols, both are
found in a table: that is their check and the value at once.
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
    from ._emitter import Emitter, Node

__all__ = ["Found", "ends_digits", "is_short", "leading", "looked_up", "number_and_end"]

#: How many digits the numbers have that are looked up.
DIGITS = 3


@attrs.frozen
class Found:
    """The variables for a number, or None, and for where the literal behind it ends."""

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
    known = e.need(table.lower(), f"({table} if {most} else {{}}).get")
    e.settle()
    # Its last byte is sooner found than all of it; whether it is there the table says.
    e.line(f"{found.end} = data.find({given[-1:]!r}, pos, stop) + 1")
    e.line(f"{found.number} = {known}(data[pos:{found.end}])")
    return found


@functools.lru_cache(maxsize=16)
def decimals(behind: bytes) -> dict[bytes, int]:
    """Return short numbers by their digits and what is *behind* them: without that it is none."""
    return {b"%d%b" % (number, behind): number for number in range(10**DIGITS)}
