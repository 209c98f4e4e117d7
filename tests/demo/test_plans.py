"""The shifts of the demo can be imported, whenever it begins."""

from datetime import datetime
from pathlib import Path

import pytest

from callcenter.demo.centre import centre
from callcenter.demo.plans import shifts_of
from callcenter.shifts.importing import read_shifts
from callcenter.shifts.rules import check_apart


@pytest.mark.parametrize("now", ["2026-11-28T00:00", "2026-11-28T09:07", "2026-11-28T23:59", "2026-12-31T17:31"])
def test_everybody_has_a_shift_from_now_on_and_tomorrow(now: str, tmp_path: Path) -> None:
    at = datetime.fromisoformat(now)
    agents = centre(tmp_path, 0).agents
    sheet = read_shifts(shifts_of(agents, at).encode(), {agent.number for agent in agents})
    assert sheet.errors == []
    assert len(sheet.shifts) == 2 * len(agents)
    check_apart(sheet.shifts)
    minute = at.hour * 60 + at.minute
    today = [parts[0] for (_, day), parts in sheet.shifts.items() if day == at.date()]
    assert all(part.start_minute <= minute < part.end_minute for part in today)
