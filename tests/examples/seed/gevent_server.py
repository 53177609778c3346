# As it was printed in 2016, but for what is marked.
# fmt: off
import gevent
from gevent.server import StreamServer

from tests.examples.seed.protocol import echo

BUFFER_SIZE = 1024

def echo_server(host, port):
    server = StreamServer((host, port), handle)
    try:
        server.serve_forever()
    finally:
        server.close()

def handle(socket, address):
    conn = echo()
    try:
        while True:
            data = socket.recv(BUFFER_SIZE)
            if not data:
                break
            conn.send(data)
            data = conn.read()
            if data:
                socket.sendall(data)  # mended: `send` may take a part of it only
            gevent.sleep(0) # Prevent one green thread from taking over
    finally:
        socket.close()

if __name__ == '__main__':
    import sys
    echo_server(host=sys.argv[1], port=int(sys.argv[2]))
