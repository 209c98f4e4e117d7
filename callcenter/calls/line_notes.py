"""Writes down how good the line of an agent's phone was, whatever phone it is, as the PBX counted it."""

import asyncio
import logging
import math

from sqlalchemy.exc import DBAPIError

from callcenter.calls.line_tables import LineQuality
from callcenter.floor.changes import Changes
from callcenter.floor.events import AnyEvent, LineMeasured
from callcenter.floor.floor import Floor
from callcenter.floor.terms import Seconds
from callcenter.store.engine import Sessions

log = logging.getLogger(__name__)

PACKET_SECONDS: Seconds = 0.02
"""One packet of G.711 as telephones send it."""


class LineNotes:
    """Listens to the floor for the ends of agents' lines."""

    def __init__(self, sessions: Sessions, floor: Floor) -> None:
        self._sessions, self._floor = sessions, floor
        self._noting: set[asyncio.Task[None]] = set()

    def on_changes(self, event: AnyEvent, _changes: Changes) -> None:
        """Notes the line of an agent who talked on it."""
        if not isinstance(event, LineMeasured):
            return
        line = line_of(self._floor, event)
        if line is not None:
            task = asyncio.create_task(self._note(line), name="line quality")
            self._noting.add(task)
            task.add_done_callback(self._noting.discard)

    async def close(self) -> None:
        """Waits for what is being written."""
        await asyncio.gather(*self._noting)

    async def _note(self, line: LineQuality) -> None:
        try:
            async with self._sessions.begin() as session:
                await session.merge(line)
        except (DBAPIError, OSError):
            log.exception("How good a line was is not written down: the database cannot be reached")


def line_of(floor: Floor, event: LineMeasured) -> LineQuality | None:
    """The row of an agent's line; None for a phone of nobody, and for a channel on which nobody talked."""
    site = floor.sites.get(event.pbx)
    channel = site.channels.get(event.channel_id) if site else None
    if channel is None or channel.seat is None or not (channel.seat.agent_number and channel.parts and event.heard):
        return None
    received, sent = _share(event.missed, event.sent), _share(event.lost, event.heard + event.lost)
    # Nobody knows what the phone's jitter buffer waits: twice the jitter is usual.
    one_way = event.rtt_seconds / 2 + 2 * event.jitter_seconds + PACKET_SECONDS
    return LineQuality(
        pbx=event.pbx,
        call_id=channel.call_id,
        agent_number=channel.seat.agent_number,
        measured_by="pbx",
        measured_at=event.at,
        received_loss_rate=received,
        sent_loss_rate=sent,
        jitter_seconds=event.jitter_seconds,
        rtt_seconds=event.rtt_seconds,
        mos=mean_opinion_score(one_way, max(received, sent)),
    )


def _share(part: int, whole: int) -> float:
    return min(1.0, part / whole) if whole else 0.0


def mean_opinion_score(one_way_seconds: Seconds, loss_rate: float) -> float:
    """1 to 4.5, for G.711: the E-model of ITU-T G.107 in the short form of Cole and Rosenbluth, "Voice over IP
    performance monitoring", ACM SIGCOMM CCR 31 (2001), as the page of the phone in the browser works it out."""
    delay = one_way_seconds * 1000
    by_delay = 0.024 * delay + (0.11 * (delay - 177.3) if delay > 177.3 else 0.0)
    r = max(0.0, 93.2 - by_delay - 30 * math.log(1 + 15 * loss_rate))
    return min(4.5, max(1.0, 1 + 0.035 * r + 0.000007 * r * (r - 60) * (100 - r)))
