"""The pages of the README and the docs, and the fenced blocks on them."""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import attrs

ROOT = Path(__file__).parents[2]
FENCE = re.compile(
    r"^(?P<indent> *)(?P<fence>`{3,})(?P<info>[^\n`]*)\n(?P<code>.*?)^ *(?P=fence) *$",
    re.MULTILINE | re.DOTALL,
)


@attrs.frozen
class Block:
    """One fenced block: what its opening line says, and what is in it."""

    page: Path
    line: int
    info: str
    code: str

    @property
    def language(self) -> str:
        return self.info.split()[0] if self.info else ""

    @property
    def marks(self) -> list[str]:
        """What follows the language: `server` in "```python server"."""
        return self.info.split()[1:]

    @property
    def name(self) -> str:
        return f"{name(self.page)}:{self.line}"


def pages() -> list[Path]:
    """The README and every page of the docs."""
    docs = sorted((ROOT / "docs").rglob("*.md"))
    return [ROOT / "README.md", *(page for page in docs if "_build" not in page.parts)]


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> Iterator[Block]:
    """All fenced blocks of a page, in order."""
    text = page.read_text()
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start("code")) + 1
        yield Block(page, line, match["info"].strip(), textwrap.dedent(match["code"]))


def python_blocks(page: Path) -> list[Block]:
    return [block for block in blocks(page) if block.language in ("python", "py")]


def run(block: Block, namespace: ModuleType) -> None:
    """Run a block as if it stood where it stands, so that a traceback shows the page."""
    source = "\n" * (block.line - 1) + block.code
    exec(compile(source, str(block.page), "exec"), vars(namespace))
