"""Seats away at the same time, more than may be."""

from typing import Any

from callcenter.alerts.kinds import Compares, Counts, Kind, Rule, Scene
from callcenter.floor.facts import SeatState


def is_away(scene: Scene, rule: Rule, seat: Any) -> bool:
    """Paused for a reason that counts as leaving the desk."""
    return seat.state is SeatState.PAUSED and seat.reason in scene.away_limits


KIND = Kind(
    id="seats_away",
    label_en="Seats away at once",
    label_zh="同时离席人数",
    text_en="More seats are away at the same time than may be.",
    text_zh="同时离席的坐席超过允许的人数。",
    told_en="{where}: {value} seats away, at most {threshold}",
    told_zh="{where}：{value} 个坐席离席，最多 {threshold} 个",
    watches="seats",
    by=Counts(is_away),
    measure="count",
    compares=Compares.OVER,
    threshold=2,
    shipped=({"scope": "team", "clear_after_seconds": 10},),
)
