"""The commands in the README and the docs name things that exist."""

import re
import subprocess
import sys

import pytest

from tests.docs.pages import ROOT, Block, blocks, pages
from tests.processes import PATIENCE, started

SHELL = [block for page in pages() for block in blocks(page) if block.language in ("sh", "console")]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def made(block: Block) -> set[str]:
    """The targets that a block's `make` commands name; `LOOP=trio` is no target."""
    commands = re.findall(r"^\s*(?:\$ )?make +([^#\n]*)", block.code, re.MULTILINE)
    return {word for command in commands for word in command.split() if "=" not in word}


@pytest.mark.parametrize("block", SHELL, ids=lambda block: block.name)
def test_make_targets_exist(block: Block) -> None:
    """What the reader is told to make can be made."""
    assert made(block) <= TARGETS


def test_the_readme_says_both_commands() -> None:
    """`make echo` and `make test` are there to be found."""
    readme = [block for block in SHELL if block.page.name == "README.md"]

    assert {"echo", "test"} <= set().union(*map(made, readme))


def test_every_target_is_explained() -> None:
    """`make help` lists every target that a contributor may want."""
    makefile = (ROOT / "Makefile").read_text()
    phony = set(re.findall(r"^\.PHONY: (\S+)", makefile, re.MULTILINE)) - {"help"}

    assert {target for target in phony if f"make {target}" not in makefile} == set()


def test_the_second_terminal_gets_an_answer() -> None:
    """What the README says to type while `make echo` runs is echoed."""
    (command,) = [block.code for block in SHELL if "python3 -c" in block.code]
    made = ["-m", "examples.line_echo", "--loop", "asyncio", "--host", "127.0.0.1", "--port", "0"]
    with started(*made, stdout=subprocess.PIPE) as server:
        port = server.stdout.readline().strip().removeprefix("listening on 127.0.0.1:")
        typed = command.replace("python3", sys.executable).replace("8007", port)
        answer = subprocess.check_output(["sh", "-c", typed], text=True, timeout=PATIENCE)

    assert answer == "b'Hello\\n'\n"
