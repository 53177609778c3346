"""Neighbours that are taken at once: by one struct, or by one regular expression.

Where that fails, their nodes run one after the other, and say why.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import struct
from collections.abc import Iterator

import attrs

from ..combinators._bytes import Exactly, Literal
from ..combinators._classes import OneOf
from ..combinators._numbers import Number, StructUnpack
from ..core._facts import ANY
from ..core._pauses import Parts
from ._code import function_name
from ._emitter import Emitter, rules
from ._partial import form_of
from ._pausing import pause_form, pause_in, pausing
from ._regular import Regular, open_end, regular
from ._writing import Node

__all__ = ["Part", "matched", "movable", "regular_or_not", "runs", "tuple_of", "unpacked"]

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


def tuple_of(values: list[str]) -> str:
    """Write a tuple."""
    return f"({', '.join(values)}{',' if len(values) == 1 else ''})"


def movable(name: str) -> bool:
    """Tell whether *name* is that of a local, and not a constant."""
    return name.isidentifier() and not name.isupper() and name not in ("None", "True", "False")


def in_field(e: Emitter, part: Part) -> str:
    steps = e.steps(part.node)
    return e.around(repr(part.name), steps) if part.name else steps


# By one struct.


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


def unpacked(e: Emitter, parts: list[Part]) -> None:
    """Take all *parts* at once, where all are there; else one by one."""
    size = sum(struct.calcsize(form(part.node) or "") for part in parts)
    condition = " and ".join([f"{e.at(size)} <= stop", *literals(e, parts)])
    names = [names_of(e, part) for part in parts]
    fits = " and ".join(literals(e, parts))
    apart = e.branch is not None and fits and e.at_end != "True"
    if apart:
        condition = f"{e.at(size)} <= stop"
    with pausing(e, wished=not any(isinstance(part.node, Literal) for part in parts)) as may_pause:
        with e.regular(condition, refusing=True, size=size):
            if apart:
                e.refuse_unless(fits, size)
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


# By one regular expression.


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


def matched(e: Emitter, parts: list[Part], kinds: list[Regular]) -> None:
    """Take *parts* by one regular expression, or one by one."""
    whole = b"".join(kind.pattern for kind in kinds)
    end = open_end(kinds[-1].ends, at_end=e.at_end == "True")
    match = e.constant(re.compile(whole + end, re.DOTALL).match, e.hint(parts[0].name or "match"))
    if e.branch is not None:
        matched_or_apart(e, parts, kinds, match)
        return
    found, before = e.match("found"), e.off
    for part, kind in zip(parts, kinds, strict=True):
        with e.called(part.name) if part.name else contextlib.nullcontext():
            constant = isinstance(part.node, Literal) or not part.wanted
            part.value = kind.value([]) if constant else e.fresh("value")
    form = form_of((part.node, (part.name,) if part.name else ()) for part in parts)
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


def matched_or_apart(e: Emitter, parts: list[Part], kinds: list[Regular], match: str) -> None:
    """Take *parts* by one regular expression, or one by one: then it is known where they fail."""
    found, before, targets = e.match("found"), e.off, list[str]()
    skipped = [*e.skipped]
    e.line(f"{found} = {match}(data, {e.here}, stop)")
    for part, kind in zip(parts, kinds, strict=True):
        with e.called(part.name) if part.name else contextlib.nullcontext():
            constant = isinstance(part.node, Literal) or not part.wanted
            part.value = kind.value([]) if constant else e.fresh("value")
        targets.append(part.value)
    with e.block(f"if {found}:"):
        groups_of(e, found, parts, kinds)
        e.moved(f"{found}.end()")
    e.off, e.skipped = before, skipped
    e.fuses = False
    with e.block("else:"):
        for part, target in zip(parts, targets, strict=True):
            one = e.value(part.node, wanted=part.wanted)
            if movable(target):
                e.line(f"{target} = {one}")
        e.settle()
    e.fuses = True
    e.skipped.clear() if any(part.node.facts.nullable is False for part in parts) else None


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
