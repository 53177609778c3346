"""The line echo of 2016: one protocol, served under every loop."""
