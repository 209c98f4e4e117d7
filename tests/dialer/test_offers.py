"""Callbacks offered to agents: who is shown what, accepted once, skipped, run out; by real databases."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select, update

from callcenter.dialer import banning, leasing, offers, promises
from callcenter.dialer.banning import NewBan
from callcenter.dialer.rules import ListState
from callcenter.dialer.seats import Desk
from callcenter.dialer.tables import CallbackList, Offer, Target
from callcenter.dialer.worker import Worker
from callcenter.errors import Conflict, NotFound
from callcenter.floor.call import is_agent_first
from callcenter.floor.commands import PlaceCall
from tests.dialer.conftest import MONDAY_NOON, Centre, numbers, result

PREVIEW = {"mode": "preview", "preview_seconds": 30.0}


def at_work(centre: Centre, *agents: str, queues: tuple[str, ...] = ("support",), is_free: bool = True) -> None:
    for agent in agents:
        centre.seats.desks[agent] = Desk("pbx1", f"PJSIP/{agent}", frozenset(queues), is_free)


async def started(centre: Centre, list_id: int) -> Worker:
    at_work(centre, "1001", "1002")
    worker = centre.worker()
    await worker.start_list(list_id)
    await centre.until_told(list_id, state="running")
    return worker


async def offered(worker: Worker, agent: str = "1001") -> Offer:
    offer = await worker.offer_next(agent)
    assert offer is not None
    return offer


async def called_and_ended(centre: Centre, worker: Worker, list_id: int) -> PlaceCall:
    """An offer is accepted, and its call is over; what came of it is not told yet."""
    await worker.accept_offer((await offered(worker)).id)
    [call] = await centre.until_placed(1)
    await centre.until_told(list_id, in_air=1)
    centre.phone.end(call)
    return call


async def owned(centre: Centre, target_id: int, agent: str, until: float) -> None:
    async with centre.sessions.begin() as session:
        values = {"owner_agent": agent, "owner_until": until}
        await session.execute(update(Target).where(Target.id == target_id).values(**values))


async def offers_of(centre: Centre) -> list[tuple[str, str, str]]:
    async with centre.sessions() as session:
        rows = await session.scalars(select(Offer).order_by(Offer.id))
        return [(row.agent_number, row.state, row.skip_reason) for row in rows]


async def test_a_preview_list_dials_nothing_until_an_agent_accepts_and_then_calls_the_agent_first(
    centre: Centre,
) -> None:
    list_id = await centre.list_with(2, **PREVIEW)
    centre.seats.free = 5
    worker = await started(centre, list_id)
    assert centre.told(list_id)["why_idle"] == "waiting_for_agents"
    offer = await offered(worker)
    assert (offer.offered_at, offer.until) == (MONDAY_NOON, MONDAY_NOON + 30)
    await centre.until_told(list_id, open=1, why_idle=None)
    assert centre.phone.placed == []
    row = await worker.accept_offer(offer.id)
    [call] = await centre.until_placed(1)
    assert (call.number, call.agent_interface) == (numbers(1)[0], "PJSIP/1001")
    assert is_agent_first(call.attempt_id)
    [attempt] = await centre.attempts()
    assert (attempt.id, attempt.mode, attempt.interface, attempt.attempt_id) == (
        row, "preview", "PJSIP/1001", call.attempt_id,
    )  # fmt: skip
    assert await offers_of(centre) == [("1001", "accepted", "")]


async def test_an_offer_is_accepted_once(centre: Centre) -> None:
    list_id = await centre.list_with(1, **PREVIEW)
    worker = await started(centre, list_id)
    offer = await offered(worker)
    pressed = [worker.accept_offer(offer.id) for _ in range(5)]
    answers = await asyncio.gather(*pressed, return_exceptions=True)
    assert [type(answer) for answer in answers if not isinstance(answer, int)] == [Conflict] * 4
    await centre.until_told(list_id, in_air=1)
    assert len(centre.phone.placed) == len(await centre.attempts()) == 1
    with pytest.raises(NotFound):
        await worker.accept_offer(offer.id + 1)


async def test_asked_again_it_is_the_same_offer_and_nobody_else_is_shown_it(centre: Centre) -> None:
    list_id = await centre.list_with(2, **PREVIEW)
    worker = await started(centre, list_id)
    first, again = await offered(worker), await offered(worker)
    other = await offered(worker, "1002")
    assert first.id == again.id
    assert other.target_id != first.target_id
    at_work(centre, "1003")
    assert await worker.offer_next("1003") is None


async def test_agents_who_ask_at_once_are_shown_different_ones(centre: Centre) -> None:
    list_id = await centre.list_with(6, **PREVIEW)
    worker = await started(centre, list_id)
    agents = [str(number) for number in range(1001, 1007)]
    at_work(centre, *agents)
    shown = await asyncio.gather(*(offered(worker, agent) for agent in agents))
    assert len({offer.target_id for offer in shown}) == 6


async def test_a_skipped_one_comes_again_later_and_the_reason_is_kept(centre: Centre) -> None:
    list_id = await centre.list_with(1, **PREVIEW)
    worker = await started(centre, list_id)
    offer = await offered(worker)
    await worker.skip_offer(offer.id, "wrong record")
    assert await offers_of(centre) == [("1001", "skipped", "wrong record")]
    assert await worker.offer_next("1001") is None
    with pytest.raises(Conflict, match="run out or was decided"):
        await worker.skip_offer(offer.id, "again")
    with pytest.raises(Conflict, match="run out or was decided"):
        await worker.accept_offer(offer.id)
    [target] = await centre.targets()
    assert (target.state, target.due_at, target.attempts) == ("open", MONDAY_NOON + 1800, 0)


async def test_what_nobody_decides_goes_back_by_itself(centre: Centre) -> None:
    list_id = await centre.list_with(1, **PREVIEW)
    worker = await started(centre, list_id)
    offer = await offered(worker)
    await centre.until_told(list_id, open=0)
    centre.clock.now = MONDAY_NOON + 31
    worker.wake()
    await centre.until_told(list_id, open=1)
    assert await offers_of(centre) == [("1001", "expired", "")]
    with pytest.raises(Conflict, match="run out"):
        await worker.accept_offer(offer.id)
    assert (await offered(worker, "1002")).target_id == offer.target_id
    assert centre.phone.placed == []


async def test_an_offer_outlives_its_server_and_runs_out_under_the_next(centre: Centre) -> None:
    list_id = await centre.list_with(1, **PREVIEW)
    worker = await started(centre, list_id)
    await offered(worker)
    await centre.until_told(list_id, open=0)
    await centre.kill(worker)
    centre.clock.now = MONDAY_NOON + 31
    centre.worker()
    await centre.until_told(list_id, open=1)
    assert await offers_of(centre) == [("1001", "expired", "")]


async def test_a_promise_is_offered_to_its_agent_first_whatever_the_mode_and_nobody_else_has_it(centre: Centre) -> None:
    preview = await centre.list_with(1, **PREVIEW)
    progressive = await centre.list_with(1, name="Winter")
    worker = await started(centre, preview)
    [ordinary, promised] = await centre.targets()
    # Another number: the same one is never called twice at once.
    async with centre.sessions.begin() as session:
        values = {"number": "+8613900000001", "dial_number": "+8613900000001"}
        await session.execute(update(Target).where(Target.id == promised.id).values(**values))
    await owned(centre, promised.id, "1002", MONDAY_NOON + 3600)
    await worker.start_list(progressive)
    await centre.until_told(progressive, state="running")
    assert (await offered(worker, "1001")).target_id == ordinary.id
    own = await offered(worker, "1002")
    assert own.target_id == promised.id
    await worker.accept_offer(own.id)
    [call] = await centre.until_placed(1)
    assert (call.number, call.agent_interface) == ("+8613900000001", "PJSIP/1002")


async def test_agents_are_shown_the_lists_of_the_queues_that_they_are_signed_in_to(centre: Centre) -> None:
    list_id = await centre.list_with(1, **PREVIEW)
    worker = await started(centre, list_id)
    at_work(centre, "1003", queues=("sales",))
    assert await worker.offer_next("1003") is None
    at_work(centre, "1003", queues=("sales", "support"))
    assert await worker.offer_next("1003") is not None


@pytest.mark.parametrize("why", ["nowhere", "in a call", "link", "emergency", "stopped"])
async def test_no_offer_where_no_call_could_be_made(centre: Centre, why: str) -> None:
    list_id = await centre.list_with(1, **PREVIEW)
    worker = await started(centre, list_id)
    if why == "stopped":
        await worker.stop_list(list_id)
        await centre.until_told(list_id, state="stopped")
        assert await worker.offer_next("1001") is None
        return
    if why == "nowhere":
        centre.seats.desks.clear()
    elif why == "in a call":
        at_work(centre, "1001", is_free=False)
    elif why == "link":
        centre.seats.live = False
    else:
        await worker.stop_everything(by="boss", reason="", hangs_up=True)
    with pytest.raises(Conflict):
        await worker.offer_next("1001")
    assert await offers_of(centre) == []


@pytest.mark.parametrize("why", ["do not call", "list stopped", "emergency", "in a call", "limit", "another server"])
async def test_everything_that_forbids_a_call_is_asked_again_when_it_is_accepted(centre: Centre, why: str) -> None:
    list_id = await centre.list_with(1, **PREVIEW)
    worker = await started(centre, list_id)
    offer = await offered(worker)
    async with centre.sessions.begin() as session:
        if why == "list stopped":
            values = {"state": ListState.STOPPED.value}
            await session.execute(update(CallbackList).where(CallbackList.id == list_id).values(**values))
        elif why == "limit":
            await session.execute(update(CallbackList).values(windows=[]))
    if why == "do not call":
        await banning.ban(centre.sessions, [NewBan(numbers(1)[0])], now=centre.clock(), by="boss")
    elif why == "emergency":
        await leasing.stop_everything(centre.sessions, now=centre.clock(), by="boss", reason="")
    elif why == "in a call":
        at_work(centre, "1001", is_free=False)
    elif why == "limit":
        worker.wake(list_id)
        worker.outlook.forget(list_id)
    elif why == "another server":
        assert await leasing.take(centre.sessions, "another", centre.clock() + 3600) is not None
    with pytest.raises(Conflict):
        await worker.accept_offer(offer.id)
    assert centre.phone.placed == []
    assert await centre.attempts() == []


async def test_an_agent_who_does_not_pick_up_costs_the_customer_nothing(centre: Centre) -> None:
    list_id = await centre.list_with(1, **PREVIEW)
    worker = await started(centre, list_id)
    call = await called_and_ended(centre, worker, list_id)
    worker.on_facts([result(call.attempt_id, was_placed=False)])
    await centre.until_told(list_id, open=1, in_air=0)
    [target], [attempt] = await centre.targets(), await centre.attempts()
    assert (target.state, target.attempts, target.due_at) == ("open", 0, MONDAY_NOON)
    assert (attempt.state, attempt.is_counted) == ("ended", False)


async def test_a_busy_customer_is_called_again_by_the_rules(centre: Centre) -> None:
    list_id = await centre.list_with(1, **PREVIEW)
    worker = await started(centre, list_id)
    call = await called_and_ended(centre, worker, list_id)
    worker.on_facts([result(call.attempt_id, 17)])
    await centre.until_told(list_id, open=1, in_air=0)
    [target] = await centre.targets()
    assert (target.last_outcome, target.attempts, target.due_at) == ("busy", 1, MONDAY_NOON + 60)


async def test_a_promise_made_while_it_is_shown_is_kept_when_it_is_skipped(centre: Centre) -> None:
    list_id = await centre.list_with(1, **PREVIEW)
    worker = await started(centre, list_id)
    offer = await offered(worker)
    async with centre.sessions.begin() as session:
        target = await session.get_one(Target, offer.target_id)
        await promises.promise(session, target, MONDAY_NOON + 7200, "1001")
    await worker.skip_offer(offer.id, "not now")
    [target] = await centre.targets()
    assert (target.state, target.due_at, target.owner_agent) == ("open", MONDAY_NOON + 7200, "1001")


async def test_an_accepted_call_needs_no_seat_of_the_queue(centre: Centre) -> None:
    preview, progressive = await centre.list_with(1, **PREVIEW), await centre.list_with(0, name="Winter")
    worker = await started(centre, preview)
    await worker.accept_offer((await offered(worker)).id)
    await centre.until_told(preview, in_air=1)
    centre.seats.free = 1
    async with centre.sessions.begin() as session:
        fields = {"name": "", "attributes": {}, "number": "+8613900000001", "dial_number": "+8613900000001"}
        session.add(Target(list_id=progressive, due_at=MONDAY_NOON, **fields))
    await worker.start_list(progressive)
    await centre.until_told(progressive, in_air=1)
    assert [bool(call.agent_interface) for call in centre.phone.placed] == [True, False]


# --- what an agent promised -------------------------------------------------------------------------------------


async def promised(centre: Centre, *, at: float = MONDAY_NOON + 1800, agent: str = "1001", **list_fields: Any) -> int:
    """A target that the agent promised to call at an instant; the list is not one of previews."""
    list_id = await centre.list_with(1, **list_fields)
    async with centre.sessions.begin() as session:
        target = (await session.scalars(select(Target).where(Target.list_id == list_id))).one()
        await promises.promise(session, target, at, agent)
        return target.id


async def test_an_agent_calls_what_he_promised_also_before_its_time(centre: Centre) -> None:
    target_id = await promised(centre)
    worker = await started(centre, 1)
    attempt = await worker.call_own("1001", target_id)
    [call] = await centre.until_placed(1)
    assert (call.number, call.agent_interface) == (numbers(1)[0], "PJSIP/1001")
    assert [row.id for row in await centre.attempts()] == [attempt]
    assert await offers_of(centre) == [("1001", "accepted", "")]


async def test_pressed_again_and_again_the_promised_call_is_placed_once(centre: Centre) -> None:
    target_id = await promised(centre)
    worker = await started(centre, 1)
    answers = await asyncio.gather(*(worker.call_own("1001", target_id) for _ in range(5)), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict"] * 4 + ["int"]
    await centre.until_told(1, in_air=1)
    assert len(centre.phone.placed) == len(await centre.attempts()) == 1


async def test_nobody_calls_what_another_agent_promised(centre: Centre) -> None:
    target_id = await promised(centre)
    worker = await started(centre, 1)
    for agent, target in (("1002", target_id), ("1001", target_id + 1)):
        with pytest.raises(NotFound):
            await worker.call_own(agent, target)
    assert await offers_of(centre) == []


OWN_REFUSALS = {
    "do not call": "do_not_call",
    "outside the window": "may not be called now",
    "list stopped": "Autumn is stopped",
    "emergency": "All dialling is stopped",
    "in a call": "Your phone is in a call",
    "another's phone system": "another telephone system",
    "shown already": "Another callback is before you",
}


@pytest.mark.parametrize("why", OWN_REFUSALS)
async def test_a_promise_that_may_not_be_called_now_stays_as_it_was(centre: Centre, why: str) -> None:
    target_id = await promised(centre)
    worker = await started(centre, 1)
    if why == "do not call":
        await banning.ban(centre.sessions, [NewBan(numbers(1)[0])], now=centre.clock(), by="boss")
    elif why == "outside the window":
        async with centre.sessions.begin() as session:
            await session.execute(update(CallbackList).values(windows=[]))
    elif why == "list stopped":
        await worker.stop_list(1)
    elif why == "emergency":
        await leasing.stop_everything(centre.sessions, now=centre.clock(), by="boss", reason="")
    elif why == "in a call":
        at_work(centre, "1001", is_free=False)
    elif why == "another's phone system":
        centre.seats.desks["1001"] = Desk("pbx2", "PJSIP/1001", frozenset({"support"}), True)
    else:
        await centre.list_with(1, name="Winter", **PREVIEW)
        await worker.start_list(2)
        await centre.until_told(2, state="running")
        async with centre.sessions.begin() as session:
            values = {"number": "+8613900000001", "dial_number": "+8613900000001"}
            await session.execute(update(Target).where(Target.list_id == 2).values(**values))
        await offered(worker)
    before = await offers_of(centre)
    with pytest.raises(Conflict, match=OWN_REFUSALS[why]):
        await worker.call_own("1001", target_id)
    assert await offers_of(centre) == before
    assert centre.phone.placed == []
    [target] = [one for one in await centre.targets() if one.id == target_id]
    assert (target.state, target.due_at, target.owner_agent) == ("open", MONDAY_NOON + 1800, "1001")


@pytest.mark.parametrize("then", ["skipped", "expired", "called outside the window"])
async def test_a_promise_shown_before_its_time_comes_no_sooner_for_that(centre: Centre, then: str) -> None:
    late = MONDAY_NOON + 3 * 86_400
    target_id = await promised(centre, at=late)
    worker = await started(centre, 1)
    rulebook = worker.outlook.rulebook(await centre.row(1))
    offer = await offers.offer_own(centre.sessions, "1001", target_id, rulebook, centre.clock())
    if then == "skipped":
        await worker.skip_offer(offer.id, "not yet")
    elif then == "expired":
        await offers.expire(centre.sessions, offer.until)
    else:
        async with centre.sessions.begin() as session:
            windows = [{"weekdays": [2], "from": "09:00", "until": "10:00"}]
            await session.execute(update(CallbackList).values(windows=windows))
        with pytest.raises(Conflict, match="may not be called now"):
            await worker.accept_offer(offer.id)
    [target] = await centre.targets()
    assert (target.state, target.due_at) == ("open", late)
