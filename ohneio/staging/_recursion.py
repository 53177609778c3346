"""Grammars that refer to themselves: an explicit stack in the function's locals.

What a grammar does when it comes back to itself is written once, as a loop
around its code.  Where an item inside is the grammar again, the code notes in
locals what is to be done with the item's value, and begins anew; where a value
is whole it looks at what was noted.  A note that is in the way goes on a stack.

So the code behind such an item is written apart from the code before it: as a
function from the name of the value, a continuation.  Those are the `Continue`s
here; `_flow` has the functions that get one.

Notes have a number, for where to go on, and the variables that are needed there.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable
from typing import Any, TypeAlias

import attrs

from ..combinators._choice import Choice
from ..combinators._dispatch import Dispatch
from ..combinators._framing import CountPrefixed
from ..combinators._records import Record
from ..combinators._recursion import Forward
from ..combinators._repetition import Many
from ..combinators._transform import TryMap
from ..core._nodes import nodes
from ._choices import begins_with
from ._emitter import Emitter, around, rule, unknown
from ._families import ManyBy
from ._writing import Node

__all__ = ["Continue", "Recursion", "Variable", "comes_back", "flow", "flow_of", "recursive"]

Continue: TypeAlias = Callable[[str], None]
Flow: TypeAlias = Callable[[Emitter, Any, Continue], None]

#: How each class is written in which a grammar may come back to itself.
flows: dict[type[Node], Flow] = {}


def flow_of(*kinds: type[Node]) -> Callable[[Flow], Flow]:
    """Register how these classes are written, and what goes on behind them."""

    def register(function: Flow) -> Flow:
        flows.update(dict.fromkeys(kinds, function))
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


@attrs.define(eq=False)
class Recursion:
    """Keep what is known of one grammar that comes back to itself."""

    root: Node
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

    def meets(self, node: Node) -> bool:
        """Tell whether *node* comes back to the root where this can follow it."""
        if isinstance(node, Forward):
            return node.target is self.root
        if type(node) not in flows or not any(map(self.meets, inside(node))):
            return False
        whole: Any = node
        return type(node) not in LOOPS or self.always(whole.item)

    def always(self, node: Node) -> bool:
        """Tell whether *node* comes back to the root on every way.

        An item of a loop has to: else what is written behind it is the next one, without end.
        """
        if not self.meets(node) or isinstance(node, Choice) or type(node) in LOOPS:
            return False
        if isinstance(node, Dispatch):
            return all(map(self.always, branches_of(node)))
        return isinstance(node, Forward) or any(map(self.always, inside(node)))

    def copies(self, node: Node) -> int:
        """Return in how many places what goes on behind *node* is written."""
        if isinstance(node, Forward) or not self.meets(node):
            return 1
        whole: Any = node
        match node:
            case Dispatch():
                return sum(map(self.copies, branches_of(node)))
            case Choice():
                return len(node.branches) + self.copies(node.branches[-1])
            case Many() | CountPrefixed() | ManyBy():
                return 1 + self.copies(whole.item)
            case _:
                return math.prod(map(self.copies, node.children()))

    def fits(self, node: Node) -> bool:
        """Tell whether *node* can be written, with what is behind its parts not too often."""
        if isinstance(node, Forward) or not self.meets(node):
            return True
        parts = inside(node)
        ways = isinstance(node, (Dispatch, Choice))
        copies = 1 if ways else math.prod(map(self.copies, parts[:-1]))
        return copies <= MANY and all(map(self.fits, parts))


#: So many copies of what is behind a part are the most.
MANY = 16
#: What takes item after item.
LOOPS = frozenset({Many, CountPrefixed, ManyBy})


def branches_of(node: Dispatch[Any]) -> tuple[Node, ...]:
    """Return all branches, that without a tag among them."""
    default = () if node.default is None else (node.default,)
    return (*(branch for _, branch in node.branches), *default)


def inside(node: Node) -> tuple[Node, ...]:
    """Return those parts in which a grammar may come back to itself."""
    whole: Any = node  # type checkers lose the parameter of a class that was looked at
    match node:
        case Dispatch():
            return tuple(branch for _, branch in node.branches)
        case Choice():
            firsts = [begins_with(branch) for branch in node.branches[:-1]]
            return () if None in firsts else node.branches[-1:]
        case Many():
            return (whole.item,) if node.min == node.max else ()
        case Record():
            dependent = any(parser is None for _, parser, _ in node._plan)
            return () if node._keeps or dependent else node.children()
        case CountPrefixed() | ManyBy():
            return (whole.item,)
        case _:
            return node.children()


def within(node: Node) -> list[Node]:
    """Return *node* and all in which the grammar may come back, families as they are."""
    return [*nodes(node)]


def flow(e: Emitter, node: Node, go_on: Continue) -> None:
    """Write *node*, then what *go_on* writes for its value."""
    if e.recursion.meets(node):
        flows[type(node)](e, node, go_on)
    else:
        go_on(e.value(node))


def comes_back(e: Emitter, node: Node) -> bool:
    """Tell whether *node* is a grammar that this can write as a loop."""
    if id(node) not in e.targets:  # asked of every node
        return False
    sure = node.facts.nullable is False and node.facts.self_delimiting is True
    recursion = Recursion(node)
    return sure and recursion.meets(node) and recursion.fits(node)


def recursive(e: Emitter, node: Node) -> str:
    """Write *node* as a loop around itself."""
    recursion = e.recursion = Recursion(node, around=len(e.marks))
    e.settle()
    e.need("turn", "0")
    e.need("stack", "[]")
    recursion.keeps = e.form.resumes and any(
        type(one) is TryMap and recursion.meets(one) for one in within(node)
    )
    if recursion.keeps:
        e.need("keeping", "[]")
        e.need("kept", "[]")
    if e.form.resumes:
        e.needs.setdefault("depth", "run.depth")
    with in_fields(e, node), e.block("while True:"):
        flow(e, node, lambda value: whole(e, value))
        with e.block("while turn:"):
            written = 0
            while written < len(recursion.returns):
                one = recursion.returns[written]
                recursion.next = written + 1
                with e.block(f"{'elif' if written else 'if'} turn == {one.number}:"):
                    returned(e, one)
                written += 1
            if not written:
                e.line("break")
        with e.block("else:"):
            e.line("break")
    registers = width(recursion)
    e.code.fill(REGISTERS, ", ".join(f"kept{index}" for index in range(registers)))
    for index in range(registers):
        e.need(f"kept{index}", "None")
    e.recursion = None
    e.skipped = []
    if node is e.outermost:
        return "value"
    found = e.fresh("value")  # another loop may follow, with one of that name
    e.line(f"{found} = value")
    return found


def in_fields(e: Emitter, root: Node) -> contextlib.AbstractContextManager[None]:
    """Let what is inside be in the fields of all levels, which the code keeps in a list."""
    meets = e.recursion.meets
    if e.form.resumes and any(type(one) is Record and meets(one) for one in within(root)):
        return e.levels(e.need("levels", "[]"))
    return contextlib.nullcontext()


around.append((comes_back, recursive))

#: Stands for all registers, until it is known how many there are.
REGISTERS = "\0registers\0"


def width(recursion: Recursion) -> int:
    return max((len(one.live) for one in recursion.returns), default=0)


def whole(e: Emitter, value: str) -> None:
    """Say that a value of the root is whole, and to be given to whom it is for."""
    e.settle()
    if value != "value":
        e.line(f"value = {value}")
    if e.recursion.returning:
        e.line(f"turn, {REGISTERS} = stack.pop()")


def returned(e: Emitter, one: Return) -> None:
    """Write what is done with the value of an item."""
    recursion = e.recursion
    recursion.returning, recursion.current, recursion.live = True, one.number, [*one.live]
    for index, variable in enumerate(one.live):
        variable.name = f"kept{index}"
    if one.names:
        e.line(f"del levels[-{one.names}:]")
    e.off, e.skipped = 0, []
    one.go_on("value")
    recursion.returning, recursion.current = False, 0


@flow_of(Forward)
def jump(e: Emitter, node: Forward[Any], go_on: Continue) -> None:
    """Begin anew for an item, and go on behind it when its value is whole."""
    recursion: Recursion = e.recursion
    e.tell_skipped()
    e.settle()
    names = recursion.names if e.form.resumes else []
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
        e.line(f"stack.append((turn, {REGISTERS}))")
    assigned(e, number, recursion.live)
    if names:
        e.line(f"levels += {tuple(names)!r}")
    e.line("break" if recursion.returning else "continue")


def too_deep(e: Emitter, node: Forward[Any]) -> None:
    if e.form.resumes:
        room = e.need("room", "run.limits.max_depth - run.depth")
        with e.block(f"if len(stack) >= {room}:"):
            e.late(e.steps(node), "")
    else:
        less = f" - {e.level}" if e.level else ""
        with e.block(f"if len(stack) >= limits.max_depth{less}:"):
            e.leave()


def assigned(e: Emitter, number: int, live: list[Variable]) -> None:
    """Note a number and what is needed there, as far as it is not noted already."""
    moves = [(f"kept{index}", one.name) for index, one in enumerate(live)]
    moves = [("turn", str(number)), *((left, right) for left, right in moves if left != right)]
    if number == e.recursion.current:
        del moves[0]
    if moves:
        e.line(f"{', '.join(left for left, _ in moves)} = {', '.join(right for _, right in moves)}")


@rule(Forward)
def forward(e: Emitter, node: Forward[Any], wanted: bool) -> str:
    """What it stands for runs as a function of its own, unless it is judged behind it."""
    return unknown(e, node, wanted, "" if e.marks else f"{e.node(node)}._steps()")
