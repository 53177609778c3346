"""What stands for the list of events where there is more to do than to append.

Usually `Run.events` is a list and no more, so that to emit is a call into C.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from ._steps import current

__all__ = ["ASKING", "Asking", "Later"]


class Asking(list[object]):
    """Stand for the events while an alternative may be open: then nothing is emitted.

    So `emit` itself need not ask, which would be a fifth of what it costs.
    """

    __slots__ = ()

    def append(self, value: object) -> None:
        run = current()
        run.refuse_in_alternative("emit()")
        run.emitted.append(value)


ASKING = Asking()


class Later(list[object]):
    """Stand for the first events, whose values are made when somebody asks for them.

    Ten thousand values that are made while a chunk is taken are alive together with those of
    the last chunk, and the garbage collector looks at all of them; where they are made when
    they are taken they replace the last ones.

    Args:
        values: What gives the values, which cannot fail.
    """

    __slots__ = ("_values",)

    def __init__(self, values: Iterable[object]) -> None:
        self._values = values

    def __bool__(self) -> bool:
        return True

    def append(self, value: object) -> None:
        super().extend(self._made())
        super().append(value)

    def __iadd__(self, values: Iterable[object]) -> Self:  # type: ignore[misc]
        super().extend(self._made())
        super().extend(values)
        return self

    def _made(self) -> Iterable[object]:
        values, self._values = self._values, ()
        return values

    def all(self) -> list[object]:
        """Make what was not made yet, and return all events."""
        return [*self, *self._values]  # without a call behind it: the collector may wait
