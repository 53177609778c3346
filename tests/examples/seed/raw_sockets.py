# As it was printed in 2016, but for what is marked.
# ruff: noqa: RUF005, RUF059, UP024
# fmt: off
import contextlib
import select
import socket

from tests.examples.seed.protocol import echo

BUFFER_SIZE = 1024

@contextlib.contextmanager
def create_server(host, port):
    for res in socket.getaddrinfo(host, port):
        af, socktype, proto, canonname, sa = res
        try:
            s = socket.socket(af, socktype, proto)
        except socket.error:
            continue
        try:
            s.bind(sa)
            s.listen(1)
            yield s
            return
        except socket.error:
            continue
        finally:  # mended: stood outside of the loop, after no `try`
            s.close()
    raise RuntimeError("Couldn't create a connection")

def echo_server(host, port):
    connections = {} # open connections: fileno -> (socket, protocol)
    with create_server(host, port) as server:
        while True:
            rlist, _, _ = select.select([server.fileno()] + list(connections.keys()), [], [])

            for fileno in rlist:
                if fileno == server.fileno(): # New connection
                    conn, _ = server.accept()
                    connections[conn.fileno()] = (conn, echo())
                else: # Data comming in
                    sock, proto = connections[fileno]
                    data = sock.recv(BUFFER_SIZE)
                    if not data: # Socket closed
                        del connections[fileno]
                        continue
                    proto.send(data)
                    data = proto.read()
                    if data:
                        sock.sendall(data)  # mended: `send` may take a part of it only

if __name__ == '__main__':
    import sys
    echo_server(host=sys.argv[1], port=int(sys.argv[2]))  # mended: the port stayed text
