"""Again and again: loops that end by the next byte, or by a number."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Callable
from typing import Any

from ..combinators._framing import CountPrefixed
from ..combinators._loops import refuse_another
from ..combinators._repetition import Many, ManyUntil, SepBy
from ..combinators._sequence import Then
from ..core._pauses import Form, Match
from ..core._run import UNBOUNDED
from ._batches import all_lines, line_of
from ._choices import begins_with, tried_item
from ._code import function_name
from ._emitter import Emitter, Node, Skipped, rule, unknown
from ._families import ManyBy
from ._frames import known_or
from ._inlining import said
from ._opening import more_or_end, room_for
from ._partial import form_of
from ._pausing import cutting, pause, pause_begun, pause_form, while_cut
from ._regular import Regular, open_end, regular, without_groups
from ._saying import BYTES, Text
from ._tokens import is_number, is_unsigned, member

__all__ = ["counted_by"]


def endless(node: Node) -> bool:
    """Tell whether an item may take nothing: then the node itself has to look."""
    return node.facts.nullable is not False


@rule(Many)
def many(e: Emitter, node: Many[Any], wanted: bool) -> str:
    if endless(node.item):
        return unknown(e, node, wanted)
    if node.min == node.max:
        return exactly_many(e, node, wanted)
    if e.at_end == "True" and (line := line_of(node.item)):
        return all_lines(e, node, line)
    if (kind := regular(node.item)) and begins_with(node.item) and not node.min:
        return blocked_many(e, node, wanted, kind)
    return one_by_one(e, node, wanted)


def one_by_one(e: Emitter, node: Many[Any], wanted: bool) -> str:
    if node.min or e.leaving:
        if begins_with(node.item) is None:
            return unknown(e, node, wanted)
        if not e.leaving:
            return e.region(node, wanted, lambda: leaving_many(e, node, wanted))
        return leaving_many(e, node, wanted)
    return resuming_many(e, node, wanted)


def blocked_many(e: Emitter, node: Many[Any], wanted: bool, kind: Regular) -> str:
    """Take all items that a regular expression finds in a row; else one by one."""
    if e.form.lane and not (kind.ends or e.frames):
        return whole_items(e, node, kind)
    if e.form.lane:
        return one_by_one(e, node, wanted)
    e.settle()
    found, block = e.fresh("items"), e.match("block")
    first, at_end = begins_with(node.item) or frozenset(), e.at_end == "True"
    several = b"(?:%b)*+%b" % (kind.pattern, open_end(first, at_end=at_end))
    match = e.constant(re.compile(several, re.DOTALL).match, "block")
    find = e.constant(re.compile(kind.loose, re.DOTALL).findall, "each")
    e.line(f"{found}, {block} = None, {match}(data, pos, stop)")
    with e.block(f"if {block}:"):
        all_of(e, kind, found, f"{find}(data, pos, {block}.end())")
        with e.block(f"if {found} is not None and len({found}) <= {most_of(e, node)}:"):
            e.line(f"pos = {block}.end()")
        with e.block("else:"):
            e.line(f"{found} = None")
    with e.block(f"if {found} is None:"):
        e.line(f"{found} = {one_by_one(e, node, wanted)}")
        e.settle()
    with e.block("else:"):
        at = no_more(e, node, found)
    e.skip(node.item, at)
    return found


def whole_items(e: Emitter, node: Many[Any], kind: Regular) -> str:
    """Take all items that are whole, in a lane; the next one may have begun, or there is none."""
    e.settle()
    found, block = e.fresh("items"), e.match("block")
    form, first = form_of([(node.item, e.path)]), begins_with(node.item) or frozenset()
    match = e.constant(several_and_begun(kind, form), "several")
    find = e.constant(re.compile(kind.loose, re.DOTALL).findall, "each")
    e.line(f"{found} = []")
    with e.block("while True:"):
        e.line(f"{block} = {match}(data, pos, stop)")
        with e.block(f"if (end := {block}.end(1)) > pos:"):
            all_of(e, kind, found, f"{find}(data, pos, end)", "+=")
            if kind.calls:
                e.leave_unless(f"{found} is not None")
            e.leave_unless(f"len({found}) < {most_of(e, node)}")
            e.line("pos = end")
        if form:
            pause_begun(e, form, f"{block}.lastindex == 2")
        with cutting(e):
            e.leave_unless(f"pos < stop and not ({member(e, 'data[pos]', first)})")
            if form:
                pause_form(e, form)
            pause(e, 1)
        e.line("break")
    e.skip(node.item, e.begin_skip())
    return found


def several_and_begun(kind: Regular, form: Form | None) -> Match:
    """Return what finds all items that are whole, and then whether the next one has begun.

    The first group is where these end; that there is a second one says that it has.
    """
    several, begun = without_groups(kind.pattern), form.silent if form else b"(?!)"
    return re.compile(b"(?:%b)*+()(?:%b())?" % (several, begun), re.DOTALL).match


def most_of(e: Emitter, node: Many[Any]) -> str:
    """Return how the code says how many items there may be."""
    most = e.need("max_items", f"{e.limits}.max_items")
    return most if node.max == UNBOUNDED else f"min({node.max}, {most})"


def no_more(e: Emitter, node: Many[Any], found: str) -> str:
    """Note where one item more was not there, unless there may be no more."""
    at = e.begin_skip()
    if e.form.resumes and node.max != UNBOUNDED:
        with e.block(f"if len({found}) == {node.max}:"):
            e.line(f"{at} = -1")
    return at


def all_of(e: Emitter, kind: Regular, found: str, groups: str, gets: str = "=") -> None:
    """Make the values of all matches; where a function raises it is called one by one."""
    names = [e.code.fresh("group") for _ in range(kind.groups)]
    value = kind.value(names)
    for function, _ in kind.calls:
        before, name, after = value.split("\0", 2)
        value = f"{before}{answer(e, function, name)}{after}"
    as_found = [f"({', '.join(names)})", *names[: kind.groups == 1]]
    made = groups if value in as_found else f"[{value} for {', '.join(names) or '_'} in {groups}]"
    with e.block("try:") if kind.calls else contextlib.nullcontext():
        e.line(f"{found} {gets} {made}")
    if kind.calls:
        e.calls = True
        with e.block("except Exception:"):
            e.line(f"{found} = None")


def answer(e: Emitter, function: Any, name: str) -> str:  # noqa: ANN401  # a user's
    """Return what a function says of some bytes, or the call of it."""
    found = said(function, [Text(ast.Name(name), BYTES)], e.names, name)
    if found is not None and not found.lines:
        return str(found.value)
    return f"{e.constant(function, function_name(function))}({name})"


def exactly_many(e: Emitter, node: Many[Any], wanted: bool) -> str:
    """Take as many as there must be, each of which is needed."""
    if node.max == 0:
        return "[]"
    most = e.need("max_items", f"{e.limits}.max_items")
    if e.leaving:
        e.leave_unless(f"{node.max} <= {most}")
        return counted(e, node.item, str(node.max), wanted)
    found, before = e.fresh("items"), [*e.skipped]
    e.settle()
    e.line(f"{found} = None")
    with e.block(f"if {node.max} > {most}:"):
        e.late(e.steps(node), found)
    with e.block(f"if {found} is None:"):
        e.line(f"{found} = {counted(e, node.item, str(node.max), wanted)}")
    e.skipped = [one for one in e.skipped if one not in before]
    return found


def counted(e: Emitter, item: Node, count: str, wanted: bool) -> str:
    """Take *count* items, in a loop."""
    found = e.fresh("items")
    e.settle()
    e.line(f"{found} = []")

    def body() -> None:
        one = e.value(item, wanted=wanted)
        e.settle()
        if wanted:
            e.line(f"{found}.append({one})")

    repeated(e, f"for _ in range({count}):", body)
    return found


def repeated(e: Emitter, head: str, body: Callable[[], None]) -> None:
    """Write a loop around *body*.

    What one round passed by at its end, the next could begin with: where there
    is any, it is known only when the body was written, which is then written anew.
    """
    before, skipped = e.code.mark(), [*e.skipped]
    passed = round_of(e, head, body, skipped)
    if not passed or e.leaving:
        return
    e.code.back_to(before)
    carried = [one.known_by(e.code.fresh("at")) for one in passed]
    for one in carried:
        e.need(one.at, "-1")  # behind a branch that has the loop in it each is asked for
        e.line(f"{one.at} = -1")
    e.skipped = [*skipped, *carried]
    with e.block(head):
        body()
        ends = [one for one in e.skipped if one not in [*skipped, *carried]]
        for one, end in zip(carried, ends, strict=True):
            e.line(f"{one.at} = {end.at}")
    e.skipped = [*skipped, *carried]


def round_of(
    e: Emitter, head: str, body: Callable[[], None], skipped: list[Skipped]
) -> list[Skipped]:
    """Write a loop, and return what a round passes by at its end."""
    with e.block(head):
        body()
    return [one for one in e.skipped if one not in skipped]


def leaving_many(e: Emitter, node: Many[Any], wanted: bool) -> str:
    """Take items while the next byte is one that an item begins with."""
    found, most = e.fresh("items"), e.need("max_items", f"{e.limits}.max_items")
    first = begins_with(node.item) or frozenset()
    bound = most if node.max == UNBOUNDED else str(node.max)
    e.settle()
    before = [*e.skipped]
    if node.max != UNBOUNDED:
        e.leave_unless(f"{node.max} <= {most}")
    e.line(f"{found} = []")
    test = member(e, "data[pos]", first)
    more = "pos < stop" if test == "True" else f"pos < stop and {test}"
    with e.block("while True:" if e.form.lane else f"while {more}:"):
        if e.form.lane:
            if node.max != UNBOUNDED:
                with e.block(f"if len({found}) == {bound}:"):
                    e.line("break")
            next_or_break(e, more, node.item)
        if node.max == UNBOUNDED:
            e.leave_unless(f"len({found}) < {bound}")
        elif not e.form.lane:
            with e.block(f"if len({found}) == {bound}:"):
                e.line("break")
        one = e.value(node.item)
        e.settle()
        e.line(f"{found}.append({one})")
    ends = [*e.skipped]
    at = no_more(e, node, found)
    if e.at_end != "True" and not e.form.lane:
        ended = ["pos < stop", *([f"len({found}) == {node.max}"] if node.max != UNBOUNDED else [])]
        e.leave_unless(e.or_end(" or ".join(ended)))
    if node.min:
        e.leave_unless(f"len({found}) >= {node.min}")
    e.skipped = either(before, ends)
    e.skip(node.item, at)
    return found


def either(*passed: list[Skipped]) -> list[Skipped]:
    """Return what may have been passed by on one way or another: which, its place says."""
    return [*dict.fromkeys(one for some in passed for one in some)]


def next_or_break(e: Emitter, more: str, item: Node) -> None:
    """End a loop in a lane where the next byte, which is waited for, is not one for *more*."""
    more_or_end(e, item)
    with e.block(f"if not ({more}):"):
        e.line("break")


def resuming_many(e: Emitter, node: Many[Any], wanted: bool) -> str:
    """Take items, each of which runs as a node where it is irregular."""
    found, one = e.fresh("items"), e.code.fresh("item")
    e.line(f"{found} = []")
    at = e.begin_skip("-1")

    def body() -> None:
        tried_item(e, node.item, True, one, lambda: e.line("break"), at)
        e.line(f"{found}.append({one})")

    repeated(e, f"for _ in range({most_of(e, node)}):", body)
    with e.block("else:"):
        refused = (
            f"{e.constant(refuse_another, 'refuse_another')}({e.node(node.item)}, needed=False)"
        )
        with e.block(f"if len({found}) != {node.max}:"):
            e.late(refused, "")
    e.skip(node.item, at)
    return found


@rule(CountPrefixed)
def count_prefixed(e: Emitter, node: CountPrefixed[Any], wanted: bool) -> str:
    if endless(node.item):
        return unknown(e, node, wanted)
    return counted(e, node.item, counted_by(e, node), wanted)


def counted_by(e: Emitter, node: CountPrefixed[Any]) -> str:
    """Write the count."""
    most = e.need("max_items", f"{e.limits}.max_items")

    def number() -> str:
        count = e.value(node.count)
        whole = "" if is_number(node.count) else f"type({count}) is int and "
        least = "" if is_unsigned(node.count) else "0 <= "
        e.leave_unless(f"{whole}{least}{count} <= {most}")
        return count

    steps = f"{e.node(node)}._counted()"
    return known_or(e, node.count, lambda: e.region(node.count, True, number, steps), most)


@rule(ManyBy)
def many_by(e: Emitter, node: ManyBy, wanted: bool) -> str:
    if endless(node.item):
        return unknown(e, node, wanted, node.steps)
    most = e.need("max_items", f"{e.limits}.max_items")
    e.settle()
    with e.block(f"if {node.count} > {most}:"):
        if e.leaving:
            e.leave()
        else:
            e.late(node.steps, "")
    return counted(e, node.item, node.count, wanted)


@rule(SepBy)
def sep_by(e: Emitter, node: SepBy[Any], wanted: bool) -> str:
    first, between = begins_with(node.item), begins_with(node.separator)
    if first is None or between is None or node.max != UNBOUNDED:
        return unknown(e, node, wanted)
    return e.region(node, wanted, lambda: separated(e, node, first, between))


def separated(e: Emitter, node: SepBy[Any], first: frozenset[int], between: frozenset[int]) -> str:
    """Take items with separators while the next byte says that there is one."""
    found, most = e.fresh("items"), e.need("max_items", f"{e.limits}.max_items")
    e.settle()
    before = [*e.skipped]
    e.line(f"{found} = []")
    more_or_end(e, node.item)
    there = "pos < stop and " if e.at_end else ""
    empty, at = e.begin_skip(), e.begin_skip()
    if e.form.resumes:
        e.line(f"{at} = -1")
    with e.block(f"if {there}{member(e, 'data[pos]', first)}:"):
        e.leave_unless(f"{most} > 0")
        one = e.value(node.item)
        e.settle()
        e.line(f"{found}.append({one})")
        ends = [*e.skipped]
        e.pass_by(at)
        more = f"pos < stop and {member(e, 'data[pos]', between)}"
        with e.block("while True:" if e.form.lane else f"while {more}:"):
            if e.form.lane:
                next_or_break(e, more, node.separator)
            e.leave_unless(f"len({found}) < {most}")
            e.value(node.separator, wanted=False)
            one = e.value(node.item)
            e.settle()
            e.line(f"{found}.append({one})")
            e.pass_by(at)
    before = either(before, ends, e.skipped)
    if not e.form.lane:
        more_or_end(e)
    if node.min:
        e.leave_unless(f"len({found}) >= {node.min}")
    e.skipped = before
    e.skip(node.item, empty)
    e.skip(Then(node.separator, node.item), at)
    return found


@rule(ManyUntil)
def many_until(e: Emitter, node: ManyUntil[Any], wanted: bool) -> str:
    """Only where the next byte tells the end from an item."""
    last = begins_with(node.end)
    if endless(node.item) or last is None:
        return unknown(e, node, wanted)
    return e.region(node, wanted, lambda: until_end(e, node, last))


def until_end(e: Emitter, node: ManyUntil[Any], last: frozenset[int]) -> str:
    found, most = e.fresh("items"), e.need("max_items", f"{e.limits}.max_items")
    e.settle()
    e.skips = True
    e.line(f"{found} = []")
    with e.block("while True:"):
        if e.form.lane:
            while_cut(e, room_for(node.end, node.item))
        else:
            e.leave_unless("pos < stop")
        with e.block(f"if {member(e, 'data[pos]', last)}:"):
            e.value(node.end, wanted=False)
            e.settle()
            ends = [*e.skipped]
            e.line("break")
        e.leave_unless(f"len({found}) < {most}")
        one = e.value(node.item)
        e.settle()
        e.line(f"{found}.append({one})")
    e.skipped = ends
    return found
