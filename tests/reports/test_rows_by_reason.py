"""The spells behind a paused time by reason: the list of one reason is that of its number."""

from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.rules import Role
from callcenter.reports.api import report_routes
from callcenter.reports.names import Names
from callcenter.reports.service import Sources
from callcenter.store.engine import make_sessions
from tests.facts import NOON, a_spell
from tests.reports.test_abandoned import record
from tests.web import Site

SPAN = {"from": "2025-11-22", "to": "2025-11-22"}


async def _nothing_to_write() -> None:
    return None


async def test_the_list_of_a_reason_is_that_of_its_number(engine: AsyncEngine) -> None:
    pauses = [("meal", 0, 1800), ("break", 2000, 300), ("meal", 3000, 60)]
    await record(engine, *(a_spell(reason=r, since=NOON + at, until=NOON + at + s) for r, at, s in pauses))
    sources = Sources(engine, ZoneInfo("Asia/Shanghai"), Names({}, {}), list)
    site = Site(make_sessions(engine), report_routes(sources, _nothing_to_write, lambda: NOON + 9000))
    async with await site.client(Role.SUPERVISOR) as lead:
        report = (await lead.get("/api/reports/agents", params=SPAN | {"reasons": "1"})).json()
        assert report["rows"][0]["reasons"] == {"meal": 1860, "break": 300}
        for reason, seconds in (("meal", 1860), ("break", 300), ("training", 0)):
            asked = SPAN | {"agent": "1001", "reason": reason}
            behind = (await lead.get("/api/reports/rows/paused_seconds", params=asked)).json()
            assert behind["total"] == seconds
            assert {row["reason"] for row in behind["rows"]} <= {reason}
        refused = await lead.get("/api/reports/rows/offered", params=SPAN | {"reason": "meal"})
        assert (refused.status_code, refused.json()["field"]) == (422, "reason")
