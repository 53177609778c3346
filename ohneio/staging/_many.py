"""Many items: those in a row by one regular expression, others one by one by the next byte."""

from __future__ import annotations

import ast
import contextlib
import re
from typing import Any

from ..combinators._loops import refuse_another
from ..combinators._repetition import Many, SepBy
from ..core._facts import NO_BYTES
from ..core._pauses import Form, Match
from ..core._run import UNBOUNDED
from ._batches import all_lines, line_of
from ._beginning import begins_with, decides
from ._code import function_name
from ._emitter import Emitter, rule, unknown
from ._failing import Branch, ending
from ._inlining import said
from ._loops import counted, either, endless, next_or_break, repeated
from ._optional import tried_item
from ._partial import form_of
from ._pausing import cutting, pause, pause_begun, pause_form
from ._refusing import fails_behind
from ._regular import Regular, open_end, regular, without_groups
from ._saying import BYTES, Text
from ._tokens import member

__all__ = ["no_more"]


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
    form, first = form_of([(node.item, ())]), begins_with(node.item) or frozenset()
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
    most = e.most_items
    return most if node.max == UNBOUNDED else f"min({node.max}, {most})"


def no_more(e: Emitter, node: Many[Any] | SepBy[Any], found: str) -> str:
    """Note where one item more was not there, unless there may be no more."""
    at = e.begin_skip()
    if e.tells and node.max != UNBOUNDED:
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
    most = e.most_items
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


def leaving_many(e: Emitter, node: Many[Any], wanted: bool) -> str:
    """Take items while the next byte is one that an item begins with."""
    found, (first, alone) = e.fresh("items"), decides(e, node.item)
    e.settle()
    before = [*e.skipped]
    if node.max != UNBOUNDED:
        e.leave_unless(f"{node.max} <= {e.most_items}")
    e.line(f"{found} = []")
    test = member(e, "data[pos]", first or NO_BYTES)
    while_there(e, node, found, "pos < stop" if test == "True" else f"pos < stop and {test}")
    ends = [*e.skipped]
    at = no_more(e, node, found)
    if e.at_end != "True" and not e.form.lane:
        ended = ["pos < stop", *([f"len({found}) == {node.max}"] if node.max != UNBOUNDED else [])]
        e.leave_unless(e.or_end(" or ".join(ended)))
    if alone:
        e.leave_unless(alone)
    if node.min:
        e.refuse_unless(f"len({found}) >= {node.min}", 1)
    e.skipped = either(before, ends)
    e.skip(node.item, at, judged=bool(alone))
    return found


def while_there(e: Emitter, node: Many[Any], found: str, more: str) -> None:
    """Take items while there are *more* and there may be.

    In a whole input one that fails in place ends the loop as well.
    """
    may_fail = id(node) in e.followed and fails_behind(e, node.item, 0, judged=True)
    if not (may_fail and ending(e, lambda ends: rounds(e, node, found, more, ends))):
        rounds(e, node, found, more)


def rounds(
    e: Emitter,
    node: Many[Any],
    found: str,
    more: str,
    ends: Branch | None = None,
) -> None:
    """Write the loop, which each item may be that *ends* it: then it notes where that begins."""
    with e.block("while True:" if e.form.lane else f"while {more}:"):
        if node.max != UNBOUNDED:
            with e.block(f"if len({found}) == {node.max}:"):
                if ends:
                    e.line(f"{ends.begins} = -1")
                e.line("break")
        if e.form.lane:
            next_or_break(e, more, node.item)
        if node.max == UNBOUNDED:
            e.leave_unless(f"len({found}) < {e.most_items}")
        if ends:
            e.line(f"{ends.begins} = pos")
            ends.begin(e)
        with e.trying(ends):
            one = e.value(node.item)
        e.settle()
        e.line(f"{found}.append({one})")


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
    e.skip(node.item, at, judged=bool(decides(e, node.item)[1]))
    return found
