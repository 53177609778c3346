"""What functions say where the code has an object's fields: for the tests of each part of it."""

from ohneio.staging._code import Code
from ohneio.staging._inlining import said
from ohneio.staging._names import Names, Shown
from ohneio.staging._saying import Natural, spelled

__all__ = ["DATA", "NUMBER", "says"]

NUMBER, DATA = frozenset({Natural}), frozenset({bytes})


def says(function, **kinds):
    """Return what a function says of an object with fields of these types."""
    names = Names(Code())
    fields = {name: spelled(name, one) for name, one in kinds.items()}
    found = said(function, [Shown(fields)], names, "target")
    return found and str(found.value)
