"""What follows from how a record's fields were read, so that nobody has to ask.

What is computed of a record has to be what was parsed, and often cannot be anything
else: ``len(it.body) == it.size`` where the body was read as so many bytes.  The
condition is evaluated here, not for values but for what may be one: a number between
two bounds, something that is there, or None where a field is off.  Where the answer
depends on which part of its range a number is in, as with ``it.short == 126``, each
part is tried on its own; they end where the conditions compare.

Doubts: only what is true in every part is left out.  Whatever is not known here, a
name, an operator, a type that may be equal to another, is not proved, and so is asked.
"""

from __future__ import annotations

import ast
import enum
import itertools
import math
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs

from ._saying import like_int

__all__ = ["Known", "Some", "narrowed"]

#: Into how many parts what is known may be cut.
MOST_PARTS = 64
#: The largest number that is calculated here.
LARGEST = 1 << 64


class NotProved(Exception):
    """It depends on more than is known here."""


@attrs.frozen
class Some:
    """A value that is not None: without a name any, and without bounds of any kind."""

    name: str = ""
    least: float = -math.inf
    most: float = math.inf
    number: bool = True

    @property
    def only(self) -> bool:
        """Whether it can be one number only."""
        return self.number and self.least == self.most


#: The values of a truth, either of which it may be.
TRUTH = (False, True)


@attrs.define
class Known:
    """What is known of the locals of the code that the fields of a record are in.

    Attributes:
        numbers: Between which bounds some are, or what is known instead.
        truths: Those that are True or False.
        maybe: The condition for those that are None otherwise, and what they are then.
        made: What some were calculated as.
        constants: What names mean that are no locals.
    """

    constants: Mapping[str, object]
    numbers: dict[str, Some] = attrs.Factory(dict[str, Some])
    truths: set[str] = attrs.Factory(set[str])
    maybe: dict[str, tuple[ast.expr, Some]] = attrs.Factory(dict[str, "tuple[ast.expr, Some]"])
    made: dict[str, ast.expr] = attrs.Factory(dict[str, ast.expr])

    def proves(self, condition: ast.expr, given: Mapping[str, object] | None = None) -> bool:
        """Tell whether *condition* is true whatever the locals are that are not *given*."""
        try:
            cases = self.cases(condition, given or {})
            return all(truth(case.value(condition)) for case in cases)
        except (NotProved, RecursionError):
            return False

    def cases(self, condition: ast.expr, given: Mapping[str, object]) -> Iterator[Case]:
        """Yield the parts of all that may be."""
        trees = [*self.cone(condition)]
        used = [*dict.fromkeys(name for tree in trees for name in names_in(tree))]
        parts = {name: [*self.parts(name, trees)] for name in used if self.is_base(name)}
        if math.prod(map(len, parts.values())) > MOST_PARTS:
            raise NotProved
        for some in itertools.product(*parts.values()):
            yield Case(self, {**dict(zip(parts, some, strict=True)), **given})

    def is_base(self, name: str) -> bool:
        return name in self.numbers or name in self.truths

    def cone(self, condition: ast.expr) -> Iterator[ast.expr]:
        """Yield *condition*, and all that its names depend on."""
        trees, seen = [condition], set[str]()
        while trees:
            tree = trees.pop()
            yield tree
            for name in {*names_in(tree)} - seen:
                seen.add(name)
                trees += [self.made[name]] if name in self.made else []
                trees += [self.maybe[name][0]] if name in self.maybe else []

    def parts(self, name: str, trees: list[ast.expr]) -> Iterator[object]:
        """Yield the parts of what *name* may be, cut where it is compared."""
        if name in self.truths:
            yield from TRUTH
            return
        whole = self.numbers[name]
        begins = whole.least
        for cut in sorted({each for tree in trees for each in self.compared(name, tree)}):
            if whole.least < cut <= whole.most:
                yield attrs.evolve(whole, least=begins, most=cut - 1)
                begins = cut
        yield attrs.evolve(whole, least=begins)

    def compared(self, name: str, tree: ast.expr) -> Iterator[int]:
        """Yield where the numbers begin that compare in another way."""
        for one in ast.walk(tree):
            if not isinstance(one, ast.Compare):
                continue
            sides = [one.left, *one.comparators]
            if any(isinstance(each, ast.Name) and each.id == name for each in sides):
                numbers = [self.constant(each) for each in sides]
                yield from (at for one in numbers if one is not None for at in (one, one + 1))

    def constant(self, tree: ast.expr) -> int | None:
        """Return the number that an expression is without any local."""
        try:
            found = Case(self, {}).value(tree)
        except NotProved:
            return None
        return found if type(found) is int else None


@attrs.frozen
class Case:
    """A part of what may be."""

    known: Known
    given: dict[str, object]

    def value(self, tree: ast.expr) -> object:
        """Return what *tree* is: a constant, or what is known of it."""
        if type(tree) not in EXPRESSIONS:
            raise NotProved
        return EXPRESSIONS[type(tree)](self, tree)

    def constant(self, tree: ast.Constant) -> object:
        return tree.value

    def name(self, tree: ast.Name) -> object:
        known, name = self.known, tree.id
        if name in self.given:
            found = self.given[name]
            return int(found.least) if isinstance(found, Some) and found.only else found
        if name in known.maybe:
            there, value = known.maybe[name]
            return value if truth(self.value(there)) else None
        if name in known.made:
            return self.value(known.made[name])
        constant = known.constants.get(name, known)
        if not plain(constant):
            raise NotProved
        return constant

    def comparison(self, tree: ast.Compare) -> bool:
        parts = [self.value(one) for one in (tree.left, *tree.comparators)]
        return all(map(compared, tree.ops, parts, parts[1:]))

    def one_of(self, tree: ast.BoolOp) -> object:
        *before, last = tree.values
        for one in before:
            if truth(found := self.value(one)) is isinstance(tree.op, ast.Or):
                return found
        return self.value(last)

    def unary(self, tree: ast.UnaryOp) -> int:
        value = self.value(tree.operand)
        if isinstance(tree.op, ast.USub) and type(value) is int:
            return -value
        if not isinstance(tree.op, ast.Not):
            raise NotProved
        return not truth(value)

    def choice(self, tree: ast.IfExp) -> object:
        return self.value(tree.body if truth(self.value(tree.test)) else tree.orelse)

    def binary(self, tree: ast.BinOp) -> int:
        return calculated(tree.op, self.value(tree.left), self.value(tree.right))


EXPRESSIONS: dict[type[ast.expr], Callable[[Case, Any], object]] = {
    ast.Constant: Case.constant,
    ast.Name: Case.name,
    ast.Compare: Case.comparison,
    ast.BoolOp: Case.one_of,
    ast.UnaryOp: Case.unary,
    ast.IfExp: Case.choice,
    ast.BinOp: Case.binary,
}


def names_in(tree: ast.expr) -> Iterator[str]:
    return (one.id for one in ast.walk(tree) if isinstance(one, ast.Name))


def plain(value: object) -> bool:
    """Tell whether a value is a number, or compares as one."""
    return type(value) in (int, bool) or (isinstance(value, enum.Enum) and like_int(type(value)))


def truth(value: object) -> bool:
    """Return whether a value is true."""
    if value is None or plain(value):
        return bool(value)
    if not isinstance(value, Some) or not value.number or value.least <= 0 <= value.most:
        raise NotProved
    return True


def compared(op: ast.cmpop, one: object, other: object) -> bool:
    """Return what a comparison is, if that is the same for all that the two may be."""
    if type(op) not in COMPARISONS:
        raise NotProved
    return COMPARISONS[type(op)](one, other)


def equal(one: object, other: object) -> bool:
    """Return whether two are equal."""
    if one is None or other is None:
        return one is other
    if isinstance(one, Some) and isinstance(other, Some) and one.name == other.name != "":
        return True
    (least, most), (begins, ends) = bounds(one), bounds(other)
    if most < begins or ends < least:
        return False
    if least == most == begins == ends:
        return True
    raise NotProved


def less(one: object, other: object) -> bool:
    """Return whether one is less than the other."""
    (least, most), (begins, ends) = bounds(one), bounds(other)
    if most < begins:
        return True
    if least >= ends:
        return False
    raise NotProved


def same(one: object, other: object) -> bool:
    """Return whether two are the same object, of which one is None."""
    if one is not None and other is not None:
        raise NotProved
    return one is other


COMPARISONS: dict[type[ast.cmpop], Callable[[object, object], bool]] = {
    ast.Is: same,
    ast.IsNot: lambda one, other: not same(one, other),
    ast.Eq: equal,
    ast.NotEq: lambda one, other: not equal(one, other),
    ast.Lt: less,
    ast.Gt: lambda one, other: less(other, one),
    ast.LtE: lambda one, other: not less(other, one),
    ast.GtE: lambda one, other: not less(one, other),
}


def bounds(value: object) -> tuple[float, float]:
    """Return between what a number is."""
    if isinstance(value, int) and plain(value):
        number = int.__int__(value)  # which an enum may have another of, and compares without
        return number, number
    if isinstance(value, Some) and value.number:
        return value.least, value.most
    raise NotProved


CALCULATED: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.LShift: lambda one, other: one << other,
}  # fmt: skip


def calculated(op: ast.operator, one: object, other: object) -> int:
    """Return what two numbers make, as far as it is not large."""
    if type(op) not in CALCULATED or type(one) is not int or type(other) is not int:
        raise NotProved
    if isinstance(op, ast.LShift) and not 0 <= other < LARGEST.bit_length():
        raise NotProved
    found = CALCULATED[type(op)](one, other)
    if abs(found) > LARGEST:
        raise NotProved
    return found


def narrowed(some: Some, name: str, condition: ast.expr, known: Known) -> Some:
    """Return what is known of a number of which *condition*, in which it is *name*, is true."""
    if isinstance(condition, ast.BoolOp) and isinstance(condition.op, ast.And):
        for one in condition.values:
            some = narrowed(some, name, one, known)
    if not isinstance(condition, ast.Compare):
        return some
    sides = [condition.left, *condition.comparators]
    for op, one, other in zip(condition.ops, sides, sides[1:], strict=False):
        some = bounded(some, op, name, (one, other), known)
    return some


def bounded(
    some: Some, op: ast.cmpop, name: str, sides: tuple[ast.expr, ast.expr], known: Known
) -> Some:
    """Return what is known of a number behind one comparison."""
    places = [isinstance(one, ast.Name) and one.id == name for one in sides]
    limit = known.constant(sides[places[0]]) if any(places) and not all(places) else None
    least, most = some.least, some.most
    if limit is None:
        return some
    upper = isinstance(op, (ast.Lt, ast.LtE)) if places[0] else isinstance(op, (ast.Gt, ast.GtE))
    lower = isinstance(op, (ast.Gt, ast.GtE)) if places[0] else isinstance(op, (ast.Lt, ast.LtE))
    step = isinstance(op, (ast.Lt, ast.Gt))
    if upper:
        return attrs.evolve(some, most=min(most, limit - step))
    return attrs.evolve(some, least=max(least, limit + step)) if lower else some
