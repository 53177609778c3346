"""What can be fuzzed, by name."""

from collections.abc import Callable

from examples import http1, messagepack, mqtt, resp, websocket
from tests.fuzz import laws
from tests.fuzz.grammars import grammar_and_input


def resp_any(data: bytes) -> None:
    """The first byte tells which of the three grammars."""
    which = (resp.command, resp.reply2, resp.reply3)[data[0] % 3 if data else 0]
    laws.run(which, data[1:])


def http1_any(data: bytes) -> None:
    laws.run((http1.request, http1.response)[data[0] % 2 if data else 0], data[1:])


def generated(data: bytes) -> None:
    """A grammar and its input, both out of *data*."""
    laws.run(*grammar_and_input(data))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "resp": resp_any,
    "mqtt": lambda data: laws.run(mqtt.control_packet, data),
    "websocket": lambda data: laws.run(websocket.frame, data),
    "http1": http1_any,
    "messagepack": lambda data: laws.run(messagepack.value, data),
    "generated": generated,
}

#: Where a fuzzer begins, and words that it may put in.
SEEDS: dict[str, list[bytes]] = {
    "resp": [
        b"\0*2\r\n$3\r\nGET\r\n$1\r\nk\r\n",
        b"\1*3\r\n+OK\r\n-ERR no\r\n*2\r\n:-7\r\n$-1\r\n",
        b"\2%1\r\n+a\r\n|1\r\n#t\r\n_\r\n~1\r\n,1.5e3\r\n(99999999999999999999\r\n",
        b"\2>2\r\n=7\r\ntxt:abc\r\n!3\r\nERR\r\n,inf\r\n",
    ],
    "mqtt": [
        bytes.fromhex("101900044d51545404ce000a00016100017400016d000175000170"),
        bytes.fromhex("100d00044d51545404020000000161"),
        bytes.fromhex("20020000 320700017400014142 40020001 62020001"),
        bytes.fromhex("82060001000174019003000180a2050001000174b0020001c000d000e000"),
    ],
    "websocket": [
        bytes.fromhex("810548656c6c6f"),
        bytes.fromhex("818537fa213d7f9f4d5158"),
        bytes.fromhex("827e0100") + bytes(256),
        bytes.fromhex("8800 8a00 0180 01020304"),
    ],
    "http1": [
        b"\0GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n",
        b"\0\r\nPOST * HTTP/1.0\r\nA:b\r\n\r\n",
        b"\1HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"\1HTTP/1.1 404 \r\n\r\n",
    ],
    "messagepack": [
        bytes.fromhex("82a7636f6d70616374c3a6736368656d6100"),
        bytes.fromhex("93c0cb3ff8000000000000cdffff d6ff00000001 c40161 d9016b dc0001ff"),
        bytes.fromhex("de0001a16190 c7030501 0203 d18000 d38000000000000000"),
    ],
    "generated": [
        bytes([212, 1, 27, 1, 2, 2, 2, 0, 4, 3, 0, 1, 0, 6, 2, 1, 3, 3, 1, 2, 1]) + b"\x5aab\2ab",
        bytes([8, 1, 0, 0, 0, 1, 0, 0, 7]) + b"aab",
        bytes([12, 1, 7, 0, 6, 1, 3, 2, 0, 1, 1, 2, 3]) + b"abab1:a",
        bytes([20, 1, 26, 1, 0, 0, 4, 1, 5, 1, 12, 2, 7, 9, 1, 1, 1, 1, 1, 1, 1]) + b"([aab\r\n",
    ],
}
