"""A person is erased from every table; what was counted stays, what is held stays, and nothing brings them back."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from httpx import AsyncClient
from msgspec import structs
from sqlalchemy import JSON, LargeBinary, String, delete, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

import callcenter
from callcenter.accounts.rules import Role
from callcenter.calls.service import Search, search_calls
from callcenter.dialer.tables import Attempt, DoNotCall, Offer, Target
from callcenter.erasure import service
from callcenter.erasure.around import Around, NotYet
from callcenter.erasure.service import ask, carry_out, look, told_erasure, was_erased
from callcenter.erasure.steps import STEPS
from callcenter.erasure.sweeping import NOT_SEARCHED, searched
from callcenter.erasure.tables import Erasure
from callcenter.errors import BadInput, Conflict, SetupFailed
from callcenter.finding import beyond_calls
from callcenter.floor.terms import OWN_ID
from callcenter.lines import ERASED, read_lines
from callcenter.recordings.tables import RecordingDeletion
from callcenter.reports.abandoned import Wanted as Abandoned
from callcenter.reports.abandoned import abandoned_callers
from callcenter.reports.callbacks import Wanted as Callbacks
from callcenter.reports.callbacks import callback_report
from callcenter.reports.figures import FIGURES, figures_of
from callcenter.reports.names import Names, names_of
from callcenter.reports.service import Asked, Sources, report
from callcenter.reports.shape import flat_rows
from callcenter.reports.spans import Span
from callcenter.reports.tickets import TICKET_FIGURES, ticket_report
from callcenter.reports.tickets import Wanted as Tickets
from callcenter.settings import Settings
from callcenter.store.engine import Sessions
from callcenter.store.erased import Erased
from callcenter.store.imported import import_facts
from callcenter.store.tables import Base, calls, queue_visits
from callcenter.tickets.tables import Ticket, TicketCallback, TicketChange, TicketStep
from tests.erasure.conftest import (
    LATER,
    NUMBER,
    OTHER,
    PLAIN,
    Calls,
    facts_of_person,
    hold,
    kept_callback,
    wanted,
    write_facts,
)
from tests.facts import NOON, a_call, a_visit
from tests.serving import PANEL
from tests.web import Site

for _tables in Path(callcenter.__file__).parent.glob("*/*tables.py"):
    import_module(f"callcenter.{_tables.parent.name}.{_tables.stem}")

SEPARATORS = re.compile(r"[\s()+/.\-]")


async def erase(around: Around, **given: Any) -> dict[str, Any]:
    erasure_id = await ask(around, wanted(**given), by="admin")
    await carry_out(around, erasure_id)
    return await told_erasure(around.sessions, erasure_id)


async def places_of_number(sessions: Sessions, number: str = PLAIN) -> set[tuple[str, str]]:
    """Every column of every table in which the number stands, whatever stands between its digits."""
    found = set()
    async with sessions() as session:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if not isinstance(column.type, (String, JSON, LargeBinary)):
                    continue
                for value in await session.scalars(select(column)):
                    told = value.decode(errors="replace") if isinstance(value, bytes) else json.dumps(value)
                    if number in SEPARATORS.sub("", told):
                        found.add((table.name, column.name))
    return found


async def figures(engine: AsyncEngine, sessions: Sessions) -> list[Any]:
    """Reports of the span: by queue, agent and team, callers who gave up, callbacks."""
    sources = Sources(engine, ZoneInfo("Asia/Shanghai"), names_of(Settings()))
    span = Span(NOON - 3600, NOON + 7200)
    found: list[Any] = []
    for subject in ("queues", "agents", "teams"):
        of_it = tuple(figure for figure in FIGURES if subject in figure.subjects)
        asked = Asked(subject=subject, span=span, figures=of_it)
        found.append(flat_rows(await report(sources, asked)))
    found += [await callback_report(sources, Callbacks(span=span, now=LATER), by) for by in ("list", "agent", "hour")]
    given_up = await abandoned_callers(sessions, Abandoned(since=span.since, until=span.until))
    found.append([(one.row, one.contact and (one.contact.kind, one.contact.at)) for one in given_up])
    return found


async def _figures_of_tickets(engine: AsyncEngine) -> dict[str, float | None]:
    """Those of the day, of which each counts something."""
    sources = Sources(engine, ZoneInfo("UTC"), Names(), complaints=frozenset({"complaint"}))
    wanted = Tickets(span=Span(NOON - 3600, NOON + 3600), now=NOON + 3600)
    return dict(figures_of((await ticket_report(sources, wanted, "type")).totals, TICKET_FIGURES))


@pytest.mark.usefixtures("known")
async def test_the_words_of_a_ticket_go_and_what_was_done_stays(
    around: Around, sessions: Sessions, engine: AsyncEngine
) -> None:
    assert (await look(around, [NUMBER]))["counts"]["tickets"] == 1
    before = await _figures_of_tickets(engine)
    await erase(around)
    assert await _figures_of_tickets(engine) == before
    async with sessions() as session:
        ticket = await session.get_one(Ticket, 1)
        assert (ticket.subject, ticket.note, ticket.caller_number, ticket.result) == (ERASED, "", "", "")
        assert (ticket.type, ticket.customer_id, ticket.created_at) == ("complaint", None, NOON)
        changes = [row.details for row in await session.scalars(select(TicketChange).order_by(TicketChange.id))]
        assert changes == [{"note": [ERASED, ERASED]}, {"outcome": "solved", "result": ERASED}]
        assert await session.scalar(select(TicketStep.text)) == ERASED
        assert await session.scalar(select(TicketCallback.kept)) == kept_callback(ERASED, ERASED)
    with pytest.raises(DBAPIError, match="history"):
        async with sessions.begin() as session:
            await session.execute(delete(TicketChange))


@pytest.mark.usefixtures("known")
async def test_no_column_of_any_table_names_the_person_any_more(around: Around, sessions: Sessions) -> None:
    before = await places_of_number(sessions)
    assert {
        ("calls", "number"),
        ("recording_files", "path"),
        ("targets", "attributes"),
        ("imports", "content"),
    } <= before
    told = await erase(around)
    assert told["state"] == "done"
    assert await places_of_number(sessions) == {("do_not_call", "number")}
    assert await places_of_number(sessions, OTHER) == {
        ("calls", "number"), ("queue_visits", "number"), ("targets", "number"), ("targets", "dial_number"),
    }  # fmt: skip
    none = {step.kind: 0 for step in STEPS}
    assert (await look(around, [NUMBER]))["counts"] == none
    assert {kind for kind, count in told["counts"].items() if count == 0} == {"hold_reasons"}
    assert [one["kind"] for one in told["kept"]] == ["do_not_call", "journal", "queue_log"]


@pytest.mark.usefixtures("known")
async def test_words_and_audio_are_gone_and_results_stay(around: Around, sessions: Sessions) -> None:
    assert len([*around.library.folders["pbx1"].iterdir()]) == 4
    await erase(around)
    assert [*around.library.folders["pbx1"].iterdir()] == []
    assert [*around.exports.iterdir(), *(around.library.copies / "clips").iterdir()] == []
    async with sessions() as session:
        assert len((await session.scalars(select(RecordingDeletion))).all()) == 4
        whole = {
            table.name: json.dumps([list(map(str, row)) for row in await session.execute(select(table))])
            for table in Base.metadata.sorted_tables
        }
    for name in ("reviews", "review_steps", "form_records", "form_answers", "wrap_up_records", "deliveries"):
        assert "Wang" not in whole[name], name
    assert "90.0" in whole["reviews"]
    assert "yes" in whole["form_answers"]
    assert "王小明" not in whole["calls"] + whole["targets"] + whole["customers"]
    assert "deleted" in whole["recording_exports"]
    assert whole["clips"] == whole["recording_export_parts"] == "[]"


@pytest.mark.usefixtures("known")
async def test_every_figure_is_what_it_was(around: Around, engine: AsyncEngine, sessions: Sessions) -> None:
    before = await figures(engine, sessions)
    assert any(row.get("repeat_rate") for row in before[0]) or "repeat" in str(before[0])
    await erase(around)
    assert await figures(engine, sessions) == before


@pytest.mark.usefixtures("known")
async def test_a_caller_who_gave_up_was_still_called_back(
    around: Around, engine: AsyncEngine, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        of_call = queue_visits.c.call_id == a_call().call_id
        await session.execute(queue_visits.update().where(of_call).values(outcome="abandoned", ended_at=NOON + 1))
    before = await figures(engine, sessions)
    assert before[-1][0][1] is not None
    await erase(around)
    assert await figures(engine, sessions) == before


@pytest.mark.usefixtures("known")
async def test_the_search_finds_nothing(around: Around, sessions: Sessions) -> None:
    await erase(around)
    for typed in (NUMBER, PLAIN, PLAIN[-7:], "913800138000"):
        page, _next = await search_calls(sessions, Search(number=typed), beyond_calls)
        assert page == []
    page, _next = await search_calls(sessions, Search(number=OTHER), beyond_calls)
    assert len(page) == 1


@pytest.mark.usefixtures("known")
async def test_nothing_told_again_brings_the_number_back(
    around: Around, engine: AsyncEngine, sessions: Sessions, erased: Erased
) -> None:
    before = await figures(engine, sessions)
    await erase(around)
    await write_facts(engine, erased)
    uncertain = [structs.replace(fact, is_certain=False) for fact in facts_of_person()]
    await import_facts(engine, "pbx1", uncertain, OWN_ID, erased)
    assert await places_of_number(sessions) == {("do_not_call", "number")}
    assert await figures(engine, sessions) == before
    async with sessions() as session:
        assert len((await session.execute(select(calls.c.id))).all()) == 5


@pytest.mark.usefixtures("known")
async def test_a_new_call_of_the_same_number_is_kept(
    around: Around, engine: AsyncEngine, sessions: Sessions, erased: Erased
) -> None:
    await erase(around)
    async with engine.begin() as connection:
        visit, call = a_visit(joined_at=LATER + 1), a_call(started_at=LATER + 1)
        assert await erased.blanked(connection, [visit, call]) == [visit, call]


@pytest.mark.usefixtures("known")
async def test_a_hold_keeps_its_call_and_is_named(around: Around, sessions: Sessions, engine: AsyncEngine) -> None:
    await hold(sessions, a_call().call_id)
    told = await erase(around)
    held = next(one for one in told["kept"] if one["kind"] == "held")
    assert held["calls"] == [{"pbx": "pbx1", "call_id": a_call().call_id}]
    async with sessions() as session:
        numbers = (await session.scalars(select(calls.c.number).where(calls.c.number.like("%138001380%")))).all()
    assert numbers == [PLAIN]
    assert len([*around.library.folders["pbx1"].iterdir()]) == 1
    await write_facts(engine, around.erased)
    async with sessions() as session:
        again = (await session.scalars(select(calls.c.number).where(calls.c.number.like("%138001380%")))).all()
    assert again == [PLAIN]


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("broken", [step.kind for step in STEPS])
async def test_what_broke_off_goes_on(
    around: Around, sessions: Sessions, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def half(*given: Any) -> None:
        await next(step for step in STEPS if step.kind == broken).erase(*given)
        raise OSError("the machine went down")

    steps = [structs.replace(step, erase=half) if step.kind == broken else step for step in STEPS]
    erasure_id = await ask(around, wanted(), by="admin")
    with monkeypatch.context() as crash:
        crash.setattr(service, "STEPS", steps)
        with pytest.raises(OSError, match="went down"):
            await carry_out(around, erasure_id)
    assert (await told_erasure(sessions, erasure_id))["state"] == "running"
    await carry_out(around, erasure_id)
    told = await told_erasure(sessions, erasure_id)
    assert (told["state"], told["counts"]["calls"], told["counts"]["recordings"]) == ("done", 4, 4)
    assert await places_of_number(sessions) == {("do_not_call", "number")}


@pytest.mark.usefixtures("known")
async def test_targets_that_wait_are_cancelled_and_named_numbers_told(around: Around, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        session.add(Offer(list_id=1, target_id=1, agent_number="1001", offered_at=NOON, until=NOON + 30))
    assert (await look(around, [NUMBER]))["other_numbers"] == ["+8613700137000"]
    await erase(around)
    async with sessions() as session:
        target, other = (await session.scalars(select(Target).order_by(Target.id))).all()
        assert (target.state, target.name, target.attributes, target.other_numbers) == ("erased", "", {}, [])
        assert (other.state, other.attributes) == ("open", {"friend": "[erased]"})
        assert (await session.scalars(select(Offer.state))).all() == ["expired"]


@pytest.mark.usefixtures("known")
async def test_who_is_in_a_call_is_not_erased(around: Around, sessions: Sessions, in_call: Calls) -> None:
    in_call.is_on = True
    with pytest.raises(Conflict, match="in a call now"):
        await ask(around, wanted(), by="admin")
    in_call.is_on = False
    erasure_id = await ask(around, wanted(), by="admin")
    in_call.is_on = True
    with pytest.raises(NotYet):
        await carry_out(around, erasure_id)
    assert ("calls", "number") in await places_of_number(sessions)
    async with sessions.begin() as session:
        await session.execute(
            insert(Attempt).values(
                id=2,
                attempt_id="a2",
                list_id=1,
                target_id=1,
                pbx="pbx1",
                queue="support",
                number="+8613800138000",
                placed_at=LATER,
            )
        )
    in_call.is_on = False
    with pytest.raises(Conflict, match="in a call now"):
        await ask(around, wanted(), by="admin")


@pytest.mark.usefixtures("known")
async def test_a_recording_that_is_not_settled_is_waited_for(around: Around) -> None:
    served = replace(around, is_alone=False)
    erasure_id = await ask(served, wanted(), by="admin")
    with pytest.raises(NotYet, match="being written"):
        await carry_out(served, erasure_id)
    await carry_out(around, erasure_id)


@pytest.mark.usefixtures("known")
async def test_the_do_not_call_entry_goes_only_when_asked(around: Around, sessions: Sessions) -> None:
    await erase(around)
    again = await erase(around, removes_bans=True)
    assert again["counts"]["do_not_call"] == 1
    async with sessions() as session:
        assert (await session.scalars(select(DoNotCall))).all() == []
    assert await places_of_number(sessions) == set()


@pytest.mark.usefixtures("known")
async def test_whether_a_number_was_erased_is_answered_by_its_digest(around: Around, sessions: Sessions) -> None:
    assert await was_erased(around, [NUMBER]) == []
    told = await erase(around)
    (found,) = await was_erased(around, ["0086 13800138000"])
    assert (found["id"], found["reference"]) == (told["id"], "DSR-17")
    assert await was_erased(around, [OTHER]) == []
    async with sessions() as session:
        row = (await session.scalars(select(Erasure))).one()
    assert (row.numbers, row.calls, row.ends) == (None, None, ["00"])


@pytest.mark.usefixtures("known")
async def test_tables_that_only_grow_are_guarded_again(around: Around, engine: AsyncEngine) -> None:
    await erase(around)
    for statement in ("UPDATE audit_entries SET act = 'x'", "DELETE FROM review_steps"):
        with pytest.raises(DBAPIError):
            async with engine.begin() as connection:
                await connection.execute(text(statement))


async def test_without_the_key_nobody_is_said_to_be_unknown(around: Around, tmp_path: Path) -> None:
    await erase(around)
    (tmp_path / "var" / "erasure.key").unlink()
    with pytest.raises(SetupFailed, match=r"erasure\.key"):
        await was_erased(replace(around, erased=Erased(tmp_path / "var", "CN")), [NUMBER])


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"numbers": []}, "numbers"),
        ({"numbers": ["1001"]}, "numbers"),
        ({"reason": " "}, "reason"),
        ({"reason": "138 0013 8000 asked"}, "reason"),
        ({"reference": "", "confirmation": ""}, "reference"),
        ({"reference": "DSR 13800138000"}, "reference"),
        ({"confirmation": "DSR-18"}, "confirmation"),
    ],
)
async def test_what_is_kept_for_good_is_checked_first(around: Around, given: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        await ask(around, wanted(**given), by="admin")
    assert refused.value.field == field


def test_every_table_is_searched_or_is_said_not_to_be() -> None:
    assert {table.name for table in Base.metadata.sorted_tables} >= NOT_SEARCHED
    words = {("form_records", "note"), ("saved_reports", "parameters"), ("alerts", "who"), ("call_tags", "tag")}
    assert words <= {(table.name, column.name) for table in Base.metadata.sorted_tables for column in searched(table)}


@pytest.fixture
async def nobody(site: Site) -> AsyncIterator[AsyncClient]:
    async with site.stranger() as client:
        yield client


BODY = {"numbers": [NUMBER], "reason": "asked", "reference": "DSR-17", "confirmation": "DSR-17"}


@pytest.mark.usefixtures("known")
async def test_an_administrator_asks_looks_and_reads(admin: AsyncClient, around: Around) -> None:
    dry = (await admin.post("/api/erasures/dry-run", json={"numbers": [NUMBER]}, headers=PANEL)).json()
    assert (dry["counts"]["calls"], dry["counts"]["targets"], dry["in_call"]) == (4, 1, False)
    made = await admin.post("/api/erasures", json=BODY, headers=PANEL)
    assert made.status_code == 201
    await carry_out(around, made.json()["id"])
    one = (await admin.get(f"/api/erasures/{made.json()['id']}")).json()
    assert (one["state"], one["by"], one["counts"]["calls"]) == ("done", "admin", 4)
    assert one.pop("digests") == [around.erased.digest(line) for line in read_lines([NUMBER], around.erased.region)]
    assert (await admin.get("/api/erasures")).json() == {"erasures": [one], "next": None}
    looked = (await admin.post("/api/erasures/lookup", json={"numbers": [PLAIN]}, headers=PANEL)).json()
    assert [row["id"] for row in looked["erasures"]] == [one["id"]]
    refused = await admin.post("/api/erasures", json=BODY | {"confirmation": "no"}, headers=PANEL)
    assert (refused.status_code, refused.json()["field"]) == (422, "confirmation")
    assert (await admin.get("/api/erasures/99")).status_code == 404


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.QA])
async def test_nobody_else_may(site: Site, role: Role) -> None:
    async with await site.client(role) as client:
        assert (await client.post("/api/erasures", json=BODY, headers=PANEL)).status_code == 403
        assert (
            await client.post("/api/erasures/dry-run", json={"numbers": [NUMBER]}, headers=PANEL)
        ).status_code == 403
        assert (await client.get("/api/erasures")).status_code == 403


async def test_who_has_not_signed_in_may_not(nobody: AsyncClient) -> None:
    assert (await nobody.post("/api/erasures", json=BODY, headers=PANEL)).status_code == 401
