"""The best that we can write by hand for a job, without any library.

Flat loops and single C calls, one module a job: what ohneio is measured
against, so they must be honest.  They make the checks that ours makes (the
limit on a token's length, no byte looked at twice while a long one arrives),
and they are compared by value like every other competitor.
"""
