"""The audio of a person's calls, with all that was made of it: files first, then the row that says so."""

import asyncio

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.erasure.around import Around, NotYet
from callcenter.erasure.person import Person, of_these
from callcenter.floor.facts import RecordingFile
from callcenter.recordings.service import DELETED
from callcenter.recordings.tables import RecordingAudio, RecordingDeletion, RecordingSound
from callcenter.retention.deleting import remove, write_down
from callcenter.retention.due import DELETING
from callcenter.retention.holds import held_among, lock_call
from callcenter.store.tables import fact_of, recording_files

BY_ERASURE = "erasure"


async def recordings_left(session: AsyncSession, person: Person) -> list[tuple[int, RecordingFile]]:
    """The recordings of the person's calls that were not deleted yet."""
    found: dict[int, RecordingFile] = {}
    files = recording_files.c
    for condition in of_these(files.pbx, files.call_id, person.keys):
        rows = await session.execute(
            select(recording_files)
            .outerjoin(RecordingAudio, RecordingAudio.recording_id == files.id)
            .where(condition, RecordingAudio.state.is_distinct_from(DELETED))
        )
        for row in rows.mappings():
            if (row["pbx"], row["call_id"]) in person.keys:
                found[row["id"]] = fact_of(RecordingFile, row)
    return sorted(found.items())


async def count_recordings(session: AsyncSession, person: Person) -> int:
    """How many recordings go."""
    return len(await recordings_left(session, person))


async def erase_recordings(around: Around, person: Person, reference: str) -> None:
    """Deletes them. Raises NotYet while one is written or listened to, OSError; those before it are deleted then."""
    async with around.sessions() as session:
        left = await recordings_left(session, person)
    for recording_id, file in left:
        folder = around.library.folders.get(file.pbx)
        if folder is not None and not await asyncio.to_thread(folder.is_dir):
            raise OSError(f"the recordings folder of {file.pbx} is away")
        await _mark(around, recording_id, file)
        await _delete(around, recording_id, file, reference)


async def _mark(around: Around, recording_id: int, file: RecordingFile) -> None:
    async with around.sessions.begin() as session:
        await lock_call(session, file.pbx, file.call_id)
        audio = await session.get(RecordingAudio, recording_id)
        sound = await session.get(RecordingSound, recording_id)
        is_settled = audio is not None and (sound is not None or audio.state in ("missing", DELETING))
        if not is_settled and not around.is_alone:
            raise NotYet("A recording of the person is still being written or listened to")
        if audio is None:
            session.add(_unmeasured(recording_id, around.clock()))
        else:
            audio.state = DELETING


def _unmeasured(recording_id: int, now: float) -> RecordingAudio:
    return RecordingAudio(
        recording_id=recording_id, state=DELETING, duration_seconds=0.0, size=0, has_audio=False,
        has_customer_leg=False, has_agent_leg=False, checked_at=now,
    )  # fmt: skip


async def _delete(around: Around, recording_id: int, file: RecordingFile, reference: str) -> None:
    async with around.sessions.begin() as session:
        await lock_call(session, file.pbx, file.call_id)
        if await held_among(session, [(file.pbx, file.call_id)]):
            raise NotYet("A call of the person was placed under a legal hold meanwhile")
        sound = await session.get(RecordingSound, recording_id)
        copy = sound.copy if sound else ""
        files = await asyncio.to_thread(around.library.files, recording_id, file, copy)
        size = await asyncio.to_thread(lambda: sum(one.size for one in files))
        await asyncio.to_thread(remove, files)
        await write_down(
            session,
            RecordingDeletion(
                recording_id=recording_id, pbx=file.pbx, call_id=file.call_id, at=around.clock(), how=BY_ERASURE,
                rule_scope=BY_ERASURE, rule_subject=reference, rule_days=0, files=len(files), bytes=size,
                sha256=sound.sha256 if sound else "",
            ),
        )  # fmt: skip
