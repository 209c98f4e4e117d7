"""The library over its routes, on both databases: clips cut, published, heard and counted, playlists, and who may."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.passwords import Passwords
from callcenter.accounts.rules import Role
from callcenter.accounts.service import Access
from callcenter.problems import tell_problems
from callcenter.quality.clip_tables import Clip, ClipTopic, PlaylistClip
from callcenter.quality.clips.api import clip_routes
from callcenter.quality.clips.cutting import LEFT_SECONDS, Cutter
from callcenter.quality.clips.expiry import expire
from callcenter.quality.clips.service import clips_of_calls, delete_clips_of
from callcenter.recordings.access_api import access_routes
from callcenter.recordings.inspection import inspect_files
from callcenter.recordings.library import Library
from callcenter.recordings.masters import Masters
from callcenter.recordings.measuring import Measurer
from callcenter.recordings.tables import RecordingAudio
from callcenter.store.engine import Sessions
from callcenter.store.recorder import Recorder
from tests.facts import NOON, a_call, a_conversation, a_recording
from tests.quality.test_reviews import Centre
from tests.recordings.sounds import hiss, pcm, spoken, write_wav

DAY = 86_400.0
HOUR = 3_600.0
LENGTH = 30.0
LATER = "1763812900.9"
EVIL = '<img src=x onerror="alert(1)">'
PLAY = "a-play-of-mine"


@dataclass
class Room:
    """The centre, and where its sounds are."""

    centre: Centre
    cutter: Cutter
    sessions: Sessions
    folder: Path

    def files(self) -> list[str]:
        return sorted(file.name for file in self.cutter.folder.iterdir())

    def clip(self, **change: Any) -> dict[str, Any]:
        """What is sent to make a clip: from 5 to 9 s, of which the agent talks from 6 on."""
        return {
            "recording_id": 1,
            "from_seconds": 5.0,
            "to_seconds": 9.0,
            "kind": "problem",
            "title": {"en": EVIL, "zh": "打断客户"},
            "note": {"en": "He talks over her", "zh": ""},
            "topics": ["Listening", "投诉"],
            "language": "zh",
            "audience": "all",
            "kept_until": self.centre.now + 30 * DAY,
        } | change


@pytest.fixture
def masters() -> Masters:
    """A centre that does not encrypt."""
    return Masters()


@pytest.fixture
async def room(engine: AsyncEngine, sessions: Sessions, tmp_path: Path, masters: Masters) -> AsyncIterator[Room]:
    folder = tmp_path / "recordings"
    mix = folder / Path(a_recording().path).name
    ended = NOON + LENGTH
    agent, customer = spoken([(6.0, 8.0)], LENGTH), spoken([(1.0, 4.0), (20.0, 29.0)], LENGTH)
    for ending, sound in (("", agent + customer), ("_agent", agent), ("_other", customer)):
        write_wav(mix.with_stem(mix.stem + ending), pcm(sound + hiss(LENGTH)), modified_at=ended)
    other = {"call_id": LATER, "path": f"{a_recording().path}.other.wav"}
    recorder = Recorder(engine)
    times = {"began_at": NOON, "ended_at": ended}
    recorder.note([a_call(), a_call(call_id=LATER), a_recording(**times), a_recording(**times, **other)])
    recorder.note([a_conversation(began_at=NOON, ended_at=ended, completed_at=ended)])
    await recorder.flush()
    web = FastAPI()
    made: list[Centre] = []
    access = Access(sessions, lambda: made[0].now, Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))
    made.append(Centre(web, access, ended + 100, []))
    web.state.access = access
    tell_problems(web)
    library = Library({"pbx1": folder}, tmp_path / "copies", lambda: made[0].now, masters=masters)
    cutter = Cutter(library, "wav")
    web.include_router(clip_routes(sessions, cutter))
    web.include_router(access_routes(sessions, library))
    measurer = Measurer(sessions, library)
    await measurer.measure_due()
    await measurer.close()
    cutter.folder.mkdir(parents=True)
    yield Room(made[0], cutter, sessions, folder)
    for client in made[0].clients:
        await client.aclose()


@pytest.fixture
async def qa(room: Room) -> httpx.AsyncClient:
    return await room.centre.of("qa", Role.QA)


@pytest.fixture
async def agent(room: Room) -> httpx.AsyncClient:
    return await room.centre.of("li", Role.AGENT, agent_number="1001")


async def _done(answer: Any) -> Any:
    response = await answer
    assert response.status_code < 300, response.text
    return response.json() if response.content else None


async def _made(room: Room, qa: httpx.AsyncClient, **change: Any) -> dict[str, Any]:
    made: dict[str, Any] = await _done(qa.post("/clips", json=room.clip(**change)))
    return made


async def _listen(client: httpx.AsyncClient, clip: int, spans: list[list[float]], play: str = PLAY) -> None:
    await _done(client.head(f"/clips/{clip}/audio", params={"play": play}))
    sound = await client.get(f"/clips/{clip}/audio", params={"play": play}, headers={"Range": "bytes=0-99"})
    assert sound.status_code == 206
    await _done(client.post(f"/clips/{clip}/plays/{play}", json={"spans": spans}))


async def test_a_clip_is_cut_out_with_both_sides_and_told(room: Room, qa: httpx.AsyncClient) -> None:
    made = await _made(room, qa)
    assert (made["agent_name"], made["agent_number"], made["hides_agent"]) == ("Li Na", "1001", True)
    assert (made["title"], made["topics"]) == ({"en": EVIL, "zh": "打断客户"}, ["Listening", "投诉"])
    assert (made["plays"], made["listeners"], made["is_heard"], made["made_by"]) == (0, 0, False, "qa")
    assert made["duration_seconds"] == pytest.approx(4.0, abs=0.01)
    (file,) = room.files()
    heard = inspect_files([room.cutter.folder / file])
    assert heard.duration_seconds == pytest.approx(4.0, abs=0.01)
    assert [side.is_audible for side in heard.sides] == [True, False]  # of the agent's two seconds, and no customer
    assert heard.sides[0].talk[0] == pytest.approx((1.0, 3.0), abs=0.1)
    sound = await _done(qa.get(f"/clips/{made['id']}/sound"))
    assert [side["side"] for side in sound["sides"]] == ["agent", "customer"]
    assert (sound["has_copy"], len(sound["sides"][0]["peaks"])) == (True, 200)
    whole = await qa.get(f"/clips/{made['id']}/audio", params={"play": PLAY})
    assert whole.content == (room.cutter.folder / file).read_bytes()
    assert (whole.headers["content-type"], whole.headers["cache-control"]) == ("audio/wav", "private, no-cache")


async def test_a_clip_outlives_the_audio_of_its_recording(room: Room, qa: httpx.AsyncClient) -> None:
    made = await _made(room, qa)
    for file in room.folder.iterdir():
        file.unlink()
    async with room.sessions.begin() as session:
        (await session.get_one(RecordingAudio, 1)).state = "deleted"
    assert (await qa.get(f"/clips/{made['id']}/audio", params={"play": PLAY})).status_code == 200
    refused = await qa.post("/clips", json=room.clip())
    assert refused.status_code == 409
    assert len(room.files()) == 1


async def test_the_mix_is_cut_where_a_leg_is_gone_and_nothing_where_all_is(room: Room, qa: httpx.AsyncClient) -> None:
    for file in room.folder.glob("*_agent.wav"):
        file.unlink()
    made = await _made(room, qa)
    sound = await _done(qa.get(f"/clips/{made['id']}/sound"))
    assert [side["side"] for side in sound["sides"]] == ["mix"]
    for file in room.folder.iterdir():
        file.unlink()
    assert (await qa.post("/clips", json=room.clip())).status_code == 409
    assert len(room.files()) == 1


async def test_a_file_that_cannot_be_read_makes_no_clip_and_leaves_nothing(room: Room, qa: httpx.AsyncClient) -> None:
    for file in room.folder.iterdir():
        file.write_bytes(b"OggS" * 100)
    assert (await qa.post("/clips", json=room.clip())).status_code == 409
    assert room.files() == []
    assert (await _done(qa.get("/clips")))["clips"] == []


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"recording_id": 99}, 404, None),
        ({"recording_id": 2}, 409, None),  # its file was never there
        ({"from_seconds": 31.0, "to_seconds": 33.0}, 422, "from_seconds"),
        ({"to_seconds": 30.5}, 422, "to_seconds"),
        ({"to_seconds": 5.0}, 422, "to_seconds"),
        ({"from_seconds": -1}, 422, "from_seconds"),
        ({"title": {"en": " ", "zh": ""}}, 422, "title"),
        ({"title": {"en": "a\nb"}}, 422, "title.en"),
        ({"note": {"en": "a\x00"}}, 422, "note.en"),
        ({"topics": ["good", " "]}, 422, "topics.1"),
        ({"kind": "bad"}, 422, "kind"),
        ({"language": "de"}, 422, "language"),
        ({"kept_until": 5.0}, 422, "kept_until"),
        ({"extra": 1}, 422, "extra"),
    ],
)
async def test_what_cannot_be_a_clip(
    room: Room, qa: httpx.AsyncClient, change: dict[str, Any], status: int, field: str | None
) -> None:
    refused = await qa.post("/clips", json=room.clip(**change))
    assert (refused.status_code, refused.json().get("field")) == (status, field), refused.text
    assert room.files() == []


async def test_clips_are_found_by_what_they_are_and_say(room: Room, qa: httpx.AsyncClient) -> None:
    first = await _made(room, qa)
    second = await _made(
        room, qa, kind="exemplary", title={"zh": "100%耐心"}, note={}, topics=["Greeting", "投诉"], language="en"
    )

    async def found(**wanted: Any) -> list[int]:
        return [one["id"] for one in (await _done(qa.get("/clips", params=wanted)))["clips"]]

    assert await found() == [second["id"], first["id"]]
    assert await found(kind="problem") == [first["id"]]
    assert await found(language="en") == [second["id"]]
    assert await found(topic="投诉") == [second["id"], first["id"]]
    assert await found(topic="Greeting") == [second["id"]]
    assert await found(text="耐心") == [second["id"]]
    assert await found(text="TALKS over") == [first["id"]]
    assert await found(text="listen") == [first["id"]]
    assert await found(text="%") == [second["id"]]  # is no wildcard
    assert await found(text="' OR 1=1 --") == []
    assert await found(recording=1) == [second["id"], first["id"]]
    assert await found(recording=2) == []
    page = await _done(qa.get("/clips", params={"limit": 1}))
    assert page["next"] == second["id"]
    assert await found(cursor=page["next"]) == [first["id"]]
    told = (await _done(qa.get("/clips/topics")))["topics"]
    assert told[0] == {"topic": "投诉", "clips": 2}
    assert {one["topic"]: one["clips"] for one in told} == {"投诉": 2, "Greeting": 1, "Listening": 1}


async def test_what_an_agent_sees_hears_and_is_not_told(
    room: Room, qa: httpx.AsyncClient, agent: httpx.AsyncClient
) -> None:
    shown = await _made(room, qa)
    hidden = await _made(room, qa, audience="playlists", topics=["Secret"])
    named = await _made(room, qa, kind="exemplary")
    told = (await _done(agent.get("/clips")))["clips"]
    assert [(one["id"], one["agent_name"]) for one in told] == [(named["id"], "Li Na"), (shown["id"], None)]
    told_of = {"pbx", "call_id", "recording_id", "agent_number", "made_by", "plays", "listeners", "recorded_at"}
    assert not told_of & told[0].keys()
    assert "Secret" not in str(await _done(agent.get("/clips/topics")))
    for path in ("", "/audio?play=12345678", "/sound"):
        assert (await agent.get(f"/clips/{hidden['id']}{path}")).status_code == 404, path
    listening = await agent.post(f"/clips/{hidden['id']}/plays/{PLAY}", json={"spans": [[0, 1]]})
    assert listening.status_code == 404
    playlist = await _done(qa.post("/playlists", json={"title": {"en": "New"}, "clips": [hidden["id"]]}))
    assert (await agent.get(f"/clips/{hidden['id']}")).status_code == 404
    assert (await _done(agent.get("/playlists")))["playlists"] == []
    assert (await agent.get(f"/playlists/{playlist['id']}")).status_code == 404
    published = {"title": {"en": "New"}, "clips": [hidden["id"]], "is_published": True, "version": 1}
    await _done(qa.put(f"/playlists/{playlist['id']}", json=published))
    assert (await agent.get(f"/clips/{hidden['id']}/audio?play=12345678")).status_code == 200
    assert (await _done(agent.get("/clips/topics")))["topics"][-1]["topic"] == "Secret"


async def test_who_listened_to_what_is_written_down_and_counted(
    room: Room, qa: httpx.AsyncClient, agent: httpx.AsyncClient
) -> None:
    clip = (await _made(room, qa))["id"]
    unbegun = await agent.post(f"/clips/{clip}/plays/{PLAY}", json={"spans": [[0, 1]]})
    assert unbegun.status_code == 404
    assert (await agent.get(f"/clips/{clip}/audio")).status_code == 422  # without a play nobody could be counted
    await _listen(agent, clip, [[0.0, 2.0]])
    assert (await _done(agent.get(f"/clips/{clip}")))["is_heard"] is False
    await _listen(agent, clip, [[2.0, 3.8]])
    await _listen(agent, clip, [[0.0, 1.0]], play="another-play")
    await _listen(qa, clip, [[0.0, 1.0]])
    assert (await _done(agent.get(f"/clips/{clip}")))["is_heard"] is True
    told = await _done(qa.get(f"/clips/{clip}"))
    assert (told["plays"], told["listeners"], told["is_heard"]) == (3, 2, False)
    beside = (await _done(qa.get("/recordings/1/accesses")))["accesses"]
    first = next(one for one in beside if one["username"] == "li" and one["seconds"] > 3)
    assert (first["spans"], first["clip_id"]) == ([[5.0, 8.8]], clip)
    for spans in ([[0.0, 60.0]], [[3.0, 2.0]], []):
        refused = await agent.post(f"/clips/{clip}/plays/{PLAY}", json={"spans": spans})
        assert refused.json()["field"] == "spans", refused.text
    whole = await qa.post(f"/recordings/1/plays/{PLAY}", json={"spans": [[0.0, 1.0]]})
    assert whole.status_code == 404  # who was given a clip did not hear the recording


async def test_a_clip_is_changed_in_turn_and_deleted_with_its_sound(
    room: Room, qa: httpx.AsyncClient, agent: httpx.AsyncClient
) -> None:
    clip = await _made(room, qa)
    path = f"/clips/{clip['id']}"
    kept = {"kind", "title", "note", "language", "audience", "kept_until", "hides_agent"}
    card = {name: clip[name] for name in kept} | {"topics": ["Calm"], "hides_agent": False, "version": 1}
    changed = await _done(qa.put(path, json=card))
    assert (changed["topics"], changed["hides_agent"], changed["version"]) == (["Calm"], False, 2)
    assert (await _done(agent.get(path)))["agent_name"] == "Li Na"
    assert (await qa.put(path, json=card)).status_code == 409
    assert (await qa.put("/clips/99", json=card)).status_code == 404
    playlist = await _done(qa.post("/playlists", json={"title": {"en": "New"}, "clips": [clip["id"]]}))
    assert (await qa.delete(path)).status_code == 204
    assert room.files() == []
    assert (await qa.get(path)).status_code == 404
    assert (await qa.delete(path)).status_code == 404
    assert (await _done(qa.get(f"/playlists/{playlist['id']}")))["clips"] == []
    async with room.sessions() as session:
        assert (await session.scalars(select(ClipTopic))).all() == []
    assert (await _made(room, qa))["id"] > clip["id"]  # plays of the old one are not its


async def test_playlists_keep_their_order_and_tell_what_one_has_heard(
    room: Room, qa: httpx.AsyncClient, agent: httpx.AsyncClient
) -> None:
    ids = [(await _made(room, qa))["id"] for _ in range(3)]
    order = [ids[1], ids[2], ids[0]]
    wanted = {"title": {"zh": "新员工"}, "description": {"en": "Begin here"}, "clips": order, "is_published": True}
    made = await _done(qa.post("/playlists", json=wanted))
    assert [one["id"] for one in made["clips"]] == order
    assert (made["count"], made["heard"], made["duration_seconds"]) == (3, 0, pytest.approx(12, abs=0.1))
    await _listen(agent, order[0], [[0.0, 4.0]])
    (line,) = (await _done(agent.get("/playlists")))["playlists"]
    assert (line["count"], line["heard"]) == (3, 1)
    one = await _done(agent.get(f"/playlists/{made['id']}"))
    assert [clip["is_heard"] for clip in one["clips"]] == [True, False, False]
    path = f"/playlists/{made['id']}"
    for clips, field in (([ids[0], 99], "clips.1"), ([ids[0], ids[0]], "clips.1"), ([0], "clips.0")):
        refused = await qa.put(path, json=wanted | {"clips": clips, "version": 1})
        assert (refused.status_code, refused.json()["field"]) == (422, field)
    assert (await qa.post("/playlists", json={"title": {}})).json()["field"] == "title"
    changed = await _done(qa.put(path, json=wanted | {"clips": ids[:1], "version": 1}))
    assert ([clip["id"] for clip in changed["clips"]], changed["version"]) == (ids[:1], 2)
    assert (await qa.put(path, json=wanted | {"version": 1})).status_code == 409
    assert (await qa.put("/playlists/99", json=wanted | {"version": 1})).status_code == 404
    assert (await qa.delete(path)).status_code == 204
    assert (await qa.delete(path)).status_code == 404
    assert len((await _done(qa.get("/clips")))["clips"]) == 3


async def test_nobody_hears_a_clip_after_its_time_and_the_night_deletes_it(room: Room, qa: httpx.AsyncClient) -> None:
    short = await _made(room, qa, kept_until=room.centre.now + 3 * HOUR)
    long = await _made(room, qa)
    await _done(qa.post("/playlists", json={"title": {"en": "New"}, "clips": [short["id"], long["id"]]}))
    left, fresh = (room.cutter.folder / name for name in ("left.wav", "fresh.wav"))
    for file in (left, fresh):
        file.write_bytes(b"RIFF")
    room.centre.now += 3 * HOUR
    os.utime(left, (room.centre.now - LEFT_SECONDS - 1,) * 2)
    os.utime(fresh, (room.centre.now,) * 2)
    assert [one["id"] for one in (await _done(qa.get("/clips")))["clips"]] == [long["id"]]
    assert (await qa.get(f"/clips/{short['id']}/audio?play=12345678")).status_code == 404
    assert (await _done(qa.get("/playlists")))["playlists"][0]["count"] == 1
    assert [await expire(room.sessions, room.cutter) for _ in range(2)] == [1, 0]
    async with room.sessions() as session:
        kept = (await session.scalars(select(Clip.file))).all()
        assert [place.clip_id for place in await session.scalars(select(PlaylistClip))] == [long["id"]]
    assert room.files() == sorted([*kept, "fresh.wav"])


async def test_the_clips_of_calls_are_told_and_deleted_for_whoever_asks(room: Room, qa: httpx.AsyncClient) -> None:
    made = await _made(room, qa)
    async with room.sessions.begin() as session:
        for keys, found in (([("pbx1", made["call_id"])], [made["id"]]), ([("pbx1", LATER)], []), ([], [])):
            assert [one.id for one in await clips_of_calls(session, keys)] == found
        assert await delete_clips_of(session, room.cutter, [("pbx1", LATER), ("pbx2", made["call_id"])]) == 0
        assert await delete_clips_of(session, room.cutter, [("pbx1", made["call_id"])]) == 1
    assert room.files() == []
    assert (await _done(qa.get("/clips")))["clips"] == []


async def test_of_two_who_delete_one_clip_both_are_told_and_nothing_stays(room: Room, qa: httpx.AsyncClient) -> None:
    clip = (await _made(room, qa))["id"]
    answers = await asyncio.gather(qa.delete(f"/clips/{clip}"), qa.delete(f"/clips/{clip}"))
    assert {answer.status_code for answer in answers} <= {204, 404}
    assert room.files() == []


MAKE = set(Role) - {Role.AGENT, Role.TEAM_LEADER}
ROUTES = [
    ("GET", "/clips", set(Role)),
    ("GET", "/clips/topics", set(Role)),
    ("GET", "/clips/9", set(Role)),
    ("GET", "/clips/9/audio?play=12345678", set(Role)),
    ("HEAD", "/clips/9/audio?play=12345678", set(Role)),
    ("GET", "/clips/9/sound", set(Role)),
    ("POST", "/clips/9/plays/12345678", set(Role)),
    ("GET", "/playlists", set(Role)),
    ("GET", "/playlists/9", set(Role)),
    ("POST", "/clips", MAKE),
    ("PUT", "/clips/9", MAKE),
    ("DELETE", "/clips/9", MAKE),
    ("POST", "/playlists", MAKE),
    ("PUT", "/playlists/9", MAKE),
    ("DELETE", "/playlists/9", MAKE),
]


async def test_who_may_call_which_route(room: Room) -> None:
    clients = {role: await room.centre.of(role.value, role) for role in Role}
    for method, path, may in ROUTES:
        body = {"spans": [[0, 1]]} if "/plays/" in path else None
        assert (await room.centre.stranger().request(method, path, json=body)).status_code == 401, path
        for role, client in clients.items():
            answer = await client.request(method, path, json=body)
            assert (answer.status_code == 403) == (role not in may), (role, method, path, answer.text)
