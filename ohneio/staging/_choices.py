"""One or another: by the first byte, by a tag, by what lies ahead."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable
from typing import Any, TypeAlias, cast

import attrs

from ..combinators._choice import Choice, Optional
from ..combinators._classes import OneOf
from ..combinators._dispatch import Dispatch
from ..combinators._looking import Eof, Lookahead, NotFollowedBy
from ..combinators._numbers import Number
from ..combinators._records import Record
from ..combinators._transform import Map, TryMap, Verify
from ..combinators._values import Success
from ..core._alternatives import MISS, attempt
from ..core._facts import ANY, Facts, Set
from ._answers import kinds_of
from ._emitter import Emitter, Node, rule, unknown
from ._families import Branches, Range, by_range, constants_of
from ._inlining import Given, said
from ._lookup import Found, leading, looked_up, number_and_end
from ._opening import begun, byte_or_pause, more_or_end, opening, room_for
from ._pausing import pause, pausing, while_cut
from ._saying import Text
from ._tokens import core_of, is_number, is_plain, member

__all__ = ["begins_with", "open_choice", "tagged", "tried_item"]

#: What a tag may be.
Tags: TypeAlias = frozenset[Any]

#: So few branches that only give a constant are no table.
FEW = 6
#: So many branches are asked one after the other.
SOME = 4


def begins_with(node: Node) -> Set | None:
    """Return the bytes that *node* can begin with, if it must, and one byte decides against it."""
    return node.facts.first if node.facts.nullable is False and not does_more(node) else None


def does_more(node: Node) -> bool:
    """Tell whether *node* may do more than look at a byte before it takes one."""
    seen: set[int] = set()
    todo: list[Node] = [node]
    while todo:
        one = todo.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if looks_far(one) or calls_early(one):
            return True
        todo += one.heads()
    return False


def looks_far(node: Node) -> bool:
    """Tell whether *node* may look further ahead than a byte."""
    looks = isinstance(node, (Lookahead, NotFollowedBy))
    return looks and node.parser.facts.greatest not in (0, 1)  # type: ignore[attr-defined]


def calls_early(node: Node) -> bool:
    """Tell whether *node* may call a function, which may raise anything, before a byte is taken."""
    match node:
        case Map() | TryMap() | Verify():
            return node.parser.facts.nullable is not False
        case Record():
            return node.fields[0].facts.nullable is not False
        case _:
            return False


@rule(Choice)
def choice(e: Emitter, node: Choice[Any], wanted: bool) -> str:
    """The first branch that the next byte allows; where that one fails the node runs.

    The last one needs no way back: without staging it has none either.
    """
    firsts = [begins_with(branch) for branch in node.branches]
    known = next((index for index, first in enumerate(firsts) if first is None), len(firsts) - 1)
    if e.leaving:
        return chain(e, node, firsts[:known], wanted)
    if known < len(firsts) - 1:
        return e.region(node, wanted, lambda: chain(e, node, firsts[:known], wanted))
    return open_ended(e, node, wanted)


def chain(e: Emitter, node: Choice[Any], firsts: list[Set | None], wanted: bool) -> str:
    """Write the branches as far as their first bytes are known, and the one behind them."""
    at = e.begin_skip()
    target = e.fresh("choice")
    if firsts and e.at_end != "True":
        byte_there(e, node)
    if e.at_end == "True" and firsts:
        begun = e.code.fresh("byte")
        e.line(f"{begun} = data[pos] if pos < stop else -1")
    else:
        begun = "data[pos]"
    tests = [member(e, begun, first or frozenset()) for first in firsts] + ["True"]
    with e.ways() as another:
        for index in range(tests.index("True") + 1):
            another()
            for before in node.branches[:index]:
                e.skip(before, at)
            with e.block(head_of(index, tests[index])):
                value = e.value(node.branches[index], wanted=wanted)
                e.settle()
                e.line(f"{target} = {value if wanted else None}")
    return target


def byte_there(e: Emitter, node: Node) -> None:
    """Leave unless the first byte is there."""
    if not e.form.lane:
        e.leave_unless("pos < stop")
        return
    while_cut(e, room_for(node))


def head_of(index: int, test: str) -> str:
    """Return the head of a block for what is so if nothing before it was."""
    if test == "True":
        return "else:" if index else "if True:"
    return f"{'elif' if index else 'if'} {test}:"


def open_ended(e: Emitter, node: Choice[Any], wanted: bool) -> str:
    """Try the branches before the last, which runs without a way back."""
    target = e.fresh("choice")

    def last(branch: Node) -> None:
        keep(e.value(branch, wanted=wanted))

    def keep(value: str) -> None:
        e.settle()
        e.line(f"{target} = {value if wanted else None}")

    open_choice(e, node, last, keep)
    return target


def open_choice(
    e: Emitter, node: Choice[Any], last: Callable[[Node], None], go_on: Callable[[str], None]
) -> None:
    """Write a choice, and what *go_on* writes behind each branch but the last."""
    at, byte, head, missing, unless = e.begin_skip("-1"), "data[pos]", "if", "", ""
    skipped = [*e.skipped]
    if e.leaving:
        byte = e.code.fresh("byte")
        if e.at_end != "True":
            byte_there(e, node)
        e.line(f"{byte} = data[pos] if pos < stop else -1")
    else:
        found = number_first(e, node)
        missing = f"{found.number} is None" if found else ""
        unless = f"{missing} and " if found else ""
        byte_or_pause(e, node, unless, lambda: number_first(e, node, found))
        with e.block(f"if {unless}pos >= stop:"):
            target = e.fresh("choice")
            e.late(e.steps(node), target)
            go_on(target)
        head, e.skipped = "elif", skipped
    with e.ways() as another:
        for branch in node.branches[:-1]:
            another()
            e.off = 0
            test = member(e, byte, begins_with(branch) or frozenset())
            with e.block(f"{head} {unless}{test}:"):
                go_on(e.region(node, True, lambda branch=branch: e.value(branch)))  # type: ignore[misc]
            head = "elif"
        with e.block("else:"):
            another()
            e.off = 0
            with e.block(f"if {missing}:") if missing else contextlib.nullcontext():
                e.pass_by(at)
            for branch in node.branches[:-1]:
                e.skip(branch, at)
            last(node.branches[-1])
    e.off = 0


def number_first(e: Emitter, node: Choice[Any], found: Found | None = None) -> Found | None:
    """Look up the number that the last branch begins with, before any other is thought of.

    Where it was *found* already that is written once more, into the same variables.
    """
    number = leading(node.branches[-1])
    literal = number_and_end(number) if number is not None else None
    if number is None or literal is None:
        return None
    firsts = [begins_with(branch) for branch in node.branches[:-1]]
    digits = begins_with(number) or ANY
    if any(first is None or first & digits for first in firsts):
        return None
    found = e.found[id(number)] = looked_up(e, literal, found)
    return found


def tried_item(
    e: Emitter, item: Node, wanted: bool, target: str, missed: Callable[[], None], at: str
) -> None:
    """Write the code that takes *item* or, where it does not match, goes back: `attempt`.

    *missed* writes what happens then.  Where that is known by the first byte,
    the item is skipped *at* this place.
    """

    def passed_by() -> None:
        e.pass_by(at)
        e.line(f"{target} = {e.constant(MISS, 'MISS')}")

    first, skipped = begins_with(item), [*e.skipped]
    miss = e.constant(MISS, "MISS")
    opens = opening(item)
    with pausing(e, wished=opens is not None) as may_pause:
        e.line(f"{target} = LATE")
        with e.block("if pos >= stop:"):
            if e.at_end and first is not None:
                with e.block(f"if {e.at_end}:"):
                    passed_by()
            else:
                e.line("pass")
        if first is not None:
            test = member(e, "data[pos]", first)
            if test != "True":
                with e.block(f"elif not ({test}):"):
                    passed_by()
        begins = e.code.fresh("begins")
        with e.block("else:"):
            e.line(f"{begins} = pos")
            if e.looks_ahead:
                e.line("looked = again")
            with e.tried(target, begins):
                value = e.value(item, wanted=wanted)
                e.line(f"{target} = {value if wanted else None}")
            if e.looks_ahead:
                with e.block(f"if {target} is LATE:"):
                    e.line("again = looked")
        passed, e.skipped = [one for one in e.skipped if one not in skipped], skipped
        with e.block(f"if {target} is LATE:"):
            e.unskip(passed)
            if may_pause and opens:
                begun(e, item, opens)
            e.late(f"{e.constant(attempt, 'attempt')}({e.node(item)})", target)
    with e.block(f"if {target} is {miss}:"):
        missed()
    e.skipped = [*skipped, *passed]


@rule(Optional)
def optional(e: Emitter, node: Optional[Any], wanted: bool) -> str:
    target, default = e.fresh("value"), e.constant(node.default, "default")
    first = begins_with(node.parser)
    e.settle()
    if e.leaving:
        if first is None:
            e.leave()
            return "None"
        return perhaps(e, node, target, default, first, wanted)
    at = e.begin_skip("-1")
    tried_item(e, node.parser, wanted, target, lambda: e.line(f"{target} = {default}"), at)
    e.skip(node.parser, at)
    return target


def perhaps(
    e: Emitter, node: Optional[Any], target: str, default: str, first: Set, wanted: bool
) -> str:
    """Write an optional part of what is itself tried."""
    at = e.begin_skip()
    more_or_end(e, node.parser)
    there = "pos < stop and " if e.at_end else ""
    with e.ways() as another:
        another()
        with e.block(f"if {there}{member(e, 'data[pos]', first)}:"):
            value = e.value(node.parser, wanted=wanted)
            e.settle()
            if wanted:
                e.line(f"{target} = {value}")
        another()
        if wanted:
            with e.block("else:"):
                e.line(f"{target} = {default}")
    e.skip(node.parser, at)
    return target if wanted else "None"


# By a tag.


@rule(Dispatch)
def dispatch(e: Emitter, node: Dispatch[Any], wanted: bool) -> str:
    target = e.fresh("value")

    def keep(value: str) -> None:
        e.settle()
        e.line(f"{target} = {value if wanted else None}")

    tagged(e, node, lambda branch: keep(e.value(branch, wanted=wanted)), keep)
    return target


def tagged(
    e: Emitter, node: Dispatch[Any], take: Callable[[Node], None], go_on: Callable[[str], None]
) -> None:
    """Write the tag, and the branches by *take*; constants are given to *go_on*."""
    skipped = [*e.skipped]
    tag, branches, possible = chosen_tag(e, node)
    before = e.off
    e.consumed(node.tag)

    def begun(branch: Node) -> None:
        another()
        e.off = before
        take(branch)

    def none() -> None:
        if node.default is not None:
            begun(node.default)
        elif e.leaving:
            e.leave()
        else:
            another()
            e.skipped, e.off = [*skipped], 0
            e.late(f"{e.node(node)}._tagged_by()", "")
            e.skipped = []

    def constant(value: str) -> None:
        another()
        e.off = before
        go_on(value)

    branches = by_range(tag, branches, f"{e.node(node)}._table[{tag}]._parse()")
    numbered = all(type(key) in (int, Range) for key, _ in branches)
    ordered = numbered and (possible is not None or number_by(e, node.tag))
    with e.ways() as another:
        ladder(e, Turns(tag, begun, none, ordered), branches, constant, possible)
    e.off = 0


def chosen_tag(e: Emitter, node: Dispatch[Any]) -> tuple[str, Branches, Tags | None]:
    """Write the tag; return it, the branches by it, and which it may be, where that is known."""
    keys = [key for key, _ in node.branches]
    if type(node.tag) is OneOf and all(type(key) is bytes for key in keys):
        allowed = node.tag.set if node.default is not None else ANY
        byte = first_byte(e, f"{e.node(node)}._tagged_by()", "[0]", allowed)
        by_byte = [(cast("bytes", key), one) for key, one in node.branches]
        there = [(key[0], one) for key, one in by_byte if len(key) == 1 and key[0] in node.tag.set]
        return byte, there, ANY
    tag: Any = node.tag
    small = all(type(key) is int and 0 <= key < 256 for key in keys)
    if type(tag) is Number and tag.format[-1] == "B" and small:
        byte = first_byte(e, f"{e.node(node)}._tagged_by()", "")
        return byte, [*node.branches], ANY
    # Where it has none, its node looks at it again: not where that counts once more.
    ahead = isinstance(tag, Lookahead) and e.leaving
    compared = small and bool(ahead) and number_by(e, node.tag)
    tag = any_tag(e, node, compared=compared)
    return tag, [*node.branches], None if node.default or compared else frozenset(keys)


def first_byte(e: Emitter, steps: str, of_value: str, allowed: Set = ANY) -> str:
    """Write a tag of one byte, as a number."""
    byte = e.code.fresh("byte")
    among = member(e, f"data[{e.here}]", allowed)
    with pausing(e) as may_pause:
        with e.regular(f"{e.here} < stop" + ("" if among == "True" else f" and {among}")):
            e.line(f"{byte} = data[{e.here}]")
        if may_pause:
            pause(e, 1, sure=among == "True")
        if not e.leaving:
            with e.block("else:"):
                e.late(steps, byte, after=e.off + 1)
                if of_value:
                    e.line(f"{byte} = {byte}{of_value}")
    e.settle()
    e.off = 1
    return byte


def any_tag(e: Emitter, node: Dispatch[Any], *, compared: bool) -> str:
    """Write a tag of any kind; without a default it is one that has a branch, or *compared*."""

    def known() -> str:
        tag, known = e.value(node.tag), f"in {e.constant(node._table, 'branches')}"
        if not is_plain(node.tag) and not compared:
            with e.block("try:"):
                e.line(f"{tag} {known}")
            with e.block("except TypeError:"):
                e.leave()
        if node.default is None and not compared:
            e.leave_unless(f"{tag} {known}")
        return tag

    tag = e.region(node.tag, True, known, steps=f"{e.node(node)}._tagged_by()")
    e.settle()
    return tag


def number_by(e: Emitter, node: Node) -> bool:
    """Tell whether *node* gives a number, perhaps by a function that is written in."""
    core: Any = core_of(node)
    if type(core) is not Map:
        return is_number(core)
    given: list[Given] = [Text(ast.Name("it"), kinds_of(core.parser))]
    found = said(core.function, given, e.names, "it")
    return found is not None and found.value.number


@attrs.frozen
class Turns:
    """What is written for each branch, and where there is none.

    Attributes:
        tag: How the code says the tag.
        take: Writes a branch.
        otherwise: Writes what happens where no branch has the tag.
        ordered: Whether all tags are numbers.
    """

    tag: str
    take: Callable[[Node], None]
    otherwise: Callable[[], None]
    ordered: bool


def ladder(
    e: Emitter,
    turns: Turns,
    branches: Branches,
    constant: Callable[[str], None],
    possible: Tags | None,
) -> None:
    """Write one branch after the other, each behind the question whether it is its turn.

    Those that only give a constant are looked up; where there are many numbers
    each question halves them.
    """
    table = constants_of(branches)
    head = "if"
    if len(table) > FEW:
        branches = [(key, one) for key, one in branches if type(one) is not Success]
        possible = possible - table.keys() if possible is not None else None
        name = e.constant(table, "table")
        with e.block(f"if {turns.tag} in {name}:"):
            constant(f"{name}[{turns.tag}]")
        head = "elif"
    if turns.ordered and len(branches) > SOME:
        with e.block("else:") if head == "elif" else contextlib.nullcontext():
            halves(e, turns, sorted(branches, key=lambda pair: lowest(pair[0])), possible)
        return
    steps(e, turns, branches, possible, head)


def lowest(key: int | Range) -> int:
    return key.low if isinstance(key, Range) else key


def tags_of(key: object) -> frozenset[Any]:
    """Return the tags of a branch."""
    return frozenset(range(key.low, key.high + 1) if isinstance(key, Range) else [key])


def halves(e: Emitter, turns: Turns, branches: Branches, possible: Tags | None) -> None:
    """Ask for the half of the tags that it is one of, then for the half of that."""
    if len(branches) <= 2:
        steps(e, turns, branches, possible, "if")
        return
    middle = half(branches)
    bound = lowest(branches[middle][0])
    below = above = possible
    if possible is not None:
        below = frozenset(tag for tag in possible if tag < bound)
        above = possible - below
    with e.block(f"if {turns.tag} < {bound}:"):
        halves(e, turns, branches[:middle], below)
    with e.block("else:"):
        halves(e, turns, branches[middle:], above)


def half(branches: Branches) -> int:
    """Return where there are about as many tags on both sides."""
    sizes = [len(tags_of(key)) for key, _ in branches]
    return min(range(1, len(sizes)), key=lambda index: abs(sum(sizes[:index]) - sum(sizes[index:])))


def steps(e: Emitter, turns: Turns, branches: Branches, possible: Tags | None, head: str) -> None:
    """Write branch after branch; behind the last what else is *possible*."""
    for key, branch in branches:
        test = is_turn(e, turns.tag, key, possible)
        if possible is not None:
            possible -= tags_of(key)
        if not test and head == "if":
            turns.take(branch)
            return
        with e.block(f"{head} {test}:" if test else "else:"):
            turns.take(branch)
        if not test:
            return
        head = "elif"
    with e.block("else:") if head == "elif" else contextlib.nullcontext():
        turns.otherwise()


def is_turn(e: Emitter, tag: str, key: object, possible: Tags | None) -> str:
    """Return the condition that *key* has the tag, if some *possible* one is not among its."""
    others = None if possible is None else possible - tags_of(key)
    if others is not None and not others:
        return ""
    if not isinstance(key, Range):
        return f"{tag} == {e.constant(key, 'tag')}"
    if others is not None and max(others) < key.low:
        return f"{tag} >= {key.low}"
    if others is not None and min(others) > key.high:
        return f"{tag} <= {key.high}"
    return f"{key.low} <= {tag} <= {key.high}"


# Ahead.


@rule(Lookahead)
def lookahead(e: Emitter, node: Lookahead[Any], wanted: bool) -> str:
    return e.region(node, wanted, lambda: looked_at(e, node, wanted))


def looked_at(e: Emitter, node: Lookahead[Any], wanted: bool) -> str:
    facts: Facts = node.parser.facts
    begins = "" if facts.least == facts.greatest else e.code.fresh("begins")
    if e.form.lane and facts.greatest != 1:  # a chunk may end in it
        begins = e.code.fresh("begins")
    if begins:
        e.settle()
        e.line(f"{begins} = pos")
    skipped, place, first = [*e.skipped], e.code.place, e.begins
    with e.held(begins) if begins else contextlib.nullcontext():
        value = e.value(node.parser, wanted=wanted)
    e.skipped = skipped
    if first:  # so much is known before
        e.begin_with(place, f"again = {facts.least}")
        e.names.conditions[f"limits.max_backtrack >= {facts.least}"] = None
    else:
        e.line(f"again += {f'{e.here} - {begins}' if begins else facts.least}")
        e.leave_unless(f"again <= {e.need('most_again', e.limits + '.max_backtrack')}")
    if e.form.resumes:  # what a caller of this function holds, in an alternative, it holds here
        held, most = f"base + {e.here} - run.marks[0].position", f"{e.limits}.max_buffered"
        e.leave_unless(f"not marks or {held} <= {most}")
    if begins:
        e.moved(begins)
    else:
        e.off -= facts.least
    return value


@rule(NotFollowedBy)
def not_followed_by(e: Emitter, node: NotFollowedBy, wanted: bool) -> str:
    first = begins_with(node.parser)
    if first is None:
        return unknown(e, node, wanted)

    def body() -> str:
        e.settle()
        e.skips = True
        more_or_end(e, node.parser)
        there = "pos < stop and " if e.at_end else ""
        e.leave_unless(f"not ({there}{member(e, 'data[pos]', first)})")
        return "None"

    return e.region(node, wanted, body)


@rule(Eof)
def eof(e: Emitter, node: Eof, wanted: bool) -> str:
    if not e.at_end:
        return unknown(e, node, wanted)
    e.settle()
    with e.regular(f"pos == stop{'' if e.at_end == 'True' else ' and ' + e.at_end}"):
        pass
    e.otherwise_at(e.steps(node), "")
    return "None"
