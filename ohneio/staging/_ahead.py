"""What lies ahead: looked at, and not taken."""

from __future__ import annotations

import contextlib
from typing import Any

from ..combinators._looking import Eof, Lookahead, NotFollowedBy
from ..core._facts import Facts
from ._beginning import begins_with
from ._emitter import Emitter, rule, unknown
from ._opening import more_or_end
from ._tokens import member

__all__: list[str] = []


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
        e.read_again(f"{e.here} - {begins}" if begins else str(facts.least))
    if e.form.resumes:  # what a caller of this function holds, in an alternative, it holds here
        held, most = f"base + {e.here} - run.marks[0].position", f"{e.limits}.max_buffered"
        e.leave_unless(f"not (marks and run.marks) or {held} <= {most}")
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
    ended = f"pos == stop{'' if e.at_end == 'True' else ' and ' + e.at_end}"
    with e.regular(ended, refusing=True):
        pass
    e.otherwise_at(e.steps(node), "")
    return "None"
