"""Every code block in the README and the docs is run."""
