"""What the suite needs of a loop: serve in a thread, run a client's script, cancel one.

A server runs in a thread of its own; the tests talk to it through plain sockets,
or by a script. Scripts are coroutine functions for every loop: where the loop
knows none, they are run to their end without ever being suspended.

Nothing sleeps to be right. Every wait has `PATIENCE`, which is never reached
unless something hangs; what waits without it ends when its peer loses patience.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import queue
import socket
import struct
import threading

from tests.processes import PATIENCE


class Loop:
    """The loops that need no coroutines; the others override what differs."""

    tls = False
    awaits = False

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return self.name

    @property
    def module(self):
        return importlib.import_module(f"ohneio.loops.{self.name}")

    # Serving.

    @contextlib.contextmanager
    def serving(self, factory, **options):
        """Serve in a thread; give the server; stop, and raise what `serve` raised."""
        listening, ended = queue.Queue(), queue.Queue()
        options.setdefault("on_listening", listening.put)
        if "sock" not in options:
            options.setdefault("port", 0)

        def run():
            try:
                self.run_serve(functools.partial(self.module.serve, factory, **options))
            except BaseException as error:
                listening.put(error)
                ended.put(error)
            else:
                ended.put(None)

        thread = threading.Thread(target=run, name=f"{self} server", daemon=True)
        thread.start()
        server = listening.get(timeout=PATIENCE)
        try:
            if isinstance(server, BaseException):
                raise server
            yield server
        finally:
            if not isinstance(server, BaseException):
                server.stop()
            thread.join(PATIENCE)
            assert not thread.is_alive(), f"{self} does not stop"
        error = ended.get(timeout=PATIENCE)
        if error is not None:
            raise error

    def run_serve(self, serve):
        serve()

    @contextlib.contextmanager
    def serving_until_cancelled(self, factory):
        """Serve in a thread; give the server, and what cancels `serve` as the loop would."""
        listening, cancels = queue.Queue(), queue.Queue()
        options = {"port": 0, "on_listening": listening.put}
        serve = functools.partial(self.module.serve, factory, **options)
        thread = threading.Thread(target=self.run_cancellable, args=(serve, cancels), daemon=True)
        thread.start()
        cancel, server = cancels.get(timeout=PATIENCE), listening.get(timeout=PATIENCE)
        yield server, cancel
        thread.join(PATIENCE)
        assert not thread.is_alive(), f"{self} cannot be cancelled"

    def handler(self, function):
        """Turn a coroutine function into a handler of this loop."""

        def handle(channel, event):
            finish(function(Facade(channel), event))

        return handle

    # Clients.

    def run(self, script):
        """Run a client's script, in which nothing needs to be suspended."""
        return finish(script(self))

    async def connect(self, factory, address, **options):
        return Facade(self.module.connect(factory, *address, **options))

    async def nap(self):
        """Let others run."""

    async def together(self, one, two):
        """Run two coroutines at a time."""
        other = threading.Thread(target=finish, args=(two,))
        other.start()
        await one
        other.join(PATIENCE)

    def cancelled(self, factory, address, until):
        """Iterate over a connection, and cancel that once *until* returns."""
        with self.module.connect(factory, *address) as channel:
            ending = threading.Thread(target=lambda: (until(), channel.abort()))
            ending.start()
            for _ in channel:
                pass
            ending.join(PATIENCE)
            return channel


def finish(coroutine):
    """Run a coroutine that is never suspended."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    finally:
        coroutine.close()
    raise AssertionError("suspended where nothing can be waited for")


class Facade:
    """A channel that does not wait, as one that is awaited."""

    def __init__(self, channel):
        self.channel = channel

    def __getattr__(self, name):
        return getattr(self.channel, name)

    def __aiter__(self):
        return self

    async def __anext__(self):
        try:
            return next(self.channel)
        except StopIteration:
            raise StopAsyncIteration from None

    async def __aenter__(self):
        self.channel.__enter__()
        return self

    async def __aexit__(self, *exc):
        self.channel.__exit__(*exc)

    async def write(self, data):
        self.channel.write(data)

    async def send_eof(self):
        self.channel.send_eof()

    async def result(self):
        return self.channel.result()

    async def aclose(self):
        self.channel.close()


class Blocking(Loop):
    tls = True


class Select(Loop):
    async def together(self, one, two):
        """Writing only queues, and the iteration sends."""
        await two
        await one

    def cancelled(self, factory, address, until):
        """One thread does it all: what ends the iteration comes from inside the block."""
        channel = self.module.connect(factory, *address)
        with contextlib.suppress(KeyboardInterrupt), channel:
            next(channel)
            until()
            raise KeyboardInterrupt
        return channel


class Asyncio(Loop):
    tls = True
    awaits = True

    def run_serve(self, serve):
        import asyncio

        asyncio.run(serve())

    def run_cancellable(self, serve, cancels):
        import asyncio

        async def main():
            task = asyncio.ensure_future(serve())
            loop = asyncio.get_running_loop()
            cancels.put(lambda: loop.call_soon_threadsafe(task.cancel))
            await asyncio.wait([task])
            assert task.cancelled()

        asyncio.run(main())

    def handler(self, function):
        return function

    def run(self, script):
        import asyncio

        return asyncio.run(script(self))

    async def connect(self, factory, address, **options):
        return await self.module.connect(factory, *address, **options)

    async def nap(self):
        import asyncio

        await asyncio.sleep(0.001)

    async def together(self, one, two):
        import asyncio

        await asyncio.gather(one, two)

    def cancelled(self, factory, address, until):
        import asyncio

        async def script():
            channel = await self.module.connect(factory, *address)
            task = asyncio.create_task(consume(channel))
            await asyncio.to_thread(until)
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()
            return channel

        return asyncio.run(script())


async def consume(channel):
    async for _ in channel:
        pass


class Trio(Asyncio):
    def run_serve(self, serve):
        import trio

        trio.run(serve)

    def run_cancellable(self, serve, cancels):
        import trio

        async def main():
            token = trio.lowlevel.current_trio_token()
            with trio.CancelScope() as scope:
                cancels.put(lambda: token.run_sync_soon(scope.cancel))
                await serve()
            assert scope.cancelled_caught

        trio.run(main)

    def run(self, script):
        import trio

        return trio.run(script, self)

    async def nap(self):
        import trio

        await trio.sleep(0.001)

    async def together(self, one, two):
        import trio

        async with trio.open_nursery() as nursery:
            nursery.start_soon(lambda: one)
            nursery.start_soon(lambda: two)

    def cancelled(self, factory, address, until):
        import trio

        async def script():
            channel = await self.module.connect(factory, *address)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(consume, channel)
                await trio.to_thread.run_sync(until)
                nursery.cancel_scope.cancel()
            return channel

        return trio.run(script)


class Gevent(Loop):
    def run_serve(self, serve):
        import gevent

        try:
            serve()
        finally:
            gevent.get_hub().destroy(destroy_loop=True)  # this thread's, which ends now

    def run_cancellable(self, serve, cancels):
        import gevent

        hub = gevent.get_hub()
        greenlet = gevent.spawn(serve)
        cancels.put(
            lambda: hub.loop.run_callback_threadsafe(greenlet.kill, gevent.GreenletExit, False)
        )
        greenlet.join()
        hub.destroy(destroy_loop=True)

    def cancelled(self, factory, address, until):
        import gevent

        def script():
            with self.module.connect(factory, *address) as channel:
                channels.append(channel)
                for _ in channel:
                    pass

        channels = []
        greenlet = gevent.spawn(script)
        gevent.get_hub().threadpool.apply(until)
        greenlet.kill()
        return channels[0]

    async def nap(self):
        import gevent

        gevent.sleep(0.001)

    async def together(self, one, two):
        import gevent

        other = gevent.spawn(finish, two)
        await one
        other.get()


class Tornado(Asyncio):
    pass


class Twisted(Loop):
    """One reactor for the whole session, in a thread: it cannot be started again."""

    awaits = True

    def handler(self, function):
        return lambda channel, event: function(Twist(channel), event)

    def run_serve(self, serve):
        self._in_reactor(serve)

    def run_cancellable(self, serve, cancels):
        from twisted.internet import reactor
        from twisted.internet.defer import CancelledError

        def start():
            serving = serve()
            cancels.put(lambda: reactor.callFromThread(serving.cancel))
            return serving

        with contextlib.suppress(CancelledError):
            self._in_reactor(start)

    def run(self, script):
        from twisted.internet.defer import Deferred

        return self._in_reactor(lambda: Deferred.fromCoroutine(script(self)))

    async def connect(self, factory, address, **options):
        return Twist(await self.module.connect(factory, *address, **options))

    async def nap(self):
        from twisted.internet import reactor
        from twisted.internet.task import deferLater

        await deferLater(reactor, 0.001)

    async def together(self, one, two):
        from twisted.internet.defer import Deferred, gatherResults

        await gatherResults([Deferred.fromCoroutine(one), Deferred.fromCoroutine(two)])

    def cancelled(self, factory, address, until):
        from twisted.internet.defer import CancelledError, Deferred
        from twisted.internet.threads import deferToThread

        async def script():
            channel = await self.module.connect(factory, *address)
            iterating = Deferred.fromCoroutine(consume(channel))
            await deferToThread(until)
            iterating.cancel()
            with contextlib.suppress(CancelledError):
                await iterating
            await channel.closed()
            return channel

        return self._in_reactor(lambda: Deferred.fromCoroutine(script()))

    def _in_reactor(self, function):
        from twisted.internet.threads import blockingCallFromThread

        return blockingCallFromThread(reactor_in_thread(), function)


class Twist(Facade):
    """A Twisted channel, with the methods of the other loops."""

    def __aiter__(self):
        return self.channel.__aiter__()

    async def __anext__(self):
        return await self.channel.__anext__()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *exc):
        await self.aclose()

    async def write(self, data):
        await self.channel.write(data)

    async def result(self):
        return await self.channel.result()

    async def aclose(self):
        await self.channel.close()


@functools.cache
def reactor_in_thread():
    import atexit

    from twisted.internet import reactor

    running = threading.Event()
    reactor.callWhenRunning(running.set)
    thread = threading.Thread(target=reactor.run, kwargs={"installSignalHandlers": False})
    thread.daemon = True
    thread.start()
    assert running.wait(PATIENCE)
    atexit.register(lambda: (reactor.callFromThread(reactor.stop), thread.join(PATIENCE)))
    return reactor


KINDS = {
    "blocking": Blocking,
    "select": Select,
    "asyncio": Asyncio,
    "trio": Trio,
    "twisted": Twisted,
    "gevent": Gevent,
    "tornado": Tornado,
}
LOOPS = [kind(name) for name, kind in KINDS.items()]


def limit_buffers(sock, size):
    """Make the system keep little of what is sent to, and read from, a socket."""
    if size is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, size)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)


def listening(buffers=None):
    """A socket that listens; what it accepts has the same buffers."""
    listener = socket.create_server(("127.0.0.1", 0))
    limit_buffers(listener, buffers)
    return listener


class Peer:
    """A plain socket that knows nothing of ohneio."""

    def __init__(self, sock):
        sock.settimeout(PATIENCE)
        self.sock = sock

    @classmethod
    def to(cls, server, *, buffers=None):
        sock = socket.socket()
        limit_buffers(sock, buffers)
        sock.settimeout(PATIENCE)
        try:
            sock.connect(server.address)
        except BaseException:
            sock.close()
            raise
        return cls(sock)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.sock.close()

    @property
    def name(self):
        return self.sock.getsockname()

    def send(self, data):
        self.sock.sendall(data)

    def send_eof(self):
        self.sock.shutdown(socket.SHUT_WR)

    def exactly(self, size):
        data = bytearray()
        while len(data) < size:
            piece = self.sock.recv(min(size - len(data), 1 << 20))
            if not piece:
                raise EOFError(f"the end after {len(data)} of {size} bytes")
            data += piece
        return bytes(data)

    def rest(self):
        """Everything up to the end."""
        pieces = []
        while piece := self.sock.recv(1 << 20):
            pieces.append(piece)
        return b"".join(pieces)

    def gone(self):
        """Wait until the other end has closed, whichever way."""
        with contextlib.suppress(ConnectionError):
            self.rest()

    def ask(self, question):
        """One question, one answer of the same length."""
        self.send(question)
        return self.exactly(len(question))

    def reset(self):
        """Close as a crashed machine would: without saying goodbye."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


@contextlib.contextmanager
def scripted(script, buffers=None):
    """A server for one client: run *script* with its `Peer` in a thread; give the server."""
    failed = queue.Queue()

    def run():
        try:
            sock, _ = listener.accept()
            with Peer(sock) as peer:
                script(peer)
        except BaseException as error:
            failed.put(error)

    with listening(buffers) as listener:
        listener.settimeout(PATIENCE)
        thread = threading.Thread(target=run, name="scripted server", daemon=True)
        thread.start()
        yield listener.getsockname()
        thread.join(PATIENCE)
        assert not thread.is_alive(), "the script does not end"
    with contextlib.suppress(queue.Empty):
        raise failed.get_nowait()
