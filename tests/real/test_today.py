"""Today as panels are shown it live is the report for today, at any moment of a busy time."""

import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from math import isclose
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from callcenter.accounts.rules import Role
from callcenter.demo.centre import OwnSettings
from callcenter.settings import AgentSettings, QueueSettings
from tests.real.conftest import Pair, running_pair
from tests.real.feed import Feed, cookie_of
from tests.serving import Serving

pytestmark = pytest.mark.real

ZONE = ZoneInfo("Asia/Shanghai")
TRAFFIC_SECONDS = 20
FRAME_SECONDS = 0.25
"""A change of the floor is shown within 0.1 s; so long after the report no change was on its way when it was made."""

Figures = Mapping[str, Mapping[str, Any]]


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """Two queues of short calls; one of three agents never answers."""
    queues = {
        "support": QueueSettings(extension="4000", label="Support", ring_seconds=2, wrap_up_seconds=1),
        "sales": QueueSettings(extension="4001", label="Sales", ring_seconds=2, wrap_up_seconds=1),
    }
    names = ("Li Na", "Wang Wei", "Zhang Min")
    agents = tuple(AgentSettings(number=str(1001 + n), name=name, queues=tuple(queues)) for n, name in enumerate(names))
    with running_pair(OwnSettings(timezone=ZONE.key, queues=queues, agents=agents)) as pair:
        for agent, how in (("1001", {"talk": 1}), ("1002", {"talk": 2}), ("1003", {"do": "ignore"})):
            pair.sign_in(agent)
            pair.behave(agent, **how)
        yield pair


def test_today_as_shown_live_is_the_report_for_today_while_calls_come_and_go(pair: Pair, server: Serving) -> None:
    cookie = {"Cookie": cookie_of(server.url, Role.SUPERVISOR)}
    with Feed(server.url) as feed, httpx.Client(base_url=f"{server.url}api", headers=cookie) as panel:
        feed.until(lambda: True)
        seen: list[Figures] = []
        ends_at, calls = time.monotonic() + TRAFFIC_SECONDS, 0
        while time.monotonic() < ends_at:
            pair.customer_calls("4001" if calls % 3 else "4000", caller=f"1380013{calls:04}")
            calls += 1
            before = _shown(feed)
            report = _reported(panel)
            if _shown(feed) == before:
                assert _differences(before, report) == []
                seen.append(before)
        states = {tuple(sorted(figures["*"].items())) for figures in seen}
        print(f"{calls} calls, {len(seen)} comparisons, {len(states)} different states")  # noqa: T201
        assert calls > 30
        assert len(seen) >= 8
        assert len(states) >= 5
    pair.quieten()


def _shown(feed: Feed) -> Figures:
    """The live figures, when every frame about what has happened until now was taken."""
    ends_at = time.monotonic() + FRAME_SECONDS
    while (left := ends_at - time.monotonic()) > 0:
        try:
            feed.take(left)
        except TimeoutError:
            break
    return {identity: dict(figures) for identity, figures in feed.entities["figures"].items()}


def _reported(panel: httpx.Client) -> Figures:
    """The same from the report for today."""
    day = datetime.now(ZONE).date().isoformat()
    today = panel.get("/reports/queues", params={"from": day, "to": day}).raise_for_status().json()
    return {"*": today["totals"]} | {row["id"]: row["figures"] for row in today["rows"]}


def _differences(shown: Figures, report: Figures) -> list[str]:
    """Every live figure that the report tells differently; what has no calls yet may be absent from either."""
    nothing = dict.fromkeys(shown["*"])
    return [
        f"{identity} {figure}: {value} live, {told}"
        for identity, figures in shown.items()
        for figure, value in figures.items()
        if not _agree(value, told := report.get(identity, nothing)[figure])
    ]


def _agree(one: float | None, other: float | None) -> bool:
    return isclose(one or 0, other or 0, abs_tol=1e-6)
