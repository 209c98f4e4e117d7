"""Whose place a channel has that ends a stay in a queue without having joined it.

An agent had called the queue, and his attended transfer gave his place in the line to a caller: queue_log says that the
one joined, and goes on under the id of the other (docs/asterisk.md, "Transfers").
"""

from collections.abc import Iterable
from typing import NamedTuple

from callcenter.asterisk.queue_log_lines import AnyRecord, Connected, Entered, Left
from callcenter.floor.terms import ChannelId, Instant, Seconds

SAME_JOIN_SECONDS = 1.0
"""How far a beginning that follows from the wait may be from the line that tells of it."""


class Place(NamedTuple):
    """A stay as it began."""

    channel_id: ChannelId
    queue: str
    joined_at: Instant
    position: int


def joined_at(end: Connected | Left) -> Instant:
    """When the stay began that ended so."""
    return end.at - (end.wait_seconds or 0.0)


def off(end: Connected | Left, began_at: Instant) -> Seconds:
    """How far a beginning is from that of the stay that ended so."""
    return abs(began_at - joined_at(end))


def taken_over(end: Connected | Left, places: Iterable[Place]) -> Place | None:
    """The place in which another channel's stay ended so: taken in that second, or in the one beside it. Of several the
    position tells where the line has one; else whoever is first in the line leaves it first."""
    position = end.joined_position if isinstance(end, Left) else None

    def unlike(place: Place) -> tuple[bool, Seconds, int, ChannelId]:
        is_elsewhere = position not in (None, place.position)
        return is_elsewhere, off(end, place.joined_at), place.position, place.channel_id

    near = (place for place in places if off(end, place.joined_at) <= SAME_JOIN_SECONDS)
    return min(near, key=unlike, default=None)


def kept(records: Iterable[AnyRecord]) -> set[Place]:
    """The places of those whose stays ended under the ids that joined: nobody took them over."""
    waiting: dict[tuple[ChannelId, str], Place] = {}
    found = set()
    for record in records:
        stay = record.channel_id, record.queue
        if isinstance(record, Entered):
            waiting[stay] = Place(*stay, record.at, record.position)
        elif isinstance(record, Connected | Left) and stay in waiting:
            place = waiting.pop(stay)
            found |= {place} if off(record, place.joined_at) <= SAME_JOIN_SECONDS else set()
    return found
