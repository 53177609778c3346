"""A parser with a strategy for its values."""

from ohneio import literal, seq, uint8
from ohneio.testing import check

STRATEGY = object()
ITEM = seq(literal(b"#"), uint8)


def test_it_parses_and_builds_as_before():
    """The strategy is a hint for tests alone."""
    hinted = ITEM.example(STRATEGY)
    assert hinted.parse(b"#a") == (b"#", 97)
    assert hinted.build((b"#", 97)) == b"#a"
    check(hinted, [b"#a", b"#", b"x"])


def test_it_knows_what_the_parser_knows():
    """Its facts are those of the parser, its child."""
    hinted = ITEM.example(STRATEGY)
    assert hinted.facts == ITEM.facts
    assert hinted.children() == (ITEM,)


def test_it_is_written_with_its_strategy():
    """As it was made."""
    assert repr(uint8.example(7)) == "uint8.example(7)"


def test_the_strategy_does_not_tell_two_apart():
    """They are equal where the parsers are."""
    assert uint8.example(1) == uint8.example(2)
    assert hash(uint8.example([])) == hash(uint8.example(2))
    assert uint8.example(1) != ITEM.example(1)
