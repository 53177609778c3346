"""A thousand clients in one process: connect all, then ask all, then leave, all at once.

``python many_clients.py HOST PORT COUNT`` ends with 0 when every answer was right.
"""

import resource
import selectors
import socket
import sys

QUESTION = b"client %d says hello\n"


def main(host, port, count):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    socks = [socket.create_connection((host, port)) for _ in range(count)]
    for number, sock in enumerate(socks):
        sock.sendall(QUESTION % number)
    for number, sock in enumerate(socks):
        check(sock, QUESTION % number)
    for number, sock in enumerate(socks):
        sock.sendall(QUESTION % number)
        sock.shutdown(socket.SHUT_WR)
    with selectors.DefaultSelector() as selector:
        answers = {sock: b"" for sock in socks}
        for sock in socks:
            selector.register(sock, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                data = key.fileobj.recv(1000)
                answers[key.fileobj] += data
                if not data:
                    selector.unregister(key.fileobj)
    for number, sock in enumerate(socks):
        assert answers[sock] == QUESTION % number, (number, answers[sock])
        sock.close()


def check(sock, expected):
    data = b""
    while len(data) < len(expected):
        piece = sock.recv(1000)
        assert piece, "the end came too early"
        data += piece
    assert data == expected, data


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
