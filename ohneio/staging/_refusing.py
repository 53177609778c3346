"""What of a parser may not match, behind what was decided before it runs.

Only of that it is worth to fail in place: see `_failing`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast

from ..combinators._bytes import Literal, Until, UntilMax
from ..combinators._classes import OneOf, TakeWhile
from ..combinators._digits import Integer
from ..combinators._dispatch import Dispatch
from ..combinators._fields import may_refuse
from ..combinators._framing import CountPrefixed, Delimited, LengthPrefixed, Sized
from ..combinators._lines import Line
from ..combinators._looking import Eof
from ..combinators._packets import Packet
from ..combinators._records import Record
from ..combinators._recursion import Forward
from ..combinators._repetition import Many, ManyUntil, SepBy
from ..combinators._text import Text
from ..combinators._transform import TryMap, Verify
from ..combinators._values import Fail
from ..core._facts import ANY
from ..core._parser import Parser

if TYPE_CHECKING:
    from ._emitter import Emitter
    from ._writing import Node

__all__ = ["fails_behind", "is_short"]

#: So many parsers of a branch are looked at.
MOST = 200
#: So few sooner run again, where a chunk ends inside, than that the code goes on with them.
FEW = 8
LOOPS: frozenset[type[Parser[Any]]] = frozenset({Many, ManyUntil, SepBy, CountPrefixed, Forward})


def fails_behind(
    e: Emitter, node: Node, asked: int, *, first: bool = True, judged: bool = False
) -> bool:
    """Tell whether *node* may fail to match otherwise than in so much as is *asked* before it.

    If nothing is, a *first* byte is looked at, or even *judged*.
    """
    some = itertools.islice(parts(node), MOST)
    failing = [(at, one) for at, one in enumerate(some) if may_fail(e, one)]
    if asked:
        return len(failing) > asked
    known = first and failing and by_a_byte(*failing[0], judged)
    return len(failing) > bool(known)


def is_short(node: Node) -> bool:
    """Tell whether *node* is made of few parsers, none of which is run again and again."""
    some = [*itertools.islice(parts(node), FEW + 1)]
    return len(some) <= FEW and not any(type(one) in LOOPS for one in some)


def by_a_byte(at: int, node: Node, judged: bool) -> bool:
    """Tell whether the first byte of *node*, which is at so many, says that it does not fail."""
    kind, whole = type(node), cast("Any", node)
    if kind is TakeWhile:
        return at == 0 and whole.min == 1
    one_byte = kind is Integer or node.facts.greatest == 1
    return one_byte and at <= (judged and kind is Verify)


def parts(node: Node) -> Iterator[Node]:
    """Yield *node* and all that is in it, in the order in which they can fail."""
    todo = [(node, False)]
    while todo:
        one, done = todo.pop()
        inside = () if done or isinstance(cast("object", one), Forward) else one.children()
        if inside:
            todo.append((one, True))
            todo += [(each, False) for each in reversed(inside)]
        else:
            yield one


def may_fail(e: Emitter, node: Node) -> bool:
    """Tell whether *node* itself may not match, as this package writes it."""
    if type(node) in ENDED:
        return e.at_end == "True"
    asks = ASKED.get(type(node))
    return asks(node) if asks else type(node) in ALWAYS


def left_over(node: Any) -> bool:  # noqa: ANN401  # of one of several classes
    """Tell whether something may be left over in a frame."""
    inner = node.inner if cast("object", type(node)) is LengthPrefixed else node.parser
    return inner.facts.greatest is not None or bool(inner.children())


def judges(node: Record[Any]) -> bool:
    """Tell whether a record may refuse what its fields are."""
    return bool(may_refuse(node.cls) or node._compared or type(node) is Packet)


#: Where no more bytes can come it is a mismatch that they are missing.
ENDED: frozenset[type[Parser[Any]]] = frozenset({Until, UntilMax, Line})
#: These may not match, and others say whether they may; of any other class nobody knows.
ALWAYS: frozenset[type[Parser[Any]]] = frozenset(
    {Literal, Integer, Verify, TryMap, Text, Fail, Eof}
)
ASKED: dict[type[Parser[Any]], Callable[[Any], bool]] = {
    OneOf: lambda node: node.set != ANY,
    TakeWhile: lambda node: node.min > 0,
    Dispatch: lambda node: node.default is None,
    **dict.fromkeys((Sized, LengthPrefixed, Delimited), left_over),
    **dict.fromkeys((Record, Packet), judges),
}
