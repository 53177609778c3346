"""What to test your own protocols with.

No test runner is needed, and hypothesis only for the strategies: `values`,
`wire`, `mutated`, `roundtrip` and `register` import it when they are first
asked for.
"""

from typing import TYPE_CHECKING

from ._check import check
from ._chunkings import chunkings
from ._dialogue import Dialogue, dialogue
from ._lint import Finding, lint
from ._outcome import LawBroken, Outcome, play
from ._work import Work, count_work

if TYPE_CHECKING:
    from ._strategies import mutated, roundtrip, values, wire
    from ._walk import register

__all__ = [
    "Dialogue",
    "Finding",
    "LawBroken",
    "Outcome",
    "Work",
    "check",
    "chunkings",
    "count_work",
    "dialogue",
    "lint",
    "mutated",
    "play",
    "register",
    "roundtrip",
    "values",
    "wire",
]


def __getattr__(name: str) -> object:
    if name == "register":
        from ._walk import register

        return register
    if name in ("mutated", "roundtrip", "values", "wire"):
        from . import _strategies

        return getattr(_strategies, name)
    raise AttributeError(name)
