"""Clips in the database: made, found, changed, heard, deleted. Each function is one transaction."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from pathlib import PurePath
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.accounts.service import Account
from callcenter.calls.service import Key
from callcenter.errors import Conflict, NotAllowed, NotFound
from callcenter.floor.facts import Conversation, RecordingFile
from callcenter.floor.terms import Instant, Seconds
from callcenter.quality.clip_tables import Clip, ClipTopic, Playlist, PlaylistClip
from callcenter.quality.clips.cutting import Cutter, Source
from callcenter.quality.clips.rules import Audience, Card, checked_card, checked_span, is_heard, manages
from callcenter.recordings.copying import MEDIA_TYPES
from callcenter.recordings.keys import copy_keys, key_row, wrapped_key
from callcenter.recordings.library import Copy
from callcenter.recordings.linking import sound_begins_at
from callcenter.recordings.sealing import SEALED
from callcenter.recordings.tables import RecordingAccess, RecordingAudio, RecordingKey, RecordingSound
from callcenter.store.engine import Sessions
from callcenter.store.tables import conversations, fact_of, recording_files


class Cutting(Struct, frozen=True):
    """What is to become a clip: a span of a recording, in seconds from its beginning, and what is said of it."""

    recording_id: int
    start: Seconds
    end: Seconds
    card: Card


class Wanted(Struct, frozen=True, kw_only=True):
    """Which clips; None: any. `text` is looked for in titles, notes and topics, in both languages."""

    kind: str | None = None
    topic: str | None = None
    language: str | None = None
    text: str | None = None
    recording_id: int | None = None


class Plays(Struct, frozen=True):
    """How often a clip was listened to, and by how many people."""

    plays: int = 0
    listeners: int = 0


class Seen(Struct, frozen=True):
    """A clip as somebody sees it, and whether they have heard it."""

    clip: Clip
    topics: Sequence[str]
    plays: Plays
    is_heard: bool


# --- who sees what ----------------------------------------------------------------------------------------------


def visible(account: Account, now: Instant) -> ColumnElement[bool]:
    """Of clips: those that are still kept, and published to this account."""
    is_kept = Clip.kept_until > now
    if manages(account.permissions):
        return is_kept
    published = (
        select(PlaylistClip.clip_id)
        .join(Playlist, Playlist.id == PlaylistClip.playlist_id)
        .where(PlaylistClip.clip_id == Clip.id, Playlist.is_published)
    )
    return and_(is_kept, or_(Clip.audience == Audience.ALL, published.exists()))


async def clip_seen(session: AsyncSession, clip_id: int, account: Account, now: Instant) -> Clip:
    """A clip. Raises NotFound also for one that is not published to this account."""
    clip: Clip | None = await session.scalar(select(Clip).where(Clip.id == clip_id, visible(account, now)))
    if clip is None:
        raise NotFound(f"There is no clip {clip_id}")
    return clip


# --- making -----------------------------------------------------------------------------------------------------


async def make_clip(sessions: Sessions, cutter: Cutter, wanted: Cutting, account: Account) -> Seen:
    """Cuts a clip out of a recording. Raises BadInput, NotAllowed, NotFound, Conflict where there is no sound."""
    if "hear_recordings" not in account.permissions:
        raise NotAllowed("this needs the permission hear_recordings, too")
    now = cutter.library.clock()
    card = checked_card(wanted.card, now)
    async with sessions() as session:
        source, duration = await _recording(session, wanted.recording_id)
        file = source.recording
        start, end = checked_span(wanted.start, wanted.end, duration)
        heard = await _heard_agent(session, file, duration, (start, end))
    cut = await cutter.cut(source, start, end)
    try:
        async with sessions.begin() as session:
            await _still_there(session, wanted.recording_id)
            clip = Clip(
                recording_id=wanted.recording_id,
                pbx=file.pbx,
                call_id=file.call_id,
                agent_number=heard[0],
                agent_name=heard[1],
                recorded_at=file.began_at,
                from_seconds=start,
                to_seconds=end,
                made_at=now,
                made_by=account.username,
                file=cut.file,
                **cut.sound,
                **_columns(card),
            )
            session.add(clip)
            if cut.key:
                session.add(key_row(cut.file, cutter.library.masters.wrap(cut.key, cut.file)))
            await session.flush()
            await _set_topics(session, clip.id, card.topics)
            return await _seen(session, clip, account)
    except BaseException:
        await cutter.remove([cut.file])
        raise


async def _recording(session: AsyncSession, recording_id: int) -> tuple[Source, Seconds]:
    """Where the recording is, and how long it is."""
    query = (
        select(recording_files, RecordingAudio.state, RecordingAudio.duration_seconds, RecordingSound.copy)
        .outerjoin(RecordingAudio, RecordingAudio.recording_id == recording_files.c.id)
        .outerjoin(RecordingSound, RecordingSound.recording_id == recording_files.c.id)
        .where(recording_files.c.id == recording_id)
    )
    row = (await session.execute(query)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no recording {recording_id}")
    if row["state"] != "ready":
        raise Conflict(f"Recording {recording_id} cannot be heard now; a clip cannot be cut out of it")
    copy = row["copy"] or ""
    return Source(fact_of(RecordingFile, row), copy, await copy_keys(session, [copy])), row["duration_seconds"]


async def _still_there(session: AsyncSession, recording_id: int) -> None:
    """Until the end of the transaction nobody deletes the recording (as retention's `lock_call`). Raises Conflict."""
    audio = RecordingAudio
    touched = update(audio).where(audio.recording_id == recording_id, audio.state == "ready")
    locked = await session.scalar(touched.values(checked_at=audio.checked_at).returning(audio.recording_id))
    if locked is None:
        raise Conflict(f"Recording {recording_id} was deleted meanwhile")


async def _heard_agent(
    session: AsyncSession, file: RecordingFile, duration: Seconds, span: tuple[Seconds, Seconds]
) -> tuple[str, str]:
    """Number and name of the agent who is heard for most of the span; empty where nobody is."""
    of_call = select(conversations).where(conversations.c.pbx == file.pbx, conversations.c.call_id == file.call_id)
    talks = [fact_of(Conversation, row) for row in (await session.execute(of_call)).mappings()]
    began = sound_begins_at(file, duration, talks)
    since, until = began + span[0], began + span[1]
    shared = [(min(until, one.ended_at) - max(since, one.began_at), one.agent_number, one.agent_name) for one in talks]
    seconds, number, name = max(shared, default=(0.0, "", ""))
    return (number, name) if seconds > 0 else ("", "")


def _columns(card: Card) -> dict[str, Any]:
    return {
        "kind": card.kind.value,
        "title_en": card.title.en,
        "title_zh": card.title.zh,
        "note_en": card.note.en,
        "note_zh": card.note.zh,
        "language": card.language.value,
        "audience": card.audience.value,
        "hides_agent": card.hides_agent,
        "kept_until": card.kept_until,
    }


async def _set_topics(session: AsyncSession, clip_id: int, topics: Sequence[str]) -> None:
    await session.execute(delete(ClipTopic).where(ClipTopic.clip_id == clip_id))
    session.add_all(ClipTopic(clip_id=clip_id, place=place, topic=topic) for place, topic in enumerate(topics))
    await session.flush()


# --- reading ----------------------------------------------------------------------------------------------------


async def clips(
    sessions: Sessions, wanted: Wanted, account: Account, now: Instant, *, before: int | None, limit: int
) -> list[Seen]:
    """A page of the clips that this account sees, newest first: those before the id `before`."""
    query = select(Clip).where(visible(account, now), *_conditions(wanted))
    if before is not None:
        query = query.where(Clip.id < before)
    async with sessions() as session:
        found = (await session.scalars(query.order_by(Clip.id.desc()).limit(limit))).all()
        return await seen_by(session, found, account)


async def clip(sessions: Sessions, clip_id: int, account: Account, now: Instant) -> Seen:
    """A clip. Raises NotFound also for one that is not published to this account."""
    async with sessions() as session:
        return await _seen(session, await clip_seen(session, clip_id, account, now), account)


async def topics(sessions: Sessions, account: Account, now: Instant) -> list[tuple[str, int]]:
    """The topics of the clips that this account sees, each with how many of them it has, in order."""
    count = func.count(Clip.id)
    query = (
        select(ClipTopic.topic, count)
        .join(Clip, Clip.id == ClipTopic.clip_id)
        .where(visible(account, now))
        .group_by(ClipTopic.topic)
        .order_by(count.desc(), ClipTopic.topic)
    )
    async with sessions() as session:
        return [(topic, of_topic) for topic, of_topic in await session.execute(query)]


def _conditions(wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    of_clip = ClipTopic.clip_id == Clip.id
    if wanted.kind is not None:
        yield Clip.kind == wanted.kind
    if wanted.language is not None:
        yield Clip.language == wanted.language
    if wanted.recording_id is not None:
        yield Clip.recording_id == wanted.recording_id
    if wanted.topic is not None:
        yield select(ClipTopic.topic).where(of_clip, ClipTopic.topic == wanted.topic).exists()
    if wanted.text is not None:
        texts = (Clip.title_en, Clip.title_zh, Clip.note_en, Clip.note_zh)
        in_topic = select(ClipTopic.topic).where(of_clip, ClipTopic.topic.icontains(wanted.text, autoescape=True))
        yield or_(in_topic.exists(), *(column.icontains(wanted.text, autoescape=True) for column in texts))


async def _seen(session: AsyncSession, one: Clip, account: Account) -> Seen:
    (found,) = await seen_by(session, [one], account)
    return found


async def seen_by(session: AsyncSession, found: Sequence[Clip], account: Account) -> list[Seen]:
    """These clips, each with its topics, its plays, and whether this account has heard it."""
    ids = [one.id for one in found]
    topics_of: dict[int, list[str]] = {}
    for topic in await session.scalars(
        select(ClipTopic).where(ClipTopic.clip_id.in_(ids)).order_by(ClipTopic.clip_id, ClipTopic.place)
    ):
        topics_of.setdefault(topic.clip_id, []).append(topic.topic)
    plays = await _plays(session, ids)
    own = await _own_spans(session, ids, account)
    return [
        Seen(
            one,
            topics_of.get(one.id, []),
            plays.get(one.id, Plays()),
            is_heard(own.get(one.id, []), one.from_seconds, one.from_seconds + one.duration_seconds),
        )
        for one in found
    ]


async def _plays(session: AsyncSession, ids: Collection[int]) -> dict[int, Plays]:
    access = RecordingAccess
    each = (
        select(access.clip_id, access.user_id, access.play)
        .where(access.clip_id.in_(ids), access.kind == "heard")
        .distinct()
        .subquery()
    )
    counted = select(each.c.clip_id, func.count(), func.count(each.c.user_id.distinct())).group_by(each.c.clip_id)
    return {clip_id: Plays(plays, listeners) for clip_id, plays, listeners in await session.execute(counted)}


async def _own_spans(session: AsyncSession, ids: Collection[int], account: Account) -> dict[int, list[list[float]]]:
    access = RecordingAccess
    own = select(access.clip_id, access.spans).where(
        access.clip_id.in_(ids), access.user_id == account.id, access.kind == "heard"
    )
    spans: dict[int, list[list[float]]] = {}
    for clip_id, heard in await session.execute(own):
        if clip_id is not None:
            spans.setdefault(clip_id, []).extend(heard)
    return spans


# --- hearing ----------------------------------------------------------------------------------------------------


async def sound_of(sessions: Sessions, clip_id: int, account: Account, now: Instant) -> Clip:
    """The clip that is to be heard. Raises NotFound also for one that is not published to this account."""
    async with sessions() as session:
        return await clip_seen(session, clip_id, account, now)


async def open_clip(sessions: Sessions, cutter: Cutter, one: Clip) -> Copy:
    """Its sound. Raises NotFound where the file is gone; KeyIsMissing and Damaged where it is encrypted."""
    async with sessions() as session:
        wrapped = await wrapped_key(session, one.file)
    sound = await asyncio.to_thread(cutter.open, one.file, wrapped)
    if sound is None:
        raise NotFound(f"The sound of clip {one.id} is not where clips are")
    return Copy(sound, MEDIA_TYPES[PurePath(one.file.removesuffix(SEALED)).suffix])


# --- changing ---------------------------------------------------------------------------------------------------


async def change_clip(
    sessions: Sessions, clip_id: int, card: Card, version: int, account: Account, now: Instant
) -> Seen:
    """Says something else of a clip; its span stays. Raises BadInput, NotFound, Conflict for an old version."""
    wanted = checked_card(card, now)
    async with sessions.begin() as session:
        one = await clip_seen(session, clip_id, account, now)
        columns = _columns(wanted) | {"version": version + 1}
        changing = update(Clip).where(Clip.id == clip_id, Clip.version == version).values(columns)
        if await session.scalar(changing.returning(Clip.id)) is None:
            raise Conflict("The clip was changed meanwhile; load it again")
        await _set_topics(session, clip_id, wanted.topics)
        await session.refresh(one)
        return await _seen(session, one, account)


async def delete_clip(sessions: Sessions, cutter: Cutter, clip_id: int) -> None:
    """Deletes a clip for good, out of its playlists, too. Raises NotFound, OSError."""
    async with sessions.begin() as session:
        if not await _delete(session, cutter, Clip.id == clip_id):
            raise NotFound(f"There is no clip {clip_id}")


async def _delete(session: AsyncSession, cutter: Cutter, condition: ColumnElement[bool]) -> int:
    """How many; the files go first: a row without its file can be deleted again, a file without a row is forgotten."""
    found = (await session.execute(select(Clip.id, Clip.file).where(condition).with_for_update())).all()
    await cutter.remove(file for _, file in found)
    await session.execute(delete(Clip).where(Clip.id.in_([clip_id for clip_id, _ in found])))
    await session.execute(delete(RecordingKey).where(RecordingKey.name.in_([file for _, file in found])))
    return len(found)


# --- what others ask for ----------------------------------------------------------------------------------------


async def clips_of_calls(session: AsyncSession, keys: Collection[Key]) -> list[Clip]:
    """The clips that were cut out of recordings of these calls, those whose time is over included."""
    found = await session.scalars(select(Clip).where(_of_calls(keys)).order_by(Clip.id))
    return [one for one in found if (one.pbx, one.call_id) in keys]


async def delete_clips_of(session: AsyncSession, cutter: Cutter, keys: Collection[Key]) -> int:
    """Deletes the clips of these calls with their sound, in this transaction; how many. Raises OSError."""
    found = [one.id for one in await clips_of_calls(session, keys)]
    return await _delete(session, cutter, Clip.id.in_(found))


def _of_calls(keys: Collection[Key]) -> ColumnElement[bool]:
    return and_(Clip.pbx.in_({pbx for pbx, _ in keys}), Clip.call_id.in_({call_id for _, call_id in keys}))
