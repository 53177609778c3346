"""The laws of parsers, for grammars that nobody has thought of.

An example here is one grammar and one input, in some thirty chunkings and at
every truncation: `make nightly` goes through more than a million of these.
"""

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ohneio import BuildError, UsageError
from ohneio.testing import check, values
from ohneio.testing._outcome import same
from tests.properties.grammars import cases, unambiguous

# A grammar that a rule refuses late is thrown away, and there are many.
# Three times the profile's: 30,000 grammars in some 35 chunkings each by night.
SEARCH = settings(
    max_examples=3 * settings().max_examples,
    suppress_health_check=[
        HealthCheck.filter_too_much,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


def values_of(grammar):
    """Draw the grammar with one of its values."""
    try:
        return st.tuples(st.just(grammar), values(grammar))
    except UsageError:
        return st.nothing()


@SEARCH
@given(cases())
def test_every_law_holds(case):
    """Same bytes, same outcome, at the same moment; only ParseError; linear; what parses builds."""
    grammar, data = case
    try:
        check(grammar, [data], every=False)
    except UsageError as misuse:
        # Found at the latest on first use: a loop over nothing, commit in a lookahead.
        assume("nothing" not in str(misuse) and "lookahead" not in str(misuse))
        raise


@SEARCH
@given(unambiguous.flatmap(values_of))
def test_what_is_built_parses_to_the_same_value(case):
    """parse(build(x)) == x, without `build` looking at its own output."""
    grammar, value = case
    try:
        data = grammar.build(value)
    except BuildError:
        return
    assert same(grammar.parse(data), value)
