# As it was printed in 2016, but for what is marked.
# ruff: noqa: I001
# fmt: off
import asyncio

from tests.examples.seed.protocol import echo

class EchoProtocol(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        self.ohneio = echo()

    def data_received(self, data):
        self.ohneio.send(data)
        output = self.ohneio.read()
        if output:
            self.transport.write(output)

if __name__ == '__main__':
    import sys
    loop = asyncio.new_event_loop()  # mended: `get_event_loop` no longer makes one
    coro = loop.create_server(EchoProtocol, host=sys.argv[1], port=int(sys.argv[2]))
    server = loop.run_until_complete(coro)
    try:
        loop.run_forever()
    finally:
        server.close()
        loop.run_until_complete(server.wait_closed())
        loop.close()
