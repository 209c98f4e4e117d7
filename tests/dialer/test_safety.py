"""What must never happen: two dialers at once, a call to a listed number, a call after a stop; and what became of calls
whose end nobody told."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import insert

from callcenter.dialer import attempts, banning, leasing, service
from callcenter.dialer.air import (
    ASK_AGAIN_SECONDS,
    PATIENCE_WITH_BOOKS_SECONDS,
    SHOWN_WITHIN_SECONDS,
    WRITING_SECONDS,
)
from callcenter.dialer.banning import NewBan
from callcenter.dialer.lost import Recalled, Witness
from callcenter.dialer.rules import AirState
from callcenter.errors import Conflict
from callcenter.floor.facts import AttemptResult, QueueVisit, VisitOutcome
from callcenter.floor.terms import AttemptId, CallId, ChannelId
from callcenter.store.tables import queue_visits
from tests.dialer.conftest import MONDAY_NOON, Centre, numbers, result

FIRST = numbers(1)[0]


async def test_the_lease_is_one_process_and_its_token_grows(centre: Centre) -> None:
    first = await leasing.take(centre.sessions, "a", 100.0)
    assert first is not None
    assert await leasing.take(centre.sessions, "b", 100.0 + leasing.LEASE_SECONDS - 1) is None
    renewed = await leasing.take(centre.sessions, "a", 105.0, first)
    assert renewed is not None
    assert (renewed.token, renewed.until) == (first.token, 105.0 + leasing.LEASE_SECONDS)
    second = await leasing.take(centre.sessions, "b", 105.0 + leasing.LEASE_SECONDS)
    assert second is not None
    assert second.token == first.token + 1
    async with centre.sessions.begin() as session:
        assert not await leasing.is_held(session, first.token, 121.0)
        assert await leasing.is_held(session, second.token, 121.0)
        assert not await leasing.is_held(session, second.token, second.until)


async def test_a_dialer_that_was_killed_has_its_lease_again_at_once_and_its_former_self_is_fenced_off(
    centre: Centre,
) -> None:
    former = await leasing.take(centre.sessions, "a", 100.0)
    assert former is not None
    again = await leasing.take(centre.sessions, "a", 100.5)
    assert again is not None
    assert again.token == former.token + 1
    async with centre.sessions.begin() as session:
        assert not await leasing.is_held(session, former.token, 101.0)
        assert await leasing.is_held(session, again.token, 101.0)
    # A copy of it under the same name that still lives does not win it back.
    assert await leasing.take(centre.sessions, "a", 101.0, former) is None
    await leasing.give_back(centre.sessions, "a", former)
    assert await leasing.take(centre.sessions, "b", 101.0) is None
    late = 101.0 + leasing.LEASE_SECONDS
    assert await leasing.take(centre.sessions, "a", late, former) is not None


async def test_who_has_lost_the_lease_commits_nothing(centre: Centre) -> None:
    list_id = await centre.list_with(2)
    centre.seats.free = 1
    await service.start_list(centre.sessions, list_id)
    assert await leasing.take(centre.sessions, "somebody else", centre.clock()) is not None
    centre.worker()
    await centre.until_told(list_id, why_idle="standby")
    assert (centre.phone.placed, await centre.attempts()) == ([], [])


async def test_a_stand_by_dials_once_the_lease_is_over(centre: Centre) -> None:
    list_id = await centre.list_with(1)
    centre.seats.free = 1
    await service.start_list(centre.sessions, list_id)
    await leasing.take(centre.sessions, "somebody else", centre.clock())
    worker = centre.worker()
    await centre.until_told(list_id, why_idle="standby")
    centre.clock.now += leasing.LEASE_SECONDS
    worker.wake()
    await centre.until_placed(1)


@pytest.mark.parametrize(
    "entry", [NewBan(FIRST), NewBan("+86138", is_prefix=True), NewBan(FIRST, expires_at=MONDAY_NOON + 600)]
)
async def test_a_listed_number_is_not_dialled(centre: Centre, entry: NewBan) -> None:
    list_id = await centre.list_with(1)
    assert await banning.ban(centre.sessions, [entry, entry], now=centre.clock(), by="ada") == 1
    await service.start_list(centre.sessions, list_id)
    assert await centre.reserve(list_id, free_seats=1) is None
    [target] = await centre.targets()
    if entry.expires_at is None:
        assert (target.state, target.last_outcome, target.due_at) == ("closed", "do_not_call", None)
        assert target.closed_at == MONDAY_NOON
    else:
        assert (target.state, target.due_at) == ("open", MONDAY_NOON + 600)
        centre.clock.now = MONDAY_NOON + 600
        assert await centre.reserve(list_id, free_seats=1) is not None


async def test_those_behind_listed_numbers_are_dialled(centre: Centre) -> None:
    list_id = await centre.list_with(60)
    await banning.ban(centre.sessions, [NewBan(n) for n in numbers(50)], now=centre.clock(), by="ada")
    await service.start_list(centre.sessions, list_id)
    reserved = await centre.reserve(list_id, free_seats=1)
    assert reserved is not None
    assert reserved.number == numbers(51)[-1]


async def test_a_number_above_its_daily_limit_waits_for_the_next_day(centre: Centre) -> None:
    list_id = await centre.list_with(1, max_attempts_per_day=1)
    await service.start_list(centre.sessions, list_id)
    reserved = await centre.reserve(list_id, free_seats=1)
    assert reserved is not None

    await attempts.settle(centre.sessions, result(reserved.attempt_id, 17))
    centre.clock.now += 3600
    assert await centre.reserve(list_id, free_seats=1) is None
    [target] = await centre.targets()
    assert target.due_at == MONDAY_NOON + 4 * 3600  # midnight in Shanghai
    centre.clock.now = target.due_at
    assert await centre.reserve(list_id, free_seats=1) is not None


async def test_an_emergency_stop_ends_all_dialling_and_hangs_up_what_rings(centre: Centre) -> None:
    first, second = await centre.list_with(9), await centre.list_with(9, name="Winter", queue="sales")
    centre.seats.free = 2
    worker = centre.worker()
    await worker.start_list(first)
    ringing, talking = await centre.until_placed(2)
    await centre.until_told(first, in_air=2)
    await asyncio.sleep(0.05)
    centre.phone.up[talking.attempt_id] = AirState.SEATED
    began = asyncio.get_running_loop().time()
    await worker.stop_everything(by="ada", reason="wrong list", hangs_up=True)
    assert asyncio.get_running_loop().time() - began < 1
    placed, centre.seats.free = len(centre.phone.placed), 9
    await worker.start_list(second)
    await centre.until_told(second, state="running", why_idle="emergency_stop")
    assert len(centre.phone.placed) == placed
    hung_up = {str(command.channel_id) for command in centre.phone.hung_up}
    assert ringing.attempt_id in hung_up
    assert talking.attempt_id not in hung_up
    stop = await leasing.stop_in_force(centre.sessions)
    assert stop is not None
    assert (stop.stopped_by, stop.reason) == ("ada", "wrong list")
    await worker.lift_stop(by="bob")
    await centre.until_placed(placed + 1)


async def test_another_process_obeys_the_emergency_stop(centre: Centre) -> None:
    list_id = await centre.list_with(2)
    await service.start_list(centre.sessions, list_id)
    assert await leasing.stop_everything(centre.sessions, now=1.0, by="ada", reason="")
    assert not await leasing.stop_everything(centre.sessions, now=2.0, by="bob", reason="")
    assert await centre.reserve(list_id, free_seats=1) is None
    centre.seats.free = 1
    centre.worker()
    await centre.until_told(list_id, why_idle="emergency_stop")
    assert centre.phone.placed == []
    assert await leasing.lift_stop(centre.sessions, now=3.0, by="ada")
    assert not await leasing.lift_stop(centre.sessions, now=3.0, by="ada")


async def test_a_paused_list_lets_its_calls_ring_on(centre: Centre) -> None:
    list_id = await centre.list_with(9)
    centre.seats.free = 2
    worker = centre.worker()
    with pytest.raises(Conflict):
        await worker.pause_list(list_id)
    await worker.start_list(list_id)
    await centre.until_placed(2)
    await worker.pause_list(list_id)
    centre.seats.free = 9
    worker.wake(list_id)
    await centre.until_told(list_id, state="paused", why_idle="paused", in_air=2)
    assert (centre.phone.hung_up, len(centre.phone.placed)) == ([], 2)
    await worker.start_list(list_id)
    await centre.until_placed(9)


# --- attempts whose end nobody told -----------------------------------------------------------------------------


class Book:
    """Books that say what a test tells them."""

    def __init__(self, answer: Recalled) -> None:
        self.answer = answer
        self.asked: list[AttemptId] = []
        self.was_asked = asyncio.Event()

    async def recall(self, pbx: str, attempt_id: AttemptId, placed_at: float) -> Recalled:
        self.asked.append(attempt_id)
        self.was_asked.set()
        return replace(self.answer, attempt_id=attempt_id) if isinstance(self.answer, AttemptResult) else self.answer


async def lost_attempt(centre: Centre, witness: Witness) -> tuple[int, Any]:
    list_id = await centre.list_with(1)
    await service.start_list(centre.sessions, list_id)
    reserved = await centre.reserve(list_id, free_seats=1)
    assert reserved is not None
    worker = centre.worker(quarantine_seconds=60, witness=witness)
    await centre.until_told(list_id, in_air=1)
    centre.clock.now += 60
    worker.wake()
    await centre.until_told(list_id, in_air=0)
    return list_id, (await centre.attempts())[0]


async def test_a_call_that_the_books_do_not_know_was_never_placed_and_its_target_is_as_due_as_before(
    centre: Centre,
) -> None:
    book = Book("never")
    _, attempt = await lost_attempt(centre, book)
    [target] = await centre.targets()
    assert book.asked == [attempt.attempt_id]
    assert (attempt.outcome, attempt.is_counted, target.state, target.attempts) == ("failed", False, "open", 0)


async def test_the_books_tell_what_became_of_a_call(centre: Centre) -> None:
    _, attempt = await lost_attempt(centre, Book(result(AttemptId("?"), 17)))
    assert (attempt.state, attempt.outcome) == ("ended", "busy")


async def test_without_books_it_is_unknown_and_nobody_is_called_again(centre: Centre) -> None:
    list_id, attempt = await lost_attempt(centre, Book(None))
    assert (attempt.state, attempt.outcome) == ("unknown", "unknown")
    assert centre.told(list_id)["state"] == "finished"


async def test_books_that_cannot_tell_yet_are_asked_again_and_the_number_stays_locked(centre: Centre) -> None:
    list_id = await centre.list_with(1)
    await service.start_list(centre.sessions, list_id)
    assert await centre.reserve(list_id, free_seats=1) is not None
    centre.seats.free = 1
    book = Book("not yet")
    worker = centre.worker(quarantine_seconds=60, witness=book)
    await centre.until_told(list_id, in_air=1)
    for times in (1, 2):
        centre.clock.now += 60 if times == 1 else ASK_AGAIN_SECONDS
        worker.wake()
        while len(book.asked) < times:
            await centre.next(book.was_asked)
    assert (centre.phone.placed, [attempt.ended_at for attempt in await centre.attempts()]) == ([], [None])
    book.answer = result(AttemptId("?"), 17, at=centre.clock())
    centre.clock.now += ASK_AGAIN_SECONDS
    worker.wake()
    await centre.until_told(list_id, in_air=0)
    assert [attempt.outcome for attempt in await centre.attempts()] == ["busy"]


async def test_books_that_tell_nothing_for_long_are_given_up(centre: Centre) -> None:
    list_id = await centre.list_with(1)
    await service.start_list(centre.sessions, list_id)
    assert await centre.reserve(list_id, free_seats=1) is not None
    worker = centre.worker(quarantine_seconds=60, witness=Book("not yet"))
    await centre.until_told(list_id, in_air=1)
    centre.clock.now += 60 + PATIENCE_WITH_BOOKS_SECONDS
    worker.wake()
    await centre.until_told(list_id, in_air=0)
    assert [attempt.state for attempt in await centre.attempts()] == ["unknown"]


async def test_a_channel_that_vanished_unseen_is_looked_up_in_the_books(centre: Centre) -> None:
    list_id = await centre.list_with(1)
    centre.seats.free = 1
    book = Book(result(AttemptId("?"), 21))
    worker = centre.worker(witness=book)
    await worker.start_list(list_id)
    [placed] = await centre.until_placed(1)
    centre.phone.up.clear()
    worker.on_facts([replace(result(placed.attempt_id), is_certain=False)])
    await centre.until_told(list_id, in_air=1)
    assert book.asked == []
    centre.clock.now += WRITING_SECONDS
    worker.wake()
    await centre.until_told(list_id, in_air=0)
    assert [attempt.outcome for attempt in await centre.attempts()] == ["rejected"]


async def test_a_call_that_is_not_on_the_line_takes_no_seat_from_another(centre: Centre) -> None:
    list_id = await centre.list_with(2)
    await service.start_list(centre.sessions, list_id)
    assert await centre.reserve(list_id, free_seats=1) is not None
    centre.clock.now += SHOWN_WITHIN_SECONDS
    centre.seats.free = 1
    centre.worker(quarantine_seconds=60)
    [placed] = await centre.until_placed(1)
    assert placed.number == numbers(2)[1]


async def test_a_queue_visit_tells_that_the_customer_was_reached(centre: Centre) -> None:
    list_id = await centre.list_with(1)
    await service.start_list(centre.sessions, list_id)
    reserved = await centre.reserve(list_id, free_seats=1)
    assert reserved is not None
    visit = QueueVisit(
        pbx="pbx1", channel_id=ChannelId(reserved.attempt_id), queue="support", join=1, call_id=CallId("c"),
        number=FIRST, caller_name="", joined_at=MONDAY_NOON + 5, ended_at=MONDAY_NOON + 9,
        outcome=VisitOutcome.ANSWERED, wait_seconds=4, position=1, agent_number="1001",
        service_level_seconds=15, service_level_variant="offered", short_abandon_seconds=5,
    )  # fmt: skip
    async with centre.sessions.begin() as session:
        row = {field: getattr(visit, field) for field in visit.__struct_fields__}
        await session.execute(insert(queue_visits).values(row))
    book = Book("never")
    worker = centre.worker(quarantine_seconds=60, witness=book)
    await centre.until_told(list_id, in_air=1)
    centre.clock.now += 60
    worker.wake()
    await centre.until_told(list_id, reached=1)
    [attempt] = await centre.attempts()
    assert (attempt.outcome, attempt.agent_number, book.asked) == ("reached", "1001", [])
