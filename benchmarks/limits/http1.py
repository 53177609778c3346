"""HTTP/1.1 request heads: cut into lines, and what is checked is checked on all lines at once.

A head is looked at when its end is there; what was searched for that is not
searched again.
"""

from __future__ import annotations

from collections.abc import Callable

from examples.http1 import BLANK, OBSOLETE, TOKEN, VISIBLE, Request

__all__ = ["requests"]

#: What the grammar bounds: a name, a value or target, the number of fields.
NAME, VALUE, FIELDS = 256, 8192, 100
LONGEST = 2 * VALUE + FIELDS * (NAME + VALUE + 4)

PLAIN = VISIBLE + OBSOLETE + BLANK
ENDS = [b"\r\n" * lines for lines in range(FIELDS + 1)]
MINORS = {b"HTTP/1.0": 0, b"HTTP/1.1": 1}


class Unclear(ValueError):
    """No head of a request, or one that two readers could read in two ways."""


def requests() -> Callable[[bytes], list[Request]]:
    """Return a function from a chunk to the request heads that it completes."""
    rest = b""
    new, minor_of = object.__new__, MINORS.get
    set_method, set_target = Request.method.__set__, Request.target.__set__
    set_minor, set_headers = Request.minor.__set__, Request.headers.__set__

    def feed(chunk: bytes) -> list[Request]:
        nonlocal rest
        seen = max(len(rest) - 3, 0)
        data = rest + chunk if rest else chunk
        found: list[Request] = []
        last = 0
        while True:
            start = last + 2 if data.startswith(b"\r\n", last) else last
            end = data.find(b"\r\n\r\n", start if start > seen else seen)
            if end < 0:
                break
            last = end + 4
            head = data[start:end]
            lines = head.split(b"\r\n")
            count = len(lines) - 1
            # No byte but those allowed, and no CR or LF alone.
            if count > FIELDS or head.translate(None, PLAIN) != ENDS[count]:
                raise Unclear
            method, target, version = lines[0].split(b" ")
            minor = minor_of(version)
            if minor is None or not target or target.translate(None, VISIBLE):
                raise Unclear
            del lines[0]
            headers: list[tuple[bytes, bytes]] = []
            names = [method]
            for line in lines:
                name, colon, value = line.partition(b":")
                if not colon or len(value) > VALUE:
                    raise Unclear
                headers.append((name, value.strip(BLANK)))
                names.append(name.lower())
            if b"" in names or b"".join(names).translate(None, TOKEN):
                raise Unclear
            if end - start > NAME and (max(map(len, names)) > NAME or len(target) > VALUE):
                raise Unclear
            one = new(Request)
            set_method(one, method)
            set_target(one, target)
            set_minor(one, minor)
            set_headers(one, headers)
            del names[0]
            once = minor and names.count(b"host") == 1
            body = b"content-length" in names or b"transfer-encoding" in names
            if (body or not once) and not one.is_clear():
                raise Unclear
            found.append(one)
        if len(data) - last > LONGEST:
            raise Unclear
        rest = data[last:]
        return found

    return feed
