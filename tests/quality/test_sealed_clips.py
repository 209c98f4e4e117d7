"""Clips of a centre that encrypts: cut out of encrypted copies, kept encrypted, heard by ranges."""

import asyncio
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from callcenter.quality.clip_tables import Clip
from callcenter.quality.clips.encrypting import encrypt_clips
from callcenter.quality.clips.expiry import expire
from callcenter.recordings.masters import Masters
from callcenter.recordings.processing import Processor, listen_through
from callcenter.recordings.sealing import new_key
from callcenter.recordings.tables import RecordingKey
from tests.quality.test_clips import HOUR, PLAY, Room, _done, _made, qa, room

__all__ = ["qa", "room"]

MASTERS = Masters((new_key(),))


@pytest.fixture
def masters() -> Masters:
    """A centre that encrypts."""
    return MASTERS


async def _heard(client: httpx.AsyncClient, clip: int, span: str = "bytes=0-") -> httpx.Response:
    return await client.get(f"/clips/{clip}/audio", params={"play": PLAY}, headers={"Range": span})


async def _keys(room: Room) -> list[str]:
    async with room.sessions() as session:
        names = await session.scalars(select(RecordingKey.name).where(RecordingKey.recording_id.is_(None)))
        return sorted(names)


async def test_a_clip_is_kept_encrypted_and_heard_by_ranges(room: Room, qa: httpx.AsyncClient) -> None:
    made = await _made(room, qa)
    (file,) = room.files()
    assert (file.endswith(".wav.sealed"), await _keys(room)) == (True, [file])
    assert b"RIFF" not in await asyncio.to_thread((room.cutter.folder / file).read_bytes)
    whole = await qa.get(f"/clips/{made['id']}/audio", params={"play": PLAY})
    assert (whole.status_code, whole.headers["content-type"], whole.content[:4]) == (200, "audio/wav", b"RIFF")
    assert len(whole.content) == pytest.approx(4 * 8000 * 2 * 2, abs=200)
    part = await _heard(qa, made["id"], "bytes=65530-65599")
    assert (part.status_code, part.content) == (206, whole.content[65530:65600])


async def test_its_key_goes_with_it(room: Room, qa: httpx.AsyncClient) -> None:
    deleted, expiring = await _made(room, qa), await _made(room, qa, kept_until=room.centre.now + HOUR)
    await _done(qa.delete(f"/clips/{deleted['id']}"))
    assert await _keys(room) == room.files()
    room.centre.now += HOUR
    assert (await expire(room.sessions, room.cutter), room.files(), await _keys(room)) == (1, [], [])
    assert (await _heard(qa, expiring["id"])).status_code == 404


async def test_without_its_key_or_changed_it_is_not_heard(
    room: Room, qa: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await _made(room, qa)
    with monkeypatch.context() as other:
        other.setattr(Masters, "keys", property(lambda _: (new_key(),)))
        answer = await _heard(qa, made["id"])
    assert (answer.status_code, answer.json()["code"]) == (503, "key_missing")
    path = room.cutter.folder / room.files()[0]
    sealed = await asyncio.to_thread(path.read_bytes)
    path.write_bytes(sealed[:5])
    answer = await _heard(qa, made["id"])
    assert (answer.status_code, answer.json()["code"]) == (500, "damaged")


async def test_a_clip_is_cut_out_of_an_encrypted_copy(room: Room, qa: httpx.AsyncClient) -> None:
    library = room.cutter.library
    processor = Processor(room.sessions, library, "wav")
    for job in await processor._due(9):
        await processor._keep(await asyncio.to_thread(listen_through, job))
    for file in room.folder.iterdir():
        file.unlink()
    made = await _made(room, qa)
    sound = await _done(qa.get(f"/clips/{made['id']}/sound"))
    assert ([side["side"] for side in sound["sides"]], made["duration_seconds"]) == (
        *(["agent", "customer"], pytest.approx(4.0, abs=0.01)),
    )
    assert [name.endswith(".sealed") for name in room.files()] == [True]  # and nothing plain beside it


async def test_clips_that_lie_plain_are_encrypted_and_are_the_same(room: Room, qa: httpx.AsyncClient) -> None:
    made = await _made(room, qa)
    (file,) = room.files()
    before = (await _heard(qa, made["id"])).content
    _lay_plain(room.cutter.folder, file, before)
    async with room.sessions.begin() as session:
        clip = (await session.scalars(select(Clip))).one()
        clip.file = "plain.wav"
        await session.delete(await session.get_one(RecordingKey, file))
    assert (await _heard(qa, made["id"])).content == before
    assert await encrypt_clips(room.sessions, room.cutter) == 1
    assert (await _keys(room), (await _heard(qa, made["id"])).content) == (room.files(), before)
    assert await encrypt_clips(room.sessions, room.cutter) == 0


def _lay_plain(folder: Path, sealed: str, content: bytes) -> None:
    (folder / sealed).unlink()
    (folder / "plain.wav").write_bytes(content)
