"""How good a line was: only who talks in a call says it, who may see the call reads it."""

from typing import Any

import pytest

from callcenter.accounts.rules import Role
from callcenter.accounts.scope import Scope
from callcenter.calls.line_api import line_routes
from callcenter.store.engine import Sessions
from tests.agents.test_seat_api import CALL, Desk, talks
from tests.facts import NOON
from tests.web import Site

WHERE = f"/api/calls/pbx1/{CALL}/line-quality"
GOOD = {"received_loss_rate": 0.01, "sent_loss_rate": 0.0, "jitter_seconds": 0.004, "rtt_seconds": 0.08, "mos": 4.2}
PANEL = {"X-Requested-With": "callcenter"}


@pytest.fixture
def site(sessions: Sessions) -> Site:
    """Agent 1001 talks."""
    desk = Desk(sessions)
    talks(desk)
    return Site(sessions, line_routes(sessions, desk.keeper.floor, lambda: NOON))


async def test_the_last_measurement_is_kept_and_shown_with_the_call(site: Site) -> None:
    async with await site.client(Role.AGENT, "1001") as agent, await site.client(Role.SUPERVISOR) as supervisor:
        assert (await supervisor.get(WHERE)).json() == {"lines": []}
        for mos in (4.2, 3.0):
            assert (await agent.put(WHERE, json=GOOD | {"mos": mos}, headers=PANEL)).status_code == 204
        told = (await supervisor.get(WHERE)).json()
        whose = {"agent_number": "1001", "measured_by": "browser", "measured_at": NOON}
        assert told == {"lines": [GOOD | {"mos": 3.0} | whose]}
        assert (await agent.get(WHERE)).status_code == 403


async def test_nobody_measures_a_call_of_another_or_none(site: Site) -> None:
    async with site.stranger() as stranger:
        assert (await stranger.get(WHERE)).status_code == 401
        assert (await stranger.put(WHERE, json=GOOD, headers=PANEL)).status_code == 401
    async with await site.client(Role.AGENT, "1002") as other, await site.client(Role.SUPERVISOR) as supervisor:
        assert (await other.put(WHERE, json=GOOD, headers=PANEL)).status_code == 404
        assert (await supervisor.put(WHERE, json=GOOD, headers=PANEL)).status_code == 403
        assert (await supervisor.get(WHERE)).json() == {"lines": []}


async def test_a_call_that_is_over_is_measured_no_more_and_one_out_of_scope_is_not_shown(site: Site) -> None:
    async with await site.client(Role.AGENT, "1001") as agent:
        assert (await agent.put(WHERE, json=GOOD)).status_code == 403  # another site's page
        for call in ("pbx1/9.9", f"pbx2/{CALL}"):
            answer = await agent.put(f"/api/calls/{call}/line-quality", json=GOOD, headers=PANEL)
            assert answer.status_code == 404, call
        assert (await agent.put(WHERE, json=GOOD, headers=PANEL)).status_code == 204
    async with await site.client(Role.SUPERVISOR, scope=Scope(frozenset({"north"}), frozenset())) as limited:
        assert (await limited.get(WHERE)).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [{"mos": 5}, {"mos": 0.9}, {"received_loss_rate": 1.1}, {"rtt_seconds": -1}, {"jitter_seconds": 61}, {"x": 1}],
)
async def test_what_cannot_be_is_refused(site: Site, wrong: dict[str, Any]) -> None:
    async with await site.client(Role.AGENT, "1001") as agent:
        assert (await agent.put(WHERE, json=GOOD | wrong, headers=PANEL)).status_code == 422
