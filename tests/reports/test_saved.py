"""Saved reports: whose they are, who changes them, and when they are due, on both databases."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from callcenter.errors import BadInput, Conflict, NotAllowed, NotFound
from callcenter.reports import saved
from callcenter.reports.tables import SavedReport
from callcenter.store.engine import Sessions
from tests.reports.conftest import QIAN, WANG, YESTERDAY, ZHAO, daily, fields

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC).timestamp()


async def keep(sessions: Sessions, account: Any = WANG, **given: Any) -> SavedReport:
    return await saved.create(sessions, account, fields(**given), now=NOW, zone=SHANGHAI)


async def change(sessions: Sessions, row: SavedReport, account: Any, **given: Any) -> SavedReport:
    return await saved.change(sessions, row.id, account, given, now=NOW + 60, zone=SHANGHAI)


async def names(sessions: Sessions, account: Any) -> list[str]:
    return [kept.row.name for kept in await saved.kept_reports(sessions, account)]


async def test_one_sees_ones_own_and_what_others_share(sessions: Sessions) -> None:
    await keep(sessions, WANG, name="mine")
    shared = await keep(sessions, WANG, name="ours", is_shared=True)
    hidden = await keep(sessions, ZHAO, name="theirs")
    assert await names(sessions, WANG) == ["mine", "ours"]
    assert await names(sessions, ZHAO) == ["ours", "theirs"]
    assert (await saved.kept_report(sessions, shared.id, ZHAO)).row.owner == "wang"
    with pytest.raises(NotFound):
        await saved.kept_report(sessions, hidden.id, WANG)
    with pytest.raises(NotFound):
        await change(sessions, hidden, WANG, name="taken over")
    with pytest.raises(NotFound):
        await saved.remove(sessions, hidden.id, WANG)
    with pytest.raises(NotFound):
        await saved.runs_page(sessions, hidden.id, WANG, before=None, limit=10)


async def test_others_shared_reports_are_changed_by_who_may_send(sessions: Sessions) -> None:
    shared = await keep(sessions, WANG, is_shared=True)
    with pytest.raises(NotAllowed):
        await change(sessions, shared, QIAN, name="mine now")
    with pytest.raises(NotAllowed):
        await saved.remove(sessions, shared.id, QIAN)
    changed = await change(sessions, shared, ZHAO, name="better")
    assert (changed.name, changed.owner, changed.changed_at) == ("better", "wang", NOW + 60)
    await saved.remove(sessions, shared.id, ZHAO)
    assert await names(sessions, WANG) == []


async def test_a_name_is_ones_own_once(sessions: Sessions) -> None:
    first, second = await keep(sessions, name="one"), await keep(sessions, name="two")
    await keep(sessions, ZHAO, name="one")
    with pytest.raises(Conflict) as failure:
        await keep(sessions, name="one")
    assert failure.value.field == "name"
    with pytest.raises(Conflict):
        await change(sessions, second, WANG, name="one")
    assert (await saved.kept_report(sessions, first.id, WANG)).row.name == "one"


async def test_a_schedule_is_due_by_the_clock_of_the_centre(sessions: Sessions) -> None:
    row = await keep(sessions, schedule=daily())
    assert row.next_due_at == datetime(2026, 11, 25, 23, tzinfo=UTC).timestamp()
    assert row.scheduled_by == "wang"
    assert saved.schedule_of(row) == daily()
    assert saved.parameters_of(row) == YESTERDAY
    assert (await change(sessions, row, ZHAO, name="the same")).scheduled_by == "wang" if row.is_shared else True
    off = await change(sessions, row, WANG, schedule=daily(is_enabled=False))
    assert off.next_due_at is None
    gone = await change(sessions, row, WANG, schedule=None)
    assert (gone.schedule, gone.scheduled_by, gone.next_due_at) == (None, "", None)


async def test_a_schedule_needs_the_right_to_send(sessions: Sessions) -> None:
    with pytest.raises(NotAllowed):
        await keep(sessions, QIAN, schedule=daily())
    own = await keep(sessions, QIAN)
    with pytest.raises(NotAllowed):
        await change(sessions, own, QIAN, schedule=daily())
    assert (await saved.kept_report(sessions, own.id, QIAN)).row.schedule is None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"every": "week"}, "schedule.weekday"),
        ({"every": "month"}, "schedule.day"),
        ({"recipients": ()}, "schedule.recipients"),
        ({"recipients": ("nobody",)}, "schedule.recipients"),
        ({"recipients": ("a@example.org\r\nBcc: b@example.org",)}, "schedule.recipients"),
        ({"recipients": ("a@example.org, b@example.org",)}, "schedule.recipients"),
    ],
)
def test_a_schedule_that_cannot_be(given: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as failure:
        saved.check_schedule(daily(**given))
    assert failure.value.field == field


def test_a_folder_is_enough() -> None:
    saved.check_schedule(daily(recipients=(), folder="monthly"))
