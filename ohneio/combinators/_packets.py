"""Records some of whose fields share bytes, lie in a frame or are judged as they come.

A step of these takes a field, or all that share some bytes: fields of bits.  What
stands behind the size of a frame is a step of its own, which takes the rest of the
same record from that frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import attrs

from ..core._building import NOTHING, apart, builder, put
from ..core._errors import BuildError, ParseError
from ..core._facts import Facts, sequence
from ..core._frames import framed
from ..core._parser import Parser
from ..core._run import Run
from ..core._steps import Steps, current
from ..core._trying import Mark
from ._bit import Always, Bit, Kind
from ._calling import answered, called, name_of
from ._checks import described, parser_of
from ._fields import Field
from ._framing import announce, announced, as_frame
from ._packing import Packed, Packing, packed, size_of_packed
from ._records import ABSENT, Known, Planned, Record, Spans, View, derived, part_of, part_of_nothing

__all__ = ["Group", "Packet", "is_packet"]

T_co = TypeVar("T_co", covariant=True)


def is_packet(fields: Iterable[Field]) -> bool:
    """Tell whether a record of these fields is more than one field behind the other."""
    return any(one.frames or one.verify or isinstance(one.parser, Bit) for one in fields)


def _packed(group: Group) -> tuple[Packed, ...]:
    return packed(group.cls, group.members)


def _kinds(group: Group) -> tuple[tuple[str, Kind, int, int], ...]:
    return tuple((one.name, one.kind, one.shift, one.mask) for one in group.fields)


@attrs.frozen(repr=False)
class Group(Packing[Known]):
    """Take the bytes that some fields of a record share, and give their values by name."""

    cls: type
    members: tuple[Field, ...]
    fields: tuple[Packed, ...] = derived(_packed)
    _size: int = derived(size_of_packed)
    _kinds: tuple[tuple[str, Kind, int, int], ...] = derived(_kinds)

    def __repr__(self) -> str:
        return ", ".join(repr(one.parser) for one in self.members)

    def _made(self, number: int) -> Known:
        return {name: kind(number >> shift & mask) for name, kind, shift, mask in self._kinds}

    def _blame(self, run: Run, one: Packed, there: int) -> ParseError:
        run.path[-1] = one.name  # the record put the first one's there
        return run.mismatch(one.phrase, found=there)

    def _build(self, value: object) -> Steps[None]:
        return self._put(self._constants() if value is NOTHING else value)

    def _constants(self) -> object:
        if not all(one.constant for one in self.members):
            raise BuildError("cannot be built from nothing")
        return SimpleNamespace(**{one.name: cast("Always", one.kind).number for one in self.fields})

    def _facts(self) -> Facts:
        silent = all(one.constant for one in self.members)
        return attrs.evolve(super()._facts(), silent=silent, constant=silent or None)


def _steps(record: Record[Any]) -> tuple[Planned, ...]:
    return tuple((one.name, None if one.when else one.parser, one) for one in _shared(record))


def _shared(record: Record[Any]) -> Iterator[Field]:
    """Yield the fields, one for those that share bytes."""
    for together, some in groupby(record.fields, lambda one: isinstance(one.parser, Bit)):
        if together:
            members = tuple(some)
            group = Group(record.cls, members)
            yield Field(group, lambda _, group=group: group, name=members[0].name)  # type: ignore[misc]
        else:
            yield from some


def members(one: Field) -> tuple[Field, ...]:
    """Return the fields that a step takes."""
    return one.parser.members if isinstance(one.parser, Group) else (one,)


@attrs.frozen
class Taken:
    """Hold what was taken of a packet so far.

    Attributes:
        depth: Where in the path the names of its fields are.
        known: The fields by name.
        spans: Where each began and ended, in order.
    """

    depth: int
    known: Known = attrs.field(factory=Known)
    spans: Spans = attrs.field(factory=Spans)

    def add(self, one: Field, value: object, span: tuple[int, int]) -> None:
        """Add what a step has given."""
        if isinstance(one.parser, Group):
            self.known.update(cast("Known", value))
        else:
            self.known[one.name] = value
        self.spans.extend(span for _ in members(one))


@attrs.frozen(repr=False)
class Packet(Record[T_co]):
    """See `record`."""

    _plan: tuple[Planned, ...] = derived(_steps)

    def _parse(self) -> Steps[T_co]:
        run = current()
        mark, path = run.mark(keeps=True) if self._keeps else None, run.path
        taken = Taken(len(path))
        path.append("")
        try:
            yield from self._taken(0, taken)
            path.pop()
            if mark is None:
                return self._made(taken.known)
            return self._checked(run, mark, taken.known, taken.spans)
        except ParseError as error:
            run.place(error)  # while the path is still here
            raise
        finally:
            del path[taken.depth :]
            if mark is not None:
                run.release(mark)

    def _taken(self, at: int, taken: Taken) -> Steps[None]:
        """Take the fields from the step *at* which on."""
        run = current()
        for name, parser, one in self._plan[at:]:
            at += 1
            run.path[taken.depth] = name
            chosen = self._chosen(one, taken.known) if parser is None else parser
            if one.frames:
                yield from self._framed(at, cast("Parser[int]", chosen), taken)
                return
            yield from self._judged(run, one, chosen, taken)

    def _framed(self, at: int, length: Parser[int], taken: Taken) -> Steps[None]:
        size = yield from announced(length)
        taken.spans.append((0, 0))  # nobody compares it
        yield from framed(Behind(self, at, taken), size)

    def _judged(self, run: Run, one: Field, chosen: Parser[object], taken: Taken) -> Steps[None]:
        """Take what one step takes, and ask what must hold of it."""
        judges = [each for each in members(one) if each.verify and chosen is not ABSENT]
        mark, here = run.mark(keeps=True) if judges else None, run.input.position
        try:
            value = yield from chosen._parse()
            taken.add(one, value, (here, run.input.position))
            if mark is not None:
                self._verdicts(run, mark, taken.known, judges)
        finally:
            if mark is not None:
                run.release(mark)

    def _verdicts(self, run: Run, mark: Mark, known: Known, judges: Iterable[Field]) -> None:
        """Ask what must hold of the fields so far, the last of which began at *mark*."""
        run.check_held(mark)
        view = View(self, known)
        for each in judges:
            if not called(each.verify, view):  # type: ignore[arg-type]
                run.path[-1] = each.name
                raise run.unfit(mark, "", expected(each))

    def _build(self, value: object) -> Steps[None]:
        self._check_class(value)
        return self._put(0, value)

    def _put(self, at: int, value: object) -> Steps[None]:
        """Build the fields from the step *at* which on."""
        for _, _, one in self._plan[at:]:
            at += 1
            if one.frames:
                yield from self._put_framed(at, one, value)
                return
            yield from self._put_step(one, value)
            if value is not NOTHING:
                self._judge(one, value)

    def _put_framed(self, at: int, one: Field, value: object) -> Steps[None]:
        body = yield from apart(Behind(self, at), value)
        place = builder().place_of_value
        place.append(one.name)
        length: Parser[int] = parser_of(answered(one.make, value))
        yield from announce(length, len(body), "bytes")
        place.pop()
        yield from put(body)

    def _put_step(self, one: Field, value: object) -> Steps[None]:
        if isinstance(one.parser, Group):  # which says by itself which one it is
            yield from one.parser._build(value)
            return
        place = builder().place_of_value
        place.append(one.name)
        parser, part = part_of_nothing(one) if value is NOTHING else part_of(one, value)
        if parser is not None:
            yield from parser._build(part)
        place.pop()  # not after an error, which happened here

    def _judge(self, one: Field, value: object) -> None:
        place = builder().place_of_value
        for each in members(one):
            if each.verify and (each.when is None or answered(each.when, value)):
                place.append(each.name)
                if not answered(each.verify, value):
                    part = described(answered(getattr, value, each.name))
                    raise BuildError(f"expected {expected(each)}, not {part}")
                place.pop()

    def _facts(self) -> Facts:
        return self._as_object(self._facts_from(0))

    def _facts_from(self, at: int) -> Facts:
        parts: list[Facts] = []
        for _, _, one in self._plan[at:]:
            at += 1
            if one.frames:
                body = as_frame(self._facts_from(at))
                # The size is computed, when the body builds from nothing as well.
                parts.append(attrs.evolve(sequence([one.facts, body]), silent=body.silent))
                break
            parts.append(self._facts_of(one))
        return sequence(parts)

    def _facts_of(self, one: Field) -> Facts:
        judged = any(each.verify for each in members(one))
        return attrs.evolve(one.facts, silent=False, constant=None) if judged else one.facts


@attrs.frozen
class Behind:
    """Stand for the fields of a packet from a step on."""

    packet: Packet[Any]
    at: int
    taken: Taken | None = None

    def _parse(self) -> Steps[None]:
        return self.packet._taken(self.at, cast("Taken", self.taken))

    def _build(self, value: object) -> Steps[None]:
        return self.packet._put(self.at, value)


def expected(one: Field) -> str:
    """Say what a field's `verify` expects."""
    return one.expected or f"a value that passes {name_of(one.verify)}"
