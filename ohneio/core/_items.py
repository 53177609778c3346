"""Item after item, until the end of the input: what a stream runs.

The end is asked for between two items only, so that one inside an item is an error of
the item's.  An item that took nothing would be taken for ever, and is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._errors import UsageError
from ._staged import staged
from ._steps import Steps, current

if TYPE_CHECKING:
    from ._parser import Parser

__all__ = ["items", "items_by_nodes"]


def items(parser: Parser[object]) -> Steps[None]:
    """Emit every item until the end of the input: what `stream` runs."""
    function = staged(parser, "items")
    return items_by_nodes(parser) if function is None else function(current())


def items_by_nodes(parser: Parser[object]) -> Steps[None]:
    """Do so without a function, of which there may be none."""
    run = current()
    source = run.input
    while True:
        if source.pos >= source.stop:
            yield from run.byte_or_end()
            if not source:
                return
        before = source.base + source.pos
        value = yield from parser
        if source.base + source.pos == before:
            raise UsageError(f"{parser!r} consumed nothing, and would for ever")
        run.events.append(value)  # looked up late: `events()` puts a new list there
        del value  # which is not ours to keep until the next one comes
