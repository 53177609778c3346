"""The rows of the table, a module an idea."""

from .._rows import Row
from . import by_hand

__all__ = ["ROWS"]

ROWS: list[Row] = [*by_hand.ROWS]
