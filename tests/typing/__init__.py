"""Files that are not run but type-checked, by mypy and by pyright; expected errors among them."""
