"""The best that we can write by hand for a job, without any library.

Flat loops and single C calls, one module a job: what ohneio is measured
against, so they must be honest.  They make the checks that ours makes, limits
included, and they are compared by value like every other competitor; a test
feeds both with spoiled bytes.  They know the one job, and what is rare in it
may be slow.  Where items are small they may wait until all of one is there, and
begin it again with the next chunk; so they may notice later than ours that
bytes are wrong.
"""
