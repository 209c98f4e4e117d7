"""Real calls are recorded by Asterisk, found, measured, told with their call and played."""

import asyncio
import io
import threading
import wave
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from callcenter.accounts.rules import Role
from callcenter.accounts.service import NewUser, add_user
from callcenter.accounts.signing_in import sign_in
from callcenter.app import App, running
from callcenter.floor.events import LinkChanged, LinkState
from tests.real.conftest import Pair

pytestmark = pytest.mark.real

IN_TIME_SECONDS = 40


@pytest.fixture
async def app(pair: Pair, tmp_path: Path) -> AsyncIterator[App]:
    """The server beside that Asterisk, once its link is live."""
    settings = pair.centre.plan.settings.model_copy(update={"data_folder": tmp_path / "var"})
    is_live = asyncio.Event()

    def listen(event: object, _changes: object) -> None:
        if isinstance(event, LinkChanged) and event.state is LinkState.LIVE:
            is_live.set()

    async with running(settings) as app:
        app.keeper.listen(listen)
        async with asyncio.timeout(IN_TIME_SECONDS):
            await is_live.wait()
        yield app


@pytest.fixture
async def reviewer(app: App) -> AsyncIterator[AsyncClient]:
    password = "correct horse battery"
    await add_user(app.access, NewUser(username="qa", password=password, roles=(Role.QA,)))
    token, _account = await sign_in(app.access, "qa", password, "127.0.0.1")
    async with AsyncClient(transport=ASGITransport(app.web), base_url="http://centre") as client:
        client.cookies.set("callcenter_session", token)
        yield client


async def _when(found: Callable[[], Awaitable[Any]]) -> Any:
    """The first answer that is something; fails when none comes in time."""
    async with asyncio.timeout(IN_TIME_SECONDS):
        while not (answer := await found()):  # noqa: ASYNC110 - nothing tells when Asterisk has closed its file
            await asyncio.sleep(0.1)
    return answer


async def _story(reviewer: AsyncClient, number: str, *, conversations: int, recordings: int = 0) -> dict[str, Any]:
    """All about the one call of this number, once it and its wrap-up are over and its sound is complete."""

    async def told() -> Any:
        for call in (await reviewer.get("/api/calls", params={"number": number})).json()["calls"]:
            story = (await reviewer.get(f"/api/calls/pbx1/{call['call_id']}")).json()
            is_complete = all(recording["state"] == "ready" for recording in story["recordings"])
            is_complete = is_complete and len(story["recordings"]) >= recordings
            if is_complete and len(story["conversations"]) == conversations:
                return story
        return None

    story: dict[str, Any] = await _when(told)
    return story


async def test_an_answered_call_is_heard(pair: Pair, reviewer: AsyncClient) -> None:
    def make_call() -> None:
        pair.sign_in("1001")
        pair.behave("1001", after=1, talk=3)
        pair.customer_calls("4000", caller="13800138001")
        connected = pair.ami.wait_for("AgentConnect")
        pair.ami.wait_for("Hangup", Uniqueid=connected["Uniqueid"])

    await asyncio.to_thread(make_call)
    story = await _story(reviewer, "13800138001", conversations=1, recordings=1)
    assert (story["call"]["outcome"], story["call"]["has_recording"]) == ("answered", True)
    (conversation,) = story["conversations"]
    (recording,) = story["recordings"]
    assert recording["conversation"] == {"leg_id": conversation["leg_id"], "part": conversation["part"]}
    assert recording["has_audio"]
    assert recording["began_at"] == pytest.approx(conversation["began_at"], abs=0.1)
    assert recording["duration_seconds"] == pytest.approx(conversation["ended_at"] - conversation["began_at"], abs=0.5)
    assert [leg["side"] for leg in recording["legs"]] == ["customer", "agent"]
    for side in ("mix", "customer", "agent"):
        sound = await reviewer.get(f"/api/recordings/{recording['id']}/audio", params={"side": side})
        assert (sound.status_code, sound.content[:4]) == (200, b"RIFF")
        assert len(sound.content) == pytest.approx(recording["size"], abs=3200)
    part = await reviewer.get(f"/api/recordings/{recording['id']}/audio", headers={"Range": "bytes=0-43"})
    assert part.status_code == 206


async def test_a_caller_who_only_waited_has_no_recording(pair: Pair, reviewer: AsyncClient) -> None:
    def make_call() -> None:
        pair.sign_in("1001")
        pair.behave("1001", do="ignore")
        pair.customer_calls("4000", caller="13800138002")
        joined = pair.ami.wait_for("QueueCallerJoin")
        pair.outside.action("Hangup", Channel="/^PJSIP/centre-.*/", Cause=16)
        pair.ami.wait_for("Hangup", Uniqueid=joined["Uniqueid"])

    await asyncio.to_thread(make_call)
    story = await _story(reviewer, "13800138002", conversations=0)
    assert (story["call"]["outcome"], story["call"]["has_recording"]) == ("abandoned", False)
    assert (story["conversations"], story["recordings"]) == ([], [])


async def test_a_call_that_is_transferred_twice_is_heard_in_three_parts(pair: Pair, reviewer: AsyncClient) -> None:
    def reaches(agent: str) -> str:
        answered = pair.ami.until(
            lambda event: (
                event.get("DialStatus") == "ANSWER" and str(event["DestChannel"]).startswith(f"PJSIP/{agent}-")
            )
        )
        threading.Event().wait(3)  # they talk
        return str(answered["DestChannel"])

    def make_call() -> None:
        for agent in ("1001", "1002", "1003"):
            pair.behave(agent, after=0.5, talk=0)
        pair.sign_in("1001")
        customer = pair.customer_calls("4000", caller="13800138003")
        connected = pair.ami.wait_for("AgentConnect")
        threading.Event().wait(3)
        phone = str(connected["DestChannel"])
        for agent in ("1002", "1003"):
            told = pair.ami.action("BlindTransfer", Channel=phone, Exten=agent, Context="callcenter-agents")
            assert told["Response"] == "Success", told
            phone = reaches(agent)
        pair.outside.action("Hangup", Channel=pair.channel(customer))
        pair.ami.wait_for("Hangup", Uniqueid=connected["Uniqueid"])

    await asyncio.to_thread(make_call)
    story = await _story(reviewer, "13800138003", conversations=3, recordings=3)
    parts = {(talk["leg_id"], talk["part"]): talk["agent_number"] for talk in story["conversations"]}
    heard = {(one["conversation"]["leg_id"], one["conversation"]["part"]): one for one in story["recordings"]}
    assert [parts[part] for part in heard] == ["1001", "1002", "1003"]
    for recording in heard.values():
        assert recording["has_audio"]
        assert [leg["side"] for leg in recording["legs"]] == ["customer", "agent"]
        assert recording["duration_seconds"] == pytest.approx(3, abs=0.6)


async def test_a_call_in_which_asterisk_is_killed_is_played_up_to_there(pair: Pair, reviewer: AsyncClient) -> None:
    def make_call() -> None:
        pair.sign_in("1001")
        pair.behave("1001", after=0.5, talk=0)
        pair.customer_calls("4000", caller="13800138004")
        pair.ami.wait_for("AgentConnect")
        threading.Event().wait(4)  # they talk
        pair.centre.kill()
        pair.centre.restart()

    await asyncio.to_thread(make_call)
    story = await _story(reviewer, "13800138004", conversations=1, recordings=1)
    (recording,) = story["recordings"]
    assert recording["has_audio"]
    # What Asterisk had not written yet is lost: it writes by the block.
    assert recording["duration_seconds"] == pytest.approx(4, abs=2.5)
    for side in ("mix", "customer", "agent"):
        sound = await reviewer.get(f"/api/recordings/{recording['id']}/audio", params={"side": side})
        with wave.open(io.BytesIO(sound.content)) as played:
            assert played.getnframes() / played.getframerate() > 1
