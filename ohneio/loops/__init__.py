"""One thin adapter a loop, and the only place of this library that does I/O.

    blocking   one thread a connection
    select     one thread, a selector, plain functions
    asyncio    coroutines on the standard library's loop
    trio       coroutines in nurseries
    twisted    Deferreds on a reactor
    gevent     one greenlet a connection
    tornado    coroutines on tornado's ``IOLoop``

Each is a module of its own, imported by its name, and has two functions:

``serve(factory, host, port, …)``
    accepts connections and lasts as long as it serves. A *handler* is given
    every event, *on_error* every failure, *on_listening* the server once it
    listens; ``server.address`` is where, ``server.stop()`` the end.

``connect(factory, host, port, …)``
    gives a channel: iterate over it for the events, write to it, ask for its
    result, close it.

What all of them do alike:

* Reading is bounded, and stops while the protocol is blocked on output, while
  output is not sent yet and while a handler has not returned. So back-pressure
  reaches the peer, and memory stays bounded when a peer never reads.
* Events come in order, each before the output that was written after it.
* The end of input is told to the protocol; output still owed is then delivered.
* When the protocol ends, by its result or by its failure, what it had written
  is delivered first, then the connection closes. The server lives on.
* A failure is told once: to ``on_error(peer, error, offset)``, or raised by
  the channel. The quiet goodbye is none: input that ended between two items.
* A handler that raises ends its connection at once, and is told likewise.
* A cancelled operation closes the connection, and `Connection.close` unwinds
  the protocol: what was half sent or half received cannot be taken up again.

They share one engine (`_pump`, which does no I/O at all) and differ in how
they wait.
"""

from ohneio.loops._failures import OnError
from ohneio.loops._sockets import Address, Server

__all__ = ["Address", "OnError", "Server"]
