"""With staging everything is as it is without, but for the time that it takes."""

from hypothesis import HealthCheck, given, settings

from tests.staging.differing import compare
from tests.staging.grammars import cases

SEARCH = settings(
    max_examples=3 * settings().max_examples,
    suppress_health_check=[
        HealthCheck.filter_too_much,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


@SEARCH
@given(cases())
def test_a_staged_grammar_does_what_it_does_unstaged(case):
    """Same events, errors, offsets, limits and leftovers, at the same moment, in any chunks."""
    compare(case)
