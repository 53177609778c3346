"""The kinds of wait, each with the words for it."""

from __future__ import annotations

import enum

__all__ = ["BYTES", "DELIMITER", "DRAIN", "END", "GO", "PAUSE", "START", "TURN", "Waiting"]


class Waiting(enum.Enum):
    """What a suspended protocol waits for."""

    START = "its first call"
    GO = "nothing"
    TURN = "the next call"
    BYTES = "bytes"
    PAUSE = "bytes, in code that goes on where it was"
    DELIMITER = "a delimiter"
    DRAIN = "its output to be read"
    END = "the end of the input"


# Asked for with every chunk: on 3.11 a member is found through its class on a slow path.
BYTES, DELIMITER, DRAIN, END = Waiting.BYTES, Waiting.DELIMITER, Waiting.DRAIN, Waiting.END
START, GO, TURN = Waiting.START, Waiting.GO, Waiting.TURN
PAUSE = Waiting.PAUSE
