"""The keeper: one door, listeners in a fixed order, no failure stops the next one. And the ticker."""

import asyncio
import logging
from typing import cast

import pytest

from callcenter.floor import events as e
from callcenter.floor.changes import Changes
from callcenter.floor.events import AnyEvent
from callcenter.floor.facts import SeatState
from callcenter.floor.floor import Floor
from callcenter.floor.terms import CallId, ChannelId
from callcenter.live import ticker
from callcenter.live.keeper import Keeper, Listener
from tests.floor.stories import NOON, PBX, Diary
from tests.floor.test_seats import after_a_talk


def a_keeper(*, ahead: float = 0.0, floor: Floor | None = None) -> Keeper:
    """A keeper whose clock stands, some seconds ahead of the PBX's."""
    return Keeper(floor or Floor(), clock=lambda: NOON + ahead)


def an_event(at: float = NOON) -> e.CallerJoined:
    return e.CallerJoined(PBX, at, "support", ChannelId("caller"), CallId("caller"), "138", "", 1)


def test_listeners_are_told_in_the_order_in_which_they_were_added() -> None:
    keeper = a_keeper()
    told: list[tuple[str, AnyEvent, bool]] = []

    def listener(name: str) -> Listener:
        return lambda event, changes: told.append((name, event, bool(changes.touched)))

    for name in ("hub", "recorder", "alerts"):
        keeper.listen(listener(name))
    event = an_event()
    keeper.tell(event)
    assert told == [("hub", event, True), ("recorder", event, True), ("alerts", event, True)]


def test_a_listener_that_fails_does_not_stop_the_next_one(caplog: pytest.LogCaptureFixture) -> None:
    keeper, told = a_keeper(), []

    def fails(event: AnyEvent, changes: Changes) -> None:
        raise RuntimeError("no more room")

    keeper.listen(fails)
    keeper.listen(lambda event, changes: told.append(event))
    keeper.tell(an_event())
    keeper.tell(e.Ticked(PBX, NOON))
    assert (len(told), keeper.failures) == (2, 2)
    assert "A listener failed at CallerJoined" in caplog.text


def test_an_event_that_cannot_be_applied_is_counted_and_the_next_one_is(caplog: pytest.LogCaptureFixture) -> None:
    keeper, told = a_keeper(), []
    keeper.listen(lambda event, changes: told.append(event))
    broken = cast("AnyEvent", e.Event(PBX, NOON))
    keeper.tell(broken)
    keeper.tell(an_event())
    assert (keeper.failures, len(told)) == (1, 1)
    assert "An event could not be applied: Event" in caplog.text


def test_a_surprise_is_logged_without_numbers(caplog: pytest.LogCaptureFixture) -> None:
    keeper = a_keeper()
    with caplog.at_level(logging.INFO, "callcenter.live.keeper"):
        keeper.tell(e.CallerGone(PBX, NOON, "support", ChannelId("caller"), 1, 1, 3.0))
    assert [record.message for record in caplog.records] == ["Expected a visit to end, came QueueCallerAbandon"]


def test_time_goes_by_the_clock_of_the_pbx() -> None:
    keeper = a_keeper(ahead=30)
    assert keeper.pbx_time(PBX) == NOON + 30
    keeper.tell(an_event())
    keeper.tell(e.LinkChanged(PBX, NOON + 30, e.LinkState.LIVE))
    assert keeper.pbx_time(PBX) == NOON


async def test_a_wrap_up_ends_without_an_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticker, "TICK_SECONDS", 0)
    day: Diary = after_a_talk(wrap_up=20)
    now = day.now + 19
    keeper = Keeper(day.floor, clock=lambda: now)
    ticked = asyncio.Event()
    keeper.listen(lambda event, changes: ticked.set())
    async with asyncio.timeout(10):
        ticking = asyncio.create_task(ticker.tick(keeper, keeper.tell))
        for _ in range(5):
            await asyncio.sleep(0)
        assert day.state("1001") is SeatState.WRAP_UP
        assert not ticked.is_set(), "nothing is due yet: nobody is told"
        now += 2
        await ticked.wait()
    ticked.clear()
    for _ in range(5):
        await asyncio.sleep(0)
    assert day.state("1001") is SeatState.READY
    assert not ticked.is_set(), "nothing can fall due: nobody is told"
    ticking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ticking
