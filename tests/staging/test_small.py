"""Small grammars do what they do unstaged, on bytes of which many nearly fit."""

from random import Random

import pytest

from tests.staging.differing import Case, compare
from tests.staging.grammars import NIGHTLY
from tests.staging.small import data_for, small_grammar

#: How many grammars each seed makes.
GRAMMARS = 2000 if NIGHTLY else 40


@pytest.mark.parametrize("seed", range(4))
def test_a_small_grammar_does_what_it_does_unstaged(seed):
    """Same events, errors, offsets and leftovers, at the same moment, in any chunks."""
    random = Random(seed)
    for _ in range(GRAMMARS):
        grammar = small_grammar(random)
        for data in (data_for(random), data_for(random)):
            size = random.choice([2, 3, 5, 8])
            cut = [data[at : at + size] for at in range(0, len(data), size)]
            bytewise = [data[at : at + 1] for at in range(len(data))]
            compare(Case(grammar, data, [[data], cut, bytewise]))
