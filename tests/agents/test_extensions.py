"""Extended wrap-ups are ended at their limit and at the phone's word; a phone that produces faults."""

import asyncio

from callcenter.agents.directory import directory
from callcenter.agents.extensions import Extensions
from callcenter.errors import CallCenterError, PhoneRefused
from callcenter.floor import commands as c
from callcenter.floor import events as e
from callcenter.floor.facts import SeatState
from callcenter.floor.floor import Floor
from callcenter.floor.terms import PbxName
from callcenter.live.keeper import Keeper
from callcenter.settings import AgentSettings, PbxSettings, Settings
from callcenter.settings.centre import DeskSettings
from tests.facts import NOON
from tests.floor.stories import member

PBX, SEAT = PbxName("pbx1"), "PJSIP/1001"
SETTINGS = Settings(
    pbxs=(PbxSettings(name="pbx1"),),
    agents=(AgentSettings(number="1001", name="Li Na"),),
    desk=DeskSettings(wrap_up_extension_seconds=300),
)


class Place:
    """Agent 1001, whose phone is asked for more time; Asterisk does what it is asked, with `failures` first."""

    def __init__(self) -> None:
        self.keeper = Keeper(Floor())
        self.sent: list[c.AnyCommand] = []
        self.failures: list[CallCenterError] = []
        self.keeper.listen(Extensions(self.keeper.floor, self).on_changes)
        for event in directory(SETTINGS, NOON):
            self.keeper.tell(event)
        self.is_live(NOON)
        self.keeper.tell(e.MemberAdded(PBX, NOON, member("1001")))
        self.extends()

    def extends(self) -> None:
        paused = member("1001", is_paused=True, pause_reason=e.WRAP_UP_REASON, paused_at=NOON)
        self.keeper.tell(e.MemberChanged(PBX, NOON, paused))

    def is_live(self, at: float, state: e.LinkState = e.LinkState.LIVE) -> None:
        self.keeper.tell(e.LinkChanged(PBX, at, state, ""))

    async def send(self, command: c.AnyCommand) -> None:
        self.sent.append(command)
        if self.failures:
            raise self.failures.pop()
        self.keeper.tell(e.MemberChanged(PBX, self.keeper.floor.sites[PBX].now, member("1001")))

    async def after(self, seconds: float) -> SeatState:
        self.keeper.tell(e.Ticked(PBX, NOON + seconds))
        return await self.state()

    async def state(self) -> SeatState:
        for _ in range(3):
            await asyncio.sleep(0)
        return self.keeper.floor.sites[PBX].seats[SEAT.lower()].state


UNPAUSED = c.UnpauseMember(PBX, SEAT)


async def test_at_the_limit_of_the_settings_asterisk_rings_the_seat_again() -> None:
    place = Place()
    assert (await place.after(299), place.sent) == (SeatState.WRAP_UP, [])
    assert (await place.after(300), place.sent) == (SeatState.READY, [UNPAUSED])


async def test_done_by_the_phones_code_is_told_to_asterisk_once() -> None:
    place = Place()
    place.keeper.tell(e.WrapUpEnded(PBX, NOON + 10, SEAT))
    place.keeper.tell(e.WrapUpEnded(PBX, NOON + 10, SEAT))
    assert (await place.state(), place.sent) == (SeatState.READY, [UNPAUSED])


async def test_what_was_refused_is_asked_for_again_when_something_happens_there() -> None:
    place = Place()
    place.failures = [PhoneRefused("busy")]
    assert (await place.after(300), place.sent) == (SeatState.WRAP_UP, [UNPAUSED])
    place.keeper.tell(e.DeviceChanged(PBX, NOON + 301, SEAT, e.DeviceState.IN_USE))
    assert (await place.state(), place.sent) == (SeatState.READY, [UNPAUSED, UNPAUSED])


async def test_while_the_link_is_down_nothing_is_asked_and_afterwards_it_is() -> None:
    place = Place()
    place.is_live(NOON, e.LinkState.DOWN)
    assert (await place.after(500), place.sent) == (SeatState.WRAP_UP, [])
    place.is_live(NOON + 501)
    assert (await place.state(), place.sent) == (SeatState.READY, [UNPAUSED])
