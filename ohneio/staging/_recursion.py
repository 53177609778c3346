"""Grammars that refer to themselves: an explicit stack in the function's locals.

What a grammar does when it comes back to itself is written once, as a loop
around its code.  Where an item inside is the grammar again, the code notes in
locals what is to be done with the item's value, and begins anew; where a value
is whole it looks at what was noted.  A note that is in the way goes on a stack.

So the code behind such an item is written apart from the code before it: as a
function from the name of the value, a continuation.  Those are the `Then`s here.

Notes have a number, for where to go on, and the variables that are needed there.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable, Generator
from typing import Any, TypeAlias

import attrs

from ..combinators._choice import Choice
from ..combinators._dispatch import Dispatch
from ..combinators._example import Example
from ..combinators._framing import CountPrefixed
from ..combinators._records import Record
from ..combinators._recursion import Forward
from ..combinators._repetition import Many, Skip
from ..combinators._sequence import Before, Seq
from ..combinators._sequence import Then as Behind
from ..combinators._transform import Map, TryMap
from ..combinators._values import Value
from ..core._parser import nodes
from ._answers import kinds_of
from ._choices import begins_with, open_choice, tagged
from ._code import function_name
from ._emitter import Emitter, Node, Scope, around, rule, unknown
from ._families import ManyBy
from ._fused import Part, movable, tuple_of
from ._late import settled
from ._loops import counted_by
from ._records import made
from ._sequences import flat, in_order
from ._views import View

__all__ = ["Recursion", "comes_back", "recursive"]

Continue: TypeAlias = Callable[[str], None]


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

    def meets(self, node: Node) -> bool:
        """Tell whether *node* comes back to the root where this can follow it."""
        if isinstance(node, Forward):
            return node.target is self.root
        return type(node) in FLOWS and any(self.meets(one) for one in inside(node))


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


def comes_back(e: Emitter, node: Node) -> bool:
    """Tell whether *node* is a grammar that this can write as a loop."""
    if id(node) not in e.targets:  # asked of every node
        return False
    sure = node.facts.nullable is False and node.facts.self_delimiting is True
    return sure and Recursion(node).meets(node)


def recursive(e: Emitter, node: Node) -> str:
    """Write *node* as a loop around itself."""
    recursion = e.recursion = Recursion(node)
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
        e.need("depth", "run.depth")
        e.need("path", "len(run.path)")
    with e.block("while True:"):
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
    return "value"


around.append((comes_back, recursive))

#: Stands for all registers, until it is known how many there are.
REGISTERS = "@registers"


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
        e.line(f"del run.path[-{one.names}:]")
    e.off, e.skipped = 0, []
    one.go_on("value")
    recursion.returning, recursion.current = False, 0


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
        e.line(f"run.path += {tuple(names)!r}")
    e.line("break" if recursion.returning else "continue")


def too_deep(e: Emitter, node: Forward[Any]) -> None:
    if e.form.resumes:
        room = e.need("room", "run.limits.max_depth - run.depth")
        with e.block(f"if len(stack) >= {room}:"):
            e.late(e.steps(node), "")
    else:
        with e.block("if len(stack) >= limits.max_depth:"):
            e.leave()


def assigned(e: Emitter, number: int, live: list[Variable]) -> None:
    """Note a number and what is needed there, as far as it is not noted already."""
    moves = [(f"kept{index}", one.name) for index, one in enumerate(live)]
    moves = [("turn", str(number)), *((left, right) for left, right in moves if left != right)]
    if number == e.recursion.current:
        del moves[0]
    if moves:
        e.line(f"{', '.join(left for left, _ in moves)} = {', '.join(right for _, right in moves)}")


@attrs.frozen
class Place:
    """What stood around where code was written that another piece goes on behind."""

    live: tuple[Variable, ...]
    names: tuple[str, ...]
    scopes: tuple[Scope, ...]

    @classmethod
    def of(cls, e: Emitter) -> Place:
        """Return what stands around here."""
        return cls(tuple(e.recursion.live), tuple(e.recursion.names), tuple(e.scopes))

    @contextlib.contextmanager
    def again(self, e: Emitter) -> Generator[None]:
        """Let the same stand around what is written inside."""
        before = Place.of(e)
        self._put(e)
        yield
        before._put(e)

    def _put(self, e: Emitter) -> None:
        e.recursion.live, e.recursion.names = [*self.live], [*self.names]
        e.scopes = [*self.scopes]


@contextlib.contextmanager
def needed(e: Emitter, *variables: Variable) -> Generator[None]:
    """Let *variables* be noted by jumps inside."""
    live = e.recursion.live
    e.recursion.live = [*live, *variables]
    yield
    e.recursion.live = live


@rule(Forward)
def forward(e: Emitter, node: Forward[Any], wanted: bool) -> str:
    """What it stands for runs as a function of its own, unless it is judged behind it."""
    return unknown(e, node, wanted, "" if e.marks else f"{e.node(node)}._steps()")


# The code of what has the root in it, and behind it.


def flow(e: Emitter, node: Node, go_on: Continue) -> None:
    """Write *node*, then what *go_on* writes for its value."""
    if e.recursion.meets(node):
        FLOWS[type(node)](e, node, go_on)
    else:
        go_on(e.value(node))


def of_forward(e: Emitter, node: Forward[Any], go_on: Continue) -> None:
    jump(e, node, go_on)


def of_dispatch(e: Emitter, node: Dispatch[Any], go_on: Continue) -> None:
    def take(branch: Node) -> None:
        flow(e, branch, go_on)

    tagged(e, node, take, go_on)


def of_choice(e: Emitter, node: Choice[Any], go_on: Continue) -> None:
    open_choice(e, node, lambda last: flow(e, last, go_on), go_on)


def of_count(e: Emitter, node: CountPrefixed[Any], go_on: Continue) -> None:
    loop(e, node.item, counted_by(e, node), go_on)


def of_many(e: Emitter, node: Many[Any], go_on: Continue) -> None:
    most = e.need("max_items", f"{e.limits}.max_items")
    e.settle()
    with e.block(f"if {node.max} > {most}:"):
        refuse(e, e.steps(node))
    loop(e, node.item, str(node.max), go_on)


def of_many_by(e: Emitter, node: ManyBy, go_on: Continue) -> None:
    most = e.need("max_items", f"{e.limits}.max_items")
    e.settle()
    with e.block(f"if {node.count} > {most}:"):
        refuse(e, node.steps)
    loop(e, node.item, node.count, go_on)


def refuse(e: Emitter, steps: str) -> None:
    """Let a node fail, which it is known to do."""
    if e.leaving:
        e.leave()
    else:
        e.late(steps, "")


def loop(e: Emitter, item: Node, count: str, go_on: Continue) -> None:
    """Take *count* items."""
    recursion = e.recursion
    found, left = Variable(e.fresh("items")), Variable(e.code.fresh("left"))
    numbers: list[int] = []
    place = Place.of(e)
    e.settle()
    e.line(f"{found.name}, {left.name} = [], {count}")

    def one_more(value: str) -> None:
        with place.again(e):
            e.settle()
            e.line(f"{found.name}.append({value})")
            e.line(f"{left.name} -= 1")
            with e.block(f"if {left.name}:"), needed(e, found, left):
                kept = recursion.again
                recursion.again = [*numbers]
                flow(e, item, one_more)
                recursion.again = kept
            go_on(found.name)

    skipped = [*e.skipped]
    with e.block(f"if {left.name}:"), needed(e, found, left):
        outer, recursion.recorded = recursion.recorded, numbers
        flow(e, item, one_more)
        recursion.recorded = outer
        if outer is not None:
            outer.extend(numbers)
    e.off, e.skipped = 0, skipped
    with e.block("else:"):
        go_on(found.name)


def of_seq(e: Emitter, node: Seq, go_on: Continue) -> None:
    parts = [Part(one, True) for one in node.parts]
    through(e, parts, [], lambda values: go_on(tuple_of(values)))


def of_flat(e: Emitter, node: Node, go_on: Continue) -> None:
    parts = flat(node, True)
    kept = next(index for index, part in enumerate(parts) if part.wanted)
    through(e, parts, [], lambda values: go_on(values[kept]))


def through(
    e: Emitter, parts: list[Part], done: list[Variable], go_on: Callable[[list[str]], None]
) -> None:
    """Write *parts* in order, of which those before are *done*."""
    met = next((index for index, part in enumerate(parts) if e.recursion.meets(part.node)), None)
    before = parts if met is None else parts[:met]
    in_order(e, before)
    done = [*done, *(Variable(noted(e, part.value) if met else part.value) for part in before)]
    if met is None:
        go_on([one.name for one in done])
        return
    part, rest = parts[met], parts[met + 1 :]
    names, holding = [part.name] if part.name else [], [one for one in done if movable(one.name)]
    place = Place.of(e)

    def behind(value: str) -> None:
        with place.again(e):
            go_on_behind(value)

    def go_on_behind(value: str) -> None:
        value_of = Variable(value)
        if rest:  # `value` is the next item's then
            value_of.name = e.fresh("item")
            e.settle()
            e.line(f"{value_of.name} = {value}")
        through(e, rest, [*done, value_of], go_on)

    with needed(e, *holding), contextlib.ExitStack() as stack:
        if part.name:
            stack.enter_context(e.named(part.name))
        e.recursion.names.extend(names)
        flow(e, part.node, behind)
        del e.recursion.names[len(e.recursion.names) - len(names) :]


def noted(e: Emitter, value: str) -> str:
    """Return the variable for a *value* that several others make up: the next item has those."""
    names = [one.id for one in ast.walk(ast.parse(value)) if isinstance(one, ast.Name)]
    if value.isidentifier() or not any(map(movable, names)):
        return value
    e.settle()
    target = e.fresh("item")
    e.line(f"{target} = {value}")
    return target


def of_record(e: Emitter, node: Record[Any], go_on: Continue) -> None:
    parts = [Part(parser, True, name) for name, parser, _ in node._plan if parser is not None]

    def make(values: list[str]) -> None:
        view = View(e, node)
        for part, value in zip(parts, values, strict=True):
            view.know(part.name, value, kinds_of(part.node))
        go_on(made(view))

    through(e, parts, [], make)


def of_map(e: Emitter, node: Map[Any], go_on: Continue) -> None:
    def call(value: str) -> None:
        target = e.fresh("value")
        e.call(target, f"{e.constant(node.function, function_name(node.function))}({value})")
        go_on(target)

    flow(e, node.parser, call)


def of_value(e: Emitter, node: Value[Any], go_on: Continue) -> None:
    flow(e, node.parser, lambda _: go_on(e.constant(node.given, "given")))


def of_skip(e: Emitter, node: Skip, go_on: Continue) -> None:
    flow(e, node.parser, lambda _: go_on("None"))


def of_example(e: Emitter, node: Example[Any], go_on: Continue) -> None:
    flow(e, node.parser, go_on)


def of_try_map(e: Emitter, node: TryMap[Any], go_on: Continue) -> None:
    """The bytes are kept: see `Emitter.kept`, which here goes over many turns."""
    function = e.constant(node.function, function_name(node.function))
    if e.form.resumes:
        e.settle()
        e.line("keeping.append(base + pos)")

    def judge(value: str) -> None:
        e.settle()
        target = e.fresh("value")
        if e.leaving:
            e.call(target, f"{function}({value})", refusing=True)
            go_on(target)
            return
        mark, begins = e.code.fresh("mark"), e.code.fresh("begins")
        e.line(f"{mark} = kept.pop() if len(kept) == len(keeping) else None")
        e.line(f"{begins}, {target} = keeping.pop(), LATE")
        with e.block(f"if {mark} is None:"):
            e.call(target, f"{function}({value})", refusing=True)
        with e.block(f"if {target} is LATE:"):
            with e.block(f"if {mark} is None:"):
                e.line(f"{mark} = run.keep_from({begins})")
            settle = e.constant(settled, "settled")
            e.late(f"{settle}(run, {mark}, {e.node(node)}._judged, {value})", target)
        go_on(target)

    flow(e, node.parser, judge)


FLOWS: dict[type[Node], Callable[[Emitter, Any, Continue], None]] = {
    Forward: of_forward,
    Dispatch: of_dispatch,
    Choice: of_choice,
    CountPrefixed: of_count,
    Many: of_many,
    ManyBy: of_many_by,
    Seq: of_seq,
    Behind: of_flat,
    Before: of_flat,
    Record: of_record,
    Map: of_map,
    TryMap: of_try_map,
    Value: of_value,
    Skip: of_skip,
    Example: of_example,
}
