"""The protocol and the three servers of the 2016 document, with the fewest mends.

Each mend is marked; nothing else differs from what was printed.
"""
