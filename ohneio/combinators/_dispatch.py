"""One branch of many, by a tag in front."""

from __future__ import annotations

import enum
from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar, overload

import attrs

from ..core._alternatives import try_build
from ..core._building import NOTHING, build, from_nothing
from ..core._errors import BuildError, ParseError, UsageError, one_of, show
from ..core._facts import Facts, Set, alternatives, both, dropped, sequence, union
from ..core._limits import DEFAULT_LIMITS
from ..core._parser import Parser
from ..core._run import Run
from ..core._steps import Steps, current
from ..core._trying import Mark
from ._bits import Bits
from ._calling import answered, name_of
from ._checks import described, parser_of
from ._checksums import Checksummed
from ._choice import deepest
from ._classes import OneOf
from ._example import Example
from ._framing import Delimited, LengthPrefixed, Sized
from ._looking import Lookahead
from ._notes import Label
from ._numbers import Number
from ._records import Record
from ._sequence import Before, Then
from ._transform import Verify

__all__ = ["Dispatch", "dispatch"]

K = TypeVar("K", bound=Hashable)
L = TypeVar("L")
T = TypeVar("T")
U = TypeVar("U")
T_co = TypeVar("T_co", covariant=True)
Branches = tuple[tuple[Hashable, Parser[Any]], ...]

#: Most tags that an error lists.
LISTED = 12


@attrs.frozen
class Tagged:
    """A branch with its tag: what building tries."""

    tag: Parser[Any]
    value: object
    parser: Parser[Any]

    def _build(self, value: object) -> Steps[None]:
        lost = self.value is NOTHING
        yield from from_nothing(self.tag) if lost else self.tag._build(self.value)
        yield from self.parser._build(value)


def _table(parser: Dispatch[Any]) -> dict[Hashable, Parser[Any]]:
    return dict(parser.branches)


@attrs.frozen(repr=False)
class Dispatch(Parser[T_co]):
    """See `dispatch`."""

    tag: Parser[Any]
    branches: Branches
    default: Parser[T_co] | None = None
    key: Callable[[Any], Any] | None = None
    _table: dict[Hashable, Parser[T_co]] = attrs.field(
        init=False, eq=False, default=attrs.Factory(_table, takes_self=True)
    )

    def __repr__(self) -> str:
        branches = ", ".join(f"{named(tag)}: {one!r}" for tag, one in self.branches)
        default = "" if self.default is None else f", default={self.default!r}"
        key = "" if self.key is None else f", key={name_of(self.key)}"
        return f"dispatch({self.tag!r}, {{{branches}}}{default}{key})"

    def children(self) -> tuple[Parser[object], ...]:
        last = () if self.default is None else (self.default,)
        return (self.tag, *(branch for _, branch in self.branches), *last)

    def heads(self) -> tuple[Parser[object], ...]:
        return (self.tag,) if self.tag.facts.nullable is False else self.children()

    def _parse(self) -> Steps[T_co]:
        tag = yield from self._tagged_by()
        return (yield from self._chosen(tag)._parse())

    def _tagged_by(self) -> Steps[object]:
        """Parse the tag, one that has a branch."""
        run = current()
        mark = run.mark(keeps=True)
        try:
            tag = yield from self.tag._parse()
            run.check_held(mark)
            if not self._knows(tag):
                raise self._unknown(run, mark)
            return tag
        finally:
            run.release(mark)

    def _chosen(self, tag: object) -> Parser[T_co]:
        return self._table[tag] if self.default is None else self._table.get(tag, self.default)

    def _knows(self, tag: object) -> bool:
        try:
            return tag in self._table or self.default is not None
        except TypeError:
            kind = type(tag).__name__
        raise UsageError(f"{self.tag!r} gives {kind}, which is no tag: it cannot be looked up")

    def _unknown(self, run: Run, mark: Mark) -> ParseError:
        if isinstance(self.tag, Lookahead):
            return run.mismatch(*self._known_tags(), found=self.tag.parser.facts.least)
        error = run.unfit(mark, "", *self._known_tags())
        error._read_to = mark.position  # as a token: it got no further than another one here
        return error

    def _known_tags(self) -> tuple[str | bytes, ...]:
        shown = [phrase(tag) for tag, _ in self.branches[:LISTED]]
        others = len(self.branches) - len(shown)
        return (*shown, f"one of {others} others") if others else tuple(shown)

    def _build(self, value: object) -> Steps[None]:
        candidates = self._candidates(value)
        if len(candidates) == 1:
            yield from candidates[0]._build(value)
            return
        reasons: list[BuildError] = []
        for one in candidates:
            reason = yield from try_build(one, value)
            if reason is None:
                return
            reasons.append(reason)
        # A new one: this frame, which its traceback will hold, names all of these.
        raise deepest(reasons)

    def _candidates(self, value: object) -> list[Tagged]:
        """Return the branches that may build *value*."""
        if value is NOTHING:
            return self._tagged()
        if self.key is not None:
            return [self._by_key(answered(self.key, value))]
        return of_its_class(self._tagged(), value)

    def _tagged(self) -> list[Tagged]:
        """Return all branches; nobody knows the tag of the last one, the default."""
        known = [Tagged(self.tag, tag, branch) for tag, branch in self.branches]
        return known if self.default is None else [*known, Tagged(self.tag, NOTHING, self.default)]

    def _by_key(self, tag: object) -> Tagged:
        branch = answered(self._table.get, tag, self.default)
        if branch is None:
            known = one_of(tuple(map(show, self._known_tags())))
            raise BuildError(f"expected a value whose tag is {known}, not {described(tag)}")
        return Tagged(self.tag, tag, branch)

    def _facts(self) -> Facts:
        # What is only looked at is built by the branch.
        tag = dropped(self.tag) if isinstance(self.tag, Lookahead) else self.tag.facts
        branches = [branch.facts for _, branch in self.branches]
        silent = [one.silent for one in branches]
        if self.default is not None:
            branches.append(self.default.facts)
            silent.append(both(tag.silent, self.default.facts.silent))
        whole = sequence([attrs.evolve(tag, first=self._first()), self._told_apart(branches)])
        some = next((one for one in silent if one is not False), False)
        return attrs.evolve(
            whole,
            # Of another parser who knows whether it can give all these tags.
            silent=some if not some or isinstance(self.tag, (Number, OneOf)) else None,
            # The tag of a default's value is lost.
            buildable=whole.buildable if self._knows_tags() or not whole.buildable else None,
        )

    def _told_apart(self, branches: list[Facts]) -> Facts:
        """Return what is known of the branches, which their tags tell apart."""
        classes = [class_of(branch) for _, branch in self.branches]
        alone = self.default is None and None not in classes and len({*classes}) == len(classes)
        return attrs.evolve(
            alternatives(branches),
            more=union(*(one.more for one in branches)),
            unambiguous=both(*(one.unambiguous for one in branches)),
            canonical=both(*(one.canonical for one in branches)) if alone else None,
        )

    def _knows_tags(self) -> bool:
        return self.default is None or self.key is not None or self.tag.facts.silent is True

    def _first(self) -> Set | None:
        if self.default is not None or not isinstance(self.tag, (Number, OneOf)):
            return self.tag.facts.first
        built = (bytes_of_tag(self.tag, tag) for tag, _ in self.branches)
        return frozenset(data[0] for data in built if data)


def bytes_of_tag(parser: Parser[Any], tag: object) -> bytes:
    """Return what a tag looks like; one that the parser cannot give looks like nothing."""
    try:
        return build(parser, tag, DEFAULT_LIMITS)  # asked once: no use of its own
    except BuildError:
        return b""


def of_its_class(branches: list[Tagged], value: object) -> list[Tagged]:
    """Return the branches of the class of *value*, or all whose class is not known."""
    classes = [class_of(one.parser) for one in branches]
    pairs = list(zip(classes, branches, strict=True))
    found = [one for cls, one in pairs if cls is type(value)]
    found = found or [one for cls, one in pairs if cls is None]
    if not found:
        names = tuple(dict.fromkeys(cls.__name__ for cls in classes if cls is not None))
        raise BuildError(f"expected {one_of(names[:LISTED])}, not {described(value)}")
    return found


def class_of(parser: Parser[Any]) -> type | None:
    """Return the class of all that *parser* gives, if it is a record's or that of `bits`."""
    match parser:
        case Record() | Bits():
            return parser.cls
        case Label() | Verify() | Example() | Sized() | Delimited() | Checksummed():
            return class_of(parser.parser)
        case LengthPrefixed():
            return class_of(parser.inner)
        case Then() | Before():
            return class_of(parser.kept)
        case _:
            return None


def named(tag: object) -> str:
    """Write a tag as it stands in a program."""
    if isinstance(tag, enum.Enum) and tag.name:
        return f"{type(tag).__name__}.{tag.name}"
    return repr(tag)


def phrase(tag: object) -> str | bytes:
    """Say which tag was expected."""
    return tag if isinstance(tag, bytes) else named(tag)


# The keys may be of a narrower type than the tag: members of an enumeration, say,
# for a number. And mypy infers a tag made in place only where it has a variable.
@overload
def dispatch(
    tag: Parser[L],  # pyright: ignore[reportInvalidTypeVarUse]
    branches: Mapping[K, Parser[T]],
    default: None = None,
    key: Callable[[T], object] | None = None,
) -> Parser[T]: ...
@overload
def dispatch(
    tag: Parser[L],  # pyright: ignore[reportInvalidTypeVarUse]
    branches: Mapping[K, Parser[T]],
    default: Parser[U],
    key: Callable[[T | U], object] | None = None,
) -> Parser[T | U]: ...


def dispatch(
    tag: Parser[Any],
    branches: Mapping[Any, Parser[Any]],
    default: Parser[Any] | None = None,
    key: Callable[[Any], Any] | None = None,
) -> Parser[Any]:
    """Parse a tag, then with the branch that belongs to it; give that one's value.

    No other branch is tried, and none is looked at. The tag itself is taken and
    dropped; with ``lookahead(tag)`` the branch takes it too. A tag that has no
    branch is a mismatch at its first byte, which lists the tags there are.

    To build, the branch is the one whose tag *key* gives for the value; without
    *key* that of the value's class, where the branches are records or `bits`
    (labels and frames around them do not matter); else the first that can build
    the value. The tag is built from its key.

    Args:

        tag: What the branch is chosen by; its value is hashable.

        branches: The parser for each tag.

        default: The parser for all other tags. Without *key* its tag is lost,
            and must be buildable from nothing.

        key: From a value to its tag.

    Raises:
        UsageError: There is no branch, something is not a parser, or, when it
            is used, a tag cannot be hashed.

    Also known as: ``dispatch!`` (winnow), ``discriminated.by`` (scodec),
    ``Switch`` (Construct).

    Example:
        >>> from ohneio import dispatch, exactly, uint8, uint16
        >>> option = dispatch(uint8, {1: uint16, 2: exactly(4)})
        >>> option.parse(b"\\1\\0\\x50")
        80
        >>> option.build(b"\\x7f\\0\\0\\1")
        b'\\x02\\x7f\\x00\\x00\\x01'
    """
    if not branches:
        raise UsageError("dispatch() needs a branch at least")
    pairs = tuple((one, parser_of(branch)) for one, branch in branches.items())
    return Dispatch(parser_of(tag), pairs, None if default is None else parser_of(default), key)
