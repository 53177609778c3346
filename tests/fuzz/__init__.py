"""Bytes that nobody thought of: harnesses for atheris, and what they found.

Run ``python -m tests.fuzz NAME --runs N``; without a name it lists them.
"""
