"""A closed complaint raises its own callback, which is dialled, and what came of it stands on the ticket."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from callcenter.accounts.rules import PERMISSIONS, Role
from callcenter.accounts.service import Account
from callcenter.customers.rules import Number, Record
from callcenter.customers.service import Context as Customers
from callcenter.customers.service import create
from callcenter.dialer.service import delete_list
from callcenter.errors import BadInput
from callcenter.filling import service as filling
from callcenter.filling.complaints import Expected, expected
from callcenter.filling.rules import FillKind
from callcenter.filling.service import Context
from callcenter.forms.tables import FormRecord
from callcenter.settings import TicketSettings
from callcenter.store.engine import Sessions
from callcenter.tickets import finding, service
from callcenter.tickets.callbacks import keep_callbacks, note_callbacks
from callcenter.tickets.rules import DAY_SECONDS, Content, Outcome
from callcenter.tickets.service import Context as Tickets
from callcenter.tickets.shapes import whole_shape
from callcenter.tickets.tables import Ticket, TicketCallback
from tests.dialer.conftest import Centre, result

LI, WANG = "+8613800138000", "+8613800138001"
BOSS = Account(1, "boss", "Boss", (Role.SUPERVISOR,), PERMISSIONS[Role.SUPERVISOR], "en")


@pytest.fixture
async def dialled(sessions: Sessions, storage_url: str) -> AsyncIterator[Centre]:
    centre = Centre(sessions, storage_url)
    yield centre
    await centre.close()
    assert centre.phone.violations == []


async def _nothing() -> None:
    """Everything is written at once here."""


@pytest.fixture
def rules(dialled: Centre) -> Context:
    return Context(
        dialled.sessions, ZoneInfo("UTC"), dialled.clock, _nothing, lambda _list: None, frozenset({"complaint"})
    )


@pytest.fixture
def tickets(dialled: Centre) -> Tickets:
    return Tickets(dialled.sessions, dialled.clock, "CN", TicketSettings(), {"1001": "Team A"})


Closed = Callable[..., Awaitable[Ticket]]


@pytest.fixture
def closed(tickets: Tickets) -> Closed:
    async def make(**fields: Any) -> Ticket:
        said: dict[str, Any] = {"type": "complaint", "subject": "Lamp broken", "caller_number": LI} | fields
        row = await service.open_ticket(tickets, BOSS, tickets.checked(Content(**said), BOSS), None)
        return await service.close(tickets, BOSS, (row.id, row.version), Outcome.SOLVED, "A new lamp")

    return make


async def _rule(rules: Context, list_id: int, **options: Any) -> int:
    return (await filling.add_rule(rules, list_id, FillKind.CLOSED_COMPLAINT, options, "boss")).id


async def test_a_closed_complaint_is_called_back_and_its_result_stands_on_the_ticket(
    dialled: Centre, rules: Context, tickets: Tickets, closed: Closed
) -> None:
    list_id = await dialled.list_with(0)
    rule = await _rule(rules, list_id, days=2, priority=1)
    ticket = await closed()
    await closed(type="enquiry", subject="No complaint", caller_number=WANG)
    assert [await filling.fill(rules, rule) for _again in range(2)] == [1, 0]
    [target] = await dialled.targets()
    assert (target.number, target.due_at) == (LI, dialled.clock() + 2 * DAY_SECONDS)
    assert target.attributes["ticket"] == "T-1"
    dialled.seats.free = 1
    dialled.clock.now += 2 * DAY_SECONDS
    worker = dialled.worker()
    await worker.start_list(list_id)
    [placed] = await dialled.until_placed(1)
    dialled.phone.end(placed)
    worker.on_facts([result(placed.attempt_id, at=dialled.clock(), is_reached=True)])
    await dialled.until_told(list_id, reached=1)
    [attempt] = await dialled.attempts()
    async with dialled.sessions.begin() as session:
        session.add(
            FormRecord(
                list_id=list_id, target_id=target.id, attempt_id=attempt.id, form_id=None, result="completed",
                note="Is content now", filled_at=dialled.clock(), changed_at=dialled.clock(), filled_by="li",
            )
        )  # fmt: skip
    told = whole_shape(await finding.whole(tickets, BOSS, ticket.id), tickets)
    [callback] = told["callbacks"]
    assert (callback["number"], callback["state"], callback["list"]["name"]) == (LI, "reached", "Autumn")
    [tried] = callback["attempts"]
    names = ("outcome", "agent_number", "result", "note")
    assert tuple(tried[name] for name in names) == ("reached", "1001", "completed", "Is content now")
    assert told["changes"][0]["what"] == "callback_raised"
    await _what_came_of_it_is_written_down(dialled, tickets, ticket.id)
    await delete_list(dialled.sessions, list_id, partial(keep_callbacks, clock=dialled.clock))
    assert await dialled.targets() == []
    kept = whole_shape(await finding.whole(tickets, BOSS, ticket.id), tickets)
    assert kept["callbacks"] == [callback | {"list": {"id": None, "name": "Autumn"}}]
    assert [one["what"] for one in kept["changes"][:2]] == ["callback_ended", "callback_raised"]


async def _what_came_of_it_is_written_down(dialled: Centre, tickets: Tickets, ticket_id: int) -> None:
    """Once, when the callback is over."""
    for noted in ([ticket_id], []):
        async with dialled.sessions.begin() as session:
            assert await note_callbacks(session, dialled.clock()) == noted
    async with dialled.sessions() as session:
        [attempt] = await dialled.attempts()
        assert await session.scalar(select(TicketCallback.reached_at)) == attempt.placed_at
    [change, *_] = (await finding.whole(tickets, BOSS, ticket_id)).changes
    assert (change.what, change.by) == ("callback_ended", "callcenter")
    said = {"list": "Autumn", "outcome": "reached", "agent_number": "1001"}
    assert change.details == said | {"result": "completed", "note": "Is content now"}


async def test_a_list_that_is_deleted_before_the_callback_leaves_what_was_tried(
    dialled: Centre, rules: Context, tickets: Tickets, closed: Closed
) -> None:
    list_id = await dialled.list_with(0)
    rule = await _rule(rules, list_id)
    ticket = await closed()
    assert await filling.fill(rules, rule) == 1
    async with dialled.sessions.begin() as session:
        assert await note_callbacks(session, dialled.clock()) == []  # nobody has called yet
    await delete_list(dialled.sessions, list_id, partial(keep_callbacks, clock=dialled.clock))
    whole = await finding.whole(tickets, BOSS, ticket.id)
    assert [(one["state"], one["attempts"]) for one in whole.callbacks] == [("open", [])]
    assert (whole.changes[0].what, whole.changes[0].details) == ("callback_ended", {"list": "Autumn"})


async def test_whom_it_is_about_and_how_long_ago(dialled: Centre, rules: Context, closed: Closed) -> None:
    """A number of the customer where the caller's is unknown; not what was closed long ago."""
    rule = await _rule(rules, await dialled.list_with(0))
    dialled.clock.now += 1
    customers = Customers(dialled.sessions, dialled.clock)
    wang = await create(customers, Record(name="Wang", numbers=(Number(WANG),)), "boss")
    await closed(caller_number="", customer_id=wang.row.id)
    await closed(caller_number="")
    assert await filling.fill(rules, rule) == 1
    [target] = await dialled.targets()
    assert (target.number, target.name, target.due_at) == (WANG, "Wang", dialled.clock() + 600)
    await closed()
    dialled.clock.now += 7 * DAY_SECONDS + 1
    assert await filling.fill(rules, rule) == 0


async def test_who_complains_again_is_called_again(
    dialled: Centre, rules: Context, tickets: Tickets, closed: Closed
) -> None:
    rule = await _rule(rules, await dialled.list_with(0))
    ticket = await closed()
    assert await filling.fill(rules, rule) == 1
    dialled.clock.now += 60
    again = await service.reopen(tickets, BOSS, (ticket.id, ticket.version), "Broken again")
    assert await filling.fill(rules, rule) == 0
    await service.close(tickets, BOSS, (again.id, again.version), Outcome.NOT_SOLVED, "Money back")
    assert await filling.fill(rules, rule) == 1
    whole = await finding.whole(tickets, BOSS, ticket.id)
    assert [called["number"] for called in whole.callbacks] == [LI]
    assert [one.what for one in whole.changes[:4]] == ["callback_raised", "closed", "callback_withdrawn", "reopened"]


async def test_opened_again_nobody_is_called_about_it(
    dialled: Centre, rules: Context, tickets: Tickets, closed: Closed
) -> None:
    """The target goes, unless somebody is called about another complaint of theirs, too."""
    rule = await _rule(rules, await dialled.list_with(0))
    ticket, other = await closed(), await closed(subject="The switch, too")
    assert await filling.fill(rules, rule) == 2
    again = await service.reopen(tickets, BOSS, (ticket.id, ticket.version), "Broken again")
    [target] = await dialled.targets()
    assert (target.state, (await finding.whole(tickets, BOSS, again.id)).callbacks) == ("open", [])
    await service.reopen(tickets, BOSS, (other.id, other.version), "That, too")
    assert await dialled.targets() == []
    [change, *_] = (await finding.whole(tickets, BOSS, other.id)).changes
    assert (change.what, change.details, change.by) == ("callback_withdrawn", {"list": "Autumn"}, "boss")


async def test_opened_again_what_was_tried_stays(
    dialled: Centre, rules: Context, tickets: Tickets, closed: Closed
) -> None:
    list_id = await dialled.list_with(0)
    rule = await _rule(rules, list_id, after_seconds=0)
    ticket = await closed()
    assert await filling.fill(rules, rule) == 1
    [target] = await dialled.targets()
    dialled.seats.free = 1
    worker = dialled.worker()
    await worker.start_list(list_id)
    [placed] = await dialled.until_placed(1)
    dialled.phone.end(placed)
    worker.on_facts([result(placed.attempt_id, at=dialled.clock(), is_reached=False)])
    await dialled.until_told(list_id, reached=0, in_air=0)
    await service.reopen(tickets, BOSS, (ticket.id, ticket.version), "Broken again")
    [target] = await dialled.targets()
    whole = await finding.whole(tickets, BOSS, ticket.id)
    assert (target.state, len(whole.callbacks[0]["attempts"]), whole.changes[0].what) == (
        "closed",
        1,
        "callback_withdrawn",
    )


async def test_a_rule_made_afterwards_takes_what_no_other_took(dialled: Centre, rules: Context, closed: Closed) -> None:
    """Complaints of the last 7 days; nobody is called twice since a second rule came."""
    await closed(caller_number=WANG)
    dialled.clock.now += 6 * DAY_SECONDS
    await closed()
    dialled.clock.now += 2 * DAY_SECONDS
    assert await filling.fill(rules, await _rule(rules, await dialled.list_with(0))) == 1
    assert [one.number for one in await dialled.targets()] == [LI]
    dialled.clock.now += 1
    second = await _rule(rules, await dialled.list_with(0, name="Second"))
    assert await filling.fill(rules, second) == 0


async def test_that_nobody_is_called_stands_in_the_history_with_the_reason(
    dialled: Centre, rules: Context, tickets: Tickets, closed: Closed
) -> None:
    async def why(ticket: Ticket) -> list[str]:
        await filling.fill_all(rules)
        changes = (await finding.whole(tickets, BOSS, ticket.id)).changes
        return [one.details["why"] for one in changes if one.what == "callback_missing"]

    async def before(ticket: Ticket) -> Expected:
        return await expected(rules.sessions, rules.complaints, BOSS, ticket.id)

    first = await closed()
    assert [await why(first) for _again in range(2)] == [["no_rule"], ["no_rule"]]
    assert (await before(first)).why_none == "no_rule"
    assert await before(await closed(type="enquiry")) == Expected()
    list_id = await dialled.list_with(0)
    limited = await _rule(rules, list_id, queue="sales")
    second = await closed()
    assert (await why(second), (await before(second)).why_none) == (["other_queues"], "other_queues")
    await filling.change_rule(rules, limited, {"options": {"days": 2}})
    nobody, unheard = await closed(caller_number=""), await closed(caller_number="+999")
    assert (await why(nobody), await why(unheard)) == (["no_number"], ["refused"])
    assert (await before(nobody)).why_none == "no_number"
    assert await before(second) == Expected(None, list_id, "Autumn", "stopped", 2)
    assert await why(second) == ["other_queues"]
    assert (await finding.whole(tickets, BOSS, second.id)).changes[0].what == "callback_raised"


async def test_a_complaint_is_called_back_within_seven_days(dialled: Centre, rules: Context) -> None:
    list_id = await dialled.list_with(0)
    with pytest.raises(BadInput) as refused:
        await _rule(rules, list_id, days=8)
    assert refused.value.field == "options.days"
