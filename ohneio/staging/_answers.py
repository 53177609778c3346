"""What a function of a grammar says of values: written into the code, or called."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, TypeAlias, cast

import attrs

from ..combinators._bytes import Exactly, Literal, Until, UntilMax
from ..combinators._classes import OneOf, TakeWhile
from ..combinators._framing import Delimited, LengthPrefixed, Sized
from ..combinators._lines import Line, Rest
from ..combinators._notes import Recognize
from ..combinators._text import Text as Decoded
from ._code import function_name
from ._emitter import Emitter
from ._inlining import Lines, Said, said
from ._names import Given
from ._saying import BYTES, STR, Kinds, Natural, Text, spelled
from ._tokens import core_of, is_number, is_unsigned
from ._writing import Node

__all__ = ["Question", "kinds_of", "local", "prepared", "put", "question", "say", "verdict"]

#: What writes the call of a function, the result of which is in a variable.
Otherwise: TypeAlias = Callable[[str], None]

#: Parsers of bytes.
OF_BYTES: tuple[type[Node], ...] = (
    Exactly, Until, UntilMax, OneOf, TakeWhile, Literal, Rest, Line, Recognize,
)  # fmt: skip


def kinds_of(node: Node) -> Kinds:
    """Return of which types the value of *node* may be, where that is known."""
    core = core_of(node)
    if type(core) in OF_BYTES:
        return BYTES
    if type(core) is Decoded:
        return STR
    if type(core) is LengthPrefixed:
        return kinds_of(cast("Any", core).inner)
    if type(core) in (Sized, Delimited):
        return kinds_of(cast("Any", core).parser)
    if is_number(core):
        return frozenset({Natural if is_unsigned(core) else int})
    return None


@attrs.frozen
class Question:
    """What is asked of a function.

    Attributes:
        said: The answer, where nothing has to be written for it.
        write: What writes it, and returns how it is said.
    """

    said: Text | None
    write: Callable[[], Text]


def verdict(e: Emitter, function: Any, value: Text, target: str) -> Question:  # noqa: ANN401
    """Prepare to ask a predicate about a value, which is simple."""
    if function is bool and value.plain:
        return Question(value, lambda: value)  # as good as True or False
    return question(e, function, [value], target)


def question(e: Emitter, function: Any, values: list[Text], target: str) -> Question:  # noqa: ANN401
    """Prepare to ask *function* about *values*, which are simple."""
    given: list[Given] = [*values]
    name, found = (
        e.constant(function, function_name(function)),
        said(function, given, e.names, target),
    )

    def call(target: str) -> None:
        e.call(target, f"{name}({', '.join(map(str, values))})")

    return prepared(e, found, target, call)


def prepared(e: Emitter, found: Said | None, target: str, call: Otherwise) -> Question:
    """Return the question to which *found* is the answer, if that is known."""

    def called() -> Text:
        call(target)
        return spelled(target)

    if found is None:
        return Question(None, called)
    at_once = found.value if found.safe and not found.lines else None
    return Question(at_once, lambda: say(e, found, target, call))


def local(e: Emitter, value: Text) -> Text:
    """Return how a value is said that is said more than once."""
    if value.simple:
        return value
    name = e.code.fresh("it")
    put(e, name, value)
    return Text(ast.Name(name), value.kinds)


def say(e: Emitter, found: Said, target: str, otherwise: Otherwise) -> Text:
    """Write what a function says; return how its value is said.

    Where something is raised by it *otherwise* writes the call into *target*.
    """
    if found.safe:
        lines(e, found.lines)
        return found.value
    e.calls = True  # for all that is known
    with e.block("try:"):
        lines(e, found.lines)
        put(e, target, found.value)
    with e.block("except Exception:"):
        e.leave() if e.leaving else otherwise(target)
    return attrs.evolve(spelled(target), kinds=found.value.kinds)


def put(e: Emitter, target: str, value: Text) -> None:
    """Let *target* be a value, unless it is."""
    if str(value) != target:
        e.line(f"{target} = {value}")


def lines(e: Emitter, some: Lines) -> None:
    for one in some:
        if isinstance(one, str):
            e.line(one)
            continue
        with e.block(one[0]):
            lines(e, one[1])
