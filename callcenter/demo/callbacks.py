"""The callback list of the demo, worked through the API like any other list."""

from collections.abc import Iterable

from callcenter.demo.cast import Destination
from callcenter.demo.panel import Panel

REDIAL_SECONDS = 10.0
"""The shortest delay that a list accepts: some who were busy are called again while one watches."""

_RULE = {"delay_seconds": REDIAL_SECONDS, "max_attempts": 2}


async def start_list(panel: Panel, people: Iterable[Destination]) -> str:
    """Makes a list that may be worked at any time, imports these people, starts it; returns its id."""
    made = await panel.post(
        "/api/lists",
        {
            "name": "Callbacks 回访",
            "queue": "callbacks",
            "windows": [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "until": "24:00"}],
            "calendar": {"skips_holidays": False},
            "rules": {"busy": _RULE, "no_answer": _RULE},
            "detect_machine": True,
            "region": "CN",
        },
    )
    rows = "".join(f"{person.number},{person.name}\n" for person in people)
    await panel.post_file(f"/api/lists/{made['id']}/import", "callbacks.csv", f"number,name\n{rows}")
    await panel.post(f"/api/lists/{made['id']}/start")
    return str(made["id"])


async def stop_list(panel: Panel, list_id: str) -> None:
    """Nobody else is called."""
    await panel.post(f"/api/lists/{list_id}/stop")
