"""The line echo, run as its readers run it: a process for each loop, and plain sockets."""

import contextlib
import itertools
import os
import re
import signal
import socket
import subprocess

import pytest

from examples.line_echo.protocol import MAX_LINE, REFUSAL, echo, echo_by_hand
from ohneio import LimitExceeded, ParseError, State
from tests.loops.harness import KINDS, Peer
from tests.processes import PATIENCE, python, started

MIB = 1 << 20

pytestmark = pytest.mark.slow


# The protocol, on its own.


@pytest.fixture(params=[echo, echo_by_hand], ids=["parsers", "by-hand"])
def factory(request):
    return request.param


def outcome(conn, pieces):
    """What comes out of a connection that is fed *pieces*, and how it ends."""
    output = b""
    with contextlib.suppress(ParseError):
        for piece in pieces:
            conn.send(piece)
            output += conn.read()
        conn.send_eof()
    output += conn.read()
    return output, conn.state, repr(conn.error), conn.consumed, conn.unconsumed


def test_it_echoes_lines_however_they_are_cut(factory):
    """All splits of a short input: the same output, the same end, at the same place."""
    data = b"a\n\nbcd\n\nefg"
    expected = (b"a\n\nbcd\n\n", State.FAILED)
    whole = outcome(factory(), [data])
    assert whole[:2] == expected
    for cuts in itertools.product((True, False), repeat=len(data) - 1):
        assert outcome(factory(), split(data, cuts)) == whole


def split(data, cuts):
    start = 0
    for position, cut in enumerate(cuts, 1):
        if cut:
            yield data[start:position]
            start = position
    yield data[start:]


def test_a_clean_end_is_a_result(factory):
    """Input that ends between two lines is the normal end."""
    assert outcome(factory(), [b"a\n\n"])[:3] == (b"a\n\n", State.DONE, "None")


@pytest.mark.parametrize("size", [1 << 16, MIB + 1, 4 * MIB])
def test_the_longest_line_passes_and_one_byte_more_is_refused(factory, size):
    """The limit is exact, under any chunking."""
    for length, answer in [(MAX_LINE, b"x" * MAX_LINE + b"\n"), (MAX_LINE + 1, REFUSAL)]:
        data = b"first\n" + b"x" * length + b"\nlast\n"
        conn = factory()
        pieces = [data[start : start + size] for start in range(0, len(data), size)]
        output, *_ = outcome(conn, pieces)
        assert output == b"first\n" + answer + (b"last\n" if answer is not REFUSAL else b"")
        if answer is REFUSAL:
            assert isinstance(conn.error, LimitExceeded)
            assert (conn.error.offset, conn.error.limit) == (6, MAX_LINE)


# The program.

LOOPS = list(KINDS)


@contextlib.contextmanager
def running(*arguments, module="examples.line_echo"):
    """The program in a process of its own; give the process and its port."""
    command = ["-X", "dev", "-m", module, "--port", "0", *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with started(*command, **pipes) as process:
        announcement = process.stdout.readline()
        host, _, port = announcement.removeprefix("listening on ").strip().rpartition(":")
        assert announcement == f"listening on {host}:{port}\n", process.stderr.read()
        yield process, (host, int(port))


@pytest.fixture(scope="module", params=[*LOOPS, "by-hand"])
def address(request):
    """Where the program serves, under each loop, and once with the protocol by hand."""
    by_hand = ["--protocol", "by-hand"]
    with running(*(by_hand if request.param == "by-hand" else ["--loop", request.param])) as (
        _,
        address,
    ):
        yield address


@contextlib.contextmanager
def connected(address):
    with socket.create_connection(address, PATIENCE) as sock:
        yield Peer(sock)


def test_empty_lines(address):
    """An empty line comes back like any other."""
    with connected(address) as peer:
        assert peer.ask(b"\n") == b"\n"
        assert peer.ask(b"\n\n\n") == b"\n\n\n"


def test_many_lines_in_one_segment(address):
    """Every line of a segment comes back, in order."""
    data = b"".join(b"line %d\n" % number for number in range(5000))
    with connected(address) as peer:
        peer.send(data)
        assert peer.exactly(len(data)) == data


def test_a_line_in_many_segments(address):
    """Nothing comes back before the line is whole; then all of it does."""
    with connected(address) as peer:
        for byte in b"Hello World\n":
            peer.send(bytes([byte]))
        assert peer.exactly(12) == b"Hello World\n"


def test_a_line_of_one_mebibyte(address):
    """The longest line that is allowed comes back whole."""
    data = b"x" * MIB + b"\n"
    with connected(address) as peer:
        assert peer.ask(data) == data


def test_the_output_still_owed_after_a_half_close(address):
    """A client that has said its last word still gets every line back."""
    data = (b"x" * 999 + b"\n") * 1000
    with connected(address) as peer:
        peer.send(data)
        peer.send_eof()
        assert peer.rest() == data


def test_an_unterminated_last_line_does_not_come_back(address):
    """What has no line feed is not a line."""
    with connected(address) as peer:
        peer.send(b"a line\nnot a line")
        peer.send_eof()
        assert peer.rest() == b"a line\n"


def test_a_line_over_the_limit_is_refused(address):
    """It gets a clear text and the end, though it is still being sent; the server lives on."""
    with connected(address) as other, connected(address) as peer:
        peer.send(b"fine\n" + b"x" * (2 * MIB))
        assert peer.rest() == b"fine\n" + REFUSAL
        assert other.ask(b"still there\n") == b"still there\n"
    with connected(address) as peer:
        assert peer.ask(b"and for others\n") == b"and for others\n"


def test_the_refusal_says_what_is_allowed():
    """A person reads it."""
    assert REFUSAL == b"refused: a line may be no longer than 1048576 bytes\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("loop", LOOPS)
def test_it_ends_cleanly(loop, number):
    """A signal ends it with connections open: status 0, no traceback, no complaint at all."""
    with running("--loop", loop) as (process, address), connected(address) as peer:
        assert peer.ask(b"a line\n") == b"a line\n"
        peer.send(b"half a li")
        process.send_signal(number)
        output, errors = process.communicate(timeout=PATIENCE)
        assert (process.returncode, output, complaints(errors)) == (0, "", "")


CAUGHT_ASIDE = """
import os, signal, sys, threading
from examples.line_echo.__main__ import main

def catch():
    sys.stdin.read()
    for _ in range(10_000):  # until the server has nothing to do but wait
        os.sched_yield()
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

threading.Thread(target=catch, daemon=True).start()
main()
"""


@pytest.mark.parametrize("loop", LOOPS)
def test_it_does_not_sleep_through_a_signal(loop):
    """Nor through one that does not interrupt its wait, as when it has just begun to wait."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with started("-c", CAUGHT_ASIDE, "--port", "0", "--loop", loop, **pipes) as process:
        port = int(process.stdout.readline().rpartition(":")[2])
        with connected(("127.0.0.1", port)) as peer:
            assert peer.ask(b"a line\n") == b"a line\n"
            process.stdin.close()
            assert process.wait(PATIENCE) == 0


def complaints(errors):
    """What was written to standard error, but for Python's own mode for developers.

    On a busy machine it complains that a step took more than a tenth of a second.
    """
    spared = re.compile(r"/dev/null|^Executing <.* took .* seconds$")
    return "".join(line for line in errors.splitlines(True) if not spared.search(line))


def test_asyncio_is_what_you_get():
    """Without ``--loop`` it is asyncio that serves."""
    with running() as (_, address), connected(address) as peer:
        assert peer.ask(b"a line\n") == b"a line\n"


@pytest.mark.parametrize("loop", LOOPS)
def test_an_address_that_is_taken_is_said_in_a_sentence(loop):
    """No traceback, and a status that says so."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        result = run("--loop", loop, "--port", str(port))
    assert result.returncode == 1
    assert "in use" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("loop", ["trio", "twisted", "gevent", "tornado"])
def test_a_loop_that_is_missing_is_said_in_a_sentence(loop):
    """It says what to type."""
    script = f"""
import sys
sys.modules[{loop!r}] = None
from examples.line_echo.__main__ import main
main()
"""
    result = python("-c", script, "--loop", loop)
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        f"ohneio.loops.{loop} needs {loop}, which is not installed: pip install ohneio[{loop}]"
    ]


def test_a_loop_nobody_knows_is_refused():
    """The error lists those that are known."""
    result = run("--loop", "curio")
    assert result.returncode == 2
    assert all(loop in result.stderr for loop in LOOPS)


def run(*arguments):
    return python("-m", "examples.line_echo", *arguments)


# Several processes on one socket.


def test_prefork_shares_one_socket_among_processes():
    """Each process serves alone while the other is stopped; a signal ends them all."""
    module = "examples.line_echo.prefork"
    with running("--processes", "2", module=module) as (process, address):
        one, two = map(int, process.stdout.readline().removeprefix("processes").split())
        for stopped in (one, two):
            with paused(stopped), connected(address) as peer:
                assert peer.ask(b"served by the other\n") == b"served by the other\n"
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=PATIENCE)
        assert (process.returncode, complaints(errors)) == (0, "")
        for child in (one, two):
            with pytest.raises(ProcessLookupError):
                os.kill(child, 0)


@contextlib.contextmanager
def paused(child):
    os.kill(child, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(child, signal.SIGCONT)


def test_ends_where_a_shell_ignores_ctrl_c():
    """Started in the background, where Ctrl-C is ignored, SIGTERM ends it all the same."""
    ignoring = "import signal, os, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    program = (
        "os.execv(sys.executable, [sys.executable, '-m', 'examples.line_echo', '--port', '0'])"
    )
    with started("-c", ignoring + program, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline().startswith("listening on ")
        process.terminate()

        assert process.wait(PATIENCE) == 0
