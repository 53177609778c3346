"""HTTP/1.1 heads: examples of RFC 9110 and 9112, what smuggling lives on, and h11 beside it."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.http1 import Request, Response, request, response
from ohneio import BuildError, ParseError, at_eof, emit, exactly, protocol, stream, write
from ohneio.testing import check, dialogue, lint, mutated, roundtrip, wire
from tests.examples.strategies import Difference, Seen, seen, why

# RFC 9112, 2.1 and 3 and 4; RFC 9110, 6.

REQUESTS = {
    b"GET /hello.txt HTTP/1.1\r\nUser-Agent: curl/7.64.1\r\nHost: www.example.com\r\n"
    b"Accept-Language: en, mi\r\n\r\n": Request(
        b"GET",
        b"/hello.txt",
        1,
        [
            (b"User-Agent", b"curl/7.64.1"),
            (b"Host", b"www.example.com"),
            (b"Accept-Language", b"en, mi"),
        ],
    ),
    b"OPTIONS * HTTP/1.1\r\nHost: www.example.org:8001\r\n\r\n": Request(
        b"OPTIONS", b"*", 1, [(b"Host", b"www.example.org:8001")]
    ),
    b"CONNECT www.example.com:80 HTTP/1.1\r\nHost: www.example.com\r\n\r\n": Request(
        b"CONNECT", b"www.example.com:80", 1, [(b"Host", b"www.example.com")]
    ),
    b"GET / HTTP/1.0\r\n\r\n": Request(b"GET", b"/", 0, []),
    b"POST / HTTP/1.1\r\nHost: \r\nTransfer-Encoding: chunked\r\n\r\n": Request(
        b"POST", b"/", 1, [(b"Host", b""), (b"Transfer-Encoding", b"chunked")]
    ),
}
RESPONSES = {
    b"HTTP/1.1 200 OK\r\nContent-Length: 51\r\nVary: Accept-Encoding\r\n\r\n": Response(
        1, 200, b"OK", [(b"Content-Length", b"51"), (b"Vary", b"Accept-Encoding")]
    ),
    b"HTTP/1.1 204 \r\n\r\n": Response(1, 204, b"", []),
    b"HTTP/1.0 404 Not \xff Found\r\nA: \r\n\r\n": Response(
        0, 404, b"Not \xff Found", [(b"A", b"")]
    ),
}


@pytest.mark.parametrize("data", REQUESTS, ids=lambda data: repr(data)[:20])
def test_requests_of_the_rfc(data):
    assert request.parse(data) == REQUESTS[data]
    assert request.build(REQUESTS[data]) == data


@pytest.mark.parametrize("data", RESPONSES, ids=lambda data: repr(data)[:20])
def test_responses_of_the_rfc(data):
    assert response.parse(data) == RESPONSES[data]
    assert response.build(RESPONSES[data]) == data


def test_blanks_around_a_value_are_not_part_of_it():
    """RFC 9110, 5.5."""
    head = request.parse(b"GET / HTTP/1.0\r\nA:b\r\nC: \t d e\t \r\nF:\r\n\r\n")
    assert head.headers == [(b"A", b"b"), (b"C", b"d e"), (b"F", b"")]


def test_an_empty_line_before_a_request_is_skipped():
    """RFC 9112, 2.2: a server should ignore one at least."""
    assert request.parse(b"\r\nGET / HTTP/1.0\r\n\r\n").method == b"GET"


@pytest.mark.slow
def test_every_law_on_the_examples():
    check(request, REQUESTS, every=False)
    check(response, RESPONSES, every=False)


def head(*fields, minor=1, host=b"Host: x\r\n"):
    lines = b"".join(one + b"\r\n" for one in fields)
    return b"POST / HTTP/1.%d\r\n%s%s\r\n" % (minor, host, lines)


REFUSED = {
    "two lengths that differ": head(b"Content-Length: 5", b"Content-Length: 6"),
    "a length twice": head(b"Content-Length: 5", b"content-length: 5"),
    "a list of lengths": head(b"Content-Length: 5, 5"),
    "a length with a sign": head(b"Content-Length: +5"),
    "a negative length": head(b"Content-Length: -5"),
    "a hexadecimal length": head(b"Content-Length: 0x5"),
    "a length with an underscore": head(b"Content-Length: 1_0"),
    "an empty length": head(b"Content-Length:"),
    "a length of too many digits": head(b"Content-Length: " + b"1" * 30),
    "a length and a coding": head(b"Content-Length: 5", b"Transfer-Encoding: chunked"),
    "a coding that is not the last": head(b"Transfer-Encoding: chunked, identity"),
    "another coding": head(b"Transfer-Encoding: xchunked"),
    "a coding twice": head(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"),
    "a coding in 1.0": head(b"Transfer-Encoding: chunked", minor=0),
    "a blank before a colon": head(b"Content-Length : 5"),
    "a folded line": head(b"A: b", b" c"),
    "a first field that is folded": head(b" A: b", host=b""),
    "a vertical tab before a coding": head(b"Transfer-Encoding:\x0bchunked"),
    "a null in a value": head(b"A: \0"),
    "a bare carriage return in a value": head(b"A: b\rc"),
    "a line that ends in LF": head(b"A: b\nC: d"),
    "a line that ends in CR": head(b"A: b\rC: d"),
    "a name with a blank": head(b"A B: c"),
    "no name": head(b": c"),
    "no colon": head(b"A"),
    "a name that is not ASCII": head(b"\xc3\xa4: c"),
    "no host": head(host=b""),
    "two hosts": head(b"Host: y"),
    "two blanks behind the method": b"GET  / HTTP/1.0\r\n\r\n",
    "a blank in the target": b"GET /a b HTTP/1.0\r\n\r\n",
    "a tab for a blank": b"GET\t/ HTTP/1.0\r\n\r\n",
    "a blank behind the version": b"GET / HTTP/1.0 \r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "version 2": b"GET / HTTP/2.0\r\n\r\n",
    "a version in small letters": b"GET / http/1.0\r\n\r\n",
    "three empty lines": b"\r\n\r\nGET / HTTP/1.0\r\n\r\n",
    "a request line that ends in LF": b"GET / HTTP/1.0\n\r\n",
}
REFUSED_RESPONSES = {
    "a status of two digits": b"HTTP/1.1 20 OK\r\n\r\n",
    "a status of four digits": b"HTTP/1.1 2000 OK\r\n\r\n",
    "status 99": b"HTTP/1.1 099 OK\r\n\r\n",
    "status 600": b"HTTP/1.1 600 OK\r\n\r\n",
    "no blank behind the status": b"HTTP/1.1 200\r\n\r\n",
    "a null in the reason": b"HTTP/1.1 200 O\0K\r\n\r\n",
    "a length and a coding": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n",
}


@pytest.mark.parametrize("name", REFUSED)
def test_requests_that_are_refused(name):
    """Each is one that some server or proxy has taken, to be read in two ways."""
    assert seen(request, REFUSED[name]).kind == "refused"
    check(request, [REFUSED[name]], every=False)


@pytest.mark.parametrize("name", REFUSED_RESPONSES)
def test_responses_that_are_refused(name):
    assert seen(response, REFUSED_RESPONSES[name]).kind == "refused"
    check(response, [REFUSED_RESPONSES[name]], every=False)


def test_bounds():
    """A head has an end: names, values, targets and the number of fields."""
    for data in [head(b"A" * 257 + b": b"), head(b"A: " + b"b" * 9000), head(*[b"A: b"] * 101)]:
        with pytest.raises(ParseError):
            request.parse(data)
    with pytest.raises(ParseError):
        request.parse(b"GET " + b"/" * 9000)


@pytest.mark.parametrize(
    "value",
    [
        Request(b"GET", b"/ HTTP/1.1\r\nA:", 1, [(b"Host", b"x")]),
        Request(b"GET", b"/", 1, [(b"Host", b"x\r\nA: b")]),
        Request(b"GET", b"/", 1, [(b"Host", b"x"), (b"A:b", b"c")]),
        Request(b"GET", b"/", 1, [(b"Host", b" x")]),
        Request(b"GET", b"/", 1, []),
        Request(b"GET", b"/", 2, [(b"Host", b"x")]),
        Request(b"GET", b"/", 1, [(b"Host", b"x"), (b"Content-Length", b"x")]),
        Request("GET", b"/", 0, []),
    ],
    ids=repr,
)
def test_building_refuses(value):
    """No bytes that a reader would take for other fields."""
    with pytest.raises(BuildError):
        request.build(value)


def test_nothing_waits_for_a_byte_that_never_comes():
    for grammar in (request, response):
        assert not [one for one in lint(grammar) if one.kind == "waits"]


# Heads: few names, so that rules meet.

tokens = st.text("!#$%&'*+-.^_`|~" + string.digits + string.ascii_letters, min_size=1, max_size=8)
visible = st.binary(max_size=12).map(
    lambda data: bytes(byte for byte in data if byte > 32 and byte != 127)
)
targets = visible.map(lambda data: b"/" + bytes(byte for byte in data if byte < 127))
fields = st.tuples(tokens.map(str.encode), visible | st.just(b"a b\tc"))
framing = st.sampled_from(
    [[], [(b"Content-Length", b"12")], [(b"transfer-encoding", b"chunked")], [(b"A", b"")]]
)
headers = st.tuples(framing, st.lists(fields, max_size=3)).map(lambda it: it[0] + it[1])
requests = st.one_of(
    st.builds(Request, tokens.map(str.encode), targets, st.just(1), headers).map(
        lambda it: Request(it.method, it.target, 1, [(b"Host", b"x"), *it.headers])
    ),
    st.builds(Request, tokens.map(str.encode), targets, st.just(0), st.lists(fields, max_size=3)),
).filter(Request.is_clear)
responses = st.builds(
    Response, st.sampled_from([0, 1]), st.integers(100, 599), visible, headers
).filter(Response.is_clear)
STRATEGIES = {request: requests, response: responses}
test_requests_go_round = roundtrip(request, STRATEGIES)
test_responses_go_round = roundtrip(response, STRATEGIES)


# h11.


def by_h11(grammar, data):
    h11 = pytest.importorskip("h11", reason="h11 is not installed")
    from h11._readers import (
        maybe_read_from_IDLE_client,
        maybe_read_from_SEND_RESPONSE_server,
    )
    from h11._receivebuffer import ReceiveBuffer

    read = (
        maybe_read_from_IDLE_client if grammar is request else maybe_read_from_SEND_RESPONSE_server
    )
    buffer = ReceiveBuffer()
    buffer += data
    try:
        event = read(buffer)
    except h11.ProtocolError as error:
        return Seen("refused", str(error))
    if event is None:
        return Seen("more")
    return Seen("value", of_h11(grammar, event), len(data) - len(buffer))


def of_h11(grammar, event):
    """The event as a head of ours; it makes codings small letters."""
    items = [(name, bytes(value)) for name, value in event.headers.raw_items()]
    minor = int(event.http_version[2:])
    if grammar is request:
        return Request(event.method, event.target, minor, items)
    return Response(minor, event.status_code, bytes(event.reason), items)


STRICT = {
    "decided early": Difference(
        "refused", "more", "", b"?/ ", "it waits for the end of the head to look at it"
    ),
    "lines that end in LF": Difference(
        "refused", "value", r'found b"\\n"', b"", "RFC 9112, 2.2 permits them; smuggling needs them"
    ),
    "folded lines": Difference(
        "refused", "value", 'found b" "', b"", "RFC 9112, 5.2: reject, or replace by blanks"
    ),
    "control characters": Difference(
        "refused", "value", r'found b"\\x', b"", "RFC 9110, 5.5: invalid and dangerous"
    ),
}
REQUESTS_DIFFER = STRICT | {
    "lengths that agree": Difference(
        "refused", "value", "one body length", b"", "RFC 9112, 6.3 permits to take one of them"
    ),
    "codings in 1.0": Difference(
        "refused", "value", "one Host", b"", "RFC 9112, 6.1: MUST be treated as faulty framing"
    ),
    "other versions": Difference(
        "refused", "value", r'b"0" or b"1"|\[01\]|one of', b"", "HTTP/1.7 is none of ours"
    ),
    "empty lines in front": Difference(
        "value", "refused", "no request line", b"", "RFC 9112, 2.2: SHOULD ignore one"
    ),
    "empty lines in front of what comes": Difference(
        "more", "refused", "no request line|illegal", b"", "RFC 9112, 2.2: SHOULD ignore one"
    ),
    "codings in small letters": Difference(
        "value", "value", "(?i)chunked", b"", "it gives them so"
    ),
}
RESPONSES_DIFFER = STRICT | {
    "no blank and no reason": Difference(
        "refused", "value", r'expected b" " .*found b"\\r', b"", "RFC 9112, 4: the blank is a MUST"
    ),
    "statuses from 600": Difference("refused", "value", "a status", b"", "RFC 9110, 15: invalid"),
}
DIFFERENCES = {
    (request, "decided early"): b"GET / http",
    (request, "lines that end in LF"): b"GET / HTTP/1.0\n\n",
    (request, "control characters"): b"GET / HTTP/1.0\r\nA: \x01\r\n\r\n",
    (request, "folded lines"): b"GET / HTTP/1.0\r\nA: b\r\n c\r\n\r\n",
    (request, "lengths that agree"): b"GET / HTTP/1.0\r\nContent-Length: 5, 5\r\n\r\n",
    (request, "codings in 1.0"): b"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
    (request, "other versions"): b"GET / HTTP/1.7\r\nHost: x\r\n\r\n",
    (request, "empty lines in front"): b"\r\nGET / HTTP/1.0\r\n\r\n",
    (request, "empty lines in front of what comes"): b"\r\nG",
    (
        request,
        "codings in small letters",
    ): b"A / HTTP/1.1\r\nHost:\r\nTransfer-Encoding: Chunked\r\n\r\n",
    (response, "decided early"): b"HTTP/2",
    (response, "lines that end in LF"): b"HTTP/1.0 200 \n\n",
    (response, "control characters"): b"HTTP/1.0 200 \x7f\r\n\r\n",
    (response, "folded lines"): b"HTTP/1.0 200 \r\nA: b\r\n c\r\n\r\n",
    (response, "no blank and no reason"): b"HTTP/1.0 200\r\n\r\n",
    (response, "statuses from 600"): b"HTTP/1.0 600 \r\n\r\n",
}
ROWS = {request: REQUESTS_DIFFER, response: RESPONSES_DIFFER}


@pytest.mark.parametrize("grammar", ROWS, ids=["request", "response"])
@given(draw=st.data())
def test_h11_reads_the_same(grammar, draw):
    data = draw.draw(wire(grammar, STRATEGIES) | mutated(grammar, STRATEGIES))
    why(data, seen(grammar, data), by_h11(grammar, data), ROWS[grammar])


@pytest.mark.parametrize(
    ("grammar", "name"), DIFFERENCES, ids=lambda it: it if isinstance(it, str) else ""
)
def test_each_difference_is_one(grammar, name):
    """A row that nothing shows any more has to go."""
    data = DIFFERENCES[grammar, name]
    assert name in (why(data, seen(grammar, data), by_h11(grammar, data), ROWS[grammar]) or [])


def test_each_row_has_its_sample():
    assert {(grammar, name) for grammar in ROWS for name in ROWS[grammar]} == set(DIFFERENCES)


@given(requests)
def test_h11_writes_the_same_requests(head):
    """Its client writes 1.1 alone, and Host in front."""
    h11 = pytest.importorskip("h11", reason="h11 is not installed")
    if head.minor == 1:
        event = h11.Request(method=head.method, target=head.target, headers=head.headers)
        written = h11.Connection(h11.CLIENT).send(event)
        assert written == request.build(of_h11(request, event))


# On a live connection.


@protocol
def server():
    """Answer each request with its body."""
    while not (yield from at_eof()):
        head = yield from request
        size = next((int(it) for name, it in head.headers if name == b"Content-Length"), 0)
        body = yield from exactly(size)
        yield from write(
            response.build(Response(1, 200, b"OK", [(b"Content-Length", b"%d" % size)]))
        )
        yield from write(body)


def test_a_server():
    ok = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
    (
        dialogue(server())
        .feed_bytewise(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi")
        .expect(ok % 2 + b"hi")
        .feed(b"GET / HTTP/1.1\r\nHost: x\r\n\r", b"\nGET / HTTP/1.1\r\n")
        .expect(ok % 0)
        .feed(b"A : b")
        .expect_error(ParseError, text='expected b":"')
    )


@protocol
def client():
    """Ask, and give the status and the body."""
    yield from write(request.build(Request(b"GET", b"/", 1, [(b"Host", b"x")])))
    head = yield from response
    yield from emit(head.status)
    return (yield from exactly(int(dict(head.headers)[b"Content-Length"])))


def test_a_client():
    (
        dialogue(client())
        .expect(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        .feed(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na")
        .expect_events(200)
        .feed(b"bcd")
        .expect_result(b"abc")
        .expect_unconsumed(b"d")
    )


def test_a_stream_of_heads():
    (
        dialogue(stream(request)())
        .feed(b"GET /a HTTP/1.0\r\n\r\nGET /b HTTP/1.0\r\n")
        .expect_events(Request(b"GET", b"/a", 0, []))
        .feed(b"\r\n")
        .expect_events(Request(b"GET", b"/b", 0, []))
    )
