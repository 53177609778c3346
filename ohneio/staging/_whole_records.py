"""Records whose fields depend on those before, around what comes back to a grammar.

Only in code that may leave; beside `_flow`, which has those whose fields are always there.
What is known of the fields so far is gathered anew behind each of them: there it is in other
variables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import attrs

from ..combinators._fields import Field
from ..combinators._records import Record
from ..core._parser import Parser
from ._answers import kinds_of
from ._emitter import Emitter
from ._flow import noted, through
from ._fused import Part, movable
from ._records import asked, made, present
from ._recursion import Continue, Variable, flow, flow_of
from ._saying import NONE, Kinds
from ._turns import Place, needed
from ._views import View

__all__: list[str] = []

#: The rest of what a record has: names, the parsers that are known, and fields.
Plan: TypeAlias = "Sequence[tuple[str, Parser[Any] | None, Field]]"


@attrs.frozen
class Known:
    """A field that was read."""

    name: str
    variable: Variable
    kinds: Kinds


@flow_of(Record, whole=True)
def of_record(e: Emitter, node: Record[Any], go_on: Continue) -> None:
    fields(e, node, node._plan, [], lambda view: go_on(made(view)))


def fields(
    e: Emitter, node: Record[Any], plan: Plan, before: list[Known], go_on: Callable[[View], None]
) -> None:
    """Write those fields that are always there, and then the one that depends on them."""
    size = next((at for at, (_, parser, _) in enumerate(plan) if parser is None), len(plan))
    parts = [Part(parser, True, name) for name, parser, _ in plan[:size] if parser is not None]
    kinds = [(part.name, kinds_of(part.node)) for part in parts]

    def behind(values: list[str]) -> None:
        both = [(one.name, one.kinds) for one in before] + kinds
        known = [
            Known(name, Variable(noted(e, value)), kind)
            for (name, kind), value in zip(both, values, strict=True)
        ]
        if size == len(plan):
            go_on(seen(e, node, known))
        else:
            depending(e, node, plan[size:], known, go_on)

    through(e, parts, [one.variable for one in before], behind)


def seen(e: Emitter, node: Record[Any], known: list[Known]) -> View:
    """Return what is seen of the fields so far."""
    view = View(e, node)
    for one in known:
        view.know(one.name, one.variable.name, one.kinds)
    return view


def depending(
    e: Emitter, node: Record[Any], plan: Plan, known: list[Known], go_on: Callable[[View], None]
) -> None:
    """Write a field that depends on those before, and the others behind it."""
    (name, _, one), *rest = plan
    view = seen(e, node, known)
    if one.parser is not None and e.recursion.ways.meets(one.parser):
        perhaps(e, view, plan, known, go_on)
        return
    present(view, one)
    read = Known(name, Variable(view.values[name]), view.kinds[name])
    fields(e, node, rest, [*known, read], go_on)


def perhaps(
    e: Emitter, view: View, plan: Plan, known: list[Known], go_on: Callable[[View], None]
) -> None:
    """Write a field that is there or not, in which the grammar comes back."""
    (name, _, one), *rest = plan
    assert one.parser is not None  # noqa: S101  # who calls this has asked
    place, node = Place.of(e), view.record

    def behind(value: str) -> None:
        with place.again(e):
            target = Variable(e.fresh("item"))
            e.settle()
            e.line(f"{target.name} = {value}")
            fields(e, node, rest, [*known, Known(name, target, None)], go_on)

    there = asked(view, one.when, e.code.fresh("there")).write()
    e.settle()
    holding = [each.variable for each in known if movable(each.variable.name)]
    with e.block(f"if {there}:"), needed(e, *holding), e.named(name):
        flow(e, one.parser, behind)
    e.off = 0
    with e.block("else:"):
        fields(e, node, rest, [*known, Known(name, Variable("None"), frozenset({NONE}))], go_on)
