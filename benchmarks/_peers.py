"""Where the peers come from."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

__all__ = ["PEERS", "look_for_original", "original", "versions"]

#: What the rows' competitors are called where they are published.
PEERS = (
    "construct",
    "h11",
    "hiredis",
    "httptools",
    "iofree",
    "msgpack",
    "redis",
    "sansproto",
    "websockets",
    "wsproto",
)

#: The release of 2016, which cannot be installed beside ours.
ORIGINAL = "0.8.1"
_NAME = "ohneio_of_2016"
_place = Path(sys.prefix) / "original"


def look_for_original(directory: Path) -> None:
    """Say where ``pip install --target`` has put the release of 2016."""
    global _place  # noqa: PLW0603  # set once, by the command line
    _place = directory


def original() -> ModuleType:
    """Return the release of 2016, loaded under a name of its own.

    Raises:
        ImportError: It is not there.
    """
    if _NAME in sys.modules:
        return sys.modules[_NAME]
    spec = importlib.util.spec_from_file_location(_NAME, _place / "ohneio.py")
    if spec is None or spec.loader is None or not (_place / "ohneio.py").is_file():
        raise ImportError(f"ohneio {ORIGINAL} is not installed beside (make bench does that)")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules[_NAME] = module
    return module


def versions() -> dict[str, str]:
    """Return who was compared, and in which release."""
    found = {"ohneio of 2016": ORIGINAL}
    for name in ("ohneio", *PEERS):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found
