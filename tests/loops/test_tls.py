"""TLS, under the loops that speak it, with a certificate made by the test."""

import contextlib
import queue
import socket
import ssl

import pytest
import trustme

from ohneio import LimitExceeded, ParseError
from tests.loops import protocols
from tests.loops.harness import KINDS, Peer, scripted
from tests.loops.test_connect import collect, maybe, pieces
from tests.loops.test_serve import Failures, refusing, unwinding
from tests.processes import PATIENCE

MIB = 1 << 20


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def serving(authority):
    """What the server proves itself with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


@pytest.fixture(scope="module")
def trusting(authority):
    """What a client that trusts the authority asks with."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@contextlib.contextmanager
def secured(server, context, **options):
    """A plain socket's TLS connection to *server*."""
    options.setdefault("suppress_ragged_eofs", False)
    with Peer.to(server) as peer:
        with context.wrap_socket(peer.sock, server_hostname="127.0.0.1", **options) as sock:
            yield Peer(sock)


def scripted_tls(script, context):
    """A server for one client, which speaks TLS."""

    def run(peer):
        with context.wrap_socket(peer.sock, server_side=True, suppress_ragged_eofs=False) as sock:
            script(Peer(sock))

    return scripted(run)


def test_it_serves(tls_loop, serving, trusting):
    """A server with a certificate is what a client that checks it can talk to."""
    with tls_loop.serving(protocols.echo, ssl=serving) as server:
        with secured(server, trusting) as peer:
            assert peer.ask(b"\n\nhello\n") == b"\n\nhello\n"
            assert peer.sock.version()


def test_a_client_talks_and_checks(tls_loop, serving, trusting):
    """A client checks the certificate, then iterates and writes as without TLS."""

    def script(peer):
        assert peer.exactly(9) == b"question\n"
        peer.send(b"one\ntwo\n")
        peer.sock.unwrap().close()

    async def dialogue(channel):
        await channel.write(b"question\n")
        return await collect(channel)

    with scripted_tls(script, serving) as address:
        assert talk_tls(tls_loop, protocols.lines, address, dialogue, trusting) == [b"one", b"two"]


def talk_tls(loop, factory, address, dialogue, context, **options):
    async def script(loop):
        async with await loop.connect(factory, address, ssl=context, **options) as channel:
            return await dialogue(channel)

    return loop.run(script)


def test_16_mebibytes_at_a_time(tls_loop, serving, trusting):
    """Writing and reading at a time through two adapters loses and changes nothing."""
    block = bytes(range(256)) * 4096

    async def asking(channel):
        for _ in range(16):
            await channel.write(block)

    async def hearing(channel):
        left = 16 * MIB
        rest = bytearray()
        while left:
            data = await anext(channel)
            left -= len(data)
            rest += data
            while len(rest) >= MIB:
                assert rest[:MIB] == block
                del rest[:MIB]

    async def dialogue(channel):
        await tls_loop.together(hearing(channel), asking(channel))

    with tls_loop.serving(protocols.copy, ssl=serving) as server:
        talk_tls(tls_loop, pieces, server.address, dialogue, trusting)


def test_a_certificate_nobody_vouches_for_is_refused(tls_loop, serving):
    """A client that does not know the authority raises."""
    with quiet_server(serving) as address:
        with pytest.raises(Exception) as caught:
            talk_tls(tls_loop, protocols.lines, address, collect, ssl.create_default_context())
    assert "CERTIFICATE_VERIFY_FAILED" in "".join(map(repr, chain(caught.value)))


def test_a_certificate_for_somebody_else_is_refused(tls_loop, serving, trusting):
    """The name is checked, and is the one that was asked for."""
    with quiet_server(serving) as address:
        with pytest.raises(Exception) as caught:
            talk_tls(
                tls_loop,
                protocols.lines,
                address,
                collect,
                trusting,
                server_hostname="example.org",
            )
    assert "CERTIFICATE_VERIFY_FAILED" in "".join(map(repr, chain(caught.value)))


@contextlib.contextmanager
def quiet_server(context):
    """A server whose handshake may fail."""

    def run(peer):
        with contextlib.suppress(OSError):
            context.wrap_socket(peer.sock, server_side=True).close()

    with scripted(run) as address:
        yield address


def chain(error):
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def test_a_handshake_that_fails_is_told(tls_loop, serving):
    """A peer that speaks no TLS is told as a failure, and the server lives on."""
    failures = Failures()
    with tls_loop.serving(protocols.echo, ssl=serving, on_error=failures) as server:
        with Peer.to(server) as peer:
            peer.send(b"GET / HTTP/1.0\r\n\r\n")
            peer.gone()
            name, error, offset = failures.one()
            assert (name, offset) == (peer.name, 0)
            assert not isinstance(error, ParseError)


def test_a_handshake_that_never_comes_does_not_hold_up_the_end(tls_loop, serving):
    """A peer that says nothing at all is closed with the others when the server stops."""
    failures = Failures()
    with tls_loop.serving(protocols.echo, ssl=serving, on_error=failures) as server:
        with Peer.to(server) as peer:
            server.stop()
            peer.gone()


def test_a_failure_is_delivered(tls_loop, serving, trusting):
    """What was written before a failure arrives, and then TLS's own goodbye."""
    failures = Failures()
    with tls_loop.serving(protocols.two_then_fail, ssl=serving, on_error=failures) as server:
        with secured(server, trusting) as peer:
            peer.send(b"1\n2\n")
            assert peer.rest() == b"1\n2\nno more\n"
            assert failures.one()[2] == 4


@pytest.mark.parametrize("loop", [KINDS["blocking"]("blocking"), KINDS["trio"]("trio")], ids=repr)
def test_a_refusal_is_delivered_though_the_peer_still_sends(loop, serving, trusting):
    """The last words are not lost; asyncio's TLS gives up on a peer that still sends."""
    failures = Failures()
    with loop.serving(refusing, ssl=serving, on_error=failures) as server:
        with secured(server, trusting) as peer:
            peer.send(b"x" * (4 * MIB))
            assert peer.exactly(9) == b"too long\n"
            assert isinstance(failures.one()[1], LimitExceeded)


def test_a_result_ends_the_connection(tls_loop, serving, trusting):
    """A protocol that returns ends its connection with TLS's own goodbye."""
    with tls_loop.serving(protocols.sum_of_two, ssl=serving) as server:
        with secured(server, trusting) as peer:
            peer.send(b"1\n2\n")
            assert peer.rest() == b"3\n"


def test_an_input_that_was_cut_short_is_told(tls_loop, serving, trusting):
    """An end without TLS's goodbye may be anybody's work: it is no end of input."""
    failures = Failures()
    with tls_loop.serving(protocols.copy, ssl=serving, on_error=failures) as server:
        with secured(server, trusting) as peer:
            assert peer.ask(b"whole") == b"whole"
            socket.socket.shutdown(peer.sock, socket.SHUT_WR)
            _, error, _ = failures.one()
            assert any(isinstance(one, ssl.SSLEOFError) for one in chain(error))


def test_the_quiet_goodbye_is_quiet(tls_loop, serving, trusting):
    """A peer that takes its leave as TLS wants it is not reported."""
    failures = Failures()
    with tls_loop.serving(protocols.echo, ssl=serving, on_error=failures) as server:
        with secured(server, trusting) as peer:
            assert peer.ask(b"whole\n") == b"whole\n"
            peer.sock.unwrap().close()
    assert failures.empty()


def test_there_is_no_half_close(tls_loop, serving, trusting):
    """`send_eof` is refused: TLS cannot say that one side has finished and still listens."""

    async def dialogue(channel):
        with pytest.raises(NotImplementedError):
            await maybe(channel.send_eof())
        await channel.write(b"last words")
        assert await anext(channel) == b"last words"

    with tls_loop.serving(protocols.copy, ssl=serving) as server:
        talk_tls(tls_loop, pieces, server.address, dialogue, trusting)


def test_a_client_says_goodbye(tls_loop, serving, trusting):
    """A client that closes lets the peer know that nothing was cut short."""
    heard = queue.Queue()

    def script(peer):
        heard.put(peer.rest())

    async def dialogue(channel):
        await channel.write(b"last words")

    with scripted_tls(script, serving) as address:
        talk_tls(tls_loop, protocols.lines, address, dialogue, trusting)
    assert heard.get(timeout=PATIENCE) == b"last words"


def test_a_reset_in_the_middle_of_a_message(tls_loop, serving, trusting):
    """A peer that vanishes is told; the protocol is unwound and the server lives on."""
    failures, unwound = Failures(), queue.Queue()
    factory = unwinding(unwound)
    with tls_loop.serving(factory, ssl=serving, on_error=failures) as server:
        with secured(server, trusting) as peer:
            assert peer.ask(b"whole\n") == b"whole\n"
            peer.send(b"hal")
            peer.reset()
            assert not isinstance(failures.one()[1], ParseError)
            assert unwound.get(timeout=PATIENCE) is GeneratorExit
        with secured(server, trusting) as peer:
            assert peer.ask(b"whole\n") == b"whole\n"
