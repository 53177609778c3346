"""The rows of the table, a module an idea."""

from .._measuring import Special
from .._rows import Row
from . import by_hand, lines, records, resp

__all__ = ["ROWS"]

ROWS: list[Row | Special] = [*lines.ROWS, *records.ROWS, *resp.ROWS, *by_hand.ROWS]
