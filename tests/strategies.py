"""Strategies that several tests draw from."""

from hypothesis import strategies as st


@st.composite
def chunked(draw, data):
    """Cut *data*, bytes or a strategy for them, into chunks, of which some may be empty."""
    whole = draw(data) if isinstance(data, st.SearchStrategy) else data
    places = draw(st.lists(st.integers(0, len(whole)), max_size=20).map(sorted))
    return [whole[a:b] for a, b in zip([0, *places], [*places, len(whole)], strict=True)]


def bytes_of(alphabet, max_size=60):
    """Bytes, most of them out of *alphabet*."""
    known = st.sampled_from([bytes([byte]) for byte in alphabet])
    any_byte = st.binary(min_size=1, max_size=1)
    one = st.one_of(known, known, known, known, any_byte)
    return st.lists(one, max_size=max_size).map(b"".join)


def mutated(corpus):
    """One of the *corpus*, with a byte changed, dropped, doubled, or the end cut off."""

    def mutate(drawn):
        data, place, byte, how = drawn
        at = place % (len(data) + 1)
        middle = {"change": byte, "drop": b"", "double": data[at : at + 1] * 2, "cut": b""}[how]
        return data[:at] + middle + (b"" if how == "cut" else data[at + 1 :])

    parts = (
        st.sampled_from(corpus),
        st.integers(0, 1 << 20),
        st.binary(min_size=1, max_size=1),
        st.sampled_from(["change", "drop", "double", "cut"]),
    )
    return st.tuples(*parts).map(mutate)


def conditions(names):
    """Source of conditions on some *names*, of which some are compared with what they may be."""
    numbers = st.sampled_from(["0", "1", "5", "125", "126", "127", "65535", "1 << 16", "LIMIT"])
    operand = st.one_of(st.sampled_from(names), numbers, st.just("None"))
    operators = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    compared = st.one_of(
        st.builds("({} {} {})".format, operand, operators, operand),
        st.builds("({} {} {} {} {})".format, numbers, operators, operand, operators, operand),
        st.builds("({} {} None)".format, st.sampled_from(names), st.sampled_from(["is", "is not"])),
    )

    def joined(inner):
        return st.one_of(
            st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or", "=="]), inner),
            st.builds("(not {})".format, inner),
            st.builds("({} if {} else {})".format, inner, inner, inner),
        )

    return st.recursive(st.one_of(compared, st.sampled_from(names)), joined, max_leaves=6)
