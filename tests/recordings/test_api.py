"""A recording is told with its call and played by ranges, to those who may hear it."""

from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.rules import Role
from callcenter.recordings.library import Library
from callcenter.recordings.measuring import Measurer
from callcenter.store.engine import Sessions
from callcenter.store.recorder import Recorder
from tests.facts import NOON, a_call, a_conversation, a_recording, a_recording_pause
from tests.recordings.conftest import ENDED
from tests.recordings.sounds import leave_open, tone, write_wav
from tests.web import Site

MIX = "pbx1-1763812800.1-1"
AUDIO = "/api/recordings/1/audio"


@pytest.fixture
async def recorded(engine: AsyncEngine, folder: Path) -> None:
    write_wav(folder / f"{MIX}.wav", tone(2.0), modified_at=ENDED)
    write_wav(folder / f"{MIX}_agent.wav", tone(1.0), modified_at=ENDED)
    recorder = Recorder(engine)
    recorder.note([a_recording(), a_recording_pause(), a_call(), a_conversation()])
    await recorder.flush()


async def _told(client: AsyncClient) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = (await client.get("/api/calls/pbx1/1763812800.1")).json()["recordings"]
    return told


async def test_a_call_tells_its_recordings_before_and_after_they_are_measured(
    reviewer: AsyncClient, sessions: Sessions, library: Library, folder: Path
) -> None:
    expected = {
        "id": 1,
        "began_at": a_conversation().began_at,
        "duration_seconds": 2.0,
        "size": 32044,
        "has_audio": True,
        "state": "ready",
        "legs": [{"side": "agent"}],
        "conversation": {"leg_id": a_conversation().leg_id, "part": 1},
        "pauses": [{"began_at": NOON + 20, "ended_at": NOON + 25, "is_certain": True}],
    }
    assert await _told(reviewer) == [expected]
    measurer = Measurer(sessions, library)
    await measurer.measure_due()
    await measurer.close()
    (folder / f"{MIX}.wav").unlink()
    assert await _told(reviewer) == [expected]


async def test_the_empty_file_of_a_caller_who_only_waited_is_left_out(
    engine: AsyncEngine, reviewer: AsyncClient, folder: Path
) -> None:
    leave_open(write_wav(folder / "waited.wav", b""), ENDED)
    recorder = Recorder(engine)
    recorder.note([a_call(call_id="waited"), a_recording(call_id="waited", path="/m/waited.wav")])
    await recorder.flush()
    assert (await reviewer.get("/api/calls/pbx1/waited")).json()["recordings"] == []


async def test_a_recording_that_came_late_is_no_longer_missing(
    reviewer: AsyncClient, sessions: Sessions, folder: Path, tmp_path: Path
) -> None:
    (folder / f"{MIX}.wav").rename(tmp_path / "elsewhere.wav")
    measurer = Measurer(sessions, Library({"pbx1": folder}, tmp_path, lambda: ENDED + 100))
    await measurer.measure_due()
    await measurer.close()
    assert (await reviewer.get(AUDIO)).status_code == 404
    (tmp_path / "elsewhere.wav").rename(folder / f"{MIX}.wav")
    assert [told["state"] for told in await _told(reviewer)] == ["ready"]
    assert (await reviewer.get(AUDIO)).status_code == 200


@pytest.mark.parametrize(("side", "name"), [("", f"{MIX}.wav"), ("mix", f"{MIX}.wav"), ("agent", f"{MIX}_agent.wav")])
async def test_the_whole_sound(reviewer: AsyncClient, folder: Path, side: str, name: str) -> None:
    answer = await reviewer.get(AUDIO, params={"side": side} if side else {})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.content == (folder / name).read_bytes()


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-99", 0, 99), ("bytes=32000-", 32000, 32043), ("bytes=-44", 32000, 32043), ("bytes=9-99999", 9, 32043)],
)
async def test_a_part_of_the_sound(reviewer: AsyncClient, folder: Path, asked: str, first: int, last: int) -> None:
    answer = await reviewer.get(AUDIO, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {first}-{last}/32044"
    assert answer.content == (folder / f"{MIX}.wav").read_bytes()[first : last + 1]


async def test_a_part_beyond_the_end_is_refused(reviewer: AsyncClient) -> None:
    answer = await reviewer.get(AUDIO, headers={"Range": "bytes=32044-"})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == "bytes */32044"


async def test_a_part_of_another_version_is_the_whole(reviewer: AsyncClient, folder: Path) -> None:
    etag = (await reviewer.head(AUDIO)).headers["etag"]
    part = {"Range": "bytes=0-9", "If-Range": etag}
    assert (await reviewer.get(AUDIO, headers=part)).status_code == 206
    write_wav(folder / f"{MIX}.wav", tone(3.0), modified_at=ENDED + 1)
    answer = await reviewer.get(AUDIO, headers=part)
    assert answer.status_code == 200
    assert answer.headers["etag"] != etag
    assert len(answer.content) == 48044


async def test_the_head_alone(reviewer: AsyncClient) -> None:
    answer = await reviewer.head(AUDIO)
    assert (answer.status_code, answer.headers["content-length"], answer.content) == (200, "32044", b"")


async def test_a_sound_cut_by_a_crash_is_played_whole(reviewer: AsyncClient, folder: Path) -> None:
    leave_open(folder / f"{MIX}.wav", ENDED)
    answer = await reviewer.get(AUDIO)
    assert answer.status_code == 200
    assert answer.content[40:44] == (32000).to_bytes(4, "little")
    assert (await reviewer.get(AUDIO, headers={"Range": "bytes=40-43"})).content == answer.content[40:44]


async def test_a_sound_being_written_is_not_yet_played(reviewer: AsyncClient, folder: Path) -> None:
    leave_open(folder / f"{MIX}.wav", ENDED + 19)
    assert [told["state"] for told in await _told(reviewer)] == ["writing"]
    assert (await reviewer.get(AUDIO)).status_code == 409


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"{AUDIO}?side=customer", 404),
        ("/api/recordings/2/audio", 404),
        (f"{AUDIO}?side=../secret", 422),
        ("/api/recordings/0/audio", 422),
        ("/api/recordings/-1/audio", 422),
        (f"/api/recordings/{2**63}/audio", 422),
        ("/api/recordings/1%2F..%2F2/audio", 404),
        ("/api/recordings/..%2F..%2Fetc%2Fpasswd/audio", 404),
        ("/api/recordings/1%00/audio", 422),
    ],
)
async def test_only_a_number_and_a_side_can_be_asked_for(reviewer: AsyncClient, address: str, status: int) -> None:
    assert (await reviewer.get(address)).status_code == status


@pytest.mark.parametrize("path", ["../secret.wav", "/etc/passwd", "linked.wav", "a\x01\n.wav"])
async def test_a_path_of_the_pbx_that_leads_out_is_not_followed(
    engine: AsyncEngine, reviewer: AsyncClient, folder: Path, path: str
) -> None:
    write_wav(folder.parent / "secret.wav", tone(0.5))
    (folder / "linked.wav").symlink_to(folder.parent / "secret.wav")
    recorder = Recorder(engine)
    recorder.note([a_recording(path=path)])
    await recorder.flush()
    assert len(await _told(reviewer)) == 2
    assert (await reviewer.get("/api/recordings/2/audio")).status_code == 404


async def test_what_is_not_audio_is_not_sent(reviewer: AsyncClient, folder: Path) -> None:
    (folder / f"{MIX}.wav").write_text("root:x:0:0")
    assert (await reviewer.get(AUDIO)).status_code == 404


async def test_sound_is_for_those_who_may_hear_it(site: Site) -> None:
    async with site.stranger() as stranger:
        assert (await stranger.get(AUDIO)).status_code == 401
        assert (await stranger.head(AUDIO)).status_code == 401
    async with await site.client(Role.AGENT) as agent:
        assert (await agent.get(AUDIO)).status_code == 403
