"""Objects with named fields, one field after the other."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

import attrs

from ..core._building import NOTHING, builder
from ..core._errors import BuildError, ParseError, UsageError
from ..core._facts import Facts, sequence
from ..core._parser import Parser
from ..core._run import Mark, Run
from ..core._steps import Steps, current
from ._checks import described, parser_of
from ._fields import Field, Function, fields_of, may_refuse
from ._transform import called, parser_from

__all__ = ["Record", "record"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
#: The fields so far, by name.
Known = dict[str, object]


class View:
    """Show a record that is being parsed: the fields so far, and what its class makes of them."""

    __slots__ = ("__cls", "__known", "__names")

    def __init__(self, cls: type, names: frozenset[str], known: Known) -> None:
        self.__cls = cls
        self.__names = names
        self.__known = known

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever a field is
        if name in self.__known:
            return self.__known[name]
        cls = self.__cls
        if name in self.__names:
            raise UsageError(
                f"{cls.__name__}.{name} is not known yet: a field can depend on those before it"
            )
        found: Any = inspect.getattr_static(cls, name)
        return found.__get__(self, cls) if hasattr(found, "__get__") else found


def _fields(parser: Record[Any]) -> tuple[Field, ...]:
    return fields_of(parser.cls)


def _names(parser: Record[Any]) -> frozenset[str]:
    return frozenset(one.name for one in parser._fields)


def _keeps(parser: Record[Any]) -> bool:
    return may_refuse(parser.cls) or any(one.computed for one in parser._fields)


@attrs.frozen(repr=False)
class Record(Parser[T_co]):
    """See `record`."""

    cls: type[T_co]
    _fields: tuple[Field, ...] = attrs.field(
        init=False, eq=False, default=attrs.Factory(_fields, takes_self=True)
    )
    _names: frozenset[str] = attrs.field(
        init=False, eq=False, default=attrs.Factory(_names, takes_self=True)
    )
    # Whether it can turn out to be wrong when all of it is there.
    _keeps: bool = attrs.field(init=False, eq=False, default=attrs.Factory(_keeps, takes_self=True))

    def __repr__(self) -> str:
        return f"record({self.cls.__qualname__.rpartition('<locals>.')[2]})"

    def __reduce__(self) -> tuple[object, ...]:
        return record, (self.cls,)

    def children(self) -> tuple[Parser[object], ...]:
        return tuple(one.parser for one in self._fields if one.parser is not None)

    def _parse(self) -> Steps[T_co]:
        run, known = current(), Known()
        mark = run.mark(keeps=True) if self._keeps else None
        view, ends = View(self.cls, self._names, known), [run.input.position]
        path, depth = run.path, len(run.path)
        try:
            for one in self._fields:
                path.append(one.name)
                parser = one.parser if one.plain else _asked(one, view)
                known[one.name] = None if parser is None else (yield from parser._parse())
                ends.append(run.input.position)
                path.pop()
            return self._made(known) if mark is None else self._checked(run, mark, known, ends)
        except ParseError as error:
            run.place(error)  # while the path is still here
            raise
        finally:
            del path[depth:]
            if mark is not None:
                run.release(mark)

    def _made(self, known: Known) -> T_co:
        arguments = {one.argument: known[one.name] for one in self._fields if not one.computed}
        return called(self.cls, **arguments)

    def _checked(self, run: Run, mark: Mark, known: Known, ends: list[int]) -> T_co:
        """Make the object, which may refuse what it is given, and compare what is computed."""
        run.check_held(mark)
        try:
            value = self._made(known)
        except ParseError:
            raise
        except ValueError as error:
            reason = str(error) or "a value that fits"
        else:
            self._compare(run, value, known, ends)
            return value
        raise run.unfit(mark, reason)

    def _compare(self, run: Run, value: object, known: Known, ends: list[int]) -> None:
        for one, start, end in zip(self._fields, ends, ends[1:], strict=False):
            if one.computed:
                expected = called(getattr, value, one.name)
                if expected != known[one.name]:
                    run.path.append(one.name)
                    run.input.move_to(end)
                    raise run.unfit(Mark(start, fixed=False, keeps=True), "", phrase(expected))

    def _build(self, value: object) -> Steps[None]:
        if value is not NOTHING and type(value) is not self.cls:
            raise BuildError(f"expected a {self.cls.__name__}, not {described(value)}")
        place = builder().place_of_value
        for one in self._fields:
            place.append(one.name)
            parser, part = _nothing(one) if value is NOTHING else _part(one, value)
            if parser is not None:
                yield from parser._build(part)
            place.pop()  # not after an error, which happened here

    def _facts(self) -> Facts:
        facts = sequence(one.facts for one in self._fields)
        if may_refuse(self.cls):
            # What it is given may become something else.
            return attrs.evolve(facts, unambiguous=None, canonical=None)
        return facts


def _asked(one: Field, view: View) -> Parser[object] | None:
    """Return the parser of a field, or None where it is not there."""
    if one.when is not None and not called(one.when, view):
        return None
    return one.parser or parser_from(cast("Function", one.make), view)


def _part(one: Field, whole: object) -> tuple[Parser[object] | None, object]:
    """Return how to build a field, None where it is not there, and its value."""
    part = _answer(getattr, whole, one.name)
    if one.when is None or _answer(one.when, whole):
        return one.parser or parser_of(_answer(cast("Function", one.make), whole)), part
    if part is not None:
        raise BuildError(f"expected None where it is not there, not {described(part)}")
    return None, None


def _nothing(one: Field) -> tuple[Parser[object], object]:
    """Return how to build a field where there is no record."""
    if one.parser is None or one.when or one.computed:
        raise BuildError("cannot be built from nothing")
    return one.parser, NOTHING


def _answer(function: Callable[..., Any], *args: object) -> Any:  # noqa: ANN401  # whatever it returns
    """Ask a user's function about a value to build: what it cannot take does not fit."""
    try:
        return function(*args)
    except BuildError:
        raise
    except Exception as error:
        raise BuildError(f"{type(error).__name__}: {error}") from error


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
    whole: at most ``max_buffered``.

    Its inverse builds the fields of an object of exactly this class; errors
    name the field. What the functions of a field raise is a `BuildError` then.

    Args:

        cls: A class of `wire`, or an attrs class all of whose arguments were
            made by `field` (type checkers know less of these).

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
    return Record(cls)
