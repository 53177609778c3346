"""What has the root in it, of grammars that refer to themselves, in code that may leave.

All that is looked at is there, or the code leaves: so frames, lists that end by themselves and
what is tried can be in a loop as well.  Beside `_flow`, which has the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..combinators._choice import Choice, Optional
from ..combinators._framing import Delimited, LengthPrefixed, Sized
from ..combinators._notes import Label, Recognize, Span
from ..combinators._repetition import Many, ManyUntil, SepBy
from ..combinators._sequence import Then
from ..combinators._text import Text
from ..combinators._transform import Verify
from ..core._facts import NO_BYTES, Set
from ..core._run import UNBOUNDED
from ._answers import kinds_of, local, verdict
from ._beginning import begins_with, decides
from ._choices import chain
from ._emitter import Emitter
from ._families import SizedBy
from ._frames import size_of
from ._many import no_more
from ._optional import perhaps
from ._recursion import Continue, Variable, flow, flow_of
from ._saying import spelled
from ._tokens import member
from ._transforms import convert
from ._turns import Place, Turns, needed, of_many, turns
from ._writing import Node

__all__: list[str] = []


@flow_of(Choice, whole=True)
def of_choice(e: Emitter, node: Choice[Any], go_on: Continue) -> None:
    """No branch fails in place: from where it goes on no jump leads to the next."""

    def take(branch: Node, may_fail: bool) -> bool:
        flow(e, branch, go_on)
        return False

    chain(e, node, take)
    e.off = 0


@flow_of(Optional, whole=True)
def of_optional(e: Emitter, node: Optional[Any], go_on: Continue) -> None:
    default = e.constant(node.default, "default")

    def take(parser: Node, may_fail: bool) -> bool:
        flow(e, parser, go_on)
        return False

    e.settle()
    perhaps(e, node, take, lambda: go_on(default))
    e.off = 0


@flow_of(Label, whole=True)
def of_label(e: Emitter, node: Label[Any], go_on: Continue) -> None:
    """Where something is irregular the label's node runs, from its beginning."""
    flow(e, node.parser, go_on)


@flow_of(Verify, whole=True)
def of_verify(e: Emitter, node: Verify[Any], go_on: Continue) -> None:
    def judge(value: str) -> None:
        e.settle()
        given = local(e, spelled(value, kinds_of(node.parser)))
        good = e.code.fresh("good")
        e.leave_unless(str(verdict(e, node.predicate, given, good).write()))
        go_on(str(given))

    flow(e, node.parser, judge)


@flow_of(Text, whole=True)
def of_text(e: Emitter, node: Text, go_on: Continue) -> None:
    def judge(value: str) -> None:
        e.settle()
        go_on(convert(e, node, value))

    flow(e, node.parser, judge)


@flow_of(Recognize, whole=True)
def of_recognize(e: Emitter, node: Recognize, go_on: Continue) -> None:
    since(e, node.parser, lambda begins, _: f"data[{begins}:pos]", go_on)


@flow_of(Span, whole=True)
def of_span(e: Emitter, node: Span[Any], go_on: Continue) -> None:
    base = "base + " if e.form.resumes else ""
    since(e, node.parser, lambda begins, it: f"({base}{begins}, {base}pos, {it})", go_on)


def since(e: Emitter, inner: Node, told: Callable[[str, str], str], go_on: Continue) -> None:
    """Run *inner*, and go on with what is *told* of where it began, and its value."""
    e.settle()
    begins, place = Variable(e.code.fresh("begins")), Place.of(e)
    e.line(f"{begins.name} = pos")

    def behind(value: str) -> None:
        with place.again(e):
            e.settle()
            target = e.fresh("value")
            e.line(f"{target} = {told(begins.name, value)}")
            go_on(target)

    with needed(e, begins):
        flow(e, inner, behind)


# Frames.


@flow_of(Sized, SizedBy, whole=True)
def of_sized(e: Emitter, node: Sized[Any] | SizedBy, go_on: Continue) -> None:
    in_frame(e, node.parser, str(node.size), go_on)


@flow_of(LengthPrefixed, whole=True)
def of_length_prefixed(e: Emitter, node: LengthPrefixed[Any], go_on: Continue) -> None:
    in_frame(e, node.inner, size_of(e, node), go_on)


def in_frame(e: Emitter, inner: Node, size: str, go_on: Continue) -> None:
    """Run *inner* on so many bytes, all of them."""
    e.settle()
    end = e.code.fresh("end")
    e.line(f"{end} = pos + {size}")
    e.leave_unless(f"{end} <= stop")
    up_to(e, inner, end, go_on)


@flow_of(Delimited, whole=True)
def of_delimited(e: Emitter, node: Delimited[Any], go_on: Continue) -> None:
    e.settle()
    end = e.code.fresh("end")
    bound = "" if node.max == UNBOUNDED else f" and {end} - pos <= {node.max}"
    e.line(f"{end} = data.find({node.end!r}, pos, stop)")
    e.leave_unless(f"{end} >= 0{bound}")

    def behind(value: str) -> None:
        e.taken(len(node.end))
        go_on(value)

    up_to(e, node.parser, end, behind)


def up_to(e: Emitter, inner: Node, end: str, go_on: Continue) -> None:
    """Run *inner* on all the bytes up to *end*, and set the end of what may be read back."""
    known = [*dict.fromkeys(["stop", e.frames[-1][0]])]
    outer = [Variable(e.code.fresh("outer")) for _ in known]
    place = Place.of(e)

    def behind(value: str) -> None:
        with place.again(e):
            e.settle()
            e.leave_unless("pos == stop")
            for one, before in zip(known, outer, strict=True):
                e.line(f"{one} = {before.name}")
            e.consumed(inner)
            go_on(value)

    for one, before in zip(known, outer, strict=True):
        e.line(f"{before.name} = {one}")
    e.line(f"{' = '.join(known)} = {end}")
    with needed(e, *outer):
        flow(e, inner, behind)


# Lists.


@flow_of(Many, whole=True)
def of_many_more(e: Emitter, node: Many[Any], go_on: Continue) -> None:
    """Take items while the next byte is one that an item begins with."""
    if node.min == node.max:
        of_many(e, node, go_on)
        return
    (starts, alone), found = decides(e, node.item), empty(e)
    if node.max != UNBOUNDED:
        e.leave_unless(f"{node.max} <= {e.most_items}")

    def over(first: bool) -> None:
        at = no_more(e, node, found.name)
        known(e, node, found)
        if alone:
            e.leave_unless(alone)
        e.skip(node.item, at, judged=bool(alone))

    def more(first: bool) -> str:
        return another(e, node, found, starts or NO_BYTES)

    each = Turns(found, more, before=lambda _: not_too_many(e, node, found), over=over)
    turns(e, node.item, each, go_on)


@flow_of(SepBy, whole=True)
def of_sep_by(e: Emitter, node: SepBy[Any], go_on: Continue) -> None:
    """Take items with separators while the next byte says that there is one."""
    starts, between = (begins_with(one) or NO_BYTES for one in (node.item, node.separator))
    behind = Then(node.separator, node.item)
    found, most = empty(e), e.most_items
    e.leave_unless(f"{most} > 0" if node.max == UNBOUNDED else f"{most} >= {node.max}")

    def before(first: bool) -> None:
        if not first:
            not_too_many(e, node, found)
            e.value(node.separator, wanted=False)

    def over(first: bool) -> None:
        at = e.begin_skip() if first else no_more(e, node, found.name)
        known(e, node, found)
        e.skip(node.item if first else behind, at)

    def more(first: bool) -> str:
        return another(e, node, found, starts if first else between)

    turns(e, node.item, Turns(found, more, before=before, over=over), go_on)


@flow_of(ManyUntil, whole=True)
def of_many_until(e: Emitter, node: ManyUntil[Any], go_on: Continue) -> None:
    """Take items up to the end, which the next byte tells from an item."""
    last, found = begins_with(node.end) or NO_BYTES, empty(e)
    e.skips = True

    def more(first: bool) -> str:
        e.leave_unless("pos < stop")
        return f"not ({member(e, 'data[pos]', last)})"

    def before(first: bool) -> None:
        e.leave_unless(f"len({found.name}) < {e.most_items}")

    def over(first: bool) -> None:
        e.value(node.end, wanted=False)

    turns(e, node.item, Turns(found, more, before=before, over=over), go_on)


def empty(e: Emitter) -> Variable:
    """Write an empty list of items."""
    e.settle()
    found = Variable(e.fresh("items"))
    e.line(f"{found.name} = []")
    return found


def another(e: Emitter, node: Many[Any] | SepBy[Any], found: Variable, first: Set) -> str:
    """Return the condition that there may be more, and that what is next begins so."""
    room = f"len({found.name}) < {node.max}" if node.max != UNBOUNDED else ""
    return " and ".join(filter(None, [room, "pos < stop", member(e, "data[pos]", first)]))


def not_too_many(e: Emitter, node: Many[Any] | SepBy[Any], found: Variable) -> None:
    if node.max == UNBOUNDED:
        e.leave_unless(f"len({found.name}) < {e.most_items}")


def known(e: Emitter, node: Many[Any] | SepBy[Any], found: Variable) -> None:
    """Leave where it is not known that there is no item more, or where there must be."""
    if e.at_end != "True":
        full = [f"len({found.name}) == {node.max}"] if node.max != UNBOUNDED else []
        e.leave_unless(e.or_end(" or ".join(["pos < stop", *full])))
    if node.min:
        e.leave_unless(f"len({found.name}) >= {node.min}")
