"""What the search of `test_differential` has found, each as small as it got."""

import attrs
import pytest

from ohneio import (
    Limits,
    any_byte,
    choice,
    delimited,
    dispatch,
    exactly,
    fail,
    field,
    forward,
    label,
    length_prefixed,
    literal,
    lookahead,
    many,
    one_of,
    optional,
    record,
    sep_by,
    seq,
    sized,
    skip,
    success,
    take_while,
    text,
    uint8,
    until,
    wire,
)
from ohneio.testing import chunkings
from tests.staging.differing import Case, compare
from tests.staging.grammars import Counted, record_of, tied


def nested(inner):
    whole = forward()
    whole.become(choice(literal(b"<") >> whole << literal(b">"), inner))
    return whole


def nested_by_two():
    """Lists in lists, each of which is a passage of its own."""
    whole, inner = forward(), forward()
    inner.become(literal(b"(") >> many(whole) << literal(b")"))
    return whole.become(choice(inner, literal(b"a")))


def nested_by_separators(parts):
    """Lists of what *parts* makes of a list, which fails as deep inside as there are brackets."""
    inner = forward()
    inner.become(literal(b"[") >> sep_by(parts(inner), literal(b",")) << literal(b"a"))
    return inner


@wire
class Tail:
    """A field that may be skipped, and another one behind it."""

    first: bytes | None = field(optional(one_of(b";a")))
    second: bytes = field(literal(b"q"))


@wire
class Sizing:
    """A size, and many of one byte in the rest."""

    size: int = field(uint8, frames=True)
    many: list[bytes] = field(many(exactly(1)))


@attrs.define
class Setting:
    """A class that changes what it is given."""

    n: int = field(uint8)

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value + 1)


@wire
class Asking:
    """A field that asks for what is no attribute."""

    size: int = field(uint8, frames=True)
    body: bytes = field(lambda it: exactly(it.size))


a, b, c = literal(b"a"), literal(b"b"), literal(b"c")
SMALL = Limits(max_buffered=1)

FOUND = {
    "a subclass of a token is not fused": (seq(a, Counted(2)), b"a\0\0"),
    "a lookahead goes back from what has moved": (lookahead(choice(a)) >> a, b"a"),
    "what failed inside is not skipped": (optional(optional(exactly(2))), b"\0\0"),
    "an item tells what could have prolonged it": (nested(exactly(0)), b"a"),
    "a run of none ends nothing": (take_while(b"a", max=1) >> take_while(b"a", max=0), b""),
    "none is skipped where there may be no more": (many(exactly(1), min=1, max=2) >> a, b"00a"),
    "many constants are as many constants": (many(b >> a) << a, b"baa"),
    "what is skipped is None": (seq(many(skip(a), max=2), skip(a), b), b"aaab"),
    "lines where no byte may be looked at": (until(b"\n"), b"a\n", Limits(max_buffered=0)),
    "what a branch could go on with": (choice(a, b >> optional(c)) << a, b"bb"),
    "what ends one branch is nothing at another": (
        seq(a, choice(b >> optional(c), optional(a))) << b,
        b"aa;a;aba;",
    ),
    "what a tagged branch could go on with": (
        dispatch(uint8, {97: optional(a), 98: many(b, max=2)}) << c,
        b"bba",
    ),
    "a field that is there and could go on": (
        record_of(a, field(many(b), when=lambda it: it.data)) << c,
        b"aba",
    ),
    "a choice whose first branch may be nothing": (nested(choice(optional(a), b)), b"b"),
    "no separator and no item": (nested(a | (b >> sep_by(a, c))), b"b\0"),
    "a byte where none is allowed": (optional(a), b"", Limits(max_buffered=0)),
    "one item where none is allowed": (sep_by(a, b), b"a", Limits(max_items=0)),
    "what is skipped in a field is told beside the next": (record(Tail), b"z"),
    "and inside a label around both": (seq(a, label("tail", record(Tail))), b"az"),
    "what there was no room for in a frame is no help behind it": (record(Sizing), b"\1a"),
    "and is tried in no larger one": (
        sized(5, many(text(length_prefixed(uint8)).verify(bool), min=1)),
        b"\1a\xffaa",
        Limits(max_buffered=8),
    ),
    "a level that does not begin does not count": (nested(a) | b, b"b", Limits(max_depth=0)),
    "not even where a list ends": (nested_by_two(), b"(a(a)a)(((", Limits(max_depth=3)),
    "a tag that its own parser refuses": (
        dispatch(one_of(b"ab"), {b"a": b, b"c": c}, default=uint8),
        b"abcb",
    ),
    "a tag of nothing but constants": (
        dispatch(uint8, {n: success(n) for n in range(97, 105)}),
        b"abc~",
    ),
    "what failed at the end of a frame that goes on": (
        length_prefixed(uint8, choice(many(a), many(b)) << c),
        b"\1a",
    ),
    "a token behind an alternative that held too much": (
        seq(lookahead(until(b";") >> a), until(b"a")),
        b"x;axx;b",
        SMALL,
    ),
    "a class that sets its attributes by itself": (record(Setting), b"ab"),
    "a frame's size is nobody's to ask for": (record(Asking), b"\1a"),
    "what was skipped where a grammar comes back": (
        tied(lambda whole: choice(a, seq(b, optional(c), whole))),
        b"bx",
    ),
    "what was skipped in what runs anew": (
        sep_by(a, b) << c,
        b"ab",
        Limits(max_backtrack=1),
    ),
    "what a node has tried is not tried again behind it": (
        nested_by_separators(lambda inner: seq(inner, inner)),
        b"[[[[[[[[c",
        Limits(max_backtrack=9),
    ),
    "nor where a chunk ends in it": (
        nested_by_separators(lambda inner: choice(inner, literal(b"b"))),
        b"[[[[[[[[c",
        Limits(max_backtrack=9),
    ),
    "a frame that ends where it begins, in a branch that is tried": (
        choice(literal(b"a"), delimited(b";", exactly(1)), literal(b"a")),
        b";",
    ),
    "a tag ahead that has no branch is looked at once more": (
        dispatch(lookahead(uint8), {3: any_byte, 4: literal(b"ab")}),
        b"\3;",
        Limits(max_backtrack=1),
    ),
    "a token longer than max_buffered": (optional(take_while(b"a", min=2)), b"", SMALL),
}


@pytest.mark.parametrize("name", FOUND)
def test_it_is_as_it_is_unstaged(name):
    """Every difference that was ever found stays mended."""
    grammar, data, *limits = FOUND[name]
    compare(Case(grammar, data, [*chunkings(data)], *limits))


def test_the_compiler_has_nothing_to_warn_of():
    """A constant that is written into the code is not asked whether it is None."""
    grammar = dispatch(optional(fail("nothing")), {b"a": uint8, 2: any_byte})
    compare(Case(grammar, b"", [[]], values=[3, b"x", None]))
