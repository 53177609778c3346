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

__all__ = ["ANY", "NO_BYTES", "UNKNOWN", "Facts", "alternatives", "sequence"]

Set: TypeAlias = "frozenset[int]"

ANY: Set = frozenset(range(256))
NO_BYTES: Set = frozenset()


@attrs.frozen(kw_only=True)
class Facts:
    """Say what holds for every item of a parser; ``None`` means unknown.

    Attributes:
        least: The least size of an item, in bytes; 0 when unknown.
        greatest: The greatest size, or ``None`` for unbounded or unknown.
        nullable: Whether it can succeed on no bytes at all.
        first: The bytes that a non-empty item can begin with.
        more: The bytes that, standing behind an item, could have prolonged it:
            none for an item that ends by itself.
        unambiguous: Whether what it builds always parses to the same value,
            whatever stands behind (an end that `more` allows).
        canonical: Whether each value has only one form.
        buildable: Whether it can build at all.
        obstacle: The node that cannot build, if `buildable` is False.
    """

    least: int = 0
    greatest: int | None = None
    nullable: bool | None = None
    first: Set | None = None
    more: Set | None = None
    unambiguous: bool | None = None
    canonical: bool | None = None
    buildable: bool | None = None
    obstacle: Parser[object] | None = None

    @property
    def self_delimiting(self) -> bool | None:
        """Whether it never has to see what stands behind it."""
        return None if self.more is None else not self.more


UNKNOWN = Facts()


def sequence(parts: Iterable[Facts]) -> Facts:
    """Return the facts of *parts* one after the other."""
    whole = Facts(
        greatest=0, nullable=True, first=NO_BYTES, more=NO_BYTES, unambiguous=True, canonical=True,
        buildable=True,
    )  # fmt: skip
    for part in parts:
        whole = _then(whole, part)
    return whole


def _then(left: Facts, right: Facts) -> Facts:
    return Facts(
        least=left.least + right.least,
        greatest=_sum(left.greatest, right.greatest),
        nullable=both(left.nullable, right.nullable),
        first=left.first if left.nullable is False else _union(left.first, right.first),
        more=right.more if right.nullable is False else _union(left.more, right.more),
        unambiguous=both(left.unambiguous, right.unambiguous, _apart(left, right)),
        canonical=both(left.canonical, right.canonical),
        buildable=both(left.buildable, right.buildable),
        obstacle=left.obstacle or right.obstacle,
    )


def _apart(left: Facts, right: Facts) -> bool | None:
    """Tell whether the end of *left* cannot be mistaken when *right* follows."""
    if left.more == NO_BYTES:
        return True
    if left.more is None or right.first is None or right.nullable is not False:
        return None
    return left.more.isdisjoint(right.first) or None


def alternatives(branches: Iterable[Facts]) -> Facts:
    """Return the facts of a choice between *branches*."""
    all_of = list(branches)
    return Facts(
        least=min(one.least for one in all_of),
        greatest=_greatest([one.greatest for one in all_of]),
        nullable=either(*(one.nullable for one in all_of)),
        first=_union(*(one.first for one in all_of)),
        more=_union(*(one.more for one in all_of)),
        unambiguous=both(*(one.unambiguous for one in all_of), _disjoint(all_of)),
        canonical=both(*(one.canonical for one in all_of), _disjoint(all_of)),
        buildable=both(*(one.buildable for one in all_of)),
        obstacle=next((one.obstacle for one in all_of if one.obstacle is not None), None),
    )


def _disjoint(branches: list[Facts]) -> bool | None:
    """Tell whether the first byte always tells the branches apart."""
    seen: Set = NO_BYTES
    for branch in branches:
        if branch.first is None or branch.nullable is not False or seen & branch.first:
            return None
        seen |= branch.first
    return True


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


def _union(*sets: Set | None) -> Set | None:
    return None if None in sets else NO_BYTES.union(*(one for one in sets if one is not None))


def _sum(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first + second


def _greatest(sizes: list[int | None]) -> int | None:
    known = [size for size in sizes if size is not None]
    return max(known) if len(known) == len(sizes) else None
