"""Expressions of a function, as the code says them, and what is known of each.

Each class of them that may be written in has its rule; any other is `NotWritten`, as is
what sees more than it is given.  A function that is called in one is written in, too, if
it is an expression itself.

An expression is *safe* that cannot raise: that follows from the types of what is in it.
"""

from __future__ import annotations

import ast
import enum
import inspect
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any

import attrs

from ._names import Given, Naming, NotWritten, Shown
from ._reading import written
from ._saying import (
    BYTES,
    FROM_BYTES,
    PLAIN,
    STR,
    Natural,
    Text,
    calculated,
    called,
    compares,
    either,
    given_by,
    object_of,
    without_none,
)

__all__ = ["Expressing"]

#: Functions that see more than their arguments.
LOOKING_AROUND = (locals, globals, vars, dir, eval, exec, super, compile, __import__, breakpoint)
#: What they and others are called as attributes of modules.
LOOKING = {"_getframe", "currentframe", "stack", *(one.__name__ for one in LOOKING_AROUND)}
#: How deep functions may be written into others.
DEEPEST = 4

IS = (ast.Is, ast.IsNot)


@attrs.define
class Expressing(Naming):
    """Say expressions of a function."""

    def expression(self, node: ast.expr) -> Text:
        """Return how the code says what an expression says."""
        rule = EXPRESSIONS.get(type(node))
        if rule is None:
            raise NotWritten
        return rule(self, node)

    def expressions(self, nodes: Iterable[ast.expr]) -> list[Text]:
        return [self.expression(node) for node in nodes]

    def given(self, node: ast.expr) -> Given:
        """Return what is handed on as an argument."""
        if isinstance(node, ast.Name) and isinstance(found := self.known.get(node.id), Shown):
            return found
        return self.expression(node)

    # The rules.

    def constant(self, node: ast.Constant) -> Text:
        if type(node.value) is int:
            return Text(node, frozenset({Natural}))
        if type(node.value) not in PLAIN:
            raise NotWritten
        return Text(node, frozenset({type(node.value)}))

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
        if found is None or len(found.parameters) != len(given) or len(found.statements) != 1:
            return None
        (only,) = found.statements
        if not isinstance(only, ast.Return) or only.value is None:
            return None
        known = dict(zip(found.parameters, given, strict=True))
        scope = Expressing(function, self.names, {**known}, self.depth + 1)
        before = {**self.names.conditions}
        try:
            return scope.expression(only.value)
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


EXPRESSIONS: dict[type[ast.expr], Callable[[Expressing, Any], Text]] = {
    ast.Constant: Expressing.constant,
    ast.Name: Expressing.name,
    ast.Attribute: Expressing.attribute,
    ast.Compare: Expressing.comparison,
    ast.BoolOp: Expressing.one_of,
    ast.UnaryOp: Expressing.unary,
    ast.BinOp: Expressing.binary,
    ast.IfExp: Expressing.choice,
    ast.Subscript: Expressing.subscript,
    ast.Tuple: Expressing.several,
    ast.Call: Expressing.call,
}


def odd_as_one(value: Text) -> bool:
    """Tell whether the compiler warns of ``is`` with what is written out so."""
    tree = value.tree
    return isinstance(tree, ast.Tuple) or (
        isinstance(tree, ast.Constant) and type(tree.value) not in (bool, type(None))
    )
