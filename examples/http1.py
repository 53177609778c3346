"""HTTP/1.1 request and response heads, strict where smuggling lives on leniency.

Lines end in CRLF and nothing else; there is no space before a colon, no folded
line, no length that two readers could read in two ways.

Source: RFC 9110 (HTTP Semantics) and RFC 9112 (HTTP/1.1).
"""

from __future__ import annotations

import string

from ohneio import field, integer, literal, many, one_of, optional, record, seq, take_while, wire

__all__ = ["Headers", "Request", "Response", "request", "response"]

#: Names and values, in their order.
Headers = list[tuple[bytes, bytes]]

# RFC 9110, 5.6.2 Tokens; 5.5 Field Values; RFC 9112, 3.2 Request Target; 4 Status Line.
TOKEN = b"!#$%&'*+-.^_`|~" + (string.digits + string.ascii_letters).encode()
VISIBLE = bytes(range(0x21, 0x7F))
OBSOLETE = bytes(range(0x80, 0x100))
BLANK = b" \t"

crlf, space = literal(b"\r\n"), literal(b" ")
token = take_while(TOKEN, min=1, max=256)
version = literal(b"HTTP/1.") >> one_of(b"01").map(int, lambda minor: b"%d" % minor)


def strip(content: bytes) -> bytes:
    """RFC 9110, 5.5: a field value does not include the blanks around it."""
    return content.strip(BLANK)


content = take_while(VISIBLE + OBSOLETE + BLANK, max=8192)
field_line = seq(
    token.label("field name") << literal(b":"),
    content.map(strip, lambda content: b" " + content) << crlf,
)
headers = many(field_line, max=100) << crlf


def names_of(headers: Headers) -> list[bytes]:
    """Return the names of all fields, whose case does not matter."""
    return [name.lower() for name, _ in headers]


def framed_once(names: list[bytes], headers: Headers) -> bool:
    """RFC 9112, 6.3: at most one way to tell where the body ends."""
    lengths, codings = names.count(b"content-length"), names.count(b"transfer-encoding")
    if lengths + codings > 1:
        return False
    if lengths:
        length = headers[names.index(b"content-length")][1]
        return length.isdigit() and len(length) <= 19
    return not codings or headers[names.index(b"transfer-encoding")][1].lower() == b"chunked"


@wire
class Request:
    """RFC 9112, 3: a request line and the fields behind it."""

    method: bytes = field(token << space)
    target: bytes = field(take_while(VISIBLE, min=1, max=8192) << space)
    minor: int = field(version << crlf)
    headers: Headers = field(headers)

    def is_clear(self) -> bool:
        """RFC 9112, 3.2: exactly one Host, in 1.1; 6.1: no transfer coding in 1.0."""
        names = names_of(self.headers)
        hosts = names.count(b"host")
        alone = hosts == 1 if self.minor else hosts <= 1 and b"transfer-encoding" not in names
        return alone and framed_once(names, self.headers)


@wire
class Response:
    """RFC 9112, 4: a status line and the fields behind it."""

    minor: int = field(version << space)
    status: int = field(integer(digits=3).verify(lambda it: 100 <= it <= 599, "a status") << space)
    reason: bytes = field(take_while(VISIBLE + OBSOLETE + BLANK, max=1024) << crlf)
    headers: Headers = field(headers)

    def is_clear(self) -> bool:
        return framed_once(names_of(self.headers), self.headers)


request = optional(crlf) >> record(Request).verify(Request.is_clear, "one Host and one body length")
response = record(Response).verify(Response.is_clear, "one body length")
