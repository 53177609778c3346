"""What the functions of a record's fields are given: the fields so far."""

from __future__ import annotations

import ast
from typing import Any

import attrs

from ..combinators._bytes import Exactly
from ..combinators._example import Example
from ..combinators._looking import Lookahead
from ..combinators._notes import Label
from ..combinators._numbers import Number
from ..combinators._packing import Packed
from ..combinators._records import Record
from ..combinators._records import View as Seen
from ..combinators._sequence import Before, Then
from ..combinators._transform import Verify
from ._answers import kinds_of
from ._emitter import Emitter, rules
from ._handing import Sized
from ._inlining import said
from ._names import Given, Shown
from ._proving import Known, Some, narrowed
from ._saying import NONE, PLAIN, Kinds, Text, spelled
from ._tokens import core_of, is_number, is_unsigned
from ._writing import Node

__all__ = ["View"]


def some_of(view: View, value: str, node: Node) -> Some | None:
    """Return what is known of the number in the local *value* that *node* read."""
    match node:
        case _ if type(node) not in rules:  # a subclass may be anything
            return None
        case Verify():
            some = some_of(view, value, node.parser)
            given: list[Given] = [Text(ast.Name(value), kinds_of(node))]
            found = said(node.predicate, given, view.emitter.names, value)
            if some is None or found is None or found.lines or not found.safe:
                return some
            return narrowed(some, value, found.value.tree, view.known)
        case Label() | Example() | Lookahead():
            return some_of(view, value, node.parser)
        case Then() | Before():
            return some_of(view, value, node.kept)
        case Number() if is_number(node):
            least = 0 if is_unsigned(node) else -(1 << 8 * node._size - 1)
            return Some(value, least, least + (1 << 8 * node._size) - 1)
        case _:
            return Some(value, 0) if is_unsigned(node) else None


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
    #: How the lengths of fields are said.
    lengths: dict[str, ast.expr | None] = attrs.Factory(dict[str, "ast.expr | None"])
    #: What follows from how the fields were read.
    known: Known = attrs.Factory(lambda self: Known(self.emitter.code.namespace), takes_self=True)

    def know(self, name: str, value: str, kinds: Kinds) -> None:
        """Add a field."""
        self.values[name], self.kinds[name] = value, kinds
        self.lengths.setdefault(name, None)

    def read(self, name: str, value: str, node: Node) -> None:
        """Add a field that *node* read."""
        self.know(name, value, kinds_of(node))
        core = core_of(node)
        if type(core) is Exactly:
            self.lengths[name] = ast.Constant(core.n)
        some = some_of(self, value, node)
        if some is not None:
            self.known.numbers[value] = some

    def bits(self, value: str, one: Packed) -> None:
        """Note what some bits may be."""
        if one.kind is bool:
            self.known.truths.add(value)
        elif one.kind is int:
            self.known.numbers[value] = Some(value, 0, one.mask)

    def either(self, there: ast.expr, value: str, node: Node | None, kinds: Kinds) -> None:
        """Note when a field is there, which is None otherwise."""
        some = None if node is None else some_of(self, value, node)
        if some is None and kinds and kinds <= PLAIN - {NONE}:
            some = Some(value, number=False)
        if some is not None:
            self.known.maybe[value] = there, some

    def sized(self, name: str, found: Sized, value: Text) -> None:
        """Note how many bytes were read for a field, and how many its value has."""
        self.lengths[name] = value.length
        if found.length is not None and not found.lines and not found.size.simple:
            self.known.made[str(found.local)] = found.size.tree

    @property
    def given(self) -> Shown:
        """What functions see that are written into the code."""
        said = {name: spelled(value, self.kinds[name]) for name, value in self.values.items()}
        lengths = self.lengths
        return Shown({name: attrs.evolve(one, length=lengths[name]) for name, one in said.items()})

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
