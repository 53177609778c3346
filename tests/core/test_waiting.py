"""The kinds of wait, each with the words for it."""

from ohneio.core._waiting import Waiting


def test_every_kind_of_wait_can_be_said():
    """Each has its words."""
    assert {waiting.value for waiting in Waiting} >= {"bytes", "a delimiter", "the next call"}
    assert len({waiting.value for waiting in Waiting}) == len(Waiting)
