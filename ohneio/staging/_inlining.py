"""Functions of a grammar's author, written into the code instead of being called.

What a function says (see `_reading`) is put where it would be called: its parameters
are locals of the code, or, for the object that a field's function is given, the
object's fields.  So ``when=lambda it: it.short == 126`` becomes ``if short == 126:``.
What the function looks up elsewhere is what it finds there when the grammar is staged;
whoever enters the code asks first whether it still is that (`Emitter.still`).

What may raise stands in a ``try``: then the function itself is called, or the node
runs, and both tell it as they always do.  What is not understood is called.

Doubts: whether a name still means the same is asked when a connection begins, and not
each time.  A breakpoint in such a function is not reached, which is why nothing is
written in while a debugger or a coverage tool is at work.
"""

from __future__ import annotations

import ast
import builtins
import enum
import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from types import FunctionType
from typing import Any, TypeAlias

import attrs

from ._code import Code
from ._reading import Written, written
from ._saying import (
    BYTES,
    FROM_BYTES,
    NONE,
    PLAIN,
    STR,
    Kinds,
    Natural,
    Text,
    calculated,
    called,
    compares,
    given_by,
    object_of,
    spelled,
    without_none,
)

__all__ = ["Given", "Lines", "Names", "NotWritten", "Reference", "Said", "Scope", "Shown"]
__all__ += ["said", "scope_of"]


#: Functions that see more than their arguments.
LOOKING_AROUND = (locals, globals, vars, dir, eval, exec, super, compile, __import__, breakpoint)
#: What they and others are called as attributes of modules.
LOOKING = {"_getframe", "currentframe", "stack", *(one.__name__ for one in LOOKING_AROUND)}
#: How deep functions may be written into others.
DEEPEST = 4


IS = (ast.Is, ast.IsNot)


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
    scope: Scope | None = None
    given: tuple[Text, ...] = ()
    named: tuple[tuple[str, Text], ...] = ()


#: Lines of code, and blocks of them.
Lines: TypeAlias = "list[str | tuple[str, Lines]]"


@attrs.frozen
class Said:
    """What a function says: lines, and then its value."""

    lines: Lines
    value: Text
    safe: bool


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
class Scope:
    """The variables of a function, and of those that it is written in."""

    function: Any  # a FunctionType, which as an attribute would be a method
    names: Names
    known: dict[str, Given | Reference]
    statements: list[ast.stmt]
    depth: int = 0

    # Names.

    def looked_up(self, name: str) -> Text:
        """Return what a name that is no variable means, and let it be asked for."""
        function: Any = self.function
        names, code = self.names, function.__code__
        if name in code.co_varnames or name in code.co_cellvars:  # not yet, or not there
            raise NotWritten
        if name in code.co_freevars:
            cell = function.__closure__[code.co_freevars.index(name)]
            value: object = cell.cell_contents  # a ValueError while there is none
            said = names.constant(value, name)
            names.still(f"{names.constant(cell, 'cell')}.cell_contents is {said}")
        elif name in function.__globals__:
            value = function.__globals__[name]
            said = names.constant(value, name)
            there = names.constant(function.__globals__, "names")
            other = (
                f", {there}" if value is None else ""
            )  # which it would be as well where it is gone
            names.still(f"{there}.get({name!r}{other}) is {said}")
        else:
            value, said = vars(builtins).get(name, self), name
            if value is self or name == "_":  # a local of the code's has that name
                raise NotWritten
            there = names.constant(function.__globals__, "names")
            names.still(f"{there}.get({name!r}, {name}) is {name}")
        return object_of(value, said)

    def given(self, node: ast.expr) -> Given:
        """Return what is handed on as an argument."""
        if isinstance(node, ast.Name) and isinstance(found := self.known.get(node.id), Shown):
            return found
        return self.expression(node)

    # Expressions.

    def expression(self, node: ast.expr) -> Text:
        """Return how the code says what an expression says."""
        rule = EXPRESSIONS.get(type(node))
        if rule is None:
            raise NotWritten
        return rule(self, node)

    def expressions(self, nodes: Iterable[ast.expr]) -> list[Text]:
        return [self.expression(node) for node in nodes]

    def constant(self, node: ast.Constant) -> Text:
        if type(node.value) is int:
            return Text(node, frozenset({Natural}))
        if type(node.value) not in PLAIN:
            raise NotWritten
        return Text(node, frozenset({type(node.value)}))

    def name(self, node: ast.Name) -> Text:
        if node.id not in self.known:
            return self.looked_up(node.id)
        found = self.known[node.id]
        if not isinstance(found, Text):
            raise NotWritten
        return found

    def attribute(self, node: ast.Attribute) -> Text:
        of = self.given(node.value)
        if isinstance(of, Shown):
            if node.attr not in of.fields:
                raise NotWritten
            return of.fields[node.attr]
        if of.known and isinstance(kind := of.known[0], enum.EnumMeta):
            if node.attr in kind.__members__:  # which nobody can give another value
                member: object = kind.__members__[node.attr]
                return object_of(member, self.names.constant(member, node.attr))
        elif of.simple and of.kinds is not None and len(of.kinds) == 1:
            (kind,) = of.kinds
            if issubclass(kind, enum.Enum):
                return self.property_of(kind, of, node.attr)
        gives = given_by(of, node.attr)
        if of.known == (int,) and node.attr == "from_bytes":
            return Text(ast.Name(self.names.constant(FROM_BYTES, node.attr)), gives=gives)
        return Text(ast.Attribute(of.tree, node.attr), safe=False, gives=gives)

    def property_of(self, kind: type[enum.Enum], of: Text, name: str) -> Text:
        """Write a property of an enum's member in, if it is one."""
        found = inspect.getattr_static(kind, name, None)
        if type(found) is not property or type(found.fget) is not FunctionType:
            return Text(ast.Attribute(of.tree, name), safe=False)
        names = self.names
        said = names.constant(kind, kind.__name__)
        names.still(f"{said}.{name} is {names.constant(found, name)}")
        value = self.inner(found.fget, [of])
        return Text(ast.Attribute(of.tree, name), safe=False) if value is None else value

    def inner(self, function: FunctionType, given: list[Given]) -> Text | None:
        """Write a function in another's expression, if it is an expression itself."""
        simple_ones = all(isinstance(one, Shown) or one.simple for one in given)
        found = written(function) if simple_ones and self.depth < DEEPEST else None
        if found is None or len(found.parameters) != len(given):
            return None
        first, *rest = without_docstring(found)
        if rest or not isinstance(first, ast.Return) or first.value is None:
            return None
        known = dict(zip(found.parameters, given, strict=True))
        scope = Scope(function, self.names, {**known}, [first], self.depth + 1)
        before = {**self.names.conditions}
        try:
            return scope.expression(first.value)
        except (NotWritten, ValueError):
            self.names.conditions = before
            return None

    def comparison(self, node: ast.Compare) -> Text:
        parts = self.expressions([node.left, *node.comparators])
        pairs = [*zip(node.ops, parts, parts[1:], strict=False)]
        if any(isinstance(op, IS) and (odd_as_one(a) or odd_as_one(b)) for op, a, b in pairs):
            raise NotWritten
        tree = ast.Compare(parts[0].tree, node.ops, [one.tree for one in parts[1:]])
        safe = all(one.safe for one in parts) and all(compares(*pair) for pair in pairs)
        always = (ast.Is, ast.IsNot, ast.In, ast.NotIn)
        truth = all(isinstance(op, always) or compares(op, a, b) for op, a, b in pairs)
        return Text(tree, frozenset({bool}) if truth else None, safe)

    def one_of(self, node: ast.BoolOp) -> Text:
        parts = self.expressions(node.values)
        safe = all(one.safe for one in parts) and all(one.plain for one in parts[:-1])
        kinds = parts[-1].kinds
        for one in parts[:-1]:
            # None is never true.
            passes = without_none(one.kinds) if isinstance(node.op, ast.Or) else one.kinds
            kinds = either(passes, kinds)
        return Text(ast.BoolOp(node.op, [one.tree for one in parts]), kinds, safe)

    def unary(self, node: ast.UnaryOp) -> Text:
        of = self.expression(node.operand)
        tree = ast.UnaryOp(node.op, of.tree)
        if isinstance(node.op, ast.Not):
            return Text(tree, frozenset({bool}), of.safe and of.plain)
        kinds = frozenset[type]({int}) if of.number else None
        return Text(tree, kinds, of.safe and of.number)

    def binary(self, node: ast.BinOp) -> Text:
        left, right = self.expression(node.left), self.expression(node.right)
        tree = ast.BinOp(left.tree, node.op, right.tree)
        kinds, safe = calculated(node.op, left, right)
        return Text(tree, kinds, safe and left.safe and right.safe)

    def choice(self, node: ast.IfExp) -> Text:
        test, one, other = self.expressions([node.test, node.body, node.orelse])
        kinds = either(one.kinds, other.kinds)
        safe = test.safe and test.plain and one.safe and other.safe
        return Text(ast.IfExp(test.tree, one.tree, other.tree), kinds, safe)

    def subscript(self, node: ast.Subscript) -> Text:
        of, place = self.expression(node.value), node.slice
        if not isinstance(place, ast.Slice):
            at = self.expression(place)
            kinds = frozenset[type]({Natural}) if of.among(BYTES) and at.number else None
            return Text(ast.Subscript(of.tree, at.tree), kinds, safe=False)
        if place.step is not None:
            raise NotWritten
        bounds = [self.expression(one) for one in (place.lower, place.upper) if one is not None]
        trees = iter([one.tree for one in bounds])
        lower = None if place.lower is None else next(trees)
        cut = ast.Slice(lower, next(trees, None))
        numbers = all(one.safe and one.number for one in bounds)
        some = of.among(BYTES) or of.among(STR)
        tree = ast.Subscript(of.tree, cut)
        return Text(tree, of.kinds if some else None, some and numbers and of.safe)

    def several(self, node: ast.Tuple) -> Text:
        parts = self.expressions(node.elts)
        tree = ast.Tuple([one.tree for one in parts])
        return Text(tree, frozenset({tuple}), all(one.safe for one in parts))

    def call(self, node: ast.Call) -> Text:
        function = self.expression(node.func)
        if function.known and any(function.known[0] is one for one in LOOKING_AROUND):
            raise NotWritten
        if isinstance(node.func, ast.Attribute) and node.func.attr in LOOKING:
            raise NotWritten
        given = [self.given(one) for one in node.args]
        if function.known and type(function.known[0]) is FunctionType and not node.keywords:
            value = self.inner(function.known[0], given)
            if value is not None:
                return value
        texts = [one for one in given if isinstance(one, Text)]
        named = [(one.arg, self.expression(one.value)) for one in node.keywords if one.arg]
        if len(texts) < len(given) or len(named) < len(node.keywords):
            raise NotWritten
        return called(function, texts, named)

    # Statements.

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


EXPRESSIONS: dict[type[ast.expr], Callable[[Scope, Any], Text]] = {
    ast.Constant: Scope.constant,
    ast.Name: Scope.name,
    ast.Attribute: Scope.attribute,
    ast.Compare: Scope.comparison,
    ast.BoolOp: Scope.one_of,
    ast.UnaryOp: Scope.unary,
    ast.BinOp: Scope.binary,
    ast.IfExp: Scope.choice,
    ast.Subscript: Scope.subscript,
    ast.Tuple: Scope.several,
    ast.Call: Scope.call,
}


NOTHING = Text(ast.Constant(None), frozenset({NONE}))


def odd_as_one(value: Text) -> bool:
    """Tell whether the compiler warns of ``is`` with what is written out so."""
    tree = value.tree
    return isinstance(tree, ast.Tuple) or (
        isinstance(tree, ast.Constant) and type(tree.value) not in (bool, type(None))
    )


def either(one: Kinds, other: Kinds) -> Kinds:
    """Return of which types one of two values may be."""
    return None if one is None or other is None else one | other


def common(values: list[Text]) -> ast.expr | None:
    """Return the length that all of *values* have, if they do."""
    lengths = [one.length for one in values]
    said = {ast.unparse(one) for one in lengths if one is not None}
    return lengths[0] if None not in lengths and len(said) == 1 else None


def without_docstring(found: Written) -> list[ast.stmt]:
    first, *rest = found.body
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        return rest
    return [first, *rest]


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
    return Scope(function, names, {**known}, without_docstring(found))


def watched() -> bool:
    """Tell whether a debugger or a coverage tool wants to see each function."""
    monitoring: Any = getattr(sys, "monitoring", None)
    if sys.gettrace() is not None or monitoring is None:  # before 3.12 there is no other way
        return sys.gettrace() is not None
    return any(map(monitoring.get_tool, (monitoring.DEBUGGER_ID, monitoring.COVERAGE_ID)))
