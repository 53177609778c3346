"""What became of a connection, as far as its embedder can tell."""

import attrs

from ohneio import State


@attrs.frozen
class Outcome:
    """All that a connection gave, and how it stands."""

    output: bytes
    events: tuple
    state: State
    result: object
    error: tuple | None
    consumed: int
    leftover: bytes
    needed: int
    waiting: str


def told(error):
    """All that an error says."""
    if error is None:
        return None
    return type(error), str(error), {**vars(error)}


class Pull:
    """How an embedder takes what there is after each chunk."""

    def __init__(self, name, *, after_each, read):
        self.name, self.after_each, self.read = name, after_each, read

    def __repr__(self):
        return self.name


def all_of_it(conn):
    """Read until nothing more is written, which one call does."""
    return conn.read()


def in_pieces(conn):
    """Read byte by byte, asking all else in between."""
    output = b""
    while piece := conn.read(1):
        output += piece
        assert conn.has_result or conn.state is not State.DONE
    return output


EAGER = Pull("eager", after_each=True, read=all_of_it)
LATE = Pull("late", after_each=False, read=all_of_it)
PIECEMEAL = Pull("piecemeal", after_each=True, read=in_pieces)


def outcome(factory, chunks, *, pull=EAGER, eof=True):
    """Feed *chunks*, and then the end, to a new connection until it fails; tell what became of it.

    What was fed is checked against what was consumed and what was not.
    """
    conn, fed, output, events, raised = factory(), b"", b"", [], None
    for chunk in chunks:
        if not conn.wants_input and conn.pending_input + len(chunk) > 20:
            output += pull.read(conn)  # too much is waiting: it might be refused
        if conn.state is State.FAILED:
            break
        fed += chunk
        raised = raised or error_of(conn.send, chunk)
        if pull.after_each:
            events += conn.events()
            output += pull.read(conn)
    if eof and conn.state is State.RUNNING:
        raised = raised or error_of(conn.send_eof)
    output += pull.read(conn)
    events += conn.events()
    assert conn.unconsumed == fed[conn.consumed :]
    assert raised is None or told(raised) == told(conn.error)
    done, failed = conn.state is State.DONE, conn.state is State.FAILED
    return Outcome(
        output=output,
        events=tuple(events),
        state=conn.state,
        result=conn.get_result() if done else None,
        error=told(conn.error),
        consumed=conn.consumed,
        # After a failure there is no more feeding: what was fed depends on the cuts.
        leftover=b"" if failed else conn.unconsumed,
        needed=conn.needed,
        waiting=conn.waiting,
    )


def error_of(call, *args):
    """The exception that a call ends in, without its traceback."""
    try:
        call(*args)
    except Exception as error:
        return error.with_traceback(None)
    return None
