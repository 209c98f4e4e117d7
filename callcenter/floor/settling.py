"""A gap begins with a new connection, ends with the survey, and is settled by what queue_log tells of it."""

from itertools import chain

from msgspec.structs import replace

from callcenter.floor.changes import Changes
from callcenter.floor.events import ConnectionBegan, GapSettled
from callcenter.floor.facts import CallRecord, Conversation, Direction, Gap, GapReason, QueueVisit, Ring
from callcenter.floor.gap import OpenGap
from callcenter.floor.settled_stays import (
    doubt_visit,
    end_rings,
    ended_with_visit,
    settle_ring,
    settle_visit,
    without_taken_over,
)
from callcenter.floor.settled_talks import settle_talk, settle_under_way
from callcenter.floor.settlement import Settlement
from callcenter.floor.site import Site
from callcenter.floor.terms import CallId


def connection_began(site: Site, event: ConnectionBegan, changes: Changes) -> None:
    """What happened between the last event heard and the next survey was not heard; a gap that is open goes on."""
    if not site.heard_at:
        return
    if site.gap is None:
        reason = GapReason.SERVER if event.is_first else GapReason.LINK
        site.gap = OpenGap(max(event.at, site.heard_at), reason)
    site.gap.until = None
    changes.touched.add(site.key)


def settled(site: Site, event: GapSettled, changes: Changes) -> None:
    """Tells what a gap came to; nothing if another one has begun before queue_log was read."""
    gap = site.gap
    if gap is None or gap.until != event.until:
        return
    site.gap = None
    changes.touched.add(site.key)
    books = Settlement(site, gap, event, changes)
    _take_the_log(books)
    _tell_the_rest(books)
    _doubt_what_goes_on(books)
    _tell_calls(books)
    _tell_gap(books)


def _take_the_log(books: Settlement) -> None:
    """Stays before what came of them; everything in the order in which it began."""
    facts = books.event.facts
    for visit in sorted((fact for fact in facts if isinstance(fact, QueueVisit)), key=lambda fact: fact.joined_at):
        settle_visit(books, visit)
    for ring in sorted((fact for fact in facts if isinstance(fact, Ring)), key=lambda fact: fact.began_at):
        settle_ring(books, ring)
    end_rings(books)
    for talk in sorted((fact for fact in facts if isinstance(fact, Conversation)), key=lambda fact: fact.began_at):
        settle_talk(books, talk)
    for under_way in books.event.talks:
        settle_under_way(books, under_way)


def _tell_the_rest(books: Settlement) -> None:
    """What queue_log does not know is told as it was concluded."""
    for visit in without_taken_over(books, chain.from_iterable(books.concluded.visits.values())):
        books.tell(visit)
    for ring in chain.from_iterable(books.concluded.rings.values()):
        books.tell(ended_with_visit(books, ring))
    for talk in books.concluded.talks:
        books.tell(talk)


def _doubt_what_goes_on(books: Settlement) -> None:
    """What was concluded and is not over is told later: a talk with its wrap-up, a caller who left unheard."""
    for seat in books.site.seats.values():
        if seat.unfinished is not None and not seat.unfinished.is_certain:
            books.count(seat.unfinished)
    for left in list(books.site.visits.values()):
        doubt_visit(books, left)


def _tell_calls(books: Settlement) -> None:
    """A call ended, for all that is known, with the last of its stays and talks."""
    parts: dict[CallId, list[QueueVisit | Conversation]] = {}
    for fact in books.changes.facts:
        if isinstance(fact, QueueVisit | Conversation):
            parts.setdefault(fact.call_id, []).append(fact)
    for record in books.concluded.calls:
        ended_at = max((part.ended_at for part in parts.get(record.call_id, ())), default=record.ended_at)
        books.changes.facts.append(replace(record, ended_at=max(record.started_at, ended_at)))
    known = books.site.calls.keys() | books.site.ended_calls.keys()
    for call_id in sorted(parts.keys() - known):
        books.site.ended_calls.remember(call_id)
        books.changes.facts.append(_call_of(parts[call_id]))


def _call_of(parts: list[QueueVisit | Conversation]) -> CallRecord:
    """The record of a call of which only stays and talks are known."""
    first = parts[0]
    talks = [part for part in parts if isinstance(part, Conversation)]
    names = [part.caller_name for part in parts if isinstance(part, QueueVisit)]
    return CallRecord(
        pbx=first.pbx,
        is_certain=False,
        call_id=first.call_id,
        direction=Direction.INBOUND,
        number=first.number,
        caller_name=names[0] if names else "",
        dialled="",
        started_at=min(part.joined_at if isinstance(part, QueueVisit) else part.began_at for part in parts),
        answered_at=min((talk.began_at for talk in talks), default=None),
        ended_at=max(part.ended_at for part in parts),
    )


def _tell_gap(books: Settlement) -> None:
    gap = books.gap
    books.changes.facts.append(
        Gap(
            pbx=books.site.pbx,
            since=gap.since,
            until=books.event.until,
            reason=GapReason.PBX_RESTART if books.event.has_start else gap.reason,
            recovered=len(books.recovered - books.lost),
            lost=len(books.lost),
            is_readable=books.event.is_readable,
        )
    )
