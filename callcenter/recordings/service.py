"""Recordings for people: those of a call, and the file to be played."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.errors import NotFound
from callcenter.floor.facts import Conversation, RecordingFile
from callcenter.floor.terms import CallId, PbxName
from callcenter.recordings import sounding
from callcenter.recordings.audio import Side
from callcenter.recordings.keys import copy_keys
from callcenter.recordings.library import Copy, Library, Measured
from callcenter.recordings.linking import conversation_of, sound_begins_at
from callcenter.recordings.rules import ORIGINAL
from callcenter.recordings.storing import Readable
from callcenter.recordings.tables import RecordingAudio, RecordingDeletion, RecordingSound
from callcenter.store.engine import Sessions
from callcenter.store.tables import fact_of, recording_files, recording_pauses

DELETED = "deleted"
IS_OF_ALL = RecordingDeletion.rule_scope != ORIGINAL
"""Of deletions: not of the PBX's files alone."""


async def recordings_of(
    sessions: Sessions, library: Library, pbx: PbxName, call_id: CallId, conversations: Sequence[Conversation]
) -> list[dict[str, Any]]:
    """The recordings of a call, as docs/api.md shapes them. One not measured yet, or missing then, is looked at now.

    The empty file of a caller whom nobody talked to is left out: the dialplan begins one for everybody who waits.
    """
    of_call = (
        select(recording_files, RecordingAudio, RecordingDeletion)
        .outerjoin(RecordingAudio, RecordingAudio.recording_id == recording_files.c.id)
        .outerjoin(RecordingDeletion, (RecordingDeletion.recording_id == recording_files.c.id) & IS_OF_ALL)
        .where(recording_files.c.pbx == pbx, recording_files.c.call_id == call_id)
        .order_by(recording_files.c.began_at, recording_files.c.id)
    )
    async with sessions() as session:
        rows = (await session.execute(of_call)).mappings().all()
        pauses = await _pauses_of(session, pbx, call_id)
    shapes = []
    for row in rows:
        file, found = fact_of(RecordingFile, row), row["RecordingAudio"]
        if found is None or found.state not in ("ready", DELETED):
            found = await asyncio.to_thread(library.measure, file)
        if found.duration_seconds or conversation_of(file, conversations):
            told = {"deleted": deletion_shape(row["RecordingDeletion"])} if found.state == DELETED else {}
            shapes.append({"id": row["id"], **_shape(file, found, conversations), "pauses": pauses[file.path], **told})
    return shapes


async def _pauses_of(session: AsyncSession, pbx: PbxName, call_id: CallId) -> dict[str, list[dict[str, Any]]]:
    """When nothing was kept in the recordings of a call, by path."""
    of_call = (
        select(recording_pauses)
        .where(recording_pauses.c.pbx == pbx, recording_pauses.c.call_id == call_id)
        .order_by(recording_pauses.c.began_at)
    )
    pauses: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in (await session.execute(of_call)).mappings():
        pauses[row["path"]].append({name: row[name] for name in ("began_at", "ended_at", "is_certain")})
    return pauses


def deletion_shape(row: RecordingDeletion) -> dict[str, Any]:
    """When a recording was deleted, how, and by which rule as it was then (docs/api.md)."""
    rule = {"scope": row.rule_scope, "label": row.rule_subject, "days": row.rule_days}
    return {"at": row.at, "how": row.how, "rule": rule}


async def open_recording(sessions: Sessions, library: Library, recording_id: int, side: Side) -> Path | Readable:
    """The file to be played. Raises NotFound; Conflict while it is still being written."""
    async with sessions() as session:
        row = (await session.execute(select(recording_files).where(recording_files.c.id == recording_id))).mappings()
        found = row.one_or_none()
        is_deleted = select(RecordingDeletion.id).where(RecordingDeletion.recording_id == recording_id, IS_OF_ALL)
        if await session.scalar(is_deleted) is not None:
            raise NotFound(f"recording {recording_id} was deleted when its time was over")
    if found is None:
        raise NotFound(f"there is no recording {recording_id}")
    return await asyncio.to_thread(library.open, recording_id, fact_of(RecordingFile, found), side)


async def is_copy_alone(sessions: Sessions, recording_id: int) -> bool:
    """Whether the PBX's files were removed since the copy is kept."""
    async with sessions() as session:
        audio = await session.get(RecordingAudio, recording_id)
    return audio is not None and audio.original == "gone"


async def open_copy(sessions: Sessions, library: Library, recording_id: int) -> Copy:
    """The stored copy, in stereo where both legs were there.

    Raises NotFound where there is none (yet), StoreAway where that cannot be known, KeyIsMissing, Damaged.
    """
    async with sessions() as session:
        sound = await session.get(RecordingSound, recording_id)
        keys = await copy_keys(session, [sound.copy]) if sound else {}
    copy = await asyncio.to_thread(library.open_copy, sound.copy, keys) if sound and sound.copy else None
    if copy is None:
        raise NotFound(f"there is no copy of recording {recording_id}")
    return copy


async def sound_of(sessions: Sessions, recording_id: int) -> dict[str, Any] | None:
    """Who talks when and the waveform, as docs/api.md shapes them; None until it was listened through."""
    sound = await _sound(sessions, recording_id)
    if sound is None:
        return None
    return sounding.told(sound) | {
        "repaired": sound.is_repaired,
        "sha256": sound.sha256,
        "has_copy": bool(sound.copy),
        "failure": sound.failure,
    }


async def _sound(sessions: Sessions, recording_id: int) -> RecordingSound | None:
    async with sessions() as session:
        return await session.get(RecordingSound, recording_id)


def _shape(
    file: RecordingFile, found: Measured | RecordingAudio, conversations: Sequence[Conversation]
) -> dict[str, Any]:
    legs = [("customer", found.has_customer_leg), ("agent", found.has_agent_leg)]
    of = conversation_of(file, conversations)
    return {
        "began_at": sound_begins_at(file, found.duration_seconds, conversations),
        "duration_seconds": found.duration_seconds,
        "size": found.size,
        "has_audio": found.has_audio,
        "state": found.state,
        "legs": [{"side": side} for side, is_there in legs if is_there],
        "conversation": {"leg_id": of.leg_id, "part": of.part} if of else None,
    }
