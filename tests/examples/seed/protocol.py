# As it was printed in 2016, but for what is marked.
# fmt: off
import ohneio

NEW_LINE = b'\n'

def wait_for(s):
    """Wait for a certain string to be available in the buffer."""
    while True:
        data = yield from ohneio.peek()
        pos = data.find(s)
        if pos > 0:
            return pos
        yield from ohneio.wait()

def read_upto(s):
    """Read data up to the specified string in the buffer.

    If this string is not available in the buffer, this waits for the string to be available.
    """
    pos = yield from wait_for(s)
    data = yield from ohneio.read(pos + len(s))
    return data

@ohneio.protocol
def echo():
    while True:
        line = yield from read_upto(NEW_LINE)
        yield from ohneio.write(line)
