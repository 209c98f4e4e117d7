"""What is known of the recordings of an export: their calls, who talked, and where their sound is."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from msgspec import Struct
from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.calls.service import CallSummary, summaries_of
from callcenter.errors import Conflict, Damaged, KeyIsMissing, NotFound
from callcenter.exports.rules import PartState
from callcenter.floor.facts import Conversation, RecordingFile
from callcenter.floor.terms import Instant, Seconds
from callcenter.recordings.keys import copy_keys
from callcenter.recordings.library import Library
from callcenter.recordings.linking import conversation_of
from callcenter.recordings.masters import Wrapped
from callcenter.recordings.sealing import SEALED
from callcenter.recordings.service import DELETED
from callcenter.recordings.storing import Readable
from callcenter.recordings.tables import RecordingAudio, RecordingSound
from callcenter.store.engine import Sessions
from callcenter.store.tables import conversations, fact_of, recording_files

GOING = ("deleting", DELETED)
"""States of audio whose time is over."""


class Content(Struct, frozen=True):
    """A recording with its call; `state` and `duration_seconds` are those of its audio, "" and 0 if not measured."""

    recording_id: int
    file: RecordingFile
    state: str
    duration_seconds: Seconds
    copy: str
    keys: Mapping[str, Wrapped]
    summary: CallSummary | None
    conversation: Conversation | None

    @property
    def began_at(self) -> Instant:
        """When the recording began."""
        return self.file.began_at

    @property
    def queue(self) -> str:
        """Of the conversation, else the first one of the call."""
        if self.conversation is not None:
            return self.conversation.queue
        return next(iter(self.summary.queues), "") if self.summary else ""

    @property
    def agent(self) -> tuple[str, str]:
        """Number and name of who talked."""
        of = self.conversation
        return (of.agent_number or of.interface, of.agent_name) if of else ("", "")


async def contents_of(sessions: Sessions, recording_ids: Sequence[int]) -> dict[int, Content]:
    """These recordings by their number."""
    files, audio, sound = recording_files.c, RecordingAudio, RecordingSound
    query = (
        select(recording_files, audio.state, audio.duration_seconds, sound.copy)
        .outerjoin(audio, audio.recording_id == files.id)
        .outerjoin(sound, sound.recording_id == files.id)
        .where(files.id.in_(recording_ids))
    )
    async with sessions() as session:
        rows = (await session.execute(query)).mappings().all()
        keys = sorted({(row["pbx"], row["call_id"]) for row in rows})
        summaries = await summaries_of(session, keys)
        talked = await _conversations(session, keys)
        of_copies = await copy_keys(session, [row["copy"] for row in rows if row["copy"]])
    found = {}
    for row in rows:
        file = fact_of(RecordingFile, row)
        found[row["id"]] = Content(
            recording_id=row["id"],
            file=file,
            state=row["state"] or "",
            duration_seconds=row["duration_seconds"] or 0.0,
            copy=row["copy"] or "",
            keys=of_copies,
            summary=summaries.get((file.pbx, str(file.call_id))),
            conversation=conversation_of(file, talked[file.pbx, file.call_id]),
        )
    return found


async def _conversations(
    session: AsyncSession, keys: Sequence[tuple[str, str]]
) -> Mapping[tuple[str, str], Sequence[Conversation]]:
    of = conversations.c
    query = select(conversations).where(tuple_(of.pbx, of.call_id).in_(keys)).order_by(of.began_at, of.id)
    found: defaultdict[tuple[str, str], list[Conversation]] = defaultdict(list)
    for row in (await session.execute(query)).mappings():
        found[row["pbx"], row["call_id"]].append(fact_of(Conversation, row))
    return found


class Sound(Struct, frozen=True):
    """What is packed: a file of this machine, or one that is read from elsewhere; its `ending` (".wav")."""

    file: Path | Readable
    ending: str


def sound_of(library: Library, content: Content) -> Sound | PartState:
    """The file to be packed: both sides as the PBX wrote them, else the stored copy; or why there is none.

    Looks at the disk and into the store: for threads. Raises StoreAway.
    """
    if content.state in GOING:
        return PartState.DELETED
    try:
        path = library.find(content.file)
        if path is None:
            return _copy_of(library, content)
        if not content.duration_seconds and content.conversation is None and content.state == "ready":
            return PartState.EMPTY
        return Sound(library.open(content.recording_id, content.file, "mix"), path.suffix.lower())
    except Conflict:
        return PartState.WRITING
    except (NotFound, OSError, KeyIsMissing, Damaged):
        return PartState.UNREADABLE


def _copy_of(library: Library, content: Content) -> Sound | PartState:
    copy = library.open_copy(content.copy, content.keys) if content.copy else None
    if copy is None:
        return PartState.MISSING
    return Sound(copy.sound, PurePosixPath(content.copy.removesuffix(SEALED)).suffix)
