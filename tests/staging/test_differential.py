"""With staging everything is as it is without, but for the time that it takes."""

import pytest
from hypothesis import HealthCheck, given, settings

from tests.staging.differing import compare
from tests.staging.grammars import NIGHTLY, cases

SEARCH = settings(
    max_examples=(5 if NIGHTLY else 3) * settings().max_examples,
    suppress_health_check=[
        HealthCheck.filter_too_much,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
#: How many times a grammar, an input and a way to cut it are looked at, at the least.
LOOKED_AT = 1_000_000 if NIGHTLY else 20 * settings().max_examples


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
def test_a_staged_grammar_does_what_it_does_unstaged():
    """Same events, errors, offsets, limits and leftovers, at the same moment, in any chunks."""
    looked_at = 0

    @SEARCH
    @given(cases())
    def is_the_same(case):
        nonlocal looked_at
        looked_at += compare(case)

    is_the_same()
    assert looked_at >= LOOKED_AT
