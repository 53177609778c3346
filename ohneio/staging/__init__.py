"""From a grammar to one flat Python function.

A grammar is plain data: a tree of parsers, each of which can be run by itself,
as a generator that its parent drives.  That is how every grammar begins, and
it is what this package has to agree with.  But a generator a node costs some
hundred nanoseconds, where the work itself, a slice or a comparison, costs
thirty.  So a grammar that is used a second time is written down as the
function that a person would have written for it, and compiled.

There are five forms of it, one for each way to use a grammar.  *items* emits one
item after the other, for ``stream(p)``.  The *lane* takes the chunks that come while
*items* sleeps.  *item* takes one item, for ``yield from p``, and goes on in any chunk.
*once* takes an input that is there, for ``p.parse``, and where that is not as usual
gives all of it up.  *build* makes the bytes of a value, for ``p.build``.

Take three nodes, and a number of bytes that one tells another::

    message = length_prefixed(uint8, rest)

``print(message.source)`` shows what becomes of it, all five forms.  Names in capitals are
objects that a function was compiled with: here two nodes, ``NUMBER`` for the `uint8` and
``REST``, and two functions: ``WITHIN`` runs a node up to an end, and ``PAUSES`` tells
whether the code may wait for so many bytes by itself, having made ready for it.  ``run``
is the state of the protocol that the code is a part of, and ``run.hand_over`` notes in it
how far the code has come, so that a node can go on there.  In *items* that is, without
what it does between two items::

    start = base + pos
    while True:
        if pos < stop:
            number2 = data[pos]
        elif PAUSES(run, start, pos, pos, 1):
            data = emit = None
            yield WAIT
            data, pos, stop, base, emit = run.here()
            continue
        else:
            data = emit = run.hand_over(start, pos)
            number2 = yield from NUMBER._parse()
            data, pos, stop, base, emit = run.here()
            pos -= 1
        break
    pos += 1
    end2 = pos + number2
    while True:
        if end2 <= stop:
            data2 = data[pos:end2]
            pos = end2
        elif end2 > stop and PAUSES(run, start, pos, pos, end2 - pos):
            ...
        else:
            ...
            data2 = yield from WITHIN(REST, base + end2)
            ...
        break
    emit(data2)

``data`` is the block that the input is in, ``pos`` where it is read, ``stop``
the end of what may be read of it (of the block, a frame, or the limit), and
``base`` the offset in the stream of the block's first byte.  All of them are
locals.  The branch that nearly always runs is a comparison and a slice.

The last branch is the idea of this package: *whatever is not as usual is left
to the grammar's own nodes*.  A byte that does not fit, a limit, the end of the
input, a class nobody has heard of: the position is handed back, the node runs
as it always does, waits, fails, raises and remembers as it always does, and
behind it the code goes on where the node has stopped.  So errors, offsets,
limits, leftovers and moments of decision are not written a second time, and
cannot differ.

The branch between is for what is usual in small chunks: a few bytes are missing,
and nothing else can be said before they come.  Then the code itself waits, and
goes on where it was; see `core._pauses` for what makes that sure.

The lane is asked for when a stream has given an item.  It can neither fail nor let a
node run: it is a generator that is given each chunk while that of the stream sleeps::

    while True:
        if pos >= stop:
            break
        ...
        end2 = pos + number2
        while not (end2 <= stop):
            if end2 > stop and (gone := rests(run, data, start, pos, end2, chunk, True)) >= 0:
                start, end2, pos = start - gone, end2 - gone, pos - gone
                ...
                run, chunk = yield True
                source, emitted = run.input, run.emitted
                data = source.data + chunk
                ...
                continue
            return leaves(run, data, start)
        data2 = data[pos:end2]
        pos = end2
        start = pos  # before: an interruption comes behind a call
        emitted.append(data2)

Where a chunk's end has cut a token it waits for the next chunk, with no more around it
than that; whatever is irregular is left to the generator of the stream, from the item's
beginning on: see `core._lanes`.

Where things are:

``_code``        lines of source, and the objects that they name
``_emitter``     the conventions that all rules keep, and how each class finds its rule
``_writing``, ``_scoping``, ``_leaving``
                 what it stands on: lines and positions, what stands around a node,
                 what is irregular
``_tokens``, ``_sequences``, ``_records``, ``_choices``, ``_optional``, ``_tags``, ``_ahead``,
``_loops``, ``_many``, ``_separated``, ``_frames``, ``_transforms``
                 a rule for each class of the vocabulary
``_beginning``   what a parser begins with, as far as one byte decides
``_decisive``    what decides against a branch before it runs
``_failing``, ``_refusing``
                 branches that fail in place, and which may, where that was not decided before
``_bits``        fields of bits, those of one byte together
``_views``, ``_computed``, ``_proving``
                 what functions of a record's fields are given; what is computed of an object,
                 and need not be compared
``_packets``     records with bits beside other fields, with frames, and with verdicts
``_making``      an object of a record, filled field by field, where nobody could tell
``_verdicts``    what functions say of a first byte, found out when the code is written
``_reading``, ``_saying``, ``_names``, ``_expressions``, ``_inlining``, ``_handing``,
``_answers``
                 functions of the grammar's author, written into the code
``_fused``       neighbours that are taken at once: by one struct, or one regular expression
``_regular``     tokens that one regular expression takes at once
``_lookup``      short numbers, found in a table
``_families``    branches that differ in a number only
``_batches``     streams that a method of C takes apart, in small chunks without being woken
``_recursion``, ``_itself``, ``_ways_back``, ``_flow``, ``_turns``, ``_whole``,
``_whole_records``
                 grammars that refer to themselves, as a loop with a stack
``_late``        what generated code calls where something is irregular
``_pausing``, ``_opening``, ``_partial``
                 where the code itself waits, and for what
``_forms``       the functions: of a stream, of its lane, of one item, of a whole input
``_building``, ``_build_pieces``, ``_build_forms``
                 the same for building: conventions, what is built, the function
``_build_tokens``, ``_build_bits``, ``_build_sequences``, ``_build_loops``, ``_build_frames``,
``_build_transforms``, ``_build_choices``, ``_build_tags``
                 and its rules; ``_build_taken``: what tells alternatives apart
``_engine``      from source to functions, and when

A grammar is staged when it is used a second time, separately for each way to
use it, so that of the five forms those are made that are wanted.  `stage` makes all at once,
`unstaged` forbids it for one parser, and with ``OHNEIO_STAGING=off`` in the
environment nothing is staged (``always``: on first use).  Without this package
the library is slower, and otherwise the same.

Functions of the author's that are an expression, or little more, are written into
the code: ``when=lambda it: it.short == 126`` is ``if short == 126:``.  Their source is
believed only if it compiles to the very code of the function; see `_reading`.

Doubts: a function that a grammar calls (of `map`, say) may be called again with
the same value where a chunk ends inside an alternative; functions of grammars
should not count their calls in any case, since alternatives are tried again.
Classes, and what functions say, are believed to stay as they were when the code was
written: to ask again with each item would cost what is saved.
"""

from ._engine import hand_over, source, stage, unstaged

__all__ = ["hand_over", "source", "stage", "unstaged"]
