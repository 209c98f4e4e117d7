"""Deletes the audio of recordings whose time is over: files first, then the row that says so.

Each recording is marked `deleting` before the first of its files goes. A run that breaks off leaves the mark; the next
one completes what it began. Both steps look at holds and rules again, under the lock that placing a hold takes.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.errors import StoreAway
from callcenter.recordings.library import Library
from callcenter.recordings.service import DELETED
from callcenter.recordings.storing import FolderStore, KeptFile, settle
from callcenter.recordings.tables import RecordingAudio, RecordingDeletion, RecordingKey, RecordingSound
from callcenter.retention.dry_run import Sum, is_deletable
from callcenter.retention.due import DELETING, Candidate, Due, all_due, candidate, with_files
from callcenter.retention.holds import lock_call
from callcenter.retention.rulebook import labelled, rules_in
from callcenter.retention.rules import Rule, Scope, rule_due
from callcenter.store.engine import Sessions

log = logging.getLogger(__name__)

How = Literal["nightly", "command"]

FORGOTTEN = Rule(0, Scope.ALL, "", 0)
"""By which a deletion is told that broke off and is completed when its rule is gone, and with it the audio."""


class Failed(Struct, frozen=True):
    """A recording that could not be deleted."""

    recording_id: int
    reason: str


class Retired(Struct, frozen=True):
    """What a run deleted, and what it could not."""

    deleted: Sum
    failed: Sequence[Failed]


async def retire(sessions: Sessions, library: Library, how: How) -> Retired:
    """Deletes all that is due now. What fails is told, stays marked, and is tried again by the next run."""
    deleted, failed = Sum(), []
    async for due in all_due(sessions, library):
        if not is_deletable(due):
            continue
        try:
            gone = await delete_audio(sessions, library, due.candidate, how)
        except (OSError, StoreAway) as error:
            reason = error.message if isinstance(error, StoreAway) else error.strerror or type(error).__name__
            failed.append(Failed(due.candidate.recording_id, reason))
            log.warning("Recording %d could not be deleted: %s", due.candidate.recording_id, reason)
        else:
            if gone is not None:
                deleted.add(gone)
    await _settle_interrupted(sessions, library, how)
    return Retired(deleted, failed)


async def delete_audio(sessions: Sessions, library: Library, known: Candidate, how: How) -> Due | None:
    """Deletes one recording if it may go at this very moment; None: it stays.

    Raises OSError and StoreAway, and it stays marked.
    """
    async with sessions.begin() as session:
        await lock_call(session, *known.key)
        if await _due_now(session, library, known.recording_id) is None:
            return None
        await _set_state(session, known.recording_id, DELETING)
    async with sessions.begin() as session:
        await lock_call(session, *known.key)
        due = await _due_now(session, library, known.recording_id)
        if due is None:
            return None
        await _delete(session, library, due, how)
    return due


async def _due_now(session: AsyncSession, library: Library, recording_id: int) -> Due | None:
    one = await candidate(session, recording_id)
    rule = rule_due(await rules_in(session), one.kept, library.clock()) if one else None
    if one is None or rule is None:
        return None
    due = await asyncio.to_thread(with_files, library, one, rule)
    return due if is_deletable(due) else None


async def _set_state(session: AsyncSession, recording_id: int, state: str) -> None:
    await session.execute(update(RecordingAudio).where(RecordingAudio.recording_id == recording_id).values(state=state))


async def _delete(session: AsyncSession, library: Library, due: Due, how: How) -> None:
    """Removes the files, then has this transaction say so."""
    one = due.candidate
    await asyncio.to_thread(remove, due.files)
    labels = await labelled(session, [due.rule])
    await write_down(
        session,
        RecordingDeletion(
            recording_id=one.recording_id,
            pbx=one.file.pbx,
            call_id=one.file.call_id,
            at=library.clock(),
            how=how,
            rule_scope=due.rule.scope,
            rule_subject=labels[due.rule.id],
            rule_days=due.rule.days,
            files=len(due.files),
            bytes=due.bytes,
            sha256=one.sha256,
        ),
    )


async def write_down(session: AsyncSession, deletion: RecordingDeletion) -> None:
    """Has this transaction say that the audio of a recording is gone, and with it what was known of its sound."""
    session.add(deletion)
    await session.execute(delete(RecordingKey).where(RecordingKey.recording_id == deletion.recording_id))
    await session.execute(delete(RecordingSound).where(RecordingSound.recording_id == deletion.recording_id))
    await _set_state(session, deletion.recording_id, DELETED)


def remove(files: Sequence[KeptFile]) -> None:
    """Removes the files, and has the disk remember it before the database does. Raises OSError and StoreAway."""
    for file in files:
        file.store.remove(file.name)
    settle({file.store.path(file.name).parent for file in files if isinstance(file.store, FolderStore)})


# --- runs that broke off ----------------------------------------------------------------------------------------


async def _settle_interrupted(sessions: Sessions, library: Library, how: How) -> None:
    """What was marked and may not go any more, since it is held or has another rule, is as it was before."""
    marked = select(RecordingAudio.recording_id).where(RecordingAudio.state == DELETING)
    async with sessions() as session:
        ids = (await session.scalars(marked)).all()
    for recording_id in ids:
        async with sessions() as session:
            known = await candidate(session, recording_id)
        if known is not None:
            await _settle(sessions, library, known, how)


async def _settle(sessions: Sessions, library: Library, known: Candidate, how: How) -> None:
    async with sessions.begin() as session:
        await lock_call(session, *known.key)
        one = await candidate(session, known.recording_id)
        if one is None or one.state != DELETING or await _due_now(session, library, one.recording_id) is not None:
            return
        due = await asyncio.to_thread(with_files, library, one, FORGOTTEN)
        if due.is_found and one.is_copy_alone:
            await _set_state(session, one.recording_id, "ready")
            return
        if due.is_found:
            # It is measured again, and found ready.
            await session.execute(delete(RecordingAudio).where(RecordingAudio.recording_id == one.recording_id))
            return
        await _delete(session, library, due, how)
