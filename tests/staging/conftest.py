"""How staging is tested."""

import pytest

from ohneio.staging import _inlining


@pytest.fixture(autouse=True)
def unwatched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write functions into the code, though a coverage tool may be at work."""
    monkeypatch.setattr(_inlining, "watched", lambda: False)
