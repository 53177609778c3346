"""What the fields of a class are on the wire.

A class keeps it with its fields, where attrs has room for it, so that any attrs
class can be parsed.  `wire` does a little more: what is computed is no field of
its classes, but a property.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar, cast, dataclass_transform, overload

import attrs

from ..core._errors import UsageError
from ..core._facts import UNKNOWN, Facts, alternatives, sequence
from ..core._parser import Parser
from ._bit import Always, Bit, bit

__all__ = ["Field", "field", "fields_of", "may_refuse", "wire"]

T = TypeVar("T")
Function = Callable[[Any], Any]

#: Where attrs keeps what `field` was given, and a class of `wire` all its fields.
KEY = "ohneio"
FIELDS = "__ohneio_fields__"


@attrs.frozen
class Field:
    """Say how one field of a record is parsed and built.

    Attributes:
        parser: Its parser, or None where that depends on the fields before.
        make: The function that makes it.
        computed: What its value is computed with; it is no argument of the class.
        when: What says whether it is there at all.
        verify: What judges it, together with the fields before.
        expected: What a verdict against it says.
        frames: Whether it is the size of all that stands behind it.
        name: What it is called.
        argument: What the class calls it.
    """

    parser: Parser[Any] | None
    make: Function
    computed: Function | None = None
    when: Function | None = None
    verify: Function | None = None
    expected: str = ""
    frames: bool = False
    name: str = ""
    argument: str = ""

    @property
    def constant(self) -> bool:
        """Whether its parser knows the only value that it may have."""
        return isinstance(self.parser, Bit) and isinstance(self.parser.kind, Always)

    @property
    def argued(self) -> bool:
        """Whether it is an argument of the class."""
        return self.computed is None and not self.frames

    @property
    def facts(self) -> Facts:
        """What is known of it."""
        facts = UNKNOWN if self.parser is None else self.parser.facts
        if self.when is not None:
            facts = _maybe(facts)
        if self.verify is not None:
            facts = attrs.evolve(facts, nullable=facts.nullable and None)
        alone = self.parser is not None and self.when is None and self.computed is None
        alone = alone and self.verify is None
        return facts if alone else attrs.evolve(facts, silent=False)


def _maybe(facts: Facts) -> Facts:
    """Return the facts of what may be off."""
    return attrs.evolve(
        alternatives([facts, sequence([])]),
        nullable=None,
        # Both ways decide by the same function, and not by what stands behind.
        more=facts.more,
        unambiguous=facts.unambiguous,
        canonical=facts.canonical,
    )


@overload
def field(
    parser: Parser[T] | Callable[[Any], Parser[T]],
    *,
    computed: Callable[[Any], T],
    verify: Callable[[Any], object] | None = None,
    expected: str = "",
    init: Literal[False] = False,
) -> T: ...
@overload
def field(
    parser: Parser[T] | Callable[[Any], Parser[T]],
    *,
    computed: Callable[[Any], T],
    when: Callable[[Any], object],
    verify: Callable[[Any], object] | None = None,
    expected: str = "",
    init: Literal[False] = False,
) -> T | None: ...
@overload
def field(
    parser: Parser[int] | Callable[[Any], Parser[int]],
    *,
    frames: Literal[True],
    init: Literal[False] = False,
) -> int: ...
@overload
def field(
    parser: Parser[T] | Callable[[Any], Parser[T]],
    *,
    when: Callable[[Any], object],
    default: T | None = ...,
    kw_only: bool = False,
    verify: Callable[[Any], object] | None = None,
    expected: str = "",
) -> T | None: ...
@overload
def field(
    parser: Parser[T] | Callable[[Any], Parser[T]],
    *,
    default: T = ...,
    kw_only: bool = False,
    verify: Callable[[Any], object] | None = None,
    expected: str = "",
) -> T: ...
@overload
def field(
    parser: Parser[T] | Callable[[Any], Parser[T]],
    *,
    factory: Callable[[], T],
    kw_only: bool = False,
    verify: Callable[[Any], object] | None = None,
    expected: str = "",
) -> T: ...


def field(
    parser: Parser[Any] | Callable[[Any], Parser[Any]],
    *,
    computed: Function | None = None,
    when: Function | None = None,
    verify: Function | None = None,
    expected: str = "",
    frames: bool = False,
    init: bool = True,  # noqa: ARG001  # for type checkers alone
    default: object = attrs.NOTHING,
    factory: Callable[[], object] | None = None,
    kw_only: bool = False,
) -> Any:  # what type checkers take for the field's value is one for attrs first
    """Say how a field of a `wire` class, or of any attrs class, is parsed and built.

    Functions get the record: all of it when building, and when parsing a view
    of the fields so far, on which the class's own methods and properties work
    too. They must give the same for both.

    Args:

        parser: The field's parser, or a function that makes it from the fields
            before: ``lambda m: exactly(m.size)``. A size below 0 is a mismatch.

        computed: What the value is computed with, from any of the fields. It
            is no argument of the class, but a property of its objects. When
            parsing, another value is a mismatch at the field's first byte,
            found when all fields are there. Wants a `wire` class.

        when: Whether the field is there: where this is false the value is None
            and takes no bytes.

        verify: What must hold of the fields so far, this one included; asked
            as soon as it is there. Else it is a mismatch at its first byte, and
            when building a `BuildError`.

        expected: What *verify* says that it expected.

        frames: Whether this is the size of all the fields behind it, which are
            then parsed as in `length_prefixed`, one after the other. It is no
            argument and no attribute: when building it is what they take.

        default: The argument's default.

        factory: What makes a new default each time.

        kw_only: Whether the argument must be given by name.

        init: For type checkers alone.

    Raises:
        UsageError: *parser* is neither, a field that is no argument has a
            default, or the size of a frame is computed or may be off.

    Also known as: ``Rebuild``, ``If`` (Construct), ``consume`` (scodec),
    ``#[bw(calc)]``, ``#[br(if)]`` (binrw).

    Example:
        >>> from ohneio import exactly, field, record, uint8, wire
        >>> @wire
        ... class Text:
        ...     size: int = field(uint8, computed=lambda m: len(m.data))
        ...     data: bytes = field(lambda m: exactly(m.size))
        >>> record(Text).build(Text(b"abc"))
        b'\\x03abc'
        >>> record(Text).parse(b"\\x03abc")
        Text(data=b'abc')
    """
    made = attrs.evolve(_planned(parser), computed=computed, when=when, frames=frames)
    made = attrs.evolve(made, verify=verify, expected=expected)
    given = {"default": default, "factory": factory, "kw_only": kw_only}
    if made.argued:
        return attrs.field(metadata={KEY: made}, **cast("dict[str, Any]", given))
    if default is not attrs.NOTHING or factory is not None or kw_only:
        raise UsageError("a computed field is no argument: it has no default and no place")
    if frames and (computed or when or verify):
        raise UsageError("the size of a frame is nothing else: not computed, off or verified")
    return attrs.field(metadata={KEY: made}, init=False, repr=False, eq=False)


def _planned(parser: object) -> Field:
    if isinstance(parser, Parser):
        return Field(parser, _always(parser))  # pyright: ignore[reportUnknownArgumentType]
    if callable(parser):
        return Field(None, parser)
    raise UsageError(f"expected a parser or a function, not {type(parser).__name__}")


def _always(parser: Parser[Any]) -> Function:
    return lambda _: parser


@dataclass_transform(field_specifiers=(field, bit), frozen_default=True)
def wire(cls: type[T], /) -> type[T]:
    """Make a frozen attrs class of *cls*, each of whose fields is on the wire.

    The fields stand on the wire in the order in which they are written, those
    of a base class first. `record` gives the parser. The class may have methods
    and properties; ``__attrs_post_init__`` may raise `ValueError`.

    Raises:
        UsageError: A field has no parser: see `field`.

    Example:
        >>> from ohneio import field, record, uint16, wire
        >>> @wire
        ... class Point:
        ...     x: int = field(uint16)
        ...     y: int = field(uint16, default=0)
        >>> record(Point).parse(b"\\0\\1\\0\\2")
        Point(x=1, y=2)
    """
    seen: list[attrs.Attribute[Any]] = []

    def take(_: type, attributes: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
        seen.extend(attributes)
        return [one for one in attributes if _argued(one)]

    made = attrs.frozen(cls, field_transformer=take)
    fields = _merged(made, seen)
    setattr(made, FIELDS, fields)
    for one in fields:
        if one.computed:
            setattr(made, one.name, property(_getter(one.computed, one.when)))
        elif one.frames and one.name in vars(made):
            delattr(made, one.name)
    return made


def _merged(kind: type, attributes: Iterable[attrs.Attribute[Any]]) -> tuple[Field, ...]:
    """Return the fields of *kind*: those of its bases, then those of *attributes* that are new."""
    new = {one.name for one in attributes if not cast("Any", one).inherited}
    known: tuple[Field, ...] = getattr(kind, FIELDS, ())
    kept = [one for one in known if one.name not in new]
    names = {one.name for one in kept}
    return (
        *kept,
        *(
            _named(kind, one)
            for one in attributes
            if one.name not in names and (one.init or KEY in one.metadata)
        ),
    )


def _argued(attribute: attrs.Attribute[Any]) -> bool:
    made: Field | None = attribute.metadata.get(KEY)
    return made is None or made.argued


def _named(kind: type, attribute: attrs.Attribute[Any]) -> Field:
    """Return what `field` was given, with the names."""
    made: Field | None = attribute.metadata.get(KEY)
    if made is None:
        raise UsageError(f"{kind.__name__}.{attribute.name} has no parser: use field(...)")
    # Before 26.1 attrs names the argument only after this.
    argument = attribute.alias or attribute.name.lstrip("_")
    return attrs.evolve(made, name=attribute.name, argument=argument)


def _getter(computed: Function, when: Function | None) -> Function:
    return lambda whole: computed(whole) if when is None or when(whole) else None


def fields_of(kind: type) -> tuple[Field, ...]:
    """Return the fields of a record, in order."""
    if (known := vars(kind).get(FIELDS)) is not None:
        return cast("tuple[Field, ...]", known)
    if not attrs.has(kind):
        raise UsageError(f"record() wants a class of @wire or attrs, not {kind.__name__}")
    attributes: tuple[attrs.Attribute[Any], ...] = attrs.fields(kind)
    for one in attributes:
        if not _argued(one):
            raise UsageError(f"{kind.__name__}.{one.name} is computed: that wants @wire")
    return _merged(kind, attributes)


def may_refuse(kind: type) -> bool:
    """Tell whether making an object of *kind* may refuse or change its arguments."""
    hooks = ("__attrs_post_init__", "__attrs_pre_init__", "__attrs_init__")
    return any(hasattr(kind, one) for one in hooks) or any(
        one.validator is not None or one.converter is not None for one in attrs.fields(kind)
    )
