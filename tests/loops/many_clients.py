"""A thousand clients in one process: connect all, then ask all, then leave, all at once.

``python many_clients.py HOST PORT COUNT`` ends with 0 when every answer was right.
"""

import resource
import socket
import sys

QUESTION = b"client %d says hello\n"


def main(host, port, count):
    """Ask twice: with all of them there, then with half-closed connections."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    socks = [socket.create_connection((host, port)) for _ in range(count)]
    for last in (False, True):
        for number, sock in enumerate(socks):
            sock.sendall(QUESTION % number)
            if last:
                sock.shutdown(socket.SHUT_WR)
        for number, sock in enumerate(socks):
            check(sock, QUESTION % number, last)
    for sock in socks:
        sock.close()


def check(sock, expected, last):
    """Wait for the answer, and for the end if it is to be the last."""
    data = b""
    while last or len(data) < len(expected):
        piece = sock.recv(1000)
        if not piece:
            break
        data += piece
    assert data == expected, (data, expected)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
