"""What was made of a person's audio for people of the centre: clips of the library, archives to be downloaded."""

from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.erasure.around import Around
from callcenter.erasure.audio import recordings_left
from callcenter.erasure.person import Person
from callcenter.exports.ending import exports_holding, withdraw_exports
from callcenter.quality.clips.cutting import Cutter
from callcenter.quality.clips.service import clips_of_calls, delete_clips_of
from callcenter.store.batches import in_batches

CALLS_AT_ONCE = 500
BY_ERASURE = "erasure"


async def _exports(session: AsyncSession, person: Person) -> list[int]:
    return await exports_holding(session, [recording_id for recording_id, _ in await recordings_left(session, person)])


async def count_exports(session: AsyncSession, person: Person) -> int:
    """How many archives hold a recording of the person."""
    return len(await _exports(session, person))


async def erase_exports(around: Around, person: Person, _reference: str) -> None:
    """Whole archives go: whoever needs the other recordings exports them again. Raises OSError."""
    async with around.sessions() as session:
        found = await _exports(session, person)
    await withdraw_exports(around.sessions, around.exports, found, by=BY_ERASURE, now=around.clock())


async def count_clips(session: AsyncSession, person: Person) -> int:
    """How many clips were cut out of the person's calls."""
    return sum([len(await clips_of_calls(session, some)) for some in in_batches(sorted(person.keys), CALLS_AT_ONCE)])


async def erase_clips(around: Around, person: Person, _reference: str) -> None:
    """The clips go with their sound, also out of playlists. Raises OSError."""
    cutter = Cutter(around.library, "opus")
    for some in in_batches(sorted(person.keys), CALLS_AT_ONCE):
        async with around.sessions.begin() as session:
            await delete_clips_of(session, cutter, some)
