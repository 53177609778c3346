"""What the names in a function mean, where it is written into the code.

A parameter means what the function is given: a value, or an object of which the code has
the fields alone.  A local means a local of the code's.  Any other name is looked up where
the function itself would find it: around it, in its module, among the builtins.  What is
there when the grammar is staged becomes an object that the code knows, on the *condition*
that it still is what the name means; whoever enters the code asks for that first.

Doubts: this is asked when a connection begins, and not each time.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from ._code import Code
from ._saying import Text, object_of

if TYPE_CHECKING:
    from ._expressions import Expressing

__all__ = ["Given", "Names", "Naming", "NotWritten", "Reference", "Shown"]


class NotWritten(Exception):
    """Something is not understood, and so the function is called."""


@attrs.frozen
class Shown:
    """The object that functions of fields are given: its fields, as the code says them."""

    fields: Mapping[str, Text]


Given: TypeAlias = "Text | Shown"


@attrs.frozen
class Reference:
    """A function that is handed on: it, or a lambda, and what it is given besides."""

    function: object
    scope: Expressing | None = None
    given: tuple[Text, ...] = ()
    named: tuple[tuple[str, Text], ...] = ()


@attrs.define
class Names:
    """What functions look up, as the code says it, and the conditions for that."""

    code: Code
    conditions: dict[str, None] = attrs.Factory(dict[str, None])

    def constant(self, value: object, hint: str) -> str:
        return self.code.named(value, hint)

    def still(self, condition: str) -> None:
        self.conditions[condition] = None


@attrs.define
class Naming:
    """The variables of a function, and of those that it is written in."""

    function: Any  # a FunctionType, which as an attribute would be a method
    names: Names
    known: dict[str, Given | Reference]
    depth: int = 0

    def name(self, node: ast.Name) -> Text:
        if node.id not in self.known:
            return self.looked_up(node.id)
        found = self.known[node.id]
        if not isinstance(found, Text):
            raise NotWritten
        return found

    def looked_up(self, name: str) -> Text:
        """Return what a name that is no variable means, and let it be asked for."""
        code = self.function.__code__
        if name in code.co_varnames or name in code.co_cellvars:  # not yet, or not there
            raise NotWritten
        if name in code.co_freevars:
            return self.from_around(name)
        if name in self.function.__globals__:
            return self.from_module(name)
        return self.from_builtins(name)

    def from_around(self, name: str) -> Text:
        """Return what a variable of a function around this one is."""
        names = self.names
        cell = self.function.__closure__[self.function.__code__.co_freevars.index(name)]
        value: object = cell.cell_contents  # a ValueError while there is none
        said = names.constant(value, name)
        names.still(f"{names.constant(cell, 'cell')}.cell_contents is {said}")
        return object_of(value, said)

    def from_module(self, name: str) -> Text:
        """Return what a global name is."""
        names, known = self.names, self.function.__globals__
        value: object = known[name]
        said = names.constant(value, name)
        there = names.constant(known, "names")
        other = f", {there}" if value is None else ""  # which it would be as well where it is gone
        names.still(f"{there}.get({name!r}{other}) is {said}")
        return object_of(value, said)

    def from_builtins(self, name: str) -> Text:
        """Return what everybody's name is, as long as the module has no other of it."""
        value: object = vars(builtins).get(name, self)
        if value is self or name == "_":  # a local of the code's has that name
            raise NotWritten
        there = self.names.constant(self.function.__globals__, "names")
        self.names.still(f"{there}.get({name!r}, {name}) is {name}")
        return object_of(value, name)
