"""What the functions of a record's fields are given: the fields so far."""

from __future__ import annotations

from typing import Any

import attrs

from ..combinators._records import Record
from ..combinators._records import View as Seen
from ._emitter import Emitter
from ._inlining import Shown
from ._saying import Kinds, spelled

__all__ = ["View"]


def seen_of(record: Record[Any]) -> type:
    """Return a class whose objects show the fields so far as attributes.

    What else they are asked for, such as a method, is for `View` to answer.
    """

    class Shown:
        def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever a field is
            return getattr(Seen(record, vars(self)), name)

    return Shown


@attrs.define
class View:
    """Know the fields so far, and which of them the object has that functions are given."""

    emitter: Emitter
    record: Record[Any]
    values: dict[str, str] = attrs.Factory(dict[str, str])
    kinds: dict[str, Kinds] = attrs.Factory(dict[str, Kinds])
    name: str = ""
    shown: set[str] = attrs.Factory(set[str])
    #: When fields are there that may be off.
    there: dict[str, str] = attrs.Factory(dict[str, str])

    def know(self, name: str, value: str, kinds: Kinds) -> None:
        """Add a field."""
        self.values[name], self.kinds[name] = value, kinds

    @property
    def given(self) -> Shown:
        """What functions see that are written into the code."""
        known = self.values.items()
        return Shown({name: spelled(value, self.kinds[name]) for name, value in known})

    @property
    def whole(self) -> str:
        """How the code makes the object that functions are given where it is irregular."""
        e = self.emitter
        known = ", ".join(f"{name!r}: {value}" for name, value in self.values.items())
        return f"{e.constant(Seen, 'View')}({e.constant(self.record, 'record')}, {{{known}}})"

    @property
    def variable(self) -> str:
        """Write what makes the object that functions are given; the variable it is in."""
        e = self.emitter
        e.settle()
        if not self.name:
            self.name = e.code.fresh("view")
            e.line(f"{self.name} = {e.constant(seen_of(self.record), 'seen')}()")
        for name, value in self.values.items():
            if name not in self.shown:
                e.line(f"{self.name}.{name} = {value}")
                self.shown.add(name)
        return self.name
