"""What is known of a parser before it sees a byte.

Facts are sound, not complete: whatever is unknown is ``None``, and what is
said holds for every input.  They refuse endless loops, choose which laws a
test may ask for, tell the lint where a live connection would wait, and tell
`build` whether it has to look at its own output again.

The vocabulary follows EverParse's parser kinds and scodec's size bounds.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

import attrs

if TYPE_CHECKING:
    from ._parser import Parser

__all__ = [
    "ANY",
    "NO_BYTES",
    "UNKNOWN",
    "Facts",
    "Set",
    "alternatives",
    "apart",
    "both",
    "disjoint",
    "dropped",
    "either",
    "sequence",
    "union",
]

Set: TypeAlias = "frozenset[int]"

ANY: Set = frozenset(range(256))
NO_BYTES: Set = frozenset()


@attrs.frozen(kw_only=True)
class Facts:
    """Say what holds for every item of a parser; ``None`` means unknown.

    Attributes:
        least: The least size of an item, in bytes; 0 when unknown.
        greatest: The greatest size, or ``None`` for unbounded or unknown. It looks
            no further, whether it matches or not, unless `more` says so.
        nullable: Whether it can succeed on no bytes at all.
        first: The bytes that a non-empty item can begin with; on any other one it
            fails without looking further. Unknown where it may close alternatives
            before it has seen a byte.
        more: The bytes that, standing behind an item, could have prolonged it
            or made it another one: none for an item that ends by itself.
        unambiguous: Whether what it builds always parses to the same value,
            whatever stands behind (an end that `more` allows).
        canonical: Whether each value has only one form.
        buildable: Whether it can build at all: False if nothing it parses can
            be built, unknown if that depends on the value.
        silent: Whether it builds from nothing, where its value is dropped.
        constant: Whether it matches but one run of bytes, which is then what
            it builds from nothing.
        obstacle: The node that cannot build, unless `buildable` is True.
    """

    least: int = 0
    greatest: int | None = None
    nullable: bool | None = None
    first: Set | None = None
    more: Set | None = None
    unambiguous: bool | None = None
    canonical: bool | None = None
    buildable: bool | None = None
    silent: bool | None = None
    constant: bool | None = None
    # A parser compares by its parts, which here would be too much to ask.
    obstacle: Parser[object] | None = attrs.field(default=None, eq=False)

    @property
    def self_delimiting(self) -> bool | None:
        """Whether it never has to see what stands behind it."""
        return None if self.more is None else not self.more


UNKNOWN = Facts()


def dropped(parser: Parser[object]) -> Facts:
    """Return the facts of *parser* where its value is dropped."""
    facts = parser.facts
    return attrs.evolve(
        facts,
        canonical=facts.constant or None,
        buildable=facts.silent,
        obstacle=None if facts.silent else parser,
    )


# One after the other.


def sequence(parts: Iterable[Facts]) -> Facts:
    """Return the facts of *parts* one after the other."""
    whole = Facts(
        greatest=0, nullable=True, first=NO_BYTES, more=NO_BYTES, unambiguous=True, canonical=True,
        buildable=True, silent=True, constant=True,
    )  # fmt: skip
    for part in parts:
        whole = _then(whole, part)
    return whole


def _then(left: Facts, right: Facts) -> Facts:
    return Facts(
        least=left.least + right.least,
        greatest=_sum(left.greatest, right.greatest),
        nullable=both(left.nullable, right.nullable),
        first=left.first if left.nullable is False else union(left.first, right.first),
        more=_more_of_both(left, right),
        unambiguous=both(left.unambiguous, right.unambiguous, apart(left, right.first) or None),
        canonical=both(left.canonical, right.canonical),
        buildable=both(left.buildable, right.buildable),
        # The right one is not asked unless the left one builds: it may never end.
        silent=right.silent if left.silent else left.silent,
        constant=both(left.constant, right.constant),
        obstacle=_obstacle(left, right),
    )


def _more_of_both(left: Facts, right: Facts) -> Set | None:
    # Else the left could go on past all of the right, who knows how far.
    if apart(left, right.first):
        return right.more if right.nullable is False else union(left.more, right.more)
    return None


def apart(left: Facts, first: Set | None) -> bool:
    """Tell whether the end of *left* cannot be mistaken where one of *first* follows.

    Where nothing does it is what follows behind that matters: see `more`.
    """
    return left.more == NO_BYTES or disjoint(left.more, first)


def _obstacle(*parts: Facts) -> Parser[object] | None:
    """Return the node to blame: rather one that can never build."""
    for part in sorted(parts, key=lambda one: one.buildable is not False):
        if part.obstacle is not None:
            return part.obstacle
    return None


# One or the other.


def alternatives(branches: Iterable[Facts]) -> Facts:
    """Return the facts of a choice between *branches*."""
    all_of = list(branches)
    alone = all_of[0] if len(all_of) == 1 else UNKNOWN
    return Facts(
        least=min(one.least for one in all_of),
        greatest=_greatest([one.greatest for one in all_of]),
        nullable=either(*(one.nullable for one in all_of)),
        first=union(*(one.first for one in all_of)),
        more=_more_of_any(all_of),
        unambiguous=both(*(one.unambiguous for one in all_of), _told_apart(all_of)),
        # Two branches may give the same value, and only the first builds it.
        canonical=alone.canonical,
        buildable=_some_build([one.buildable for one in all_of]),
        silent=next((one.silent for one in all_of if one.silent is not False), False),
        constant=alone.constant,
        obstacle=_obstacle(*all_of),
    )


def _more_of_any(branches: list[Facts]) -> Set | None:
    """Return what could have prolonged a branch, or made an earlier one match instead."""
    more: Set | None = NO_BYTES
    before: Set | None = NO_BYTES
    reach: int | None = 0
    for one in branches:
        seen_by_all = reach is not None and reach <= one.least
        if not seen_by_all and not disjoint(before, one.first):
            return None
        # Behind nothing an earlier branch could begin.
        more = union(more, one.more, NO_BYTES if one.nullable is False else before)
        before = union(before, one.first)
        reach = _greatest([reach, one.greatest if one.more == NO_BYTES else None])
    return more


def _told_apart(branches: list[Facts]) -> bool | None:
    """Tell whether the first byte, or that there is none, tells which branch it is."""
    seen: Set | None = NO_BYTES
    for branch in branches[:-1]:
        if branch.nullable is not False or not disjoint(seen, branch.first):
            return None
        seen = union(seen, branch.first)
    return disjoint(seen, branches[-1].first) or None


def disjoint(some: Set | None, others: Set | None) -> bool:
    """Tell whether two sets are known to have no byte in common."""
    return some is not None and others is not None and some.isdisjoint(others)


def _some_build(facts: list[bool | None]) -> bool | None:
    """Tell whether all can build (True), none can (False), or it depends."""
    return facts[0] if len(set(facts)) == 1 else None


# Facts, some of them unknown.


def both(*facts: bool | None) -> bool | None:
    """Conjoin facts, some of them unknown."""
    if False in facts:
        return False
    return None if None in facts else True


def either(*facts: bool | None) -> bool | None:
    """Disjoin facts, some of them unknown."""
    if True in facts:
        return True
    return None if None in facts else False


def union(*sets: Set | None) -> Set | None:
    """Unite sets of bytes, some of them unknown."""
    return None if None in sets else NO_BYTES.union(*(one for one in sets if one is not None))


def _sum(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first + second


def _greatest(sizes: list[int | None]) -> int | None:
    known = [size for size in sizes if size is not None]
    return max(known) if len(known) == len(sizes) else None
