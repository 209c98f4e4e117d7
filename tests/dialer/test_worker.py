"""The dialing loop on real databases, with a telephone that fails as a test wants."""

import asyncio

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import OperationalError

from callcenter.dialer import attempts, service
from callcenter.dialer.rules import AirState
from callcenter.dialer.tables import CallbackList
from callcenter.dialer.worker import Worker
from callcenter.errors import OutcomeUnknown, PhoneRefused, PhoneUnreachable
from callcenter.floor.changes import Changes
from callcenter.floor.commands import HangUp, PlaceCall
from callcenter.floor.events import Ticked
from callcenter.floor.facts import AttemptResult
from callcenter.floor.terms import AttemptId
from callcenter.store.engine import Sessions
from callcenter.store.tables import attempt_results
from tests.dialer.conftest import FIELDS, MONDAY_NOON, Centre, result


async def started(centre: Centre, list_id: int, free: int) -> Worker:
    centre.seats.free = free
    worker = centre.worker()
    await worker.start_list(list_id)
    return worker


async def test_never_more_calls_than_free_seats(centre: Centre) -> None:
    list_id = await centre.list_with(10)
    worker = await started(centre, list_id, free=3)
    told = await centre.until_told(list_id, in_air=3)
    assert (told["open"], told["state"], told["why_idle"]) == (7, "running", None)
    assert centre.phone.most_in_air == 3
    first = centre.phone.placed[0]
    centre.phone.end(first)
    worker.on_facts([result(first.attempt_id, is_reached=True)])
    await centre.until_told(list_id, in_air=3, reached=1, open=6)
    assert centre.phone.most_in_air == 3
    assert [call.number for call in centre.phone.placed] == [row.number for row in await centre.attempts()]


async def test_a_call_that_has_its_seat_leaves_room_for_the_next(centre: Centre) -> None:
    list_id = await centre.list_with(5)
    worker = await started(centre, list_id, free=2)
    await centre.until_placed(2)
    centre.phone.up[centre.phone.placed[0].attempt_id] = AirState.SEATED
    centre.seats.free = 1  # the other one
    worker.wake()
    await centre.until_told(list_id, in_air=2)
    centre.seats.free = 2
    worker.wake()
    await centre.until_told(list_id, in_air=3)


async def test_the_command_says_who_where_and_how_long(centre: Centre) -> None:
    await started(centre, await centre.list_with(1), free=1)
    [call] = await centre.until_placed(1)
    [attempt] = await centre.attempts()
    assert call == PlaceCall(
        pbx="pbx1",
        attempt_id=call.attempt_id,
        number="+8613800138000",
        dial_string="PJSIP/{number}@trunk",
        queue="support",
        ring_seconds=30,
    )
    assert attempt.attempt_id == call.attempt_id


async def test_two_lists_of_one_queue_share_its_seats_and_its_numbers(centre: Centre) -> None:
    first, second = await centre.list_with(4), await centre.list_with(4, name="Winter")
    worker = await started(centre, first, free=4)
    await centre.until_told(first, in_air=4)
    centre.seats.free = 6
    await worker.start_list(second)
    told = await centre.until_told(second, state="running")
    # The same four numbers are on both lists.
    assert (told["in_air"], told["open"]) == (0, 4)
    assert len(centre.phone.placed) == 4


@pytest.mark.parametrize("workers", [4])
async def test_dialers_that_race_never_call_a_number_twice(centre: Centre, workers: int) -> None:
    lists = [await centre.list_with(12), await centre.list_with(12, name="Winter", queue="sales")]
    centre.seats.free = 8
    dialers = [centre.worker() for _ in range(workers)]
    for list_id in lists:
        await dialers[0].start_list(list_id)
    for dialer in dialers:
        for list_id in lists:
            dialer.wake(list_id)
    await centre.until_placed(12)
    for dialer in dialers:
        for list_id in lists:
            dialer.wake(list_id)
    await centre.until(lambda: sum(centre.told(list_id).get("in_air", 0) for list_id in lists) == 12)
    called = [call.number for call in centre.phone.placed]
    assert len(called) == len(set(called)) == 12
    per_queue = [sum(call.queue == queue for call in centre.phone.placed) for queue in ("support", "sales")]
    assert max(per_queue) <= 8


async def test_redial_after_busy_then_closed(centre: Centre) -> None:
    list_id = await centre.list_with(1)
    worker = await started(centre, list_id, free=1)
    for attempt, at in enumerate((MONDAY_NOON, MONDAY_NOON + 60), start=1):
        centre.clock.now = at
        worker.wake(list_id)
        call = (await centre.until_placed(attempt))[-1]
        centre.phone.end(call)
        worker.on_facts([result(call.attempt_id, 17, at=at)])
        await centre.until_told(list_id, in_air=0, why_idle="nothing_due" if attempt == 1 else "finished")
    [target] = await centre.targets()
    assert (target.state, target.attempts, target.last_outcome, target.due_at) == ("closed", 2, "busy", None)
    assert target.closed_at == MONDAY_NOON + 60
    assert [attempt.outcome for attempt in await centre.attempts()] == ["busy", "busy"]


async def test_not_before_the_delay_is_over(centre: Centre) -> None:
    list_id = await centre.list_with(1)
    worker = await started(centre, list_id, free=1)
    [call] = await centre.until_placed(1)
    centre.phone.end(call)
    worker.on_facts([result(call.attempt_id, 17)])
    await centre.until_told(list_id, why_idle="nothing_due")
    centre.clock.now += 59.9
    centre.published.clear()
    worker.wake(list_id)
    centre.seats.live = False
    await centre.until_told(list_id, why_idle="link_down")
    assert len(centre.phone.placed) == 1


async def test_outside_the_window_nothing_is_dialled(centre: Centre) -> None:
    morning = [{"weekdays": [1, 2, 3, 4, 5], "from": "09:00", "until": "12:00"}]
    centre.clock.now = MONDAY_NOON - 3 * 3600 - 1  # 08:59:59
    list_id = await centre.list_with(2, windows=morning)
    worker = await started(centre, list_id, free=1)
    await centre.until_told(list_id, why_idle="outside_window")
    centre.clock.now += 1
    worker.wake(list_id)
    [call] = await centre.until_placed(1)
    centre.clock.now = MONDAY_NOON
    worker.on_facts([result(call.attempt_id, 17)])
    await centre.until_told(list_id, in_air=0, open=2, why_idle="outside_window")
    assert len(centre.phone.placed) == 1


async def test_a_refused_call_counts_and_is_tried_again_later(centre: Centre) -> None:
    centre.phone.fail = lambda command: PhoneRefused("No such trunk")
    list_id = await centre.list_with(1)
    worker = await started(centre, list_id, free=1)
    await centre.until_told(list_id, why_idle="nothing_due")
    [target] = await centre.targets()
    assert (target.attempts, target.last_outcome, target.due_at) == (1, "failed", MONDAY_NOON + 60)
    centre.clock.now += 60
    worker.wake(list_id)
    await centre.until_told(list_id, state="finished")
    assert len(centre.phone.placed) == 2


async def test_a_broken_trunk_does_not_eat_up_the_list(centre: Centre) -> None:
    centre.phone.fail = lambda command: PhoneRefused("No such trunk")
    list_id = await centre.list_with(20)
    await started(centre, list_id, free=1)
    await centre.until_told(list_id, why_idle="trunk_failing")
    assert len(centre.phone.placed) == 3


async def test_a_call_that_never_left_is_not_held_against_its_target(centre: Centre) -> None:
    centre.phone.fail = lambda command: PhoneUnreachable("The link is down")
    list_id = await centre.list_with(1)
    worker = await started(centre, list_id, free=1)
    await centre.until_told(list_id, why_idle="link_down", in_air=0, open=1)
    [target] = await centre.targets()
    assert (target.state, target.attempts, target.last_outcome) == ("open", 0, None)
    [attempt] = await centre.attempts()
    assert (attempt.state, attempt.is_counted) == ("ended", False)
    centre.phone.fail = lambda command: None
    centre.clock.now += 5
    worker.wake()
    await centre.until_told(list_id, in_air=1, why_idle=None)


async def test_an_answer_that_never_comes_is_waited_for_and_then_unknown(centre: Centre) -> None:
    centre.phone.fail = lambda command: OutcomeUnknown("No answer in time")
    list_id = await centre.list_with(1)
    worker = await started(centre, list_id, free=1)
    [call] = await centre.until_placed(1)
    await centre.until_told(list_id, in_air=1)
    centre.clock.now += 300
    worker.wake(list_id)
    await centre.until_told(list_id, in_air=0, closed=1, state="finished")
    [attempt] = await centre.attempts()
    assert (attempt.state, attempt.outcome) == ("unknown", "unknown")
    # The truth comes after all.
    worker.on_facts([result(call.attempt_id, is_reached=True, at=centre.clock())])
    await centre.until_told(list_id, reached=1, closed=0)
    [attempt] = await centre.attempts()
    assert (attempt.state, attempt.outcome, attempt.agent_number) == ("ended", "reached", "1001")
    assert len(centre.phone.placed) == 1


async def test_a_long_talk_is_not_lost(centre: Centre) -> None:
    list_id = await centre.list_with(1)
    worker = await started(centre, list_id, free=1)
    [call] = await centre.until_placed(1)
    centre.phone.up[call.attempt_id] = AirState.SEATED
    centre.clock.now += 4000
    worker.wake(list_id)
    centre.seats.live = False
    await centre.until_told(list_id, why_idle="link_down", in_air=1)


async def test_nobody_is_given_up_while_the_link_is_down(centre: Centre) -> None:
    list_id = await centre.list_with(1)
    worker = await started(centre, list_id, free=1)
    [call] = await centre.until_placed(1)
    centre.phone.end(call)
    centre.seats.live = False
    centre.clock.now += 4000
    worker.wake(list_id)
    await centre.until_told(list_id, why_idle="link_down", in_air=1)
    centre.seats.live = True
    worker.wake()
    await centre.until_told(list_id, in_air=0, closed=1)


async def test_stop_hangs_up_those_who_have_not_answered_and_places_no_more(centre: Centre) -> None:
    list_id = await centre.list_with(10)
    worker = await started(centre, list_id, free=3)
    await centre.until_told(list_id, in_air=3)
    ringing, answered, talking = await centre.until_placed(3)
    async with asyncio.timeout(20):
        while centre.phone.taken < 3:  # who is still being asked for is hung up, whatever they do
            await centre.next(centre.phone.changed)
    centre.phone.up[answered.attempt_id] = AirState.ANSWERED
    centre.phone.up[talking.attempt_id] = AirState.SEATED
    await worker.stop_list(list_id)
    centre.seats.free = 10
    worker.wake()
    await centre.until_told(list_id, state="stopped", why_idle="stopped")
    async with asyncio.timeout(10):
        while not centre.phone.hung_up:
            await centre.next(centre.phone.changed)
    assert [str(command.channel_id) for command in centre.phone.hung_up] == [ringing.attempt_id]
    assert len(centre.phone.placed) == 3


async def test_stop_while_calls_are_being_asked_for(centre: Centre) -> None:
    go_on = asyncio.Event()
    centre.phone.before_answer = go_on.wait
    list_id = await centre.list_with(10)
    worker = await started(centre, list_id, free=2)
    await centre.until_placed(2)
    stopping = asyncio.create_task(worker.stop_list(list_id))
    centre.seats.free = 10
    worker.wake()
    while len(centre.phone.hung_up) < 2:
        await centre.next(centre.phone.changed)
    assert not stopping.done()
    go_on.set()
    await stopping
    assert len(centre.phone.placed) == 2
    assert {str(command.channel_id) for command in centre.phone.hung_up} == {
        call.attempt_id for call in centre.phone.placed
    }


async def test_a_hang_up_that_comes_before_its_channel_is_repeated(centre: Centre) -> None:
    refusals = iter([PhoneRefused("No such channel"), PhoneRefused("No such channel"), None])
    centre.phone.fail = lambda command: next(refusals) if isinstance(command, HangUp) else None
    list_id = await centre.list_with(1)
    worker = await started(centre, list_id, free=1)
    await centre.until_told(list_id, in_air=1)
    await worker.stop_list(list_id)
    async with asyncio.timeout(10):
        while len(centre.phone.hung_up) < 3:
            await centre.next(centre.phone.changed)


async def test_a_stopped_list_goes_on_where_it_was(centre: Centre) -> None:
    list_id = await centre.list_with(3)
    worker = await started(centre, list_id, free=1)
    [call] = await centre.until_placed(1)
    await worker.stop_list(list_id)
    centre.phone.end(call)
    worker.on_facts([result(call.attempt_id, 16)])
    await centre.until_told(list_id, in_air=0, open=3)
    await worker.start_list(list_id)
    await centre.until_placed(2)
    assert centre.phone.placed[1].number != call.number


async def test_a_crash_between_commit_and_sending_dials_nobody_twice(centre: Centre) -> None:
    list_id = await centre.list_with(1)
    centre.seats.free = 1
    async with centre.sessions.begin() as session:
        (await session.get_one(CallbackList, list_id)).state = "running"
    reserved = await centre.reserve(list_id, free_seats=1)
    assert reserved is not None
    worker = centre.worker()  # the process died here; this is the next one
    await centre.until_told(list_id, in_air=1)
    centre.clock.now += 299
    worker.wake(list_id)
    centre.clock.now += 1
    worker.wake(list_id)
    await centre.until_told(list_id, in_air=0, closed=1, state="finished")
    assert centre.phone.placed == []
    assert [attempt.outcome for attempt in await centre.attempts()] == ["unknown"]


async def test_a_result_recorded_while_nobody_dialled_is_found(centre: Centre) -> None:
    list_id = await centre.list_with(2)
    worker = await started(centre, list_id, free=1)
    [call] = await centre.until_placed(1)
    await centre.until_told(list_id, in_air=1)
    await centre.kill(worker)
    centre.phone.end(call)
    fact = result(call.attempt_id, 17)
    row = {field: getattr(fact, field) for field in fact.__struct_fields__}
    async with centre.sessions.begin() as session:
        await session.execute(insert(attempt_results).values(row))
    centre.worker()
    await centre.until_placed(2)
    first, second = await centre.attempts()
    assert (first.state, first.outcome, second.state) == ("ended", "busy", "placed")
    assert first.number != second.number


async def test_a_restarted_dialer_takes_the_calls_in_the_air_into_account(centre: Centre) -> None:
    list_id = await centre.list_with(5)
    worker = await started(centre, list_id, free=2)
    await centre.until_told(list_id, in_air=2)
    await centre.kill(worker)
    centre.published.clear()
    centre.worker()
    await centre.until_told(list_id, in_air=2, open=3)
    assert len(centre.phone.placed) == 2


async def test_telling_a_result_twice_changes_nothing(centre: Centre) -> None:
    list_id = await centre.list_with(2)
    worker = await started(centre, list_id, free=1)
    [call] = await centre.until_placed(1)
    centre.phone.end(call)
    worker.on_facts([result(call.attempt_id, 17), result(call.attempt_id, is_reached=True)])
    await centre.until_placed(2)
    assert [attempt.outcome for attempt in await centre.attempts()] == ["busy", None]


async def test_a_deleted_list_leaves_the_feed(centre: Centre) -> None:
    list_id = await centre.list_with(1)
    worker = centre.worker()
    await centre.until_told(list_id, state="stopped")
    await service.delete_list(centre.sessions, list_id)
    worker.wake(list_id)
    await centre.until(lambda: centre.published[-1] == ("lists", str(list_id), None))


async def test_a_result_that_comes_while_the_database_is_away_is_not_lost(
    centre: Centre, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    list_id = await centre.list_with(2)
    worker = await started(centre, list_id, free=1)
    [call] = await centre.until_placed(1)
    settle, failures = attempts.settle, iter([OperationalError("UPDATE", {}, OSError("gone"))])

    async def failing(sessions: Sessions, fact: AttemptResult) -> attempts.Ending | None:
        for failure in failures:
            raise failure
        return await settle(sessions, fact)

    monkeypatch.setattr(attempts, "settle", failing)
    centre.phone.end(call)
    worker.on_facts([result(call.attempt_id, 17)])
    await centre.until_placed(2)
    assert [attempt.outcome for attempt in await centre.attempts()] == ["busy", None]
    assert "waits for the database" in caplog.text


async def test_lists_of_one_queue_take_turns(centre: Centre) -> None:
    first = await centre.list_with(3)
    second = await service.create_list(centre.sessions, FIELDS | {"name": "Winter"}, centre.clock())
    more = b"number\n13900139000\n13900139001\n13900139002\n"
    await service.import_targets(centre.sessions, second, more, now=centre.clock(), dry_run=False, skip_bad=False)
    worker = await started(centre, first, free=0)
    await worker.start_list(second)
    await centre.until_told(second, why_idle="no_free_seat")
    centre.seats.free = 1
    worker.wake()
    for placed in range(1, 5):
        call = (await centre.until_placed(placed))[-1]
        centre.phone.end(call)
        worker.on_facts([result(call.attempt_id, is_reached=True)])
    callers = [attempt.list_id for attempt in await centre.attempts()]
    assert {first, second} == set(callers[:4])


async def test_a_keeper_tells_the_dialer(centre: Centre) -> None:
    list_id = await centre.list_with(2)
    worker = await started(centre, list_id, free=0)
    await centre.until_told(list_id, why_idle="no_free_seat")
    centre.seats.free = 1
    changes = Changes()
    changes.touched.add(("gauges", "*"))
    worker.on_changes(Ticked("pbx1", 1.0), changes)
    changes.touched.add(("seats", "pbx1/PJSIP/1001"))
    worker.on_changes(Ticked("pbx1", 1.0), changes)
    [call] = await centre.until_placed(1)
    changes.facts.append(result(call.attempt_id, 17))
    centre.phone.end(call)
    worker.on_changes(Ticked("pbx1", 2.0), changes)
    await centre.until_placed(2)


async def test_a_dialer_killed_again_and_again_dials_nobody_twice_and_loses_nobody(centre: Centre) -> None:
    list_id = await centre.list_with(12)
    centre.seats.free = 2
    await service.start_list(centre.sessions, list_id)
    told: set[AttemptId] = set()
    for kill in range(8):
        # The same server comes back: a lease that it had just taken when it was killed is its own.
        worker = centre.worker(holder="a server")
        # Each time a little further on its way: before, between and after commits, sendings and answers.
        for _ in range(kill * 40):
            await asyncio.sleep(0)
        await centre.kill(worker)
        for call in centre.phone.placed:
            if call.attempt_id not in told:
                told.add(call.attempt_id)
                centre.phone.end(call)
                fact = result(call.attempt_id, is_reached=True)
                async with centre.sessions.begin() as session:
                    row = {field: getattr(fact, field) for field in fact.__struct_fields__}
                    await session.execute(insert(attempt_results).values(row))
    worker = centre.worker(quarantine_seconds=0, holder="a server")
    async with asyncio.timeout(30):
        while centre.told(list_id).get("state") != "finished":
            for call in centre.phone.placed:
                if call.attempt_id not in told:
                    told.add(call.attempt_id)
                    centre.phone.end(call)
                    worker.on_facts([result(call.attempt_id, is_reached=True)])
            await centre.next(centre.news, centre.phone.changed)  # a call is told before it is placed
    await centre.until_told(list_id, state="finished", in_air=0, open=0)
    called = [call.number for call in centre.phone.placed]
    assert len(called) == len(set(called))
    states = [target.state for target in await centre.targets()]
    assert states.count("reached") == len(called)
    assert states.count("closed") == 12 - len(called)
