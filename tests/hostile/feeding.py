"""Ways to feed a connection."""

from ohneio.testing._chunkings import chunkings

__all__ = ["every_way", "fed"]

every_way = chunkings


def fed(factory, *chunks):
    """A new connection that was sent these chunks."""
    conn = factory()
    for chunk in chunks:
        conn.send(chunk)
    return conn
