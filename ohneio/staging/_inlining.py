"""Functions of a grammar's author, written into the code instead of being called.

What a function says (see `_reading`) is put where it would be called: its parameters
are locals of the code, or, for the object that a field's function is given, the
object's fields.  So ``when=lambda it: it.short == 126`` becomes ``if short == 126:``.
What its other names mean is for `_names` to say, and what its expressions say for
`_expressions`; here are its statements.

What may raise stands in a ``try``: then the function itself is called, or the node
runs, and both tell it as they always do.  What is not understood is called.

Doubts: a breakpoint in such a function is not reached, which is why nothing is written
in while a debugger or a coverage tool is at work.
"""

from __future__ import annotations

import ast
import sys
from types import FunctionType
from typing import Any, TypeAlias

import attrs

from ._expressions import Expressing
from ._names import Given, Names, NotWritten
from ._reading import written
from ._saying import NONE, Text, either, spelled

__all__ = ["Lines", "Said", "Scope", "said", "scope_of"]

#: Lines of code, and blocks of them.
Lines: TypeAlias = "list[str | tuple[str, Lines]]"


@attrs.frozen
class Said:
    """What a function says: lines, and then its value."""

    lines: Lines
    value: Text
    safe: bool


@attrs.define
class Scope(Expressing):
    """Say all that a function does."""

    statements: list[ast.stmt] = attrs.field(kw_only=True)

    def body(self, statements: list[ast.stmt], target: str) -> tuple[Lines, Text, bool]:
        """Return lines, the value, which may be in *target* then, and whether all is safe."""
        lines: Lines = []
        safe = True
        for index, one in enumerate(statements):
            if isinstance(one, ast.Return):
                value = NOTHING if one.value is None else self.expression(one.value)
                return lines, value, safe and value.safe
            if isinstance(one, ast.If):
                rest = [*one.orelse, *statements[index + 1 :]]
                return self.ways(lines, one, rest, target, safe=safe)
            safe = self.assigned(one, lines) and safe
        return lines, NOTHING, safe

    def assigned(self, one: ast.stmt, lines: Lines) -> bool:
        """Add a local; tell whether it is safe."""
        if not isinstance(one, ast.Assign) or len(one.targets) != 1:
            raise NotWritten
        (name,) = one.targets
        code = self.function.__code__
        if not isinstance(name, ast.Name) or (name.id in self.known and code.co_cellvars):
            raise NotWritten  # or a lambda would have seen it before
        value = self.expression(one.value)
        if value.simple and value.safe:  # no local of the code is ever another later
            self.known[name.id] = value
            return True
        local = self.names.code.fresh(name.id)
        lines.append(f"{local} = {value}")
        self.known[name.id] = Text(ast.Name(local), value.kinds, length=value.length)
        return value.safe

    def ways(
        self, lines: Lines, one: ast.If, rest: list[ast.stmt], target: str, *, safe: bool
    ) -> tuple[Lines, Text, bool]:
        """Write both ways of an ``if``, of which the first ends the function."""
        if not isinstance(one.body[-1], ast.Return):
            raise NotWritten
        test = self.expression(one.test)
        safe &= test.safe and test.plain
        values: list[Text] = []
        for head, statements in ((f"if {test}:", one.body), ("else:", rest)):
            scope = attrs.evolve(self, known={**self.known})
            inner, value, good = scope.body(statements, target)
            put = [] if str(value) == target else [f"{target} = {value}"]
            lines.append((head, [*inner, *put]))
            values.append(value)
            safe &= good
        kinds = either(*(one.kinds for one in values))
        return lines, attrs.evolve(spelled(target), kinds=kinds, length=common(values)), safe


NOTHING = Text(ast.Constant(None), frozenset({NONE}))


def common(values: list[Text]) -> ast.expr | None:
    """Return the length that all of *values* have, if they do."""
    lengths = [one.length for one in values]
    said = {ast.unparse(one) for one in lengths if one is not None}
    return lengths[0] if None not in lengths and len(said) == 1 else None


def said(function: object, given: list[Given], names: Names, target: str) -> Said | None:
    """Return what *function* says of what it is given, if that is understood."""
    scope = scope_of(function, given, names)
    if scope is None:
        return None
    before = {**names.conditions}
    try:
        return Said(*scope.body(scope.statements, target))
    except (NotWritten, ValueError):
        names.conditions = before
        return None


def scope_of(function: object, given: list[Given], names: Names) -> Scope | None:
    """Return the variables of a function that is given this, if its source is known."""
    if type(function) is not FunctionType or watched():
        return None
    found = written(function)
    if found is None or len(found.parameters) != len(given):
        return None
    known = dict(zip(found.parameters, given, strict=True))
    return Scope(function, names, {**known}, statements=found.statements)


def watched() -> bool:
    """Tell whether a debugger or a coverage tool wants to see each function."""
    monitoring: Any = getattr(sys, "monitoring", None)
    if sys.gettrace() is not None or monitoring is None:  # before 3.12 there is no other way
        return sys.gettrace() is not None
    return any(map(monitoring.get_tool, (monitoring.DEBUGGER_ID, monitoring.COVERAGE_ID)))
