"""The rows that are no race: work that is counted, and staging."""

import pytest

from benchmarks.rows import big, staging
from examples.resp import reply2
from ohneio.core._nodes import nodes

ITEMS = {"a body": (big.BODY, big.body(16)), "an array": (reply2, big.array(200))}


@pytest.mark.parametrize("item", ITEMS)
@pytest.mark.parametrize("chunk", [1, 7, 64, 1 << 20])
def test_the_work_for_a_big_item_is_linear(item, chunk):
    """Something is counted, and it is no more than three times the bytes."""
    assert 0.9 < big.work(*ITEMS[item], chunk) <= 3


def test_what_is_not_one_item_has_no_work():
    with pytest.raises(ValueError, match="0 items"):
        big.work(big.BODY, big.body(1)[:-1], 64)


def test_the_row_has_a_ratio_for_small_chunks_and_for_one():
    row = big.counting("a body", big.BODY, lambda: big.body(1))
    outcome = row.measure(1)
    small, whole = outcome.ratios
    assert (outcome.name, row.chunk) == ("a body: work", 64)
    assert (small.ours, whole.ours) == ("in chunks of 64", "in one chunk")
    assert small.target.reached(small.median)


def test_the_grammar_that_is_staged_is_new_each_time_and_has_thirty_nodes():
    assert staging.grammar() != staging.grammar()
    assert len(list(nodes(staging.grammar()))) == 30


def test_staging_is_measured_or_said_to_be_missing():
    (row,) = staging.ROWS
    outcome = row.measure(1)
    assert outcome.missing or all(value > 0 for value in outcome.notes.values())
    assert len(outcome.notes) == (0 if outcome.missing else len(staging.WAYS))
    assert len(outcome.ratios) == 2 * len(outcome.notes)
    assert all(ratio.target for ratio in outcome.ratios if ratio.other == "5 ms")
