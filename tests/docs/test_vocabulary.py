"""The table of all parsers is true, and has all of them."""

import ast
import re
from collections.abc import Iterator

import attrs
import pytest

import ohneio
import ohneio.combinators
from ohneio import BuildError, Parser
from tests.docs.feeding import feed_byte_by_byte
from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "reference" / "vocabulary.md"
CELL = re.compile(r"(?<!\\)\|")
# The page's block makes what some rows are about.
BLOCK = re.search(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)


@attrs.frozen
class Row:
    """One line of the table; a `|` inside code is written `\\|`."""

    parser: str
    given: str
    gives: str
    leaves: str
    builds: str

    def made(self) -> Parser[object]:
        return evaluated(self.parser)


def rows() -> Iterator[Row]:
    for line in PAGE.read_text().splitlines():
        if line.startswith("| `"):
            yield Row(
                *(cell.strip().replace("\\|", "|").strip("`") for cell in CELL.split(line)[1:-1])
            )


ROWS = list(rows())


def evaluated(expression: str) -> object:
    return eval(expression, dict(NAMES))


def names() -> dict[str, object]:
    """Return all that the package exports, and what the page's block makes of it."""
    found = {name: getattr(ohneio, name) for name in ohneio.__all__}
    exec(BLOCK[1], found)
    return found


NAMES = names()


@pytest.fixture(params=["whole", "byte by byte"], autouse=True)
def feeding(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "byte by byte":
        feed_byte_by_byte(monkeypatch)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.parser)
def test_row_is_true(row: Row) -> None:
    """A parser gives and leaves what its row says."""
    expected = evaluated(row.gives), evaluated(row.leaves)

    assert row.made().parse_prefix(evaluated(row.given)) == expected


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.parser)
def test_row_builds(row: Row) -> None:
    """Where a row says so, the value builds the bytes that were taken; elsewhere it is refused."""
    given, leaves, value = map(evaluated, (row.given, row.leaves, row.gives))
    if row.builds == "yes":
        assert row.made().build(value) == given.removesuffix(leaves)
    else:
        with pytest.raises(BuildError):
            row.made().build(value)


def test_table_is_complete() -> None:
    """Every name of the vocabulary is in the table, or makes something that is."""
    code = [BLOCK[1], *(row.parser for row in ROWS)]
    nodes = [node for text in code for node in ast.walk(ast.parse(text))]
    used = {node.id for node in nodes if isinstance(node, ast.Name)}  # to import it is not enough

    assert set(ohneio.combinators.__all__) - used == set()
