"""Grammars that refer to themselves: an explicit stack in the function's locals.

What a grammar does when it comes back to itself is written once, as a loop
around its code.  Where an item inside is the grammar again, the code notes in
locals what is to be done with the item's value, and begins anew; where a value
is whole it looks at what was noted.  A note that is in the way goes on a stack.
Where several forwards refer to each other there is a number for what it begins
anew with, the *entry*.

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

__all__ = ["INNER", "Arrival", "Continue", "Locals", "Recursion", "Variable", "flow", "flow_of"]
__all__ += ["place_for", "remembers", "returned", "whole"]

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
    """A place to go on at, when a value is whole.

    Attributes:
        number: Its number.
        live: What is noted for it.
        names: How many fields it is in.
        go_on: Writes what is done there.
        entered: Whether a level was entered for each value that it goes on with.
    """

    number: int
    live: tuple[Variable, ...]
    names: int
    go_on: Continue
    entered: bool


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
    entry: str = "entry"


#: The names in a loop that stands in another, and may leave.
INNER = Locals(
    "inner_turn", "inner_stack", "inner_value", "inner", "inner_since", "inner_ends", "inner_room",
    "inner_entry",
)  # fmt: skip


@attrs.define(eq=False)
class Recursion:
    """Keep what is known of one grammar that comes back to itself."""

    ways: Ways
    locals: Locals = Locals()
    returns: list[Return] = attrs.Factory(list[Return])
    live: list[Variable] = attrs.Factory(list[Variable])
    names: list[str] = attrs.Factory(list[str])
    #: The places that the jumps now written go on at: of an item that is written again.
    again: list[Return] | None = None
    recorded: list[Return] | None = None
    #: Where what is written now goes on, if that is behind an item.
    current: Return | None = None
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
    def returning(self) -> bool:
        """Whether what is written now goes on behind an item."""
        return self.current is not None

    @property
    def depth(self) -> str:
        """How the code says how many levels deep it is in the loop, where it is written now."""
        # Behind an item the stack still has what was noted for it.
        return f"len({self.locals.stack}){' - 1' if self.returning else ''}"

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
    """Say that a value is whole of what the loop began with, and give it to whom it is for."""
    e.settle()
    recursion: Recursion = e.recursion
    own = recursion.locals
    value = pass_on_skipped(e, value)
    if value != own.value:
        e.line(f"{own.value} = {value}")
    if recursion.returning:
        e.line(f"{own.turn}, {recursion.registers} = {own.stack}.pop()")


def pass_on_skipped(e: Emitter, value: str) -> str:
    """Let whoever goes on with *value* know what was passed by before; return how it is said then.

    In a loop that may leave only who goes on behind that: what goes on in there fails nowhere.
    """
    recursion: Recursion = e.recursion
    if recursion.leaves:
        recursion.ends += [one for one in e.skipped if one not in recursion.ends]
    elif e.skipped:
        given, value = value, e.fresh("value")
        e.line(f"{value} = {given}")
        e.tell_skipped()
    return value


def returned(e: Emitter, one: Return) -> None:
    """Write what is done with the value of an item."""
    recursion: Recursion = e.recursion
    recursion.current, recursion.live = one, [*one.live]
    for index, variable in enumerate(one.live):
        variable.name = f"{recursion.locals.kept}{index}"
    if one.names:
        e.line(f"del levels[-{one.names}:]")
    e.off, e.skipped = 0, []
    one.go_on(recursion.locals.value)
    recursion.current = None


# To begin anew, and to go on.


@flow_of(Forward)
def jump(e: Emitter, node: Forward[Any], go_on: Continue) -> None:
    """Begin anew for an item, and go on behind it when its value is whole."""
    recursion: Recursion = e.recursion
    own, entries = recursion.locals, recursion.ways.entries
    if not recursion.leaves:
        e.tell_skipped()
    e.settle()
    place = go_on.place if isinstance(go_on, Arrival) else place_for(e, go_on)
    too_deep(e, node)
    more = [(own.entry, str(recursion.ways.number(node)))] if len(entries) > 1 else []
    note(e, place, *more, *([(own.since, "pos")] if remembers(e) else []))
    e.line("break" if recursion.returning else "continue")


def too_deep(e: Emitter, node: Forward[Any]) -> None:
    """Leave where there can be no level more, unless one as deep has been there before."""
    recursion: Recursion = e.recursion
    if recursion.current is not None and recursion.current.entered:
        return
    with e.block(f"if {recursion.depth} >= {recursion.room}:"):
        e.leave() if e.leaving else e.late(e.steps(node), "")


def place_for(e: Emitter, go_on: Continue, *, entered: bool = True) -> Return:
    """Return the place at which *go_on* goes on: a new one, or that of what is written again."""
    recursion: Recursion = e.recursion
    if recursion.again:
        return recursion.again.pop(0)
    number, live = len(recursion.returns) + 1, tuple(recursion.live)
    place = Return(number, live, len(names_of(e)), go_on, entered)
    # What comes next is asked for next.
    recursion.returns.insert(recursion.next or len(recursion.returns), place)
    if recursion.recorded is not None:
        recursion.recorded.append(place)
    return place


@attrs.frozen(eq=False)
class Arrival:
    """Goes on behind an item that may be whole without the loop having begun anew for it.

    What stands there is the next item, and behind that the next, without end.  So it is written
    once, as a place to go on at, and such an item goes there as if it had come from the stack.
    """

    e: Emitter
    place: Return

    def __call__(self, value: str) -> None:
        e, own = self.e, self.e.recursion.locals
        e.settle()
        note(e, self.place, (own.value, pass_on_skipped(e, value)))


def note(e: Emitter, place: Return, *more: tuple[str, str]) -> None:
    """Note where to go on, what is needed there, and *more*, as far as it is not noted already."""
    recursion: Recursion = e.recursion
    own, current = recursion.locals, recursion.current
    if current is None:
        e.line(f"{own.stack}.append(({own.turn}, {recursion.registers}))")
    moves = [(f"{own.kept}{index}", one.name) for index, one in enumerate(recursion.live)]
    moves = [(left, right) for left, right in [*moves, *more] if left != right]
    if place is not current:
        moves.insert(0, (own.turn, str(place.number)))
    if moves:
        e.line(f"{', '.join(left for left, _ in moves)} = {', '.join(right for _, right in moves)}")
    if names := names_of(e):
        e.line(f"levels += {names!r}")


def names_of(e: Emitter) -> tuple[str, ...]:
    """Return the fields that what is written now is in, where those of all levels are kept."""
    recursion: Recursion = e.recursion
    return tuple(recursion.names) if e.form.resumes and not recursion.leaves else ()
