"""The shifts of the demo: everybody's of today and tomorrow, from the quarter of an hour in which it begins."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from callcenter.demo.panel import Panel
from callcenter.settings import AgentSettings

_PATTERN = (("on_post", 0, 240), ("meal", 240, 270), ("on_post", 270, 480))
"""Kind, and minutes since the shift began."""


def shifts_of(agents: Iterable[AgentSettings], now: datetime) -> str:
    """These agents' shifts as a file to be imported; `now` is what the centre's clock shows."""
    begins = now.hour * 60 + now.minute // 15 * 15
    days = [(now + timedelta(days=ahead)).date() for ahead in (0, 1)]
    rows = [
        f"{agent.number},{day},{kind},{_clock(begins + start)},{_clock(begins + end)}"
        for agent in agents
        for day in days
        for kind, start, end in _PATTERN
    ]
    return "\n".join(["agent,date,kind,start,end", *rows, ""])


async def plan_shifts(panel: Panel, agents: Iterable[AgentSettings], now: datetime) -> None:
    """Imports them, as whoever plans would."""
    await panel.post_file("/api/shifts/import", "shifts.csv", shifts_of(agents, now))


def _clock(minute: int) -> str:
    """Hours of the next date are written from 24 on."""
    return f"{minute // 60:02}:{minute % 60:02}"
