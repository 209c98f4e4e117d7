"""The recordings whose time is over, with what there is of them on disk, read in pieces: there may be a million."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.calls.service import Key
from callcenter.floor.facts import RecordingFile
from callcenter.floor.terms import Instant
from callcenter.recordings.library import Library
from callcenter.recordings.storing import KeptFile
from callcenter.recordings.tables import RecordingAudio, RecordingSound
from callcenter.retention.keeping import kept_among
from callcenter.retention.rulebook import rules_in
from callcenter.retention.rules import DAY_SECONDS, Kept, Rule, rule_due
from callcenter.store.engine import Sessions
from callcenter.store.tables import calls, fact_of, recording_files

BATCH = 500
DELETING = "deleting"


class Candidate(Struct, frozen=True):
    """A recording old enough for some rule; `size` the bytes once measured.

    `copy` is the name of its stored copy; `is_copy_alone` where the PBX's files were removed before.
    """

    recording_id: int
    file: RecordingFile
    number: str | None
    state: str
    size: int
    sha256: str
    copy: str
    is_copy_alone: bool
    kept: Kept

    @property
    def key(self) -> Key:
        """Its call."""
        return (self.file.pbx, self.file.call_id)


class Due(Struct, frozen=True):
    """A candidate that `rule` lets go, or that it would if it were not held; its files, that of both sides last."""

    candidate: Candidate
    rule: Rule
    files: Sequence[KeptFile]
    bytes: int
    is_found: bool
    """Whether the PBX's file is there, or the copy that alone is left: what is not found may lie on a disk that is
    away, and is not deleted."""

    @property
    def is_held(self) -> bool:
        """Whether a hold keeps it."""
        return self.candidate.kept.is_held


def _candidates() -> Select[Any]:
    """Recordings that are settled: measured, and listened through unless no file was found; not deleted."""
    audio, sound = RecordingAudio, RecordingSound
    is_settled = or_(audio.state.in_(("missing", DELETING)), sound.recording_id.is_not(None))
    is_call = (calls.c.pbx == recording_files.c.pbx) & (calls.c.call_id == recording_files.c.call_id)
    return (
        select(recording_files, calls.c.number, audio.state, audio.size, audio.original, sound.sha256, sound.copy)
        .join(audio, audio.recording_id == recording_files.c.id)
        .outerjoin(sound, sound.recording_id == recording_files.c.id)
        .outerjoin(calls, is_call)
        .where(audio.state.in_(("ready", "missing", DELETING)), is_settled)
    )


async def candidate(session: AsyncSession, recording_id: int) -> Candidate | None:
    """A recording as it stands in this transaction; None: it is gone or not settled."""
    rows = (await session.execute(_candidates().where(recording_files.c.id == recording_id))).mappings().all()
    found = await _with_kept(session, rows)
    return found[0] if found else None


async def _with_kept(session: AsyncSession, rows: Sequence[Mapping[Any, Any]]) -> list[Candidate]:
    kept = await kept_among(session, {(row["pbx"], row["call_id"]): row["ended_at"] for row in rows})
    return [
        Candidate(
            recording_id=row["id"],
            file=fact_of(RecordingFile, row),
            number=row["number"],
            state=row["state"],
            size=row["size"],
            sha256=row["sha256"] or "",
            copy=row["copy"] or "",
            is_copy_alone=row["original"] == "gone",
            # Of a call with several recordings each has an end of its own.
            kept=replace(kept[row["pbx"], row["call_id"]], ended_at=row["ended_at"]),
        )
        for row in rows
    ]


async def all_due(sessions: Sessions, library: Library, after: int = 0) -> AsyncIterator[Due]:
    """What is due now, held or not, found or not, by its number; from the one after that number."""
    now = library.clock()
    async with sessions() as session:
        rules = await rules_in(session)
    if not rules:
        return
    youngest = now - min(rule.days for rule in rules) * DAY_SECONDS
    while True:
        files = recording_files.c
        batch = _candidates().where(files.ended_at <= youngest, files.id > after).order_by(files.id).limit(BATCH)
        async with sessions() as session:
            rows = (await session.execute(batch)).mappings().all()
            found = await _with_kept(session, rows)
        for due in await asyncio.to_thread(_due_among, library, rules, found, now):
            yield due
        if len(rows) < BATCH:
            return
        after = rows[-1]["id"]


def _due_among(library: Library, rules: Sequence[Rule], found: Sequence[Candidate], now: Instant) -> list[Due]:
    due = []
    for one in found:
        rule = rule_due(rules, replace(one.kept, is_held=False), now)
        if rule is not None:
            due.append(with_files(library, one, rule))
    return due


def with_files(library: Library, one: Candidate, rule: Rule) -> Due:
    """The same with its files as they are now: for threads."""
    files = library.files(one.recording_id, one.file, one.copy)
    is_found = library.find(one.file) is not None or (one.is_copy_alone and bool(files))
    return Due(one, rule, files, sum(file.size for file in files), is_found)
