"""One file a trap that others fell into, named after it."""
