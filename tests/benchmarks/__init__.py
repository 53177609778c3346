"""Every benchmark once, at a tiny size, for sameness of values; and the harness. No clock here."""
