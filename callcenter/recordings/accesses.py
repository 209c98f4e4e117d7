"""Who listened: every play and download of a recording is written down, and read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Select, and_, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.accounts.service import Account
from callcenter.errors import NotFound
from callcenter.floor.terms import Instant
from callcenter.recordings.rules import AccessKind, Heard, joined_spans, length_of, quarter_of
from callcenter.recordings.tables import RecordingAccess
from callcenter.store.engine import Sessions
from callcenter.store.tables import calls, recording_files

SHOWN_BESIDE = 500
"""Rows read for the list beside a recording: the newest."""


@dataclass(frozen=True, kw_only=True)
class Listener:
    """Who asks, from where, at what time."""

    user_id: int
    username: str
    key_id: int | None
    address: str
    at: Instant

    @classmethod
    def of(cls, account: Account, address: str, at: Instant) -> Self:
        """An account, or the program that acts for it."""
        return cls(user_id=account.id, username=account.username, key_id=account.key_id, address=address, at=at)


@dataclass(frozen=True, kw_only=True)
class WantedAccesses:
    """Which accesses; None: any. `number` is the whole number of the customer."""

    who: str | None = None
    kind: AccessKind | None = None
    recording_id: int | None = None
    number: str | None = None
    since: Instant | None = None
    until: Instant | None = None


async def note_asked(
    sessions: Sessions, listener: Listener, recording_id: int, play: str, clip_id: int | None = None
) -> None:
    """Notes that somebody is given the sound: opened by a player's `play`, or downloaded where no player asks.

    With `clip_id` it is the sound of that clip of the recording.
    """
    async with sessions.begin() as session:
        await note_taken(session, listener, [recording_id], "opened" if play else "downloaded", play, clip_id)


async def note_taken(
    session: AsyncSession,
    listener: Listener,
    recording_ids: Sequence[int],
    kind: AccessKind,
    play: str,
    clip_id: int | None = None,
) -> None:
    """Notes the same of several recordings, in the transaction of the caller; what is known already, once."""
    rows = [_row(listener, recording_id, kind, play, clip_id=clip_id) for recording_id in recording_ids]
    insert = (sqlite.insert if _is_sqlite(session) else postgresql.insert)(RecordingAccess)
    if rows:
        await session.execute(insert.on_conflict_do_nothing(), rows)


async def note_heard(
    sessions: Sessions,
    listener: Listener,
    recording_id: int,
    play: str,
    spans: Sequence[Heard],
    clip_id: int | None = None,
) -> None:
    """Notes what a player tells that it played, in seconds of the recording, of a clip, too.

    Raises NotFound for a play that this account did not begin.
    """
    asked = RecordingAccess
    begun = select(asked.id).where(
        asked.recording_id == recording_id,
        asked.user_id == listener.user_id,
        asked.kind == "opened",
        asked.play == play,
        asked.clip_id == clip_id,
    )
    async with sessions.begin() as session:
        if await session.scalar(begun.limit(1)) is None:
            raise NotFound(f"you began no such play of recording {recording_id}")
        session.add(RecordingAccess(**_row(listener, recording_id, "heard", play, spans, clip_id)))


def _row(
    listener: Listener,
    recording_id: int,
    kind: AccessKind,
    play: str,
    spans: Sequence[Heard] = (),
    clip_id: int | None = None,
) -> dict[str, Any]:
    return {
        "at": listener.at,
        "quarter": quarter_of(listener.at),
        "user_id": listener.user_id,
        "username": listener.username,
        "address": listener.address[:64],
        "key_id": listener.key_id,
        "recording_id": recording_id,
        "clip_id": clip_id,
        "kind": kind,
        "play": play,
        "spans": [list(span) for span in spans],
        "seconds": length_of(spans),
    }


def _is_sqlite(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "sqlite"


# --- read -------------------------------------------------------------------------------------------------------


async def listeners_of(sessions: Sessions, recording_id: int) -> list[dict[str, Any]]:
    """Who listened to a recording, one entry a play or download, newest first (docs/api.md)."""
    newest = (
        select(RecordingAccess)
        .where(RecordingAccess.recording_id == recording_id)
        .order_by(RecordingAccess.id.desc())
        .limit(SHOWN_BESIDE)
    )
    async with sessions() as session:
        rows = (await session.scalars(newest)).all()
    plays: dict[tuple[int, str, str], list[RecordingAccess]] = {}
    for row in rows:
        plays.setdefault((row.user_id, row.play, "" if row.play else str(row.id)), []).append(row)
    return [_told(of_play) for of_play in plays.values()]


def _told(newest_first: Sequence[RecordingAccess]) -> dict[str, Any]:
    last, first = newest_first[0], newest_first[-1]
    spans = joined_spans(span for row in newest_first for span in row.spans)
    kinds = {row.kind for row in newest_first}
    return {
        "username": last.username,
        "began_at": first.at,
        "last_at": last.at,
        "kind": "heard" if "heard" in kinds else last.kind,
        "address": last.address,
        "api_key": last.key_id,
        "clip_id": last.clip_id,
        "spans": [list(span) for span in spans],
        "seconds": round(length_of(spans), 3),
    }


async def accesses(
    sessions: Sessions, wanted: WantedAccesses, *, before: int | None, limit: int
) -> list[dict[str, Any]]:
    """A page of the log, newest first, each with its call: those written before the row `before`."""
    query = _with_calls().order_by(RecordingAccess.id.desc()).limit(limit)
    if before is not None:
        query = query.where(RecordingAccess.id < before)
    async with sessions() as session:
        rows = (await session.execute(query.where(*_conditions(wanted)))).all()
    return [_entry(*row) for row in rows]


def _with_calls() -> Select[Any]:
    files = recording_files
    is_its_call = and_(calls.c.pbx == files.c.pbx, calls.c.call_id == files.c.call_id)
    return (
        select(RecordingAccess, files.c.pbx, files.c.call_id, files.c.began_at, calls.c.number)
        .outerjoin(files, files.c.id == RecordingAccess.recording_id)
        .outerjoin(calls, is_its_call)
    )


def _conditions(wanted: WantedAccesses) -> Iterable[Any]:
    access = RecordingAccess
    if wanted.who is not None:
        yield func.lower(access.username) == wanted.who.lower()
    if wanted.kind is not None:
        yield access.kind == wanted.kind
    if wanted.recording_id is not None:
        yield access.recording_id == wanted.recording_id
    if wanted.number is not None:
        yield calls.c.number == wanted.number
    if wanted.since is not None:
        yield access.at >= wanted.since
    if wanted.until is not None:
        yield access.at < wanted.until


def _entry(
    row: RecordingAccess, pbx: str | None, call_id: str | None, began_at: float | None, number: str | None
) -> dict[str, Any]:
    return {
        "id": row.id,
        "at": row.at,
        "username": row.username,
        "address": row.address,
        "api_key": row.key_id,
        "kind": row.kind,
        "recording_id": row.recording_id,
        "clip_id": row.clip_id,
        "pbx": pbx,
        "call_id": call_id,
        "began_at": began_at,
        "number": number,
        "spans": row.spans,
        "seconds": round(row.seconds, 3),
    }
