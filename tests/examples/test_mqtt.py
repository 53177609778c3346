"""MQTT 3.1.1: packets by hand from the specification, its refusals, and paho-mqtt beside it.

Source: MQTT Version 3.1.1, OASIS Standard, 2014.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.mqtt import (
    Accepted,
    Connack,
    Connect,
    Disconnect,
    Granted,
    Pingreq,
    Pingresp,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    QoS,
    Suback,
    Subscribe,
    Unsuback,
    Unsubscribe,
    Will,
    control_packet,
    publish,
)
from ohneio import BuildError, ParseError, at_eof, protocol, stream, write
from ohneio.testing import check, dialogue, lint, mutated, roundtrip, wire
from tests.examples.strategies import Difference, Seen, seen, why

# Each packet, with its section.

PACKETS = {
    # 3.1, with the variable header of figure 3.6
    "10 19 0004 4d515454 04 ce 000a 0001 61 0001 74 0001 6d 0001 75 0001 70": Connect(
        "a", Will("t", b"m", QoS.AT_LEAST_ONCE), "u", b"p", keep_alive=10
    ),
    "10 0c 0004 4d515454 04 02 0000 0000": Connect(""),
    "10 0d 0004 4d515454 04 00 ffff 0001 61": Connect("a", keep_alive=0xFFFF, clean=False),
    # 3.2
    "20 02 01 00": Connack(True, Accepted.ACCEPTED),
    "20 02 00 05": Connack(False, Accepted.NOT_AUTHORIZED),
    # 3.3, with the variable header of figure 3.11
    "32 07 0003 61 2f 62 000a": Publish("a/b", b"", qos=QoS.AT_LEAST_ONCE, packet_id=10),
    "31 05 0001 61 68 69": Publish("a", b"hi", retain=True),
    "3c 05 0001 61 0001": Publish("a", b"", qos=QoS.EXACTLY_ONCE, dup=True, packet_id=1),
    # 3.4 to 3.7
    "40 02 0001": Puback(1),
    "50 02 0001": Pubrec(1),
    "62 02 ffff": Pubrel(0xFFFF),
    "70 02 0001": Pubcomp(1),
    # 3.8, the payload of figure 3.23; 3.9, of figure 3.26
    "82 0e 000a 0003 61 2f 62 01 0003 63 2f 64 02": Subscribe(
        10, [("a/b", QoS.AT_LEAST_ONCE), ("c/d", QoS.EXACTLY_ONCE)]
    ),
    "90 05 000a 00 02 80": Suback(
        10, [Granted.AT_MOST_ONCE, Granted.EXACTLY_ONCE, Granted.FAILURE]
    ),
    # 3.10, the payload of figure 3.30; 3.11
    "a2 0c 000a 0003 61 2f 62 0003 63 2f 64": Unsubscribe(10, ["a/b", "c/d"]),
    "b0 02 000a": Unsuback(10),
    # 3.12 to 3.14
    "c0 00": Pingreq(),
    "d0 00": Pingresp(),
    "e0 00": Disconnect(),
}
EXAMPLES = {bytes.fromhex(text): packet for text, packet in PACKETS.items()}


@pytest.mark.parametrize("data", EXAMPLES, ids=lambda data: data.hex()[:16])
def test_packets_of_the_specification(data):
    assert control_packet.parse(data) == EXAMPLES[data]
    assert control_packet.build(EXAMPLES[data]) == data


def test_all_fourteen_are_there():
    assert len({type(packet) for packet in EXAMPLES.values()}) == 14


@pytest.mark.slow
def test_every_law_on_the_examples():
    check(control_packet, EXAMPLES, every=False)
    check(stream(control_packet), [b"".join(EXAMPLES)], every=False)


# Each "MUST" that a single packet can break, by its number in the specification.

REFUSED = {
    "type 0 is reserved [2.2.1]": "00 00",
    "type 15 is reserved [2.2.1]": "f0 00",
    "reserved flags [MQTT-2.2.2-2]": "41 02 0001",
    "PUBREL without its flags [MQTT-3.6.1-1]": "60 02 0001",
    "SUBSCRIBE without its flags [MQTT-3.8.1-1]": "80 06 0001 0001 61 00",
    "a length of five bytes [2.2.3]": "30 80 80 80 80 01",
    "a length with needless bytes [2.2.3]": "c0 80 00",
    "a packet longer than its content": "40 03 0001 00",
    "a packet shorter than its content": "40 01 00",
    "packet identifier 0 [MQTT-2.3.1-1]": "40 02 0000",
    "text that is not UTF-8 [MQTT-1.5.3-1]": "30 03 0001 ff",
    "text with a surrogate [MQTT-1.5.3-1]": "30 05 0003 eda080",
    "text with U+0000 [MQTT-1.5.3-2]": "30 03 0001 00",
    "another protocol name [MQTT-3.1.2-1]": "10 0c 0004 4d515458 04 02 0000 0000",
    "another protocol level [MQTT-3.1.2-2]": "10 0c 0004 4d515454 03 02 0000 0000",
    "the reserved CONNECT flag [MQTT-3.1.2-3]": "10 0c 0004 4d515454 04 03 0000 0000",
    "a will QoS without a will [MQTT-3.1.2-13]": "10 0c 0004 4d515454 04 0a 0000 0000",
    "will QoS 3 [MQTT-3.1.2-14]": "10 12 0004 4d515454 04 1e 0000 0000 0001 61 0001 61",
    "a will retained without a will [MQTT-3.1.2-15]": "10 0c 0004 4d515454 04 22 0000 0000",
    "a password without a name [MQTT-3.1.2-22]": "10 0f 0004 4d515454 04 42 0000 0000 0001 61",
    "no identifier for a kept session [MQTT-3.1.3-8]": "10 0c 0004 4d515454 04 00 0000 0000",
    "a CONNACK with other flags [3.2.2.1]": "20 02 02 00",
    "an unknown return code [3.2.2.3]": "20 02 00 06",
    "QoS 3 [MQTT-3.3.1-4]": "36 05 0001 61 0001",
    "DUP in QoS 0 [MQTT-3.3.1-2]": "38 03 0001 61",
    "a topic name with a wildcard [MQTT-3.3.2-2]": "30 03 0001 23",
    "an empty topic name [MQTT-4.7.3-1]": "30 02 0000",
    "a SUBSCRIBE of nothing [MQTT-3.8.3-3]": "82 02 0001",
    "SUBSCRIBE with QoS 3 [MQTT-3-8.3-4]": "82 06 0001 0001 61 03",
    "an empty topic filter [MQTT-4.7.3-1]": "82 05 0001 0000 00",
    "another SUBACK code [MQTT-3.9.3-2]": "90 03 0001 03",
    "an UNSUBSCRIBE of nothing [MQTT-3.10.3-2]": "a2 02 0001",
    "a PINGREQ with something in it [3.12]": "c0 01 00",
}


@pytest.mark.parametrize("name", REFUSED)
def test_refuses(name):
    data = bytes.fromhex(REFUSED[name])
    assert seen(control_packet, data).kind == "refused"
    check(control_packet, [data], every=False)


@pytest.mark.parametrize(
    "packet",
    [
        Puback(0),
        Publish("a/#", b""),
        Publish("", b""),
        Publish("a", b"", qos=QoS.AT_LEAST_ONCE),
        Publish("a", b"", packet_id=1),
        Publish("a", b"", dup=True),
        Publish("a" * 65536, b""),
        Subscribe(1, []),
        Connect("", clean=False),
        Connect("a", password=b"x"),
        Connect("a", keep_alive=65536),
        Connect("\0"),
        "a packet",
    ],
    ids=lambda packet: repr(packet)[:50],
)
def test_building_refuses(packet):
    with pytest.raises(BuildError):
        control_packet.build(packet)


def test_nothing_waits_for_a_byte_that_never_comes():
    assert not [one for one in lint(control_packet) if one.kind == "waits"]


test_packets_go_round = roundtrip(control_packet)

# What paho writes, it is given as values.

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
names = texts.filter(lambda it: it and not set("+#") & set(it))
wills = st.builds(Will, names, st.binary(max_size=8), st.sampled_from(QoS), st.booleans())


def consistent(it):
    return (it.clean or it.client_id) and (it.username is not None or it.password is None)


connects = st.builds(
    Connect,
    texts,
    st.none() | wills,
    st.none() | texts,
    st.none() | st.binary(max_size=8),
    keep_alive=st.integers(0, 0xFFFF),
    clean=st.booleans(),
).filter(consistent)


@st.composite
def publishes(draw):
    qos = draw(st.sampled_from(QoS))
    return Publish(
        draw(names),
        draw(st.binary(max_size=200)),
        qos=qos,
        retain=draw(st.booleans()),
        dup=bool(qos) and draw(st.booleans()),
        packet_id=draw(st.integers(1, 0xFFFF)) if qos else None,
    )


# paho-mqtt: its readers for what servers send, its writers for what clients do.


class Socket:
    """Not None, which is all that paho's writers ask for."""

    def close(self):
        pass


class Exhausted(BaseException):
    """All bytes were read, and the peer wants more."""


def client(*args, **options):
    mqtt = pytest.importorskip("paho.mqtt.client", reason="paho-mqtt is not installed")

    class Client(mqtt.Client):
        """Without a socket: it reads from `data`, and keeps what it would write."""

        written = b""
        parsed = None

        def _sock_recv(self, size):
            if not self.data:
                raise Exhausted
            taken, self.data = self.data[:size], self.data[size:]
            return taken

        def _packet_handle(self):
            self.parsed = decoded(self._in_packet["command"], bytes(self._in_packet["packet"]))
            return mqtt.MQTT_ERR_SUCCESS

        def _packet_queue(self, command, packet, mid, qos, info=None):
            self.written += bytes(packet)
            return mqtt.MQTT_ERR_SUCCESS

    made = Client(mqtt.CallbackAPIVersion.VERSION2, *args, protocol=mqtt.MQTTv311, **options)
    made._sock = Socket()
    return made


ACKNOWLEDGEMENTS = {
    4: ("puback", Puback),
    5: ("pubrec", Pubrec),
    6: ("pubrel", Pubrel),
    7: ("pubcomp", Pubcomp),
    11: ("unsuback", Unsuback),
}
PINGS = {12: Pingreq, 13: Pingresp}


def decoded(command, packet):
    """The packet of ours that paho's decoders see."""
    from paho.mqtt import _packet

    kind = command >> 4
    if kind in ACKNOWLEDGEMENTS:
        name, made = ACKNOWLEDGEMENTS[kind]
        return made(getattr(_packet, f"decode_{name}")(command, packet, 4).mid)
    if kind in PINGS and not packet:  # as _handle_pingreq and _handle_pingresp
        return PINGS[kind]()
    if kind == 2:
        it = _packet.decode_connack(command, packet, 4)
        return Connack(bool(it.flags), Accepted(it.rc))
    if kind == 3:
        it = _packet.decode_publish(command, packet, 4)
        text = it.topic.decode()
        flags = {"qos": QoS(it.qos), "retain": it.retain, "dup": it.dup}
        return Publish(text, it.payload, packet_id=it.mid or None, **flags)
    if kind == 9:
        it = _packet.decode_suback(command, packet, 4)
        return Suback(it.mid, [Granted(one) for one in it.granted_qos])
    raise LookupError("for servers alone")


def by_paho(data):
    peer = client("")
    peer.data = data
    try:
        code = peer._packet_read()
    except Exhausted:
        return Seen("more")
    except Exception as error:
        return Seen("refused", f"{type(error).__name__}: {error}")
    if code:
        return Seen("refused", f"code {code}")
    return Seen("value", peer.parsed, len(data) - len(peer.data))


DIFFERENCES = {
    "decided early": Difference(
        "refused", "more", "", "41", "it reads a whole packet before it looks; we look at once"
    ),
    "flags of other packets": Difference(
        "refused", "value", r'expected b"', "41020001", "it takes any flags but those of PUBLISH"
    ),
    "a length with needless bytes": Difference(
        "refused", "value", "bytes|length|varint", "c08000", "it reads any length of four bytes"
    ),
    "identifier 0": Difference(
        "refused", "value", "an identifier other than 0", "40020000", "MQTT-2.3.1-1"
    ),
    "text with U+0000": Difference(
        "refused", "value", r"without U\+0000", "3003000100", "MQTT-1.5.3-2"
    ),
    "wildcards": Difference("refused", "value", "without wildcards", "3003000123", "MQTT-3.3.2-2"),
    "DUP in QoS 0": Difference(
        "refused", "value", "flags as in 3.3.1", "3803000161", "MQTT-3.3.1-2"
    ),
    "SUBACK of nothing": Difference(
        "refused", "value", "need|frame", "90020001", "3.9.3: a code each"
    ),
    "packets that servers get": Difference(
        "value", "refused", "for servers alone", "e000", "it is a client"
    ),
}


@given(wire(control_packet) | mutated(control_packet))
def test_paho_reads_the_same(data):
    why(data, seen(control_packet, data), by_paho(data), DIFFERENCES)


@pytest.mark.parametrize("name", DIFFERENCES)
def test_each_difference_is_one(name):
    """A row that nothing shows any more has to go."""
    data = bytes.fromhex(DIFFERENCES[name].sample)
    assert name in (why(data, seen(control_packet, data), by_paho(data), DIFFERENCES) or [])


def test_publish_is_of_its_type_where_nobody_has_looked_before():
    with pytest.raises(ParseError, match=r"expected 3 at offset 0 \(in type\)"):
        publish.parse(bytes.fromhex("7003000161"))


@given(connects)
def test_paho_writes_the_same_connect(packet):
    peer = client(packet.client_id, clean_session=packet.clean)
    if packet.will:
        peer.will_set(packet.will.topic, packet.will.message, packet.will.qos, packet.will.retain)
    peer._username = None if packet.username is None else packet.username.encode()
    peer._password = packet.password
    if packet.client_id:
        peer._send_connect(packet.keep_alive)
        assert peer.written == control_packet.build(packet)


@given(publishes())
def test_paho_writes_the_same_publish(packet):
    peer = client("")
    mid = packet.packet_id or 0
    topic = packet.topic.encode()
    peer._send_publish(mid, topic, packet.payload, packet.qos, packet.retain, packet.dup)
    assert peer.written == control_packet.build(packet)


@given(st.lists(st.tuples(names, st.sampled_from(QoS)), min_size=1, max_size=4))
def test_paho_writes_the_same_subscriptions(filters):
    peer = client("")
    peer._send_subscribe(0, [(name.encode(), int(qos)) for name, qos in filters])
    assert peer.written == control_packet.build(Subscribe(1, filters))
    peer.written = b""
    peer._send_unsubscribe(0, [name.encode() for name, _ in filters])
    assert peer.written == control_packet.build(Unsubscribe(2, [name for name, _ in filters]))


@pytest.mark.parametrize(
    ("send", "packet"),
    [
        (lambda peer: peer._send_puback(7), Puback(7)),
        (lambda peer: peer._send_pubrec(7), Pubrec(7)),
        (lambda peer: peer._send_pubrel(7), Pubrel(7)),
        (lambda peer: peer._send_pubcomp(7), Pubcomp(7)),
        (lambda peer: peer._send_pingreq(), Pingreq()),
        (lambda peer: peer._send_pingresp(), Pingresp()),
        (lambda peer: peer._send_disconnect(), Disconnect()),
    ],
    ids=lambda it: type(it).__name__,
)
def test_paho_writes_the_same_small_packets(send, packet):
    peer = client("")
    send(peer)
    assert peer.written == control_packet.build(packet)


# On a live connection.


@protocol
def broker():
    """Acknowledge what comes, until DISCONNECT."""
    while not (yield from at_eof()):
        match (yield from control_packet):
            case Connect():
                answer = Connack(False, Accepted.ACCEPTED)
            case Publish(packet_id=int(number)):
                answer = Puback(number)
            case Pingreq():
                answer = Pingresp()
            case Disconnect():
                return
            case _:
                raise ParseError("nothing for a server")
        yield from write(control_packet.build(answer))


def test_a_server():
    hello = control_packet.build(Connect("me"))
    news = control_packet.build(Publish("a", b"!", qos=QoS.AT_LEAST_ONCE, packet_id=5))
    (
        dialogue(broker())
        .feed_bytewise(hello)
        .expect(bytes.fromhex("20020000"))
        .feed(news[:3], news[3:] + b"\xc0")
        .expect(bytes.fromhex("40020005"))
        .feed(b"\x00\xe0\x00")
        .expect(bytes.fromhex("d000"))
        .expect_result(None)
    )


def test_a_client():
    (
        dialogue(stream(control_packet)())
        .feed(bytes.fromhex("2002000031050001616869"), b"\xd0")
        .expect_events(Connack(False, Accepted.ACCEPTED), Publish("a", b"hi", retain=True))
        .feed(b"\x00")
        .expect_events(Pingresp())
        .eof()
        .expect_result(None)
    )
