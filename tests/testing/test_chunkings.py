"""Ways to cut bytes."""

from math import comb

import pytest

from ohneio.testing import chunkings


@pytest.mark.parametrize("size", [0, 1, 2, 3, 14, 15, 256, 257])
@pytest.mark.parametrize("every", [True, False])
def test_every_way_joins_to_the_same_bytes(size, every):
    """Whatever way it is, nothing is lost or moved."""
    data = bytes(n % 256 for n in range(size))
    assert all(b"".join(chunks) == data for chunks in chunkings(data, every=every))


def test_it_begins_whole_and_then_byte_by_byte():
    """The two that find most come first."""
    ways = chunkings(b"abcd" * 100)
    assert next(ways) == [b"abcd" * 100]
    assert next(ways) == [bytes([one]) for one in b"abcd" * 100]


@pytest.mark.parametrize("size", [1, 2, 5, 14])
def test_up_to_14_bytes_are_cut_in_every_way(size):
    """There are two to the power of the places between two bytes."""
    ways = {tuple(chunks) for chunks in chunkings(bytes(range(size))) if b"" not in chunks}
    assert len(ways) == 2 ** (size - 1)


@pytest.mark.parametrize(("size", "every"), [(15, True), (256, True), (10, False)])
def test_longer_ones_are_cut_at_every_place(size, every):
    """One cut in the wrong place is always found."""
    data = bytes(size)
    ways = list(chunkings(data, every=every))
    assert all([data[:at], data[at:]] in ways for at in range(1, size))
    assert len(ways) == 2 + (size - 1) + 16


def test_pairs_are_cut_at_every_two_places():
    """When asked for, up to 256 bytes."""
    assert len(list(chunkings(bytes(20), pairs=True))) == 2 + 19 + comb(19, 2) + 16
    assert len(list(chunkings(bytes(257), pairs=True))) == 2 + 16


def test_beyond_256_bytes_only_the_random_ones_are_left():
    """They have empty chunks among them."""
    ways = list(chunkings(bytes(257)))
    assert len(ways) == 2 + 16
    assert any(b"" in chunks for chunks in ways)


def test_the_same_arguments_give_the_same_lists():
    """The seed picks the random ones."""
    data = bytes(range(100))
    assert list(chunkings(data, seed=3)) == list(chunkings(data, seed=3))
    assert list(chunkings(data, seed=3)) != list(chunkings(data, seed=4))


def test_no_bytes_are_cut_too():
    """Into empty chunks."""
    ways = list(chunkings(b""))
    assert ways[:2] == [[b""], [b""]]
    assert {b"".join(chunks) for chunks in ways} == {b""}
