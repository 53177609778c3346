"""Building what stands for other values of the same bytes, or for nothing."""

from __future__ import annotations

from typing import Any

from ..combinators._example import Example
from ..combinators._looking import Commit, Eof, Lookahead, NotFollowedBy
from ..combinators._notes import Label, Recognize
from ..combinators._transform import Bind, Map, TryMap, Verify
from ..combinators._values import Fail, Success, Value
from ._build_pieces import Plain
from ._building import Builder, Node, alone, builds
from ._code import is_not

__all__: list[str] = []


@builds(Map, TryMap, plain=False)
def map_(b: Builder, node: Map[Any] | TryMap[Any], value: str) -> None:
    if node.inverse is None:
        b.give_up()
        return
    inverse = b.function(node.inverse)
    b.build(node.parser, b.local(f"{inverse}({value})", "part"))


@builds(Verify, plain=False)
def verify(b: Builder, node: Verify[Any], value: str) -> None:
    if node.predicate is bool:
        b.refuse(f"not {value}")
    else:
        b.refuse(f"not {b.function(node.predicate)}({value})")
    b.build(node.parser, value)


@builds(Bind, plain=False)
def bind(b: Builder, node: Bind[Any], value: str) -> None:
    if node.inverse is None or b.left:
        b.give_up()
        return
    first = b.local(f"{b.function(node.inverse)}({value})", "first")
    b.build(node.parser, first)
    second = b.local(f"{b.function(node.function)}({first})", "second")
    b.put(Plain(b.local(alone(b, second, value), "data")))


@builds(Recognize, plain=False)
def recognize(b: Builder, node: Recognize, value: str) -> None:
    b.exact(value, bytes)
    b.line(f"{b.constant(node.parser.parse, 'parse')}({value}, limits=limits)")
    b.put(Plain(value))


@builds(Value, Success)
def given(b: Builder, node: Value[Any] | Success[Any], value: str) -> None:
    if value not in b.compared:
        b.refuse(is_other(b, value, node.given))
    if isinstance(node, Value):
        b.nothing(node.parser)


def is_other(b: Builder, value: str, known: object) -> str:
    """Return the condition that a value is not the one that is known."""
    if known is None or known is True or known is False:
        return is_not(value, known)
    name = b.constant(known, "given")
    if type(known) in (int, bytes, str):
        return f"not {value} == {name}"
    return f"{value} is not {name} and not {value} == {name}"


@builds(Label, Example)
def label(b: Builder, node: Label[Any] | Example[Any], value: str) -> None:
    b.build(node.parser, value)


@builds(Eof, Commit, NotFollowedBy)
def nothing_at_all(b: Builder, _: Node, value: str) -> None:
    b.refuse(is_not(value, None))


@builds(Lookahead)
def lookahead(b: Builder, node: Lookahead[Any], value: str) -> None:
    """What it looks at is built by what stands behind it."""


@builds(Fail)
def fail(b: Builder, _node: Fail, _value: str) -> None:
    b.give_up()
