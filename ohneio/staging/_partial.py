"""What may be there of tokens in a row, when a chunk has ended in one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import attrs

from ..combinators._bytes import Literal
from ..combinators._classes import OneOf, TakeWhile
from ..combinators._digits import Integer
from ..combinators._lines import NO_CRLF, Line
from ..combinators._notes import Label
from ..combinators._repetition import Skip
from ..combinators._sequence import Before, Seq, Then
from ..combinators._transform import Map
from ..combinators._values import Value
from ..core._parser import Parser
from ..core._pauses import Form
from ..core._run import UNBOUNDED
from ._lookup import is_short
from ._regular import char_set

__all__ = ["form_of"]

#: So many digits are counted here; more are for the node.
DIGITS = 9


@attrs.frozen
class Token:
    """A token: patterns for all of it and for what may be there of it.

    Attributes:
        whole: The one.
        part: The other; of what is whole it is asked first whether it ends the input.
        least: How many bytes there must be room for.
        inside: The fields and labels that it is in.
        wanted: Whether it is the value, which is its text.
        calls: The functions that are called when it is there, with the text of a token so
            many before it.
        digits: How many digits it may have.
    """

    whole: bytes
    part: bytes
    least: int = 1
    inside: tuple[str, ...] = ()
    wanted: bool = False
    calls: tuple[tuple[int, Callable[[bytes], object]], ...] = ()
    digits: int = 0


Tokens = list[Token]


def form_of(parts: Iterable[tuple[Parser[Any], tuple[str, ...]]]) -> Form | None:
    """Return the form of *parts* in a row, each in some fields, if there is more than a token."""
    tokens: Tokens = []
    for node, names in parts:
        some = tokens_of(node)
        if some is None:
            return None
        tokens += [attrs.evolve(one, inside=(*names, *one.inside)) for one in some]
    if len(tokens) < 2:
        return None
    return Form(
        [(one.whole, one.part) for one in tokens],
        [one.inside for one in tokens],
        [*calls_of(tokens)],
        max(one.least for one in tokens),
        max(one.digits for one in tokens),
    )


def calls_of(tokens: Tokens) -> Iterable[tuple[int, int, Callable[[bytes], object]]]:
    """Yield behind which token, and with the text of which, a function is called."""
    for number, one in enumerate(tokens):
        yield from ((number, number - before, function) for before, function in one.calls)


def tokens_of(node: Parser[Any]) -> Tokens | None:
    """Return the tokens of *node*, if these are all of it; a subclass may be anything."""
    rule = TOKENS.get(type(node))
    return rule(node) if rule else None


def literal(node: Literal) -> Tokens:
    part = b""
    for byte in reversed(node.data[:-1]):
        part = b"(?:%b%b)?" % (re.escape(bytes([byte])), part)
    return [Token(re.escape(node.data), part, len(node.data))]


def run(node: TakeWhile) -> Tokens | None:
    if not node.max:
        return None
    bound, most = (
        (b"", b"") if node.max == UNBOUNDED else (b"%d" % node.max, b"%d" % (node.max - 1))
    )
    some = char_set(node.set)
    whole, part = b"%b{%d,%b}+" % (some, node.min, bound), b"%b{0,%b}+" % (some, most)
    return [Token(whole, part, max(node.min, 1), wanted=True)]


def line(node: Line) -> Tokens | None:
    if node.max != UNBOUNDED:
        return None
    text = b"%b*+" % char_set(NO_CRLF)
    return [Token(rb"%b\r\n" % text, rb"%b\r?" % text, 2)]


def number(node: Integer) -> Tokens | None:
    if not is_short(node):
        return None
    digits = b"(?:0|[1-9][0-9]{0,%d}+)" % (DIGITS - 1)
    return [Token(digits + b"(?![0-9])", digits + b"?", digits=DIGITS + 1)]


def in_a_row(*all_of_it: Tokens | None) -> Tokens | None:
    tokens: Tokens = []
    for some in all_of_it:
        if some is None:
            return None
        tokens += some
    return tokens


def dropped(tokens: Tokens | None) -> Tokens | None:
    return tokens and [attrs.evolve(one, wanted=False) for one in tokens]


def mapped(node: Map[Any]) -> Tokens | None:
    """Return the tokens of what a function makes something of: a run of bytes."""
    tokens = tokens_of(node.parser)
    wanted = [number for number, one in enumerate(tokens or []) if one.wanted]
    if not tokens or len(wanted) != 1:
        return None
    before = len(tokens) - 1 - wanted[0]
    tokens = [attrs.evolve(one, wanted=False) for one in tokens]
    tokens[-1] = attrs.evolve(tokens[-1], calls=(*tokens[-1].calls, (before, node.function)))
    return tokens


def labelled(node: Label[Any]) -> Tokens | None:
    tokens = tokens_of(node.parser)
    return tokens and [attrs.evolve(one, inside=(node.name, *one.inside)) for one in tokens]


#: How each class of parsers says its tokens.
TOKENS: dict[type[Parser[Any]], Callable[[Any], Tokens | None]] = {
    Literal: literal,
    OneOf: lambda node: [Token(char_set(node.set), b"", wanted=True)],
    TakeWhile: run,
    Line: line,
    Integer: number,
    Label: labelled,
    Map: mapped,
    Skip: lambda node: dropped(tokens_of(node.parser)),
    Value: lambda node: dropped(tokens_of(node.parser)),
    Seq: lambda node: dropped(in_a_row(*map(tokens_of, node.parts))),
    Then: lambda node: in_a_row(dropped(tokens_of(node.dropped)), tokens_of(node.kept)),
    Before: lambda node: in_a_row(tokens_of(node.kept), dropped(tokens_of(node.dropped))),
}
