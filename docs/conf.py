"""How Sphinx builds the docs: `make docs`."""

import pkgutil
from importlib.metadata import version as installed

from sphinx.pycode import ModuleAnalyzer

from ohneio import combinators

project = "ohneio"
copyright = "2016 Antoine Catton, 2026 the ohneio contributors"
release = version = installed("ohneio")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
default_role = "py:obj"  # `send` in a docstring leads to `Connection.send`

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "ohneio"

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
autodoc_default_options = {"no-value": True}
python_use_unqualified_type_names = True
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True


def setup(app):
    # Both before napoleon, at 500.
    app.connect("autodoc-process-docstring", _describe_object, priority=300)
    app.connect("autodoc-process-docstring", _break_after_colon, priority=400)


def _describe_object(app, what, name, obj, options, lines):
    """Parsers that are objects (`eof`, `decimal`) are described below them, in their module."""
    if what == "data" and name in DESCRIPTIONS:
        lines[:] = DESCRIPTIONS[name]


def _break_after_colon(app, what, name, obj, options, lines):
    """Napoleon takes "a: b" in the first line of such a docstring for "type: description"."""
    if what in ("property", "data") and lines and ": " in lines[0]:
        lines[:1] = lines[0].replace(": ", ":\n", 1).split("\n")


def _descriptions():
    modules = pkgutil.iter_modules(combinators.__path__, "ohneio.combinators.")
    found = [ModuleAnalyzer.for_module(module.name).find_attr_docs() for module in modules]
    return {f"ohneio.{name}": lines for docs in found for (_, name), lines in docs.items()}


DESCRIPTIONS = _descriptions()
