"""Parsers that a field's function makes: so many bytes, and functions that are handed on."""

from __future__ import annotations

import ast
import functools
from types import FunctionType
from typing import cast

import attrs

from ..combinators._bytes import exactly
from ._code import function_name
from ._expressions import Expressing
from ._inlining import Lines, Said, Scope, said, scope_of
from ._names import Given, Names, NotWritten, Reference, Shown
from ._reading import written
from ._saying import Natural, Text, called

__all__ = ["Sized", "apply", "sized"]


@attrs.frozen
class Sized:
    """So many bytes, and the functions that make of them what is wanted.

    Attributes:
        local: The variable that the code has the size in.
    """

    lines: Lines
    size: Text
    local: Text
    functions: tuple[Reference, ...]

    @property
    def length(self) -> ast.expr | None:
        """How it is said how many bytes there are, if the size is that for certain."""
        certain = self.size.safe and self.size.among(frozenset({Natural}))
        return self.local.tree if certain else None


def sized(function: object, shown: Shown, names: Names) -> Sized | None:
    """Return how many bytes a field takes whose parser *function* makes, if that is all it says."""
    scope = scope_of(function, [shown], names)
    if scope is None:
        return None
    before = {**names.conditions}
    lines: Lines = []
    try:
        *first, last = scope.statements
        safe = False not in [noted(scope, one) or scope.assigned(one, lines) for one in first]
        size, functions = size_of(scope, last.value if isinstance(last, ast.Return) else None)
    except (NotWritten, ValueError):
        names.conditions = before
        return None
    size = attrs.evolve(size, safe=size.safe and safe)
    return Sized(lines, size, in_local(size, names), functions)


def in_local(size: Text, names: Names) -> Text:
    """Return the variable for a size, which may be one already."""
    if size.simple and size.safe:
        return size
    return Text(ast.Name(names.code.fresh("size")), size.kinds)


def noted(scope: Scope, one: ast.stmt) -> bool:
    """Note a name that is given to a function; tell whether that is all of *one*."""
    name = one.targets[0] if isinstance(one, ast.Assign) else None
    if not isinstance(one, ast.Assign) or not isinstance(name, ast.Name) or one.targets[1:]:
        return False
    found = reference(scope, one.value)
    if found is not None and name.id not in scope.known:
        scope.known[name.id] = found
    return found is not None and scope.known[name.id] is found


def size_of(scope: Scope, node: ast.expr | None) -> tuple[Text, tuple[Reference, ...]]:
    """Return the size of the bytes that a parser takes, and what becomes of them."""
    if not isinstance(node, ast.Call) or any(one.arg != "inverse" for one in node.keywords):
        raise NotWritten
    if isinstance(node.func, ast.Attribute) and node.func.attr == "map":
        size, functions = size_of(scope, node.func.value)
        handed = [*node.args, *(one.value for one in node.keywords)]
        given = [one for one in (reference(scope, each) for each in handed) if one]
        if not node.args or len(given) < len(handed) or len(given) > 2:
            raise NotWritten
        return size, (*functions, given[0])
    function = scope.expression(node.func)
    if function.known != (exactly,) or len(node.args) != 1 or node.keywords:
        raise NotWritten
    return scope.expression(node.args[0]), ()


def reference(scope: Scope, node: ast.expr) -> Reference | None:
    """Return the function that an expression is, if it is one."""
    if isinstance(node, ast.Lambda):
        return Reference(node, attrs.evolve(scope, known={**scope.known}))
    if isinstance(node, ast.Name) and node.id in scope.known:
        found = scope.known[node.id]
        return found if isinstance(found, Reference) else None
    if isinstance(node, ast.Call):
        return part(scope, node)
    if isinstance(node, ast.Attribute):
        return of_class(scope, node)
    value = scope.expression(node) if isinstance(node, ast.Name) else None
    if value is None or not value.known or not callable(value.known[0]):
        return None
    return Reference(value.known[0])


def of_class(scope: Scope, node: ast.Attribute) -> Reference | None:
    """Return the function that a class or a module has, if it is the same each time."""
    if not isinstance(node.value, ast.Name) or node.value.id in scope.known:
        return None
    of = scope.looked_up(node.value.id)
    function: object = getattr(of.known[0], node.attr, None)
    if not callable(function) or function is not getattr(of.known[0], node.attr, None):
        return None
    scope.names.still(f"{of}.{node.attr} is {scope.names.constant(function, node.attr)}")
    return Reference(function)


def part(scope: Scope, node: ast.Call) -> Reference | None:
    """Return what ``partial`` makes."""
    function = None if isinstance(node.func, ast.Call) else reference(scope, node.func)
    if function is None or function.function is not functools.partial or not node.args:
        return None
    of = reference(scope, node.args[0])
    given = tuple(scope.expressions(node.args[1:]))
    named = tuple((one.arg or "", scope.expression(one.value)) for one in node.keywords)
    if of is None or of.given or of.named or isinstance(of.function, ast.Lambda):
        raise NotWritten
    if not all(name and one.simple for name, one in [*(("it", one) for one in given), *named]):
        raise NotWritten
    return Reference(of.function, None, given, named)


def apply(one: Reference, value: Text, names: Names, target: str) -> Said | None:
    """Return what a function that is handed on says of a value: written in, or called."""
    if isinstance(one.function, ast.Lambda):
        return of_lambda(one, value)
    given: list[Given] = [*one.given, value]
    order = written(one.function) if type(one.function) is FunctionType else None
    if order and one.named:
        rest = dict(one.named)
        given += [rest.pop(name) for name in order.parameters[len(given) :] if name in rest]
        given = [] if rest else given
    found = said(one.function, given, names, target)
    if found is not None:
        return found
    function = Text(ast.Name(names.constant(one.function, function_name(one.function))))
    return Said([], called(function, [*one.given, value], [*one.named]), safe=False)


def of_lambda(one: Reference, value: Text) -> Said | None:
    """Return what a lambda says of a value, which stands in another function."""
    tree, scope = cast("ast.Lambda", one.function), cast("Expressing", one.scope)
    names = [each.arg for each in tree.args.args]
    if ast.unparse(tree.args) != ", ".join(names) or len(names) != 1:
        return None
    inner = attrs.evolve(scope, known={**scope.known, names[0]: value})
    try:
        result = inner.expression(tree.body)
    except (NotWritten, ValueError):
        return None
    return Said([], result, result.safe)
