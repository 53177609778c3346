"""Bounds on what a peer can make us keep, count or recurse into.

All are finite by default: a limit that has to be switched on is one that is
off on the day it is needed.  Precedents for the numbers:

* ``max_buffered``: 16 MiB is the greatest HTTP/2 frame; tokio's length codec
  stops at 8 MiB, asyncio's reader at 64 KiB (and surprises its users).
* ``max_depth``: RecursionError lies near 1000; hiredis allows 1024 and cbor2
  a few hundred; no sane message nests 256 deep.
* ``max_digits``: CPython's own bound on ``int(text)`` is 4300, and its cost
  is quadratic; its least settable value is 640.
"""

from __future__ import annotations

import attrs

from ._errors import UsageError

__all__ = ["DEFAULT_LIMITS", "Limits", "checked_limits"]


def _positive(_: object, attribute: attrs.Attribute[int], value: int) -> None:
    if type(value) is not int or value < 0:
        raise UsageError(f"{attribute.name} must be a number of 0 or more, not {value!r}")


@attrs.frozen(kw_only=True)
class Limits:
    """Hold the bounds of one connection; each is a number, all are finite.

    Args:

        max_buffered: Most bytes that one wake condition may need: one token,
            one line, one counted body. A single ``send`` may be larger, if it
            is consumed as it goes.

        max_depth: Most passages through ``forward`` or ``@parser`` that may be
            open at once.

        max_items: Most items of one ``many``.

        max_digits: Most digits of one textual number.

        max_backtrack: Most bytes that may be read again within one item.

    Raises:
        UsageError: When a bound is not a number of 0 or more.

    Example:
        >>> Limits(max_buffered=4096).max_buffered
        4096
    """

    max_buffered: int = attrs.field(default=16 * 1024 * 1024, validator=_positive)
    max_depth: int = attrs.field(default=256, validator=_positive)
    max_items: int = attrs.field(default=1_000_000, validator=_positive)
    max_digits: int = attrs.field(default=640, validator=_positive)
    max_backtrack: int = attrs.field(default=1024 * 1024, validator=_positive)


DEFAULT_LIMITS = Limits()


def checked_limits(limits: Limits) -> Limits:
    """Return *limits*, which must be `Limits`."""
    if isinstance(limits, Limits):
        return limits
    raise UsageError(f"expected Limits, not {type(limits).__name__}")
