"""What a parser begins with, as far as one byte decides against it before it runs.

It is one that must take something, and does nothing before that.
"""

from __future__ import annotations

from typing import Any

from ..combinators._choice import Choice
from ..combinators._looking import Lookahead, NotFollowedBy
from ..combinators._records import Record
from ..combinators._transform import Map, TryMap, Verify
from ..core._facts import ANY, Set
from ._emitter import Emitter
from ._verdicts import judged_first
from ._writing import Node

__all__ = ["begins_with", "decides", "told_apart"]


def begins_with(node: Node) -> Set | None:
    """Return the bytes that *node* can begin with, if it must, and one byte decides against it."""
    return node.facts.first if node.facts.nullable is False and not does_more(node) else None


def decides(e: Emitter, node: Node) -> tuple[Set | None, str]:
    """Return what `begins_with` does, but for bytes that a function refuses, and a condition.

    An alternative that is open holds the byte that such a function looks at as well: where
    there is one, which the condition denies, the node says whether that is too much.
    """
    first = begins_with(node)
    some = first if first is None else judged_first(node, e.names)
    return some, "not run.marks" if some != first and e.form.resumes else ""


def does_more(node: Node) -> bool:
    """Tell whether *node* may do more than look at a byte before it takes one."""
    seen: set[int] = set()
    todo: list[Node] = [node]
    while todo:
        one = todo.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if looks_far(one, node.facts.first) or calls_early(one):
            return True
        todo += one.heads()
    return False


def looks_far(node: Node, first: Set | None) -> bool:
    """Tell whether *node* may look further ahead than a byte, or at one that is not among *first*.

    Then something is read again, and counted, where that byte decides against all.
    """
    if not isinstance(node, (Lookahead, NotFollowedBy)):
        return False
    whole: Any = node
    seen = whole.parser.facts
    some = ANY if seen.first is None else seen.first
    return seen.greatest != 0 and (seen.greatest != 1 or not some <= (first or ANY))


def calls_early(node: Node) -> bool:
    """Tell whether *node* may call a function, which may raise anything, before a byte is taken."""
    match node:
        case Map() | TryMap() | Verify():
            return node.parser.facts.nullable is not False
        case Record():
            return node.fields[0].facts.nullable is not False
        case _:
            return False


def told_apart(node: Choice[Any]) -> list[Set | None]:
    """Return what the branches begin with, as far as a byte decides, but the last."""
    firsts = [begins_with(branch) for branch in node.branches]
    known = next((index for index, first in enumerate(firsts) if first is None), len(firsts) - 1)
    return firsts[:known]
