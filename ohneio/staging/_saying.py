"""How code says a value, and what is known of it: of which types it is, what can be raised."""

from __future__ import annotations

import ast
import enum
import functools
from typing import Any, TypeAlias

import attrs

__all__ = [
    "BYTES",
    "FROM_BYTES",
    "NONE",
    "PLAIN",
    "STR",
    "Kinds",
    "Natural",
    "Text",
    "calculated",
    "called",
    "compares",
]
__all__ += ["either", "given_by", "object_of", "spelled", "without_none"]


class Natural(int):
    """Stand for `int`, where it is not below 0."""


#: Of which types exactly a value may be, where that is known.
Kinds: TypeAlias = "frozenset[type] | None"
NONE = type(None)
#: Types whose operators are known.
PLAIN = frozenset({int, Natural, bool, bytes, str, NONE})
NUMBERS = frozenset({int, Natural, bool})
#: By how many bits a constant may be shifted.
MANY = 1000
#: Methods of strings that give another of the same type.
SAME = frozenset({"lower", "upper", "strip", "lstrip", "rstrip", "replace", "removeprefix"})
#: A method of a class that never changes: looked up there it would be made anew each time.
FROM_BYTES: object = int.from_bytes
#: What an enum of numbers must have left as `int` has it.
OPERATORS = ("__bool__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__")


@attrs.frozen
class Text:
    """How the code says a value.

    Attributes:
        tree: It.
        kinds: Of which types it may be.
        safe: Whether nothing can be raised by it.
        known: The value itself in a tuple, where that is known.
        gives: Of which types the result of calling it may be.
        length: How its length is said, if some local or constant is that for certain.
    """

    tree: ast.expr
    kinds: Kinds = None
    safe: bool = True
    known: tuple[object, ...] = ()
    gives: Kinds = None
    length: ast.expr | None = None

    def __str__(self) -> str:
        return ast.unparse(self.tree)

    @property
    def simple(self) -> bool:
        """Whether it may be said more than once."""
        return isinstance(self.tree, (ast.Name, ast.Constant))

    def among(self, kinds: frozenset[type]) -> bool:
        """Tell whether it is of one of these types for certain."""
        return self.kinds is not None and self.kinds <= kinds

    @property
    def plain(self) -> bool:
        """Whether its operators are known."""
        return self.kinds is not None and all(one in PLAIN or like_int(one) for one in self.kinds)

    @property
    def number(self) -> bool:
        """Whether it is a number, or as good as one."""
        return self.kinds is not None and all(one in NUMBERS or like_int(one) for one in self.kinds)


@functools.lru_cache(maxsize=64)
def like_int(kind: type) -> bool:
    """Tell whether objects of an enum compare as numbers do."""
    found: Any = kind
    return issubclass(kind, int) and all(
        getattr(found, name) is getattr(int, name) for name in OPERATORS
    )


def spelled(said: str, kinds: Kinds = None) -> Text:
    """Return how the code says what it says as *said*."""
    return Text(ast.parse(said, mode="eval").body, kinds)


def object_of(value: object, said: str) -> Text:
    """Return how an object that is known is said."""
    kinds: Kinds = None
    if type(value) is int:
        kinds = frozenset({Natural if value >= 0 else int})
    elif type(value) in PLAIN or isinstance(value, enum.Enum):
        kinds = frozenset({type(value)})
    return Text(ast.Name(said), kinds, known=(value,))


def compares(op: ast.cmpop, one: Text, other: Text) -> bool:
    """Tell whether nothing is raised by a comparison, which says True or False."""
    if isinstance(op, (ast.Is, ast.IsNot)):
        return True
    if isinstance(op, (ast.In, ast.NotIn)):
        return any(one.among(kind) and other.among(kind) for kind in (BYTES, STR))
    if one.number and other.number:
        return True
    same = any(one.among(kind) and other.among(kind) for kind in (BYTES, STR))
    if isinstance(op, (ast.Eq, ast.NotEq)):
        none = one.among(frozenset({NONE})) or other.among(frozenset({NONE}))
        numbers = all(
            attrs.evolve(each, kinds=without_none(each.kinds)).number for each in (one, other)
        )
        return same or numbers or (none and one.plain and other.plain)
    return same


BYTES, STR = frozenset[type]({bytes}), frozenset[type]({str})


def without_none(kinds: Kinds) -> Kinds:
    """Return the types but that of None."""
    return None if kinds is None else kinds - {NONE}


def either(one: Kinds, other: Kinds) -> Kinds:
    """Return of which types one of two values may be."""
    return None if one is None or other is None else one | other


def calculated(op: ast.operator, one: Text, other: Text) -> tuple[Kinds, bool]:
    """Return the types of what is calculated, and whether that cannot fail."""
    if one.number and other.number:
        return counted(op, one, other)
    for kind in (BYTES, STR):
        if one.among(kind) and other.among(kind) and isinstance(op, ast.Add):
            return kind, True
        if one.among(kind) and other.number and isinstance(op, ast.Mult):
            return kind, False
    return None, False


def counted(op: ast.operator, one: Text, other: Text) -> tuple[Kinds, bool]:
    """Return the same of two numbers."""
    natural = one.among(frozenset({Natural})) and other.among(frozenset({Natural}))
    number = frozenset[type]({Natural if natural else int})
    amount = other.tree.value if isinstance(other.tree, ast.Constant) else None
    match op:
        case ast.Add() | ast.Mult():
            return number, True
        case ast.Sub():
            return frozenset({int}), True
        case ast.FloorDiv() | ast.Mod():
            return number, bool(amount)
        case ast.RShift():
            return number, natural
        case ast.LShift():  # of much is too much
            few = isinstance(one.tree, ast.Constant) and type(amount) is int and amount < MANY
            return number, natural and few
        case ast.BitAnd() | ast.BitOr() | ast.BitXor():
            return number | {bool} if bool in (one.kinds or ()) else number, True
        case _:
            return None, False


def called(function: Text, given: list[Text], named: list[tuple[str, Text]]) -> Text:
    """Return how a call is said."""
    keywords = [ast.keyword(name, one.tree) for name, one in named]
    tree = ast.Call(function.tree, [one.tree for one in given], keywords)
    if function.known == (len,) and len(given) == 1 and not named:
        if given[0].length is not None and given[0].safe and given[0].among(BYTES):
            return Text(given[0].length, frozenset({Natural}))
        safe = given[0].safe and (given[0].among(BYTES) or given[0].among(STR))
        return Text(tree, frozenset({Natural}), safe)
    if function.known == (bool,) and len(given) == 1 and not named:
        return Text(tree, frozenset({bool}), given[0].safe and given[0].plain)
    return Text(tree, function.gives, safe=False, length=length_of(function, given, named))


def length_of(function: Text, given: list[Text], named: list[tuple[str, Text]]) -> ast.expr | None:
    """Return how the length of what a call gives is said: of a number in so many bytes."""
    method = function.tree.attr if isinstance(function.tree, ast.Attribute) else ""
    if method != "to_bytes" or function.gives != BYTES or not given or named:
        return None
    size = given[0]
    return size.tree if size.simple and size.among(frozenset({Natural})) else None


def given_by(of: Text, name: str) -> Kinds:
    """Return of which type a method's result is, where that is known."""
    if of.known == (int,) and name == "from_bytes":
        return frozenset({int})
    if of.among(NUMBERS) and name == "to_bytes":
        return BYTES
    if of.among(STR):
        return BYTES if name == "encode" else STR if name in SAME else None
    if of.among(BYTES):
        return STR if name == "decode" else BYTES if name in SAME else None
    return None
