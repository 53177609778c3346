"""Imports run one way, and importing ohneio loads no I/O."""

import ast
import sys
from pathlib import Path

import pytest

import ohneio
from tests.processes import python

HOME = Path(ohneio.__file__).parent

#: What each room may stand on, besides itself.
MAY_IMPORT = {
    "core": set(),
    "combinators": {"core"},
    "staging": {"core", "combinators"},
    "testing": {"core", "combinators", "staging"},
    "loops": {"core", "combinators", "staging"},
    "explain": {"core", "combinators", "staging"},
    "": {"core", "combinators", "staging"},
}

#: What core, combinators and staging need: the standard library and attrs, nothing more.
PURE = {"core", "combinators", "staging", ""}
#: Of the standard library, what they must not touch.
IMPURE = {
    "asyncio",
    "concurrent",
    "logging",
    "multiprocessing",
    "select",
    "selectors",
    "signal",
    "socket",
    "socketserver",
    "ssl",
    "subprocess",
    "threading",
    "time",
}
#: What only one room may know, and of `loops` each only in the module of its own name.
ELSEWHERE = {"hypothesis": "testing"}
LOOPS = {"asyncio", "trio", "twisted", "gevent", "tornado"}


def modules():
    """Every module of the package."""
    return sorted(HOME.rglob("*.py"))


def room_of(path):
    """The directory right below the package that a module lies in."""
    parts = path.relative_to(HOME).parts
    return parts[0] if len(parts) > 1 else ""


def name_of(path):
    """The dotted name of a module, as a list."""
    parts = ["ohneio", *path.relative_to(HOME).with_suffix("").parts]
    return parts[:-1] if parts[-1] == "__init__" else parts


def imported(path):
    """The absolute names of all that a module imports, wherever in it that stands."""
    package = name_of(path) if path.name == "__init__.py" else name_of(path)[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            home = ".".join([*base, *([node.module] if node.module else [])])
            yield home
            yield from (f"{home}.{one.name}" for one in node.names)
        elif isinstance(node, ast.Call) and "import" in ast.unparse(node.func):
            # By a function that imports: its argument, as far as it is written there.
            yield from (one.value for one in node.args if isinstance(one, ast.Constant))


def rooms_imported(path):
    """The rooms of the package that a module imports from."""
    for name in imported(path):
        parts = str(name).split(".")
        if parts[0] == "ohneio":
            inside = len(parts) > 1 and (HOME / parts[1]).is_dir()
            yield parts[1] if inside else ""


every_module = pytest.mark.parametrize(
    "path", modules(), ids=lambda path: path.relative_to(HOME).as_posix()
)


def test_every_room_has_its_rules():
    """A new directory must say here what it may stand on."""
    assert {room_of(path) for path in modules()} <= set(MAY_IMPORT)


@every_module
def test_imports_run_one_way(path):
    """From core to combinators to staging; testing, loops and explain stand on those alone."""
    room = room_of(path)
    for other in rooms_imported(path):
        if room == "" or (other == "" and room in ("testing", "loops", "explain")):
            # These stand on the public names, as anybody's code does.
            continue
        assert other in {room} | MAY_IMPORT[room]


@every_module
def test_the_package_itself_imports_no_upper_room(path):
    """`import ohneio` brings no loop, no test kit and no diagrams."""
    if room_of(path) == "":
        assert set(rooms_imported(path)) <= MAY_IMPORT[""]


@every_module
def test_the_pure_rooms_need_the_standard_library_and_attrs(path):
    """And of the standard library nothing that does I/O, waits or tells the time."""
    if room_of(path) in PURE:
        tops = {str(name).partition(".")[0] for name in imported(path)}
        assert tops <= set(sys.stdlib_module_names) | {"attrs", "ohneio"}
        assert not tops & IMPURE


@every_module
def test_what_belongs_to_one_room_is_imported_in_no_other(path):
    """The strategies' library in testing; each loop in the adapters."""
    tops = {str(name).partition(".")[0] for name in imported(path)}
    for name, room in ELSEWHERE.items():
        assert name not in tops or room_of(path) == room
    assert not tops & (LOOPS - {"asyncio"}) or room_of(path) == "loops"


@every_module
def test_an_adapter_imports_no_other_loop(path):
    """`ohneio.loops.trio` can be had without Twisted."""
    if room_of(path) == "loops":
        tops = {str(name).partition(".")[0] for name in imported(path)} & (LOOPS - {"asyncio"})
        assert tops <= {path.stem.removeprefix("_")}


@every_module
def test_modules_are_private_but_for_the_loops_and_rooms(path):
    """What is public is listed in a package's `__init__`; an adapter is imported by its name."""
    assert path.name == "__init__.py" or path.name.startswith("_") or room_of(path) == "loops"


def loaded_by(statement):
    """The modules that are there after *statement* and were not there before it."""
    script = (
        "import sys\n"
        "before = set(sys.modules)\n"
        f"{statement}\n"
        "print(*sorted(set(sys.modules) - before))\n"
    )
    return set(python("-c", script, cwd=HOME.parent, check=True).stdout.split())


def test_importing_ohneio_loads_no_io():
    """No socket, no selector, no loop, no logging; `threading` comes with attrs alone."""
    loaded = loaded_by("import ohneio")
    assert "ohneio.core" in loaded
    tops = {name.partition(".")[0] for name in loaded}
    assert not tops & (IMPURE - {"threading", "time"})
    assert not tops & (LOOPS | {"hypothesis", "pytest"})
    assert not {name for name in loaded if name.startswith(("ohneio.loops", "ohneio.testing"))}


def test_what_importing_ohneio_loads_beyond_itself_is_what_attrs_loads_and_little_more():
    """A library of which one is to import much more would be a burden."""
    with_attrs = loaded_by("import attrs")
    ours = {name for name in loaded_by("import ohneio") if not name.startswith("ohneio")}
    assert len(ours - with_attrs) < 20, sorted(ours - with_attrs)


@pytest.mark.parametrize("name", ["core", "combinators"])
def test_a_room_can_be_imported_by_itself(name):
    """Nothing depends on who was imported first."""
    assert f"ohneio.{name}" in loaded_by(f"import ohneio.{name}")
