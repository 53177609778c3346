"""Objects with named fields, one field after the other."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast, get_origin

import attrs

from ..core._building import NOTHING, builder
from ..core._errors import BuildError, ParseError, UsageError
from ..core._facts import Facts, sequence
from ..core._parser import Parser
from ..core._run import Run
from ..core._steps import Steps, current
from ..core._trying import Mark
from ._calling import answered, called, parser_from, text_of
from ._checks import described, parser_of
from ._fields import Field, fields_of, may_refuse
from ._values import success

__all__ = ["Record", "record"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
#: The fields so far, by name.
Known = dict[str, object]
#: Where each of them began and ended.
Spans = list[tuple[int, int]]
#: For each step its name, its parser if that is known, and the field.
Planned = tuple[str, Parser[Any] | None, Field]
#: The parser of a field that is not there.
ABSENT = success(None)


class View:
    """Show a record that is being parsed: the fields so far, and what its class makes of them."""

    __slots__ = ("__known", "__record")

    def __init__(self, record: Record[Any], known: Known) -> None:
        self.__record = record
        self.__known = known

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever a field is
        if name in self.__known:
            return self.__known[name]
        cls = self.__record.cls
        if any(one.name == name for one in self.__record.fields):
            raise UsageError(
                f"{cls.__name__}.{name} is not known yet: a field can depend on those before it"
            )
        found: Any = inspect.getattr_static(cls, name)
        return found.__get__(self, cls) if hasattr(found, "__get__") else found


def _fields(parser: Record[Any]) -> tuple[Field, ...]:
    return fields_of(parser.cls)


def _plan(parser: Record[Any]) -> tuple[Planned, ...]:
    return tuple((one.name, None if one.when else one.parser, one) for one in parser.fields)


def _arguments(parser: Record[Any]) -> tuple[tuple[str, str], ...]:
    return tuple((one.argument, one.name) for one in parser.fields if one.argued)


def _compared(parser: Record[Any]) -> tuple[tuple[int, Field], ...]:
    some = enumerate(parser.fields)
    return tuple((at, one) for at, one in some if one.computed and not one.constant)


def derived(make: Callable[[Any], Any]) -> Any:  # noqa: ANN401  # as `attrs.field`
    """Make an attribute that *make* computes of the object."""
    return attrs.field(init=False, eq=False, default=attrs.Factory(make, takes_self=True))


@attrs.frozen(repr=False)
class Record(Parser[T_co]):
    """See `record`."""

    cls: type[T_co]
    fields: tuple[Field, ...] = derived(_fields)
    # For speed: the fields whose parser is known, and the names of the arguments.
    _plan: tuple[Planned, ...] = derived(_plan)
    _arguments: tuple[tuple[str, str], ...] = derived(_arguments)
    # What is compared when all of it is there: which fields, and where they are among all.
    _compared: tuple[tuple[int, Field], ...] = derived(_compared)
    # Whether it can turn out to be wrong then.
    _keeps: bool = derived(lambda parser: bool(parser._compared) or may_refuse(parser.cls))

    def __repr__(self) -> str:
        return f"record({self.cls.__qualname__.rpartition('<locals>.')[2]})"

    def __reduce__(self) -> tuple[object, ...]:
        return record, (self.cls,)

    def children(self) -> tuple[Parser[object], ...]:
        return tuple(one.parser for _, _, one in self._plan if one.parser is not None)

    def heads(self) -> tuple[Parser[object], ...]:
        found: list[Parser[object]] = []
        for _, parser, one in self._plan:
            found += [] if one.parser is None else [one.parser]
            if parser is not None and not parser.facts.nullable:
                break
        return tuple(found)

    def _parse(self) -> Steps[T_co]:
        run, known = current(), Known()
        mark, spans, here = run.mark(keeps=True) if self._keeps else None, Spans(), 0
        path, depth = run.path, len(run.path)
        path.append("")
        try:
            for name, parser, one in self._plan:
                path[depth] = name
                chosen = self._chosen(one, known) if parser is None else parser
                if mark is not None:
                    here = run.input.position
                known[name] = yield from chosen._parse()
                if mark is not None:
                    spans.append((here, run.input.position))
            path.pop()
            return self._made(known) if mark is None else self._checked(run, mark, known, spans)
        except ParseError as error:
            run.place(error)  # while the path is still here
            raise
        finally:
            del path[depth:]
            if mark is not None:
                run.release(mark)

    def _chosen(self, one: Field, known: Known) -> Parser[object]:
        """Return the parser of a field that depends on those before it."""
        view = View(self, known)
        if one.when is not None and not called(one.when, view):
            return ABSENT
        return parser_from(one.make, view) if one.parser is None else one.parser

    def _made(self, known: Known) -> T_co:
        return called(self.cls, **{argument: known[name] for argument, name in self._arguments})

    def _checked(self, run: Run, mark: Mark, known: Known, spans: Spans) -> T_co:
        """Make the object, which may refuse what it is given, and compare what is computed."""
        run.check_held(mark)
        try:
            value = self._made(known)
        except ParseError:
            raise
        except ValueError as error:
            reason = text_of(error) or "a value that fits"
        else:
            self._compare(run, value, known, spans)
            return value
        raise run.unfit(mark, reason)

    def _compare(self, run: Run, value: object, known: Known, spans: Spans) -> None:
        for at, one in self._compared:
            expected = called(getattr, value, one.name)
            if expected != known[one.name]:
                raise self._wrong(run, one.name, spans[at], expected)

    def _wrong(self, run: Run, name: str, span: tuple[int, int], expected: object) -> ParseError:
        """Return the error for a field that is not what was computed."""
        read_to, (start, end) = run.input.position, span
        run.path.append(name)
        run.input.move_to(end)
        error = run.unfit(Mark(start, fixed=False, keeps=True), "", phrase(expected))
        error._read_to = read_to
        return error

    def _build(self, value: object) -> Steps[None]:
        self._check_class(value)
        place = builder().place_of_value
        for one in self.fields:
            place.append(one.name)
            parser, part = part_of_nothing(one) if value is NOTHING else part_of(one, value)
            if parser is not None:
                yield from parser._build(part)
            place.pop()  # not after an error, which happened here

    def _check_class(self, value: object) -> None:
        if value is not NOTHING and type(value) is not self.cls:
            raise BuildError(f"expected a {self.cls.__name__}, not {described(value)}")

    def _facts(self) -> Facts:
        return self._as_object(sequence(one.facts for one in self.fields))

    def _as_object(self, facts: Facts) -> Facts:
        """Return the facts of an object that is made of what has these."""
        if not may_refuse(self.cls):
            return facts
        # What it is given may become something else.
        buildable = False if facts.buildable is False else None
        nullable = False if facts.nullable is False else None
        return attrs.evolve(
            facts, unambiguous=None, canonical=None, buildable=buildable, nullable=nullable
        )


def part_of(one: Field, whole: object) -> tuple[Parser[object] | None, object]:
    """Return how to build a field, None where it is not there, and its value."""
    part = answered(getattr, whole, one.name)
    if one.when is None or answered(one.when, whole):
        return parser_of(answered(one.make, whole)) if one.parser is None else one.parser, part
    if part is not None:
        raise BuildError(f"expected None where it is not there, not {described(part)}")
    return None, None


def part_of_nothing(one: Field) -> tuple[Parser[object], object]:
    """Return how to build a field where there is no record."""
    if one.parser is None or one.when or one.computed:
        raise BuildError("cannot be built from nothing")
    return one.parser, NOTHING


def phrase(value: object) -> str | bytes:
    """Say which value was expected."""
    return value if isinstance(value, bytes) else described(value)


def record(cls: type[T], /) -> Parser[T]:
    """Parse the fields of *cls* one after the other, and give the object.

    Waits and fails as its fields do; in errors a field's name is in the path.
    A `ValueError` out of the class (a validator's, or that of
    ``__attrs_post_init__``) is a mismatch at the record's first byte; what
    else it raises goes to the embedder unchanged. Where it may refuse its
    arguments, or a field is computed, the record's bytes are kept until it is
    whole: at most ``max_buffered``. Fields of bits that stand together are
    taken together, and fail as in `bits`.

    Its inverse builds the fields of an object of exactly this class; errors
    name the field. What the functions of a field raise is a `BuildError` then.

    Args:

        cls: A class of `wire`, or an attrs class all of whose arguments were
            made by `field` (type checkers know less of these). What a generic
            one is of, as in ``record(Pair[int])``, is for type checkers alone.

    Raises:
        UsageError: *cls* is no such class.

    Also known as: ``Struct`` (Construct), ``seq!`` (winnow), ``.as[Case]``
    (scodec), ``derive(BinRead, BinWrite)`` (binrw).

    Example:
        >>> from ohneio import field, length_prefixed, record, uint8, wire
        >>> @wire
        ... class Greeting:
        ...     version: int = field(uint8)
        ...     name: bytes = field(length_prefixed(uint8))
        >>> record(Greeting).parse(b"\\1\\3Bob")
        Greeting(version=1, name=b'Bob')
        >>> record(Greeting).build(Greeting(1, b"Bob"))
        b'\\x01\\x03Bob'
    """
    from ._packets import Packet, is_packet

    kind = cast("type[T]", get_origin(cls) or cls)
    return Packet(kind) if is_packet(fields_of(kind)) else Record(kind)
