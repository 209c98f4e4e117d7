"""Which conversations of a period a plan may draw: those of its people and queues that can be heard, from the facts."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, ScalarSelect, exists, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.dialer.tables import Attempt
from callcenter.floor.terms import Instant, Seconds
from callcenter.quality.plan_rules import DAY_SECONDS, Candidate, Key, NewAgents, Period
from callcenter.recordings.tables import RecordingAudio, RecordingSound
from callcenter.store.tables import caller_surveys, calls, conversations, recording_files
from callcenter.tickets.tables import Ticket, TicketCall


class Asked(Struct, frozen=True):
    """What the rules of a plan ask of each conversation; `complaints` are the types of tickets that are such."""

    talk_over: bool = False
    complaints: frozenset[str] = frozenset()


class Whom(Struct, frozen=True):
    """Whose conversations (agents or teams) and which (of queues or lists); where a pair is empty, any."""

    agents: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    lists: tuple[int, ...] = ()


async def candidates_of(
    session: AsyncSession, whom: Whom, min_talk_seconds: Seconds, period: Period, asked: Asked
) -> list[Candidate]:
    """Each agent's longest conversation of each call that began in the period and has a recording that can be heard."""
    told = conversations.c
    columns: list[ColumnElement[Any]] = [
        *(told.pbx, told.call_id, told.agent_number, told.agent_name, told.queue, told.began_at, told.talk_seconds),
        _talk_over() if asked.talk_over else literal(0.0),
        _lowest_score(),
        _is_complaint(asked.complaints) if asked.complaints else literal(False),
    ]
    query = select(*columns).where(
        told.began_at >= period.since,
        told.began_at < period.until,
        told.talk_seconds >= min_talk_seconds,
        told.agent_number != "",
        _is_heard(),
        *_is_of(whom),
    )
    found: dict[Key, Candidate] = {}
    for row in await session.execute(query):
        key, (name, queue, began_at, talk, talk_over, score, is_complaint) = Key(*row[:3]), row[3:]
        known = found.get(key)
        if known is None or (talk, -began_at) > (known.talk_seconds, -known.began_at):
            found[key] = Candidate(
                key=key,
                agent_name=name,
                queue=queue,
                began_at=began_at,
                talk_seconds=talk,
                talk_over_seconds=talk_over or 0.0,
                survey_score=score or 0,
                is_complaint=bool(is_complaint),
            )
    return list(found.values())


async def new_agents_of(session: AsyncSession, new: NewAgents | None, period: Period) -> frozenset[str]:
    """The agents of the period who had not been seen before its last `days` days before the period."""
    if new is None:
        return frozenset()
    told = conversations.c
    present = select(told.agent_number).where(told.began_at >= period.since, told.began_at < period.until).distinct()
    here = present.subquery()
    before: Instant = period.since - new.days * DAY_SECONDS
    was_seen = exists().where(told.agent_number == here.c.agent_number, told.began_at <= before)
    return frozenset(await session.scalars(select(here.c.agent_number).where(~was_seen)))


def _is_of(whom: Whom) -> Sequence[ColumnElement[bool]]:
    told = conversations.c
    wanted = []
    if whom.agents or whom.teams:
        wanted.append(or_(told.agent_number.in_(whom.agents), told.team.in_(whom.teams)))
    if whom.queues or whom.lists:
        of_lists = (
            exists()
            .where(calls.c.pbx == told.pbx, calls.c.call_id == told.call_id)
            .where(calls.c.attempt_id == Attempt.attempt_id, Attempt.list_id.in_(whom.lists))
        )
        wanted.append(or_(told.queue.in_(whom.queues), of_lists) if whom.lists else told.queue.in_(whom.queues))
    return wanted


def _of_conversation() -> tuple[ColumnElement[bool], ...]:
    """The recordings that hold something of the conversation."""
    told, files = conversations.c, recording_files.c
    return (
        files.pbx == told.pbx,
        files.call_id == told.call_id,
        files.began_at < told.ended_at,
        files.ended_at > told.began_at,
    )


def _is_heard() -> ColumnElement[bool]:
    """Whether there is a recording, and it is not known to be missing or silent."""
    is_bad = exists().where(
        RecordingAudio.recording_id == recording_files.c.id,
        or_(RecordingAudio.state != "ready", ~RecordingAudio.has_audio),
    )
    return exists(select(recording_files.c.id).where(*_of_conversation(), ~is_bad))


def _talk_over() -> ScalarSelect[float]:
    longest = select(func.max(RecordingSound.talk_over_seconds)).where(
        RecordingSound.recording_id == recording_files.c.id, *_of_conversation()
    )
    return longest.correlate(conversations).scalar_subquery()


def _lowest_score() -> ScalarSelect[int]:
    """What the caller gave for the agent in the survey after the call; NULL without an answer."""
    told, asked = conversations.c, caller_surveys.c
    lowest = select(func.min(asked.score)).where(
        asked.pbx == told.pbx, asked.call_id == told.call_id, asked.agent_number == told.agent_number, asked.score > 0
    )
    return lowest.correlate(conversations).scalar_subquery()


def _is_complaint(types: frozenset[str]) -> ColumnElement[bool]:
    """Whether the call belongs to a ticket of one of these types."""
    told = conversations.c
    return exists().where(
        TicketCall.pbx == told.pbx,
        TicketCall.call_id == told.call_id,
        Ticket.id == TicketCall.ticket_id,
        Ticket.type.in_(types),
    )
