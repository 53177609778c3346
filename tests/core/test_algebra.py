"""The functions behind operators and methods, which somebody else hands in."""

import pytest

from ohneio import exactly, literal
from ohneio.core import _algebra
from ohneio.core._algebra import install, made

A, B = literal(b"a"), exactly(1)


def test_what_is_handed_in_makes_parsers_by_its_name(monkeypatch):
    """It is given what stands on both sides, and is all that there is."""
    monkeypatch.setattr(_algebra, "_algebra", {})
    install({"choice": lambda *parts: ("one of", *parts)})
    install({"label": lambda name, part: (name, part)})
    assert made("choice", A, B) == ("one of", A, B)
    assert A | B == ("one of", A, B)
    assert A.label("a") == ("a", A)
    with pytest.raises(KeyError):
        A >> B


def test_the_combinators_have_handed_in_all_that_a_parser_needs():
    """Whoever has a parser has its operators."""
    assert made("then", A, B) == (A >> B)
    assert (A << B).parse(b"ab") == b"a"
