"""Serve the line echo: ``python -m examples.line_echo --loop asyncio --port 8007``."""

import argparse
import importlib
import logging
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeAlias

from examples.line_echo.protocol import echo, echo_by_hand
from ohneio import Connection
from ohneio.loops import Server

Factory: TypeAlias = Callable[[], Connection[None, object]]

PROTOCOLS: dict[str, Factory] = {"parsers": echo, "by-hand": echo_by_hand}


def announce(server: Server) -> None:
    """Say where the server listens, as soon as it does."""
    print("listening on {}:{}".format(*server.address), flush=True)


# One way to start each loop, and to end by a signal. Only the chosen one is imported.


def under_blocking(factory: Factory, host: str, port: int) -> None:
    """Serve with a thread a connection."""
    from ohneio.loops.blocking import serve

    serve(factory, host, port, on_listening=announce)


def under_select(factory: Factory, host: str, port: int) -> None:
    """Serve with one selector."""
    from ohneio.loops.select import serve

    serve(factory, host, port, on_listening=announce)


def under_asyncio(factory: Factory, host: str, port: int) -> None:
    """Serve on asyncio's loop."""
    import asyncio

    from ohneio.loops.asyncio import serve

    asyncio.run(serve(factory, host, port, on_listening=announce_on_asyncio))


def announce_on_asyncio(server: Server) -> None:
    """Have the signals wake the loop, which may sleep through `KeyboardInterrupt`."""
    import asyncio

    with suppress(NotImplementedError):  # Windows
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, server.stop)
    announce(server)


def under_trio(factory: Factory, host: str, port: int) -> None:
    """Serve on trio."""
    import trio

    from ohneio.loops.trio import serve

    async def run() -> None:
        async with trio.open_nursery() as nursery:
            with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
                serving = partial(serve, factory, host, port, on_listening=announce)
                server = await nursery.start(serving)
                await anext(aiter(signals))
                server.stop()

    trio.run(run)


def under_twisted(factory: Factory, host: str, port: int) -> None:
    """Serve on Twisted's reactor."""
    from twisted.internet.task import react

    from ohneio.loops.twisted import serve

    async def start(_: object) -> None:
        try:
            await serve(factory, host, port, on_listening=announce)
        except OSError as error:
            raise SystemExit(str(error)) from None

    react(start)


def under_gevent(factory: Factory, host: str, port: int) -> None:
    """Serve with a greenlet a connection."""
    import gevent

    from ohneio.loops.gevent import serve

    def ready(server: Server) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):  # else any greenlet may be hit
            gevent.signal_handler(number, server.stop)
        announce(server)

    serve(factory, host, port, on_listening=ready)


def under_tornado(factory: Factory, host: str, port: int) -> None:
    """Serve on tornado's loop, which is asyncio's."""
    import asyncio

    from ohneio.loops.tornado import serve

    asyncio.run(serve(factory, host, port, on_listening=announce_on_asyncio))


LOOPS = {
    "blocking": under_blocking,
    "select": under_select,
    "asyncio": under_asyncio,
    "trio": under_trio,
    "twisted": under_twisted,
    "gevent": under_gevent,
    "tornado": under_tornado,
}


def main() -> None:
    """Serve until interrupted."""
    arguments = parser()
    options = arguments.parse_args()
    logging.basicConfig(format="%(message)s")
    end_politely()
    try:
        importlib.import_module(f"ohneio.loops.{options.loop}")
        LOOPS[options.loop](PROTOCOLS[options.protocol], options.host, options.port)
    except* KeyboardInterrupt:  # trio's comes in a group
        pass
    except* (ImportError, OSError) as errors:  # the loop or the address cannot be had
        arguments.exit(1, "".join(f"{error}\n" for error in errors.exceptions))


def end_politely() -> None:
    """Take SIGTERM for Ctrl-C, which every loop knows how to end by."""
    # A shell starts jobs in the background with Ctrl-C ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, interrupt)


def interrupt(*_: object) -> None:
    """Do as Ctrl-C does."""
    signal.raise_signal(signal.SIGINT)


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    made = argparse.ArgumentParser("python -m examples.line_echo", description=__doc__)
    made.add_argument("--loop", choices=LOOPS, default="asyncio")
    made.add_argument("--host", default="127.0.0.1")
    made.add_argument("--port", type=int, default=8007, help="0 is one that is free")
    made.add_argument("--protocol", choices=PROTOCOLS, default="parsers")
    return made


if __name__ == "__main__":
    main()
