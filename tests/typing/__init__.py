"""What type checkers must say: run by mypy and pyright in their strict modes, never by pytest.

Each case is `_ = assert_type(...)`: mypy takes an awaitable that nobody keeps
for one that somebody forgot to await. It also infers a generic call that is
assigned to `_` as if anything would do, so such a call has a name of its own,
or is given to a function that takes any object.
"""
