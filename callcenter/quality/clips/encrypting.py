"""Clips that lie plain are encrypted. What a break leaves is removed by the nightly run: a file that no clip names."""

import asyncio

from sqlalchemy import select, update

from callcenter.quality.clip_tables import Clip
from callcenter.quality.clips.cutting import Cutter
from callcenter.recordings.keys import key_row
from callcenter.recordings.sealing import SEALED
from callcenter.store.engine import Sessions


async def encrypt_clips(sessions: Sessions, cutter: Cutter) -> int:
    """Encrypts every clip that lies plain; how many. Raises OSError; one whose file is gone is left alone."""
    async with sessions() as session:
        files = (await session.scalars(select(Clip.file).where(Clip.file.not_like(f"%{SEALED}")))).all()
    count = 0
    for file in files:
        if await asyncio.to_thread((cutter.folder / file).is_file):
            count += await _encrypt(sessions, cutter, file)
    return count


async def _encrypt(sessions: Sessions, cutter: Cutter, file: str) -> bool:
    sealed, key = await asyncio.to_thread(cutter.seal, file)
    naming = update(Clip).where(Clip.file == file).values(file=sealed).returning(Clip.id)
    async with sessions.begin() as session:
        is_there = await session.scalar(naming) is not None
        if is_there:
            session.add(key_row(sealed, cutter.library.masters.wrap(key, sealed)))
    await cutter.remove([file if is_there else sealed])
    return is_there
