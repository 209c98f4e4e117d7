"""What the server itself writes into a journal, between the messages of Asterisk and in their form.

A floor also moves by what no PBX says: a wrap-up falls due, the directory changes. With these marks the journal holds
everything that was told, in its order, so that reading it back gives exactly what was.
"""

from typing import TypeAlias

import msgspec
from msgspec import Struct, structs
from msgspec.structs import replace

from callcenter.asterisk.messages import END
from callcenter.floor.events import DirectoryChanged, GapSettled, LoggedTalk, Ticked
from callcenter.floor.facts import AnyFact
from callcenter.floor.terms import ChannelId, Instant, PbxName

PREFIX = b"Event: Callcenter"
TOLD = PREFIX + b"Told\r\n"
HOLE = PREFIX + b"Hole\r\n"
CLOSED = PREFIX + b"Closed\r\n"
STARTED = PREFIX + b"Started\r\n"

Told: TypeAlias = Ticked | DirectoryChanged | GapSettled
"""The events that are ours to tell."""


class Settled(Struct, tag="GapSettled"):
    """GapSettled as it is read: there the type of a fact is known by name alone, since facts stand above events."""

    pbx: PbxName
    at: Instant
    until: Instant
    facts: tuple[AnyFact, ...] = ()
    talks: tuple[LoggedTalk, ...] = ()
    has_start: bool = False
    is_readable: bool = True
    waiting: tuple[tuple[ChannelId, str], ...] = ()


_CONTENT = b"Content: "
_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(Ticked | DirectoryChanged | Settled)


def told(event: Told) -> bytes:
    """The mark of an event that did not come from Asterisk. JSON has no line ends: it cannot break the framing."""
    return b"%sTimestamp: %.6f\r\n%s%s%s" % (TOLD, event.at, _CONTENT, _encode(event), END)


def event_in(raw: bytes, pbx: PbxName) -> Told:
    """The event of a `TOLD` mark, at the PBX whose journal it is. Raises ValueError for one that holds none."""
    read: Ticked | DirectoryChanged | Settled = _decoder.decode(raw[raw.index(_CONTENT) + len(_CONTENT) :])
    event = GapSettled(**structs.asdict(read)) if isinstance(read, Settled) else read
    told: Told = replace(event, pbx=pbx)
    return told


def hole(since: Instant, until: Instant) -> bytes:
    """The mark of a time in which the journal could not be written; by our own clock."""
    return b"%sTimestamp: %.6f\r\nSince: %.6f%s" % (HOLE, until, since, END)


def closed(at: Instant) -> bytes:
    """The mark of a connection's end: what it left unfinished is not continued behind it."""
    return b"%sTimestamp: %.6f%s" % (CLOSED, at, END)


def started(at: Instant) -> bytes:
    """The mark of a start of the server: what was unfinished is not continued behind it."""
    return b"%sTimestamp: %.6f%s" % (STARTED, at, END)
