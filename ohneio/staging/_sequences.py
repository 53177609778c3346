"""One after the other, neighbours fused where they can be."""

from __future__ import annotations

import contextlib
import itertools
import re
import struct
from collections.abc import Iterator
from typing import Any

import attrs

from ..combinators._bytes import Exactly, Literal
from ..combinators._classes import OneOf
from ..combinators._framing import LengthPrefixed
from ..combinators._lines import Rest
from ..combinators._notes import Label
from ..combinators._numbers import Number, StructUnpack
from ..combinators._repetition import Skip
from ..combinators._sequence import Before, Seq, Then
from ..combinators._values import Value
from ..core._facts import ANY
from ..core._pauses import Parts
from ._code import function_name
from ._emitter import Emitter, Node, rule, rules
from ._frames import all_of, frame, size_of
from ._lookup import ends_digits, is_near, is_short, looked_up, read_at_once
from ._partial import form_of
from ._pausing import pause_form, pause_in, pausing
from ._regular import Regular, open_end, regular

__all__ = ["Part", "flat", "in_order", "movable", "tuple_of"]

#: How many parts are taken at once.
MOST = 32


@attrs.define
class Part:
    """One step of a sequence: a node, whether its value is wanted, and the field it is."""

    node: Node
    wanted: bool
    name: str = ""
    value: str = "None"
    #: Of a length: the part that it is the length of.
    of: Part | None = None


@rule(Seq)
def seq(e: Emitter, node: Seq, wanted: bool) -> str:
    parts = [Part(one, wanted) for one in node.parts]
    in_order(e, parts)
    return tuple_of([part.value for part in parts]) if wanted else "None"


def tuple_of(values: list[str]) -> str:
    """Write a tuple."""
    return f"({', '.join(values)}{',' if len(values) == 1 else ''})"


@rule(Then)
def then(e: Emitter, node: Then[Any], wanted: bool) -> str:
    return kept_of(e, flat(node, wanted))


@rule(Before)
def before(e: Emitter, node: Before[Any], wanted: bool) -> str:
    return kept_of(e, flat(node, wanted))


def kept_of(e: Emitter, parts: list[Part]) -> str:
    in_order(e, parts)
    return next((part.value for part in parts if part.wanted), "None")


def flat(node: Node, wanted: bool) -> list[Part]:
    """Return what ``a >> b << c`` has, in order; at most one of them is wanted."""
    whole: Any = node
    if type(node) is Then:
        return [*flat(whole.dropped, False), *flat(whole.kept, wanted)]
    if type(node) is Before:
        return [*flat(whole.kept, wanted), *flat(whole.dropped, False)]
    return [Part(node, wanted)]


@rule(Value)
def value(e: Emitter, node: Value[Any], wanted: bool) -> str:
    e.value(node.parser, wanted=False)
    return e.constant(node.given, "given")


@rule(Skip)
def skip(e: Emitter, node: Skip, wanted: bool) -> str:
    e.value(node.parser, wanted=False)
    return "None"


@rule(Label)
def label(e: Emitter, node: Label[Any], wanted: bool) -> str:
    with e.labelled(node, node.name), e.called(node.name):
        return e.value(node.parser, wanted=wanted)


# Parts, one by one or fused.


def in_order(e: Emitter, parts: list[Part]) -> None:
    """Write the code for *parts*, each of which then knows its value."""
    for kind, some in regular_or_not(parts):
        if kind is None:
            by_form(e, some)
        else:
            at_once(e, some, kind)


def regular_or_not(parts: list[Part]) -> Iterator[tuple[list[Regular] | None, list[Part]]]:
    """Yield the parts in runs: those that a regular expression takes, and others."""
    run: list[Part] = []
    kinds: list[Regular] = []
    others: list[Part] = []
    for part in parts:
        kind = regular(part.node, wanted=part.wanted)
        if kind is not None:
            run.append(part)
            kinds.append(kind)
            continue
        if worth_it(kinds):
            if others:
                yield None, others
            yield kinds, run
            others = []
        else:
            others += run
        run, kinds = [], []
        others.append(part)
    if not worth_it(kinds):
        others, run = others + run, []
    if others:
        yield None, others
    if run:
        yield kinds, run


def worth_it(kinds: list[Regular]) -> bool:
    return any(kind.size is None for kind in kinds) and sum(kind.tokens for kind in kinds) > 1


def at_once(e: Emitter, parts: list[Part], kinds: list[Regular]) -> None:
    """Take *parts* by one regular expression, or one by one."""
    whole = b"".join(kind.pattern for kind in kinds)
    end = open_end(kinds[-1].ends, at_end=e.at_end == "True")
    match = e.constant(re.compile(whole + end, re.DOTALL).match, e.hint(parts[0].name or "match"))
    found, before = e.match("found"), e.off
    for part, kind in zip(parts, kinds, strict=True):
        with e.called(part.name) if part.name else contextlib.nullcontext():
            constant = isinstance(part.node, Literal) or not part.wanted
            part.value = kind.value([]) if constant else e.fresh("value")
    form = form_of((part.node, in_path(e, part)) for part in parts)
    with pausing(e, wished=form is not None) as may_pause:
        e.line(f"{found} = {match}(data, {e.here}, stop)")
        with e.regular(found):
            groups_of(e, found, parts, kinds)
            e.moved(f"{found}.end()")
        e.off = before
        if may_pause and form:
            pause_form(e, form)
        if not e.leaving:
            with e.block("else:"):
                targets = [part.value if movable(part.value) else "" for part in parts]
                e.late_all(
                    [(in_field(e, part), name) for part, name in zip(parts, targets, strict=True)]
                )
        e.off = 0
    e.skipped.clear() if any(part.node.facts.nullable is False for part in parts) else None


def in_path(e: Emitter, part: Part) -> tuple[str, ...]:
    return (*e.path, part.name) if part.name else e.path


def groups_of(e: Emitter, found: str, parts: list[Part], kinds: list[Regular]) -> None:
    """Write the values of a match; functions are called where they would be."""
    number = 1
    for part, kind in zip(parts, kinds, strict=True):
        names = [f"{found}[{number + index}]" for index in range(kind.groups)]
        if movable(part.value):
            value = called_in(e, kind, names, found, number) if kind.calls else kind.value(names)
            e.line(f"{part.value} = {value}")
        number += kind.groups


def called_in(e: Emitter, kind: Regular, names: list[str], found: str, number: int) -> str:
    """Call the functions in a value, each on its group."""
    text, calls = kind.value(names), [*kind.calls]
    for index, name in enumerate(names):
        if f"\0{name}\0" in text:
            target, (function, after) = e.code.fresh("value"), calls.pop(0)
            if e.form.resumes:
                e.line(f"pos = {found}.end({number + index + (after is None)})")
                e.off = after or 0
            e.call(target, f"{e.constant(function, function_name(function))}({name})")
            text = text.replace(f"\0{name}\0", target)
    return text


def movable(name: str) -> bool:
    """Tell whether *name* is that of a local, and not a constant."""
    return name.isidentifier() and not name.isupper() and name not in ("None", "True", "False")


def by_form(e: Emitter, parts: list[Part]) -> None:
    """Write *parts*, neighbours of a fixed form together."""
    pieces = [*runs([lengths_apart(part) for part in parts])]
    for run, behind in zip(pieces, [*pieces[1:], []], strict=True):
        if not run:
            continue
        last = run[-1]
        if is_decimal(last) and behind and ends_number(behind[0]):
            short_number(e, last, behind.pop(0))
            continue
        if is_body(last) and behind and is_end(behind[0]):
            body_and_end(e, last, behind.pop(0))
            continue
        if len(run) > 1:
            fused(e, run)
        elif last.of is None:
            one_part(e, last)
        else:
            one_part(e, last.of)
            continue
        if last.of is not None:
            body(e, last.of, last.value)


def is_decimal(part: Part) -> bool:
    return (is_short(part.node) or is_near(part.node)) and not part.name


def ends_number(part: Part) -> bool:
    return ends_digits(part.node) and not part.name


def short_number(e: Emitter, part: Part, behind: Part) -> None:
    """Take a number and the literal behind it: at once, or one after the other."""
    node: Any = part.node
    literal: Any = behind.node
    found = looked_up(e, literal) if is_short(node) else read_at_once(e, node, literal)
    skipped = [*e.skipped]
    with e.block(f"if {found.number} is None:"):
        one_part(e, part)
        one_part(e, behind)
        e.settle()
        e.line(f"{found.number} = {part.value or None}")
    e.skipped = skipped
    with e.block("else:"):
        e.moved(found.end)
    e.skipped.clear()
    part.value = found.number


def lengths_apart(part: Part) -> Part:
    """Return the length of a part that has one in front, to be taken with its neighbours."""
    node = part.node
    if type(node) is LengthPrefixed and node._unsigned and node.length.facts.least:
        return Part(node.length, True, part.name, of=part)
    return part


def body(e: Emitter, part: Part, size: str) -> None:
    """Write what has the length *size*."""
    e.settle()
    node: LengthPrefixed[Any] = part.node  # type: ignore[assignment]
    with contextlib.ExitStack() as stack:
        if part.name:
            stack.enter_context(e.named(part.name))
            stack.enter_context(e.called(part.name))
        part.value = frame(e, node.inner, f"pos + {size}", part.wanted)


def is_body(part: Part) -> bool:
    """Tell whether a part is so many bytes as a number before them says."""
    whole: Any = part.node
    return type(part.node) is LengthPrefixed and type(whole.inner) is Rest and not part.name


def is_end(part: Part) -> bool:
    return type(part.node) is Literal and not part.name


def body_and_end(e: Emitter, part: Part, behind: Part) -> None:
    """Take some bytes and the literal behind them at once."""
    node: Any = part.node
    size = size_of(e, node)
    e.settle()
    place = e.code.fresh("end")
    e.line(f"{place} = pos + {size}")
    part.value = all_of(e, place, part.wanted, behind.node)  # type: ignore[arg-type]
    behind.value = e.constant(behind.node.data, "literal")  # type: ignore[attr-defined]
    e.skipped.clear()


def one_part(e: Emitter, part: Part) -> None:
    if not part.name:
        part.value = e.value(part.node, wanted=part.wanted)
        return
    with e.named(part.name), e.called(part.name):
        part.value = e.value(part.node, wanted=part.wanted)


def runs(parts: list[Part]) -> Iterator[list[Part]]:
    """Yield the parts, neighbours of a fixed form together."""
    run: list[Part] = []
    orders: set[str] = set()
    for part in parts:
        fits = form(part.node) is not None
        orders |= {order(part.node)} - {""} if fits else set()
        if run and (not fits or len(orders) > 1 or len(run) == MOST or run[-1].of):
            yield run
            run, orders = [], {order(part.node)} - {""} if fits else set()
        if fits:
            run.append(part)
        else:
            yield [part]
    if run:
        yield run


def form(node: Node) -> str | None:
    """Return the `struct` format of what is always of the same size and never refused."""
    if type(node) not in rules:  # a subclass may be anything
        return None
    match node:
        case Number() | StructUnpack():
            return node.format
        case Exactly():
            return f"{node.n}s" if node.n else None
        case Literal():
            return f"{len(node.data)}x"
        case OneOf() if node.set == ANY:
            return "s"
        case _:
            return None


def order(node: Node) -> str:
    """Return the order of bytes, where it matters."""
    text = form(node) or ""
    return "" if text[0] not in "<>!" else text[0].replace("!", ">")


def fused(e: Emitter, parts: list[Part]) -> None:
    """Take all *parts* at once, where all are there; else one by one."""
    size = sum(struct.calcsize(form(part.node) or "") for part in parts)
    condition = " and ".join([f"{e.at(size)} <= stop", *literals(e, parts)])
    names = [names_of(e, part) for part in parts]
    with pausing(e, wished=not any(isinstance(part.node, Literal) for part in parts)) as may_pause:
        with e.regular(condition):
            taken_at_once(e, parts, names)
        if may_pause:
            pause_in(e, ends_of(parts))
        if not e.leaving:
            with e.block("else:"):
                fields = [in_field(e, part) for part in parts]
                targets = [name[0] if name else "" for name in names]
                e.late_all([*zip(fields, targets, strict=True)], after=e.off + size)
    e.taken(size)


def ends_of(parts: list[Part]) -> Parts:
    """Return where each part ends, and the fields that it is in."""
    ends = itertools.accumulate(struct.calcsize(form(part.node) or "") for part in parts)
    names = [(part.name,) if part.name else () for part in parts]
    return tuple(zip(ends, names, strict=True))


def in_field(e: Emitter, part: Part) -> str:
    steps = e.steps(part.node)
    return e.around(part.name, steps) if part.name else steps


def names_of(e: Emitter, part: Part) -> list[str]:
    """Return the variables for a part's value, which it then is."""
    if isinstance(part.node, Literal):
        part.value = e.constant(part.node.data, "literal")
        return []
    if not part.wanted:
        return []
    part.value = e.code.fresh("size" if part.of else part.name or e.hint("value"))
    return [part.value]


def taken_at_once(e: Emitter, parts: list[Part], names: list[list[str]]) -> None:
    wanted = [part for part, name in zip(parts, names, strict=True) if name]
    if len(wanted) == 1 and isinstance(wanted[0].node, (Exactly, OneOf)):
        at = sum(struct.calcsize(form(part.node) or "") for part in parts[: parts.index(wanted[0])])
        size = struct.calcsize(form(wanted[0].node) or "")
        e.line(f"{wanted[0].value} = data[{e.at(at)}:{e.at(at + size)}]")
    elif wanted:
        unpack_all(e, parts, wanted)


def unpack_all(e: Emitter, parts: list[Part], wanted: list[Part]) -> None:
    targets: list[str] = []
    formats: list[str] = []
    later: list[str] = []
    for part in parts:
        text = (form(part.node) or "").lstrip("<>!")
        size = struct.calcsize(form(part.node) or "")
        if part not in wanted:
            formats.append(f"{size}x")
            continue
        formats.append(text)
        if isinstance(part.node, StructUnpack):
            count = len(part.node._unpack(bytes(size), 0))
            inner = [e.code.fresh(f"{part.value}_{index}") for index in range(count)]
            later.append(f"{part.value} = {tuple_of(inner)}")
            targets += inner
        else:
            targets.append(part.value)
    prefix = next((order(part.node) for part in parts if order(part.node)), ">")
    unpack = struct.Struct(prefix + merged(formats)).unpack_from
    left = f"{', '.join(targets)}{',' if len(targets) == 1 else ''}"
    if targets:
        e.line(f"{left} = {e.constant(unpack, 'unpack')}(data, {e.here})")
    for text in later:
        e.line(text)


def merged(formats: list[str]) -> str:
    """Return the formats as one; what is left out at the end is not asked for."""
    return re.sub(r"(?:\d+x)+$", "", "".join(formats))


def literals(e: Emitter, parts: list[Part]) -> Iterator[str]:
    """Yield the conditions that literals are what they should be."""
    at = 0
    for part in parts:
        if isinstance(part.node, Literal):
            given = part.node.data
            if len(given) == 1:
                yield f"data[{e.at(at)}] == {given[0]}"
            else:
                yield f"data.startswith({e.constant(given, 'literal')}, {e.at(at)})"
        at += struct.calcsize(form(part.node) or "")
