"""Building from values that nobody thought of, with grammars that nobody should write.

Whatever the value is, what comes out is bytes that parse to it, or a `BuildError`.
"""

import pytest

from ohneio import (
    BuildError,
    Limits,
    choice,
    exactly,
    forward,
    literal,
    optional,
    parser,
    seq,
    skip,
    uint8,
)


def same(value):
    return value


def in_brackets(inner):
    """A grammar whose value says nothing of how deep in brackets it is."""
    whole = forward()
    whole.become(choice(literal(b"<") >> whole << literal(b">"), inner))
    return whole


@parser
def by_hand():
    return (yield from choice(literal(b"<") >> by_hand << literal(b">"), exactly(0)).of(same))


@pytest.mark.parametrize("brackets", [in_brackets(exactly(0)), by_hand])
@pytest.mark.parametrize("around", [same, lambda inner: optional(literal(b"a")) >> inner])
def test_a_branch_that_would_build_itself_for_ever_is_no_branch(brackets, around):
    """The next one is tried, as if it could not: it has no finite way to build the value."""
    grammar = around(brackets)
    assert grammar.parse(b"<<>>") == b""
    assert grammar.build(b"") == b""


def test_a_parser_that_is_built_from_nothing_may_have_such_a_branch():
    """It has a choice then, and takes the one that ends."""
    grammar = seq(uint8, skip(in_brackets(literal(b"x"))))
    assert grammar.build((7, None)) == b"\7x"


def test_what_only_builds_itself_for_ever_is_told_so():
    """And not that it is nested too deep, which more depth would not mend."""
    endless = forward()
    endless.become(literal(b"<") >> endless)
    with pytest.raises(BuildError, match="again and again"):
        endless.build(b"")
    with pytest.raises(BuildError, match="again and again"):
        (literal(b"a") >> endless).build(b"", limits=Limits(max_depth=1 << 20))
