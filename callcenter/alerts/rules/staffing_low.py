"""Fewer staffed seats than there must be at this time of the day."""

from typing import Any

from callcenter.alerts.kinds import Compares, Counts, Kind, Rule, Scene, Severity
from callcenter.alerts.rules.seats_away import is_away
from callcenter.floor.facts import SeatState

_ABSENT = frozenset({SeatState.SIGNED_OUT, SeatState.UNREACHABLE})


def is_staffed(scene: Scene, rule: Rule, seat: Any) -> bool:
    """Signed in, reachable and not away; a talk or a pause at the desk counts as staffed."""
    return bool(seat.members) and seat.state not in _ABSENT and not is_away(scene, rule, seat)


KIND = Kind(
    id="staffing_low",
    label_en="Too few staffed seats",
    label_zh="在岗人数不足",
    text_en="Fewer seats are staffed than there must be; each window may have a number of its own.",
    text_zh="在岗坐席少于规定人数；每个时段可设不同人数。",
    told_en="{where}: {value} seats staffed, at least {threshold}",
    told_zh="{where}：{value} 个坐席在岗，至少 {threshold} 个",
    watches="seats",
    by=Counts(is_staffed),
    measure="count",
    compares=Compares.UNDER,
    threshold=4,
    severity=Severity.CRITICAL,
    shipped=(
        {
            "is_enabled": False,
            "raise_after_seconds": 60,
            "clear_after_seconds": 30,
            "windows": [
                {"weekdays": [1, 2, 3, 4, 5], "from": "09:00", "until": "17:00", "threshold": 4},
                {"weekdays": [1, 2, 3, 4, 5], "from": "17:00", "until": "21:30", "threshold": 2},
            ],
        },
    ),
)
