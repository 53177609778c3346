"""Protocols written by hand: lines and small records, each emitted.

Every library's protocol is written as its own documentation shows it, with
what it offers for the purpose.  The release of 2016 has neither a search nor
events: its lines are found as its tutorial does it, and its values go into a
list.

Where the input ends between two items, ours raises an error that says so
(``have`` is 0, and adapters take that for a goodbye) and sansproto closes,
if `begin_event` was called, as it is in all of its examples.  Both are shown
in their other form as well: ours that asks `at_eof`, sansproto that does not
say where an event begins.
"""

from __future__ import annotations

import random
from struct import Struct

from ohneio import at_eof, emit, protocol, read, struct_unpack, until

from .._driving import appending, calling, collecting, connecting, responding
from .._peers import original
from .._rows import Competitor, Job, Row, Runner, ahead
from ..limits import lines as line_limits
from ..limits import records as record_limits

__all__ = ["ROWS"]

HEADER = Struct("!IHH")


def lines_of_40(items: int) -> bytes:
    """Return lines of 40 bytes, the newline included."""
    letters = bytes(set(range(256)) - set(b"\n"))
    source = random.Random(40)
    return b"".join(bytes(source.choices(letters, k=39)) + b"\n" for _ in range(items))


def records_of_8(items: int) -> bytes:
    return random.Random(8).randbytes(8 * items)


# Ours.


def our_lines() -> Runner:
    line = until(b"\n")

    @protocol
    def lines():
        while True:
            yield from emit((yield from line))

    return connecting(lines)


def our_lines_to_the_end() -> Runner:
    line = until(b"\n")

    @protocol
    def lines():
        while not (yield from at_eof()):
            yield from emit((yield from line))

    return connecting(lines)


def our_lines_awaited() -> Runner:
    line = until(b"\n")

    @protocol
    async def lines():
        while True:
            await emit(await line)

    return connecting(lines)


def our_reads() -> Runner:
    unpack = HEADER.unpack

    @protocol
    def records():
        while True:
            yield from emit(unpack((yield from read(8))))

    return connecting(records)


def our_structs() -> Runner:
    record = struct_unpack("!IHH")

    @protocol
    def records():
        while True:
            yield from emit((yield from record))

    return connecting(records)


def our_structs_emitted_alone() -> Runner:
    """`emit` is done when it is called; ``yield from`` is for the eye."""
    record = struct_unpack("!IHH")

    @protocol
    def records():
        while True:
            emit((yield from record))

    return connecting(records)


# sansproto: a reader that is handed around, and a callback for events.


def sansproto_lines() -> Runner:
    import sansproto

    @sansproto.receiver
    def lines(emit):
        reader = sansproto.Reader()
        while True:
            reader.begin_event()
            emit((yield from reader.read_until(b"\n")))

    return collecting(lines)


def sansproto_lines_unmarked() -> Runner:
    import sansproto

    @sansproto.receiver
    def lines(emit):
        reader = sansproto.Reader()
        while True:
            emit((yield from reader.read_until(b"\n")))

    return collecting(lines)


def sansproto_reads() -> Runner:
    import sansproto

    unpack = HEADER.unpack

    @sansproto.receiver
    def records(emit):
        reader = sansproto.Reader()
        while True:
            reader.begin_event()
            emit(unpack((yield from reader.read(8))))

    return collecting(records)


def sansproto_reads_unmarked() -> Runner:
    import sansproto

    unpack = HEADER.unpack

    @sansproto.receiver
    def records(emit):
        reader = sansproto.Reader()
        while True:
            emit(unpack((yield from reader.read(8))))

    return collecting(records)


def sansproto_structs() -> Runner:
    import sansproto

    @sansproto.receiver
    def records(emit):
        reader = sansproto.Reader()
        while True:
            reader.begin_event()
            emit((yield from reader.read_struct(HEADER)))

    return collecting(records)


def sansproto_structs_unmarked() -> Runner:
    import sansproto

    @sansproto.receiver
    def records(emit):
        reader = sansproto.Reader()
        while True:
            emit((yield from reader.read_struct(HEADER)))

    return collecting(records)


# iofree: requests that its driver answers, and a queue of events.


def iofree_lines() -> Runner:
    import iofree

    @iofree.parser
    def lines():
        parser = yield from iofree.get_parser()
        while True:
            parser.respond(result=(yield from iofree.read_until(b"\n", return_tail=False)))

    return responding(lines)


def iofree_reads() -> Runner:
    import iofree

    unpack = HEADER.unpack

    @iofree.parser
    def records():
        parser = yield from iofree.get_parser()
        while True:
            parser.respond(result=unpack((yield from iofree.read(8))))

    return responding(records)


def iofree_structs() -> Runner:
    import iofree

    @iofree.parser
    def records():
        parser = yield from iofree.get_parser()
        while True:
            parser.respond(result=(yield from iofree.read_raw_struct(HEADER)))

    return responding(records)


# ohneio as it was in 2016.


def original_lines() -> Runner:
    then = original()

    def wait_for(delimiter):
        while True:
            data = yield from then.peek()
            at = data.find(delimiter)
            if at >= 0:  # its tutorial has `> 0`, and stops at an empty line
                return at
            yield from then.wait()

    @then.protocol
    def lines(values):
        while True:
            size = yield from wait_for(b"\n")
            values.append((yield from then.read(size + 1))[:size])

    return appending(lines)


def original_reads() -> Runner:
    then = original()
    unpack = HEADER.unpack

    @then.protocol
    def records(values):
        while True:
            values.append(unpack((yield from then.read(8))))

    return appending(records)


UNMARKED = "sansproto without begin_event"
TARGETS = {"iofree": ahead(2.5), "ohneio of 2016": ahead(5)}

LINES = Row(
    Job("lines of 40 bytes, by hand", lines_of_40, items=8192),
    ours=(
        Competitor("yield from", our_lines),
        Competitor("await", our_lines_awaited),
        Competitor("yield from, at_eof", our_lines_to_the_end, aside=True),
    ),
    peers=(
        Competitor("sansproto", sansproto_lines),
        Competitor(UNMARKED, sansproto_lines_unmarked, aside=True),
        Competitor("iofree", iofree_lines),
        Competitor("ohneio of 2016", original_lines),
    ),
    limits=(
        Competitor("flat loop", lambda: calling(line_limits.by_find)),
        Competitor("split", lambda: calling(line_limits.by_split)),
    ),
    targets={"sansproto": ahead(1.2), **TARGETS},
)

READS = Row(
    Job("records of 8 bytes, by hand: read and unpack", records_of_8, items=8192),
    ours=(Competitor("read(8)", our_reads),),
    peers=(
        Competitor("sansproto", sansproto_reads),
        Competitor(UNMARKED, sansproto_reads_unmarked, aside=True),
        Competitor("iofree", iofree_reads),
        Competitor("ohneio of 2016", original_reads),
    ),
    limits=(Competitor("flat loop", lambda: calling(lambda: record_limits.one_by_one(HEADER))),),
    targets={"sansproto": ahead(1), **TARGETS},
)

STRUCTS = Row(
    Job("records of 8 bytes, by hand: a struct at a time", records_of_8, items=8192),
    ours=(
        Competitor("struct_unpack", our_structs),
        Competitor("struct_unpack, emit(...) alone", our_structs_emitted_alone, aside=True),
    ),
    peers=(
        Competitor("sansproto", sansproto_structs),
        Competitor(UNMARKED, sansproto_structs_unmarked, aside=True),
        Competitor("iofree", iofree_structs),
        Competitor("ohneio of 2016", original_reads),
    ),
    limits=(Competitor("iter_unpack", lambda: calling(lambda: record_limits.together(HEADER))),),
    targets={"sansproto": ahead(1), **TARGETS},
)

ROWS = [LINES, READS, STRUCTS, LINES.at(1460), LINES.at(64), STRUCTS.at(64)]
