"""Grammars that refer to themselves: an explicit stack in the function's locals.

What a grammar does when it comes back to itself is written once, as a loop
around its code.  Where an item inside is the grammar again, the code notes in
locals what is to be done with the item's value, and begins anew; where a value
is whole it looks at what was noted.  A note that is in the way goes on a stack.

So the code behind such an item is written apart from the code before it: as a
function from the name of the value, a continuation.  Those are the `Continue`s
here; `_flow`, `_turns` and `_whole` have the functions that get one, and `_itself`
the loop around.

Notes have a number, for where to go on, and the variables that are needed there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import attrs

from ..combinators._recursion import Forward
from ._emitter import Emitter
from ._scoping import Skipped
from ._ways_back import Ways
from ._writing import Node

__all__ = ["INNER", "Continue", "Locals", "Recursion", "Variable", "flow", "flow_of"]
__all__ += ["remembers", "returned", "whole"]

Continue: TypeAlias = Callable[[str], None]
Flow: TypeAlias = Callable[[Emitter, Any, Continue], None]

#: How each class is written in which a grammar may come back to itself.
flows: dict[type[Node], Flow] = {}
#: The same for code that may leave, where it is another way.
whole_flows: dict[type[Node], Flow] = {}


def flow_of(*kinds: type[Node], whole: bool = False) -> Callable[[Flow], Flow]:
    """Register how these classes are written, and what goes on behind them."""

    def register(function: Flow) -> Flow:
        (whole_flows if whole else flows).update(dict.fromkeys(kinds, function))
        return function

    return register


@attrs.define(eq=False)
class Variable:
    """A variable that has another name where its value was noted."""

    name: str


@attrs.frozen(eq=False)
class Return:
    """A place to go on at, when a value is whole."""

    number: int
    live: tuple[Variable, ...]
    names: int
    go_on: Continue


@attrs.frozen
class Locals:
    """The names of what the code of a loop has in locals; of a loop in a loop they are others."""

    turn: str = "turn"
    stack: str = "stack"
    value: str = "value"
    kept: str = "kept"
    since: str = "since"
    ends: str = "ends"
    room: str = "room"


#: The names in a loop that stands in another, and may leave.
INNER = Locals(
    "inner_turn", "inner_stack", "inner_value", "inner", "inner_since", "inner_ends", "inner_room"
)


@attrs.define(eq=False)
class Recursion:
    """Keep what is known of one grammar that comes back to itself."""

    ways: Ways
    locals: Locals = Locals()
    returns: list[Return] = attrs.Factory(list[Return])
    live: list[Variable] = attrs.Factory(list[Variable])
    names: list[str] = attrs.Factory(list[str])
    #: The numbers that the jumps now written get: of an item that is written again.
    again: list[int] | None = None
    recorded: list[int] | None = None
    #: Whether what is written now goes on behind an item, and behind which one.
    returning: bool = False
    current: int = 0
    #: Where among the returns those belong that come next, when some are written.
    next: int = 0
    #: Whether bytes are kept for what is judged behind an item.
    keeps: bool = False
    #: How many marks of the code are around it.
    around: int = 0
    #: How the code says how many levels there may be in it.
    room: str = ""
    #: What may have been passed by at the end of a value.
    ends: list[Skipped] = attrs.Factory(list[Skipped])

    @property
    def leaves(self) -> bool:
        """Whether the code of the loop may leave."""
        return self.ways.leaves

    @property
    def width(self) -> int:
        """How many variables are noted at most."""
        return max((len(one.live) for one in self.returns), default=0)

    @property
    def registers(self) -> str:
        """Stands for all that is noted beside a number, until it is known how much that is."""
        return f"\0{self.locals.kept}\0"


def flow(e: Emitter, node: Node, go_on: Continue) -> None:
    """Write *node*, then what *go_on* writes for its value."""
    recursion: Recursion = e.recursion
    if not recursion.ways.meets(node):
        go_on(e.value(node))
        return
    known = [whole_flows] if recursion.leaves else []
    write = next(some[type(node)] for some in [*known, flows] if type(node) in some)
    write(e, node, go_on)


def remembers(e: Emitter) -> bool:
    """Tell whether it is remembered what was not there whole: see `_itself.leaving_loop`."""
    return e.form.resumes and bool(e.recursion.leaves)


def whole(e: Emitter, value: str) -> None:
    """Say that a value of the root is whole, and to be given to whom it is for."""
    e.settle()
    recursion: Recursion = e.recursion
    own = recursion.locals
    if recursion.leaves:
        recursion.ends += [one for one in e.skipped if one not in recursion.ends]
    if value != own.value:
        e.line(f"{own.value} = {value}")
    if recursion.returning:
        e.line(f"{own.turn}, {recursion.registers} = {own.stack}.pop()")


def returned(e: Emitter, one: Return) -> None:
    """Write what is done with the value of an item."""
    recursion: Recursion = e.recursion
    recursion.returning, recursion.current, recursion.live = True, one.number, [*one.live]
    for index, variable in enumerate(one.live):
        variable.name = f"{recursion.locals.kept}{index}"
    if one.names:
        e.line(f"del levels[-{one.names}:]")
    e.off, e.skipped = 0, []
    one.go_on(recursion.locals.value)
    recursion.returning, recursion.current = False, 0


@flow_of(Forward)
def jump(e: Emitter, node: Forward[Any], go_on: Continue) -> None:
    """Begin anew for an item, and go on behind it when its value is whole."""
    recursion: Recursion = e.recursion
    own = recursion.locals
    if not recursion.leaves:
        e.tell_skipped()
    e.settle()
    names = recursion.names if e.form.resumes and not recursion.leaves else []
    if recursion.again:
        number = recursion.again.pop(0)
    else:
        number = len(recursion.returns) + 1
        behind = Return(number, tuple(recursion.live), len(names), go_on)
        # What comes next is asked for next.
        recursion.returns.insert(recursion.next or len(recursion.returns), behind)
        if recursion.recorded is not None:
            recursion.recorded.append(number)
    if not recursion.returning:
        too_deep(e, node)
        e.line(f"{own.stack}.append(({own.turn}, {recursion.registers}))")
    assigned(e, number, recursion.live)
    if names:
        e.line(f"levels += {tuple(names)!r}")
    e.line("break" if recursion.returning else "continue")


def too_deep(e: Emitter, node: Forward[Any]) -> None:
    recursion: Recursion = e.recursion
    with e.block(f"if len({recursion.locals.stack}) >= {recursion.room}:"):
        e.leave() if e.leaving else e.late(e.steps(node), "")


def assigned(e: Emitter, number: int, live: list[Variable]) -> None:
    """Note a number and what is needed there, as far as it is not noted already."""
    recursion: Recursion = e.recursion
    own = recursion.locals
    moves = [(f"{own.kept}{index}", one.name) for index, one in enumerate(live)]
    moves = [(own.turn, str(number)), *((left, right) for left, right in moves if left != right)]
    if number == recursion.current:
        del moves[0]
    if remembers(e):
        moves.append((own.since, "pos"))
    if moves:
        e.line(f"{', '.join(left for left, _ in moves)} = {', '.join(right for _, right in moves)}")
