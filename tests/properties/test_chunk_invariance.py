"""What a connection gives depends on the bytes, and not on how they were cut or when it was asked.

Output, events, error (its class, text and offset, and all else that it tells),
result, leftover, and what it waits for.  After a failure nothing more is fed:
what was fed up to then depends on the cuts, and is checked by itself.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ohneio import State
from ohneio.testing._chunkings import chunkings
from tests.properties.outcomes import EAGER, LATE, PIECEMEAL, all_of_it, error_of, outcome
from tests.properties.protocols import SAMPLES
from tests.strategies import bytes_of, chunked, mutated

BY_NAME = {sample.name: sample for sample in SAMPLES}
TINY = [pytest.param(one, data, id=f"{one.name}-{data!r}") for one in SAMPLES for data in one.tiny]


def each(field):
    """Every sample with its input of this size."""
    return [pytest.param(one, getattr(one, field), id=one.name) for one in SAMPLES]


@pytest.mark.slow
@pytest.mark.parametrize(("sample", "data"), each("short"))
def test_all_ways_to_cut_a_short_input(sample, data):
    """All splits of up to 14 bytes give the same, and so do random ones with empty chunks."""
    assert 10 < len(data) <= 14
    expected = outcome(sample.factory, [data])

    for chunks in chunkings(data):
        assert outcome(sample.factory, chunks) == expected, chunks


@pytest.mark.parametrize(("sample", "data"), TINY)
@pytest.mark.parametrize("pull", [EAGER, LATE, PIECEMEAL], ids=repr)
@pytest.mark.parametrize("eof", [True, False], ids=["ended", "open"])
def test_all_ways_to_cut_and_to_ask(sample, data, pull, eof):
    """When and how output and events are taken changes nothing, at the end or before it."""
    assert len(data) < 12
    expected = outcome(sample.factory, [data], eof=eof)

    for chunks in chunkings(data):
        assert outcome(sample.factory, chunks, pull=pull, eof=eof) == expected, chunks


@pytest.mark.slow
@pytest.mark.parametrize(("sample", "data"), each("medium"))
def test_all_pairs_of_cuts_of_a_longer_input(sample, data):
    """All pairs of cuts of about a hundred bytes give the same."""
    assert 60 < len(data) <= 128
    expected = outcome(sample.factory, [data])

    for chunks in chunkings(data, pairs=True):
        assert outcome(sample.factory, chunks) == expected, chunks


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sample", "data"),
    [
        pytest.param(one, one.long, id=one.name, marks=[] if cheap else pytest.mark.nightly)
        for one in SAMPLES
        for cheap in [one.name == "records"]
    ],
)
def test_all_pairs_of_cuts_of_a_long_input(sample, data):
    """All pairs of cuts of up to 256 bytes give the same."""
    assert 150 < len(data) <= 256
    expected = outcome(sample.factory, [data])

    for chunks in chunkings(data, pairs=True):
        assert outcome(sample.factory, chunks) == expected, chunks


@pytest.mark.parametrize("name", BY_NAME)
@given(draw=st.data(), pull=st.sampled_from([EAGER, LATE, PIECEMEAL]), eof=st.booleans())
def test_any_bytes_in_any_chunks(name, draw, pull, eof):
    """Bytes that mean something to the protocol, and others, cut anywhere and asked any time."""
    sample = BY_NAME[name]
    data = draw.draw(bytes_of(sample.alphabet) | mutated(sample.corpus))
    expected = outcome(sample.factory, [data], eof=eof)
    chunks = draw.draw(chunked(data))

    assert outcome(sample.factory, chunks, pull=pull, eof=eof) == expected


@pytest.mark.parametrize(("sample", "data"), each("long"))
def test_every_prefix_is_told_alike(sample, data):
    """After each byte a connection stands as if all had come at once: what it waits for, too."""
    conn = sample.factory()
    output, events = b"", []
    for end in range(1, len(data) + 1):
        if conn.state is State.FAILED:
            break
        error_of(conn.send, data[end - 1 : end])
        output += all_of_it(conn)
        events += conn.events()
        whole = outcome(sample.factory, [data[:end]], eof=False)
        assert (output, tuple(events), conn.state) == (whole.output, whole.events, whole.state)
        assert (conn.consumed, conn.needed) == (whole.consumed, whole.needed)
        assert conn.waiting == whole.waiting
