"""Tell what a module's own tests leave untested: ``python -m tests.alone core errors``.

A module whose every branch is tested by the file of its own name can be
changed by somebody who has read these two files.  Without the name of a module
it tells of all of a package, one after the other, as lines of JSON.
"""

import importlib.util
import json
import multiprocessing
import os
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

HERE = Path(__file__).parent
#: One directory up is where the configuration is.
ROOT = HERE.parent
#: Nothing is loaded that these tests do without: that is much of the time they take.
OPTIONS = ["-q", "-m", "not slow", "--disable-plugin-autoload", "-p", "no:cacheprovider"]


def modules(package: str) -> list[str]:
    """The modules of *package*, which is not imported for that: it would not be measured."""
    found = importlib.util.find_spec("ohneio")
    assert found is not None
    assert found.origin is not None
    return sorted(path.stem[1:] for path in Path(found.origin).parent.glob(f"{package}/_[a-z]*.py"))


def files(package: str) -> list[str]:
    """The names of the files of tests in the directory of *package*."""
    return sorted(path.stem.removeprefix("test_") for path in HERE.glob(f"{package}/test_*.py"))


def missed(package: str, names: list[str]) -> Iterator[tuple[str, str]]:
    """Each module with what its tests miss of it, or how they fail: nothing where all is well.

    What is imported counts for all.  Then each file runs in a fork of its own, as
    if it were the only one: no branch is taken, or left out, for what another did.
    """
    import coverage  # only here: who only asks which tests there are does not need it
    import hypothesis  # noqa: F401  # what some of them import, once for all

    os.environ["HYPOTHESIS_PROFILE"] = "brief"  # the same examples each time
    os.environ["OHNEIO_STAGING"] = ""  # nodes are reached as everywhere: on first use
    measured = coverage.Coverage(
        data_file=None,
        config_file=str(ROOT / "pyproject.toml"),
        branch=True,
        source=[],
        include=[f"*/ohneio/{package}/_*.py"],
    )
    with measured.collect(), TemporaryDirectory() as directory:
        import ohneio  # noqa: F401  # so that this is measured

        for name in names:
            yield name, _apart(measured, package, name, Path(directory, name))


def _apart(measured, package: str, name: str, into: Path) -> str:
    run = multiprocessing.get_context("fork").Process(
        target=_run, args=(measured, package, name, into)
    )
    run.start()
    run.join()
    return into.read_text() if run.exitcode else ""


def _run(measured, package: str, name: str, into: Path) -> None:
    with into.open("w") as out, redirect_stdout(out):
        status = pytest.main([*OPTIONS, str(HERE / package / f"test_{name}.py")])
        measured.stop()
        whole = measured.report(include=[f"*/ohneio/{package}/_{name}.py"], skip_covered=False)
    sys.exit(int(status) or int(whole < 100))


def main(package: str, *names: str) -> int:
    """Print what is missed; return 0 if nothing is."""
    status = 0
    for name, text in missed(package, list(names or modules(package))):
        print(text if names else json.dumps([name, text]), flush=True)
        status |= bool(text)
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
