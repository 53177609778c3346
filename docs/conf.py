"""How Sphinx builds the docs: `make docs`."""

from importlib.metadata import version as installed

project = "ohneio"
copyright = "2016 Antoine Catton, 2026 the ohneio contributors"
release = version = installed("ohneio")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "ohneio"

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
default_role = "py:obj"  # `send` in a docstring leads to `Connection.send`
python_use_unqualified_type_names = True
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True


def setup(app):
    # Before napoleon (500), which takes "a: b" in a property's first line for "type: description".
    app.connect("autodoc-process-docstring", _break_after_colon, priority=400)


def _break_after_colon(app, what, name, obj, options, lines):
    if what == "property" and lines and ": " in lines[0]:
        lines[:1] = lines[0].replace(": ", ":\n", 1).split("\n")
