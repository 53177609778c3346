"""When the system can take no more connections: say so, pause, and go on."""

import contextlib
import errno
import logging
import socket
import subprocess

import pytest

from ohneio.loops._failures import Failures
from tests.loops.harness import Peer
from tests.processes import PATIENCE, started

SERVE = """
import resource
from examples.line_echo.__main__ import main
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
main()
"""


@contextlib.contextmanager
def cramped(loop):
    """The line echo in a process that may open few files."""
    command = ["-c", SERVE, "--loop", str(loop), "--port", "0"]
    with started(*command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        yield int(process.stdout.readline().rpartition(":")[2])
        process.terminate()
        assert process.wait(PATIENCE) == 0


def test_a_server_without_descriptors_lives_on(loop):
    """More peers than the process may have open do not end it: others are served later."""
    with cramped(loop) as port:
        with contextlib.ExitStack() as crowd:
            peers = []
            for _ in range(80):
                sock = socket.create_connection(("127.0.0.1", port), PATIENCE)
                peers.append(crowd.enter_context(Peer(sock)))
            assert peers[0].ask(b"first\n") == b"first\n"
        assert any(served(port) for _ in range(1000))  # Twisted turns some away, to have room


def served(port):
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as sock:
        try:
            return Peer(sock).ask(b"later\n") == b"later\n"
        except (ConnectionError, EOFError):
            return False


def test_a_system_without_room_is_waited_for(caplog):
    """Accepting pauses when descriptors or memory are short, and the log says why."""
    failures = Failures("ohneio.loops.test", None)
    assert failures.accepting(OSError(errno.EMFILE, "too many open files")) > 0
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "too many open files" in record.getMessage()


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.ECONNABORTED])
def test_a_connection_that_was_lost_is_nothing(number, caplog):
    """Another process took it, or it had gone before we came: nobody needs to know."""
    assert Failures("ohneio.loops.test", None).accepting(OSError(number, "gone")) == 0
    assert not caplog.records


@pytest.mark.parametrize("number", [errno.EBADF, errno.EINVAL, errno.ENOTSOCK])
def test_a_listening_socket_that_is_useless_is_an_error(number):
    """Nothing can be accepted any more, so nobody waits for it in vain."""
    with pytest.raises(OSError, match="useless"):
        Failures("ohneio.loops.test", None).accepting(OSError(number, "useless"))
