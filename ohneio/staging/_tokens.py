"""Tokens: bytes by number, by delimiter, by kind; numbers; bits."""

from __future__ import annotations

import contextlib
from typing import Any

from ..combinators._bytes import Exactly, Literal, Until, UntilMax
from ..combinators._classes import OneOf, TakeWhile
from ..combinators._digits import SAFE_DIGITS, Integer
from ..combinators._example import Example
from ..combinators._lines import CRLF, Line, Rest, plain
from ..combinators._looking import Lookahead
from ..combinators._notes import Label
from ..combinators._numbers import Number, StructUnpack
from ..combinators._sequence import Before, Then
from ..combinators._transform import Verify
from ..combinators._values import Fail, Success
from ..combinators._varints import Base128, QuicVarint
from ..core._run import UNBOUNDED
from ._emitter import Emitter, rule, rules, unknown
from ._lookup import framed
from ._pausing import pause, pause_for, pause_to, pausing
from ._saying import FROM_BYTES
from ._writing import Node

__all__ = ["core_of", "is_unsigned", "is_number", "is_plain", "member", "room"]

#: How far a line's end is looked for without a regular expression.
NEAR = 64


@rule(Exactly)
def exactly(e: Emitter, node: Exactly, wanted: bool) -> str:
    target = e.fresh("data") if wanted else ""
    e.token(node, room(e, node.n), target, f"data[{e.here}:{e.at(node.n)}]", node.n)
    return target


def room(e: Emitter, size: int) -> str:
    """Return the condition that *size* bytes are there."""
    return f"{e.here} < stop" if size == 1 else f"{e.at(size)} <= stop"


@rule(Until)
def until(e: Emitter, node: Until, wanted: bool) -> str:
    end, target = e.code.fresh("end"), e.fresh("data") if wanted else ""
    e.line(f"{end} = data.find({node.delimiter!r}, {e.here}, stop)")
    before = e.off
    with e.regular(f"{end} >= 0", refusing=True):
        if target:
            e.line(f"{target} = data[{e.here}:{end}]")
        e.moved(f"{end} + {node._width}")
    e.otherwise_at(e.steps(node), target, before)
    e.skipped.clear()
    return target


@rule(UntilMax)
def until_max(e: Emitter, node: UntilMax, wanted: bool) -> str:
    e.settle()
    end, target = e.code.fresh("end"), e.fresh("data") if wanted else ""
    reach = "stop" if node.max == UNBOUNDED else f"min(stop, {e.at(node._reach)})"
    e.line(f"{end} = data.find({node.delimiter!r}, pos, {reach})")
    with e.regular(f"{end} >= 0", refusing=node.max == UNBOUNDED):
        kept = f" + {node._width}" if node.include else ""
        if target:
            e.line(f"{target} = data[pos:{end}{kept}]")
        e.moved(f"{end} + {node._width}")
    e.otherwise_at(e.steps(node), target)
    e.skipped.clear()
    return target


@rule(Literal)
def literal(e: Emitter, node: Literal, wanted: bool) -> str:
    given, size = e.constant(node.data, "literal"), len(node.data)
    if size == 1:
        fits = f"data[{e.here}] == {node.data[0]}"
        condition, may_begin = f"{e.here} < stop and {fits}", ""
    else:
        condition = fits = f"data.startswith({given}, {e.here}, stop)"
        may_begin = f"{given}.startswith(data[{e.here}:{e.at(size)}])"
    e.token(node, condition, "", "", size, may_begin, fits)
    return given


@rule(Number)
def number(e: Emitter, node: Number[Any], wanted: bool) -> str:
    target = e.fresh("number") if wanted else ""
    if node.format[-1] == "B":
        taken = f"data[{e.here}]"
    else:
        taken = f"{e.constant(node._unpack, 'unpack_' + node.name)}(data, {e.here})[0]"
    e.token(node, room(e, node._size), target, taken, node._size)
    return target


@rule(StructUnpack)
def struct_unpack(e: Emitter, node: StructUnpack, wanted: bool) -> str:
    target = e.fresh("fields") if wanted else ""
    unpack = e.constant(node._unpack, "unpack")
    e.token(node, room(e, node._size), target, f"{unpack}(data, {e.here})", node._size)
    return target


def member(e: Emitter, what: str, allowed: frozenset[int]) -> str:
    """Return the condition that a byte is one of some."""
    listed = sorted(allowed)
    if len(listed) == 256:
        return "True"
    if len(listed) == 1:
        return f"{what} == {listed[0]}"
    if listed and len(listed) == listed[-1] - listed[0] + 1:
        return f"{listed[0]} <= {what} <= {listed[-1]}"
    if len(listed) <= 8:
        return f"{what} in {{{', '.join(map(str, listed))}}}"
    return f"{what} in {e.constant(allowed, 'allowed')}"


@rule(OneOf)
def one_of(e: Emitter, node: OneOf, wanted: bool) -> str:
    target, here = e.fresh("byte") if wanted else "", e.here
    among = member(e, f"data[{here}]", node.set)
    fits = among if among != "True" else ""
    condition = f"{here} < stop" + (f" and {fits}" if fits else "")
    e.token(node, condition, target, f"data[{here}:{e.at(1)}]", 1, fits=fits)
    return target


@rule(TakeWhile)
def take_while(e: Emitter, node: TakeWhile, wanted: bool) -> str:
    end, target = e.code.fresh("end"), e.fresh("run") if wanted else ""
    e.settle()
    reach = "stop"
    if node.max != UNBOUNDED:
        reach = e.code.fresh("reach")
        e.line(f"{reach} = pos + {node.max} if pos + {node.max} < stop else stop")
    scan = e.constant(node._match, "run_of")
    ended = f"{end} < {reach}"
    if node.max != UNBOUNDED:
        ended = f"({ended} or {end} - pos == {node.max})"
    enough = f"{end} - pos >= {node.min}" if node.min else ""
    apart = enough if e.branch is not None else ""
    condition = " and ".join(filter(None, [e.or_end(ended), "" if apart else enough]))
    with pausing(e, wished=node.max == UNBOUNDED) as may_pause:
        e.line(f"{end} = {scan}(data, pos, {reach}).end() if pos <= {reach} else pos")
        with e.regular(condition or "True"):
            if not apart:
                up_to(e, target, end)
        if may_pause:
            pause_for(e, f"{end} == stop", node.min)
        e.otherwise_at(e.steps(node), target)
    if apart:
        e.refuse_unless(apart)
        up_to(e, target, end)
    if node.min:
        e.skipped.clear()
    return target


def up_to(e: Emitter, target: str, end: str, expression: str = "") -> None:
    """Take the bytes up to *end*, or what an *expression* makes of them."""
    if target:
        e.line(f"{target} = {expression or f'data[pos:{end}]'}")
    e.moved(end)


@rule(Rest)
def rest(e: Emitter, node: Rest, wanted: bool) -> str:
    target = e.fresh("data") if wanted else ""
    if not e.at_end:
        return unknown(e, node, wanted)
    before = e.off
    with pausing(e, wished=bool(e.frames)) as may_pause:
        with e.regular(e.at_end):
            if target:
                e.line(f"{target} = data[{e.here}:stop]")
            e.moved("stop")
        if may_pause:
            e.off = before
            pause_to(e, e.frames[-1][0])
        e.otherwise_at(e.steps(node), target, before)
        e.off = 0
    e.full = e.code.lines[-1], e.code.place[1]
    return target


@rule(Line)
def line(e: Emitter, node: Line, wanted: bool) -> str:
    e.settle()
    end, target = e.code.fresh("end"), e.fresh("line") if wanted else ""
    scan = e.constant(plain, "plain")
    bound = f" and {end} - pos <= {node.max}" if node.max != UNBOUNDED else ""
    with pausing(e, wished=not bound) as may_pause:
        with unless_near(e, node, end) if e.leaving else contextlib.nullcontext():
            e.line(f"{end} = {scan}(data, pos, stop).end() if pos <= stop else pos")
            ended = e.regular(f"data.startswith({CRLF!r}, {end}, stop){bound}", refusing=not bound)
        with ended:
            if target:
                e.line(f"{target} = data[pos:{end}]")
            e.moved(f"{end} + 2")
        if may_pause:
            pause_for(e, f"data[{end}:{end} + 2] in (b'', b'\\r')", 2, f"{end} + 2")
        e.otherwise_at(e.steps(node), target)
    e.skipped.clear()
    return target


def unless_near(e: Emitter, node: Line, end: str) -> contextlib.AbstractContextManager[None]:
    """Write where a line ends that is short, and what is inside for any other.

    To look for its LF and for its CR takes half as long as a regular expression.
    """
    reach = f"pos + {min(NEAR, node.max + len(CRLF))}"
    e.line(f"{end} = data.find(b'\\n', pos, {reach}) - 1")
    inside = f" or {end} + 2 > stop" if framed(e) else ""
    return e.block(f"if {end} < pos or data.find(b'\\r', pos, {end} + 1) != {end}{inside}:")


@rule(Integer)
def integer(e: Emitter, node: Integer, wanted: bool) -> str:
    e.settle()
    found, target = e.match("digits"), e.fresh("number") if wanted else ""
    most = e.need("max_digits", f"min({e.limits}.max_digits, {SAFE_DIGITS})")
    end = f"{found}.end()"
    ended = "" if node.digits else e.or_end(f"{end} < stop")
    whole = " and ".join(filter(None, [f"{end} - pos <= {most}", ended]))
    apart = e.branch is not None and not node.digits
    condition = f"{found} and {whole}"
    if apart:  # where there is none that may be for missing bytes
        condition = whole_or_none(e, node, found, whole)
    number = f"int({found}[0]{f', {node.base}' if node.base != 10 else ''})"
    with pausing(e) as may_pause:
        e.line(f"{found} = {e.constant(node._form.match, 'digits')}(data, pos, stop)")
        with e.regular(condition):
            if not apart:
                up_to(e, target, end, number)
        if may_pause:
            begun = f"(pos >= stop or {found} and {end} == stop and stop - pos < {most})"
            pause_for(e, begun, node.digits)
        e.otherwise_at(e.steps(node), target)
    if apart:
        e.refuse_unless(found)
        up_to(e, target, end, number)
    e.skipped.clear()
    return target


def whole_or_none(e: Emitter, node: Integer, found: str, whole: str) -> str:
    """Return the condition that a number was *found* and is *whole*, or that there is none."""
    if e.at_end == "True":
        return f"not {found} or {whole}"
    return f"{whole} if {found} else stop - pos > {int(node.signed)}"


@rule(Base128)
def base128(e: Emitter, node: Base128, wanted: bool) -> str:
    e.settle()
    target = e.fresh("number") if wanted else e.code.fresh("number")
    with pausing(e) as may_pause:
        e.line(f"{target} = data[pos] if pos < stop else 128")
        with e.block(f"if {target} < 128:"):
            if node.name not in ("leb128", "mqtt_varint"):
                e.line(f"{target} = {e.constant(node.meaning, 'meaning')}({target}, 1)")
            e.line("pos += 1")
        with e.block("else:"):
            found = e.match("form")
            e.line(f"{found} = {e.constant(node.form.match, 'form')}(data, pos, stop)")
            with e.regular(f"{found}"):
                e.line(f"{target} = {e.constant(node._value, 'number_of')}({found}[0])")
                e.moved(f"{found}.end()")
            if may_pause:
                pause(e, 1)
            e.otherwise_at(e.steps(node), target)
    e.skipped.clear()
    return target


@rule(QuicVarint)
def quic_varint(e: Emitter, node: QuicVarint, wanted: bool) -> str:
    e.settle()
    target, end = e.fresh("number") if wanted else "", e.code.fresh("end")
    with pausing(e) as may_pause:
        e.line(f"{end} = pos + (1 << (data[pos] >> 6)) if pos < stop else pos + 1")
        with e.regular(f"{end} <= stop"):
            if target:
                mask = f"(1 << 8 * ({end} - pos) - 2) - 1"
                number_of = e.constant(FROM_BYTES, "from_bytes")
                e.line(f"{target} = {number_of}(data[pos:{end}]) & {mask}")
            e.moved(end)
        if may_pause:
            pause_to(e, end)
        e.otherwise_at(e.steps(node), target)
    e.skipped.clear()
    return target


def core_of(node: Node) -> Node:
    """Return the parser whose value *node* gives."""
    if type(node) not in rules:  # a subclass may be anything
        return node
    match node:
        case Label() | Verify() | Lookahead() | Example():
            return core_of(node.parser)
        case Then() | Before():
            return core_of(node.kept)
        case _:
            return node


def is_number(node: Node) -> bool:
    """Tell whether *node* is known to give an `int`."""
    core = core_of(node)
    if type(core) is Number:
        return core.format[-1] not in "fd"
    return type(core) in (Integer, Base128, QuicVarint)


def is_unsigned(node: Node) -> bool:
    """Tell whether *node* is known to give an `int` of 0 or more."""
    core = core_of(node)
    if type(core) is Number:
        return core.format[-1].isupper()
    if type(core) is Integer:
        return not core.signed
    natural = type(core) is Base128 and core.name in ("leb128", "mqtt_varint")
    return natural or type(core) is QuicVarint


#: Parsers that give numbers or bytes.
PLAIN: tuple[type[Node], ...] = (
    Number, Integer, Base128, QuicVarint, OneOf, Exactly, TakeWhile, Until, UntilMax, Literal,
)  # fmt: skip


def is_plain(node: Node) -> bool:
    """Tell whether *node* is known to give a number or bytes, which can be looked up."""
    return type(core_of(node)) in PLAIN


@rule(Success)
def success(e: Emitter, node: Success[Any], wanted: bool) -> str:
    return e.constant(node.given, "given")


@rule(Fail)
def fail(e: Emitter, node: Fail, wanted: bool) -> str:
    if e.leaving:
        e.refuse()
    else:
        e.late(e.steps(node), "")
    return "None"
