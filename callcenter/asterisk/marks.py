"""What the server itself writes into a journal, between the messages of Asterisk and in their form.

A floor also moves by what no PBX says: a wrap-up falls due, the directory changes. With these marks the journal holds
everything that was told, in its order, so that reading it back gives exactly what was.
"""

from typing import cast

import msgspec
from msgspec.structs import replace

from callcenter.asterisk.messages import END
from callcenter.floor.events import AnyEvent, DirectoryChanged, Instant, PbxName, Ticked

PREFIX = b"Event: Callcenter"
TOLD = PREFIX + b"Told\r\n"
HOLE = PREFIX + b"Hole\r\n"
CLOSED = PREFIX + b"Closed\r\n"

Told = Ticked | DirectoryChanged
"""The events that are ours to tell."""

_CONTENT = b"Content: "
_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(Told)


def told(event: Told) -> bytes:
    """The mark of an event that did not come from Asterisk. JSON has no line ends: it cannot break the framing."""
    return b"%sTimestamp: %.6f\r\n%s%s%s" % (TOLD, event.at, _CONTENT, _encode(event), END)


def event_in(raw: bytes, pbx: PbxName) -> AnyEvent:
    """The event of a `TOLD` mark, at the PBX whose journal it is. Raises ValueError for one that holds none."""
    event = _decoder.decode(raw[raw.index(_CONTENT) + len(_CONTENT) :])
    return cast(AnyEvent, replace(event, pbx=pbx))


def hole(since: Instant, until: Instant) -> bytes:
    """The mark of a time in which the journal could not be written; by our own clock."""
    return b"%sTimestamp: %.6f\r\nSince: %.6f%s" % (HOLE, until, since, END)


def closed(at: Instant) -> bytes:
    """The mark of a connection's end: what it left unfinished is not continued behind it."""
    return b"%sTimestamp: %.6f%s" % (CLOSED, at, END)
