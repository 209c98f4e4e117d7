"""Copies that lie plain are encrypted, one after another, also beside a server that runs.

The key is kept first, then the encrypted copy is put beside the plain one and read back; the plain one goes in the
transaction that names the other. What breaks off is gone on with: under the same key the same file is sealed the same.
"""

import asyncio
import hashlib
import os
import secrets
from collections.abc import AsyncIterator, Callable

from msgspec import Struct
from sqlalchemy import Select, func, select, update
from sqlalchemy.exc import IntegrityError

from callcenter.errors import CallCenterError, Damaged, NotFound, StoreAway
from callcenter.recordings.copying import PART
from callcenter.recordings.keys import key_row, wrapped_key
from callcenter.recordings.library import Library
from callcenter.recordings.masters import Masters
from callcenter.recordings.sealing import SEALED, Unsealed, new_key, seal, sealed_name
from callcenter.recordings.storing import Store, Stored, stream
from callcenter.recordings.tables import RecordingAudio, RecordingKey, RecordingSound
from callcenter.store.engine import Sessions

BATCH = 100


class Encrypted(Struct):
    """How many copies were encrypted, and why others were not, by recording."""

    count: int
    failed: dict[int, str]


async def count_plain(sessions: Sessions) -> int:
    """How many copies lie plain."""
    async with sessions() as session:
        return await session.scalar(select(func.count()).select_from(_plain().subquery())) or 0


def _plain() -> Select[int, str]:
    sound, audio = RecordingSound, RecordingAudio
    return (
        select(sound.recording_id, sound.copy)
        .join(audio, audio.recording_id == sound.recording_id)
        .where(audio.state == "ready", sound.copy != "", sound.copy.not_like(f"%{SEALED}"))
    )


async def encrypt_copies(sessions: Sessions, library: Library, told: Callable[[], object] = lambda: None) -> Encrypted:
    """Encrypts every copy that lies plain; `told` at each. What cannot be is told, and stays as it is.

    Raises StoreAway and KeyIsMissing; what was done stays done, and the rest is for the next time.
    """
    done = Encrypted(0, {})
    async for recording_id, copy in _each(sessions):
        try:
            done.count += await encrypt_copy(sessions, library, recording_id, copy)
        except StoreAway:
            raise
        except (CallCenterError, OSError) as error:
            done.failed[recording_id] = str(error)
        told()
    # They are made again as they are played, then without a file.
    await asyncio.to_thread(_remove_mended, library)
    return done


async def _each(sessions: Sessions) -> AsyncIterator[tuple[int, str]]:
    after = 0
    while True:
        batch = _plain().where(RecordingSound.recording_id > after).order_by(RecordingSound.recording_id).limit(BATCH)
        async with sessions() as session:
            rows = (await session.execute(batch)).all()
        for recording_id, copy in rows:
            yield recording_id, copy
        if len(rows) < BATCH:
            return
        after = rows[-1][0]


async def encrypt_copy(sessions: Sessions, library: Library, recording_id: int, copy: str) -> bool:
    """Encrypts one; False where it was deleted meanwhile.

    Raises NotFound, Damaged, KeyIsMissing, StoreAway, OSError.
    """
    key = await _kept_key(sessions, library.masters, recording_id, sealed_name(copy))
    await asyncio.to_thread(_put_sealed, library.store, copy, key)
    return await _take_over(sessions, library.store, recording_id, copy)


async def _kept_key(sessions: Sessions, masters: Masters, recording_id: int, name: str) -> bytes:
    """The key of that file, which is kept before the file is there."""
    try:
        async with sessions.begin() as session:
            wrapped = await wrapped_key(session, name)
            if wrapped is None:
                wrapped = masters.wrap(new_key(), name)
                session.add(key_row(name, wrapped, recording_id))
    except IntegrityError:  # another command was first, and both go on with its key
        return await _kept_key(sessions, masters, recording_id, name)
    return masters.unwrap(wrapped, name)


def _put_sealed(store: Store, copy: str, key: bytes) -> None:
    """Puts the encrypted copy beside the plain one, and reads it back. Raises Damaged where it is another then."""
    found = store.find(copy)
    sha256 = "" if found is None else _sealed_from(Stored(store, copy, found), key)
    sealed = store.find(sealed_name(copy))
    if sealed is None:
        raise NotFound(f"the copy {copy} is not where copies are kept")
    # Each chunk is checked as it is read: one alone, whose plain copy went before a break, is whole, too.
    with stream(Unsealed(Stored(store, sealed_name(copy), sealed), key)) as plain:
        if sha256 not in ("", hashlib.file_digest(plain, "sha256").hexdigest()):
            raise Damaged(f"the store gave back another file than it was given: {sealed_name(copy)}")


def _sealed_from(plain: Stored, key: bytes) -> str:
    """Puts the file encrypted; the SHA-256 of the plain one."""
    made = (plain.store.folder / plain.name).with_name(f".{secrets.token_hex(8)}{PART}")
    made.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    source = _Hashed(plain)
    try:
        with made.open("xb") as target:
            seal(source, plain.found.size, target, key)
            target.flush()
            os.fsync(target.fileno())
        plain.store.put(sealed_name(plain.name), made)
    finally:
        made.unlink(missing_ok=True)
    return source.digest.hexdigest()


class _Hashed:
    """A file read from its beginning, and the SHA-256 of what was read."""

    def __init__(self, of: Stored) -> None:
        self._stream = stream(of)
        self.digest = hashlib.sha256()

    def read(self, size: int, /) -> bytes:
        content = self._stream.read(size)
        self.digest.update(content)
        return content


async def _take_over(sessions: Sessions, store: Store, recording_id: int, copy: str) -> bool:
    """Has the recording name the encrypted copy, and removes the plain one; not of one that is being deleted."""
    audio, sound = RecordingAudio, RecordingSound
    # Nobody deletes the recording until the end of the transaction (as retention's `lock_call`).
    locked = update(audio).where(audio.recording_id == recording_id, audio.state == "ready")
    named = update(sound).where(sound.recording_id == recording_id, sound.copy == copy)
    async with sessions.begin() as session:
        is_there = await session.scalar(locked.values(checked_at=audio.checked_at).returning(audio.recording_id))
        if is_there and await session.scalar(named.values(copy=sealed_name(copy)).returning(sound.recording_id)):
            await asyncio.to_thread(store.remove, copy)
            return True
    async with sessions() as session:
        if await session.get(RecordingKey, sealed_name(copy)) is None:
            await asyncio.to_thread(store.remove, sealed_name(copy))
    return False


def _remove_mended(library: Library) -> None:
    for file in library.mended.glob("*.wav"):
        file.unlink(missing_ok=True)
