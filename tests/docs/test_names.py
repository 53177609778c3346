"""The reference lists what the package exports, all of it and nothing else."""

import re

import ohneio
from tests.docs.pages import ROOT

# One directive may explain several names, one a line.
ENTRY = re.compile(
    r"^(?:\.\. (?:py:|auto)(?:class|function|exception|data)::| +) ohneio\.([\w.]+)(?:\(\))?$", re.M
)
LOOPS = ["asyncio", "blocking", "gevent", "select", "tornado", "trio", "twisted"]


def documented() -> list[str]:
    """Every name that a page of the reference has an entry for."""
    pages = sorted((ROOT / "docs" / "reference").glob("*.md"))
    return [entry for page in pages for entry in ENTRY.findall(page.read_text())]


def test_every_exported_name_has_an_entry() -> None:
    """`ohneio.__all__` and the reference agree."""
    entries = {entry for entry in documented() if "." not in entry}

    assert entries - {"map"} == set(ohneio.__all__)  # `map` is there, but not for `*`


def test_no_name_has_two_entries() -> None:
    """One name is explained in one place."""
    assert len(documented()) == len(set(documented()))


def test_every_loop_has_its_entries() -> None:
    """Whoever reads about one loop can read about all."""
    wanted = {f"loops.{loop}.{function}" for loop in LOOPS for function in ("serve", "connect")}

    assert wanted <= set(documented())
