"""The rows of the table, a module an idea."""

from .._measuring import Special
from .._rows import Row
from . import (
    big,
    building,
    by_hand,
    http1,
    lines,
    messagepack,
    mqtt,
    records,
    resp,
    staging,
    websocket,
)

__all__ = ["ROWS"]

ROWS: list[Row | Special] = [
    *lines.ROWS,
    *records.ROWS,
    *resp.ROWS,
    *http1.ROWS,
    *websocket.ROWS,
    *mqtt.ROWS,
    *messagepack.ROWS,
    *big.ROWS,
    *building.ROWS,
    *staging.ROWS,
    *by_hand.ROWS,
]
