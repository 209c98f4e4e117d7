"""Recordings paused by a key of the phone, and resumed when their time is over; a phone that produces faults."""

import asyncio
from collections.abc import Callable

import pytest

from callcenter.agents import recording_pauses
from callcenter.agents.directory import directory
from callcenter.agents.recording_pauses import RecordingPauses
from callcenter.errors import CallCenterError, OutcomeUnknown, PhoneRefused
from callcenter.floor import commands as c
from callcenter.floor import events as e
from callcenter.floor.floor import Floor
from callcenter.floor.terms import CallId, ChannelId, PbxName
from callcenter.live.keeper import Keeper
from callcenter.settings import AgentSettings, PbxSettings, Settings
from tests.facts import NOON

PBX, CALL = PbxName("pbx1"), CallId("1.0")
CUSTOMER, LEG = ChannelId("1.0"), ChannelId("1.1")
SETTINGS = Settings(pbxs=(PbxSettings(name="pbx1"),), agents=(AgentSettings(number="1001", name="Li Na"),))
IN_TIME_SECONDS = 20


class Line:
    """A recorded call of agent 1001, whose phone does what it is asked, with `failures` first."""

    def __init__(self, limit: float) -> None:
        self.now = NOON
        self.keeper = Keeper(Floor(), clock=lambda: self.now)
        self.sent: list[c.AnyCommand] = []
        self.failures: list[CallCenterError] = []
        self.pauses = RecordingPauses(self.keeper, self, limit)
        self.keeper.listen(self.pauses.on_changes)
        for event in directory(SETTINGS, NOON):
            self.keeper.tell(event)
        self.keeper.tell(e.LinkChanged(PBX, NOON, e.LinkState.LIVE, ""))
        for channel_id, name in ((CUSTOMER, "PJSIP/trunk-1"), (LEG, "PJSIP/1001-2")):
            self.keeper.tell(e.ChannelOpened(PBX, NOON, channel_id, CALL, name, "138", "", "agents", "s", True))
        self.keeper.tell(e.RecordingBegun(PBX, NOON, LEG, CALL, "/monitor/1.wav"))

    async def send(self, command: c.AnyCommand) -> None:
        self.sent.append(command)
        if self.failures:
            raise self.failures.pop()
        match command:
            case c.PauseRecording(channel_id=channel_id):
                self.keeper.tell(e.RecordingPaused(PBX, self.now, channel_id))
            case c.ResumeRecording(channel_id=channel_id):
                self.keeper.tell(e.RecordingResumed(PBX, self.now, channel_id))

    @property
    def is_paused(self) -> bool:
        return self.keeper.floor.sites[PBX].recordings[LEG][0].paused_since is not None

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(IN_TIME_SECONDS):
            while not holds():  # noqa: ASYNC110 - what is watched looks at the time by itself
                await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording_pauses, "LOOK_SECONDS", 0.01)


async def test_an_agents_key_pauses_and_resumes_and_nobody_elses() -> None:
    line = Line(limit=0)
    line.keeper.tell(e.RecordingPauseAsked(PBX, NOON, CUSTOMER))
    line.keeper.tell(e.RecordingPauseAsked(PBX, NOON, ChannelId("never seen")))
    line.keeper.tell(e.RecordingPauseAsked(PBX, NOON, LEG))
    await line.until(lambda: line.is_paused)
    assert line.sent == [c.PauseRecording(PBX, LEG)]
    line.keeper.tell(e.RecordingPauseAsked(PBX, NOON, LEG))
    line.keeper.tell(e.RecordingResumeAsked(PBX, NOON, LEG))
    await line.until(lambda: not line.is_paused)
    assert line.sent == [c.PauseRecording(PBX, LEG), c.ResumeRecording(PBX, LEG)]


async def test_a_pause_of_the_limit_is_ended_and_asked_for_again_where_that_failed() -> None:
    line = Line(limit=120)
    line.failures = [OutcomeUnknown("no answer"), PhoneRefused("busy")]
    watching = asyncio.create_task(line.pauses.watch())
    line.keeper.tell(e.RecordingPaused(PBX, NOON, LEG))
    line.now = NOON + 119
    await asyncio.sleep(0.1)
    assert line.sent == []
    for tries in (1, 2, 3):
        line.now = NOON + 120 + 11 * (tries - 1)
        await line.until(lambda tries=tries: len(line.sent) == tries)  # type: ignore[misc]
    await line.until(lambda: not line.is_paused)
    assert line.sent == [c.ResumeRecording(PBX, LEG)] * 3
    watching.cancel()


async def test_while_the_link_is_down_nothing_is_asked_and_afterwards_it_is() -> None:
    line = Line(limit=120)
    line.keeper.tell(e.RecordingPaused(PBX, NOON, LEG))
    line.keeper.tell(e.LinkChanged(PBX, NOON, e.LinkState.DOWN, "refused"))
    watching = asyncio.create_task(line.pauses.watch())
    line.now = NOON + 500
    await asyncio.sleep(0.1)
    assert line.sent == []
    line.keeper.tell(e.LinkChanged(PBX, line.now, e.LinkState.LIVE, ""))
    await line.until(lambda: not line.is_paused)
    watching.cancel()


async def test_without_a_limit_nobody_watches() -> None:
    await Line(limit=0).pauses.watch()
