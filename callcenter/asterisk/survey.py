"""Asks for the whole state of a PBX after a (re)connect, and tells the answers as one event."""

from callcenter.asterisk.messages import Message
from callcenter.floor.events import Instant, Surveyed

LIST_EVENTS = frozenset(
    {
        b"QueueParams",
        b"QueueMember",
        b"QueueEntry",
        b"QueueStatusComplete",
        b"CoreShowChannel",
        b"CoreShowChannelsComplete",
        b"DeviceStateListComplete",
    }
)


class Assembler:
    """Collects list answers until a survey is complete."""

    def __init__(self, pbx: str) -> None:
        self.pbx = pbx

    def feed(self, name: str, message: Message, at: Instant) -> Surveyed | None:
        """The survey that this answer completes, if it does."""
        return None
